"""Ids that sort by month, and the only door to randomness.

An id is a positive bigint: Shanghai month since 2020-01 (10 bits) · milliseconds in that month (32) · writer slot (8)
· counter (13). The months stand in the high bits, so partitions are id ranges and (cell, id) stays the key. A writer
slot is held by one process at a time (an advisory lock), so two processes never draw the same id. 中文: 编号。
"""

from __future__ import annotations

import random
import secrets
from datetime import date, datetime

from openyibao.kit.clock import SHANGHAI, Clock

_SLOT_BITS, _COUNTER_BITS, _MILLISECOND_BITS = 8, 13, 32
SLOTS_MAX = 1 << _SLOT_BITS
_COUNTER_MAX = 1 << _COUNTER_BITS


class IdSource:
    """Draws ids for one writer slot. Never goes back, even where the clock does."""

    def __init__(self, clock: Clock, slot: int) -> None:
        if not 0 <= slot < SLOTS_MAX:
            raise ValueError(f"writer slot {slot} is not in 0..{SLOTS_MAX - 1}")
        self._clock, self._slot = clock, slot
        self._tick, self._counter = 0, 0

    def next(self) -> int:
        """A new id, greater than every earlier one of this source."""
        tick = _tick(self._clock.now())
        if tick > self._tick:
            self._tick, self._counter = tick, 0
        else:
            self._counter += 1
            if self._counter == _COUNTER_MAX:
                self._tick, self._counter = self._tick + 1, 0
        return (self._tick << (_SLOT_BITS + _COUNTER_BITS)) | (self._slot << _COUNTER_BITS) | self._counter


def month_floor(on: date) -> int:
    """The smallest id of the Shanghai month of a date: the bound of a partition."""
    return _month(on.year, on.month) << (_MILLISECOND_BITS + _SLOT_BITS + _COUNTER_BITS)


def _month(year: int, month: int) -> int:
    return (year - 2020) * 12 + month - 1


def _tick(at: datetime) -> int:
    local = at.astimezone(SHANGHAI)
    begin = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    milliseconds = int((local - begin).total_seconds() * 1000)
    return (_month(local.year, local.month) << _MILLISECOND_BITS) | milliseconds


class Randomness:
    """The machine's secure random source."""

    def below(self, bound: int) -> int:
        """A whole number from 0 to bound - 1."""
        return secrets.randbelow(bound)

    def octets(self, count: int) -> bytes:
        """That many random octets."""
        return secrets.token_bytes(count)


class SeededRandomness(Randomness):
    """The same numbers for the same seed: for tests and the made-up population, never for secrets that live."""

    def __init__(self, seed: int) -> None:
        self._source = random.Random(seed)  # noqa: S311 seeded on purpose

    def below(self, bound: int) -> int:
        """A whole number from 0 to bound - 1."""
        return self._source.randrange(bound)

    def octets(self, count: int) -> bytes:
        """That many octets."""
        return self._source.randbytes(count)
