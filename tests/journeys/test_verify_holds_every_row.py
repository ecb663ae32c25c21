"""Every row that its room told the audit of is held against what was told: altered, taken back, removed or slipped in."""

from __future__ import annotations

import pytest
from journey_house import House

from openyibao.demo.bills import CASES
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, credentials
from openyibao.rooms.encounters import Opened, Uploaded
from openyibao.rooms.settlement import Settled

BOUND, STOPPED, VISITOR = 4, 5, 6
"""Persons of the population: one ended a binding, one was suspended twice and revoked, one has an open visit."""


@pytest.fixture
async def lived(house: House) -> House:
    """A day of a house in which every kind of row was written, and verify finds nothing."""
    whole = await house.settle_new(house.case_person(CASES[0]), house.case_lines(CASES[0]))
    assert isinstance(whole, Settled), whole
    undone = await house.settle_new(house.case_person(CASES[1]), house.case_lines(CASES[1]))
    assert isinstance(undone, Settled), undone
    assert isinstance(await house.reverse(undone.settlement.settlement_id, undone.settlement.cell), Settled)
    assert isinstance(await house.reverse(undone.settlement.settlement_id, undone.settlement.cell), Refused)
    await _visit(house)
    await _stop(house)
    assert (await house.verify()).faults == []
    return house


async def _visit(house: House) -> None:
    """Two uploads, of which one is settled; the visit is closed. The code is shown at a second terminal too."""
    house.move_on()
    code = await house.show(VISITOR)
    presented = await house.scan(code)
    assert isinstance(await house.scan(code, terminal_code="T02", operator_code="op2"), Refused)
    opened = await house.open(presented.visit_token)
    assert isinstance(opened, Opened), opened
    assert isinstance(await house.add_items(opened.encounter, [house.line()]), Uploaded)
    at = {"cell": opened.encounter.cell, "encounter_id": opened.encounter.encounter_id}
    settled = await house.settle(presented.visit_token, **at)
    assert isinstance(settled, Settled), settled
    assert isinstance(await house.add_items(opened.encounter, [house.line(2), house.line(3)]), Uploaded)
    await house.close_visit(opened.encounter)


async def _stop(house: House) -> None:
    ended = (await house.bind(BOUND)).binding
    who = (await house.bind(STOPPED)).binding

    async def run(tx: Tx) -> None:
        name = {"bucket": ended.bucket, "binding_id": ended.binding_id}
        await bindings.unbind(tx, house.clock, **name, actor="person")
        person = {"bucket": who.bucket, "person_id": who.person_id}
        for move in (credentials.suspend, credentials.suspend, credentials.revoke):
            await move(tx, house.clock, **person, actor="agency")

    await house.work(run)


LATER = "+ interval '1 hour'"


def one(name: str, table: str, condition: str = "true") -> str:
    """A condition that meets one row of a table."""
    return f"where {name} = (select min({name}) from {table} where {condition})"


