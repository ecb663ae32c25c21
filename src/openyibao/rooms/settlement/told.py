"""What the audit was told, kept small enough to be held against every row: 25 octets an event. 中文: 审计记载。

Events come in the order of their chains, rows in the order of their tables: so the events are gathered first, sorted by
their subject, and each is taken out by the row it tells of. What is left tells of rows that are gone.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime

from openyibao.kit.crypto.hashes import DIGEST_OCTETS
from openyibao.rooms import encounters
from openyibao.rooms.audit import StoredEvent

CONTENT_OCTETS = 16
"""So much of a content is kept: 2¹²⁸ tries for whoever would write another row with the same."""
MADE = frozenset(
    {
        "day_sealed",
        *("person_registered", "enrolled", "credential_issued", "credential_bound", "scan_accepted", "scan_refused"),
        *("encounter_opened", "items_added", "refused", "settled", "reversed", "account_credited"),
        *("encounter_stepped", "period_acted", "corrected"),
        *("account_moved", "hold_made", "crossing_ordered", "crossing_received", "credit_batch_begun"),
        *("credit_line_entered", "year_rolled", "mutual_aid_proposed", "mutual_aid_used", "purse_sent"),
        *("channel_registered", "channel_key_made", "channel_asserted"),
        *("stock_moved", "trace_exempted", "standing_decided"),
        *("filing_made", "filing_decided"),
        *("contribution_entered", "circumstance_entered"),
        *("credential_role_entered", "person_document_entered", "printed_limit_set", "hotline_acted"),
        *("activation_agreed", "password_set", "operator_role_given"),
        *("kinship_entered", "mandate_offered", "mandate_bound", "mandate_used", "confirmation_asked"),
        *("card_entered", "card_reported", "printed_used", "carrier_shown"),
        *("face_entered", "face_shown"),
        *("consent_given", "freeze_made", "looked", "dispute_raised"),
        *("offline_acceptance_synced", "signal_raised"),
        *("password_reset", "hotline_called", "proposal_made", "transfer_asked"),
    }
)
"""Events that tell of a row that was made."""
CHANGED = {
    "items_removed": "fee batch",
    "person_changed": "person",
    "enrolment_changed": "enrolment",
    "credential_redirected": "credential",
    "credential_resigned": "credential",
    "credential_activated": "credential",
    "encounter_closed": "encounter",
    "credential_unbound": "binding",
    "password_changed": "password",
    "operator_role_taken": "operator role",
    "hold_posted": "hold",
    "hold_released": "hold",
    "hold_expired": "hold",
    "mutual_aid_agreed": "mutual aid",
    "mutual_aid_ended": "mutual aid",
    "purse_ended": "purse transfer",
    "credential_role_ended": "credential role",
    "binding_renamed": "binding",
    "channel_changed": "channel",
    "channel_key_ended": "channel key",
    "mandate_consented": "mandate",
    "mandate_own_consent": "mandate",
    "mandate_ended": "mandate",
    "confirmation_answered": "confirmation",
    "consent_withdrawn": "consent",
    "face_deleted": "face template",
    "freeze_lifted": "freeze",
    "dispute_answered": "dispute",
    "signal_judged": "signal",
    "proposal_decided": "proposal",
    "proposal_done": "proposal",
    "transfer_taken_up": "transfer",
    "transfer_closed": "transfer",
    "transfer_stopped": "transfer",
    "credential_suspended": "credential",
    "credential_resumed": "credential",
    "credential_revoked": "credential",
}
"""Events that tell of a state a row has come into, and what such a row is."""
LAST = frozenset(
    {
        *("pooling_area_set", "agency_area_set", "institution_set", "service_agreed", "practitioner_set"),
        *("terminal_set", "operator_set", "drug_identified", "wire_client_set"),
        "channel_endpoint_set",
    }
)
"""Events that tell of a whole row whenever it is set: the last one's content is the row's. There are few of such rows."""
_STOPS = ("credential_suspended", "credential_resumed", "credential_revoked")
"""A credential may be suspended and resumed more than once: its row tells of the last of them, and revoked is for good.

One that was resumed before its first binding tells of that binding instead: a resumption may be left over.
"""


class Told:
    """Contents by kind and subject. ``add`` all, then ``sort``, then ``take`` each once."""

    def __init__(self) -> None:
        self._kinds = {kind: _Words() for kind in (MADE | CHANGED.keys()) - set(_STOPS)}
        self._last: dict[tuple[str, int], tuple[datetime, int, bytes]] = {}
        self._stops: dict[int, tuple[bool, datetime, int, str, bytes]] = {}

    def add(self, event: StoredEvent) -> bool:
        """Keep an event; False where no room tells what the row of such an event must look like."""
        if event.kind == "settled" and len(event.content) > DIGEST_OCTETS:
            self._kinds["encounter_opened"].add(*encounters.read_opening(event.content[DIGEST_OCTETS:]))
        words = self._kinds.get(event.kind)
        if words is not None:
            words.add(event.subject_id, event.content)
            return True
        if event.kind in LAST:
            said = (event.happened_at, event.event_id, event.content)
            name = (event.kind, event.subject_id)
            self._last[name] = max(said, self._last.get(name, said))
            return True
        if event.kind not in _STOPS:
            return False
        for_good = event.kind == "credential_revoked"
        stop = (for_good, event.happened_at, event.event_id, event.kind, event.content)
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
        if kind in LAST:
            last = self._last.pop((kind, subject_id), None)
            return last and last[2][:CONTENT_OCTETS]
        if kind not in _STOPS:
            return self._kinds[kind].take(subject_id)
        stop = self._stops.get(subject_id)
        if stop is None or stop[3] != kind:
            return None
        del self._stops[subject_id]
        return stop[4][:CONTENT_OCTETS]

    def take_every(self, kind: str, subject_id: int) -> list[bytes]:
        """All that was told of a row's changes."""
        words = self._kinds[kind]
        return list(iter(lambda: words.take(subject_id), None))

    def left(self) -> Iterator[tuple[str, int]]:
        """(kind, subject) of what no row has taken."""
        for kind, words in sorted(self._kinds.items()):
            for subject_id in words.left():
                yield kind, subject_id
        yield from sorted(self._last)
        for subject_id, stop in sorted(self._stops.items()):
            if stop[3] != "credential_resumed":
                yield stop[3], subject_id


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
