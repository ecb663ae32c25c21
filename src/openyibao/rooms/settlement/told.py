"""What the audit was told, kept small enough to be held against every row: 25 octets an event. 中文: 审计记载。

Events come in the order of their chains, rows in the order of their tables: so the events are gathered first, sorted by
their subject, and each is taken out by the row it tells of. What is left tells of rows that are gone.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime

from openyibao.rooms.audit import StoredEvent

CONTENT_OCTETS = 16
"""So much of a content is kept: 2¹²⁸ tries for whoever would write another row with the same."""
MADE = frozenset(
    {
        *("person_registered", "enrolled", "credential_issued", "credential_bound", "scan_accepted", "scan_refused"),
        *("encounter_opened", "items_added", "refused", "settled", "reversed", "account_credited"),
        *("encounter_stepped", "period_acted", "corrected"),
        *("account_moved", "hold_made", "crossing_ordered", "crossing_received", "credit_batch_begun"),
        *("credit_line_entered", "year_rolled", "mutual_aid_proposed", "mutual_aid_used", "purse_sent"),
        *("stock_moved", "trace_exempted", "standing_decided"),
        *("filing_made", "filing_decided"),
        *("contribution_entered", "circumstance_entered"),
        *("consent_given", "freeze_made", "looked", "dispute_raised"),
    }
)
"""Events that tell of a row that was made."""
CHANGED = {
    "items_removed": "fee batch",
    "person_changed": "person",
    "enrolment_changed": "enrolment",
    "credential_redirected": "credential",
    "encounter_closed": "encounter",
    "credential_unbound": "binding",
    "hold_posted": "hold",
    "hold_released": "hold",
    "hold_expired": "hold",
    "mutual_aid_agreed": "mutual aid",
    "mutual_aid_ended": "mutual aid",
    "purse_ended": "purse transfer",
    "consent_withdrawn": "consent",
    "freeze_lifted": "freeze",
    "dispute_answered": "dispute",
    "credential_suspended": "credential",
    "credential_revoked": "credential",
}
"""Events that tell of a state a row has come into, and what such a row is."""
_STOPS = ("credential_suspended", "credential_revoked")
"""A credential may be suspended more than once: its row tells of the last stop only, and revoked is for good."""


class Told:
    """Contents by kind and subject. ``add`` all, then ``sort``, then ``take`` each once."""

    def __init__(self) -> None:
        self._kinds = {kind: _Words() for kind in (MADE | CHANGED.keys()) - set(_STOPS)}
        self._stops: dict[int, tuple[int, datetime, int, bytes]] = {}

    def add(self, event: StoredEvent) -> bool:
        """Keep an event; False where no room tells what the row of such an event must look like."""
        words = self._kinds.get(event.kind)
        if words is not None:
            words.add(event.subject_id, event.content)
            return True
        if event.kind not in _STOPS:
            return False
        stop = (_STOPS.index(event.kind), event.happened_at, event.event_id, event.content)
        self._stops[event.subject_id] = max(stop, self._stops.get(event.subject_id, stop))
        return True

    def sort(self) -> None:
        """All events are there."""
        for words in self._kinds.values():
            words.sort()

    def has(self, kind: str, subject_id: int) -> bool:
        """Whether such an event waits to be taken."""
        return self._kinds[kind].find(subject_id) is not None

    def take(self, kind: str, subject_id: int) -> bytes | None:
        """What was told, once; None where nothing was, or it was taken."""
        if kind not in _STOPS:
            return self._kinds[kind].take(subject_id)
        stop = self._stops.get(subject_id)
        if stop is None or _STOPS[stop[0]] != kind:
            return None
        del self._stops[subject_id]
        return stop[3][:CONTENT_OCTETS]

    def take_every(self, kind: str, subject_id: int) -> list[bytes]:
        """All that was told of a row's changes."""
        words = self._kinds[kind]
        return list(iter(lambda: words.take(subject_id), None))

    def left(self) -> Iterator[tuple[str, int]]:
        """(kind, subject) of what no row has taken."""
        for kind, words in sorted(self._kinds.items()):
            for subject_id in words.left():
                yield kind, subject_id
        for subject_id, stop in sorted(self._stops.items()):
            yield _STOPS[stop[0]], subject_id


class _Words:
    """The events of one kind, side by side: subjects, contents, and which were taken."""

    def __init__(self) -> None:
        self._subjects = array("q")
        self._contents = bytearray()
        self._taken = bytearray()

    def add(self, subject_id: int, content: bytes) -> None:
        self._subjects.append(subject_id)
        self._contents += content[:CONTENT_OCTETS].ljust(CONTENT_OCTETS, b"\0")

    def sort(self) -> None:
        subjects, contents = self._subjects, self._contents
        places = sorted(range(len(subjects)), key=subjects.__getitem__)
        self._subjects = array("q", [subjects[n] for n in places])
        self._contents = bytearray(b"".join(contents[n * CONTENT_OCTETS : (n + 1) * CONTENT_OCTETS] for n in places))
        self._taken = bytearray(len(subjects))

    def find(self, subject_id: int) -> int | None:
        place = bisect_left(self._subjects, subject_id)
        while place < len(self._subjects) and self._subjects[place] == subject_id:
            if not self._taken[place]:
                return place
            place += 1
        return None

    def take(self, subject_id: int) -> bytes | None:
        place = self.find(subject_id)
        if place is None:
            return None
        self._taken[place] = 1
        return bytes(self._contents[place * CONTENT_OCTETS : (place + 1) * CONTENT_OCTETS])

    def left(self) -> Iterator[int]:
        for subject_id, taken in zip(self._subjects, self._taken, strict=True):
            if not taken:
                yield subject_id


class IdPairs:
    """Ids with an id each, 16 octets a pair. ``add`` all, then ``sort``, then ask."""

    def __init__(self) -> None:
        self._names, self._values = array("q"), array("q")

    def add(self, name: int, value: int) -> None:
        """Keep a pair; of two with one name, the one added last is found."""
        self._names.append(name)
        self._values.append(value)

    def sort(self) -> None:
        """All pairs are there."""
        names, values = self._names, self._values
        places = sorted(range(len(names)), key=lambda n: (names[n], -n))
        self._names, self._values = array("q", [names[n] for n in places]), array("q", [values[n] for n in places])

    def find(self, name: int) -> int | None:
        """The value of a name, or None."""
        place = bisect_left(self._names, name)
        return self._values[place] if place < len(self._names) and self._names[place] == name else None
