"""Refusals of stays, of taking back and of undoing: each is provoked while later reasons hold too, answered, and stored."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from journey_house import House
from refused_visits import Provoke, hold_the_sentences, settled, suspend_place

from openyibao.kit.outcome import Refused
from openyibao.rooms.encounters import EncounterKind, NewEncounter
from openyibao.rooms.periods import PeriodAct, PeriodKind
from openyibao.rooms.settlement import Corrected, RefundLine

WHO, ELSE = 1, 0
BACK = {"original_line_no": 1, "quantity_e4": -10_000, "unit_price_micro": 100 * 10**6}


async def admitted(house: House) -> Any:
    return (await house.opened(WHO, EncounterKind.inpatient)).encounter


async def charged(house: House) -> Any:
    visit = await admitted(house)
    await house.add_items(visit, [house.line()])
    return visit


async def billed(house: House, **fields: Any) -> Any:
    visit = await charged(house)
    return visit, (await house.settle(None, cell=visit.cell, encounter_id=visit.encounter_id, **fields)).settlement


async def admission_without_a_bed(house: House) -> Any:
    whole = house.visit(EncounterKind.inpatient)
    visit = NewEncounter(kind=whole.kind, practitioner_code=whole.practitioner_code, diagnoses=whole.diagnoses)
    return await house.open(await house.token(WHO), visit)


async def a_second_admission(house: House) -> Any:
    await admitted(house)
    house.move_on()
    whole = house.visit(EncounterKind.inpatient)
    visit = NewEncounter(kind=whole.kind, practitioner_code=whole.practitioner_code, diagnoses=())
    return await house.open(await house.token(WHO), visit)


async def discharge_of_tomorrow(house: House) -> Any:
    return await house.close_visit(await admitted(house), closed_on=house.clock.today() + timedelta(days=1))


async def discharge_before_the_last_line(house: House) -> Any:
    visit = await admitted(house)
    house.clock.move(timedelta(days=2))
    await house.add_items(visit, [house.line()])
    return await house.close_visit(visit, closed_on=house.clock.today() - timedelta(days=1))


async def discharge_of_the_discharged(house: House) -> Any:
    visit = await admitted(house)
    await house.close_visit(visit)
    return await house.close_visit(visit, closed_on=date(2000, 1, 1))


async def a_line_before_admission(house: House) -> Any:
    visit = await admitted(house)
    early = house.clock.today() - timedelta(days=1)
    return await house.add_items(visit, [house.line(item_code="X-NONE", incurred_on=early)])


async def an_original_removed_alone(house: House) -> Any:
    visit = await charged(house)
    await house.add_items(visit, [house.line(2, -10_000, **BACK)])
    rows = await house.rows("select min(fee_batch_id) as id from fee_batches")
    return await house.remove_items(visit, rows[0]["id"])


async def removing_a_batch_that_is_not(house: House) -> Any:
    return await house.remove_items(await charged(house), 1)


async def removing_a_settled_batch(house: House) -> Any:
    visit, _ = await billed(house)
    await house.add_items(visit, [house.line(2)])
    rows = await house.rows("select min(fee_batch_id) as id from fee_batches")
    return await house.remove_items(visit, rows[0]["id"])


async def removing_at_a_suspended_place(house: House) -> Any:
    visit = await admitted(house)
    await suspend_place(house)
    return await house.remove_items(visit)


async def removing_from_anothers_visit(house: House) -> Any:
    return await house.remove_items(await charged(house), place=house.other_hospital)


async def settling_a_batch_that_is_not(house: House) -> Any:
    visit = await charged(house)
    return await house.settle(None, cell=visit.cell, encounter_id=visit.encounter_id, fee_batch_ids=(1,), interim=False)


async def final_settlement_before_discharge(house: House) -> Any:
    visit = await charged(house)
    return await house.settle(None, cell=visit.cell, encounter_id=visit.encounter_id, interim=False)


async def interim_settlement_after_discharge(house: House) -> Any:
    visit = await charged(house)
    await house.close_visit(visit)
    return await house.settle(None, cell=visit.cell, encounter_id=visit.encounter_id, interim=True)


async def changing_to_a_stranger(house: House) -> Any:
    visit = await admitted(house)
    await house.close_visit(visit)
    return await house.change_visit(visit, practitioner_code="D0000000")


async def changing_after_discharge(house: House) -> Any:
    visit = await admitted(house)
    await house.close_visit(visit)
    return await house.change_visit(visit, bed="3")


async def reopening_what_is_open(house: House) -> Any:
    return await house.undo_visit("reopen_encounter", await admitted(house))


async def reopening_under_another_stay(house: House) -> Any:
    visit = await admitted(house)
    await house.close_visit(visit)
    await admitted(house)
    return await house.undo_visit("reopen_encounter", visit)


async def cancelling_with_lines(house: House) -> Any:
    return await house.undo_visit("cancel_encounter", await charged(house))


async def lines_of_a_cancelled_visit(house: House) -> Any:
    visit = await admitted(house)
    await house.undo_visit("cancel_encounter", visit)
    return await house.add_items(visit, [house.line(item_code="X-NONE")])


async def refund_of_a_line_that_is_not(house: House) -> Any:
    bill = await settled(house, WHO)
    return await house.refund(bill, [RefundLine(line_no=7, quantity_e4=10**9, amount_fen=10**9)])


async def refund_of_more_than_was_bought(house: House) -> Any:
    bill = await settled(house, WHO)
    return await house.refund(bill, [RefundLine(line_no=1, quantity_e4=20_000, amount_fen=20_000)])


async def refund_under_a_later_bill(house: House) -> Any:
    bill = await settled(house, WHO)
    await settled(house, WHO)
    return await house.refund(bill, [RefundLine(line_no=7, quantity_e4=1, amount_fen=1)])


async def refund_elsewhere(house: House) -> Any:
    bill = await settled(house, WHO)
    return await house.refund(bill, [], place=house.other_hospital)


async def refunds_with_one_key(house: House) -> Any:
    bill = await settled(house, WHO)
    await house.refund(bill, [RefundLine(line_no=7, quantity_e4=1, amount_fen=1)], key="k")
    return await house.refund(bill, [RefundLine(line_no=8, quantity_e4=1, amount_fen=1)], key="k")


async def refund_annulled_before_it_came(house: House) -> Any:
    bill = await settled(house, WHO)
    await house.annul("late", verb="refund_items")
    return await house.refund(bill, [RefundLine(line_no=7, quantity_e4=1, amount_fen=1)], key="late")


async def reversal_annulled_before_it_came(house: House) -> Any:
    bill = await settled(house, WHO)
    await house.annul("late", verb="reverse")
    return await house.reverse(bill.settlement_id, bill.cell, key="late")


async def annulling_a_refund_of_all(house: House) -> Any:
    bill = await settled(house, WHO)
    await house.refund(bill, [RefundLine(line_no=1, quantity_e4=10_000, amount_fen=10_000)], key="all")
    await house.add_items(bill, [house.line()])  # takes the number of the line that went back
    return await house.annul("all", verb="refund_items")


async def annulling_a_refund_of_all_twice(house: House) -> Any:
    bill = await settled(house, WHO)
    await house.refund(bill, [RefundLine(line_no=1, quantity_e4=10_000, amount_fen=10_000)], key="all")
    assert isinstance(await house.annul("all", verb="refund_items"), Corrected)
    return await house.annul("all", verb="refund_items")


async def annulling_a_refund_of_all_under_a_later_bill(house: House) -> Any:
    bill = await settled(house, WHO)
    await house.refund(bill, [RefundLine(line_no=1, quantity_e4=10_000, amount_fen=10_000)], key="all")
    await settled(house, WHO)
    return await house.annul("all", verb="refund_items")


async def annulling_a_reversal_under_a_later_bill(house: House) -> Any:
    bill = await settled(house, WHO)
    await house.reverse(bill.settlement_id, bill.cell, key="r")
    await settled(house, WHO)
    return await house.annul("r", verb="reverse")


async def annulling_a_final_reversal_after_the_discharge_was_undone(house: House) -> Any:
    visit = await charged(house)
    await house.close_visit(visit)
    final = (await house.settle(None, cell=visit.cell, encounter_id=visit.encounter_id)).settlement
    await house.reverse(final.settlement_id, final.cell, key="r")
    await house.undo_visit("reopen_encounter", visit)
    await settled(house, WHO)
    return await house.annul("r", verb="reverse")


async def repricing_by_one_officer(house: House) -> Any:
    return await house.reprice(await settled(house, WHO), approver="officer-1")


async def repricing_without_a_reason(house: House) -> Any:
    return await house.reprice(await settled(house, WHO), why="", approver="officer-1")


async def repricing_of_what_is_reversed(house: House) -> Any:
    bill = await settled(house, WHO)
    await house.reverse(bill.settlement_id, bill.cell)
    return await house.reprice(bill)


async def repricing_of_nothing(house: House) -> Any:
    return await house.reprice(type("Bill", (), {"cell": 11010000, "settlement_id": 1})())


async def repricings_with_one_key(house: House) -> Any:
    bill = await settled(house, WHO)
    await house.reprice(bill, key="k", why="")
    return await house.reprice(bill, key="k")


def closed(kind: PeriodKind, *, verb: str = "reverse", whole_area: bool = False) -> Provoke:
    """A later bill stands, too, and the periods that are asked after this one are closed as well."""

    async def provoke(house: House) -> Any:
        if verb == "reopen":
            visit = await admitted(house)
            await house.close_visit(visit)
        else:
            bill = await settled(house, WHO)
            await settled(house, WHO)
        house.clock.move(timedelta(days=1))
        kinds = list(PeriodKind)
        for each in kinds[kinds.index(kind) :]:
            act = await house.close_period(each, None if whole_area else house.hospital)
            assert isinstance(act, PeriodAct), act
        if verb == "reopen":
            return await house.undo_visit("reopen_encounter", visit)
        if verb == "refund":
            return await house.refund(bill, [RefundLine(line_no=7, quantity_e4=1, amount_fen=1)])
        return await house.reverse(bill.settlement_id, bill.cell)

    return provoke


CASES: dict[str, tuple[str, Provoke]] = {
    "an admission without ward and bed": ("admission_incomplete", admission_without_a_bed),
    "a second admission": ("stay_open", a_second_admission),
    "a discharge of tomorrow": ("close_day_unsound", discharge_of_tomorrow),
    "a discharge before the last line": ("close_day_unsound", discharge_before_the_last_line),
    "a discharge of the discharged": ("encounter_closed", discharge_of_the_discharged),
    "a line before admission": ("line_day_unsound", a_line_before_admission),
    "an original taken back alone": ("negative_stands", an_original_removed_alone),
    "taking back a batch that is not": ("nothing_to_remove", removing_a_batch_that_is_not),
    "taking back a settled batch": ("lines_settled", removing_a_settled_batch),
    "taking back at a suspended institution": ("institution_suspended", removing_at_a_suspended_place),
    "taking back another's lines": ("encounter_unknown", removing_from_anothers_visit),
    "settling a batch that is not": ("batch_unknown", settling_a_batch_that_is_not),
    "a final settlement before the discharge": ("not_discharged", final_settlement_before_discharge),
    "an interim settlement after the discharge": ("already_discharged", interim_settlement_after_discharge),
    "a change to an unknown doctor": ("practitioner_unknown", changing_to_a_stranger),
    "a change after the discharge": ("encounter_closed", changing_after_discharge),
    "reopening what is open": ("not_closed", reopening_what_is_open),
    "reopening under another stay": ("stay_open", reopening_under_another_stay),
    "cancelling with lines": ("lines_present", cancelling_with_lines),
    "lines of a cancelled visit": ("encounter_cancelled", lines_of_a_cancelled_visit),
    "a refund of a line that is not": ("refund_line_unknown", refund_of_a_line_that_is_not),
    "a refund of more than was bought": ("negative_beyond_original", refund_of_more_than_was_bought),
    "a refund under a later bill": ("later_settlement_exists", refund_under_a_later_bill),
    "a refund elsewhere": ("settlement_of_other_institution", refund_elsewhere),
    "two refunds with one key": ("key_conflict", refunds_with_one_key),
    "a refund annulled before it came": ("request_barred", refund_annulled_before_it_came),
    "a reversal annulled before it came": ("request_barred", reversal_annulled_before_it_came),
    "annulling a refund of all whose line has a successor": ("returned_whole", annulling_a_refund_of_all),
    "annulling a refund of all twice": ("restored_already", annulling_a_refund_of_all_twice),
    "annulling a refund of all under a later bill": (
        "later_settlement_exists",
        annulling_a_refund_of_all_under_a_later_bill,
    ),
    "annulling a reversal under a later bill": ("later_settlement_exists", annulling_a_reversal_under_a_later_bill),
    "annulling a final reversal after the discharge was undone": (
        "not_discharged",
        annulling_a_final_reversal_after_the_discharge_was_undone,
    ),
    "repricing by one officer": ("approver_is_maker", repricing_by_one_officer),
    "repricing without a reason": ("why_missing", repricing_without_a_reason),
    "repricing of what is reversed": ("not_one_person", repricing_of_what_is_reversed),
    "repricing of nothing": ("settlement_unknown", repricing_of_nothing),
    "two repricings with one key": ("key_conflict", repricings_with_one_key),
    "a reversal of a closed day": ("day_closed", closed(PeriodKind.day)),
    "a reversal of a day closed for the area": ("day_closed", closed(PeriodKind.day, whole_area=True)),
    "a reversal of a reconciled day": ("reconciled", closed(PeriodKind.reconciliation)),
    "a reversal of a cleared day": ("cleared", closed(PeriodKind.clearing)),
    "a reversal of a closed year": ("year_closed", closed(PeriodKind.year)),
    "a refund of a closed day": ("day_closed", closed(PeriodKind.day, verb="refund")),
    "undoing a discharge of a cleared day": ("cleared", closed(PeriodKind.clearing, verb="reopen")),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_refused_act_is_answered_and_stored(house: House, case: str) -> None:
    code, provoke = CASES[case]
    refused = await provoke(house)
    hold_the_sentences(refused, code)
    stored = await house.rows("select reason from refusals order by refusal_id")
    assert [row["reason"] for row in stored][-1:] == [code]
    assert (await house.verify()).faults == []


async def test_a_period_reopened_lets_undo_again_and_its_acts_are_kept(house: House) -> None:
    bill = await settled(house, WHO)
    house.clock.move(timedelta(days=1))
    await house.close_period(PeriodKind.day, house.hospital)
    assert (await house.reverse(bill.settlement_id, bill.cell)).code == "day_closed"
    for change, code in (
        ({"approver": "o1"}, "approver_is_maker"),
        ({"why": " "}, "why_missing"),
        ({"until_on": house.clock.today()}, "period_unsound"),
        ({"from_on": house.clock.today()}, "period_unsound"),
    ):
        refused = await house.close_period(PeriodKind.day, house.hospital, closes=False, **change)
        hold_the_sentences(refused, code)
    await house.close_period(PeriodKind.day, house.hospital, closes=False)
    assert not isinstance(await house.reverse(bill.settlement_id, bill.cell), Refused)
    checked = await house.verify()
    assert (checked.faults, checked.counts["period_acts"]) == ([], 2)


async def test_more_than_two_hundred_settlements_are_not_priced_again_in_one_act(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openyibao.rooms.settlement.repricing.REPRICED_MAX", 2)
    bill = await settled(house, WHO)
    for _ in range(2):
        await settled(house, WHO)
    hold_the_sentences(await house.reprice(bill), "too_many_to_reprice")


async def test_a_visit_has_a_limit_of_lines(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openyibao.rooms.encounters.service.VISIT_LINES_MAX", 2)
    visit = await charged(house)
    refused = await house.add_items(visit, [house.line(2), house.line(1)])
    hold_the_sentences(refused, "lines_many")
