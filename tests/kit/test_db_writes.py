"""Gathered writes: seen by whoever reads, whole whichever way they go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from openyibao.kit import db_writes
from openyibao.kit.clock import FakeClock
from openyibao.kit.db import Tx, prepare_connection
from openyibao.kit.db_writes import array_literal
from openyibao.kit.embedded import EmbeddedServer
from openyibao.kit.ids import IdSource

pytestmark = pytest.mark.owns_server  # a database, at least: not for `make check`

NOTES = ("number", "words", "facts", "content")
AWKWARD = ["", "plain", 'with "quotes"', "back\\slash", "comma, brace }{", "NULL", "两 行\n"]


@pytest.fixture
def url(server: EmbeddedServer) -> Iterator[str]:
    server.ensure_database("writes")
    yield server.url("writes")
    server.drop_database("writes")
    db_writes._TYPES.clear()


@pytest.fixture
async def tx(url: str, clock: FakeClock) -> AsyncIterator[Tx]:
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    await connection.execute(
        "create table notes (number bigint primary key, words text[] not null, facts jsonb not null, content bytea);"
        "create table sums (name text primary key, amount bigint not null)"
    )
    yield Tx(connection, IdSource(clock, 1))
    await connection.close()


def rows(count: int) -> list[tuple[Any, ...]]:
    return [(n, AWKWARD[: n % 8], {"n": n, "words": "两"}, bytes([n % 256]) if n % 3 else None) for n in range(count)]


@pytest.mark.parametrize("count", [1, 8, db_writes.COPY_VALUES])
async def test_rows_come_back_as_they_were_however_many(tx: Tx, count: int):
    await tx.insert("notes", NOTES, rows(count))
    found = await tx.fetch("select number, words, facts, content from notes order by number")
    assert [tuple(row) for row in found] == rows(count)


async def test_nothing_is_sent_before_it_is_read_or_sent(tx: Tx, url: str):
    outside = await asyncpg.connect(url)
    await tx.insert("notes", NOTES, rows(2))
    assert await outside.fetchval("select count(*) from notes") == 0
    await tx.send_writes()
    assert await outside.fetchval("select count(*) from notes") == 2
    await tx.send_writes()
    assert await outside.fetchval("select count(*) from notes") == 2
    await outside.close()


async def test_many_tables_and_changes_go_as_one_and_keep_their_own_numbers(tx: Tx):
    await tx.execute("insert into sums values ('a', 1), ('b', 1)")
    await tx.insert("notes", NOTES, rows(3))
    await tx.change("sums", "update sums set amount = amount + $2 where name = $1", "b", 41)
    assert await tx.fetchrow("select count(*)::int from notes") == (3,)
    assert [tuple(row) for row in await tx.fetch("select name, amount from sums order by name")] == [
        ("a", 1),
        ("b", 42),
    ]


async def test_a_second_change_of_a_table_sees_the_first_and_its_rows(tx: Tx):
    await tx.insert("sums", ("name", "amount"), [("a", 1)])
    await tx.change("sums", "update sums set amount = amount * 10 where name = $1", "a")
    await tx.change("sums", "update sums set amount = amount + $1", 2)
    await tx.insert("sums", ("name", "amount"), [("b", 5)])
    assert [tuple(row) for row in await tx.fetch("select name, amount from sums order by name")] == [
        ("a", 12),
        ("b", 5),
    ]


async def test_a_statement_has_a_stated_maximum(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(db_writes, "PARAMETERS_MAX", 3)
    await tx.insert("notes", NOTES, rows(1))
    with pytest.raises(ValueError, match="at most 3"):
        await tx.send_writes()


def test_an_array_is_written_as_postgresql_reads_it():
    assert array_literal([]) == "{}"
    assert array_literal(["a", 'b"c', "d\\e"]) == '{"a","b\\"c","d\\\\e"}'
