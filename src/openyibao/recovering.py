"""The round that finds what was left half done between cells: carried, freed or sent back. 中文: 跨分片恢复。"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import msgspec

from openyibao.fronts.shared import Platform
from openyibao.kit.batch import Busy, Poisoned, Unknown, Work
from openyibao.kit.db import Tx
from openyibao.kit.faults import describe_fault
from openyibao.rooms import activations, checks, settlement
from openyibao.rooms.settlement import Recovered

log = logging.getLogger(__name__)
PAUSE_SECONDS = 5.0
CLEARING_SECONDS = 60.0


async def recover_once(platform: Platform) -> Recovered:
    """One round; several processes may run it at once. One order that can't be carried doesn't hold up the others."""

    async def run(tx: Tx) -> Any:
        return await settlement.recover(tx, platform.clock)

    try:
        found: Recovered = await platform.lane.submit("work", Work(run))
    except Poisoned as fault:
        log.warning("a round of recovering failed, each act goes alone: %s", describe_fault(fault))
    else:
        return found

    async def free(tx: Tx) -> Any:
        return await settlement.free_overdue(tx, platform.clock)

    carried = await _carry_each(platform)
    freed: Recovered = await platform.lane.submit("work", Work(free))
    return msgspec.structs.replace(freed, carried=carried)


async def _carry_each(platform: Platform) -> int:
    """Each act in a transaction of its own; the one that fails is told and left for somebody to look at."""
    async with platform.readers.reading() as reading:
        acts = await settlement.list_acts(reading)
    carried = 0
    for cell, act_id in acts:

        async def run(tx: Tx, cell: int = cell, act_id: int = act_id) -> Any:
            return await settlement.carry_act(tx, platform.clock, cell, act_id)

        try:
            carried += await platform.lane.submit("work", Work(run))
        except Poisoned as fault:
            log.error("act %s-%s can't be carried to its other cell: %s", cell, act_id, describe_fault(fault))  # noqa: TRY400 told, not traced
    return carried


async def keep_recovering(platform: Platform) -> None:
    """A round every few seconds until cancelled."""
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        try:
            await recover_once(platform)
        except (Busy, Unknown, Poisoned) as fault:
            log.warning("recovering waits: %s", describe_fault(fault))


async def clear_once(platform: Platform) -> int:
    """Clear away activations, checks and counted tries that are over; how many activations."""

    async def run(tx: Tx) -> int:
        await checks.clear_checks(tx, platform.clock)
        return await activations.clear_activations(tx, platform.clock)

    cleared: int = await platform.lane.submit("work", Work(run))
    return cleared


async def keep_clearing(platform: Platform) -> None:
    """A round every minute until cancelled."""
    while True:
        await asyncio.sleep(CLEARING_SECONDS)
        try:
            await clear_once(platform)
        except (Busy, Unknown, Poisoned) as fault:
            log.warning("clearing waits: %s", describe_fault(fault))
