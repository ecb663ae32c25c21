"""Records of signals, what they are read from, and the reasons this room refuses for. 中文: 监测信号记录。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from openyibao.kit.outcome import reason

SIGNAL_UNKNOWN = reason(
    "signal_unknown",
    zh="没有这条监测信号",
    en="There is no such signal",
    next_zh="请核对信号编号",
    next_en="Check its name",
)
SIGNAL_JUDGED = reason(
    "signal_judged",
    zh="这条监测信号已有结论: {finding}",
    en="This signal was judged already: {finding}",
    next_zh="如有新的事实, 请在异议中说明",
    next_en="Tell new facts in a dispute",
)
SIGNAL_WHY_MISSING = reason(
    "signal_why_missing",
    zh="须写明核查人和理由",
    en="Who judged and why must be said",
    next_zh="请填写核查人与理由",
    next_en="Name the officer and the reason",
)


class SignalKind(StrEnum):
    """What looks like misuse (信号类别)."""

    impossible_travel = "impossible_travel"
    code_shown_twice = "code_shown_twice"
    many_persons = "many_persons"
    repeated_refusals = "repeated_refusals"
    drug_resale = "drug_resale"


class SignalFinding(StrEnum):
    """What an officer found (核查结论)."""

    explained = "explained"
    confirmed = "confirmed"


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """From where on something is a signal (监测阈值). Minutes between places, counts an hour, counts a day, days of sales."""

    minutes_between_cities: int = 30
    minutes_between_provinces: int = 60
    persons_an_hour: int = 120
    persons_an_hour_by_face: int = 60
    refusals_of_person: int = 6
    refusals_of_terminal: int = 40
    resale_days: int = 7
    resale_places: int = 3


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """A showing that was accepted, as a signal reads it. ``area`` is the institution's, 0 where it has none."""

    bucket: int
    person_id: int
    cell: int
    presentation_id: int
    institution_id: int
    terminal_code: str
    at: datetime
    area: int
    by_relative: bool = False
    carrier: str | None = None


class RefusedShowing(msgspec.Struct, frozen=True, kw_only=True):
    """A showing that was refused."""

    bucket: int
    refusal_id: int
    person_id: int
    institution_id: int
    terminal_code: str
    at: datetime
    reason: str
    facts: Mapping[str, Any]


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """A drug that was settled for a person."""

    bucket: int
    person_id: int
    cell: int
    settlement_id: int
    institution_id: int
    at: datetime
    item_code: str
    quantity_e4: int


class SignalDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A signal before it is kept. ``sign`` says which facts it is made of: the same facts are one signal."""

    kind: SignalKind
    bucket: int
    sign: str
    happened_at: datetime
    evidence: Sequence[Mapping[str, Any]]
    person_id: int | None = None
    institution_id: int | None = None
    terminal_code: str | None = None


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """A signal as it stands (监测信号). It stops nothing, unless the person's area says so of its kind (``blocked``)."""

    bucket: int
    signal_id: int
    kind: SignalKind
    sign: str
    person_id: int | None
    institution_id: int | None
    terminal_code: str | None
    happened_at: datetime
    evidence: Sequence[Mapping[str, Any]]
    blocked: bool
    raised_at: datetime
    finding: SignalFinding | None = None
    judged_by: str | None = None
    judged_at: datetime | None = None
    judged_why: str | None = None


class ReadOn(msgspec.Struct, frozen=True, kw_only=True):
    """What one step of the job did (批处理进度). ``behind`` says that there is more to read."""

    read_until: datetime
    raised: int
    behind: bool
