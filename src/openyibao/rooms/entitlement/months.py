"""Months as yyyymm, as a running number, and as days. 中文: 月份换算。"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

MONTH_MIN, MONTH_MAX = 195001, 209912
ONE_DAY = timedelta(days=1)


def is_month(month: int) -> bool:
    """Whether a number is a month, yyyymm, that contributions can be for."""
    return MONTH_MIN <= month <= MONTH_MAX and 1 <= month % 100 <= 12


def index_of(month: int) -> int:
    """The running number of yyyymm."""
    return month // 100 * 12 + month % 100 - 1


def month_at(index: int) -> int:
    """The yyyymm of a running number."""
    return index // 12 * 100 + index % 12 + 1


def index_of_day(on: date) -> int:
    """The running number of a day's month."""
    return on.year * 12 + on.month - 1


def first_day(index: int) -> date:
    """The first day of a month."""
    return date(index // 12, index % 12 + 1, 1)


def last_day(index: int) -> date:
    """The last day of a month."""
    return date(index // 12, index % 12 + 1, monthrange(index // 12, index % 12 + 1)[1])


def months_later(on: date, months: int) -> date:
    """The same day so many months later, or that month's last where it has no such day."""
    index = index_of_day(on) + months
    return min(last_day(index), first_day(index) + timedelta(days=on.day - 1))
