"""How each refusal of a bill and of its undoing is provoked."""

from __future__ import annotations

from typing import Any

from journey_house import House
from refused_visits import (
    ELSE,
    WHO,
    opened,
    settled,
    suspend_place,
)

from openyibao.kit.outcome import Refused
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.presentation import Purpose
from openyibao.rooms.settlement import ExpectedSplit, FoundOutcome, OutcomeState, Settled

# ── the bill ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def uploaded(house: House) -> dict[str, Any]:
    visit = await opened(house)
    assert not isinstance(await house.add_items(visit, [house.line()]), Refused)
    return {"cell": visit.cell, "encounter_id": visit.encounter_id}


async def bill_without_the_person(house: House) -> Any:
    return await house.settle(None, **await uploaded(house))


async def bill_of_another_person(house: House) -> Any:
    at = await uploaded(house)
    return await house.settle(await house.token(ELSE), **at)


async def bill_by_a_code_for_medicine(house: House) -> Any:
    at = await uploaded(house)
    house.move_on()
    return await house.settle(await house.token(WHO, purpose=Purpose.collect_medicine), **at)


async def bill_of_nothing(house: House) -> Any:
    visit = await opened(house)
    house.move_on()
    return await house.settle(await house.token(WHO), cell=visit.cell, encounter_id=visit.encounter_id)


async def bill_below_zero(house: House) -> Any:
    visit = await opened(house)
    at: dict[str, Any] = {"cell": visit.cell, "encounter_id": visit.encounter_id}
    assert not isinstance(await house.add_items(visit, [house.line()]), Refused)
    house.move_on()
    token = await house.token(WHO)
    assert isinstance(await house.settle(token, **at), Settled)
    back = house.line(2, amount_fen=-10_000, quantity_e4=-10_000, original_line_no=1)
    assert not isinstance(await house.add_items(visit, [back]), Refused)
    return await house.settle(token, **at)


async def bill_that_changed(house: House) -> Any:
    at = await uploaded(house)
    house.move_on()
    token = await house.token(WHO)
    before = await house.pre_settle(token, **at)
    split = before.split
    agreed = ExpectedSplit(
        fund_total_fen=split.fund_total_fen,
        personal_account_fen=split.personal_account_fen,
        cash_fen=split.cash_fen,
    )
    # Another bill of the same person comes between: the deductible is reached sooner.
    await settled(house, lines=[house.line(amount_fen=500_000)])
    return await house.settle(token, **at, expected=agreed)


async def bill_without_a_policy(house: House) -> Any:
    # No document of the area speaks of antenatal care.
    return await house.settle_new(WHO, encounter=house.visit(kind=EncounterKind.maternity_outpatient))


async def bill_by_an_aid_nobody_agreed(house: House) -> Any:
    return await house.settle_new(WHO, account_use=AccountUse.mutual_aid)


async def bill_of_a_visit_that_is_not(house: House) -> Any:
    at = await uploaded(house)
    house.move_on()
    return await house.settle(await house.token(WHO), cell=at["cell"], encounter_id=at["encounter_id"] + 1)


async def bill_at_a_suspended_place(house: House) -> Any:
    at = await uploaded(house)
    house.move_on()
    token = await house.token(WHO)
    await suspend_place(house)
    return await house.settle(token, **at)


async def bill_with_one_key_twice(house: House) -> Any:
    assert isinstance(await house.settle_new(WHO, key="twice"), Settled)
    return await house.settle_new(WHO, [house.line(amount_fen=20_000)], key="twice")


async def bill_that_was_annulled_before(house: House) -> Any:
    barred = await house.annul("lost")
    assert isinstance(barred, FoundOutcome)
    assert barred.state is OutcomeState.barred
    return await house.settle_new(WHO, key="lost")


# ── its undoing ───────────────────────────────────────────────────────────────────────────────────────────────────


async def reversal_of_nothing(house: House) -> Any:
    done = await settled(house)
    return await house.reverse(done.settlement_id + 1, done.cell)


async def reversal_of_a_reversal(house: House) -> Any:
    done = await settled(house)
    undone = await house.reverse(done.settlement_id, done.cell)
    return await house.reverse(undone.settlement.settlement_id, done.cell)


async def reversal_twice(house: House) -> Any:
    done = await settled(house)
    assert isinstance(await house.reverse(done.settlement_id, done.cell), Settled)
    return await house.reverse(done.settlement_id, done.cell)


async def reversal_elsewhere(house: House) -> Any:
    done = await settled(house)
    return await house.reverse(done.settlement_id, done.cell, place=house.other_hospital)


async def reversal_of_the_first_of_two(house: House) -> Any:
    first = await settled(house)
    await settled(house)
    return await house.reverse(first.settlement_id, first.cell)


async def reversal_at_a_suspended_place(house: House) -> Any:
    done = await settled(house)
    await suspend_place(house)
    return await house.reverse(done.settlement_id, done.cell)


async def reversals_with_one_key(house: House) -> Any:
    first, other = await settled(house), await settled(house, ELSE)
    assert first.cell == other.cell or first.person_id != other.person_id
    assert isinstance(await house.reverse(other.settlement_id, first.cell, key="twice"), Settled | Refused)
    return await house.reverse(first.settlement_id, first.cell, key="twice")
