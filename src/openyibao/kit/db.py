"""The database as rooms see it: a transaction with its ids and what it will tell the audit.

Rooms get a ``Tx`` and never commit; readers get a ``Reading`` that takes no locks. Rows come back as asyncpg records.
Only this module and the batcher know connections. 中文: 数据库事务。
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from openyibao.kit.db_writes import Writes
from openyibao.kit.ids import IdSource

STATEMENT_TIMEOUT_MS = 20_000
LOCK_TIMEOUT_MS = 8_000
READERS_MAX = 4
BUCKETS = 1_024
"""How many slices the national tables have; a row's bucket follows from its digest, serial or institution."""


class Reading:
    """Reads on one connection, in one snapshot; nothing it does is kept."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        """All rows of a query."""
        return await self._connection.fetch(sql, *args)  # type: ignore[no-any-return]

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        """The first row, or None."""
        return await self._connection.fetchrow(sql, *args)

    async def stream(self, sql: str, *args: Any, at_once: int) -> AsyncIterator[list[Any]]:
        """The rows of a query in stretches, by a cursor on the server: no more than one stretch is in memory."""
        cursor = await self._connection.cursor(sql, *args)
        while rows := await cursor.fetch(at_once):
            yield rows


class Tx(Reading):
    """One batch's transaction: opened and committed by the batcher alone.

    ``ids`` draws ids of this writer slot; ``audit`` gathers events that are flushed as the last statements before the
    commit; ``chain`` is the writer slot. ``insert`` and ``change`` gather writes that are sent together, before anything
    is read again.
    """

    def __init__(self, connection: Any, ids: IdSource, *, chain: int = 0) -> None:
        super().__init__(connection)
        self.ids = ids
        self.chain = chain
        self.audit: list[Any] = []
        self._writes = Writes(connection)

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        """All rows of a query, which sees what was written before it."""
        if self._writes.waiting:
            await self._writes.send()
        return await super().fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        """The first row, or None."""
        if self._writes.waiting:
            await self._writes.send()
        return await super().fetchrow(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        """Run one statement now; the command's tag."""
        await self._writes.send()
        return str(await self._connection.execute(sql, *args))

    async def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write rows together with the other writes of the batch; ``columns`` is a tuple that doesn't change."""
        await self._writes.insert(table, columns, rows)

    async def change(self, table: str, sql: str, *args: Any) -> None:
        """Run a statement on one table together with the other writes; its ``$n`` are its own."""
        await self._writes.change(table, sql, args)

    async def send_writes(self) -> None:
        """Send what is gathered."""
        await self._writes.send()

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Leave no trace of the block where it raises: its writes and what it told the audit go. Not for hot verbs."""
        await self._writes.send()
        told, nested = len(self.audit), self._connection.transaction()
        await nested.start()
        try:
            yield
            await self._writes.send()
        except BaseException:
            self._writes.forget()
            del self.audit[told:]
            await nested.rollback()
            raise
        await nested.commit()

    async def copy(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write many rows with COPY, now: for imports and made-up populations."""
        await self._writes.send()
        await self._connection.copy_records_to_table(table, columns=list(columns), records=rows)


def _encode_json(value: object) -> bytes:
    return b"\x01" + (value if isinstance(value, bytes) else msgspec.json.encode(value))


def _decode_json(value: bytes) -> Any:
    return msgspec.json.decode(value[1:])


async def prepare_connection(connection: Any) -> None:
    """What every connection of ours needs: jsonb both ways. ``bytes`` given for jsonb are taken as JSON already."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_encode_json, decoder=_decode_json, format="binary"
    )


async def connect(url: str) -> Any:
    """A writing connection with bounded waits: a statement 20 s, a lock 8 s."""
    connection = await asyncpg.connect(
        url,
        server_settings={
            "application_name": "openyibao",
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "lock_timeout": str(LOCK_TIMEOUT_MS),
            "jit": "off",
            "TimeZone": "UTC",
            "plan_cache_mode": "force_generic_plan",
        },
        command_timeout=30,
    )
    await prepare_connection(connection)
    return connection


class Readers:
    """The pool behind reads: pre-settle, eligibility, lists."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: str, *, most: int = READERS_MAX, seconds: float | None = 20) -> Readers:
        """Open the pool; one connection at once, up to ``most``; a query may take so many seconds, None for ever.

        Who reads for ever goes through whole tables stretch by stretch, ``(cell, id) > ($1, $2)``. Of such a comparison the planner
        weighs the first column only: in the last cell it expects one row, and sorts all that are left for each stretch. So the plan
        is made without the values, which keeps to the index.
        """
        known = {"application_name": "openyibao-read", "TimeZone": "UTC", "jit": "off"}
        if seconds is None:
            known["plan_cache_mode"] = "force_generic_plan"
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=most,
            init=prepare_connection,
            server_settings=known,
            command_timeout=seconds,
        )
        return cls(pool)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reading]:
        """One snapshot to read from."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield Reading(connection)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()


SLOT_LOCK_SPACE = 7_301
"""The advisory locks' first number: who holds (7301, n) is writer slot n."""


async def try_slot(connection: Any, slot: int) -> bool:
    """Take a writer slot for as long as the connection lives; False where another holds it."""
    return bool(await connection.fetchval("select pg_try_advisory_lock($1, $2)", SLOT_LOCK_SPACE, slot))


async def has_rows(connection: Any, table: str) -> bool:
    """Whether a table (a constant of the caller) has any row."""
    return bool(await connection.fetchval(f"select exists (select from {table})"))
