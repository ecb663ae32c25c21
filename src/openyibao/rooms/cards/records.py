"""Records of cards. 中文: 卡记录。"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class CardKind(StrEnum):
    """What is laid on the reader (凭证类别: 身份证 / 社保卡)."""

    identity_card = "identity_card"
    social_security_card = "social_security_card"


class CardReportKind(StrEnum):
    """Reported lost, or found again (挂失 / 解挂)."""

    lost = "lost"
    found = "found"


class InsuranceCard(msgspec.Struct, frozen=True, kw_only=True):
    """A social-security card (社保卡), in its person's bucket; the newest one counts."""

    bucket: int
    card_id: int
    person_id: int
    number_digest: bytes
    entered_at: datetime
    entered_by: str


class CardReport(msgspec.Struct, frozen=True, kw_only=True):
    """That a kind of card was lost or found (挂失记录); a newer social-security card makes an older loss void."""

    bucket: int
    report_id: int
    person_id: int
    kind: CardKind
    reported: CardReportKind
    reported_at: datetime
    reported_by: str
