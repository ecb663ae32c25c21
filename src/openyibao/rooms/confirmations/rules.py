"""Rules of confirmations. Pure. 中文: 结算确认规则。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from openyibao.kit.money import yuan_text
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.confirmations.records import BillConfirmation, ConfirmationState

SETTING_ABOVE = "confirmation_above_fen"
ASKED_LIFETIME = timedelta(minutes=3)
CONFIRMED_LIFETIME = timedelta(minutes=10)
"""So long the institution may settle what was confirmed."""

CONFIRMATION_ASKED = reason(
    "confirmation_asked",
    zh="个人账户支付 {amount} 元, 请参保人在手机上确认",
    en="The account would pay {amount} yuan: the person is asked to confirm on their phone",
    next_zh="请参保人打开医保码, 核对地点和金额后确认; 终端会用同一请求号再次提交",
    next_en="They open their code, check place and amount and confirm; then settle again under the same key",
)
CONFIRMATION_REFUSED = reason(
    "confirmation_refused",
    zh="参保人在手机上拒绝了这笔支付",
    en="The person refused this payment on their phone",
    next_zh="请与参保人核对金额; 需要时重新发起结算, 或改为不用个人账户",
    next_en="Check the amount with them; settle anew, or without the personal account",
)
CONFIRMATION_TIMED_OUT = reason(
    "confirmation_timed_out",
    zh="确认已超时, 未扣款",
    en="The time to confirm is over; nothing was paid",
    next_zh="请重新发起结算, 参保人在 3 分钟内确认; 或改为不用个人账户",
    next_en="Settle anew and confirm within three minutes, or settle without the personal account",
)
CONFIRMATION_EXCEEDED = reason(
    "confirmation_exceeded",
    zh="结算金额已变化: 个人账户 {amount} 元, 超过已确认的 {confirmed} 元",
    en="The bill has changed: the account would pay {amount} yuan, above the {confirmed} yuan that may be taken",
    next_zh="请重新发起结算并由参保人再次确认",
    next_en="Settle anew, and let the person confirm again",
)
CONFIRMATION_UNKNOWN = reason(
    "confirmation_unknown",
    zh="没有待您确认的这笔支付",
    en="There is no such payment for you to confirm",
    next_zh="请刷新页面后再试",
    next_en="Load the page again",
)
CONFIRMATION_ANSWERED = reason(
    "confirmation_answered",
    zh="这笔支付已经答复过, 不能更改",
    en="This payment was answered already and can't be changed",
    next_zh="如需退回, 请到收费窗口撤销结算",
    next_en="To take it back, ask the counter to reverse it",
)


def limit_fen(settings: Mapping[str, Any], institution_kind: str) -> int | None:
    """Above so much of the account the phone is asked; None where the area does not ask."""
    found = settings.get(SETTING_ABOVE, {}).get(institution_kind)
    return None if found is None else int(found)


def judge_waiting(one: BillConfirmation, at: datetime) -> Refused | None:
    """Whether a bill may go on. Order: confirmation_asked · confirmation_refused · confirmation_timed_out."""
    if one.state is ConfirmationState.refused:
        return Refused(CONFIRMATION_REFUSED)
    if at >= one.expires_at:
        return Refused(CONFIRMATION_TIMED_OUT)
    if one.state is ConfirmationState.asked:
        return Refused(CONFIRMATION_ASKED, asked_facts(one))
    return None


def asked_facts(one: BillConfirmation) -> dict[str, str | int | None]:
    """What the institution is told of a bill that waits."""
    return {"amount_fen": one.amount_fen, "amount": yuan_text(one.amount_fen), "expires_at": one.expires_at.isoformat()}


def refuse_above(amount_fen: int, may_fen: int) -> Refused | None:
    """Why a bill that was confirmed, or needed no confirmation, costs more now. Reason: confirmation_exceeded."""
    if amount_fen <= may_fen:
        return None
    facts = {"amount": yuan_text(amount_fen), "confirmed": yuan_text(may_fen)}
    return Refused(CONFIRMATION_EXCEEDED, {**facts, "amount_fen": amount_fen, "confirmed_fen": may_fen})


def judge_answer(one: BillConfirmation | None, *, confirms: bool, at: datetime) -> Refused | None:
    """Order: confirmation_unknown · confirmation_answered (otherwise before) · confirmation_timed_out."""
    if one is None:
        return Refused(CONFIRMATION_UNKNOWN)
    wanted = ConfirmationState.confirmed if confirms else ConfirmationState.refused
    if one.state is not ConfirmationState.asked:
        return None if one.state is wanted else Refused(CONFIRMATION_ANSWERED)
    return Refused(CONFIRMATION_TIMED_OUT) if at >= one.expires_at else None
