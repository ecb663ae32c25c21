"""Verbs of areas and the cache that answers for them. 中文: 区划服务。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.rooms.areas import store
from openyibao.rooms.areas.records import AgencyArea, AreaRows, PoolingArea
from openyibao.rooms.areas.rules import areas_from_divisions, cell_of, find_overlap
from openyibao.rooms.areas.settings import AreaSettings, read_area_settings
from openyibao.rooms.areas.telling import tell_agencies, tell_pools

FIRST_DAY = date(2000, 1, 1)
"""From when the table made from the divisions counts; older days lead nowhere."""


_DEFAULTS = AreaSettings()


class _Divisions(msgspec.Struct, frozen=True):
    source: str
    divisions: dict[int, str]


def read_divisions() -> dict[int, str]:
    """The packaged divisions of GB/T 2260 (edition 2022): six-digit code → name."""
    packaged = resources.files("openyibao.rooms.areas").joinpath("divisions.json").read_bytes()
    return msgspec.json.decode(packaged, type=_Divisions, strict=False).divisions


class Areas:
    """The areas in memory, one per process.

    ``fresh`` costs one small query and reads all anew only where the version moved. A transaction that writes areas
    must not ask ``fresh`` itself: were it rolled back, the cache would keep what never was.
    """

    def __init__(self) -> None:
        self._version = -1
        self._pools: dict[int, PoolingArea] = {}
        self._agencies: dict[int, list[AgencyArea]] = {}
        self._settings: frozenset[str] = frozenset()

    async def fresh(self, reading: Reading, version: int | None = None) -> None:
        """Read the areas anew where they changed."""
        if version is None:
            version = await store.read_version(reading)
        if version == self._version:
            return
        pools = {each.pooling_area: each for each in await store.read_pooling_areas(reading)}
        agencies: dict[int, list[AgencyArea]] = {}
        for row in await store.read_agency_areas(reading):
            agencies.setdefault(row.agency_area, []).append(row)
        self._pools, self._agencies, self._version = pools, agencies, version
        self._settings = frozenset(name for pool in pools.values() for name in pool.said)

    refresh = fresh

    def pooling_area(self, agency_area: int, on: date) -> PoolingArea | None:
        """Where an agency area's insured are pooled on a day, or None where it leads nowhere."""
        for row in reversed(self._agencies.get(agency_area, ())):
            if row.valid_from <= on and (row.valid_until is None or on <= row.valid_until):
                return self._pools.get(row.pooling_area)
        return None

    def by_code(self, pooling_area: int) -> PoolingArea | None:
        """The pooling area of a code, or None."""
        return self._pools.get(pooling_area)

    def list_pools(self) -> list[PoolingArea]:
        """All pooling areas, by code."""
        return [self._pools[code] for code in sorted(self._pools)]

    def agencies_of(self, pooling_area: int, on: date) -> list[AgencyArea]:
        """The agency areas that lead to a pooling area on a day, by code."""
        return [
            row
            for code in sorted(self._agencies)
            for row in self._agencies[code]
            if row.pooling_area == pooling_area
            and row.valid_from <= on
            and (row.valid_until is None or on <= row.valid_until)
        ]

    def has_province(self, province: int) -> bool:
        """Whether a province (two digits) has any pooling area."""
        return any(pool.province == province for pool in self._pools.values())

    def has_setting(self, name: str) -> bool:
        """Whether any area sets this: where none does, nobody needs to look at each."""
        return name in self._settings

    def cells(self, pooling_area: int) -> list[int]:
        """All cells of a pooling area; none where it is unknown."""
        pool = self._pools.get(pooling_area)
        return [] if pool is None else [pooling_area * 100 + number for number in range(pool.cells)]

    def settings(self, pooling_area: int) -> AreaSettings:
        """What a pooling area decides for itself; the defaults where it is unknown."""
        pool = self._pools.get(pooling_area)
        return _DEFAULTS if pool is None else pool.settings

    def cells_of_person(self, person_id: int) -> list[int]:
        """The one cell of each pooling area in which this person's money can live, ascending."""
        return [cell_of(code, pool.cells, person_id) for code, pool in sorted(self._pools.items())]

    def all_cells(self) -> list[int]:
        """Every cell of the platform, ascending."""
        return [cell for code in sorted(self._pools) for cell in self.cells(code)]


async def import_areas(tx: Tx, clock: Clock, *, rows: AreaRows, actor: str = "agency") -> None:
    """Write pooling areas and the dated table; readers see it from their next batch on.

    The number of cells of a known pooling area stays: people live in them. Raises ValueError where two rows of one
    agency area would overlap, with what is written already included.
    """
    await store.lock_pooling_areas(tx, sorted({each.pooling_area for each in rows.agency_areas}))
    merged = {(each.agency_area, each.valid_from): each for each in await store.read_agency_areas(tx)}
    merged.update({(each.agency_area, each.valid_from): each for each in rows.agency_areas})
    fault = find_overlap(list(merged.values()))
    if fault is not None:
        raise ValueError(f"agency area {fault.agency_area} has two rows on {fault.valid_from.isoformat()}")
    await store.bump_version(tx)
    await store.write_areas(tx, rows)
    await tell_pools(tx, {each.pooling_area for each in rows.pooling_areas}, actor=actor)
    await tell_agencies(tx, {(each.agency_area, each.valid_from) for each in rows.agency_areas}, actor=actor)


async def set_area_settings(
    tx: Tx, clock: Clock, *, pooling_area: int, changes: Mapping[str, Any], actor: str = "agency"
) -> AreaSettings:
    """Change some settings of a pooling area; readers see them from their next batch on.

    Raises SettingUnknownError for a name that is not on the list or a value out of bounds, LookupError for an unknown area.
    """
    await store.lock_pooling_areas(tx, [pooling_area])
    found = [each for each in await store.read_pooling_areas(tx) if each.pooling_area == pooling_area]
    if not found:
        raise LookupError(f"no pooling area {pooling_area}")
    settings = read_area_settings({**msgspec.to_builtins(found[0].settings), **changes})
    await store.bump_version(tx)
    await store.write_settings(tx, pooling_area, settings)
    await tell_pools(tx, {pooling_area}, actor=actor)
    return settings


async def load_divisions(
    tx: Tx, clock: Clock, *, cells: Mapping[int, int] | None = None, actor: str = "agency"
) -> AreaRows:
    """Write the packaged divisions and the areas made from them; returns what was entered."""
    divisions = read_divisions()
    await store.write_divisions(tx, divisions)
    rows = areas_from_divisions(divisions, valid_from=FIRST_DAY, cells=cells)
    await import_areas(tx, clock, rows=rows, actor=actor)
    return rows
