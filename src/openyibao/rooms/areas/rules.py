"""Pure rules of areas: cells, buckets, and the first table of agency areas from the divisions. 中文: 分片与区划规则。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from openyibao.kit.db import BUCKETS
from openyibao.rooms.areas.records import AgencyArea, AgencyKind, AreaRows, PoolingArea

CELLS_MAX = 64
_MULTIPLIER = 0x9E3779B97F4A7C15
_WORD = (1 << 64) - 1
_MUNICIPALITIES = (11, 12, 31, 50)
_COUNTY_LED_BY_PROVINCE = (4190, 4290, 4690)
_CORPS_CITIES = 6590
_CORPS = 660000
_CORPS_DIVISIONS = 14


def cell_of(pooling_area: int, cells: int, person_id: int) -> int:
    """The cell of a person in a pooling area of 1 to 64 cells.

    The hash is a multiply and shift of the id: the same in every process and on every machine, and spread over the
    cells although ids of one moment differ in their low bits only.
    """
    mixed = (person_id * _MULTIPLIER) & _WORD
    mixed ^= mixed >> 29
    return pooling_area * 100 + ((mixed * _MULTIPLIER & _WORD) >> 33) % cells


def area_of_cell(cell: int) -> int:
    """The pooling area that a cell is a slice of."""
    return cell // 100


def cell_span(pooling_area: int) -> tuple[int, int]:
    """The lowest and the highest cell that a pooling area may have."""
    return pooling_area * 100, pooling_area * 100 + CELLS_MAX - 1


def bucket_of_digest(digest: bytes) -> int:
    """The bucket, 0 to 1023, of a keyed digest."""
    return int.from_bytes(digest[:4], "big") % BUCKETS


def find_overlap(rows: Sequence[AgencyArea]) -> AgencyArea | None:
    """The first row whose days overlap an earlier row of the same agency area, or None."""
    last: dict[int, AgencyArea] = {}
    for row in sorted(rows, key=lambda each: (each.agency_area, each.valid_from)):
        before = last.get(row.agency_area)
        if before is not None and (before.valid_until is None or before.valid_until >= row.valid_from):
            return row
        last[row.agency_area] = row
    return None


def areas_from_divisions(
    divisions: Mapping[int, str], *, valid_from: date, cells: Mapping[int, int] | None = None
) -> AreaRows:
    """A first table of agency areas, to be corrected by ``import_areas`` where a region pools otherwise.

    A county leads to its city; a municipality's districts to its one pool (110101 → 110100); xxxx99 (市本级) to the
    city; xx9900 (省本级) to a pool of its own; the corps' divisions (66…) and cities (6590…) to 660000; counties led by
    a province (4290…) are pools themselves. ``cells`` gives areas more than one cell.
    """
    maker = _Maker(divisions, valid_from, cells or {})
    for code in sorted(divisions):
        maker.take(code)
    maker.take_corps()
    return AreaRows(pooling_areas=tuple(maker.pools.values()), agency_areas=tuple(maker.agencies.values()))


class _Maker:
    def __init__(self, divisions: Mapping[int, str], valid_from: date, cells: Mapping[int, int]) -> None:
        self._divisions, self._valid_from, self._cells = divisions, valid_from, cells
        self.pools: dict[int, PoolingArea] = {}
        self.agencies: dict[int, AgencyArea] = {}

    def take(self, code: int) -> None:
        """Enter one division and the direct agencies that stand beside it."""
        province, name = code // 10_000, self._divisions[code]
        if code % 10_000 == 0:
            self._take_province(province, name)
        elif province in _MUNICIPALITIES:
            self._lead(code, AgencyKind.county, name, province * 10_000 + 100)
        elif code // 100 == _CORPS_CITIES:
            self._lead(code, AgencyKind.corps, name, self._pool(_CORPS, "新疆生产建设兵团"))
        elif code % 100 == 0:
            pool = self._pool(code, name)
            self._lead(code, AgencyKind.city, name, pool)
            self._lead(code + 99, AgencyKind.city_direct, f"{name}市本级", pool)
        elif code // 100 in _COUNTY_LED_BY_PROVINCE:
            self._lead(code, AgencyKind.city, name, self._pool(code, name))
        else:
            self._lead(code, AgencyKind.county, name, code // 100 * 100)

    def take_corps(self) -> None:
        """The corps stands in no division table; its fourteen divisions are 660100 to 661400."""
        pool = self._pool(_CORPS, "新疆生产建设兵团")
        self._lead(_CORPS, AgencyKind.corps, "新疆生产建设兵团", pool)
        for number in range(1, _CORPS_DIVISIONS + 1):
            self._lead(_CORPS + number * 100, AgencyKind.corps, f"兵团第{number}师", pool)

    def _take_province(self, province: int, name: str) -> None:
        if province > 65:
            return  # Taiwan, Hong Kong and Macao run their own insurances.
        direct = province * 10_000 + 9_900
        if province in _MUNICIPALITIES:
            pool = self._pool(province * 10_000 + 100, name)
            self._lead(province * 10_000, AgencyKind.city, name, pool)
            self._lead(province * 10_000 + 100, AgencyKind.city, name, pool)
            self._lead(province * 10_000 + 199, AgencyKind.city_direct, f"{name}市本级", pool)
            self._lead(direct, AgencyKind.province_direct, f"{name}本级", pool)
        else:
            self._lead(direct, AgencyKind.province_direct, f"{name}本级", self._pool(direct, f"{name}本级"))

    def _pool(self, code: int, name: str) -> int:
        self.pools.setdefault(
            code,
            PoolingArea(pooling_area=code, name=name, province=code // 10_000, cells=self._cells.get(code, 1)),
        )
        return code

    def _lead(self, agency_area: int, kind: AgencyKind, name: str, pooling_area: int) -> None:
        self.agencies[agency_area] = AgencyArea(
            agency_area=agency_area,
            valid_from=self._valid_from,
            valid_until=None,
            pooling_area=pooling_area,
            kind=kind,
            name=name,
        )
