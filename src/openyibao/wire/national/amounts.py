"""Numbers of the wire: yuan, prices and quantities as decimals, exactly, in whatever form they come. 中文: 金额与数量。"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from openyibao.kit.money import FEN_MAX, divide_half_up

EMPTY = frozenset({"", "null", "NULL", "Null", "undefined"})
"""What clients write where they have nothing."""
_FEN, _MICRO, _E4 = 2, 6, 4
_DIGITS_MAX = 30


class NumberFaultError(ValueError):
    """Something that should be a number is none, or is out of bounds."""


def plain(value: Any) -> str:
    """A value as text; what stands for nothing is empty."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    text = str(value).strip()
    return "" if text in EMPTY else text


def _scaled(value: Any, places: int) -> int:
    text = plain(value)
    if not text:
        return 0
    if len(text) > _DIGITS_MAX:
        raise NumberFaultError(text[:40])
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise NumberFaultError(text[:40]) from None
    if not number.is_finite() or abs(number) > FEN_MAX:
        raise NumberFaultError(text[:40])
    whole, ratio = number.scaleb(places).as_integer_ratio()
    return divide_half_up(whole, ratio)


def fen_of(value: Any) -> int:
    """Yuan as fen, half up; empty is 0. Raises NumberFaultError."""
    return _scaled(value, _FEN)


def micro_of(value: Any) -> int:
    """A unit price in yuan as 10⁻⁶ yuan. Raises NumberFaultError."""
    return _scaled(value, _MICRO)


def e4_of(value: Any) -> int:
    """A quantity as 10⁻⁴. Raises NumberFaultError."""
    return _scaled(value, _E4)


def yuan(amount_fen: int) -> Decimal:
    """Fen as yuan, two places."""
    return Decimal(amount_fen).scaleb(-_FEN)


def price(unit_price_micro: int) -> Decimal:
    """10⁻⁶ yuan as yuan."""
    return Decimal(unit_price_micro).scaleb(-_MICRO)


def quantity(quantity_e4: int) -> Decimal:
    """10⁻⁴ as a number."""
    return Decimal(quantity_e4).scaleb(-_E4)


def ratio(part: int, whole: int) -> Decimal:
    """A part of a whole, 0 to 1, four places; 0 where there is no whole."""
    return Decimal(divide_half_up(part * 10_000, whole) if whole else 0).scaleb(-_E4)
