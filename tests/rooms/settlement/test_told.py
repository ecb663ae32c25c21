from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any

from openyibao.rooms.audit import StoredEvent
from openyibao.rooms.settlement.told import CONTENT_OCTETS, IdPairs, Told

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def event(kind: str, subject_id: int, content: bytes = b"c" * 32, **fields: Any) -> StoredEvent:
    given = {"chain": 0, "event_id": 1, "seq": 1, "leaf_no": 0, "cell": 1, "actor": "", "happened_at": NOON, **fields}
    return StoredEvent(kind=kind, subject_id=subject_id, content=content, **given)


def told(*events: StoredEvent) -> Told:
    made = Told()
    for one in events:
        assert made.add(one)
    made.sort()
    return made


def test_each_event_is_taken_once_whatever_the_order_it_came_in() -> None:
    made = told(*[event("settled", n, n.to_bytes(32, "big")[::-1]) for n in (7, 3, 9, 1, 5)])
    for n in (1, 3, 5, 7):
        assert made.take("settled", n) == n.to_bytes(32, "big")[::-1][:CONTENT_OCTETS]
        assert made.take("settled", n) is None
    assert made.take("settled", 4) is None
    assert made.take("reversed", 9) is None
    assert made.has("settled", 9)
    assert list(made.left()) == [("settled", 9)]


def test_two_events_of_one_subject_are_two() -> None:
    made = told(event("items_added", 1, b"a" * 32), event("items_added", 1, b"b" * 32))
    assert {made.take("items_added", 1), made.take("items_added", 1)} == {b"a" * 16, b"b" * 16}
    assert made.take("items_added", 1) is None


def test_the_last_stop_of_a_credential_counts_and_revoked_is_for_good() -> None:
    late, later = NOON + timedelta(seconds=1), NOON + timedelta(seconds=2)
    made = told(
        event("credential_suspended", 1, b"b" * 32, happened_at=late),
        event("credential_suspended", 1, b"a" * 32),
        event("credential_revoked", 2, b"r" * 32),
        event("credential_suspended", 2, b"s" * 32, happened_at=later),
    )
    assert made.take("credential_suspended", 1) == b"b" * 16
    assert made.take("credential_suspended", 2) is None
    assert list(made.left()) == [("credential_revoked", 2)]
    assert made.take("credential_revoked", 2) == b"r" * 16


def test_what_no_room_recomputes_is_only_linked() -> None:
    assert not Told().add(event("operator_signed_in", 1))


def test_a_million_events_fit_into_thirty_megabytes() -> None:
    count = 20_000
    tracemalloc.start()
    made = Told()
    for n in range(count):
        made.add(event("settled", n * 7919 % count + 10**18))
    made.sort()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 30 * count + 10_000
    assert all(made.take("settled", n + 10**18) for n in range(count))


def test_pairs_are_found_by_their_name_and_the_last_one_added_counts() -> None:
    pairs = IdPairs()
    for name, value in ((5, 1), (3, 2), (5, 3)):
        pairs.add(name, value)
    pairs.sort()
    assert [pairs.find(name) for name in (3, 4, 5, 6)] == [2, None, 3, None]
