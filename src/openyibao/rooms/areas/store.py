"""All SQL of areas. 中文: 区划存储。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.areas.records import AgencyArea, AgencyKind, AreaRows, PoolingArea
from openyibao.rooms.areas.settings import AreaSettings, read_area_settings


async def read_version(reading: Reading) -> int:
    """The version of the areas."""
    row = await reading.fetchrow("select version from reference_versions where noun = 'areas'")
    return int(row["version"])


async def bump_version(tx: Tx) -> None:
    """Tell every process to read the areas anew."""
    await tx.execute("update reference_versions set version = version + 1 where noun = 'areas'")


async def list_pooling_rows(reading: Reading) -> list[Any]:
    """All pooling areas as they are stored."""
    return list(
        await reading.fetch("select pooling_area, name, province, cells, settings from pooling_areas order by 1")
    )


async def list_agency_rows(reading: Reading) -> list[Any]:
    """The whole dated table as it is stored, each agency area's newest row last."""
    return list(
        await reading.fetch(
            "select agency_area, valid_from, valid_until, pooling_area, kind, name from agency_areas order by 1, 2"
        )
    )


async def read_pooling_areas(reading: Reading) -> list[PoolingArea]:
    """All pooling areas."""
    rows = await list_pooling_rows(reading)
    return [PoolingArea(**{**dict(row), "settings": read_area_settings(row["settings"])}) for row in rows]


async def read_agency_areas(reading: Reading) -> list[AgencyArea]:
    """The whole dated table, each agency area's newest row last."""
    rows = await list_agency_rows(reading)
    return [AgencyArea(**{**dict(row), "kind": AgencyKind(row["kind"])}) for row in rows]


async def lock_pooling_areas(tx: Tx, pooling_areas: list[int]) -> None:
    """Hold the parents while the dated rows below them are checked and written."""
    await tx.fetch(
        "select pooling_area from pooling_areas where pooling_area = any($1) order by pooling_area for update",
        pooling_areas,
    )


async def write_divisions(tx: Tx, divisions: Mapping[int, str]) -> None:
    """Write divisions; a known code takes the new name."""
    await tx.execute(
        "insert into divisions (division_code, name) select * from unnest($1::int[], $2::text[]) "
        "on conflict (division_code) do update set name = excluded.name",
        list(divisions),
        list(divisions.values()),
    )


async def write_settings(tx: Tx, pooling_area: int, settings: AreaSettings) -> None:
    """Write one area's settings."""
    await tx.execute("update pooling_areas set settings = $2 where pooling_area = $1", pooling_area, settings)


async def write_areas(tx: Tx, rows: AreaRows) -> None:
    """Write pooling areas (cells never shrink) and agency areas (a known first day takes the new row)."""
    pools, agencies = rows.pooling_areas, rows.agency_areas
    await tx.execute(
        "insert into pooling_areas (pooling_area, name, province, cells, settings) "
        "select * from unnest($1::int[], $2::text[], $3::int[], $4::int[], $5::jsonb[]) "
        "on conflict (pooling_area) do update set name = excluded.name, settings = excluded.settings",
        [each.pooling_area for each in pools],
        [each.name for each in pools],
        [each.province for each in pools],
        [each.cells for each in pools],
        [each.settings for each in pools],
    )
    await tx.execute(
        "insert into agency_areas (agency_area, valid_from, valid_until, pooling_area, kind, name) "
        "select * from unnest($1::int[], $2::date[], $3::date[], $4::int[], $5::text[], $6::text[]) "
        "on conflict (agency_area, valid_from) do update set valid_until = excluded.valid_until, "
        "pooling_area = excluded.pooling_area, kind = excluded.kind, name = excluded.name",
        [each.agency_area for each in agencies],
        [each.valid_from for each in agencies],
        [each.valid_until for each in agencies],
        [each.pooling_area for each in agencies],
        [each.kind.value for each in agencies],
        [each.name for each in agencies],
    )
