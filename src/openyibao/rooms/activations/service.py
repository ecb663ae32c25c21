"""The first verbs of activations: begin, agree, say who it is; and what all verbs share.

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
from openyibao.rooms import credentials, people
from openyibao.rooms.activations import limits, reasons, rules, store
from openyibao.rooms.activations.limits import Origin
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
from openyibao.rooms.people import DocumentType, InsuredPerson


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


async def vouch_password(tx: Tx, clock: Clock, sealer: Sealer, *, key: ActivationKey) -> Activation | Refused:
    """The channel says, by its signed message, that it has checked its own payment password."""
    opened = await open_step(tx, clock, sealer, key, Step.channel_password)
    if isinstance(opened, Refused):
        return opened
    return await move(tx, opened[0], state_after(opened[0], Step.channel_password))


async def name_person(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    *,
    key: ActivationKey,
    channel: ChannelRules,
    origin: Origin,
    document_type: DocumentType,
    document_number: str,
    name: str,
    phone: str | None = None,
) -> Activation | Refused:
    """Who it is. An unknown number, a wrong name and a wrong phone get one answer and are counted alike.

    Own refusals, in order: activation_tries_exhausted, person_not_matched, then the credential's state.
    """
    opened = await open_step(tx, clock, sealer, key, Step.name)
    if isinstance(opened, Refused):
        return opened
    activation = opened[0]
    person = await match_person(
        tx,
        clock,
        sealer,
        channel=channel,
        origin=origin,
        document_type=document_type,
        document_number=document_number,
        name=name,
        phone=phone,
    )
    if isinstance(person, Refused):
        if person.reason is reasons.PERSON_NOT_MATCHED:
            await count_wrong(tx, activation, Step.name)
        return person
    usable = await credentials.lock_usable(tx, bucket=person.bucket, person_id=person.person_id)
    if isinstance(usable, Refused):
        return usable
    state = state_after(activation, Step.name)
    return await move(tx, activation, state, person_bucket=person.bucket, person_id=person.person_id)


async def match_person(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    *,
    channel: ChannelRules,
    origin: Origin,
    document_type: DocumentType,
    document_number: str,
    name: str,
    phone: str | None = None,
) -> InsuredPerson | Refused:
    """Whose document this is; what does not match is counted, so that nobody guesses who is insured.

    Refused, in order: activation_tries_exhausted, person_not_matched.
    """
    at = clock.now()
    subjects = limits.subjects_of(sealer, origin, f"{document_type.value}:{people.normal_document(document_number)}")
    refused = await limits.refuse_tries(tx, subjects, channel, at)
    if refused is not None:
        return refused
    person = await _find(tx, sealer, document_type, document_number, name, phone)
    if person is None:
        await store.raise_tries(tx, subjects, window_at=limits.window_of(at))
        return Refused(reasons.PERSON_NOT_MATCHED)
    return person


async def _find(
    tx: Tx, sealer: Sealer, document_type: DocumentType, number: str, name: str, phone: str | None
) -> InsuredPerson | None:
    if phone is not None:
        return await people.find_registered(
            tx, sealer, document_type=document_type, number=number, name=name, phone=phone
        )
    person = await people.find_by_document(tx, sealer, document_type, number)
    if person is None:
        # The same work as for somebody known, so that the time tells no one who is insured.
        nobody = sealer.seal(number.encode(), where="activations.nobody:0")
        sealer.unseal(nobody, where="activations.nobody:0")
        return None
    return person if equal(person.name.encode(), name.encode()) else None


async def find_under_way(reading: Reading, clock: Clock, sealer: Sealer, *, key: ActivationKey) -> Activation | Refused:
    """How far an activation is, for its holder: to go on after a break. Refuses as each verb does before its step."""
    opened = await _open(reading, clock, sealer, key, lock=False)
    return opened if isinstance(opened, Refused) else opened[0]
