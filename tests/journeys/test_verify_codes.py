"""Verify names what was changed of offline acceptances and signals (S4, N3)."""

from __future__ import annotations

import pytest
from journey_house import House
from test_offline_acceptances import send, taken
from test_signals import judged, mine, read_all, used_twice

from openyibao.kit.outcome import Refused
from openyibao.rooms.acceptances import Taken
from openyibao.rooms.signals import SignalFinding

ALTERED = {
    "offline acceptance": [
        "update offline_acceptances set amount_fen = amount_fen - 1 where state = 'accepted'",
        "update offline_acceptances set taken_at = taken_at + interval '1 hour' where state = 'accepted'",
        "update offline_acceptances set institution_id = 1 where state = 'accepted'",
        "update offline_acceptances set reason = 'offline_too_late' where state = 'refused'",
    ],
    "signal": [
        "update signals set evidence = '[]'",
        "update signals set blocked = true",
        "update signals set finding = 'explained'",
        "update signals set judged_by = 'somebody'",
    ],
}
MISSING = {"offline_acceptance_synced": "delete from offline_acceptances", "signal_raised": "delete from signals"}


@pytest.fixture
async def lived(house: House) -> House:
    assert isinstance(await send(house, await taken(house)), Taken)
    assert isinstance(await send(house, await taken(house, amount_fen=50_001)), Refused)
    await used_twice(house)
    await read_all(house)
    (signal,) = await mine(house)
    await judged(house, signal, SignalFinding.confirmed)
    assert (await house.verify()).faults == []
    return house


async def faults(house: House) -> set[tuple[str, str]]:
    return {(fault.kind, fault.where.rpartition(" ")[0]) for fault in (await house.verify()).faults}


async def test_both_kinds_of_row_are_looked_at(lived: House) -> None:
    counts = (await lived.verify()).counts
    assert (counts["offline_acceptances"], counts["signals"]) == (2, 1)


@pytest.mark.parametrize(("where", "sql"), [(where, sql) for where, all_ in ALTERED.items() for sql in all_])
async def test_a_row_altered_is_named(lived: House, where: str, sql: str) -> None:
    await lived.tamper(sql)
    assert await faults(lived) == {("row_altered", where)}


@pytest.mark.parametrize("kind", MISSING)
async def test_a_row_removed_is_named(lived: House, kind: str) -> None:
    await lived.tamper(MISSING[kind])
    assert "row_missing" in {fault for fault, _ in await faults(lived)}
