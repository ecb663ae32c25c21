"""Records of disputes, and the reasons this room refuses for. 中文: 异议记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from openyibao.kit.outcome import reason

DISPUTES_TOO_MANY = reason(
    "disputes_too_many",
    zh="您有 {open} 件异议正在处理, 暂不能再提",
    en="{open} of your disputes are being answered; no more can be raised for now",
    next_zh="请等待答复, 或致电服务热线",
    next_en="Wait for the answers, or call the hotline",
)
DISPUTE_UNKNOWN = reason(
    "dispute_unknown",
    zh="没有这个编号的异议",
    en="There is no dispute with this number",
    next_zh="请核对异议编号",
    next_en="Check the number",
)
DISPUTE_ANSWERED = reason(
    "dispute_answered",
    zh="这件异议已于 {on} 答复",
    en="This dispute was answered on {on}",
    next_zh="如仍有异议, 请参保人重新提出",
    next_en="Where the person still disagrees, they raise it again",
)

Words = Annotated[str, msgspec.Meta(max_length=500, pattern=r"^[^\x00]*$")]


class DisputeAnswers(StrEnum):
    """Who answers a dispute (答复方)."""

    institution = "institution"
    agency = "agency"
    channel = "channel"


class Finding(StrEnum):
    """What came of it (处理结论): it was the person after all, it was somebody else, or something was put right."""

    explained = "explained"
    wrong_person = "wrong_person"
    corrected = "corrected"


class NewDispute(msgspec.Struct, frozen=True, kw_only=True):
    """A dispute about one entry of the use log."""

    bucket: int
    person_id: int
    subject_kind: str
    subject_id: int
    happened_at: datetime
    institution_id: int | None
    words: Words
    answers: DisputeAnswers
    answer_days: int
    raised_by: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An officer's answer."""

    finding: Finding
    words: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
    officer: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """A dispute as it stands (异议). Words and answer are clear here, sealed in the database."""

    bucket: int
    dispute_id: int
    person_id: int
    subject_kind: str
    subject_id: int
    happened_at: datetime
    institution_id: int | None
    words: str
    answers: DisputeAnswers
    promised_on: date
    raised_by: str
    raised_at: datetime
    finding: Finding | None = None
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
