"""Spans of days on which a fund is not simply paid; days before, after and between them are. 中文: 待遇区间。"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from openyibao.rooms.people import EntitlementState


class Span(NamedTuple):
    """Days in one state; ``after`` is the first day after them, None open. They may overlap, and reach beyond an enrolment."""

    begins_on: date
    after: date | None
    state: EntitlementState


class Spans(NamedTuple):
    """What contributions leave: spans, the last day paid for, and since when without a break; None where none runs."""

    spans: tuple[Span, ...]
    paid_until: date | None
    running_since: date | None
