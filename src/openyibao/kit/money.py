"""Money as whole numbers: fen (0.01 yuan), basis points, unit prices in 10⁻⁶ yuan, quantities in 10⁻⁴.

There is no float anywhere near money. Rounding is half up (away from zero), once, at the place a rule names.
中文: 金额。单位为分; 比例为万分之一; 单价为百万分之一元; 数量为万分之一。
"""

from __future__ import annotations

import re

FEN_MAX = 10**14
"""One million million yuan: above any bill, far below a bigint."""

BP = 10_000
"""Basis points in the whole: 8500 bp = 85 %."""

_YUAN = re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?")


def divide_half_up(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` rounded half away from zero, exact for every integer."""
    quotient, rest = divmod(abs(numerator), denominator)
    if 2 * rest >= denominator:
        quotient += 1
    return quotient if numerator >= 0 else -quotient


def share_fen(amount_fen: int, ratio_bp: int) -> int:
    """The part of an amount that a ratio in basis points names, half up to the fen."""
    return divide_half_up(amount_fen * ratio_bp, BP)


def line_amount_fen(unit_price_micro: int, quantity_e4: int) -> int:
    """Price times quantity in fen: 10⁻⁶ yuan x 10⁻⁴ = 10⁻¹⁰ yuan, and a fen is 10⁻² yuan."""
    return divide_half_up(unit_price_micro * quantity_e4, 10**8)


def yuan_text(amount_fen: int) -> str:
    """``-1234`` fen as ``-12.34``."""
    sign = "-" if amount_fen < 0 else ""
    whole, rest = divmod(abs(amount_fen), 100)
    return f"{sign}{whole}.{rest:02d}"


def parse_yuan(text: str) -> int:
    """``12.34`` as 1234 fen. Raises ValueError for anything but a plain decimal of at most two places."""
    if not _YUAN.fullmatch(text):
        raise ValueError(f"not an amount in yuan with at most two decimals: {text[:40]!r}")
    negative = text.startswith("-")
    whole, _, rest = text.lstrip("-").partition(".")
    amount_fen = int(whole) * 100 + int(rest.ljust(2, "0") or "0")
    return -amount_fen if negative else amount_fen
