"""The six-digit password of a credential: chosen, checked, changed, set anew when forgotten. 中文: 医保码口令。

It is kept as a slow salted hash, sealed to its row. Hashing takes some 40 ms of a core: callers do it in a thread and outside of
any transaction, and hand in what it gave. A bank card's PIN must not be reused: the page says so, no machine can see it.
"""

from __future__ import annotations

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import people
from openyibao.rooms.activations import locks, reasons, rules, store, telling
from openyibao.rooms.activations.locks import Person
from openyibao.rooms.activations.records import PasswordHash, SetPassword, Way
from openyibao.rooms.audit import AuditEvent


def _place(credential_id: int) -> str:
    return f"credential_passwords.hash_sealed:{credential_id}"


async def refuse_weak(reading: Reading, sealer: Sealer, person: Person, password: str) -> Refused | None:
    """Whether these digits are too easy to guess for this person: those of ``rules.weak_password``."""
    found = (await people.read_persons(reading, sealer, [person]))[person]
    phone = await people.find_phone(reading, sealer, *person)
    return rules.weak_password(password, birth_on=found.birth_on, document_number=found.document_number, phone=phone)


async def put(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    *,
    person: Person,
    credential_id: int,
    hashed: PasswordHash,
    set_by: str,
    actor: str,
) -> SetPassword:
    """Set a password whose holder was just proved ``set_by``; that also unlocks the way of passwords."""
    before = await store.find_password(tx, person[0], credential_id, lock=True)
    made = SetPassword(
        bucket=person[0],
        credential_id=credential_id,
        person_id=person[1],
        hash_sealed=sealer.seal(msgspec.msgpack.encode(hashed), where=_place(credential_id)),
        changes=0 if before is None else before.changes + 1,
        set_by=set_by,
        set_at=clock.now(),
    )
    await store.put_password(tx, made)
    kind = "password_set" if before is None else "password_changed"
    content = telling.content_of_password(made)
    tx.audit.append(AuditEvent(kind=kind, cell=person[0], subject_id=credential_id, actor=actor, content=content))
    await locks.clear(tx, person, Way.password)
    return made


async def find_hash(
    reading: Reading, clock: Clock, sealer: Sealer, *, person: Person, credential_id: int
) -> PasswordHash | Refused:
    """What a password is to be held against. Refuses, in order: way_locked, password_not_set."""
    locked = await locks.refuse_way(reading, clock, person, Way.password)
    if locked is not None:
        return locked
    kept = await store.find_password(reading, person[0], credential_id)
    if kept is None:
        return Refused(reasons.PASSWORD_NOT_SET)
    return msgspec.msgpack.decode(sealer.unseal(kept.hash_sealed, where=_place(credential_id)), type=PasswordHash)


async def note_try(tx: Tx, clock: Clock, *, person: Person, held: bool) -> Refused | None:
    """Keep what a try at the password gave; None where it held. Refuses, in order: way_locked, password_wrong.

    A try that was begun before the lock and ends after it counts as locked, whatever was typed.
    """
    lock = await store.hold_lock(tx, *person, Way.password)
    locked = rules.refuse_locked(lock, clock.now())
    if locked is not None:
        return locked
    if held:
        await locks.clear(tx, person, Way.password)
        return None
    left = await locks.count_failure(tx, clock, person, Way.password)
    if left == 0:
        return rules.refuse_locked(await store.find_lock(tx, *person, Way.password), clock.now())
    return Refused(reasons.PASSWORD_WRONG, {"attempts_left": left})
