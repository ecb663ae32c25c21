"""Roles × routes, generated from the routers: a route that is not placed fails, and so does one that answers whom it shouldn't."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import typer
from journey_house import House
from rights_house import RightsHouse
from route_places import ALSO, API, COMMANDS, LOOKED, OWN, OWN_TRACE, PAGES, Place
from test_stays_over_http import Caller
from visitors import Visitors, path_of

from openyibao.cli import app as command
from openyibao.demo.bills import CASES
from openyibao.fronts.api.routes import ROUTES
from openyibao.rooms import people
from openyibao.rooms.people import DocumentType
from openyibao.rooms.settlement import Settled

SIGN_IN = {
    Place.person: "/wallet/start",
    Place.operator: "/terminal/sign-in",
    **{place: f"/{place.post}/sign-in" for place in Place if place.post},
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SESSIONLESS = {("POST", "/wallet/keys"): 401}
GONE_ALIKE = {("POST", "/wallet/family/keys/{named:str}"): 401}
"""Answers that a mandate is over to nobody and to a person whose mandate is not that: a phone drops the keys either way."""


@pytest.fixture
async def visitors(house: House) -> Visitors:
    return Visitors(house)


async def test_every_page_is_placed(visitors: Visitors) -> None:
    assert visitors.pages() == set(PAGES), "place each route in tests/journeys/route_places.py"


@pytest.mark.parametrize("role", Place)
async def test_each_page_answers_each_role_as_it_is_placed(visitors: Visitors, role: Place) -> None:
    """``Place.anyone`` is the browser of nobody."""
    wrong: list[Any] = []
    http, proof = await visitors.browser(role)
    # What ends a session comes last.
    ordered = sorted(PAGES, key=lambda route: ("unbind" in route[1] or "sign-out" in route[1], route))
    for method, pattern in ordered:
        place = PAGES[method, pattern]
        answer = await http.request(method, path_of(pattern), data={"form_proof": proof} if method == "POST" else None)
        if (method, pattern) in GONE_ALIKE:
            wrong += [(method, pattern)] if answer.status_code != GONE_ALIKE[method, pattern] else []
            continue
        refused = SESSIONLESS.get((method, pattern))
        turned_away = (
            answer.status_code == refused
            if refused
            # Signed in at this post, in another role.
            else answer.status_code == 403
            if place.post and place.post == role.post
            else answer.status_code == 303 and answer.headers.get("location") == SIGN_IN.get(place)
        )
        allowed = place is Place.anyone or place is role or role in ALSO.get((method, pattern), ())
        if turned_away == allowed or answer.status_code >= 500 or (allowed and answer.status_code in {401, 403}):
            wrong.append((method, pattern, answer.status_code, answer.headers.get("location")))
    await http.aclose()
    assert wrong == []


@pytest.mark.parametrize("role", Place)
async def test_a_form_without_its_proof_does_nothing_whoever_sends_it(visitors: Visitors, role: Place) -> None:
    http, _ = await visitors.browser(role)
    for method, pattern in PAGES:
        if method == "POST":
            answer = await http.post(path_of(pattern), data={"anything": "1"})
            assert answer.status_code == 403, pattern
    await http.aclose()


OWNED = ("bindings", "consents", "disputes", "freezes", "filings", "mutual_aid_agreements", "purse_transfers")


async def test_another_person_changes_nothing_of_somebody_elses(visitors: Visitors) -> None:
    """Forms of one person's browser that name what belongs to another."""
    house = visitors.house
    mine = RightsHouse(house, house.case_person(CASES[1]))
    await house.bind(mine.person)
    bound = (await house.bind(mine.person)).binding
    consent = await mine.give()
    await mine.look()
    entry = (await mine.log()).entries[0]
    micro = (entry.at - EPOCH) // timedelta(microseconds=1)
    http, proof = await visitors.browser(Place.person)
    before = {table: await house.rows(f"select * from {table} order by 1, 2") for table in OWNED}
    forms: dict[str, dict[str, Any]] = {
        "unbind": {"binding_id": bound.binding_id},
        "consents/withdraw": {"consent_id": consent.consent_id},
        "disputes": {"kind": entry.kind.value, "entry_id": entry.entry_id, "micro": micro, "words": "x"},
        "filings/take-back": {"filing_id": 7, "act": "withdraw", "key": "k"},
        "account/aid/agree": {"named": "11010000-7"},
        "account/aid/end": {"named": "11010000-7"},
        "account/purse/accept": {"named": "11010000-7"},
        "account/purse/refuse": {"named": "11010000-7"},
    }
    for path, fields in forms.items():
        answer = await http.post(f"/wallet/{path}", data={"form_proof": proof, **fields})
        assert answer.status_code in {303, 422}, (path, answer.status_code)
        assert answer.headers.get("location") != "/wallet/start", path
    assert {table: await house.rows(f"select * from {table} order by 1, 2") for table in OWNED} == before
    await http.aclose()


