"""An employer stops paying: the funds rest, the account still pays; it is paid back, and the next bill is whole again."""

from __future__ import annotations

from datetime import date

from agency_desk import AgencyDesk, fund_of
from journey_house import House

from openyibao.kit.outcome import Refused
from openyibao.rooms import entitlement
from openyibao.rooms.entitlement import Repaired, RepairRequest
from openyibao.rooms.people import EntitlementState

AMOUNT_FEN = 500_000
WHO = 1  # retired people pay nothing; the fifth of the population is an employee
EMPLOYEE = 4


async def test_arrears_stop_the_funds_and_not_the_account_until_they_are_repaired(house: House) -> None:
    desk = AgencyDesk(house)
    enrolled = house.prepared.installed.enrolments[EMPLOYEE]
    one = await desk.pay(enrolled, 202001, 202608)
    assert one.entitlements[-1].state is EntitlementState.arrears
    assert one.paid_until == date(2026, 9, 30)

    found = await desk.eligibility(EMPLOYEE)
    pooled = fund_of(found, "pooled_fund")
    assert (pooled.enjoyed, pooled.why, pooled.since, pooled.until) == (False, "arrears", date(2026, 10, 1), None)
    assert (found.account_balance_fen or 0) > 0
    assert found.paid_until == date(2026, 9, 30)

    stopped = await house.settle_new(EMPLOYEE, [house.line(amount_fen=AMOUNT_FEN)])
    assert not isinstance(stopped, Refused), stopped
    assert stopped.settlement.fund_total_fen == 0
    assert stopped.settlement.personal_account_fen > 0

    ask = RepairRequest(
        cell=one.cell,
        person_id=one.person_id,
        enrolment_id=one.enrolment_id,
        until_month=202610,
        base_fen=800_000,
        employer_fen_a_month=78_400,
        personal_fen_a_month=16_000,
    )
    repaired = await desk.one(entitlement.repair_arrears, requests=[ask])
    assert isinstance(repaired, Repaired)
    assert repaired.months == (202609, 202610)
    assert repaired.enjoyed_since == date(2020, 1, 1)

    found = await desk.eligibility(EMPLOYEE)
    pooled = fund_of(found, "pooled_fund")
    assert (pooled.enjoyed, pooled.until, pooled.then) == (True, date(2026, 11, 30), "arrears")
    # A stopped bill moves no deductible: it is whole, and the next bill meets it and is paid.
    assert found.deductible_left_fen == found.deductible_fen
    assert found.years_running == 6
    paid = await house.settle_new(EMPLOYEE, [house.line(amount_fen=AMOUNT_FEN)])
    assert paid.settlement.fund_total_fen > 0
    assert paid.settlement.facts.person.paid_until == date(2026, 11, 30)
    left = await desk.eligibility(EMPLOYEE)
    assert (left.deductible_left_fen or 0) < (left.deductible_fen or 0)

    checked = await house.verify()
    assert checked.faults == []
    assert checked.counts["contributions"] == 2
    assert checked.counts["entitlements"] == 1


async def test_who_is_not_kept_by_contributions_stands_as_before(house: House) -> None:
    settled = await house.settle_new(WHO, [house.line(amount_fen=AMOUNT_FEN)])
    facts = settled.settlement.facts.person
    assert (facts.enrolled_on, facts.paid_until, facts.years_running) == (None, None, None)
    assert settled.settlement.fund_total_fen > 0
