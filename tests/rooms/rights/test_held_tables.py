"""Every table with a person in it is in what is held on them, or is named with a reason: read from the catalogue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from openyibao.kit.db import Reading, prepare_connection
from openyibao.rooms.rights import EXEMPT_TABLES, HELD_TABLES, Subject
from openyibao.rooms.rights.rules import shown
from openyibao.rooms.rights.store import stream_held

BY_VISIT = "encounter_id"


@pytest.fixture
async def catalogue(template_url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(template_url)
    await prepare_connection(connection)
    yield connection
    await connection.close()


async def tables_with_people(catalogue: Any) -> set[str]:
    """Tables (partitions left out) with a column that names a person, or a visit of one."""
    rows = await catalogue.fetch(
        "select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 "
        "and not a.attisdropped where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') "
        "and not c.relispartition and (a.attname ~ '(^|_)person_id$' or a.attname = $1)",
        BY_VISIT,
    )
    return {row[0] for row in rows}


async def test_every_table_with_a_person_is_held_or_named_with_a_reason(catalogue: Any) -> None:
    left = await tables_with_people(catalogue) - HELD_TABLES.keys() - EXEMPT_TABLES.keys()
    assert not left, f"say in rooms/rights/rules.py how a person gets to see {sorted(left)}, or why not"


async def test_no_name_outlives_its_table(catalogue: Any) -> None:
    rows = await catalogue.fetch("select relname from pg_class where relnamespace = 'public'::regnamespace")
    assert HELD_TABLES.keys() | EXEMPT_TABLES.keys() <= {row[0] for row in rows}
    assert not HELD_TABLES.keys() & EXEMPT_TABLES.keys()
    assert all(len(reason) > 20 for reason in EXEMPT_TABLES.values())


@pytest.mark.parametrize("table", HELD_TABLES)
async def test_each_held_table_has_a_query_that_runs(catalogue: Any, table: str) -> None:
    subject = Subject(bucket=1, person_id=1, cells=[11010000])
    async with catalogue.transaction(readonly=True):
        stretches = stream_held(Reading(catalogue), table, HELD_TABLES[table], subject, most=5, at_once=2)
        assert [rows async for rows in stretches] == []


async def test_sealed_columns_are_opened_by_name_or_kept_back(catalogue: Any) -> None:
    rows = await catalogue.fetch(
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid "
        "where c.relnamespace = 'public'::regnamespace and a.attname ~ '_(sealed|digest)$'"
    )
    there = {(row[0], row[1]) for row in rows if row[0] in HELD_TABLES}
    opened = {(table, column) for table, held in HELD_TABLES.items() for column in held.unsealed}
    assert opened <= there
    assert not any(shown(column) for _, column in there if column.endswith("_sealed"))
    assert not shown("secret_sealed")
    assert not shown("session_digest")