ENDED, REVOKED, ACTIVATED = "state = 'ended'", "state = 'revoked'", "state = 'activated'"
OPENED = "state = 'closed'"
WHOLE = "encounter_id in (select encounter_id from settlements) and state = 'open'"
UPLOADED = "encounter_id in (select encounter_id from encounters where state = 'closed')"
UNSETTLED = UPLOADED + " and state = 'open'"
ALTERED = {
    "person": [
        f"update persons set name = name || 'x' {one('person_id', 'persons')}",
        f"update persons set phone_sealed = document_sealed {one('person_id', 'persons')}",
        f"update persons set birth_on = birth_on + 1 {one('person_id', 'persons')}",
    ],
    "enrolment": [
        f"update enrolments set person_category = 'newborn' {one('enrolment_id', 'enrolments')}",
        f"update enrolments set groups = groups || array['veteran'] {one('enrolment_id', 'enrolments')}",
        f"update enrolments set ends_on = '2099-12-31' {one('enrolment_id', 'enrolments', 'ends_on is null')}",
        f"update entitlement_periods set state = 'ended' {one('enrolment_id', 'entitlement_periods')}",
        f"delete from entitlement_periods {one('enrolment_id', 'entitlement_periods')}",
        (
            "insert into entitlement_periods select cell, person_id, enrolment_id, 'civil_servant', begins_on, null, 'paid' "
            f"from enrolments {one('enrolment_id', 'enrolments')}"
        ),
    ],
    "credential": [
        f"update credentials set insured_area = 110000, insured_cell = 1 {one('credential_id', 'credentials')}",
        f"update credentials set identity_digest = 'x' {one('credential_id', 'credentials')}",
        f"update credentials set state = 'activated', stop_ground = null {one('credential_id', 'credentials', REVOKED)}",
        f"update credentials set state = 'suspended' {one('credential_id', 'credentials', REVOKED)}",
        "update credentials set state = 'activated' where state = 'issued'",
        f"update credentials set state_changed_at = state_changed_at {LATER} {one('credential_id', 'credentials')}",
        (
            "update credentials set state = 'suspended', stop_ground = 'agency' "
            f"{one('credential_id', 'credentials', ACTIVATED)}"
        ),
        f"update credentials set stop_ground = 'holder' {one('credential_id', 'credentials', REVOKED)}",
        f"update credentials set status_index = status_index + 9 {one('credential_id', 'credentials')}",
    ],
    "binding": [
        f"update bindings set secret_sealed = 'x' {one('binding_id', 'bindings')}",
        f"update bindings set session_digest = 'x' {one('binding_id', 'bindings')}",
        f"update bindings set state = 'active', ended_at = null {one('binding_id', 'bindings', ENDED)}",
        f"update bindings set state = 'active' {one('binding_id', 'bindings', ENDED)}",
        f"update bindings set ended_at = ended_at {LATER} {one('binding_id', 'bindings', ENDED)}",
    ],
    "presentation": [
        f"update presentations set institution_id = 1 {one('presentation_id', 'presentations')}",
        f"update presentations set person_id = 1 {one('presentation_id', 'presentations')}",
        f"update visit_tokens set expires_at = expires_at {LATER} {one('presentation_id', 'visit_tokens')}",
        f"update visit_tokens set token_digest = 'x' {one('presentation_id', 'visit_tokens')}",
        f"delete from visit_tokens {one('presentation_id', 'visit_tokens')}",
    ],
    "refused scan": ["update scan_refusals set reason = 'code_expired' where binding_id is not null"],
    "refusal": [
        "update refusals set reason = 'not_enrolled'",
        'update refusals set facts = facts || \'{"reversal_id": "1"}\'',
        f"update refusals set refused_at = refused_at {LATER}",
    ],
    "encounter": [
        f"update encounters set diagnoses = '[]' {one('encounter_id', 'encounters', OPENED)}",
        f"update encounters set practitioner_code = 'x' {one('encounter_id', 'encounters', OPENED)}",
        f"update encounters set state = 'open', closed_on = null {one('encounter_id', 'encounters', OPENED)}",
        f"update encounters set closed_on = closed_on + 1 {one('encounter_id', 'encounters', OPENED)}",
        f"update encounters set state = 'closed', closed_on = opened_on {one('encounter_id', 'encounters', WHOLE)}",
        f"update encounters set closed_on = opened_on {one('encounter_id', 'encounters', WHOLE)}",
        f"update encounters set kind = 'inpatient' {one('encounter_id', 'encounters', WHOLE)}",
        f"update encounters set opened_on = opened_on - 1 {one('encounter_id', 'encounters', WHOLE)}",
        f"update encounters set institution_id = 1 {one('encounter_id', 'encounters', WHOLE)}",
        f"update encounters set diagnoses = '[]' {one('encounter_id', 'encounters', WHOLE)}",
        f"update encounters set practitioner_code = 'x' {one('encounter_id', 'encounters', WHOLE)}",
    ],
    "fee batch": [
        f"update fee_items set amount_fen = amount_fen + 1 {one('fee_item_id', 'fee_items', UPLOADED)}",
        f"delete from fee_items where fee_item_id = (select max(fee_item_id) from fee_items where {UPLOADED})",
        "update fee_batches set state = 'open', settlement_id = null where state = 'settled'",
        "update fee_batches set settlement_id = settlement_id + 1 where state = 'settled'",
        (
            "update fee_batches set state = 'settled', settlement_id = (select min(settlement_id) from settlements) "
            f"where {UNSETTLED}"
        ),
        f"update fee_batches set state = 'settled' where {UNSETTLED}",
    ],
    "reversal mark": [
        "update settlement_reversals set reversal_id = reversal_id + 1",
        (
            "insert into settlement_reversals select cell, settlement_id, settlement_id from settlements "
            "where kind = 'settlement' on conflict do nothing"
        ),
    ],
}
MISSING = {
    "person_registered": f"delete from persons {one('person_id', 'persons')}",
    "enrolled": "delete from enrolments where enrolment_id = (select max(enrolment_id) from enrolments)",
    "credential_issued": "delete from credentials where state = 'issued'",
    "credential_bound": f"delete from bindings {one('binding_id', 'bindings')}",
    "scan_accepted": "with gone as (delete from visit_tokens) delete from presentations",
    "scan_refused": "delete from scan_refusals where binding_id is not null",
    "refused": "delete from refusals",
    "encounter_opened": f"delete from encounters {one('encounter_id', 'encounters', OPENED)}",
    "encounter": f"delete from encounters {one('encounter_id', 'encounters', WHOLE)}",
    "items_added": f"delete from fee_batches where {UNSETTLED}",
    "reversal mark": "delete from settlement_reversals",
}
SLIPPED_IN = {
    "enrolment": "insert into enrolments select cell, person_id, enrolment_id + 1, agency_area, pooling_area, "
    f"insurance_type, person_category, groups, birth_on, begins_on, ends_on from enrolments "
    f"{one('enrolment_id', 'enrolments')}",
    "binding": "insert into bindings select bucket, binding_id + 1, credential_id, person_id, serial + 1024, province, "
    "kind, channel_code, device_name, secret_sealed, null, state, bound_at, ended_at from bindings "
    f"{one('binding_id', 'bindings')}",
    "presentation": "insert into visit_tokens select bucket, 'forged', presentation_id + 1, cell, person_id, "
    "institution_id, terminal_code, purpose, presented_at, expires_at from visit_tokens "
    f"{one('presentation_id', 'visit_tokens')}",
    "refusal": "insert into refusals select cell, refusal_id + 1, institution_id, verb, person_id, encounter_id, "
    "reason, facts, refused_at from refusals",
    "encounter": "insert into encounters select cell, encounter_id + 1, person_id, enrolment_id, institution_id, kind, "
    "state, treatment_area, opened_on, opened_at, closed_on, practitioner_code, presentation_id, admission_no, "
    f"diagnoses from encounters {one('encounter_id', 'encounters', WHOLE)}",
    "fee batch": "insert into fee_batches select cell, encounter_id, fee_batch_id + 1, 'open', null from fee_batches",
}


