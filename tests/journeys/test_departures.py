"""Somebody dies, enlists, or is insured in two places and chooses: what ends at once, and what never changes by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from agency_desk import AgencyDesk
from journey_house import House

from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import entitlement
from openyibao.rooms.credentials import Credential
from openyibao.rooms.entitlement import Departed, Departure, EndGround, Enrolled
from openyibao.rooms.people import InsuranceType, PersonCategory

EMPLOYEE, OTHER = 4, 5
TODAY = date(2026, 11, 23)


async def depart(house: House, person: int, ground: EndGround, **fields: Any) -> Any:
    who = house.prepared.installed.persons[person]
    asked = {"bucket": who.bucket, "person_id": who.person_id, "ground": ground, "on": TODAY, **fields}
    return await AgencyDesk(house).one(entitlement.depart, departures=[Departure(**asked)])


async def test_death_ends_insurance_and_credential_at_once(house: House) -> None:
    code = await house.show(EMPLOYEE)
    balance = (await AgencyDesk(house).eligibility(EMPLOYEE)).account_balance_fen
    done = await depart(house, EMPLOYEE, EndGround.died)
    assert isinstance(done, Departed)
    assert done.credential_stopped
    assert [one.ends_on for one in done.enrolments] == [TODAY]
    house.move_on()
    refused = await house.scan(await house.show(EMPLOYEE))
    assert isinstance(refused, Refused)
    assert refused.code == "credential_revoked"
    assert code
    (row,) = await house.rows(
        "select died_on from persons where person_id = $1", house.prepared.installed.persons[EMPLOYEE].person_id
    )
    assert row["died_on"] == TODAY
    # The account stays, to be inherited.
    (kept,) = await house.rows(
        "select balance_fen from personal_accounts where person_id = $1 and pot = 'current'",
        house.prepared.installed.persons[EMPLOYEE].person_id,
    )
    assert kept["balance_fen"] == balance
    assert (await house.verify()).faults == []


async def test_a_soldier_may_come_back(house: House) -> None:
    done = await depart(house, OTHER, EndGround.enlisted)
    assert isinstance(done, Departed)
    house.move_on()
    await house.rows("select 1")
    states = await house.rows(
        "select state from credentials where person_id = $1", house.prepared.installed.persons[OTHER].person_id
    )
    assert [row["state"] for row in states] == ["suspended"]
    assert (await house.verify()).faults == []


async def test_who_is_not_known_cannot_depart(house: House) -> None:
    answer = await depart(house, EMPLOYEE, EndGround.died, person_id=7)
    assert isinstance(answer, Refused)
    assert answer.code == "person_unknown"


async def choose(house: House, person: int, pooling_area: int) -> Any:
    who = house.prepared.installed.persons[person]

    async def run(tx: Tx) -> Any:
        return await entitlement.choose_insured_area(
            tx,
            house.clock,
            house.platform.desk.areas,
            bucket=who.bucket,
            person_id=who.person_id,
            pooling_area=pooling_area,
            actor="person",
        )

    return await house.work(run)


async def test_of_two_insured_areas_the_person_chooses_and_nobody_else(house: House) -> None:
    desk = AgencyDesk(house)
    before = await desk.eligibility(EMPLOYEE)
    made = await desk.enrol(
        house.prepared.installed.persons[EMPLOYEE],
        agency_area=120101,
        insurance_type=InsuranceType.resident,
        person_category=PersonCategory.resident_adult,
        begins_on=date(2026, 1, 1),
    )
    assert isinstance(made, Enrolled)
    assert made.finding == "double_enrolment"
    # A second insurance is told, and changes nothing.
    found = await desk.eligibility(EMPLOYEE)
    states = {one.pooling_area: one.eligible_as.value for one in found.enrolments}
    assert states == {110100: "enjoyed", 120100: "other_area"}
    assert found.funds == before.funds
    for area in (130100, 990000):
        refused = await choose(house, EMPLOYEE, area)
        assert isinstance(refused, Refused)
        assert refused.code == "no_enrolment_in_area"
    chosen = await choose(house, EMPLOYEE, 120100)
    assert isinstance(chosen, Credential)
    found = await desk.eligibility(EMPLOYEE)
    states = {one.pooling_area: one.eligible_as.value for one in found.enrolments}
    assert states == {110100: "other_area", 120100: "enjoyed"}
    assert {one.why for one in found.funds} == {"arrears"}
    assert list(found.balances_elsewhere_fen) == [110100]
    back = await choose(house, EMPLOYEE, 110100)
    assert isinstance(back, Credential)
    assert back.area_changes == 2
    assert (await house.verify()).faults == []


@pytest.mark.parametrize("ended", [date(2025, 12, 31)])
async def test_somebody_insured_nowhere_is_told_why(house: House, ended: date) -> None:
    desk = AgencyDesk(house)
    await house.bind(EMPLOYEE)
    enrolment = house.prepared.installed.enrolments[EMPLOYEE]
    asked = entitlement.EndRequest(
        cell=enrolment.cell, person_id=enrolment.person_id, enrolment_id=enrolment.enrolment_id, last_on=ended
    )
    done = await desk.one(entitlement.end_enrolments, requests=[asked])
    assert done.entitlements[-1].ends_on == ended
    found = await desk.eligibility(EMPLOYEE)
    assert found.refused is not None
    assert found.refused.code == "not_enrolled"
    assert [one.eligible_as.value for one in found.enrolments] == ["ended"]
    assert (found.funds, found.deductible_fen) == ((), None)
    assert (found.account_balance_fen or 0) > 0
    assert (await house.verify()).faults == []
