"""Records of closed periods. 中文: 关账记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

ALL_INSTITUTIONS = 0
"""The institution of an act that holds for a whole pooling area."""


class PeriodKind(StrEnum):
    """Why a period is closed, in the order in which undoing asks (关账种类): day cut, reconciliation, clearing, year end."""

    day = "day"
    reconciliation = "reconciliation"
    clearing = "clearing"
    year = "year"


class PeriodRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Close a period, or reopen one: of one institution, or of all of an area (``ALL_INSTITUTIONS``)."""

    pooling_area: int
    institution_id: int
    kind: PeriodKind
    from_on: date
    until_on: date
    closes: bool
    maker: str
    approver: str
    why: str


class PeriodAct(msgspec.Struct, frozen=True, kw_only=True):
    """A period closed or reopened (关账), field by field as its row."""

    bucket: int
    period_act_id: int
    pooling_area: int
    institution_id: int
    kind: PeriodKind
    from_on: date
    until_on: date
    closes: bool
    maker: str
    approver: str
    why: str
    acted_at: datetime
