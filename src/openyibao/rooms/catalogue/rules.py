"""Pure rules of the catalogue. 中文: 目录规则。"""

from __future__ import annotations

from collections.abc import Iterable

from openyibao.rooms.catalogue.records import CatalogueItem


def find_overlap(rows: Iterable[CatalogueItem]) -> CatalogueItem | None:
    """The first row whose days overlap an earlier row of the same code and area, or None."""
    last: dict[tuple[str, int], CatalogueItem] = {}
    for row in sorted(rows, key=lambda each: (each.item_code, each.catalogue_area, each.valid_from)):
        key = (row.item_code, row.catalogue_area)
        before = last.get(key)
        if before is not None and (before.valid_until is None or before.valid_until >= row.valid_from):
            return row
        last[key] = row
    return None
