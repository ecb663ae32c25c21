"""What a batch will write, gathered until something must see it, then sent in as few trips as pay.

Keeps: rows to insert, by table, and at most one other change a table. Promises: nothing is seen before it is sent, and it
is sent before anything is read, so a verb reads what it wrote; equal sets of tables give equal text, so that PostgreSQL
parses and plans it once. Many values go by COPY, a fourth of the cost a value but two trips; the rest of all tables go in
one statement. Its parts don't see each other and have no order: tables written together carry no foreign keys between
them (docs/adr/0007). Units: rows. Callers: ``kit/db.py``. 中文: 批量写入。
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

PARAMETERS_MAX = 1_000
"""Of one statement; a batch touches some fifteen tables with some ten columns each."""

COPY_VALUES = 300
"""From so many values on a table's rows go by COPY (from 200 to 600 it makes no difference that shows)."""

_PARAMETER = re.compile(r"\$([0-9]+)")
_TYPES: dict[str, dict[str, str]] = {}
"""Column types by table, read once a process: a changed column needs a restart, as every migration does."""


class _Change(msgspec.Struct):
    sql: str
    arguments: Sequence[Any]


class Writes:
    """The gathered writes of one transaction."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._rows: dict[tuple[str, Sequence[str]], list[Sequence[Any]]] = {}
        self._changes: dict[str, _Change] = {}

    @property
    def waiting(self) -> bool:
        """Whether something is gathered and not yet sent."""
        return bool(self._rows or self._changes)

    async def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Gather new rows. ``columns`` is a tuple that doesn't change, so that the statement's text doesn't either."""
        if table in self._changes:
            await self.send()
        if rows:
            self._rows.setdefault((table, columns), []).extend(rows)

    async def change(self, table: str, sql: str, arguments: Sequence[Any]) -> None:
        """Gather one other statement on a table; what is gathered for that table already is sent first."""
        if table in self._changes or any(table == other for other, _ in self._rows):
            await self.send()
        self._changes[table] = _Change(sql, arguments)

    def forget(self) -> None:
        """Drop what is gathered and not yet sent."""
        self._rows, self._changes = {}, {}

    async def send(self) -> None:
        """Send everything."""
        rows, changes = self._rows, self._changes
        if not rows and not changes:
            return
        self._rows, self._changes = {}, {}
        inserts: list[tuple[str, Sequence[str]]] = []
        arguments: list[Any] = []
        for (table, columns), these in sorted(rows.items(), key=lambda each: each[0][0]):
            if len(these) * len(columns) >= COPY_VALUES:
                await self._connection.copy_records_to_table(table, columns=columns, records=these)
                continue
            types = _TYPES.get(table) or await _read_types(self._connection, table)
            inserts.append((table, columns))
            arguments += _columns_of(these, [types[column] for column in columns])
        for change in changes.values():
            arguments += change.arguments
        if len(arguments) > PARAMETERS_MAX:
            raise ValueError(f"{len(arguments)} parameters in one statement: at most {PARAMETERS_MAX}")
        if arguments:
            sql = _statement(tuple(inserts), tuple(change.sql for change in changes.values()))
            await self._connection.execute(sql, *arguments)


@lru_cache(maxsize=256)
def _statement(inserts: tuple[tuple[str, Sequence[str]], ...], changes: tuple[str, ...]) -> str:
    """The text for these tables and changes: one that runs them all, the last by itself, the others before it in WITH."""
    parts: list[str] = []
    after = 0
    for table, columns in inserts:
        parts.append(_insert_sql(table, columns, _TYPES[table], after))
        after += len(columns)
    for sql in changes:
        moved, count = _renumbered(sql, after)
        parts.append(moved)
        after += count
    *before, last = parts
    if not before:
        return last
    return "with " + ", ".join(f"w{n} as ({part})" for n, part in enumerate(before)) + " " + last


async def _read_types(connection: Any, table: str) -> dict[str, str]:
    found = await connection.fetch(
        "select attname::text, format_type(atttypid, null) from pg_attribute "
        "where attrelid = $1::text::regclass and attnum > 0 and not attisdropped",
        table,
    )
    types = _TYPES[table] = {row[0]: row[1] for row in found}
    return types


def _insert_sql(table: str, columns: Sequence[str], types: dict[str, str], after: int) -> str:
    """``insert … select … from unnest(…)``; a column of arrays travels as text, since unnest would flatten it."""
    names = ", ".join(columns)
    sent = [types[column] if not types[column].endswith("[]") else "text" for column in columns]
    unnested = ", ".join(f"${after + n}::{kind}[]" for n, kind in enumerate(sent, start=1))
    wanted = ", ".join(
        f"c{n}::{types[column]}" if types[column].endswith("[]") else f"c{n}" for n, column in enumerate(columns)
    )
    aliases = ", ".join(f"c{n}" for n in range(len(columns)))
    return f"insert into {table} ({names}) select {wanted} from unnest({unnested}) as t({aliases})"


def _columns_of(rows: Sequence[Sequence[Any]], types: Sequence[str]) -> list[Sequence[Any]]:
    columns = list(zip(*rows, strict=True))
    return [
        [None if value is None else array_literal(value) for value in column] if kind.endswith("[]") else column
        for column, kind in zip(columns, types, strict=True)
    ]


def array_literal(values: Sequence[str]) -> str:
    """A text array as PostgreSQL reads it."""
    if not values:
        return "{}"
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return '{"' + '","'.join(quoted) + '"}'


def _renumbered(sql: str, after: int) -> tuple[str, int]:
    """The statement with its ``$n`` moved behind those before it, and how many it has."""
    numbers = {int(found) for found in _PARAMETER.findall(sql)}
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + after}", sql), max(numbers, default=0)
