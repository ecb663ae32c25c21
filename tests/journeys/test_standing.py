"""Payment standings: whose lines the institution bears, who learns of it, and that nobody can alter it unseen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from journey_house import House
from pack_house import ELSE, WHO, faults

from openyibao.kit.outcome import Refused
from openyibao.rooms import institutions, settlement
from openyibao.rooms.encounters import EncounterKind, Uploaded
from openyibao.rooms.institutions import NewStandingDecision, PaymentStanding, StandingDecision
from openyibao.rooms.settlement import PreSettled, Settled


async def decide(house: House, standing: PaymentStanding, **fields: Any) -> Any:
    """A decision on the hospital's first doctor, from tomorrow on where nothing else is said."""
    given: dict[str, Any] = {
        "practitioner_code": house.doctor(),
        "standing": standing,
        "points": 9,
        "begins_on": house.clock.today() + timedelta(days=1),
        "ground": "分解住院",
    }
    decision = NewStandingDecision(**{**given, **fields})
    (answer,) = await house.work(
        lambda tx: institutions.decide_standings(tx, house.clock, decisions=[decision], actor="agency")
    )
    return answer


async def suspended(house: House, *, days: int = 30) -> StandingDecision:
    """The doctor is suspended from tomorrow on; it is tomorrow afterwards."""
    until = house.clock.today() + timedelta(days=days)
    answer = await decide(house, PaymentStanding.suspended, until_on=until)
    assert isinstance(answer, StandingDecision), answer
    house.move_on(86_400)
    return answer


def other_doctor(house: House) -> str:
    staff = house.prepared.population.places.practitioners
    mine = [one.practitioner_code for one in staff if one.institution_id == house.hospital.institution_id]
    return mine[1]


def two_lines(house: House) -> tuple[Any, Any]:
    """100 yuan by the doctor, 50 by another one."""
    return house.line(1, 10_000), house.line(2, 5_000, practitioner_code=other_doctor(house))


async def test_a_suspended_doctors_line_is_borne_by_the_hospital_except_in_an_emergency(house: House) -> None:
    """Journey: a decision is taken; the clerk is warned, the person doesn't pay, the slip says why; an emergency is paid."""
    before = await house.settle_new(WHO, two_lines(house))
    assert before.settlement.institution_borne_fen == 0
    await suspended(house)

    house.move_on()
    token = await house.token(WHO)
    bill = {"encounter": house.visit(), "items": two_lines(house)}
    shown = await house.pre_settle(token, **bill)
    assert isinstance(shown, PreSettled), shown
    assert [(note.line_no, note.code) for note in shown.notes] == [(1, "borne_by_institution")]
    done = await house.settle(token, **bill)
    assert isinstance(done, Settled), done
    paid = done.settlement
    assert (paid.fee_total_fen, paid.institution_borne_fen, paid.person_total_fen + paid.fund_total_fen) == (
        *(15_000, 10_000, 5_000),
    )
    assert paid.facts.borne_lines == (1,)
    # What the institution bears is not paid to it: its postings sum to the rest.
    (sums,) = await house.rows(
        "select sum(amount_fen) filter (where credit_account = $2)::bigint as got, "
        "coalesce(sum(amount_fen) filter (where debit_account = $2), 0)::bigint as gave from postings where settlement_id = $1",
        paid.settlement_id,
        paid.institution_id,
    )
    assert (sums["got"], sums["gave"]) == (5_000, 0)
    async with house.platform.readers.reading() as reading:
        told = await settlement.explain_settlement(
            reading,
            house.platform.desk,
            cell=paid.cell,
            settlement_id=paid.settlement_id,
            institution_id=paid.institution_id,
        )
    assert not isinstance(told, Refused)
    assert [step.line_no for step in told.steps if "支付资格" in step.zh] == [1]

    urgent = await house.settle_new(ELSE, two_lines(house), encounter=house.visit(EncounterKind.emergency))
    assert urgent.settlement.institution_borne_fen == 0

    undone = await house.reverse(paid.settlement_id, paid.cell)
    assert isinstance(undone, Settled), undone
    assert (await house.verify()).faults == []


async def test_the_clerk_hears_of_it_at_the_upload_and_a_line_follows_its_own_day(house: House) -> None:
    house.move_on()
    opened = await house.open(await house.token(WHO), house.visit(EncounterKind.inpatient))
    first = await house.add_items(opened.encounter, [house.line(1)])
    assert isinstance(first, Uploaded)
    assert first.notes == ()
    await suspended(house)
    second = await house.add_items(opened.encounter, [house.line(2, 20_000)], key="second")
    again = await house.add_items(opened.encounter, [house.line(2, 20_000)], key="second")
    assert (again.repeated, again.notes) == (True, second.notes)
    assert isinstance(second, Uploaded)
    assert [(note.line_no, note.code) for note in second.notes] == [(2, "borne_by_institution")]
    at = {"cell": opened.encounter.cell, "encounter_id": opened.encounter.encounter_id}
    done = await house.settle(None, **at)
    assert isinstance(done, Settled), done
    assert (done.settlement.facts.borne_lines, done.settlement.institution_borne_fen) == ((2,), 20_000)
    # A later word does not reach back.
    await decide(house, PaymentStanding.good, points=0)
    house.move_on(2 * 86_400)
    assert await faults(house) == set()


