"""Verbs of the rights over one's data."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading
from openyibao.rooms.rights import rules, store
from openyibao.rooms.rights.records import Entry, EntryGroup, Held, HeldTable, LogPage, LogPlace, Subject


async def read_log(
    reading: Reading,
    subject: Subject,
    *,
    before: LogPlace,
    group: EntryGroup | None = None,
    most: int = rules.PAGE_MAX,
) -> LogPage:
    """The lines of a person's use log before a place, the newest first; at most fifty."""
    most = min(most, rules.PAGE_MAX)
    kinds = None if group is None else rules.GROUPS[group]
    found: list[Entry] = []
    for given, read in store.SOURCES:
        if kinds is None or kinds & given:
            found += await read(reading, subject, before, most + 1)
    newest = sorted(
        (one for one in found if kinds is None or one.kind in kinds),
        key=lambda one: (one.at, one.entry_id),
        reverse=True,
    )
    page = newest[:most]
    older = LogPlace(at=page[-1].at, entry_id=page[-1].entry_id) if len(newest) > most else None
    return LogPage(entries=page, older=older)


async def find_entry(reading: Reading, subject: Subject, *, kind: str, entry_id: int, at: datetime) -> Entry | None:
    """One line of a person's own log, by what a form says of it; None where it isn't theirs."""
    page = await read_log(reading, subject, before=LogPlace(at=at, entry_id=entry_id + 1))
    return next((one for one in page.entries if one.kind.value == kind and one.entry_id == entry_id), None)


async def held_of(reading: Reading, sealer: Sealer, subject: Subject) -> AsyncIterator[Held]:
    """All that is held on a person, table by table in stretches; of one table at most a million rows, the rest said to be cut."""
    for table, held in rules.HELD_TABLES.items():
        waiting, told = list[Any](), 0
        first = True
        async for rows in store.stream_held(
            reading, table, held, subject, most=rules.ROWS_MAX + 1, at_once=rules.ROWS_AT_ONCE
        ):
            if waiting:
                yield _stretch(sealer, table, held, waiting, first=first)
                first = False
            told += len(rows)
            waiting = rows
        cut = told > rules.ROWS_MAX
        yield _stretch(sealer, table, held, waiting[:-1] if cut else waiting, first=first, last=True, cut=cut)


def _stretch(
    sealer: Sealer,
    table: str,
    held: HeldTable,
    rows: Sequence[Any],
    *,
    first: bool,
    last: bool = False,
    cut: bool = False,
) -> Held:
    shown = [_plain_row(sealer, table, held.unsealed, row) for row in rows]
    return Held(table=table, zh=held.zh, en=held.en, rows=shown, first=first, last=last, cut=cut)


def _plain_row(sealer: Sealer, table: str, unsealed: Mapping[str, str], row: Any) -> dict[str, Any]:
    shown = {name: rules.plain(value) for name, value in row.items() if rules.shown(name)}
    for column, key in unsealed.items():
        if row[column] is not None:
            place = f"{table}.{column}:{row[key]}"
            shown[column.removesuffix("_sealed")] = sealer.unseal(row[column], where=place).decode()
    return shown
