"""How many bad codes are borne: a minute and a day, of an institution, and of one alias at an institution. 中文: 无效扫码限制。

Never of an alias alone, or a stranger could lock a person out. The codes of a batch are taken in their order, as if each came alone.
What the limits are worth is reckoned in ``chances``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime, time

from openyibao.kit.clock import SHANGHAI, Clock, unix_seconds
from openyibao.kit.db import BUCKETS, Tx
from openyibao.kit.outcome import Reason
from openyibao.rooms.presentation import records, store
from openyibao.rooms.presentation.finding import ScanKeys

BAD = records.CODE_NOT_VALID.code


def never_busy(_institution_id: int) -> bool:
    """No institution may have more than the others."""
    return False


class Guard:
    """The counts of one batch: as they stood before it, and what it adds."""

    def __init__(self, keys: ScanKeys, clock: Clock, counts: store.Counts, busy: Callable[[int], bool]) -> None:
        self._keys, self._counts, self._busy = keys, counts, busy
        self._minute = unix_seconds(clock.now()) // 60
        self._added = Counter[tuple[int, str]]()
        self._aliases = keys.bad_codes(self._minute)

    @classmethod
    async def open(
        cls, tx: Tx, clock: Clock, keys: ScanKeys, institutions: Collection[int], busy: Callable[[int], bool]
    ) -> Guard:
        """Read what was counted this minute and this Shanghai day, in one statement."""
        now = unix_seconds(clock.now()) // 60
        day = unix_seconds(datetime.combine(clock.today(), time(), SHANGHAI)) // 60
        counts = await store.list_counts(tx, sorted(institutions), minute=now, since=day)
        return cls(keys, clock, counts, busy)

    def before(self, institution_id: int, reason: Reason) -> int:
        """How many were refused for a reason in this minute before the batch."""
        return self._counts.get((institution_id, reason.code), (0, 0))[0]

    def is_over(self, institution_id: int, alias: int) -> bool:
        """Whether no more codes are looked at."""
        limits = self._keys.limits
        minute, day = self._counts.get((institution_id, BAD), (0, 0))
        added = self._added[institution_id, BAD]
        return (
            minute + added >= limits.bad_codes_a_minute
            or day + added >= self.most_a_day(institution_id)
            or self._aliases[institution_id, alias] >= limits.bad_codes_a_minute_for_alias
        )

    def most_a_day(self, institution_id: int) -> int:
        """So many bad codes may an institution have in a day."""
        limits = self._keys.limits
        return limits.bad_codes_a_day_busy if self._busy(institution_id) else limits.bad_codes_a_day

    def refuse(self, institution_id: int, reason: Reason, *, alias: int | None = None) -> None:
        """Count a refusal that leads to nobody, or a code that is not valid."""
        self._added[institution_id, reason.code] += 1
        if alias is not None:
            self._aliases[institution_id, alias] += 1

    async def count(self, tx: Tx) -> set[int]:
        """Keep the counts. Answers the institutions that other processes brought to their limit meanwhile: their bad codes
        hold the same row, so that of two batches the second sees the first's.
        """  # noqa: D205 one sentence leads to the other
        if not self._added:
            return set()
        raised = {
            (institution % BUCKETS, institution, reason, self._minute): count
            for (institution, reason), count in self._added.items()
        }
        now = await store.raise_counts(tx, raised)
        over = set()
        for (institution, reason), added in self._added.items():
            if reason == BAD:
                minute, day = self._counts.get((institution, BAD), (0, 0))
                others = now[institution, reason] - added - minute
                if others > 0 and day + others >= self.most_a_day(institution):
                    over.add(institution)
        return over