async def found(house: House, kind: str, where: str) -> set[tuple[str, str]]:
    """What verify says, once it says this; each fault has its sentences."""
    faults = (await house.verify()).faults
    assert all(fault.zh and fault.en for fault in faults)
    names = {(fault.kind, fault.where) for fault in faults}
    assert any(name[0] == kind and name[1].startswith(where + " ") for name in names), names
    return names


async def test_every_kind_of_row_is_looked_at(lived: House) -> None:
    counts = (await lived.verify()).counts
    for noun, table in {
        **{noun: noun for noun in ("persons", "enrolments", "credentials", "bindings", "presentations", "refusals")},
        "encounters": "encounters",
        "fee_batches": "fee_batches",
    }.items():
        (row,) = await lived.rows(f"select count(*) as n from {table}")
        assert counts[noun] == row["n"] > 0, noun
    assert counts["refused_scans"] == 1


@pytest.mark.parametrize(("where", "sql"), [(where, sql) for where, all_ in ALTERED.items() for sql in all_])
async def test_a_row_altered_is_named(lived: House, where: str, sql: str) -> None:
    await lived.tamper(sql)
    await found(lived, "row_altered", where)


@pytest.mark.parametrize("where", MISSING)
async def test_a_row_removed_is_named(lived: House, where: str) -> None:
    await lived.tamper(MISSING[where])
    await found(lived, "row_missing", where)


@pytest.mark.parametrize("where", SLIPPED_IN)
async def test_a_row_slipped_in_is_named(lived: House, where: str) -> None:
    await lived.tamper(SLIPPED_IN[where])
    await found(lived, "event_missing", where)


async def test_an_altered_row_is_named_alone(lived: House) -> None:
    (row,) = await lived.rows("select cell, max(enrolment_id) as enrolment_id from enrolments group by cell limit 1")
    name = (row["cell"], row["enrolment_id"])
    await lived.tamper("update enrolments set begins_on = begins_on - 1 where cell = $1 and enrolment_id = $2", *name)
    assert await found(lived, "row_altered", "enrolment") == {("row_altered", f"enrolment {name[0]}-{name[1]}")}
