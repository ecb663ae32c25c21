"""Money sent to a near relative's purse in another province: accepted, refused, or back at six in the morning."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aid_house import Relative, newcomer, pots_fen, send, somebody
from journey_house import House
from test_refusals import hold_the_sentences

from openyibao.recovering import recover_once
from openyibao.rooms import purse, settlement
from openyibao.rooms.purse import PurseTransfer, TransferState

EVENING = datetime(2026, 11, 23, 13, 59, tzinfo=UTC)
"""One minute to ten in Shanghai."""
MORNING = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
"""Six in Shanghai, the next day."""


@pytest.fixture
async def daughter(house: House) -> Relative:
    return await newcomer(house, "李晓晨", current_fen=100_000, past_fen=150_000)


async def faults(house: House) -> list[tuple[str, str]]:
    return [(fault.kind, fault.where) for fault in (await house.verify()).faults]


async def answered(house: House, verb: Any, one: PurseTransfer, by: Relative) -> Any:
    name = {"cell": one.cell, "transfer_id": one.transfer_id, "person_id": by.person_id}
    return await house.work(lambda tx: verb(tx, house.clock, **name))


async def test_what_is_accepted_arrives_in_the_purse_of_another_province(house: House, daughter: Relative) -> None:
    father = somebody(house, 1)
    one = await send(house, daughter, father, 180_000)
    assert isinstance(one, PurseTransfer), one
    # Its source: past years' pot first, then this year's. It is kept aside at once.
    assert (one.past_fen, one.current_fen) == (150_000, 30_000)
    assert await pots_fen(house, daughter) == {"current": (100_000, 30_000), "past": (150_000, 150_000)}
    async with house.platform.readers.reading() as reading:
        for who in (daughter, father):
            assert await purse.list_mine(reading, cell=who.cell, person_id=who.person_id) == [one]
    assert await faults(house) == []
    accepted = await answered(house, purse.accept, one, father)
    assert accepted.state is TransferState.accepted
    # It has left one province and is on its way to the other: the sums are whole all the time.
    assert await pots_fen(house, daughter) == {"current": (70_000, 0), "past": (0, 0)}
    assert "purse" not in await pots_fen(house, father)
    assert await faults(house) == []
    await house.work(lambda tx: settlement.carry_act(tx, house.clock, one.cell, one.transfer_id))
    assert (await pots_fen(house, father))["purse"] == (180_000, 0)
    assert (await recover_once(house.platform)).carried == 0
    assert await faults(house) == []
    hold_the_sentences(await answered(house, purse.refuse, one, father), "purse_transfer_ended")


async def test_what_is_refused_is_free_again_at_once(house: House, daughter: Relative) -> None:
    father = somebody(house, 1)
    one = await send(house, daughter, father, 180_000)
    hold_the_sentences(await answered(house, purse.accept, one, daughter), "purse_transfer_unknown")
    assert (await answered(house, purse.refuse, one, father)).state is TransferState.refused
    assert await pots_fen(house, daughter) == {"current": (100_000, 0), "past": (150_000, 0)}
    assert await faults(house) == []


async def test_what_nobody_accepts_is_back_at_six_in_the_morning(house: House, daughter: Relative) -> None:
    father = somebody(house, 1)
    house.clock.set(EVENING)
    one = await send(house, daughter, father, 180_000)
    assert one.returns_at == MORNING
    house.clock.set(MORNING - timedelta(seconds=1))
    assert (await recover_once(house.platform)).returned == 0
    house.clock.set(MORNING)
    hold_the_sentences(await answered(house, purse.accept, one, father), "purse_transfer_ended")
    assert (await recover_once(house.platform)).returned == 1
    assert await pots_fen(house, daughter) == {"current": (100_000, 0), "past": (150_000, 0)}
    (row,) = await house.rows("select state from purse_transfers")
    assert row["state"] == "returned"
    assert await faults(house) == []


async def test_one_key_is_one_transfer(house: House, daughter: Relative) -> None:
    first = await send(house, daughter, somebody(house, 1), 1_000, key="k" * 300)
    again = await send(house, daughter, somebody(house, 1), 1_000, key="k" * 300)
    assert first == again
    assert await pots_fen(house, daughter) == {"current": (100_000, 0), "past": (150_000, 1_000)}


async def test_transfers_that_may_not_be_are_refused_in_their_order(house: House, daughter: Relative) -> None:
    father = somebody(house, 1)
    for _ in range(2):
        assert isinstance(await send(house, daughter, father, 100), PurseTransfer)
    house.clock.set(EVENING)
    assert isinstance(await send(house, daughter, father, 100), PurseTransfer)
    house.move_on()
    hold_the_sentences(await send(house, daughter, daughter, 10**9), "purse_to_oneself")
    hold_the_sentences(await send(house, daughter, father, 10**9), "purse_closed")
    house.clock.set(EVENING)
    hold_the_sentences(await send(house, daughter, father, 200_001), "purse_amount_too_high")
    hold_the_sentences(await send(house, daughter, father, 200_000), "purse_transfers_full")
    house.clock.set(MORNING - timedelta(seconds=1))
    hold_the_sentences(await send(house, daughter, father, 100), "purse_closed")
    house.clock.set(MORNING)
    poor = await newcomer(house, "王淑兰", current_fen=99)
    hold_the_sentences(await send(house, poor, father, 100), "available_too_low")
    assert isinstance(await send(house, daughter, father, 200_000), PurseTransfer)
    assert await faults(house) == []


async def test_of_many_answers_at_once_one_counts(house: House, daughter: Relative) -> None:
    father = somebody(house, 1)
    one = await send(house, daughter, father, 50_000)
    verbs = [purse.accept, purse.refuse] * 8
    answers = await asyncio.gather(*(answered(house, verb, one, father) for verb in verbs))
    counted = [answer for answer in answers if isinstance(answer, PurseTransfer)]
    assert len(counted) == 1
    assert {answer.code for answer in answers if not isinstance(answer, PurseTransfer)} == {"purse_transfer_ended"}
    await recover_once(house.platform)
    accepted = counted[0].state is TransferState.accepted
    assert await pots_fen(house, daughter) == {"current": (100_000, 0), "past": (100_000 if accepted else 150_000, 0)}
    assert (await pots_fen(house, father)).get("purse", (0, 0)) == (50_000 if accepted else 0, 0)
    assert await faults(house) == []
