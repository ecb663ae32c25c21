"""Where each route of the fronts stands: who may ask, and what another institution gets for it. New routes are placed here."""

from __future__ import annotations

from enum import StrEnum


class Place(StrEnum):
    """Who may ask a page."""

    anyone = "anyone"
    person = "person"
    operator = "operator"
    """Of the terminal. Officers below are operators too, of a role that is read at each act."""
    counter_officer = "counter_officer"
    counter_approver = "counter_approver"
    ward_nurse = "ward_nurse"
    ward_approver = "ward_approver"
    office_officer = "office_officer"
    office_approver = "office_approver"
    office_hotline = "office_hotline"
    office_security = "office_security"
    office_auditor = "office_auditor"
    office_system = "office_system"

    @property
    def post(self) -> str | None:
        """The post whose session this is, where it is an officer's."""
        head, _, tail = self.value.partition("_")
        return head if tail else None


ANYONE, PERSON, OPERATOR = Place.anyone, Place.person, Place.operator
_POSTS = (
    ("counter", Place.counter_officer, Place.counter_approver),
    ("ward", Place.ward_nurse, Place.ward_approver),
)

PAGES: dict[tuple[str, str], Place] = {
    ("GET", "/healthz"): ANYONE,
    ("GET", "/"): ANYONE,
    ("GET", "/static/{path:path}"): ANYONE,
    # The wallet: activation is for whoever can prove to be somebody.
    ("GET", "/wallet"): PERSON,
    ("GET", "/wallet/start"): ANYONE,
    ("POST", "/wallet/consent"): ANYONE,
    ("GET", "/wallet/activate"): ANYONE,
    **{("POST", f"/wallet/{step}"): ANYONE for step in ("activate", "face", "insured", "password")},
    ("GET", "/wallet/trouble"): ANYONE,
    # What to do about a lost phone is read on somebody else's; a press ends devices on an own one alone.
    ("GET", "/wallet/lost"): ANYONE,
    ("POST", "/wallet/lost"): PERSON,
    # Tells nobody's browser that nothing waits.
    ("GET", "/wallet/confirm/waiting"): ANYONE,
    **{
        ("GET", f"/wallet/{path}"): PERSON
        for path in ("family", "family/code/{named:str}", "confirm", "security", "cards", "changes")
    },
    **{
        ("POST", f"/wallet/{path}"): PERSON
        for path in (
            *("family/child", "family/relative", "family/consent", "family/end", "family/keys/{named:str}"),
            "family/paper",
            *("confirm", "security", "bindings/rename", "cards"),
        )
    },
    ("GET", "/wallet/statement"): PERSON,
    ("GET", "/wallet/offline.js"): ANYONE,
    ("GET", "/wallet/minter.js"): ANYONE,
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
    ("GET", "/wallet/receipts/{settlement_id:int}"): PERSON,
    **{("GET", f"/wallet/{path}"): PERSON for path in ("rights", "freeze", "consents", "log", "disputes", "export")},
    **{
        ("POST", f"/wallet/{path}"): PERSON
        for path in ("freeze", "freeze/lift", "consents/withdraw", "disputes", "export")
    },
    ("GET", "/wallet/enrolments"): PERSON,
    **{("POST", f"/wallet/enrolments/{act}"): PERSON for act in ("use", "transfer", "withdraw")},
    ("GET", "/wallet/check"): PERSON,
    **{("POST", f"/wallet/check/{step}"): PERSON for step in ("begin", "face", "send", "code", "password")},
    # Counter and ward: who activates for somebody who is there, and who approves it, each with an own sign-in.
    **{
        (method, f"/{post}/{path}"): ANYONE
        for post, _, _ in _POSTS
        for method, path in (("GET", "sign-in"), ("POST", "sign-in"), ("POST", "sign-out"))
    },
    **{
        (method, f"/{post}{path}"): officer
        for post, officer, _ in _POSTS
        for method, path in (("GET", ""), ("POST", "/begin"), ("GET", "/activate"), ("POST", "/{act:str}"))
    },
    # The agency's own pages.
    **{
        (method, f"/counter/{path}"): Place.counter_officer
        for method, path in (
            *(("GET", "entitlement"), ("POST", "entitlement"), ("GET", "filings"), ("POST", "filings/open")),
            *(("POST", "filings/decide"), ("GET", "packs"), ("POST", "packs"), ("GET", "periods")),
            *(("GET", "signals"), ("POST", "signals"), ("POST", "signals/judge")),
        )
    },
    **{
        (method, f"/{post}/carriers{path}"): officer
        for post, officer, _ in _POSTS
        for method, path in (("GET", ""), ("POST", "/{act:str}"), ("GET", "/paper/{binding_id:int}"))
    },
    **{
        (method, f"/{post}/faces{path}"): officer
        for post, officer, _ in _POSTS
        for method, path in (("GET", ""), ("GET", "/take"), ("POST", "/take"), ("POST", "/{act:str}"))
    },
    **{(method, f"/{post}/approvals"): approver for post, _, approver in _POSTS for method in ("GET", "POST")},
    # The officers' desk: each page its role; the auditor reads roles, and changes none.
    ("GET", "/office/sign-in"): ANYONE,
    ("POST", "/office/sign-in"): ANYONE,
    ("POST", "/office/sign-out"): ANYONE,
    ("GET", "/office"): Place.office_officer,
    **{
        (method, f"/office/{path}"): Place.office_officer
        for method, path in (
            *(("GET", "person"), ("POST", "person"), ("POST", "person/drop"), ("POST", "propose/{kind:str}")),
            *(("GET", "made"), ("POST", "password"), ("GET", "disputes"), ("GET", "disputes/{number:str}")),
            *(("POST", "disputes/{number:str}"), ("GET", "transfers"), ("POST", "transfers")),
        )
    },
    **{(method, "/office/approvals"): Place.office_approver for method in ("GET", "POST")},
    **{
        (method, f"/office/{path}"): Place.office_hotline
        for method, path in (("GET", "hotline"), ("POST", "hotline"), ("POST", "hotline/act"))
    },
    **{
        (method, f"/office/{path}"): Place.office_security
        for method, path in (("GET", "roles"), ("POST", "roles"), ("POST", "roles/decide"))
    },
    ("GET", "/office/system"): Place.office_system,
    # The terminal.
    ("GET", "/terminal/sign-in"): ANYONE,
    ("POST", "/terminal/sign-in"): ANYONE,
    ("POST", "/terminal/sign-out"): ANYONE,
    ("GET", "/terminal/offline.js"): ANYONE,
    ("GET", "/terminal/time"): ANYONE,
    **{
        ("GET", f"/terminal{path}"): OPERATOR
        for path in (
            *("/offline", "", "/items", "/line", "/sample", "/outcome", "/today", "/stays", "/face"),
            *("/slip/{cell:int}/{settlement_id:int}", "/stays/{cell:int}/{encounter_id:int}"),
        )
    },
    **{
        ("POST", f"/terminal{path}"): OPERATOR
        for path in (
            *("/offline/send", "/offline/bill", "/scan", "/cards", "/face", "/pre-settle", "/settle", "/stays"),
            *(f"/slip/{{cell:int}}/{{settlement_id:int}}/{act}" for act in ("refund", "reverse")),
            *(
                f"/stays/{{cell:int}}/{{encounter_id:int}}/{act}"
                for act in ("change", "lines", "remove", "discharge", "undo/{what:str}", "pre-settle", "settle")
            ),
        )
    },
}
"""(method, path) → who may ask."""
ALSO: dict[tuple[str, str], frozenset[Place]] = {
    ("GET", "/office"): frozenset(place for place in Place if place.post == "office"),
    ("GET", "/office/roles"): frozenset({Place.office_auditor}),
}
"""Pages that more than one role of a post may open."""

