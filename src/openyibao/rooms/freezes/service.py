"""Verbs of freezes."""

from __future__ import annotations

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials
from openyibao.rooms.freezes import records, store, telling
from openyibao.rooms.freezes.records import Freeze, Lift, LiftProof


async def freeze(tx: Tx, clock: Clock, *, bucket: int, person_id: int, actor: str) -> Freeze | Refused:
    """Freeze a person's credential; frozen already, the open freeze. Refuses: credential_unknown, _revoked, _suspended."""
    credential = await credentials.lock_usable(tx, bucket=bucket, person_id=person_id)
    if isinstance(credential, Refused):
        return credential
    standing = await store.find_open(tx, bucket, person_id)
    if standing is not None:
        return standing
    made = Freeze(
        bucket=bucket,
        freeze_id=tx.ids.next(),
        credential_id=credential.credential_id,
        person_id=person_id,
        frozen_by=actor,
        frozen_at=clock.now(),
    )
    await store.insert_freeze(tx, made)
    await store.set_frozen(tx, bucket, credential.credential_id, made.frozen_at)
    tx.audit.append(telling.frozen_event(made))
    return made


async def lift(tx: Tx, clock: Clock, *, bucket: int, person_id: int, lift: Lift) -> Freeze | Refused:
    """Lift a freeze: the caller has seen the proof. Whatever the agency decided of the credential stays as it is.

    Refuses, in order: lift_needs_two · credential_unknown, _revoked, _suspended · not_frozen.
    """
    if lift.proof is LiftProof.officer and (not lift.approved_by or not lift.why or lift.approved_by == lift.lifted_by):
        return Refused(records.LIFT_NEEDS_TWO)
    credential = await credentials.lock_usable(tx, bucket=bucket, person_id=person_id)
    if isinstance(credential, Refused):
        return credential
    standing = await store.find_open(tx, bucket, person_id)
    if standing is None:
        return Refused(records.NOT_FROZEN)
    ended = msgspec.structs.replace(
        standing,
        lifted_at=clock.now(),
        lift_proof=lift.proof,
        lifted_by=lift.lifted_by,
        approved_by=lift.approved_by,
        why=lift.why,
    )
    await store.end_freeze(tx, ended)
    await store.set_frozen(tx, bucket, standing.credential_id, None)
    tx.audit.append(telling.lifted_event(ended))
    return ended


async def find_open(reading: Reading, *, bucket: int, person_id: int) -> Freeze | None:
    """The freeze that holds now, or None."""
    return await store.find_open(reading, bucket, person_id)