async def test_an_operator_of_another_institution_sees_no_slip_and_no_stay(visitors: Visitors) -> None:
    house = visitors.house
    person = house.case_person(CASES[0])
    bill = await house.settle_new(person, house.case_lines(CASES[0]))
    assert isinstance(bill, Settled), bill
    http, proof = await visitors.browser(Place.operator)
    masked = people.masked_name(house.prepared.installed.persons[person].name)
    at = f"{bill.settlement.cell}/{bill.settlement.settlement_id}"
    stay = f"{bill.settlement.cell}/{bill.settlement.encounter_id}"
    for path in (f"/terminal/slip/{at}", f"/terminal/stays/{stay}"):
        answer = await http.get(path)
        assert answer.status_code != 200, path
        assert masked not in answer.text, path
    for path in (f"slip/{at}/reverse", f"slip/{at}/refund", f"stays/{stay}/undo/cancel", f"stays/{stay}/discharge"):
        answer = await http.post(f"/terminal/{path}", data={"form_proof": proof, "request_key": "k1"})
        assert answer.status_code in {303, 404, 403, 422}, path
    assert await house.rows("select from settlement_reversals") == []
    await http.aclose()


# the interface of institutions


def test_every_route_of_the_interface_is_placed() -> None:
    assert set(ROUTES) == set(API), "place each route in tests/journeys/route_places.py"
    assert set(ROUTES) >= LOOKED | OWN_TRACE.keys()


