"""Rules of the purse. Pure; reasons are checked in the order each docstring lists. 中文: 医保钱包规则。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from openyibao.kit.clock import SHANGHAI
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.purse.records import NewTransfer, PurseSettings, PurseTransfer, TransferState

PURSE_TO_ONESELF = reason(
    "purse_to_oneself",
    zh="不能转给本人",
    en="A transfer is for a relative, not for oneself",
    next_zh="请选择一位近亲属",
    next_en="Choose a near relative",
)
PURSE_CLOSED = reason(
    "purse_closed",
    zh="医保钱包每日 {closes_hour}:00 至次日 {opens_hour}:00 不办理转账",
    en="The purse sends nothing from {closes_hour}:00 to {opens_hour}:00",
    next_zh="请在 {opens_hour}:00 以后再转",
    next_en="Send it after {opens_hour}:00",
)
PURSE_AMOUNT_TOO_HIGH = reason(
    "purse_amount_too_high",
    zh="每笔转账不超过 {most_fen} 分",
    en="A transfer is of at most {most_fen} fen",
    next_zh="请减少金额",
    next_en="Send less",
)
PURSE_TRANSFERS_FULL = reason(
    "purse_transfers_full",
    zh="今天已转账 {most} 次, 达到上限",
    en="There were {most} transfers today, as many as there may be",
    next_zh="请明天再转",
    next_en="Send it tomorrow",
)
TRANSFER_UNKNOWN = reason(
    "purse_transfer_unknown",
    zh="没有这笔转账",
    en="There is no such transfer",
    next_zh="请刷新页面后再试",
    next_en="Load the page again",
)
TRANSFER_ENDED = reason(
    "purse_transfer_ended",
    zh="这笔转账不在待接收状态",
    en="The transfer does not wait to be accepted any more",
    next_zh="请刷新页面查看; 已退回的请对方重新转账",
    next_en="Load the page again; ask for it to be sent anew where it was returned",
)


def purse_settings(settings: Mapping[str, Any]) -> PurseSettings:
    """What an area's settings say: ``purse_transfers_a_day``, ``purse_transfer_most_fen``, hours and pots; else the nation's."""
    plain = PurseSettings()
    return PurseSettings(
        transfers_a_day=int(settings.get("purse_transfers_a_day", plain.transfers_a_day)),
        transfer_most_fen=int(settings.get("purse_transfer_most_fen", plain.transfer_most_fen)),
        closes_hour=int(settings.get("purse_closes_hour", plain.closes_hour)),
        opens_hour=int(settings.get("purse_opens_hour", plain.opens_hour)),
        pots=tuple(AccountPot(pot) for pot in settings.get("purse_pots", plain.pots)),
    )


def judge_sending(new: NewTransfer, settings: PurseSettings, *, sent_today: int, at: datetime) -> Refused | None:
    """Order: purse_to_oneself · purse_closed · purse_amount_too_high · purse_transfers_full."""
    if new.sender_person_id == new.receiver_person_id:
        return Refused(PURSE_TO_ONESELF)
    hour = at.astimezone(SHANGHAI).hour
    if hour >= settings.closes_hour or hour < settings.opens_hour:
        facts = {"closes_hour": settings.closes_hour, "opens_hour": settings.opens_hour}
        return Refused(PURSE_CLOSED, facts)
    if new.amount_fen > settings.transfer_most_fen:
        return Refused(PURSE_AMOUNT_TOO_HIGH, {"most_fen": settings.transfer_most_fen})
    if sent_today >= settings.transfers_a_day:
        return Refused(PURSE_TRANSFERS_FULL, {"most": settings.transfers_a_day})
    return None


def returns_at(settings: PurseSettings, at: datetime) -> datetime:
    """When a transfer sent now comes back by itself: the next opening in the morning."""
    local = at.astimezone(SHANGHAI)
    morning = local.replace(hour=settings.opens_hour, minute=0, second=0, microsecond=0)
    return (morning if morning > local else morning + timedelta(days=1)).astimezone(at.tzinfo)


def judge_answering(one: PurseTransfer | None, person_id: int, at: datetime) -> Refused | None:
    """Whether the receiver may accept or refuse now. Order: purse_transfer_unknown · purse_transfer_ended."""
    if one is None or one.receiver_person_id != person_id:
        return Refused(TRANSFER_UNKNOWN)
    if one.state is not TransferState.sent or at >= one.returns_at:
        return Refused(TRANSFER_ENDED)
    return None
