"""Eligibility as an institution gets it: fund by fund, refusals as sentences, no ids of the person."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from agency_desk import AgencyDesk
from journey_house import House

from openyibao.fronts.api.bodies import EligibilityBody
from openyibao.fronts.api.routes import ROUTES, Call
from openyibao.kit.outcome import Refused
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.entitlement import EndRequest, end_enrolments

EMPLOYEE = 4


async def ask(house: House, token: str, **fields: Any) -> Any:
    body = EligibilityBody(visit_token=token, **fields)
    call = Call(platform=house.platform, caller=_caller(house), digest=b"", body=body, parameters=())
    return await ROUTES["POST", "eligibility"].run(call)


def _caller(house: House) -> Any:
    class Known(msgspec.Struct):
        institution_id: int

    return Known(house.hospital.institution_id)


async def test_an_institution_is_told_what_the_person_enjoys(house: House) -> None:
    house.move_on()
    found = await ask(house, await house.token(EMPLOYEE))
    assert found["refused"] is None
    assert [(one["fund"], one["enjoyed"]) for one in found["funds"]][:2] == [("pooled_fund", True), ("large_sum", True)]
    assert found["deductible_left_fen"] == found["deductible_fen"] > 0
    (one,) = found["enrolments"]
    assert (one["eligible_as"], one["pooling_area"]) == ("enjoyed", 110100)
    assert "enrolment_id" not in one
    said = msgspec.json.encode(found)
    assert str(house.prepared.installed.persons[EMPLOYEE].person_id).encode() not in said


async def test_a_kind_without_a_deductible_of_the_year_and_one_with(house: House) -> None:
    house.move_on()
    stay = await ask(house, await house.token(EMPLOYEE), kind=EncounterKind.inpatient)
    house.move_on()
    visit = await ask(house, await house.token(EMPLOYEE))
    assert stay["deductible_fen"] != visit["deductible_fen"]


async def test_a_token_that_is_not_known_is_refused(house: House) -> None:
    answer = await ask(house, "nobody")
    assert isinstance(answer, Refused)
    assert answer.code == "visit_token_unknown"


async def test_who_is_not_insured_is_told_so_and_not_refused(house: House) -> None:
    await house.bind(EMPLOYEE)
    one = house.prepared.installed.enrolments[EMPLOYEE]
    asked = EndRequest(
        cell=one.cell,
        person_id=one.person_id,
        enrolment_id=one.enrolment_id,
        last_on=house.clock.today().replace(day=1),
    )
    await AgencyDesk(house).one(end_enrolments, requests=[asked])
    house.move_on()
    found = await ask(house, await house.token(EMPLOYEE))
    assert found["refused"]["reason"] == "not_enrolled"
    assert found["refused"]["next_zh"]
    assert found["funds"] == ()


@pytest.mark.parametrize("state", ["suspended"])
async def test_a_suspended_institution_is_told_nothing(house: House, state: str) -> None:
    token = await house.token(EMPLOYEE)
    await house.tamper(
        "update institutions set state = $1 where institution_id = $2", state, house.hospital.institution_id
    )
    await house.tamper("update reference_versions set version = version + 1 where noun = 'institutions'")
    answer = await ask(house, token)
    assert isinstance(answer, Refused)
    assert answer.code == "institution_suspended"
