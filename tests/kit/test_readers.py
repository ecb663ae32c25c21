"""Readers that go through whole tables keep to the index, however many rows stand in the last cell."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from openyibao.kit.db import Readers
from openyibao.kit.embedded import EmbeddedServer

pytestmark = pytest.mark.owns_server

ROWS = 20_000
STRETCH = "prepare stretch(int, bigint, int) as select * from bills where (cell, bill_id) > ($1, $2) order by cell, bill_id limit $3"


@pytest.fixture
async def url(server: EmbeddedServer) -> AsyncIterator[str]:
    server.ensure_database("readers")
    found = server.url("readers")
    connection = await asyncpg.connect(found)
    await connection.execute(
        "create table bills (cell int, bill_id bigint, words text, primary key (cell, bill_id)) partition by range (bill_id)"
    )
    await connection.execute(f"create table bills_1 partition of bills for values from (0) to ({ROWS + 1})")
    await connection.execute(f"create table bills_2 partition of bills for values from ({ROWS + 1}) to ({ROWS * 2})")
    await connection.execute(f"insert into bills select n % 2, n, repeat('x', 300) from generate_series(1, {ROWS}) n")
    await connection.execute("analyze bills")
    await connection.close()
    yield found
    server.drop_database("readers")


async def plan_of(url: str, seconds: float | None) -> str:
    """How the second half of the last cell would be read."""
    readers = await Readers.open(url, most=1, seconds=seconds)
    try:
        async with readers.reading() as reading:
            await reading.fetch(STRETCH)
            lines = await reading.fetch(f"explain execute stretch(1, {ROWS // 2}, 500)")
            return "\n".join(line[0] for line in lines)
    finally:
        await readers.close()


async def test_a_stretch_of_the_last_cell_is_read_by_the_index(url: str) -> None:
    kept = await plan_of(url, None)
    assert "Index Scan" in kept
    assert "->  Sort" not in kept
    # With its values, the planner takes the rest of the last cell for a row, and sorts it: ten thousand rows a stretch.
    assert "->  Sort" in await plan_of(url, 20)
