"""Rules of disputes: numbers, places of sealing, limits. 中文: 异议规则。"""

from __future__ import annotations

OPEN_MAX = 20
"""So many may wait for an answer for one person."""
LISTED_MAX = 100
_DIGITS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which are taken for 1 and 0 on the phone."""
_BASE = len(_DIGITS)


def dispute_number(bucket: int, dispute_id: int) -> str:
    """The number a person is given: bucket and id in a few letters and digits, with a check at the end."""
    whole, text = dispute_id * 1_024 + bucket, ""
    check = whole % 31
    while whole:
        whole, rest = divmod(whole, _BASE)
        text = _DIGITS[rest] + text
    return f"Y-{text[:5]}-{text[5:10]}-{text[10:]}{_DIGITS[check]}"


def read_number(number: str) -> tuple[int, int] | None:
    """(bucket, dispute_id) of a number; None where it is mistyped."""
    text = number.upper().replace("-", "").replace(" ", "").removeprefix("Y")
    if not 3 <= len(text) <= 20 or any(each not in _DIGITS for each in text):
        return None
    whole = 0
    for each in text[:-1]:
        whole = whole * _BASE + _DIGITS.index(each)
    if _DIGITS[whole % 31] != text[-1] or whole // 1_024 >= 2**63:
        return None
    return whole % 1_024, whole // 1_024


def words_place(dispute_id: int) -> str:
    """Where the person's words are sealed for."""
    return f"disputes.words_sealed:{dispute_id}"


def answer_place(dispute_id: int) -> str:
    """Where the answer is sealed for."""
    return f"disputes.answer_sealed:{dispute_id}"
