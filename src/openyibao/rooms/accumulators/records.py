"""Records of what a person has used up. 中文: 累计记录。"""

from __future__ import annotations

import msgspec

AccumulatorKey = tuple[int, int, str, int]
"""(cell, person_id, insurance type, policy year)."""


class Accumulator(msgspec.Struct, frozen=True, kw_only=True):
    """The amounts a person has used up of one insurance in one policy year; names are those of the policy document.

    ``turn`` counts the settlements and reversals that changed it: their order, which no clock can upset.
    """

    cell: int
    person_id: int
    insurance_type: str
    policy_year: int
    amounts: dict[str, int]
    turn: int
