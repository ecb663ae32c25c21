"""Enrolments that begin twice, end, move and rest. Today is 23 November 2026."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from agency import TIANJIN, Agency, said

from openyibao.kit.outcome import Refused
from openyibao.rooms import entitlement
from openyibao.rooms.areas import set_area_settings
from openyibao.rooms.entitlement import (
    BornRegistered,
    EndRequest,
    Enrolled,
    Moved,
    MoveRequest,
    NewbornRequest,
    SuspendRequest,
)
from openyibao.rooms.people import Enrolment, InsuranceType, PersonCategory, Sex, enjoyed_enrolment

RESIDENT = {"insurance_type": InsuranceType.resident, "person_category": PersonCategory.resident_adult}


def name_of(one: Enrolment) -> dict[str, int]:
    return {"cell": one.cell, "person_id": one.person_id, "enrolment_id": one.enrolment_id}


async def end(agency: Agency, one: Enrolment, last_on: date) -> Enrolment | Refused:
    requests = [EndRequest(**name_of(one), last_on=last_on)]
    (answer,) = await entitlement.end_enrolments(
        agency.tx, agency.clock, agency.areas, requests=requests, actor="agency"
    )
    return answer


async def move(agency: Agency, one: Enrolment, agency_area: int, on: date) -> Moved | Refused:
    requests = [MoveRequest(**name_of(one), agency_area=agency_area, on=on)]
    (answer,) = await entitlement.move(agency.tx, agency.clock, agency.areas, requests=requests, actor="agency")
    return answer


async def test_the_same_insurance_twice_in_one_pool_is_refused(agency: Agency) -> None:
    person = await agency.person()
    await agency.enrol(person)
    for answer, code in (
        (await agency.try_enrol(person, agency_area=990101), "agency_area_unknown"),
        (await agency.try_enrol(person, agency_area=990101, ends_on=date(2020, 1, 1)), "agency_area_unknown"),
        (await agency.try_enrol(person, ends_on=date(2025, 12, 31)), "ends_before_it_begins"),
        (await agency.try_enrol(person, agency_area=110108, begins_on=date(2026, 9, 1)), "already_enrolled"),
    ):
        assert isinstance(answer, Refused)
        assert answer.code == code
    assert isinstance(await agency.try_enrol(person, ends_on=date(2025, 12, 31), begins_on=date(2025, 1, 1)), Enrolled)


async def test_two_active_bases_are_a_finding_and_both_are_kept(agency: Agency) -> None:
    person = await agency.person()
    await agency.paid(await agency.enrol(person), 202601, 202611)
    second = await agency.try_enrol(person, agency_area=TIANJIN, **RESIDENT)
    assert isinstance(second, Enrolled)
    assert second.finding == entitlement.DOUBLE_ENROLMENT
    added = await agency.try_enrol(person, insurance_type=InsuranceType.large_sum)
    assert isinstance(added, Enrolled)
    assert added.finding is None
    found = await entitlement.list_doubles(agency.tx, agency.areas, on=agency.clock.today())
    assert [one.pooling_area for one in found[person.person_id]] == [110100, 120100]
    everything = await entitlement.list_person_enrolments(agency.tx, agency.areas, [person.person_id])
    assert len(everything[person.person_id]) == 3


async def test_of_two_bases_in_one_pool_the_area_says_which_is_enjoyed(agency: Agency) -> None:
    person = await agency.person()
    employee = await agency.paid(await agency.enrol(person), 202601, 202611)
    resident = await agency.paid(await agency.enrol(person, **RESIDENT), 202601, 202612)
    on = agency.clock.today()
    assert enjoyed_enrolment([employee, resident], on) == employee
    settings = await set_area_settings(
        agency.tx, agency.clock, pooling_area=110100, changes={"base_insurance_order": ["resident", "employee"]}
    )
    assert enjoyed_enrolment([employee, resident], on, settings.base_insurance_order) == resident


async def test_an_enrolment_ends_once_and_not_before_it_began(agency: Agency) -> None:
    one = await agency.paid(await agency.enrol(await agency.person()), 202601, 202611)
    ended = await end(agency, one, date(2026, 9, 30))
    assert isinstance(ended, Enrolment)
    assert said(ended) == [("paid", "2026-01-01", "2026-09-30")]
    for last_on, code in ((date(2026, 10, 31), "enrolment_ended"), (date(2025, 12, 31), "ends_before_it_begins")):
        answer = await end(agency, one, last_on)
        assert isinstance(answer, Refused)
        assert answer.code == code
    unknown = await end(agency, msgspec.structs.replace(one, enrolment_id=7), date(2025, 1, 1))
    assert isinstance(unknown, Refused)
    assert unknown.code == "enrolment_unknown"


async def test_a_move_within_the_pool_carries_account_and_accumulators(agency: Agency) -> None:
    one = await agency.paid(await agency.enrol(await agency.person()), 202601, 202610)
    done = await move(agency, one, 110108, date(2026, 11, 1))
    assert isinstance(done, Moved)
    assert (done.account_stays, done.accumulators_restart) == (False, False)
    assert done.opened.cell == one.cell
    assert said(done.ended) == [("paid", "2026-01-01", "2026-10-31")]
    paid = await agency.paid(done.opened, 202611, 202611)
    assert paid.running_since == date(2026, 1, 1)


async def test_who_retires_moves_to_another_category_and_pays_no_more(agency: Agency) -> None:
    one = await agency.paid(await agency.enrol(await agency.person()), 202601, 202610)
    asked = MoveRequest(
        **name_of(one), agency_area=110101, on=date(2026, 11, 1), person_category=PersonCategory.retired
    )
    (done,) = await entitlement.move(agency.tx, agency.clock, agency.areas, requests=[asked], actor="agency")
    assert isinstance(done, Moved)
    assert said(done.opened) == [("paid", "2026-11-01", "")]
    assert done.opened.running_since == date(2026, 1, 1)
    assert done.accumulators_restart is False


async def test_a_move_to_another_pool_says_what_stays_behind(agency: Agency) -> None:
    person = await agency.person()
    one = await agency.paid(await agency.enrol(person), 202601, 202610)
    done = await move(agency, one, TIANJIN, date(2026, 11, 1))
    assert isinstance(done, Moved)
    assert (done.account_stays, done.accumulators_restart) == (True, True)
    assert (done.ended.ends_on, done.opened.pooling_area) == (date(2026, 10, 31), 120100)
    # Nothing is paid there yet; the years go on once it is.
    assert said(done.opened) == [("arrears", "2026-11-01", "")]
    assert (await agency.paid(done.opened, 202611, 202611)).running_since == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("enrolment_unknown", {"enrolment_id": 7, "agency_area": 990101}),
        ("ends_before_it_begins", {"on": date(2026, 1, 1), "agency_area": 990101}),
        ("agency_area_unknown", {"agency_area": 990101}),
        ("already_enrolled", {"agency_area": TIANJIN}),
    ],
)
async def test_a_move_is_refused_in_order(agency: Agency, code: str, fields: dict[str, Any]) -> None:
    person = await agency.person()
    one = await agency.enrol(person)
    await agency.enrol(person, agency_area=TIANJIN)
    asked = {**name_of(one), "agency_area": 110108, "on": date(2026, 11, 1), **fields}
    (answer,) = await entitlement.move(
        agency.tx, agency.clock, agency.areas, requests=[MoveRequest(**asked)], actor="agency"
    )
    assert isinstance(answer, Refused)
    assert answer.code == code


async def test_a_suspension_stops_the_funds_on_its_days(agency: Agency) -> None:
    one = await agency.paid(await agency.enrol(await agency.person()), 202601, 202611)
    days = {"begins_on": date(2026, 3, 1), "ends_on": date(2026, 3, 31), "ground": "dispute"}
    asked = [SuspendRequest(**name_of(one), **days)]
    (answer,) = await entitlement.suspend_enrolments(
        agency.tx, agency.clock, agency.areas, requests=asked, actor="agency"
    )
    assert isinstance(answer, Enrolment)
    assert said(answer)[:3] == [
        ("paid", "2026-01-01", "2026-02-28"),
        ("suspended", "2026-03-01", "2026-03-31"),
        ("paid", "2026-04-01", "2026-12-31"),
    ]


async def newborn(agency: Agency, birth_on: date, **fields: Any) -> BornRegistered | Refused:
    asked = {"name": "钱一诺", "birth_certificate": "Z999000001", "sex": Sex.female, "birth_on": birth_on}
    asked |= {"agency_area": 110108, "personal_fen": 40_000, **fields}
    (answer,) = await entitlement.register_newborns(
        agency.tx, agency.clock, agency.sealer, agency.areas, requests=[NewbornRequest(**asked)], actor="agency"
    )
    return answer


async def test_a_newborn_is_covered_back_to_birth_within_the_days_of_the_area(agency: Agency) -> None:
    done = await newborn(agency, date(2026, 10, 14))
    assert isinstance(done, BornRegistered)
    assert said(done.enrolment) == [("paid", "2026-10-14", "2026-12-31"), ("arrears", "2027-01-01", "")]


@pytest.mark.parametrize(
    ("code", "birth_on", "fields"),
    [
        ("agency_area_unknown", date(2025, 1, 1), {"agency_area": 990101, "birth_certificate": "Z"}),
        ("newborn_window_over", date(2026, 8, 24), {"birth_certificate": "Z"}),
        ("document_length_wrong", date(2026, 8, 25), {"birth_certificate": "Z"}),
    ],
)
async def test_a_newborn_is_refused_in_order(agency: Agency, code: str, birth_on: date, fields: dict[str, Any]) -> None:
    answer = await newborn(agency, birth_on, **fields)
    assert isinstance(answer, Refused)
    assert answer.code == code
