"""Verbs of the catalogue and the cache that answers for it. 中文: 目录服务。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading, Tx
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.catalogue import store
from openyibao.rooms.catalogue.records import CatalogueItem, ListedItem, ListKind
from openyibao.rooms.catalogue.rules import find_overlap

NATIONAL = 0
"""The catalogue area of the rows that count where an area has none of its own."""


class Catalogue:
    """The catalogue in memory, one per process; ``find`` is two or three look-ups.

    ``fresh`` costs one small query and reads all anew only where the version moved. A transaction that imports must not
    ask ``fresh`` itself: were it rolled back, the cache would keep what never was.
    """

    def __init__(self) -> None:
        self._version = -1
        self._dated: dict[tuple[str, int], tuple[CatalogueItem, ...]] = {}
        self._by_id: dict[int, CatalogueItem] = {}
        self._lists: dict[tuple[int, ListKind, str], dict[str, list[ListedItem]]] = {}

    async def fresh(self, reading: Reading, version: int | None = None) -> None:
        """Read the catalogue anew where it changed."""
        if version is None:
            version = await store.read_version(reading)
        if version == self._version:
            return
        dated: dict[tuple[str, int], list[CatalogueItem]] = {}
        by_id: dict[int, CatalogueItem] = {}
        for row in await store.read_all(reading):
            dated.setdefault((row.item_code, row.catalogue_area), []).append(row)
            by_id[row.catalogue_item_id] = row
        newest_first = {key: tuple(reversed(rows)) for key, rows in dated.items()}
        lists: dict[tuple[int, ListKind, str], dict[str, list[ListedItem]]] = {}
        for one in await store.read_lists(reading):
            of_kind = lists.setdefault((one.catalogue_area, one.list_kind, one.disease_code), {})
            of_kind.setdefault(one.item_code, []).append(one)
        self._dated, self._by_id, self._lists, self._version = newest_first, by_id, lists, version

    refresh = fresh

    def find(self, item_code: str, area: int, on: date) -> CatalogueItem | None:
        """The row of a code on a day: the area's own before the national one; None where neither is valid."""
        for catalogue_area in (area, NATIONAL):
            for row in self._dated.get((item_code, catalogue_area), ()):
                if row.valid_from <= on and (row.valid_until is None or on <= row.valid_until):
                    return row
        return None

    def has_list(self, area: int, kind: ListKind, disease_code: str = "") -> bool:
        """Whether an area, or the nation, has such a list."""
        return any((one, kind, disease_code) in self._lists for one in (area, NATIONAL))

    def is_listed(self, area: int, kind: ListKind, item_code: str, on: date, *, disease_code: str = "") -> bool | None:
        """Whether an item stands on a list on a day, the area's own before the national one; None where there is no list."""
        for catalogue_area in (area, NATIONAL):
            found = self._lists.get((catalogue_area, kind, disease_code))
            if found is not None:
                return any(
                    one.valid_from <= on and (one.valid_until is None or on <= one.valid_until)
                    for one in found.get(item_code, ())
                )
        return None

    def by_id(self, catalogue_item_id: int) -> CatalogueItem | None:
        """The row of an id, or None."""
        return self._by_id.get(catalogue_item_id)

    def list_area(self, area: int, on: date) -> list[CatalogueItem]:
        """Every row that counts in an area on a day, by code: for pages that let a clerk choose."""
        codes = sorted({code for code, _ in self._dated})
        return [row for code in codes if (row := self.find(code, area, on)) is not None]


async def import_items(tx: Tx, clock: Clock, *, rows: Sequence[CatalogueItem], actor: str = "agency") -> None:
    """Add rows; readers see them from their next batch on. The audit is told who brought them, and the digest of them all.

    Raises ValueError where, with what is written already, a code would have two rows of one area on one day.
    """
    await store.bump_version(tx)
    known = await store.read_codes(tx, sorted({row.item_code for row in rows}))
    fault = find_overlap([*known, *rows])
    if fault is not None:
        raise ValueError(f"{fault.item_code} has two rows in {fault.catalogue_area} on {fault.valid_from.isoformat()}")
    await store.write_items(tx, rows)
    if rows:
        tx.audit.append(
            AuditEvent(
                kind="catalogue_entered",
                cell=0,
                subject_id=rows[0].catalogue_item_id,
                actor=actor,
                content=sm3(msgspec.msgpack.encode(rows)),
            )
        )


async def import_lists(tx: Tx, clock: Clock, *, rows: Sequence[ListedItem]) -> None:
    """Add rows of lists; readers see them from their next batch on. A row that is there already is an error of the database."""
    await store.bump_version(tx)
    await store.write_lists(tx, rows)
