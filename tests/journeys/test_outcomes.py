"""What became of a request: found by its key, undone by its key, and foretold by pre-settling."""

from __future__ import annotations

from typing import Any

from journey_house import House

from openyibao.kit.outcome import Refused
from openyibao.rooms import settlement
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.settlement import FoundOutcome, OutcomeState, Settled

WHO = 0


async def outcome(house: House, key: str) -> FoundOutcome:
    async with house.platform.readers.reading() as reading:
        return await settlement.find_outcome(reading, house.hospital.institution_id, key)


def amounts(split: Any) -> tuple[int, ...]:
    return (split.fee_total_fen, split.fund_total_fen, split.own_share_fen, split.personal_account_fen, split.cash_fen)


async def test_a_key_nobody_sent_is_unknown_and_asking_changes_nothing(house: House) -> None:
    assert (await outcome(house, "never")).state is OutcomeState.unknown
    assert await house.rows("select from request_keys where verb <> 'move_stock'") == []


async def test_a_settled_key_is_found_and_after_its_reversal_found_reversed(house: House) -> None:
    done = (await house.settle_new(WHO, key="k")).settlement
    found = await outcome(house, "k")
    assert (found.state, found.settlement) == (OutcomeState.settled, done)
    await house.reverse(done.settlement_id, done.cell)
    assert (await outcome(house, "k")).state is OutcomeState.reversed


async def test_a_refused_key_keeps_its_answer_and_another_try_needs_another_key(house: House) -> None:
    token = await house.token(WHO)
    house.move_on(1_801)
    refused = await house.settle(token, key="k", encounter=house.visit(), items=(house.line(),))
    assert isinstance(refused, Refused)
    assert (await outcome(house, "k")).state is OutcomeState.refused
    assert await house.settle(token, key="k", encounter=house.visit(), items=(house.line(),)) == refused
    other = await house.settle_new(WHO, key="k")
    assert isinstance(other, Refused)
    assert other.code == "key_conflict"
    assert isinstance(await house.settle_new(WHO, key="k2"), Settled)


async def test_annulling_a_refused_key_says_that_nothing_stands(house: House) -> None:
    token = await house.token(WHO)
    house.move_on(1_801)
    refused = await house.settle(token, key="k", encounter=house.visit(), items=(house.line(),))
    assert isinstance(refused, Refused)
    nothing = await house.annul("k")
    assert isinstance(nothing, FoundOutcome)
    assert (nothing.state, nothing.reason) == (OutcomeState.refused, refused.code)


async def test_one_key_for_persons_of_two_cells_settles_once(house: House) -> None:
    here = await house.settle_new(WHO, key="k")
    assert isinstance(here, Settled)
    elsewhere = house.person_of_another_cell(here.settlement.cell)
    refused = await house.settle_new(elsewhere, key="k")
    assert isinstance(refused, Refused)
    assert refused.code == "key_conflict"
    assert len(await house.rows("select from settlements")) == 1
    assert isinstance(await house.settle_new(elsewhere, key="k2"), Settled)
    undone = await house.annul("k")
    assert isinstance(undone, Settled)
    assert undone.settlement.original_settlement_id == here.settlement.settlement_id
    assert (await house.verify()).faults == []


async def test_the_stay_after_a_reversed_one_is_the_first_again(house: House) -> None:
    stay, lines = house.visit(EncounterKind.inpatient), (house.line(amount_fen=2_000_000),)
    first = (await house.settle_new(WHO, lines, encounter=stay)).settlement
    await house.reverse(first.settlement_id, first.cell)
    house.move_on()
    second = (await house.settle_new(WHO, lines, encounter=stay)).settlement
    assert amounts(second) == amounts(first)
    house.move_on()
    third = (await house.settle_new(WHO, lines, encounter=stay)).settlement
    assert third.deductible_fen < second.deductible_fen
    assert (await house.verify()).faults == []


async def test_an_annulment_is_answered_alike_when_it_comes_again_and_refused_for_another_original(
    house: House,
) -> None:
    for key in ("one", "two"):
        assert isinstance(await house.settle_new(WHO, key=key), Settled)
    undone = await house.annul("two", key="undo")
    again = await house.annul("two", key="undo")
    assert again.repeated
    assert again.settlement == undone.settlement
    other = await house.annul("one", key="undo")
    assert isinstance(other, Refused)
    assert other.code == "key_conflict"


async def test_a_visit_is_settled_again_after_its_reversal(house: House) -> None:
    first = (await house.settle_new(WHO)).settlement
    await house.reverse(first.settlement_id, first.cell)
    house.move_on()
    at: dict[str, Any] = {"cell": first.cell, "encounter_id": first.encounter_id}
    second = await house.settle(await house.token(WHO), **at)
    assert isinstance(second, Settled), second
    assert amounts(second.settlement) == amounts(first)
    assert second.settlement.account_balance_after_fen == first.account_balance_after_fen
    assert (await house.verify()).faults == []


async def test_pre_settling_foretells_the_second_stay_of_a_year(house: House) -> None:
    stay, lines = house.visit(EncounterKind.inpatient), (house.line(amount_fen=2_000_000),)
    first = await house.settle_new(WHO, lines, encounter=stay)
    assert isinstance(first, Settled), first
    house.move_on()
    token = await house.token(WHO)
    before = await house.pre_settle(token, encounter=stay, items=lines)
    after = await house.settle(token, encounter=stay, items=lines)
    assert isinstance(after, Settled), after
    assert amounts(after.settlement) == amounts(before.split)
    assert after.settlement.deductible_fen < first.settlement.deductible_fen