TOKEN, VISIT, BILL = "visit_token_other_institution", "encounter_unknown", "settlement_of_other_institution"
OWN = "own"
"""The route reaches nothing of another institution: it names its caller's own keys, stock, days or areas, or nobody's."""

API: dict[tuple[str, str], str] = {
    ("POST", "scans"): OWN,
    ("POST", "offline-acceptances"): OWN,
    ("POST", "identifications"): OWN,
    ("POST", "face-challenges"): OWN,
    ("POST", "face-presentations"): OWN,
    ("GET", "issuer-keys"): OWN,
    ("GET", "status-lists/{}"): OWN,
    ("GET", "audit-keys"): OWN,
    ("POST", "sessions"): OWN,
    ("GET", "audit-roots/{}"): OWN,
    ("GET", "receipts/{}"): BILL,
    ("POST", "credential-statements"): TOKEN,
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

LOOKED = {
    ("POST", "eligibility"),
    ("POST", "accounts"),
    ("POST", "filings/list"),
    ("POST", "credential-statements"),
}
"""Routes that show a person's data and leave no other trace: each call is a look."""
OWN_TRACE = {
    ("POST", "scans"): "the scan itself is in the log",
    ("POST", "face-presentations"): "known by face is a showing like a scan, in the log under the credential's id",
    ("POST", "offline-acceptances"): "the scan itself is in the log",
    (
        "POST",
        "identifications",
    ): "the reading is a showing like a scan, in the log under the card's id or the credential's",
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
    "codes chance": "shows a count",
    "faces count": "shows a count",
    "faces attacks": "made-up heads",
    "codes forge": "shows counts",
    "verify": "names rows by their ids",
    "import": "shows counts and line numbers",
    "year-roll": "shows counts",
    "credit": "shows counts and line numbers",
    "policy check": "policy documents",
    "policy show": "policy documents",
    "policy diff": "policy documents",
    "policy try": "made-up bills",
    "policy simulate": "made-up bills, or counts over many",
    "policy schema": "policy documents",
    "conform": "made-up people of a desk",
    "area load": "divisions, no person",
    "area set": "settings, no person",
    "area show": "settings, no person",
    "catalogue import": "catalogue rows, no person",
    "policy publish": "policy documents",
    "institution import": "enters staff, shows counts; first passwords go to a file of the caller's",
    "institution list": "institutions, no person",
    "institution key": "public keys",
    "institution software": "a secret goes to a file of the caller's",
    "institution suspend": "institutions, no person",
    "institution resume": "institutions, no person",
    "audit seal": "hashes, no person",
    "audit roots": "hashes, no person",
    "audit compare": "hashes, no person",
    "tidy": "shows counts",
    "signals read": "shows counts",
    "signals list": "looked",
    "signals judge": "acts, shows no person; the signal keeps officer and reason",
    "distribute": "tables, no person",
    "agency period": "acts, shows no person",
    "agency reprice": "acts with two officers and a reason, kept as a correction that the person's export holds",
    "agency identity": "acts, shows how many bindings ended; the change keeps both officers and the reason",
    "agency lost-phone": "acts, shows how many bindings ended; the act keeps its officer and is in what the person holds",
    "issuer keys": "public keys",
    "issuer prepare": "keys, no person",
    "issuer sign": "keys, no person",
    "issuer retire": "keys, no person",
    "issuer resign": "shows a count",
    "issuer holder": "shows counts and line numbers; acts with two officers and a reason",
    "issuer issue": "shows a count",
    "issuer holders": "shows counts and line numbers",
    "mandate kinship": "acts; the kinship keeps both officers and is in what the child holds",
    "mandate consent": "acts; the consent is kept with its officers",
    "channel add": "channels, no person",
    "channel list": "channels, no person",
    "channel suspend": "channels, no person",
    "channel resume": "channels, no person",
    "channel revoke": "channels, no person",
    "channel rotate": "channels, no person",
    "channel deliveries": "ids and states of deliveries, without their content",
    "channel replay": "tells a channel what it was told, shows a count",
    "channel redeliver": "tells a channel what it was told, shows no content",
    "filing waiting": "looked",
    "filing preview": "looked",
    "filing decide": "acts; the decision is kept with its officer",
    "rights find": "looked",
    "rights log": "looked",
    "rights export": "looked",
    "rights lift": "acts; the freeze keeps both officers and the reason",
    "rights disputes": "looked",
    "officer list": "operators and their roles, no insured person",
    "officer give": "acts with two officers and a reason, kept as a proposal and a role",
    "officer take": "acts with two officers and a reason, kept as a proposal and a role",
    "rights answer": "acts; the answer is kept with its officer",
}
"""Every command: ``looked`` where it shows a person's data, else why it needn't be."""
