"""A forgotten password is set anew: who was proved in two ways, or looked at by two officers, chooses six digits. 中文: 口令重设。

Devices stay bound unless the person has them ended: who forgot a password has lost no phone. All of them are told: the
registered phone by a message, each wallet by a notice until the person looks away, the use log for good.
"""

from __future__ import annotations

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import activations, bindings, credentials, people
from openyibao.rooms.activations import PasswordHash, Way
from openyibao.rooms.bindings import BindingKind, UnbindGround
from openyibao.rooms.checks import store, telling
from openyibao.rooms.checks.records import CheckAct, PasswordReset

_TOLD = "您的医保码口令已重设。如非本人操作, 请立即在医保码中冻结, 或致电 12393。"


class Resetting(msgspec.Struct, frozen=True, kw_only=True):
    """Whose password, by which ways and whom; ``keeps`` is the device that stays where the others end, None ends none."""

    bucket: int
    person_id: int
    ways: tuple[Way, ...]
    asked_by: str
    approved_by: str | None = None
    why: str = ""
    end_others: bool = False
    keeps: int | None = None


async def reset_password(
    tx: Tx, clock: Clock, sealer: Sealer, *, password: str, hashed: PasswordHash, asked: Resetting
) -> PasswordReset | Refused:
    """Set a forgotten password anew; the caller has spent the proof. ``hashed`` was made beforehand, outside of any transaction.

    Refuses, in order: those of the credential · those of a weak password.
    """
    person = (asked.bucket, asked.person_id)
    credential = await credentials.lock_usable(tx, bucket=asked.bucket, person_id=asked.person_id)
    if isinstance(credential, Refused):
        return credential
    weak = await activations.refuse_weak(tx, sealer, person, password)
    if weak is not None:
        return weak
    by_officers = Way.operator in asked.ways
    await activations.put_password(
        tx,
        clock,
        sealer,
        person=person,
        credential_id=credential.credential_id,
        hashed=hashed,
        set_by="officer_check" if by_officers else "live_face",
        actor=asked.asked_by,
    )
    made = PasswordReset(
        bucket=asked.bucket,
        reset_id=tx.ids.next(),
        credential_id=credential.credential_id,
        person_id=asked.person_id,
        ways=asked.ways,
        asked_by=asked.asked_by,
        approved_by=asked.approved_by,
        why=asked.why,
        devices_ended=await _end_others(tx, clock, credential.credential_id, asked) if asked.end_others else 0,
        reset_at=clock.now(),
    )
    await store.insert_reset(tx, made)
    tx.audit.append(telling.reset_event(made))
    await store.end_others(tx, asked.bucket, asked.person_id, act=CheckAct.reset_password.value, at=clock.now())
    phone = await people.find_phone(tx, sealer, *person)
    if phone is not None:
        await activations.leave_message(tx, clock, sealer, bucket=asked.bucket, phone=phone, text=_TOLD)
    return made


async def _end_others(tx: Tx, clock: Clock, credential_id: int, asked: Resetting) -> int:
    """End every device but the one that asks; cards stay, as for a lost phone."""
    ended = 0
    for one in await bindings.list_bindings(tx, bucket=asked.bucket, credential_id=credential_id):
        if one.binding_id != asked.keeps and one.kind is not BindingKind.carrier:
            done = await bindings.unbind(
                tx,
                clock,
                bucket=one.bucket,
                binding_id=one.binding_id,
                actor=asked.asked_by,
                ground=UnbindGround.lost,
            )
            ended += 0 if isinstance(done, Refused) else 1
    return ended


async def find_last_reset(reading: Reading, *, bucket: int, person_id: int) -> PasswordReset | None:
    """The newest reset of a person's password, or None: what devices are told."""
    return await store.find_last_reset(reading, bucket, person_id)
