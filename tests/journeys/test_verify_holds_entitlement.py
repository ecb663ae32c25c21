"""Contributions, circumstances, periods, merges and chosen areas: what is altered, removed or slipped in is named."""

from __future__ import annotations

from datetime import date

import pytest
from agency_desk import AgencyDesk
from journey_house import House
from test_departures import EMPLOYEE, OTHER, choose, depart
from test_merging import OLD, insure, merge, register

from openyibao.rooms import entitlement
from openyibao.rooms.entitlement import EndGround, SuspendRequest


@pytest.fixture
async def insured(house: House) -> House:
    """One who paid and was suspended for a month, one who enlisted, two records made one, an area chosen and left."""
    desk = AgencyDesk(house)
    one = await desk.pay(house.prepared.installed.enrolments[EMPLOYEE], 202001, 202611)
    days = {"begins_on": date(2026, 3, 1), "ends_on": date(2026, 3, 31), "ground": "dispute"}
    asked = SuspendRequest(cell=one.cell, person_id=one.person_id, enrolment_id=one.enrolment_id, **days)
    await desk.one(entitlement.suspend_enrolments, requests=[asked])
    await depart(house, OTHER, EndGround.enlisted)
    old = await register(house, OLD)
    await insure(house, old, 120101)
    await merge(house, old, house.prepared.installed.persons[EMPLOYEE])
    await choose(house, EMPLOYEE, 120100)
    return house


PAID = "(select enrolment_id from contributions where last_month = 202611 and first_month = 202001)"
ALTERED = {
    "contribution": [
        "update contributions set base_fen = base_fen + 1 where first_month = 202001",
        "update contributions set paid_on = '2026-11-20' where first_month = 202001",
    ],
    "circumstance": ["update entitlement_circumstances set ends_on = ends_on + 1 where kind = 'suspended'"],
    "enrolment": [
        f"update enrolments set paid_until = paid_until + 31 where enrolment_id = {PAID}",
        f"update enrolments set running_since = running_since - 366 where enrolment_id = {PAID}",
        f"update enrolments set terms_hash = null where enrolment_id = {PAID}",
        f"update enrolments set changes = changes - 1 where enrolment_id = {PAID}",
        f"delete from entitlement_periods where enrolment_id = {PAID} and state = 'suspended'",
        f"update entitlement_periods set state = 'paid' where enrolment_id = {PAID} and state = 'suspended'",
        "update enrolments set changes = 0, ends_on = null where changes > 0 and terms_hash is null",
    ],
    "person": [
        "update persons set merged_into = null, merged_into_bucket = null where merged_into is not null",
        "update persons set changes = 0, merged_into = null, merged_into_bucket = null where merged_into is not null",
        "update persons set died_on = '2026-01-01' where merged_into is null and changes = 0",
    ],
    "credential": [
        "update credentials set insured_area = 110100 where area_changes = 1",
        "update credentials set area_changes = 0 where area_changes = 1",
    ],
}
DERIVED = [
    # Not one row alone: the event of the enrolment is of the state as it stands, and yet it doesn't follow.
    "update entitlement_terms set terms = terms || '{\"employee_break_months\": 12}'",
    "delete from contributions where first_month = 202001",
    (
        "insert into contributions select cell, person_id, enrolment_id, contribution_id + 1, 202612, 202612, base_fen, "
        "employer_fen, personal_fen, null, entered_at from contributions where first_month = 202001"
    ),
    "delete from entitlement_circumstances where kind = 'suspended'",
]
MISSING = {
    "contribution_entered": "delete from contributions where first_month = 202001",
    "circumstance_entered": "delete from entitlement_circumstances where kind = 'suspended'",
}
SLIPPED_IN = {
    "contribution": "insert into contributions select cell, person_id, enrolment_id, contribution_id + 1, 201912, 201912, "
    "base_fen, employer_fen, personal_fen, null, entered_at from contributions where first_month = 202001",
    "circumstance": "insert into entitlement_circumstances select cell, person_id, enrolment_id, circumstance_id + 1, kind, "
    "ground, begins_on, ends_on, entered_at from entitlement_circumstances where kind = 'suspended'",
}


async def kinds(house: House) -> set[tuple[str, str]]:
    faults = (await house.verify()).faults
    assert all(fault.zh and fault.en for fault in faults)
    return {(fault.kind, fault.where.split()[0]) for fault in faults}


async def test_nothing_is_wrong_before(insured: House) -> None:
    checked = await insured.verify()
    assert checked.faults == []
    assert checked.counts["contributions"] == 3
    assert checked.counts["circumstances"] >= 3
    assert checked.counts["entitlements"] == 3


@pytest.mark.parametrize(("where", "sql"), [(where, sql) for where, all_ in ALTERED.items() for sql in all_])
async def test_a_row_altered_is_named(insured: House, where: str, sql: str) -> None:
    await insured.tamper(sql)
    assert ("row_altered", where) in await kinds(insured)


@pytest.mark.parametrize("sql", DERIVED)
async def test_periods_that_do_not_follow_are_named(insured: House, sql: str) -> None:
    await insured.tamper(sql)
    assert ("entitlement_differs", "enrolment") in await kinds(insured)


@pytest.mark.parametrize("where", MISSING)
async def test_a_row_removed_is_named(insured: House, where: str) -> None:
    await insured.tamper(MISSING[where])
    assert ("row_missing", where) in await kinds(insured)


@pytest.mark.parametrize("where", SLIPPED_IN)
async def test_a_row_slipped_in_is_named(insured: House, where: str) -> None:
    await insured.tamper(SLIPPED_IN[where])
    assert ("event_missing", where) in await kinds(insured)


async def test_a_contribution_removed_with_its_event_is_named(insured: House) -> None:
    await insured.tamper(
        "delete from audit_events where subject_id in (select contribution_id from contributions where first_month = 202001)"
    )
    await insured.tamper("delete from contributions where first_month = 202001")
    found = await kinds(insured)
    assert ("entitlement_differs", "enrolment") in found
    assert any(kind == "event_missing" for kind, _ in found)


async def test_a_contribution_of_nobody_is_named(insured: House) -> None:
    await insured.tamper("update contributions set enrolment_id = 7 where first_month = 202001")
    assert ("contribution_stray", "contributions") in await kinds(insured)


async def test_an_older_state_put_back_is_named(insured: House) -> None:
    """The state before the suspension was told of once, too: but that was one change ago."""
    await insured.tamper(f"update enrolments set changes = 1 where enrolment_id = {PAID}")
    await insured.tamper(f"delete from entitlement_periods where enrolment_id = {PAID}")
    await insured.tamper(
        "insert into entitlement_periods select cell, person_id, enrolment_id, fund, d.b::text::date, d.e, d.s from enrolments, "
        "(values ('large_sum'), ('pooled_fund')) f(fund), "
        "(values ('2020-01-01', '2026-12-31'::date, 'paid'), ('2027-01-01', null, 'arrears')) d(b, e, s) "
        f"where enrolment_id = {PAID}"
    )
    assert ("row_altered", "enrolment") in await kinds(insured)
