"""The owner's acts on the whole database: what has outlived its time goes, and the tables are spread over machines. 中文: 库务。"""

from __future__ import annotations

from datetime import timedelta

from rich.console import Console
from rich.progress import Progress

from openyibao.kit import db
from openyibao.kit.clock import Clock
from openyibao.kit.db import BUCKETS
from openyibao.kit.requests import KEEP_DAYS, forget_keys
from openyibao.migrations.spreading import spread_tables
from openyibao.settings import Settings


async def tidy(console: Console, settings: Settings, clock: Clock) -> int:
    """Delete request keys older than they are kept, bucket by bucket, each in a transaction of its own; how many went."""
    connection = await db.connect(settings.database_url)
    before, gone = clock.now() - timedelta(days=KEEP_DAYS), 0
    try:
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("request keys", total=BUCKETS)
            for bucket in range(BUCKETS):
                gone += await forget_keys(connection, bucket, before=before)
                progress.advance(task)
    finally:
        await connection.close()
    return gone


async def distribute(settings: Settings) -> list[str] | None:
    """Spread the tables that are not spread yet; the statements that were run, or None where Citus is not installed."""
    connection = await db.connect(settings.database_url)
    try:
        return await spread_tables(connection)
    finally:
        await connection.close()
