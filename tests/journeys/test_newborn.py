"""A child is born on 14 October, registered at 40 days, and its stay is paid; entitlement reaches back to birth."""

from __future__ import annotations

from datetime import date

from agency_desk import AgencyDesk, fund_of
from journey_house import House

from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import entitlement
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.entitlement import BornRegistered, NewbornRequest
from openyibao.rooms.people import Sex

BORN = date(2026, 10, 14)


async def test_a_newborn_registered_at_forty_days_has_its_stay_paid(house: House) -> None:
    desk = AgencyDesk(house)
    asked = NewbornRequest(
        name="赵一诺",
        birth_certificate="Z999110001",
        sex=Sex.female,
        birth_on=BORN,
        agency_area=110108,
        personal_fen=40_000,
    )

    async def register(tx: Tx) -> list[BornRegistered | Refused]:
        return await entitlement.register_newborns(
            tx, house.clock, house.platform.sealer, desk.areas, requests=[asked], actor="agency"
        )

    (born,) = await house.work(register)
    assert isinstance(born, BornRegistered), born
    assert (house.clock.today() - BORN).days == 40
    # From the day of birth on nothing rests.
    assert entitlement.bill_standing([born.enrolment], born.enrolment, BORN).funds_stopped == ()

    child = await desk.issue(born.person, born.enrolment)
    found = await desk.eligibility(child, EncounterKind.inpatient)
    pooled = fund_of(found, "pooled_fund")
    assert (pooled.enjoyed, pooled.since, pooled.until) == (True, BORN, date(2026, 12, 31))
    assert [one.eligible_as.value for one in found.enrolments] == ["enjoyed"]

    stay = await house.settle_new(
        child, [house.line(amount_fen=2_000_000)], encounter=house.visit(EncounterKind.inpatient)
    )
    assert not isinstance(stay, Refused), stay
    assert stay.settlement.pooled_fund_fen > 0
    checked = await house.verify()
    assert checked.faults == []
