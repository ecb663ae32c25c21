"""Alembic's entry: run the numbered SQL through the raw asyncpg connection, inside SQLAlchemy's transaction.

The first statement goes through SQLAlchemy (the advisory lock), so that its transaction has truly begun before the raw
connection runs a file; without that a file would run outside any transaction and could stay half done.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import asyncpg
from alembic import context
from sqlalchemy import pool, text
from sqlalchemy.ext.asyncio import create_async_engine

LOCK = 7_301_001


def _run(connection: Any) -> None:
    context.configure(connection=connection, target_metadata=None, transactional_ddl=True)
    with context.begin_transaction():
        connection.execute(text(f"select pg_advisory_xact_lock({LOCK})"))
        context.run_migrations()


async def _online(url: str) -> None:
    async def creator() -> Any:
        return await asyncpg.connect(url)

    engine = create_async_engine("postgresql+asyncpg://", poolclass=pool.NullPool, async_creator=creator)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
        await connection.commit()
    await engine.dispose()


def _main() -> None:
    """Alembic is blocking; a thread of its own gives it a loop even where the caller is inside one."""
    faults: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(_online(context.config.attributes["url"]))
        except BaseException as fault:  # noqa: BLE001 carried to the caller's thread below
            faults.append(fault)

    thread = threading.Thread(target=work, name="migrate")
    thread.start()
    thread.join()
    if faults:
        raise faults[0]


_main()
