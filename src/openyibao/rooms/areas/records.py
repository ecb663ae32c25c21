"""Records of areas. 中文: 区划与统筹区记录。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec

from openyibao.rooms.areas.settings import AreaSettings

Made = TypeVar("Made")


class AgencyKind(StrEnum):
    """What an agency area is (经办区划类型)."""

    county = "county"
    city = "city"
    city_direct = "city_direct"
    province_direct = "province_direct"
    corps = "corps"


class PoolingArea(msgspec.Struct, frozen=True, kw_only=True):
    """Where fund, policy, accounts and accumulators live (统筹区). ``cells`` (1 to 64) never shrinks."""

    pooling_area: int
    name: str
    province: int
    cells: int
    settings: AreaSettings = AreaSettings()
    said: Mapping[str, Any] = {}
    """What of the settings differs from the defaults, for rooms that read their own settings from it; made here."""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "said", msgspec.to_builtins(self.settings))


class SettingsRead(Generic[Made]):
    """What a room makes of an area's settings, made once for each area as long as it says the same."""

    def __init__(self, read: Callable[[Mapping[str, Any]], Made]) -> None:
        self._read = read
        self._made: dict[int, tuple[Mapping[str, Any], Made]] = {}

    def of(self, pool: PoolingArea) -> Made:
        """What the area's settings mean. Raises what ``read`` raises."""
        known = self._made.get(pool.pooling_area)
        if known is not None and known[0] is pool.said:
            return known[1]
        made = self._read(pool.said)
        self._made[pool.pooling_area] = (pool.said, made)
        return made


class AgencyArea(msgspec.Struct, frozen=True, kw_only=True):
    """An agency area leads to one pooling area from a day on (经办区划). ``valid_until`` is the last day."""

    agency_area: int
    valid_from: date
    valid_until: date | None
    pooling_area: int
    kind: AgencyKind
    name: str


class AreaRows(msgspec.Struct, frozen=True, kw_only=True):
    """What ``import_areas`` writes: pooling areas and the dated table that leads to them."""

    pooling_areas: tuple[PoolingArea, ...]
    agency_areas: tuple[AgencyArea, ...]
