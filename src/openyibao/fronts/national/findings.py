"""What was tolerated of each institution's messages, counted; and the last messages, masked, at a desk. 中文: 接口符合性记录。

Keeps: in memory, of this process, bounded. Promises: no name, number or token of a person stands here.
"""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime
from typing import Any

import msgspec

from openyibao.wire.national.amounts import plain

FINDINGS_MAX = 5_000
MESSAGES_MAX = 200
_MASKED = frozenset(
    {
        *("certno", "psn_name", "mdtrt_cert_no", "idNo", "userName", "ecToken", "ecQrCode", "tel", "addr", "card_sn"),
        *("cert_no", "coner_name", "agnter_name", "agnter_certno", "agnter_tel", "patn_name", "cardno", "emp_name"),
        *("brdy", "birthday", "ecIndexNo", "curr_addr", "coner_tel", "coner_addr", "agnter_addr", "email"),
    }
)


class SeenMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message with its answer, masked."""

    at: datetime
    institution_code: str
    infno: str
    message_no: str
    asked: Any
    answered: Any
    findings: tuple[str, ...]


class Findings:
    """The book of one process."""

    def __init__(self, *, keeps_messages: bool) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._messages: deque[SeenMessage] = deque(maxlen=MESSAGES_MAX)
        self._keeps = keeps_messages

    @property
    def keeps_messages(self) -> bool:
        """Whether messages are kept to be looked at: at a desk only."""
        return self._keeps

    def note(self, institution_code: str, infno: str, found: tuple[str, ...]) -> None:
        """Count what was tolerated."""
        for one in found:
            name = (institution_code, infno, one)
            if name in self._counts or len(self._counts) < FINDINGS_MAX:
                self._counts[name] += 1

    def keep(self, seen: SeenMessage) -> None:
        """Keep one message."""
        self._messages.appendleft(
            msgspec.structs.replace(seen, asked=masked(seen.asked), answered=masked(seen.answered))
        )

    def counted(self, institution_code: str = "") -> list[tuple[str, str, str, int]]:
        """Institution, transaction, finding, how often; the most frequent first."""
        return [(*name, times) for name, times in self._counts.most_common() if institution_code in ("", name[0])]

    def messages(self) -> list[SeenMessage]:
        """The last ones first."""
        return list(self._messages)


def masked(value: Any) -> Any:
    """A message without what tells of a person."""
    if isinstance(value, dict):
        return {key: ("***" if key in _MASKED and plain(one) else masked(one)) for key, one in value.items()}
    if isinstance(value, bytes):
        return f"({len(value)} octets)"
    if isinstance(value, list):
        return [masked(one) for one in value[:20]]
    return value
