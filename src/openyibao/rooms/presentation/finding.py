"""Whose code it is: from the alias that is shown to the binding, and which step it was minted in. 中文: 由码寻绑定。

Nearly always one permutation and one look-up for the whole batch. Only codes that no binding of this hour minted are tried once
more, near the ends of an hour, as those of the next one (ADR 29).
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from openyibao.kit.crypto import KeyPurpose, KeyRing, MacKey, Sealer
from openyibao.kit.db import BUCKETS
from openyibao.kit.outcome import Reason
from openyibao.rooms.bindings import Aliases, derive_day_key
from openyibao.rooms.presentation import records, rules
from openyibao.rooms.presentation.records import ScanLimits
from openyibao.rooms.presentation.rules import ParsedCode

DAY_KEYS_MAX = 100_000
LookUp = Callable[[Sequence[tuple[int, int]]], Awaitable[Sequence[Any]]]


class ScanKeys:
    """The keys of scanning in one process: sealer, aliases, token keys, and a bounded cache of prepared day keys."""

    def __init__(self, ring: KeyRing, sealer: Sealer, *, issuer: str, limits: ScanLimits | None = None) -> None:
        self.sealer, self.issuer, self.limits = sealer, issuer, limits or ScanLimits()
        self.aliases = Aliases(ring)
        self.token_key_id = ring.current(KeyPurpose.token).key_id
        self.token_keys = {key.key_id: MacKey(key.secret) for key in ring.of(KeyPurpose.token)}
        self._days: OrderedDict[tuple[int, int, date], MacKey] = OrderedDict()
        self._bad: Counter[tuple[int, int]] = Counter()
        self._minute = 0

    def day_key(self, binding: Any, on: date) -> MacKey:
        """The prepared day key of a binding."""
        name = (binding["bucket"], binding["binding_id"], on)
        key = self._days.get(name)
        if key is None:
            where = f"bindings.secret_sealed:{binding['binding_id']}"
            key = MacKey(derive_day_key(self.sealer.unseal(binding["secret_sealed"], where=where), on))
            self._days[name] = key
            if len(self._days) > DAY_KEYS_MAX:
                self._days.popitem(last=False)
        else:
            self._days.move_to_end(name)
        return key

    def bad_codes(self, minute: int) -> Counter[tuple[int, int]]:
        """Bad codes of this minute in this process, by (institution, alias)."""
        if minute != self._minute:
            self._minute, self._bad = minute, Counter()
        return self._bad


class Found(msgspec.Struct):
    """What a code turned out to be: the accepted step, or why not. A code that is not valid may bear somebody's serial."""

    binding: Any
    judged: int | Reason


async def find_bindings(look_up: LookUp, keys: ScanKeys, codes: Sequence[ParsedCode], now: datetime) -> list[Found]:
    """Whose each code is and of which step; ``look_up`` reads bindings by (bucket, serial)."""
    found = [Found(None, records.CODE_NOT_VALID) for _ in codes]
    left = list(range(len(codes)))
    for with_key in range(len(keys.aliases.permuters)):
        for hour in rules.hours_shown(now):
            serials = keys.aliases.restore([codes[at].alias for at in left], hour, with_key=with_key)
            rows = await look_up([(serial % BUCKETS, serial) for serial in serials])
            bindings = {row["serial"]: row for row in rows}
            for at, serial in zip(left, serials, strict=True):
                if (binding := bindings.get(serial)) is not None:
                    _judge(found[at], keys, codes[at], binding, now, hour)
            left = [at for at in left if found[at].judged is records.CODE_NOT_VALID]
            if not left:
                return found
    return found


def _judge(found: Found, keys: ScanKeys, code: ParsedCode, binding: Any, now: datetime, hour: int) -> None:
    judged = rules.judge(code, lambda on: keys.day_key(binding, on), now, hour=hour)
    if judged is not records.CODE_NOT_VALID or found.binding is None:
        found.binding, found.judged = binding, judged
