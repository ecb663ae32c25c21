"""The daily act of the audit: the heads of all chains, signed once a day. 中文: 每日审计封存。"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from openyibao.fronts.shared import Platform
from openyibao.kit.batch import Busy, Poisoned, Unknown, Work
from openyibao.kit.crypto import KeyPurpose
from openyibao.kit.db import Tx
from openyibao.kit.faults import describe_fault
from openyibao.rooms import audit
from openyibao.rooms.audit import DayRoot

log = logging.getLogger(__name__)
PAUSE_SECONDS = 300.0


async def seal_once(platform: Platform, *, actor: str = "system") -> DayRoot | None:
    """Seal the day if nobody has; several processes may try at once."""
    async with platform.readers.reading() as reading:
        last = await audit.last_root(reading)
    if last is not None and last.sealed_on >= platform.clock.today():
        return None
    key_id = platform.ring.current(KeyPurpose.link).key_id

    async def run(tx: Tx) -> Any:
        signer = platform.ring.signer(KeyPurpose.link)
        return await audit.seal_day(tx, platform.clock, signer, key_id=key_id, actor=actor)

    made: DayRoot | None = await platform.lane.submit("work", Work(run))
    return made


async def keep_sealing(platform: Platform) -> None:
    """A look every few minutes until cancelled; the first after midnight seals."""
    while True:
        try:
            made = await seal_once(platform)
            if made is not None:
                log.info("sealed %s: %s chains, root %s", made.sealed_on, len(made.heads), made.root_hash.hex())
        except (Busy, Unknown, Poisoned) as fault:
            log.warning("sealing waits: %s", describe_fault(fault))
        await asyncio.sleep(PAUSE_SECONDS)
