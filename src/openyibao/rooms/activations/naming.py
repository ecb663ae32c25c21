"""The verb of the name: who it is that asks, told apart from a stranger by nobody. 中文: 实名核对。"""

from __future__ import annotations

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer, equal
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials, people
from openyibao.rooms.activations import limits, reasons, store
from openyibao.rooms.activations.limits import Origin
from openyibao.rooms.activations.records import Activation, ActivationKey, ChannelRules, Step
from openyibao.rooms.activations.service import count_wrong, move, open_step, state_after
from openyibao.rooms.activations.vouching import ChannelWord, take_word
from openyibao.rooms.channels import (
    ASSERTION_MISSING,
    ASSERTION_OF_ANOTHER_PERSON,
    KeptAssertion,
    person_to_assert,
)
from openyibao.rooms.people import DocumentType, InsuredPerson


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
    word: ChannelWord | None = None,
) -> Activation | Refused:
    """Who it is. An unknown number, a wrong name and a wrong phone get one answer and are counted alike.

    Own refusals, in order: assertion_of_another_person (the channel vouched for somebody else before), those of the channel's
    word where the plan takes one for the name, activation_tries_exhausted, person_not_matched, then the credential's state.
    """
    opened = await open_step(tx, clock, sealer, key, Step.name)
    if isinstance(opened, Refused):
        return opened
    activation = opened[0]
    said = person_to_assert(activation.reference, document_type.value, document_number, name)
    if activation.vouched_digest is not None and not equal(activation.vouched_digest, said):
        await count_wrong(tx, activation, Step.name)
        return Refused(ASSERTION_OF_ANOTHER_PERSON)
    if Step.name in channel.claims:
        taken = await _take(tx, clock, activation, channel, word, said)
        if isinstance(taken, Refused):
            return taken
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


async def _take(
    tx: Tx, clock: Clock, activation: Activation, plan: ChannelRules, word: ChannelWord | None, said: bytes
) -> KeptAssertion | Refused:
    if word is None:
        return Refused(ASSERTION_MISSING)
    return await take_word(tx, clock, activation=activation, step=Step.name, plan=plan, word=word, person=said)


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
