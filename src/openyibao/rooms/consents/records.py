"""Records of consents, and the reasons this room refuses for. 中文: 同意记录。"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from openyibao.kit.outcome import reason

CONSENT_TEXT_UNKNOWN = reason(
    "consent_text_unknown",
    zh="没有这个版本的同意书: {version}",
    en="There is no consent text of this version: {version}",
    next_zh="请重新打开页面, 阅读现行的同意书",
    next_en="Open the page again and read the text in force",
)
CONSENT_UNKNOWN = reason(
    "consent_unknown",
    zh="没有找到这份同意, 或它已被撤回",
    en="There is no such consent, or it was withdrawn already",
    next_zh="请刷新列表",
    next_en="Look at the list again",
)
CONSENT_MISSING = reason(
    "consent_missing",
    zh="参保人没有同意在这个渠道办理此事",
    en="The person has not agreed to this in this channel",
    next_zh="请先征得参保人同意",
    next_en="Ask for the person's consent first",
)


class ConsentPurpose(StrEnum):
    """What somebody agrees to (同意事项)."""

    show = "show"
    query = "query"
    notify = "notify"
    face = "face"


ACTIVATION_PURPOSES = (ConsentPurpose.show, ConsentPurpose.notify)
"""What the text of an activation is about: showing the code, and messages about it."""


class ConsentText(msgspec.Struct, frozen=True, kw_only=True):
    """A text as it is shown (同意书), and the SM3 of its octets."""

    version: str
    language: str
    paragraphs: tuple[str, ...]
    digest: bytes


class NewConsent(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody agrees to. ``given_by`` is ``self``, ``guardian`` or an officer.

    ``text_digest`` is given by who keeps the text themself and has shown it; without it the text is one of this room's.
    """

    bucket: int
    person_id: int
    text_version: str
    language: str
    purposes: tuple[ConsentPurpose, ...]
    channel_code: str
    given_by: str = "self"
    text_digest: bytes | None = None


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """A consent as it stands (同意)."""

    bucket: int
    consent_id: int
    person_id: int
    text_version: str
    text_digest: bytes
    language: str
    purposes: tuple[ConsentPurpose, ...]
    channel_code: str
    given_by: str
    given_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """A consent taken back, and the bindings that ended with it (撤回同意)."""

    consent: Consent
    ended_bindings: tuple[int, ...]