async def test_a_line_taken_back_goes_with_the_line_whoever_sends_it_and_when(house: House) -> None:
    await suspended(house, days=2)
    house.move_on()
    opened = await house.open(await house.token(WHO), house.visit(EncounterKind.inpatient))
    at = {"cell": opened.encounter.cell, "encounter_id": opened.encounter.encounter_id}
    await house.add_items(
        opened.encounter, [house.line(1), house.line(2, 5_000, practitioner_code=other_doctor(house))]
    )
    first = await house.settle(None, **at)
    assert (first.settlement.institution_borne_fen, first.settlement.person_total_fen) == (10_000, 5_000)
    # The suspension is over, and another doctor takes the line back: the hospital bears that much less, the person nothing.
    house.move_on(3 * 86_400)
    back = house.line(3, -10_000, quantity_e4=-10_000, practitioner_code=other_doctor(house), original_line_no=1)
    more = house.line(4, 20_000, practitioner_code=other_doctor(house))
    uploaded = await house.add_items(opened.encounter, [back, more])
    assert [note.line_no for note in uploaded.notes] == [3]
    second = await house.settle(None, **at)
    assert isinstance(second, Settled), second
    assert second.settlement.institution_borne_fen == -10_000
    assert second.settlement.person_total_fen + second.settlement.fund_total_fen == 20_000
    assert await faults(house) == set()


async def test_after_the_suspension_the_doctor_is_paid_again_and_an_end_is_for_good(house: House) -> None:
    decision = await suspended(house, days=3)
    directory = house.platform.desk.directory

    async def stands(on: date) -> PaymentStanding:
        async with house.platform.readers.reading() as reading:
            await house.platform.desk.fresh(reading)
        return directory.standing_on(house.hospital.institution_id, house.doctor(), on)

    assert decision.until_on is not None
    assert await stands(decision.begins_on - timedelta(days=1)) is PaymentStanding.good
    assert await stands(decision.until_on) is PaymentStanding.suspended
    assert await stands(decision.until_on + timedelta(days=1)) is PaymentStanding.good
    ended = await decide(house, PaymentStanding.ended, points=3)
    assert isinstance(ended, StandingDecision)
    assert await stands(ended.begins_on + timedelta(days=999)) is PaymentStanding.ended
    assert directory.points_of(house.doctor(), 2026) == 12
    assert (await decide(house, PaymentStanding.good)).code == "standing_ended"


REFUSED = {
    "practitioner_unknown": {"practitioner_code": "D0000000"},
    "standing_not_ahead": {"begins_on": date(2026, 11, 23), "until_on": date(2026, 1, 1)},
    "standing_span_wrong": {"until_on": date(2026, 11, 23)},
}


@pytest.mark.parametrize("code", REFUSED)
async def test_a_decision_that_cannot_be_taken_says_why(house: House, code: str) -> None:
    refused = await decide(house, PaymentStanding.suspended, **REFUSED[code])
    assert isinstance(refused, Refused)
    assert refused.code == code
    for language in ("zh", "en"):
        assert not set(refused.sentence(language) + refused.next_step(language)) & set("{}—")
    assert await house.rows("select from standing_decisions") == []


PLANTED = {
    "a suspension made to end earlier": ("update standing_decisions set until_on = begins_on", {"row_altered"}),
    "a suspension made to begin later": (
        "update standing_decisions set begins_on = begins_on + 5",
        {"row_altered", "standing_differs"},
    ),
    "a decision removed": ("delete from standing_decisions", {"row_missing", "standing_differs"}),
    "points taken off": ("update standing_decisions set points = 0", {"row_altered"}),
}


@pytest.fixture
async def borne(house: House) -> House:
    await suspended(house)
    done = await house.settle_new(WHO, two_lines(house))
    assert done.settlement.institution_borne_fen == 10_000
    assert await faults(house) == set()
    return house


@pytest.mark.parametrize("case", PLANTED)
async def test_a_standing_altered_is_named(borne: House, case: str) -> None:
    sql, kinds = PLANTED[case]
    await borne.tamper(sql)
    assert await faults(borne) == kinds


async def test_a_decision_removed_with_its_event_is_named(borne: House) -> None:
    await borne.tamper("delete from standing_decisions")
    await borne.tamper("delete from audit_events where kind = 'standing_decided'")
    named = {(fault.kind, fault.where) for fault in (await borne.verify()).faults}
    assert ("row_missing", f"standing decision {borne.doctor()}") in named
