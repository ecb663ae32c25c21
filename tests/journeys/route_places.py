"""Where each route of the fronts stands: who may ask, and what another institution gets for it. New routes are placed here."""

from __future__ import annotations

from enum import StrEnum


class Place(StrEnum):
    """Who may ask a page."""

    anyone = "anyone"
    person = "person"
    operator = "operator"


ANYONE, PERSON, OPERATOR = Place.anyone, Place.person, Place.operator

PAGES: dict[tuple[str, str], Place] = {
    ("GET", "/healthz"): ANYONE,
    ("GET", "/"): ANYONE,
    ("GET", "/static/{path:path}"): ANYONE,
    # The wallet: activation is for whoever can prove to be somebody.
    ("GET", "/wallet"): PERSON,
    ("GET", "/wallet/start"): ANYONE,
    ("POST", "/wallet/consent"): ANYONE,
    ("POST", "/wallet/activate"): ANYONE,
    ("POST", "/wallet/complete"): ANYONE,
    ("GET", "/wallet/trouble"): ANYONE,
    ("GET", "/wallet/offline.js"): ANYONE,
    ("GET", "/wallet/time"): ANYONE,
    **{("GET", f"/wallet/{path}"): PERSON for path in ("code", "bindings", "account", "account/aid", "account/purse")},
    **{
        ("POST", f"/wallet/{path}"): PERSON
        for path in (
            *("keys", "unbind", "account/aid", "account/aid/agree", "account/aid/end", "account/purse"),
            *("account/purse/accept", "account/purse/refuse", "filings", "filings/take-back"),
        )
    },
    ("GET", "/wallet/filings"): PERSON,
    **{("GET", f"/wallet/{path}"): PERSON for path in ("rights", "freeze", "consents", "log", "disputes", "export")},
    **{("POST", f"/wallet/{path}"): PERSON for path in ("freeze", "consents/withdraw", "disputes", "export")},
    # The terminal.
    ("GET", "/terminal/sign-in"): ANYONE,
    ("POST", "/terminal/sign-in"): ANYONE,
    ("POST", "/terminal/sign-out"): ANYONE,
    **{
        ("GET", f"/terminal{path}"): OPERATOR
        for path in (
            *("", "/items", "/line", "/sample", "/outcome", "/today", "/stays"),
            *("/slip/{cell:int}/{settlement_id:int}", "/stays/{cell:int}/{encounter_id:int}"),
        )
    },
    **{
        ("POST", f"/terminal{path}"): OPERATOR
        for path in (
            *("/scan", "/pre-settle", "/settle", "/stays"),
            *(f"/slip/{{cell:int}}/{{settlement_id:int}}/{act}" for act in ("refund", "reverse")),
            *(
                f"/stays/{{cell:int}}/{{encounter_id:int}}/{act}"
                for act in ("change", "lines", "remove", "discharge", "undo/{what:str}", "pre-settle", "settle")
            ),
        )
    },
}
"""(method, path) → who may ask."""

TOKEN, VISIT, BILL = "visit_token_other_institution", "encounter_unknown", "settlement_of_other_institution"
OWN = "own"
"""The route reaches nothing of another institution: it names its caller's own keys, stock, days or areas, or nobody's."""

API: dict[tuple[str, str], str] = {
    ("POST", "scans"): OWN,
    ("POST", "eligibility"): TOKEN,
    ("POST", "encounters"): TOKEN,
    ("POST", "fee-batches"): VISIT,
    ("POST", "pre-settlements"): TOKEN,
    ("POST", "settlements"): TOKEN,
    ("POST", "reversals"): BILL,
    ("POST", "annulments"): OWN,
    ("POST", "activations"): OWN,
    ("POST", "activations/complete"): OWN,
    ("POST", "accounts"): TOKEN,
    ("POST", "mutual-aid"): TOKEN,
    ("POST", "mutual-aid/agree"): TOKEN,
    ("POST", "mutual-aid/end"): TOKEN,
    ("POST", "purse-transfers"): TOKEN,
    ("POST", "purse-transfers/accept"): TOKEN,
    ("POST", "purse-transfers/refuse"): TOKEN,
    ("POST", "credit-batches"): OWN,
    ("POST", "filings"): TOKEN,
    ("POST", "filings/renew"): TOKEN,
    ("POST", "filings/end"): TOKEN,
    ("POST", "filings/withdraw"): TOKEN,
    ("POST", "filings/institutions"): TOKEN,
    ("POST", "filings/list"): TOKEN,
    ("GET", "outcomes/{}"): OWN,
    ("GET", "settlements/{}"): BILL,
    ("POST", "stock-movements"): OWN,
    ("GET", "stock-movements/{}"): OWN,
    ("GET", "stock-packs/{}"): OWN,
    ("GET", "packs/{}"): OWN,
    ("GET", "days/{}"): OWN,
    ("GET", "encounters/{}"): VISIT,
    ("POST", "fee-batches/remove"): VISIT,
    ("POST", "encounters/change"): VISIT,
    ("POST", "encounters/close"): VISIT,
    ("POST", "encounters/reopen"): VISIT,
    ("POST", "encounters/cancel"): VISIT,
    ("POST", "refunds"): BILL,
    **{
        ("GET", f"outcomes/{verb}/{{}}"): OWN
        for verb in ("open_encounter", "add_items", "close_encounter", "settle", "reverse", "refund_items")
    },
}
"""(method, path below /api/v1/) → what another institution is answered for an object that isn't its own."""

LOOKED = {("POST", "eligibility"), ("POST", "accounts"), ("POST", "filings/list")}
"""Routes that show a person's data and leave no other trace: each call is a look."""
OWN_TRACE = {
    ("POST", "scans"): "the scan itself is in the log",
    ("POST", "activations/complete"): "the binding is in the log",
    ("GET", "settlements/{}"): "the institution's own bill, which is in the log",
    ("GET", "days/{}"): "the institution's own bills",
    ("GET", "encounters/{}"): "the institution's own visit, opened by a scan that is in the log",
    ("POST", "pre-settlements"): "needs a fresh scan, which is in the log, or an own visit",
}
"""Routes that show a person's data whose trace is another."""

COMMANDS: dict[str, str] = {
    "serve": "shows nothing",
    "migrate": "shows nothing",
    "demo": "made-up people",
    "bench": "made-up people",
    "distribute": "shows statements",
    "verify": "names rows by their ids",
    "import": "shows counts and line numbers",
    "import people": "shows counts and line numbers",
    "import enrolments": "shows counts and line numbers",
    "import contributions": "shows counts and line numbers",
    "year-roll": "shows counts",
    "credit": "shows counts and line numbers",
    "policy check": "policy documents",
    "policy show": "policy documents",
    "policy diff": "policy documents",
    "policy try": "made-up bills",
    "policy simulate": "made-up bills, or counts over many",
    "policy schema": "policy documents",
    "agency period": "acts, shows no person",
    "agency reprice": "acts with two officers and a reason, kept as a correction that the person's export holds",
    "filing waiting": "looked",
    "filing preview": "looked",
    "filing decide": "acts; the decision is kept with its officer",
    "rights find": "looked",
    "rights log": "looked",
    "rights export": "looked",
    "rights lift": "acts; the freeze keeps both officers and the reason",
    "rights disputes": "looked",
    "rights answer": "acts; the answer is kept with its officer",
}
"""Every command: ``looked`` where it shows a person's data, else why it needn't be."""
