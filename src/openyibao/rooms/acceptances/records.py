"""Records of what terminals took down without a network, and the reasons it is refused for when it is sent in. 中文: 离线受理记录。"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.outcome import reason
from openyibao.rooms.presentation import Presentation, Purpose

OFFLINE_OVER_AMOUNT = reason(
    "offline_over_amount",
    zh="断网暂记金额 {amount} 元, 超过每笔上限 {limit} 元",
    en="{amount} yuan was taken down without a network; the most for a code is {limit}",
    next_zh="请参保人到场重新出示医保码后正常结算, 或由参保人先付现金再到经办机构零星报销",
    next_en="Have the person show the code again and settle as usual, or pay in cash and claim at the agency",
)
OFFLINE_TOO_MANY = reason(
    "offline_too_many",
    zh="本终端 {on} 断网暂记已达上限 {limit} 笔",
    en="This terminal has sent in {limit} acceptances of {on}, and that is the most",
    next_zh="请参保人到场重新出示医保码后正常结算; 长时间断网请联系医保办",
    next_en="Have the person show the code again; tell the insurance office of a long loss of the network",
)
OFFLINE_TOO_LATE = reason(
    "offline_too_late",
    zh="断网暂记须在 {days} 日内联网核验, 该笔已逾期",
    en="What was taken down must be sent in within {days} days; this one is too late",
    next_zh="请参保人到场重新出示医保码后正常结算, 或到经办机构零星报销",
    next_en="Have the person show the code again, or let them claim at the agency",
)
OFFLINE_FROM_FUTURE = reason(
    "offline_from_future",
    zh="暂记时间晚于现在, 终端时间不准",
    en="It was taken down later than now: the terminal's clock is wrong",
    next_zh="请校准终端时间后重新同步",
    next_en="Set the terminal's clock and send it in again",
)
OFFLINE_USED_ELSEWHERE = reason(
    "offline_used_elsewhere",
    zh="该医保码已于 {at} 在{institution} (终端 {terminal}) 使用过",
    en="This code was used at {at} at {institution} (terminal {terminal})",
    next_zh="请联系参保人核实; 已供药或已服务的, 请参保人重新出示医保码, 或上报医保办",
    next_en="Ask the person; where something was handed out, have them show a new code, or tell the insurance office",
)

Name = Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[^\x00]*$")]
FEN_MAX = 10**9


class AcceptanceState(StrEnum):
    """What became of it (受理状态)."""

    accepted = "accepted"
    refused = "refused"


class OfflineLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What a terminal may take down (离线受理限额): of the institution's area."""

    amount_fen_max: int
    count_max: int
    days_max: int


class OfflineRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One acceptance as the terminal took it down. ``request_key`` is drawn by the terminal when it does."""

    code: Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[^\x00]*$")]
    taken_at: datetime
    amount_fen: Annotated[int, msgspec.Meta(ge=1, le=FEN_MAX)]
    institution_id: int
    terminal_code: Name
    operator_code: Name
    purpose: Purpose
    request_key: Annotated[str, msgspec.Meta(min_length=8, max_length=64, pattern=r"^[0-9A-Za-z._\-]+$")]

    def __repr__(self) -> str:
        return f"OfflineRequest(institution_id={self.institution_id}, request_key={self.request_key})"

    @property
    def digest(self) -> bytes:
        """What the request key stands for. The operator who sends it in may be another one."""
        return sm3(msgspec.json.encode([self.code, self.taken_at, self.amount_fen, self.terminal_code, self.purpose]))


class OfflineAcceptance(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a code that was taken without a network (离线受理). The code itself is kept as a digest."""

    bucket: int
    acceptance_id: int
    institution_id: int
    terminal_code: str
    operator_code: str
    purpose: str
    request_key: str
    code_digest: bytes
    amount_fen: int
    taken_at: datetime
    synced_at: datetime
    state: AcceptanceState
    reason: str | None = None
    facts: dict[str, object] = {}
    person_id: int | None = None
    presentation_id: int | None = None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """An acceptance that holds: settle it under its visit token, which is good for half an hour from when it was sent in."""

    acceptance_id: int
    amount_fen: int
    taken_at: datetime
    shown: Presentation
    repeated: bool = False

    def __repr__(self) -> str:
        return f"Taken(acceptance_id={self.acceptance_id}, repeated={self.repeated})"
