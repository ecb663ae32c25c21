"""Running processes learn of issuer keys that were made or moved, without a restart. 中文: 密钥更新。

Each looks at the version of the keys at a bounded interval (``key_refresh_seconds``) and reads them anew where it changed. Until
then it signs with the key it knows: that one verifies on, so nothing made meanwhile is wrong.
"""

from __future__ import annotations

import asyncio
import logging

from openyibao.fronts.shared import Platform
from openyibao.kit import db_keys
from openyibao.kit.crypto import KeyFault, MasterKey

log = logging.getLogger(__name__)


async def refresh_keys(platform: Platform, *, known: int) -> int:
    """Take up the keys where their version is not the known one; the version now."""
    async with platform.readers.reading() as reading:
        version = await db_keys.read_keys_version(reading)
        if version == known:
            return version
        assert platform.settings.key_file is not None, "the platform was opened with it"
        newer = await db_keys.read_ring(reading, MasterKey.load(platform.settings.key_file), suite=platform.ring.suite)
    platform.ring.take_up(newer)
    platform.statuses.forget()
    return version


async def keep_keys_fresh(platform: Platform) -> None:
    """Look until cancelled."""
    known = -1
    while True:
        try:
            known = await refresh_keys(platform, known=known)
        except (KeyFault, OSError) as fault:
            log.warning("the issuer's keys are not read anew: %s", type(fault).__name__)
        await asyncio.sleep(platform.settings.key_refresh_seconds)
