"""One lock for each way of authentication of a person: who fails in one way keeps the others. 中文: 认证锁定。"""

from __future__ import annotations

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.activations import rules, store
from openyibao.rooms.activations.records import Way, WayLock
from openyibao.rooms.audit import AuditEvent

Person = tuple[int, int]


async def refuse_way(reading: Reading, clock: Clock, person: Person, way: Way) -> Refused | None:
    """``way_locked`` while this way of this person is locked."""
    return rules.refuse_locked(await store.find_lock(reading, *person, way), clock.now())


async def count_failure(tx: Tx, clock: Clock, person: Person, way: Way) -> int:
    """One failure more; how many tries are left before the lock, 0 where it locked. Told to the audit when it locks."""
    lock = rules.after_failure(await store.hold_lock(tx, *person, way), clock.now())
    await store.put_lock(tx, *person, way, lock)
    if lock.locked_until is not None:
        content = sm3(f"{way.value}|{lock.locks}".encode())
        event = AuditEvent(kind="way_locked", cell=person[0], subject_id=person[1], actor=way.value, content=content)
        tx.audit.append(event)
        return 0
    return rules.FAILURES_MAX - lock.failures


async def clear(tx: Tx, person: Person, way: Way) -> None:
    """The way held: its failures and its growing lock begin anew."""
    if await store.find_lock(tx, *person, way) != WayLock():
        await store.put_lock(tx, *person, way, WayLock())
