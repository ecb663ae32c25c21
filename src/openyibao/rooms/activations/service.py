"""The first verbs of activations: begin, agree; and what all verbs share.

Each verb locks the activation first, looks whether it is the holder's, alive, and at this step; a refusal leaves it where it
was, but for wrong answers that are counted. The order of refusals is the same in all: activation_unknown, _not_yours,
_expired, then those of ``rules.take_step``, then the verb's own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer, equal, sm3
from openyibao.kit.db import Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms.activations import reasons, rules, store
from openyibao.rooms.activations.records import (
    Activation,
    ActivationKey,
    ActivationState,
    Agreement,
    ChannelRules,
    Step,
)
from openyibao.rooms.areas import bucket_of_digest
from openyibao.rooms.audit import AuditEvent


def note(tx: Tx, kind: str, bucket: int, subject_id: int, actor: str, content: bytes) -> None:
    """Tell the audit."""
    tx.audit.append(AuditEvent(kind=kind, cell=bucket, subject_id=subject_id, actor=actor, content=content))


def _holder_digest(sealer: Sealer, holder: str) -> bytes:
    return sealer.digest(holder, purpose="activations.holder")


async def begin(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    randomness: Randomness,
    *,
    channel: ChannelRules,
    channel_code: str,
    device_name: str,
    holder: str,
) -> Activation:
    """Begin an activation. ``holder`` is a secret of the device or session: only it can go on."""
    at = clock.now()
    digest = _holder_digest(sealer, holder)
    activation = Activation(
        bucket=bucket_of_digest(digest),
        activation_id=tx.ids.next(),
        channel_kind=channel.channel_kind,
        channel_code=channel_code,
        device_name=device_name,
        steps=channel.steps,
        state=ActivationState.begun,
        attempts=0,
        reference=randomness.octets(16).hex(),
        started_at=at,
        expires_at=at + rules.LIFETIME,
    )
    await store.insert_activation(tx, activation, digest)
    begun = sm3(msgspec.json.encode([channel.channel_kind, channel_code, device_name]))
    note(tx, "activation_started", activation.bucket, activation.activation_id, channel_code, begun)
    return activation


async def open_step(
    tx: Tx, clock: Clock, sealer: Sealer, key: ActivationKey, step: Step
) -> tuple[Activation, bytes | None] | Refused:
    """The locked activation, if its holder may take this step now, with the digest of the code that was sent."""
    opened = await _open(tx, clock, sealer, key, lock=True)
    if isinstance(opened, Refused):
        return opened
    moved = rules.take_step(opened[0].steps, opened[0].state, step)
    return moved if isinstance(moved, Refused) else opened


async def _open(
    reading: Reading, clock: Clock, sealer: Sealer, key: ActivationKey, *, lock: bool
) -> tuple[Activation, bytes | None] | Refused:
    found = await store.find_activation(reading, key.bucket, key.activation_id, lock=lock)
    if found is None:
        return Refused(reasons.ACTIVATION_UNKNOWN)
    activation, holder_digest, code_digest = found
    holders = sealer.digests(key.holder, purpose="activations.holder").values()
    if not any(equal(each, holder_digest) for each in holders):
        return Refused(reasons.ACTIVATION_NOT_YOURS)
    return refuse_age(activation, clock.now()) or (activation, code_digest)


def refuse_age(activation: Activation, at: datetime) -> Refused | None:
    """Whether it is over by wrong answers or by time."""
    if activation.state is ActivationState.failed:
        return Refused(reasons.ACTIVATION_OVER)
    return Refused(reasons.ACTIVATION_EXPIRED) if at >= activation.expires_at else None


async def move(tx: Tx, activation: Activation, state: ActivationState, **changes: Any) -> Activation:
    """Write what a step did: the new state, and wrong answers forgotten."""
    written = {**changes, "state": state.value, "attempts": 0}
    await store.change_activation(tx, activation.bucket, activation.activation_id, written)
    kept = {name: value for name, value in changes.items() if name in Activation.__struct_fields__}
    return msgspec.structs.replace(activation, state=state, attempts=0, **kept)


async def count_wrong(tx: Tx, activation: Activation, step: Step) -> int:
    """A wrong answer at a step; how many are left. At none the activation is over."""
    attempts = activation.attempts + 1
    left = rules.ATTEMPTS_MAX[step] - attempts
    state = activation.state if left > 0 else ActivationState.failed
    changes = {"attempts": attempts, "state": state.value}
    await store.change_activation(tx, activation.bucket, activation.activation_id, changes)
    return max(left, 0)


def state_after(activation: Activation, step: Step) -> ActivationState:
    """Where a step that ``open_step`` allowed leads."""
    state = rules.take_step(activation.steps, activation.state, step)
    if isinstance(state, Refused):
        raise TypeError(f"{step} was not allowed at {activation.state}")
    return state


async def agree(
    tx: Tx, clock: Clock, sealer: Sealer, *, key: ActivationKey, agreement: Agreement
) -> Activation | Refused:
    """The person agrees to a text in their language."""
    opened = await open_step(tx, clock, sealer, key, Step.agree)
    if isinstance(opened, Refused):
        return opened
    activation, _ = opened
    moved = await move(
        tx,
        activation,
        state_after(activation, Step.agree),
        agreement_version=agreement.version,
        language=agreement.language,
        text_digest=agreement.text_digest,
        agreed_at=clock.now(),
    )
    return msgspec.structs.replace(moved, agreement=agreement)


async def find_under_way(reading: Reading, clock: Clock, sealer: Sealer, *, key: ActivationKey) -> Activation | Refused:
    """How far an activation is, for its holder: to go on after a break. Refuses as each verb does before its step."""
    opened = await _open(reading, clock, sealer, key, lock=False)
    return opened if isinstance(opened, Refused) else opened[0]
