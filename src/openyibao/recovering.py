"""The round that finds what was left half done between cells: carried, freed or sent back. 中文: 跨分片恢复。"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from openyibao.fronts.shared import Platform
from openyibao.kit.batch import Busy, Poisoned, Unknown, Work
from openyibao.kit.db import Tx
from openyibao.rooms import settlement

log = logging.getLogger(__name__)
PAUSE_SECONDS = 5.0


async def recover_once(platform: Platform) -> settlement.Recovered:
    """One round; several processes may run it at once."""

    async def run(tx: Tx) -> Any:
        return await settlement.recover(tx, platform.clock)

    found: settlement.Recovered = await platform.lane.submit("work", Work(run))
    return found


async def keep_recovering(platform: Platform) -> None:
    """A round every few seconds until cancelled."""
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        try:
            await recover_once(platform)
        except (Busy, Unknown, Poisoned) as fault:
            log.warning("recovering waits: %r", fault)
