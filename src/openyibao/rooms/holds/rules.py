"""Rules of holds. Pure. 中文: 预占规则。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openyibao.kit.outcome import reason
from openyibao.rooms.holds.records import HoldPurpose
from openyibao.rooms.ledger import MUTUAL_AID_TRANSIT, PURSE_TRANSIT, AccountPot

AVAILABLE_TOO_LOW = reason(
    "available_too_low",
    zh="个人账户可用余额 {available_fen} 分, 不足 {amount_fen} 分",
    en="The personal account has {available_fen} fen available, less than {amount_fen}",
    next_zh="请减少金额, 或改用现金支付",
    next_en="Ask for less, or pay in cash",
)
HOLD_ENDED = reason(
    "hold_ended",
    zh="这笔预占已结束, 状态为 {state}",
    en="The hold has ended: it is {state}",
    next_zh="请重新发起; 资金没有减少",
    next_en="Begin again; no money has gone",
)
HOLD_NOT_EXPIRED = reason(
    "hold_not_expired",
    zh="这笔预占到 {expires_at} 才到期",
    en="The hold does not expire before {expires_at}",
    next_zh="请等待到期, 或由业务方释放",
    next_en="Wait until then, or have it released by whoever made it",
)
TRANSIT = {HoldPurpose.mutual_aid: MUTUAL_AID_TRANSIT, HoldPurpose.purse: PURSE_TRANSIT}
"""The account between cells that a purpose's money goes through."""


def take_from_pots(
    wanted_fen: int, available: Mapping[AccountPot, int], pots: Sequence[AccountPot]
) -> dict[AccountPot, int]:
    """How much of each pot makes up a sum, the first of ``pots`` emptied first; less where there is less."""
    taken: dict[AccountPot, int] = {}
    for pot in pots:
        part_fen = max(0, min(wanted_fen, available.get(pot, 0)))
        if part_fen:
            taken[pot] = part_fen
            wanted_fen -= part_fen
    return taken
