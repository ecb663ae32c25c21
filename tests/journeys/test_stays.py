"""Stories of stays and of undoing, each ending in verify."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from journey_house import House

from openyibao.kit.outcome import Refused
from openyibao.rooms import settlement
from openyibao.rooms.encounters import EncounterKind, EncounterState, Opened, Removed, Stepped, Uploaded
from openyibao.rooms.settlement import Corrected, FoundOutcome, OutcomeState, RefundLine, Settled

WHO, ELSE = 1, 0
"""A retired employee and a working one."""


async def admitted(house: House, person: int = WHO, **fields: Any) -> Any:
    answer = await house.opened(person, EncounterKind.inpatient, **fields)
    assert isinstance(answer, Opened), answer
    return answer.encounter


async def upload(house: House, visit: Any, line_no: int, amount_fen: int, **fields: Any) -> Any:
    answer = await house.add_items(visit, [house.line(line_no, amount_fen, **fields)])
    assert isinstance(answer, Uploaded), answer
    return answer


async def settle(house: House, visit: Any, **fields: Any) -> Any:
    answer = await house.settle(None, cell=visit.cell, encounter_id=visit.encounter_id, **fields)
    assert isinstance(answer, Settled), answer
    return answer.settlement


async def test_a_stay_over_new_year_with_interim_settlement(house: House) -> None:
    house.clock.set(datetime(2026, 12, 29, 4, tzinfo=UTC))
    visit = await admitted(house)
    moved = await house.change_visit(visit, ward="ICU", bed="2")
    assert isinstance(moved, Stepped)
    await upload(house, visit, 1, 3_000_050)
    await upload(house, visit, 2, 50_000)
    taken = {"original_line_no": 2, "quantity_e4": -10_000, "unit_price_micro": 500 * 10**6}
    await upload(house, visit, 3, -50_000, **taken)
    house.clock.set(datetime(2026, 12, 31, 4, tzinfo=UTC))
    before = await house.pre_settle(None, cell=visit.cell, encounter_id=visit.encounter_id, interim=True)
    interim = await settle(house, visit, interim=True)
    assert interim.fund_total_fen == before.split.fund_total_fen > 0
    house.clock.set(datetime(2027, 1, 4, 4, tzinfo=UTC))
    await upload(house, visit, 4, 1_234_567)
    left = await house.close_visit(visit, closed_on=date(2027, 1, 4))
    assert isinstance(left, Stepped), left
    assert left.encounter.closed_on == date(2027, 1, 4)
    final = await settle(house, visit, interim=False)
    assert final.facts.visit.stay_so_far["in_policy"] == interim.in_policy_fen
    assert final.deductible_fen == 0
    steps = await house.rows("select kind, ward, bed from encounter_steps order by step_no")
    assert [tuple(row) for row in steps] == [
        ("admitted", "W3", "12"),
        ("changed", "ICU", "2"),
        ("closed", "ICU", "2"),
    ]
    assert (await house.verify()).faults == []
    await _undone_in_reverse_order(house, visit, interim, final)


async def _undone_in_reverse_order(house: House, visit: Any, interim: Any, final: Any) -> None:
    """Final settlement, discharge, interim settlement, lines, admission: in no other order."""
    assert (await house.undo_visit("reopen_encounter", visit)).code == "settled_after_close"
    assert (await house.reverse(interim.settlement_id, interim.cell)).code == "undo_discharge_first"
    assert isinstance(await house.reverse(final.settlement_id, final.cell), Settled)
    assert (await house.reverse(interim.settlement_id, interim.cell)).code == "undo_discharge_first"
    assert isinstance(await house.undo_visit("reopen_encounter", visit), Stepped)
    assert isinstance(await house.reverse(interim.settlement_id, interim.cell), Settled)
    assert (await house.undo_visit("cancel_encounter", visit)).code == "lines_present"
    removed = await house.remove_items(visit)
    assert isinstance(removed, Removed), removed
    assert removed.line_count == 4
    gone = await house.undo_visit("cancel_encounter", visit)
    assert isinstance(gone, Stepped), gone
    assert gone.encounter.state is EncounterState.cancelled
    assert isinstance(await house.opened(WHO, EncounterKind.inpatient), Opened)
    checked = await house.verify()
    assert checked.faults == []
    assert checked.counts["open_stays"] == 1


async def test_a_lost_answer_is_annulled(house: House) -> None:
    opened = await house.open(await house.token(WHO), key="o")
    visit = opened.encounter
    await house.add_items(visit, [house.line()], key="u")
    assert (await house.annul("o", verb="open_encounter")).code == "lines_present"
    lost = await house.annul("u", verb="add_items")
    assert isinstance(lost, FoundOutcome)
    assert lost.state is OutcomeState.undone
    assert (await outcome(house, "u", "add_items")).state is OutcomeState.undone
    await house.add_items(visit, [house.line(2)], key="u2")
    token_at = {"cell": visit.cell, "encounter_id": visit.encounter_id}
    house.move_on()
    first = await house.settle(await house.token(WHO), key="s", **token_at)
    assert isinstance(first, Settled), first
    assert (await house.annul("u2", verb="add_items")).code == "lines_settled"
    await house.close_visit(visit, key="c")
    assert (await house.annul("c", verb="close_encounter")).state is OutcomeState.undone
    reversed_ = await house.reverse(first.settlement.settlement_id, first.settlement.cell, key="r")
    assert isinstance(reversed_, Settled)
    restored = await house.annul("r", verb="reverse", key="ar")
    assert isinstance(restored, Corrected), restored
    assert (restored.fund_total_fen, restored.cash_fen, restored.personal_account_fen) == (0, 0, 0)
    assert (await house.annul("r", verb="reverse", key="ar")).repeated
    assert (await house.annul("r", verb="reverse")).code == "restored_already"
    barred = await house.annul("never", verb="close_encounter")
    assert barred.state is OutcomeState.barred
    assert (await house.close_visit(visit, key="never")).code == "request_barred"
    assert (await house.annul("x", verb="scan")).code == "verb_unknown"
    assert (await house.verify()).faults == []


async def test_a_refund_is_annulled_by_its_key(house: House) -> None:
    bill = (await house.settle_new(WHO, [house.line(1, 70_000), house.line(2, 30_000)])).settlement
    refund = await house.refund(bill, [RefundLine(line_no=2, quantity_e4=10_000, amount_fen=30_000)], key="f")
    assert isinstance(refund, Corrected), refund
    assert (await outcome(house, "f", "refund_items")).state is OutcomeState.done
    back = await house.annul("f", verb="refund_items")
    assert isinstance(back, Corrected), back
    assert back.fund_total_fen + back.personal_account_fen + back.cash_fen == 30_000
    assert (await outcome(house, "f", "refund_items")).state is OutcomeState.undone
    assert (await house.verify()).faults == []


async def test_a_refund_of_everything_is_annulled_by_its_key(house: House) -> None:
    taken = {"original_line_no": 2, "quantity_e4": -10_000, "unit_price_micro": 300 * 10**6}
    lines = [house.line(1, 300_000), house.line(2, 30_000), house.line(3, -30_000, **taken)]
    bill = (await house.settle_new(WHO, lines)).settlement
    refund = await house.refund(bill, [RefundLine(line_no=1, quantity_e4=10_000, amount_fen=300_000)], key="f")
    assert refund.settlements[0].new_settlement_id is None
    assert (await outcome(house, "f", "refund_items")).state is OutcomeState.done
    back = await house.annul("f", verb="refund_items", key="a")
    assert isinstance(back, Corrected), back
    assert (await outcome(house, "f", "refund_items")).state is OutcomeState.undone
    assert (await house.annul("f", verb="refund_items", key="a")).repeated
    rows = {row["settlement_id"]: row for row in await house.rows("select * from settlements")}
    again = rows[back.settlements[0].new_settlement_id]
    assert (again["fee_total_fen"], again["fund_total_fen"]) == (300_000, bill.fund_total_fen)
    part = type("Bill", (), {"cell": bill.cell, "settlement_id": again["settlement_id"]})()
    less = await house.refund(part, [RefundLine(line_no=1, quantity_e4=5_000, amount_fen=150_000)])
    assert isinstance(less, Corrected), less
    assert (await house.verify()).faults == []


async def outcome(house: House, key: str, verb: str) -> FoundOutcome:
    async with house.platform.readers.reading() as reading:
        return await settlement.find_outcome(reading, house.hospital.institution_id, key, verb)


async def test_two_hospitals_reverse_out_of_order_refused_then_repriced(house: House) -> None:
    here = (await house.settle_new(WHO, [house.line(1, 200_000)])).settlement
    house.move_on()
    token = await house.token(WHO, place=house.other_hospital)
    visit = house.visit(place=house.other_hospital)
    line = house.line(1, 300_000, practitioner_code=house.doctor(house.other_hospital))
    there = (await house.settle(token, place=house.other_hospital, encounter=visit, items=(line,))).settlement
    refused = await house.reverse(here.settlement_id, here.cell)
    assert refused.code == "later_settlement_exists"
    assert (await house.reprice(here, approver="officer-1")).code == "approver_is_maker"
    assert (await house.reprice(here, why=" ")).code == "why_missing"
    done = await house.reprice(here, key="p")
    assert isinstance(done, Corrected), done
    first, second = done.settlements
    assert (first.settlement_id, first.new_settlement_id) == (here.settlement_id, None)
    assert second.settlement_id == there.settlement_id
    booked = {row["settlement_id"]: row for row in await house.rows("select * from settlements")}
    again = booked[second.new_settlement_id]
    assert again["institution_id"] == there.institution_id
    assert again["fund_total_fen"] < there.fund_total_fen  # the deductible is the later bill's own now
    assert done.fund_total_fen == again["fund_total_fen"] - there.fund_total_fen - here.fund_total_fen
    assert (await house.reprice(here, key="p")).repeated
    async with house.platform.readers.reading() as reading:
        (seen,) = await settlement.list_corrections(reading, (here.cell, here.person_id))
        assert seen.correction.why.startswith("the hospital")
        told = await settlement.explain_settlement(
            reading,
            house.platform.desk,
            cell=there.cell,
            settlement_id=there.settlement_id,
            institution_id=there.institution_id,
        )
    assert not isinstance(told, Refused)
    assert [one.correction.correction_id for one in told.corrections] == [done.correction.correction_id]
    assert (await house.verify()).faults == []


async def test_a_refund_pays_back_the_difference_and_ties_both_rows(house: House) -> None:
    lines = [house.line(1, 300_000), house.line(2, 50_000, quantity_e4=20_000, unit_price_micro=250 * 10**6)]
    bill = (await house.settle_new(WHO, lines)).settlement
    refund = await house.refund(bill, [RefundLine(line_no=2, quantity_e4=10_000, amount_fen=25_000)], key="f")
    assert isinstance(refund, Corrected), refund
    assert refund.fund_total_fen + refund.personal_account_fen + refund.cash_fen == -25_000
    assert (await house.refund(bill, [RefundLine(line_no=2, quantity_e4=10_000, amount_fen=25_000)], key="f")).repeated
    (link,) = refund.settlements
    rows = {row["settlement_id"]: row for row in await house.rows("select * from settlements")}
    rest = rows[link.new_settlement_id]
    house.move_on()
    alone = (await house.settle_new(ELSE, lines)).settlement  # another person; only the line counts here
    assert rest["fee_total_fen"] == alone.fee_total_fen - 25_000
    rest_named = settlement.RefundLine(line_no=1, quantity_e4=10_000, amount_fen=300_000)
    both = [rest_named, RefundLine(line_no=2, quantity_e4=10_000, amount_fen=25_000)]
    new = type("Bill", (), {"cell": bill.cell, "settlement_id": link.new_settlement_id})()
    whole = await house.refund(new, both)
    assert isinstance(whole, Corrected), whole
    assert whole.settlements[0].new_settlement_id is None
    assert (await house.verify()).faults == []


async def test_a_stay_elsewhere_is_refused_with_its_day_and_masked_place(house: House) -> None:
    await admitted(house)
    refused = await house.opened(WHO, EncounterKind.inpatient, place=house.other_hospital)
    assert isinstance(refused, Refused)
    assert refused.code == "stay_open"
    assert refused.facts["admitted_on"] == "2026-11-23"
    assert "*" in str(refused.facts["institution"])
    whole = await house.settle_new(WHO, encounter=house.visit(EncounterKind.inpatient))
    assert whole.code == "stay_open"
    assert isinstance(await house.settle_new(WHO), Settled)  # the area lets outpatients be paid meanwhile


async def test_the_next_stay_knows_when_the_last_one_ended(house: House) -> None:
    visit = await admitted(house)
    await upload(house, visit, 1, 2_000_000)
    house.clock.move(timedelta(days=2))
    await house.close_visit(visit)
    first = await settle(house, visit)
    house.clock.move(timedelta(days=3))
    again = await admitted(house)
    await upload(house, again, 1, 2_000_000)
    second = await settle(house, again)
    assert (first.facts.visit.last_discharge_on, first.facts.visit.admission_no) == (None, 1)
    assert (second.facts.visit.last_discharge_on, second.facts.visit.admission_no) == (date(2026, 11, 25), 2)
    whole = house.visit(EncounterKind.inpatient)
    await house.close_visit(again)
    third = await house.settle_new(WHO, encounter=whole)
    assert third.settlement.facts.visit.last_discharge_on == house.clock.today()
    assert (await house.verify()).faults == []


@pytest.mark.parametrize(("setting", "emergency"), [("refused", "visit_during_stay"), ("emergency", None)])
async def test_the_area_says_whether_a_visit_is_paid_during_a_stay(
    house: House, setting: str, emergency: str | None
) -> None:
    await house.tamper(
        "update pooling_areas set settings = jsonb_build_object('visits_during_stay', $1::text) where pooling_area = 110100",
        setting,
    )
    await house.tamper("update reference_versions set version = version + 1 where noun = 'areas'")
    visit = await admitted(house)
    assert (await house.settle_new(WHO)).code == "visit_during_stay"
    assert (await house.opened(WHO)).code == "visit_during_stay"
    answer = await house.settle_new(WHO, encounter=house.visit(EncounterKind.emergency))
    assert (answer.code if isinstance(answer, Refused) else None) == emergency
    await house.close_visit(visit)
    assert isinstance(await house.settle_new(WHO), Settled)


async def test_who_agreed_to_pay_in_the_consulting_room_is_not_scanned_again(house: House) -> None:
    answer = await house.opened(WHO, pay_consent=True)
    visit = answer.encounter
    await house.add_items(visit, [house.line()])
    at = {"cell": visit.cell, "encounter_id": visit.encounter_id}
    house.clock.move(timedelta(hours=2))
    assert isinstance(await house.settle(None, **at), Settled)
    await house.add_items(visit, [house.line(2)])
    house.clock.move(timedelta(hours=11))
    assert (await house.settle(None, **at)).code == "pay_consent_ended"
    assert isinstance(await house.settle(await house.token(WHO), **at), Settled)
    assert (await house.verify()).faults == []
