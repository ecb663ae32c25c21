"""The last verbs: confirm one's data, choose a password; and whichever comes last binds. 中文: 激活完成。"""

from __future__ import annotations

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, consents, credentials, people
from openyibao.rooms.activations import passwords, rules, store, telling
from openyibao.rooms.activations.messages import leave_message
from openyibao.rooms.activations.records import (
    Activation,
    ActivationKey,
    ActivationState,
    PasswordHash,
    Step,
    StoredAgreement,
)
from openyibao.rooms.activations.service import count_wrong, move, note, open_step, state_after
from openyibao.rooms.bindings import BindingKind, Bound
from openyibao.rooms.consents import Consent, NewConsent

AGREEMENTS_MAX = 200
_TOLD = "您的医保电子凭证已在一台设备或窗口上激活。如非本人操作, 请立即致电 12393 停用。"


class BindingTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What binding needs beside the activation: randomness, the province of codes that lead to no area, the most at once."""

    randomness: Randomness
    default_province: int
    bindings_max: int = bindings.BINDINGS_MAX


async def confirm(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    *,
    key: ActivationKey,
    terms: BindingTerms,
    insured_cell: int | None,
    insured_area: int | None,
) -> Activation | Bound | Refused:
    """The person has seen their data and chosen the insured area in use; the caller looked that they are insured there.

    Where this is the last step of the channel, it binds.
    """
    opened = await open_step(tx, clock, sealer, key, Step.confirm)
    if isinstance(opened, Refused):
        return opened
    state = state_after(opened[0], Step.confirm)
    chosen = msgspec.structs.replace(opened[0], insured_cell=insured_cell, insured_area=insured_area)
    if state is ActivationState.activated:
        return await _complete(tx, clock, sealer, chosen, terms)
    return await move(tx, opened[0], state, insured_cell=insured_cell, insured_area=insured_area)


async def choose_password(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    *,
    key: ActivationKey,
    terms: BindingTerms,
    password: str,
    hashed: PasswordHash,
) -> Bound | Refused:
    """The six digits, and the binding. ``hashed`` was made of them beforehand, outside of any transaction.

    Own refusals: those of a weak password, then those of the credential's state.
    """
    opened = await open_step(tx, clock, sealer, key, Step.password)
    if isinstance(opened, Refused):
        return opened
    activation = opened[0]
    refused = await passwords.refuse_weak(tx, sealer, activation.person, password)
    if refused is not None:
        await count_wrong(tx, activation, Step.password)
        return refused
    bound = await _complete(tx, clock, sealer, activation, terms)
    if isinstance(bound, Bound):
        proof = activation.proof.value if activation.proof else ""
        credential_id = bound.binding.credential_id
        await passwords.put(
            tx,
            clock,
            sealer,
            person=activation.person,
            credential_id=credential_id,
            hashed=hashed,
            set_by=proof,
            actor=activation.channel_code,
        )
    return bound


async def _complete(
    tx: Tx, clock: Clock, sealer: Sealer, activation: Activation, terms: BindingTerms
) -> Bound | Refused:
    """Bind what was agreed to, proved and confirmed. Nothing is written where the credential's state forbids it."""
    agreement, proof = activation.agreement, activation.proof
    if agreement is None or proof is None:
        raise ValueError(f"activation {activation.activation_id} was neither agreed to nor proved")
    bucket, person_id = activation.person
    led = await _lead(tx, clock, activation)
    if led is not None:
        return led
    bound = await bindings.bind(
        tx,
        clock,
        sealer,
        terms.randomness,
        bucket=bucket,
        person_id=person_id,
        default_province=terms.default_province,
        kind=BindingKind.own,
        channel_code=activation.channel_code,
        device_name=activation.device_name,
        most=terms.bindings_max,
    )
    if isinstance(bound, Refused):
        return bound
    chosen = {"insured_cell": activation.insured_cell, "insured_area": activation.insured_area}
    await move(tx, activation, ActivationState.activated, **chosen)
    given = NewConsent(
        bucket=bucket,
        person_id=person_id,
        text_version=agreement.version,
        language=agreement.language,
        text_digest=agreement.text_digest,
        purposes=consents.ACTIVATION_PURPOSES,
        channel_code=activation.channel_code,
    )
    consent = await consents.give(tx, clock, given)
    assert isinstance(consent, Consent), "a text that was agreed to is known by its digest"
    agreed = StoredAgreement(
        bucket=bucket,
        activation_id=activation.activation_id,
        person_id=person_id,
        agreement=agreement,
        channel_code=activation.channel_code,
        proof=proof,
        agreed_at=activation.agreed_at or activation.started_at,
        consent_id=consent.consent_id,
    )
    await store.insert_agreement(tx, agreed)
    content = telling.content_of_agreement(agreed)
    note(tx, "activation_agreed", bucket, activation.activation_id, activation.channel_code, content)
    await _tell_phone(tx, clock, sealer, (bucket, person_id))
    return bound


async def _tell_phone(tx: Tx, clock: Clock, sealer: Sealer, person: tuple[int, int]) -> None:
    """Tell the registered phone, so that nobody is activated without hearing of it."""
    phone = await people.find_phone(tx, sealer, *person)
    if phone is None:
        return
    await leave_message(tx, clock, sealer, bucket=person[0], phone=phone, text=_TOLD)


async def _lead(tx: Tx, clock: Clock, activation: Activation) -> Refused | None:
    """Lead the credential to the area that was chosen, where it leads elsewhere."""
    bucket, person_id = activation.person
    if activation.insured_cell is None or activation.insured_area is None:
        return None
    now = await credentials.find_credential(tx, bucket=bucket, person_id=person_id)
    if now is None or (now.insured_cell, now.insured_area) == (activation.insured_cell, activation.insured_area):
        return None
    led = await credentials.redirect(
        tx,
        clock,
        bucket=bucket,
        person_id=person_id,
        insured_cell=activation.insured_cell,
        insured_area=activation.insured_area,
        actor=activation.channel_code,
    )
    return led if isinstance(led, Refused) else None


async def list_agreements(reading: Reading, *, bucket: int, person_id: int) -> list[StoredAgreement]:
    """What a person agreed to with each activation, newest first, at most two hundred."""
    return await store.list_agreements_of(reading, bucket, person_id, most=AGREEMENTS_MAX)


async def clear_activations(tx: Tx, clock: Clock, *, most: int = 20_000) -> int:
    """Clear away what is over for an hour: activations and counted tries; how many activations."""
    return await store.clear_activations(tx, before=clock.now() - rules.WINDOW, most=most)
