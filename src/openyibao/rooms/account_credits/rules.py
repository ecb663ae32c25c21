"""Rules of credits, interest and the account year. Pure. 中文: 划账与结转规则。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from openyibao.kit.money import BP, divide_half_up
from openyibao.kit.outcome import reason
from openyibao.rooms.account_credits.records import InterestRates

CREDIT_BATCH_DIFFERS = reason(
    "credit_batch_differs",
    zh="批次号 {batch_code} 已用于另一份内容不同的划账",
    en="The batch code {batch_code} was used before for other content",
    next_zh="请换用新的批次号; 如要续传原批次, 请提交原来的文件",
    next_en="Use a new batch code; to go on with the first batch, bring the same file",
)
CREDIT_ACCOUNT_MISSING = reason(
    "credit_account_missing",
    zh="第 {line_no} 行: 该人员在本统筹区没有个人账户",
    en="Line {line_no}: this person has no personal account in the area",
    next_zh="请核对人员与参保地; 其余各行不受影响",
    next_en="Check the person and where they are insured; the other lines are not touched",
)


def interest_rates(settings: Mapping[str, Any]) -> InterestRates:
    """An area's ``account_interest_bp``: ``{"current": …, "past": …}`` in basis points a year."""
    rates = settings.get("account_interest_bp", {})
    return InterestRates(current_bp=int(rates.get("current", 0)), past_bp=int(rates.get("past", 0)))


def interest_fen(balance_fen: int, rate_bp: int) -> int:
    """A year's interest on what stands on a pot at the turn, rounded half up to the fen."""
    return divide_half_up(balance_fen * rate_bp, BP)


def account_year_start(settings: Mapping[str, Any], year: int, policy_start: date | None) -> date:
    """The day on which an area's account year begins: its ``account_year`` (``MM-DD``), else its employees' policy year's."""
    text = settings.get("account_year")
    if text is not None:
        month, day = str(text).split("-")
        return date(year, int(month), int(day))
    return date(year, 1, 1) if policy_start is None else policy_start.replace(year=year)
