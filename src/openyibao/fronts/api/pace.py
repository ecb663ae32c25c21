"""How fast one address may ask what anyone may ask. 中文: 公众查询限速。"""

from __future__ import annotations

ALTOGETHER_A_MINUTE = 6_000
"""Whoever they come from: what the public may ask of one process."""


class Pace:
    """Counts look-ups by address and minute; forgets all of them when the minute is over."""

    def __init__(self, *, most: int, altogether: int = ALTOGETHER_A_MINUTE) -> None:
        self._most, self._altogether = most, altogether
        self._minute = -1
        self._total = 0
        self._asked: dict[str, int] = {}

    def allows(self, address: str, unix_seconds: int) -> bool:
        """Whether this address may ask once more now."""
        minute = unix_seconds // 60
        if minute != self._minute:
            self._minute, self._total, self._asked = minute, 0, {}
        if self._total >= self._altogether or self._asked.get(address, 0) >= self._most:
            return False
        self._total += 1
        self._asked[address] = self._asked.get(address, 0) + 1
        return True
