"""The serials that are shown: another one each hour, from which nobody but the issuer finds the binding. 中文: 轮换序列号。

An alias is the serial, permuted under a key of the issuer and the hour. It needs no row: the issuer permutes back. So two
codes of one person that were shown in different hours have nothing in common but the province (ADR 29).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from openyibao.kit.clock import SHANGHAI, unix_seconds
from openyibao.kit.crypto import KeyPurpose, KeyRing, Permuter

HOUR_SECONDS = 3600
HOURS_A_DAY = 24


def hour_of(at: datetime) -> int:
    """The hour of an instant, counted since 1970; the hours of UTC begin with those of Shanghai."""
    return unix_seconds(at) // HOUR_SECONDS


class Aliases:
    """The issuer's alias keys made ready, the newest first. A phone holds aliases for days, so an old key still restores."""

    def __init__(self, ring: KeyRing) -> None:
        newest = ring.current(KeyPurpose.alias)
        older = [key for key in reversed(ring.of(KeyPurpose.alias)) if key.key_id != newest.key_id]
        self.permuters = [Permuter(key.secret, suite=key.suite) for key in (newest, *older)]

    def of_day(self, serial: int, on: date) -> tuple[int, ...]:
        """The 24 aliases of a Shanghai day, by the hour."""
        first = hour_of(datetime.combine(on, time(), SHANGHAI))
        newest = self.permuters[0]
        return tuple(newest.permute([serial], tweak=_tweak(first + ahead))[0] for ahead in range(HOURS_A_DAY))

    def of_hour(self, serial: int, hour: int) -> int:
        """The alias of one hour."""
        return self.permuters[0].permute([serial], tweak=_tweak(hour))[0]

    def restore(self, aliases: Sequence[int], hour: int, *, with_key: int = 0) -> list[int]:
        """The serials behind numbers shown in an hour; of a number that is nobody's alias, any serial."""
        return self.permuters[with_key].restore(aliases, tweak=_tweak(hour))


def _tweak(hour: int) -> bytes:
    return b"hour" + hour.to_bytes(8, "big")
