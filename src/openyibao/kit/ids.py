"""Ids that sort by month, and the only door to randomness.

An id is a positive bigint: Shanghai month since 2020-01 (10 bits) · milliseconds in that month (32) · writer slot (8)
· counter (13). The months stand in the high bits, so partitions are id ranges and (cell, id) stays the key. A writer
slot is held by one process at a time (an advisory lock), so two processes never draw the same id. 中文: 编号。
"""

from __future__ import annotations

import random
import secrets
from datetime import UTC, date, datetime, timedelta

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
        self._begin = self._end = datetime.min.replace(tzinfo=UTC)
        self._month = 0

    def take(self, count: int) -> list[int]:
        """So many new ids, rising."""
        if not count:
            return []
        first = self.next()
        if self._counter + count <= _COUNTER_MAX:  # the counter's bits are the lowest: the next ids follow by one
            self._counter += count - 1
            return list(range(first, first + count))
        return [first, *(self._following() for _ in range(count - 1))]

    def next(self) -> int:
        """A new id, greater than every earlier one of this source."""
        self._look()
        return self._following()

    def _look(self) -> None:
        tick = self._tick_of(self._clock.now())
        if tick > self._tick:
            self._tick, self._counter = tick, -1

    def _following(self) -> int:
        self._counter += 1
        if self._counter == _COUNTER_MAX:
            self._tick, self._counter = self._tick + 1, 0
        return (self._tick << (_SLOT_BITS + _COUNTER_BITS)) | (self._slot << _COUNTER_BITS) | self._counter

    def _tick_of(self, at: datetime) -> int:
        """Month and milliseconds in it; the bounds of the month are kept, since nearly every call is in the same one."""
        if not self._begin <= at < self._end:
            local = at.astimezone(SHANGHAI)
            begin = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            self._begin = begin.astimezone(UTC)
            self._end = (begin + timedelta(days=32)).replace(day=1).astimezone(UTC)
            self._month = _month(local.year, local.month) << _MILLISECOND_BITS
        since = at - self._begin
        return self._month | (since.days * 86_400_000 + since.seconds * 1_000 + since.microseconds // 1_000)


def month_floor(on: date) -> int:
    """The smallest id of the Shanghai month of a date: the bound of a partition."""
    return _month(on.year, on.month) << (_MILLISECOND_BITS + _SLOT_BITS + _COUNTER_BITS)


def slot_of(made_id: int) -> int:
    """The writer slot that drew an id."""
    return (made_id >> _COUNTER_BITS) & (SLOTS_MAX - 1)


def day_of(made_id: int) -> date:
    """The Shanghai day on which an id was drawn."""
    tick = made_id >> (_SLOT_BITS + _COUNTER_BITS)
    month, milliseconds = tick >> _MILLISECOND_BITS, tick & ((1 << _MILLISECOND_BITS) - 1)
    return date(2020 + month // 12, month % 12 + 1, 1) + timedelta(days=milliseconds // 86_400_000)


def _month(year: int, month: int) -> int:
    return (year - 2020) * 12 + month - 1


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
