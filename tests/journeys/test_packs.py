"""Packs by their trace codes: sold once, freed by what undoes the sale, told of in full."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from journey_house import House
from pack_house import (
    ELSE,
    UNIT_FEN,
    WHO,
    code,
    drug,
    faults,
    pack_line,
    pack_row,
    pharmacy,
    sell,
    set_area,
    sold,
    stock,
    undo,
)

from openyibao.kit.outcome import Refused
from openyibao.rooms import goods
from openyibao.rooms.encounters import EncounterKind, Uploaded
from openyibao.rooms.goods import MovementKind, Stocked, TraceExemption
from openyibao.rooms.presentation import Purpose
from openyibao.rooms.settlement import FoundOutcome, OutcomeState, PreSettled, Settled


async def test_an_item_returned_at_the_pharmacy_can_be_sold_again(house: House) -> None:
    """Journey: two packs are sold, one comes back: reversed, the rest settled; the other pack finds another buyer."""
    kept, back = code(house, 1), code(house, 2)
    first = await sold(house, pack_line(house, kept, back))
    assert first.fee_total_fen == 2 * UNIT_FEN
    assert (await pack_row(house, back))["state"] == "sold"
    refused = await sell(house, pack_line(house, back), person=ELSE)
    assert isinstance(refused, Refused)
    assert refused.code == "trace_code_sold_before"

    assert isinstance(await undo(house, first), Settled)
    assert (await pack_row(house, back))["state"] == "shelved"
    # The returned batch waits in the visit: a negative line takes the pack out of it, then the rest is settled.
    visit = {"cell": first.cell, "encounter_id": first.encounter_id}
    less = pack_line(house, back, number=2, quantity_e4=-10_000, original_line_no=1)

    class Visit:
        cell, encounter_id = first.cell, first.encounter_id

    uploaded = await house.add_items(Visit, [less], place=pharmacy(house))
    assert isinstance(uploaded, Uploaded), uploaded
    house.move_on()
    token = await house.token(WHO, place=pharmacy(house), purpose=Purpose.pharmacy_purchase)
    rest = await house.settle(token, place=pharmacy(house), **visit)
    assert isinstance(rest, Settled), rest
    assert rest.settlement.fee_total_fen == UNIT_FEN
    assert (await pack_row(house, kept))["state"] == "sold"

    assert (await sold(house, pack_line(house, back), person=ELSE)).fee_total_fen == UNIT_FEN
    kinds = await house.rows("select kind, quantity_e4 from stock_movements where trace_code = $1 order by turn", back)
    assert [tuple(row) for row in kinds] == [
        ("received", 10_000),
        ("sold", -10_000),
        ("returned_by_patient", 10_000),
        ("sold", -10_000),
    ]
    assert (await house.verify()).faults == []


async def test_the_second_sale_is_told_with_day_and_masked_place_and_stored(house: House) -> None:
    await sold(house, pack_line(house, code(house)))
    house.move_on(86_400)
    refused = await sell(house, pack_line(house, code(house)), person=ELSE)
    assert refused.code == "trace_code_sold_before"
    assert refused.facts["sold_on"] == "2026-11-23"
    assert "*" in str(refused.facts["institution"])
    assert pharmacy(house).name not in refused.sentence("zh")
    (stored,) = await house.rows("select reason, facts from refusals")
    assert (stored["reason"], stored["facts"]["line_no"]) == ("trace_code_sold_before", 1)
    assert await faults(house) == set()


async def test_of_two_bills_of_one_batch_with_one_pack_the_first_wins_and_both_are_stored(house: House) -> None:
    place = pharmacy(house)
    house.move_on()
    tokens = [await house.token(n, place=place, purpose=Purpose.pharmacy_purchase) for n in (WHO, ELSE)]
    before = house.platform.lane.batches
    answers = await asyncio.gather(
        *(
            house.settle(
                token,
                place=place,
                encounter=house.visit(EncounterKind.pharmacy, place=place),
                items=(pack_line(house, code(house)),),
            )
            for token in tokens
        )
    )
    assert house.platform.lane.batches == before + 1
    assert isinstance(answers[0], Settled), answers[0]
    assert isinstance(answers[1], Refused)
    assert answers[1].code == "trace_code_sold_before"
    assert len(await house.rows("select from settlements")) == len(await house.rows("select from refusals")) == 1
    assert await faults(house) == set()


async def test_a_lost_answer_annulled_frees_the_packs(house: House) -> None:
    place = pharmacy(house)
    await sold(house, pack_line(house, code(house)), key="lost")
    answer = await house.annul("lost", place=place)
    assert isinstance(answer, Settled), answer
    assert (await pack_row(house, code(house)))["state"] == "shelved"
    late = await house.annul("never came", place=place)
    assert isinstance(late, FoundOutcome)
    assert late.state is OutcomeState.barred
    await sold(house, pack_line(house, code(house)), person=ELSE)
    assert await faults(house) == set()


async def test_a_repeat_under_the_same_key_sells_nothing_again(house: House) -> None:
    place = pharmacy(house)
    house.move_on()
    token = await house.token(WHO, place=place, purpose=Purpose.pharmacy_purchase)
    bill = {
        "encounter": house.visit(EncounterKind.pharmacy, place=place),
        "items": (pack_line(house, code(house)),),
    }
    first = await house.settle(token, place=place, key="same", **bill)
    again = await house.settle(token, place=place, key="same", **bill)
    assert again.repeated
    assert again.settlement == first.settlement
    assert (await pack_row(house, code(house)))["turn"] == 2
    assert await faults(house) == set()


async def test_a_pack_sold_in_parts_serves_several_people_until_it_is_used_up(house: House) -> None:
    part = {"quantity_e4": 4_000, "split_pack": True}
    await sold(house, pack_line(house, code(house), **part))
    second = await sold(house, pack_line(house, code(house), **part), person=ELSE)
    row = await pack_row(house, code(house))
    assert (row["state"], row["left_e4"]) == ("opened", 2_000)
    refused = await sell(house, pack_line(house, code(house), **part), person=ELSE)
    assert (refused.code, refused.facts["left_e4"]) == ("trace_code_sold_before", 2_000)
    assert isinstance(await undo(house, second), Settled)
    assert (await pack_row(house, code(house)))["left_e4"] == 6_000
    await sold(house, pack_line(house, code(house), quantity_e4=6_000, split_pack=True), person=ELSE)
    assert (await pack_row(house, code(house)))["state"] == "sold"
    assert await faults(house) == set()


class _At:
    """A visit by its name alone."""

    def __init__(self, settlement: Any) -> None:
        self.cell, self.encounter_id = settlement.cell, settlement.encounter_id


async def returned_by_a_later_bill(house: House) -> tuple[Any, Any]:
    """Two packs are sold; a later bill of the visit takes the second back and sells another item."""
    first = await sold(house, pack_line(house, code(house, 1), code(house, 2)))
    lines = [
        pack_line(house, code(house, 2), number=2, quantity_e4=-10_000, original_line_no=1),
        pack_line(house, code(house, 1, item=1), code(house, 2, item=1), number=3, item=1),
    ]
    uploaded = await house.add_items(_At(first), lines, place=pharmacy(house))
    assert isinstance(uploaded, Uploaded), uploaded
    house.move_on()
    token = await house.token(WHO, place=pharmacy(house), purpose=Purpose.pharmacy_purchase)
    name = {"cell": first.cell, "encounter_id": first.encounter_id}
    later = await house.settle(token, place=pharmacy(house), **name)
    assert isinstance(later, Settled), later
    return first, later.settlement


async def test_a_negative_line_of_a_later_bill_frees_its_pack_and_undoing_that_bill_takes_it_again(
    house: House,
) -> None:
    _, later = await returned_by_a_later_bill(house)
    assert later.facts.pack_count == 3
    assert (await pack_row(house, code(house, 2)))["state"] == "shelved"
    assert await faults(house) == set()
    assert isinstance(await undo(house, later), Settled)
    assert (await pack_row(house, code(house, 2)))["state"] == "sold"
    assert (await pack_row(house, code(house, 1, item=1)))["state"] == "shelved"
    assert await faults(house) == set()


async def test_a_bill_whose_returned_pack_was_sold_again_is_not_undone(house: House) -> None:
    _, later = await returned_by_a_later_bill(house)
    await sold(house, pack_line(house, code(house, 2)), person=ELSE)
    refused = await undo(house, later)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.facts["trace_code"]) == ("returned_pack_sold_again", code(house, 2))
    assert await faults(house) == set()


async def test_a_return_undone_after_its_sale_was_undone_leaves_the_pack_on_the_shelf(house: House) -> None:
    # At the account-only pharmacy no bill touches accumulators, so the first may be undone before the second.
    place = house.pharmacies[-1]
    kept, back, other = (code(house, number, place=place) for number in (1, 2, 3))
    first = await sold(house, pack_line(house, kept, back), place=place)
    staff = house.doctor(place)
    lines = [
        pack_line(house, back, number=2, quantity_e4=-10_000, original_line_no=1, practitioner_code=staff),
        pack_line(house, other, code(house, 4, place=place), number=3, practitioner_code=staff),
    ]
    assert isinstance(await house.add_items(_At(first), lines, place=place), Uploaded)
    house.move_on()
    token = await house.token(WHO, place=place, purpose=Purpose.pharmacy_purchase)
    later = await house.settle(token, place=place, cell=first.cell, encounter_id=first.encounter_id)
    assert isinstance(later, Settled), later
    for done in (first, later.settlement):
        undone = await undo(house, done, place=place)
        assert isinstance(undone, Settled), undone
    for text in (kept, back, other):
        assert (await pack_row(house, text))["state"] == "shelved"
    assert await faults(house) == set()


async def test_an_upload_without_its_codes_is_refused_at_once(house: House) -> None:
    house.move_on()
    opened = await house.open(await house.token(WHO))
    line = pack_line(house, quantity_e4=20_000, practitioner_code=house.doctor())
    refused = await house.add_items(opened.encounter, [line])
    assert isinstance(refused, Refused)
    assert (refused.code, refused.facts["line_no"], refused.facts["wanted"]) == ("trace_code_missing", 1, 2)
    assert await faults(house) == set()


async def test_the_clerk_hears_of_a_pack_before_the_person_pays(house: House) -> None:
    place = pharmacy(house)
    house.move_on()
    token = await house.token(WHO, place=place, purpose=Purpose.pharmacy_purchase)
    visit = house.visit(EncounterKind.pharmacy, place=place)
    unknown = await house.pre_settle(token, place=place, encounter=visit, items=(pack_line(house, code(house, 99)),))
    assert isinstance(unknown, PreSettled), unknown
    assert [(note.line_no, note.code) for note in unknown.notes] == [(1, "pack_not_received")]
    assert await house.rows("select from packs where trace_code = $1", code(house, 99)) == []
    await sold(house, pack_line(house, code(house)), person=ELSE)
    early = await house.pre_settle(token, place=place, encounter=visit, items=(pack_line(house, code(house)),))
    assert isinstance(early, Refused)
    assert early.code == "trace_code_sold_before"


async def test_an_area_may_flag_second_sales_and_refuse_unknown_packs(house: House) -> None:
    await set_area(house, trace_second_sale="flagged", trace_unreceived_pack="refused")
    refused = await sell(house, pack_line(house, code(house, 99)))
    assert refused.code == "pack_not_received"
    await sold(house, pack_line(house, code(house)))
    await sold(house, pack_line(house, code(house)), person=ELSE)
    row = await pack_row(house, code(house))
    assert (row["second_sales"], row["left_e4"]) == (1, -10_000)
    assert await faults(house) == set()


async def test_the_no_code_list_frees_an_item_for_its_days(house: House) -> None:
    bare = pack_line(house, quantity_e4=10_000)
    assert (await sell(house, bare)).code == "trace_code_missing"
    row = TraceExemption(
        exemption_id=1,
        item_code=drug(house).item_code,
        pooling_area=110100,
        exempt=True,
        valid_from=date(2026, 11, 1),
        valid_until=date(2026, 11, 30),
        ground="厂家未赋码",
    )
    await house.work(lambda tx: goods.exempt_items(tx, house.clock, rows=[row], actor="agency"))
    assert (await sold(house, bare)).facts.pack_count == 0
    assert await faults(house) == set()


async def test_an_area_says_from_when_codes_are_due(house: House) -> None:
    await set_area(house, trace_due_from_pharmacy="2027-01-01")
    await sold(house, pack_line(house, quantity_e4=10_000))


async def test_a_bill_without_packs_asks_nothing_of_goods(house: House) -> None:
    # No transaction is given: any statement would fail.
    assert await goods.claim_packs(None, house.clock, [], str) == []  # type: ignore[arg-type]
    done = await house.settle_new(WHO)
    assert done.settlement.facts.pack_count == 0


# ── the stock ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_stock_comes_goes_and_is_counted_and_a_repeat_changes_nothing(house: House) -> None:
    new = [code(house, 60), code(house, 61)]
    received = await stock(house, MovementKind.received, *new, key="delivery")
    assert isinstance(received, Stocked), received
    assert (received.moved, received.repeated) == (2, False)
    again = await stock(house, MovementKind.received, *new, key="delivery")
    assert (again.moved, again.repeated, again.stock_act_id) == (2, True, received.stock_act_id)
    conflict = await stock(house, MovementKind.received, new[0], key="delivery")
    assert conflict.code == "key_conflict"
    assert (await stock(house, MovementKind.received, new[0])).code == "pack_here_already"
    assert isinstance(await stock(house, MovementKind.returned_to_supplier, new[0]), Stocked)
    assert (await stock(house, MovementKind.returned_to_supplier, new[0])).code == "pack_not_here"
    assert isinstance(await stock(house, MovementKind.count_loss, new[1]), Stocked)
    assert (await pack_row(house, new[1]))["state"] == "lost"
    assert isinstance(await stock(house, MovementKind.count_gain, new[1]), Stocked)
    await sold(house, pack_line(house, new[1]))
    assert (await stock(house, MovementKind.count_loss, new[1])).code == "pack_not_here"
    async with house.platform.readers.reading() as reading:
        listed = await goods.list_movements(reading, pharmacy(house).institution_id, house.clock.today())
    assert [one.kind.value for one in listed if one.trace_code == new[1]] == [
        *("received", "count_loss", "count_gain", "sold")
    ]
    assert await faults(house) == set()


async def test_a_stock_act_is_whole_or_nothing(house: House) -> None:
    refused = await stock(house, MovementKind.received, code(house, 60), code(house, 1))
    assert refused.code == "pack_here_already"
    assert (await pack_row(house, code(house, 60)))["turn"] == 0
    assert await faults(house) == set()


@pytest.mark.parametrize(
    ("text", "reason"), [("6901234567892", "trace_code_malformed"), ("wrong", "trace_code_wrong_drug")]
)
async def test_a_stock_act_checks_its_codes(house: House, text: str, reason: str) -> None:
    text = code(house, 60, item=1) if text == "wrong" else text
    assert (await stock(house, MovementKind.received, text)).code == reason
