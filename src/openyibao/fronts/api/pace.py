"""How fast one address may ask what anyone may ask. 中文: 公众查询限速。"""

from __future__ import annotations

LOOKUPS_A_MINUTE = 60
ADDRESSES_MAX = 10_000
"""Addresses remembered in a minute; were there more, the rest share one."""


class Pace:
    """Counts look-ups by address and minute; forgets all of them when the minute is over."""

    def __init__(self, *, most: int = LOOKUPS_A_MINUTE) -> None:
        self._most = most
        self._minute = -1
        self._asked: dict[str, int] = {}

    def allows(self, address: str, unix_seconds: int) -> bool:
        """Whether this address may ask once more now."""
        minute = unix_seconds // 60
        if minute != self._minute:
            self._minute, self._asked = minute, {}
        name = address if address in self._asked or len(self._asked) < ADDRESSES_MAX else ""
        asked = self._asked.get(name, 0) + 1
        self._asked[name] = asked
        return asked <= self._most
