"""Records of checks, and the reasons this room refuses for. 中文: 本人核验记录。"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from openyibao.kit.outcome import reason
from openyibao.rooms.activations import Way

CHECK_UNKNOWN = reason(
    "check_unknown",
    zh="没有正在进行的本人核验, 或核验已经用过",
    en="No check is under way here, or it was used already",
    next_zh="请从“我的数据与安全”重新开始",
    next_en="Begin again under “My data and safety”",
)
CHECK_EXPIRED = reason(
    "check_expired",
    zh="本次核验已超过 15 分钟",
    en="This check has run out: it lasts 15 minutes",
    next_zh="请重新开始核验",
    next_en="Begin the check again",
)
CHECK_OVER = reason(
    "check_over",
    zh="错误次数过多, 本次核验已结束",
    en="Too many wrong tries: this check is over",
    next_zh="请稍后重新开始, 或带证件到任一经办窗口办理",
    next_en="Begin again later, or go to any counter with your document",
)
CHECK_WAY_FOREIGN = reason(
    "check_way_foreign",
    zh="现在不能用这种方式核验",
    en="This way of checking is not due now",
    next_zh="请按页面顺序核验, 或到医保经办窗口办理",
    next_en="Follow the pages in their order, or go to an insurance counter",
)
CHECK_OF_ANOTHER = reason(
    "check_of_another",
    zh="核验结果不属于本次核验",
    en="That verdict belongs to another check",
    next_zh="请重新刷脸; 反复出现请致电服务热线",
    next_en="Do the face check again; if it comes back, call the hotline",
)
CHECK_INCOMPLETE = reason(
    "check_incomplete",
    zh="本人核验还没有做完",
    en="The check is not complete yet",
    next_zh="请按页面顺序完成核验",
    next_en="Complete it in the order of the pages",
)
CHECKS_TOO_MANY = reason(
    "checks_too_many",
    zh="一小时内核验次数过多",
    en="Too many checks were begun within an hour",
    next_zh="请一小时后再试, 或带证件到任一经办窗口办理",
    next_en="Try again in an hour, or go to any counter with your document",
)
CHECK_NO_PHONE = reason(
    "check_no_phone",
    zh="没有登记手机号, 不能用短信核验",
    en="No phone is registered, so no code can be sent",
    next_zh="请带证件到任一经办窗口办理, 并登记手机号",
    next_en="Go to any counter with your document, and have a phone registered",
)


class CheckAct(StrEnum):
    """For what a person proves to be that person (核验事项)."""

    lift_freeze = "lift_freeze"
    reset_password = "reset_password"  # noqa: S105 an act, no password
    consent_mandate = "consent_mandate"


class CheckKey(msgspec.Struct, frozen=True, kw_only=True):
    """Which check, and the holder's secret: only who began it may go on with it (核验凭据)."""

    bucket: int
    check_id: int
    holder: str

    def __repr__(self) -> str:
        return f"CheckKey(check_id={self.check_id})"


class NewCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A check about to begin. ``subject`` names what the act is on, where there is a choice; ``asked_by`` who asks."""

    bucket: int
    person_id: int
    act: CheckAct
    asked_by: str
    subject: str = ""


class IdentityCheck(NewCheck, frozen=True, kw_only=True):
    """A check under way (本人核验): the ways it takes, those that are done, and whether it was spent."""

    check_id: int
    ways: tuple[Way, ...]
    reference: str
    started_at: datetime
    expires_at: datetime
    done: tuple[Way, ...] = ()
    attempts: int = 0
    failed: bool = False
    spent_at: datetime | None = None


class PasswordReset(msgspec.Struct, frozen=True, kw_only=True):
    """A forgotten password set anew (口令重设): by which ways, by whom, and how many devices ended with it."""

    bucket: int
    reset_id: int
    credential_id: int
    person_id: int
    ways: tuple[Way, ...]
    asked_by: str
    approved_by: str | None
    why: str
    devices_ended: int
    reset_at: datetime
