"""Records of areas. 中文: 区划与统筹区记录。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from openyibao.rooms.areas.settings import AreaSettings


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