class Stranger(Caller):
    """Another institution's system."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.key = house.prepared.session_keys[house.other_hospital.institution_id]


async def bodies_of(house: House) -> dict[str, Any]:
    """A body of each route about objects of the first hospital: a token, a visit, a bill, a filing number."""
    person = house.case_person(CASES[0])
    done = await house.settle_new(person, house.case_lines(CASES[0]))
    assert isinstance(done, Settled)
    opened = await house.opened(house.case_person(CASES[1]))
    visit = f"{opened.encounter.cell}-{opened.encounter.encounter_id}"
    bill = f"{done.settlement.cell}-{done.settlement.settlement_id}"
    house.move_on()
    token = await house.token(person)
    desk = {"operator_code": "op1", "terminal_code": "T01"}
    by_token: dict[str, Any] = {"visit_token": token}
    encounter = msgspec.to_builtins(house.visit())
    lines = [msgspec.to_builtins(house.line())]
    other = house.prepared.installed.persons[1]
    relative = {
        "name": other.name,
        "document_type": DocumentType.identity_card,
        "document_number": other.document_number,
        "relation": "child",
    }
    whole = {**desk, **by_token, "encounter": encounter, "items": lines}
    filed = {**by_token, "operator_code": "op1", "filing_id": "11010000-7"}
    at_visit = {"encounter_id": visit, "operator_code": "op1"}
    return {
        "eligibility": by_token,
        "encounters": {**desk, **by_token, "encounter": encounter},
        "fee-batches": {"encounter_id": visit, "items": lines},
        "pre-settlements": whole,
        "settlements": whole,
        "reversals": {**desk, "settlement_id": bill},
        "accounts": by_token,
        "credential-statements": by_token,
        "mutual-aid": {**by_token, "relative": relative},
        "mutual-aid/agree": {**by_token, "agreement_id": "11010000-7"},
        "mutual-aid/end": {**by_token, "agreement_id": "11010000-7"},
        "purse-transfers": {**by_token, "relative": relative, "amount_fen": 1_00},
        "purse-transfers/accept": {**by_token, "transfer_id": "11010000-7"},
        "purse-transfers/refuse": {**by_token, "transfer_id": "11010000-7"},
        "filings": {**by_token, "operator_code": "op1", "kind": "temporary", "begins_on": "2026-11-23"},
        "filings/renew": filed,
        "filings/end": filed,
        "filings/withdraw": filed,
        "filings/institutions": {**filed, "institution_codes": ["H1"]},
        "filings/list": by_token,
        "fee-batches/remove": {"encounter_id": visit},
        "encounters/change": {**at_visit, "ward": "W9"},
        "encounters/close": at_visit,
        "encounters/reopen": at_visit,
        "encounters/cancel": at_visit,
        "refunds": {**desk, "settlement_id": bill, "lines": [{"line_no": 1, "quantity_e4": 1, "amount_fen": 1}]},
        "settlements/{}": bill,
        "receipts/{}": bill,
        "encounters/{}": visit,
    }


async def ask(caller: Caller, method: str, path: str, given: Any) -> tuple[int, Any]:
    if method == "GET":
        return await caller.ask(method, path.replace("{}", given))
    return await caller.ask(method, path, given)


async def test_another_institution_gets_at_nothing_that_is_not_its_own(house: House) -> None:
    given, stranger = await bodies_of(house), Stranger(house)
    wrong = []
    for (method, path), expected in API.items():
        if expected != OWN:
            status, answer = await ask(stranger, method, path, given[path])
            if status == 200 or answer.get("reason") != expected:
                wrong.append((method, path, status, answer.get("reason")))
    assert wrong == []
    assert await house.rows("select from looks") == []


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route[0]} {route[1]}")
async def test_nobody_without_a_key_is_answered(house: House, route: tuple[str, str]) -> None:
    caller = Caller(house)
    caller.key = msgspec.structs.replace(caller.key, secret=b"\0" * 32)
    status, answer = await caller.ask(route[0], route[1].replace("{}", "1-1"))
    if ROUTES[route].authenticated:
        assert (status, answer["reason"]) == (401, "signature_wrong")
        caller.key = msgspec.structs.replace(caller.key, session_key_id=4_711)
        status, answer = await caller.ask(route[0], route[1].replace("{}", "1-1"))
        assert (status, answer["reason"]) == (401, "session_key_unknown")
    else:
        assert status != 401


async def test_each_route_that_shows_a_persons_data_leaves_a_look(house: House) -> None:
    given, caller = await bodies_of(house), Caller(house)
    for method, path in sorted(LOOKED):
        before = len(await house.rows("select from looks"))
        status, answer = await ask(caller, method, path, given[path])
        assert status == 200, answer
        rows = await house.rows("select looker_kind, institution_id, why from looks order by look_id desc limit 1")
        assert len(await house.rows("select from looks")) == before + 1
        assert (rows[0][0], rows[0][1]) == ("institution", house.hospital.institution_id)
        assert rows[0][2].startswith("settlement: ")


async def test_each_page_of_an_officer_that_shows_a_person_leaves_a_look(visitors: Visitors) -> None:
    """The officer's on naming who is there, the approver's on reading who waits; each with operator and reason."""
    house = visitors.house
    who = house.prepared.installed.persons[1]
    asked = {"name": who.name, "document_type": "identity_card", "document_number": who.document_number}
    looks = "select looker_kind, looker, institution_id, kind, why from looks where person_id = $1 order by look_id"
    for post, kind, officer, approver in (
        ("counter", "agency", Place.counter_officer, Place.counter_approver),
        ("ward", "institution", Place.ward_nurse, Place.ward_approver),
    ):
        before = len(await house.rows(looks, who.person_id))
        http, proof = await visitors.browser(officer)
        wrong = {**asked, "name": who.name + "某", "form_proof": proof, "agreed": "yes", "ward": "3", "bed": "12"}
        refused = await http.post(f"/{post}/begin", data=wrong)
        assert refused.status_code == 422, refused.text
        assert len(await house.rows(looks, who.person_id)) == before, "nothing was shown, nothing was seen"
        begun = await http.post(f"/{post}/begin", data={**wrong, "name": who.name})
        assert begun.status_code == 303, begun.text
        step = await http.get(f"/{post}/activate")
        assert people.masked_name(who.name) in step.text
        activation = re.search(r'name="activation" value="([0-9]+)"', step.text)
        assert activation
        fields = {"form_proof": proof, "activation": activation[1]}
        assert (await http.post(f"/{post}/document", data=fields)).status_code == 303
        await http.aclose()
        second, _ = await visitors.browser(approver)
        assert people.masked_name(who.name) in (await second.get(f"/{post}/approvals")).text
        await second.aclose()
        rows = [tuple(row) for row in await house.rows(looks, who.person_id)][before:]
        assert [row[:4] for row in rows] == [
            (kind, "op1", house.hospital.institution_id, "identity"),
            (kind, "op2", house.hospital.institution_id, "identity"),
        ]
        assert [row[4].split(":")[0] for row in rows] == [f"{post} activates", f"{post} approves activations"]


# commands


def commands_of(group: Any, before: str = "") -> set[str]:
    if not hasattr(group, "commands"):
        return {before.strip()}
    return {name for key, one in group.commands.items() for name in commands_of(one, f"{before} {key}")}


def test_every_command_is_placed() -> None:
    found = commands_of(typer.main.get_command(command))
    assert found == set(COMMANDS), "say in tests/journeys/route_places.py whether it shows a person's data"


def test_commands_that_show_a_persons_data_ask_for_officer_and_reason() -> None:
    root: Any = typer.main.get_command(command)
    for name, placed in COMMANDS.items():
        if placed == "looked":
            one = root
            for part in name.split():
                one = one.commands[part]
            required = {each.name for each in one.params if each.required}
            assert {"officer", "why"} <= required, name
