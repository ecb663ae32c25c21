"""Time as a thing that is passed in: UTC instants and dates in Shanghai.

A server in UTC has the wrong date for eight hours of each Shanghai day, so nobody else asks for the date: rooms get a
``Clock`` and the SQL gets its dates as parameters. 中文: 时钟。
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""UTC+8 fixed: China has had no daylight saving since 1991."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """What the rooms know of time."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        ...

    def today(self) -> date:
        """The date in Shanghai."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The date in Shanghai."""
        return datetime.now(SHANGHAI).date()


class HeldClock:
    """One instant of another clock, held: what a batch does happens at one time, and on one day."""

    def __init__(self, clock: Clock) -> None:
        self._at = clock.now()
        self._on = shanghai_date(self._at)

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return self._at

    def today(self) -> date:
        """The date in Shanghai."""
        return self._on


class FakeClock:
    """A clock that stands still until it is moved; for tests and for demonstrations of other days."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware instant")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return self._at

    def today(self) -> date:
        """The date in Shanghai."""
        return shanghai_date(self._at)

    def move(self, by: timedelta) -> None:
        """Move the clock forward (or back, as clocks do)."""
        self._at += by

    def set(self, at: datetime) -> None:
        """Set the clock to an aware instant."""
        self._at = at.astimezone(UTC)


def shanghai_date(at: datetime) -> date:
    """The Shanghai date of an aware instant."""
    return at.astimezone(SHANGHAI).date()


def shanghai_noon(on: date) -> datetime:
    """Noon in Shanghai of a date, as a UTC instant."""
    return datetime(on.year, on.month, on.day, 12, tzinfo=SHANGHAI).astimezone(UTC)


def unix_seconds(at: datetime) -> int:
    """Whole seconds since 1970 of an aware instant."""
    return int(at.timestamp())


def unix_microseconds(at: datetime) -> int:
    """Microseconds since 1970 of an aware instant, exact."""
    return (at - _EPOCH) // _MICROSECOND


def at_microseconds(count: int) -> datetime:
    """The instant so many microseconds after 1970. Raises OverflowError beyond the calendar."""
    return _EPOCH + count * _MICROSECOND
