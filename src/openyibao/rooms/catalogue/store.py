"""All SQL of the catalogue. 中文: 目录存储。"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.catalogue.records import CatalogueItem, ListedItem

_FIELDS = CatalogueItem.__struct_fields__
_COLUMNS = ", ".join(_FIELDS)
_LISTED = ListedItem.__struct_fields__


async def read_version(reading: Reading) -> int:
    """The version of the catalogue."""
    row = await reading.fetchrow("select version from reference_versions where noun = 'catalogue'")
    return int(row["version"])


async def bump_version(tx: Tx) -> None:
    """Tell every process to read the catalogue anew. Also holds out a second import: the row stays locked."""
    await tx.execute("update reference_versions set version = version + 1 where noun = 'catalogue'")


async def read_all(reading: Reading) -> list[CatalogueItem]:
    """Every row, the newest of a code and area last."""
    rows = await reading.fetch(f"select {_COLUMNS} from catalogue_items order by item_code, catalogue_area, valid_from")
    return [msgspec.convert(dict(row), CatalogueItem) for row in rows]


async def read_codes(reading: Reading, item_codes: Sequence[str]) -> list[CatalogueItem]:
    """Every row of these codes."""
    rows = await reading.fetch(f"select {_COLUMNS} from catalogue_items where item_code = any($1)", list(item_codes))
    return [msgspec.convert(dict(row), CatalogueItem) for row in rows]


async def write_items(tx: Tx, rows: Sequence[CatalogueItem]) -> None:
    """Write new rows by COPY."""
    values = [tuple(getattr(row, name) for name in _FIELDS) for row in rows]
    await tx.copy("catalogue_items", _FIELDS, values)


async def read_lists(reading: Reading) -> list[ListedItem]:
    """Every row of every list."""
    rows = await reading.fetch(f"select {', '.join(_LISTED)} from catalogue_lists")
    return [msgspec.convert(dict(row), ListedItem) for row in rows]


async def write_lists(tx: Tx, rows: Sequence[ListedItem]) -> None:
    """Write new rows of lists by COPY."""
    await tx.copy("catalogue_lists", _LISTED, [msgspec.structs.astuple(row) for row in rows])
