"""The rules of distribution (DESIGN §7), read from the catalogue tables of the migrated database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from openyibao.kit.embedded import APP_ROLE, EmbeddedServer
from openyibao.migrations import ShapeFault, ensure_partitions, migrate, sqlfile
from openyibao.migrations.distribution import (
    DISTRIBUTION,
    INSERT_ONLY,
    PARTITIONED,
    REFERENCE,
    distribute_statements,
)

MIGRATION_BOOKS = {"alembic_version"}


@pytest.fixture
async def catalogue(template_url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(template_url)
    yield connection
    await connection.close()


async def tables(catalogue: Any) -> dict[str, str]:
    """Every table that is no partition: name → relkind."""
    rows = await catalogue.fetch(
        "select relname, relkind::text from pg_class "
        "where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition"
    )
    return {row[0]: row[1] for row in rows if row[0] not in MIGRATION_BOOKS}


async def columns_of(catalogue: Any, table: str, numbers: list[int]) -> list[str]:
    rows = await catalogue.fetch(
        "select attnum, attname from pg_attribute where attrelid = $1::text::regclass and attnum > 0", table
    )
    named = {row[0]: row[1] for row in rows}
    return [named[number] for number in numbers]


async def test_the_plan_holds_every_table_and_no_other(catalogue: Any) -> None:
    assert set(await tables(catalogue)) == set(DISTRIBUTION)


async def test_the_planned_tables_are_partitioned_and_no_other(catalogue: Any) -> None:
    assert {name for name, kind in (await tables(catalogue)).items() if kind == "p"} == set(PARTITIONED)


async def test_the_leading_column_is_a_whole_number_that_is_always_there(catalogue: Any) -> None:
    rows = await catalogue.fetch(
        "select attrelid::regclass::text, attname, atttypid::regtype::text, attnotnull from pg_attribute "
        "where attrelid = any($1::text[]::regclass[]) and attnum > 0",
        list(DISTRIBUTION),
    )
    found = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    for table, column in DISTRIBUTION.items():
        if column != REFERENCE:
            assert found.get((table, column)) == ("integer", True), table


async def test_each_table_has_a_primary_key_and_each_key_begins_with_the_leading_column(catalogue: Any) -> None:
    rows = await catalogue.fetch(
        "select indrelid::regclass::text, indexrelid::regclass::text, indkey::int2[], indisprimary from pg_index "
        "where indrelid = any($1::text[]::regclass[]) and (indisprimary or indisunique)",
        list(DISTRIBUTION),
    )
    assert {row[0] for row in rows if row[3]} == set(DISTRIBUTION)
    for table, key, numbers, _ in rows:
        by = DISTRIBUTION[table]
        if by != REFERENCE:
            columns = await columns_of(catalogue, table, list(numbers))
            assert columns[0] == by, f"{key} begins with {columns[0]}, not {by}"


async def test_a_foreign_key_stays_in_its_group_or_leads_to_a_reference_table(catalogue: Any) -> None:
    rows = await catalogue.fetch(
        "select conrelid::regclass::text, confrelid::regclass::text, conname, conkey, confkey from pg_constraint "
        "where contype = 'f' and conrelid = any($1::text[]::regclass[])",
        list(DISTRIBUTION),
    )
    assert rows
    for table, other, name, mine, theirs in rows:
        by, their_by = DISTRIBUTION[table], DISTRIBUTION[other]
        if their_by == REFERENCE:
            continue
        assert by == their_by, f"{name} leads from {by} to {their_by}"
        pairs = zip(await columns_of(catalogue, table, mine), await columns_of(catalogue, other, theirs), strict=True)
        assert (by, by) in set(pairs), f"{name} is without {by}"


async def test_insert_only_tables_are_guarded_by_a_statement_trigger(catalogue: Any) -> None:
    rows = await catalogue.fetch(
        "select tgrelid::regclass::text, tgtype::int, tgenabled::text from pg_trigger "
        "where not tgisinternal and tgfoid = 'refuse_change'::regproc"
    )
    # tgtype: 2 before, 8 delete, 16 update, 32 truncate; 1 would be for each row.
    assert {row[0] for row in rows} == set(INSERT_ONLY)
    assert {(row[1], row[2]) for row in rows} == {(2 | 8 | 16 | 32, "O")}


@pytest.mark.parametrize("table", INSERT_ONLY)
async def test_the_service_may_not_change_insert_only_rows(catalogue: Any, table: str) -> None:
    """Neither in the table nor, past it, in one of its partitions."""
    parts = await catalogue.fetch("select relid::regclass::text from pg_partition_tree($1::text::regclass)", table)
    for name in {table, *(row[0] for row in parts)}:
        for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
            held = await catalogue.fetchval("select has_table_privilege($1, $2, $3)", APP_ROLE, name, privilege)
            assert not held, f"{APP_ROLE} has {privilege} on {name}"
        columns = await catalogue.fetchval("select has_any_column_privilege($1, $2, 'UPDATE')", APP_ROLE, name)
        assert not columns, f"{APP_ROLE} may update columns of {name}"


async def test_the_service_owns_nothing_and_empties_nothing(catalogue: Any) -> None:
    assert await catalogue.fetchval("select count(*) from pg_class where relowner = $1::text::regrole", APP_ROLE) == 0
    rows = await catalogue.fetch(
        "select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = $1", APP_ROLE
    )
    assert tuple(rows[0]) == (False, False, False)
    for table in DISTRIBUTION:
        assert not await catalogue.fetchval("select has_table_privilege($1, $2, 'TRUNCATE')", APP_ROLE, table), table


async def test_the_service_may_not_change_partitions_made_later(server: EmbeddedServer) -> None:
    """The months are added as time goes: their rows are as fixed as those of the first."""
    server.ensure_database("partitions_later")
    migrate(server.url("partitions_later"))
    connection = await asyncpg.connect(server.url("partitions_later"))
    try:
        made = await ensure_partitions(connection, date(2027, 3, 1))
        assert made
        for name in made:
            for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
                held = await connection.fetchval("select has_table_privilege($1, $2, $3)", APP_ROLE, name, privilege)
                assert not held, f"{APP_ROLE} has {privilege} on {name}"
    finally:
        await connection.close()
        server.drop_database("partitions_later")


def test_reference_tables_are_spread_before_those_that_lean_on_them() -> None:
    statements = [line for line in distribute_statements() if line.startswith("select create_")]
    assert len(statements) == len(DISTRIBUTION)
    kinds = ["reference" in line for line in statements]
    assert kinds == sorted(kinds, reverse=True)


async def test_a_broken_migration_file_leaves_nothing_of_its_first_statement(
    server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "broken_migration"
    whole = sqlfile._SQL
    for file in whole.glob("*.sql"):
        (tmp_path / file.name).write_text("create table half_done (n int);\nselect from nowhere;\n", encoding="utf-8")
    server.ensure_database(name)
    try:
        monkeypatch.setattr(sqlfile, "_SQL", tmp_path)
        with pytest.raises(Exception, match="nowhere"):
            migrate(server.url(name))
        connection = await asyncpg.connect(server.url(name))
        try:
            left = await connection.fetch("select relname from pg_class where relnamespace = 'public'::regnamespace")
            assert {row[0] for row in left} <= {"alembic_version", "alembic_version_pkc"}
        finally:
            await connection.close()
        # And the way on is open: the same database takes the whole file afterwards.
        monkeypatch.setattr(sqlfile, "_SQL", whole)
        migrate(server.url(name))
    finally:
        server.drop_database(name)


async def test_a_database_of_another_version_is_refused_and_left_alone(server: EmbeddedServer) -> None:
    name = "other_version"
    server.ensure_database(name)
    try:
        connection = await asyncpg.connect(server.url(name))
        await connection.execute(
            "create table alembic_version (version_num text); insert into alembic_version values ('0001')"
        )
        with pytest.raises(ShapeFault, match="another version"):
            migrate(server.url(name))
        assert await connection.fetchval("select count(*) from pg_tables where schemaname = 'public'") == 1
        await connection.close()
    finally:
        server.drop_database(name)
