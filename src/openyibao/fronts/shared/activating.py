"""Activating a credential, whichever front asks: one machine of steps behind the pages, the counters and the interface.

Keeps: nothing. Promises: an unknown document, a wrong name and a wrong phone are told apart by nobody; slow hashes and the
liveness provider are awaited outside of transactions. Units: instants.
Callers: the API's activation, the wallet, counter and ward. 中文: 凭证激活。
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from openyibao.fronts.shared.agreements import find_agreement
from openyibao.fronts.shared.platform import Platform
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms import activations, faces, people
from openyibao.rooms.activations import (
    CHANNEL_RULES,
    Activation,
    ActivationKey,
    Agreement,
    BindingTerms,
    Challenge,
    ChannelRules,
    OfficerLook,
    Origin,
    Verdict,
)
from openyibao.rooms.bindings import Bound
from openyibao.rooms.people import DocumentType, Enrolment, InsuredPerson

FACES_AWAY = reason(
    "faces_away",
    zh="刷脸服务暂时不可用",
    en="The face check can't be reached just now",
    next_zh="请稍候再试, 已完成的步骤不会丢失; 也可到医保经办窗口凭证件办理",
    next_en="Try again in a moment, nothing is lost; or use your document at a counter",
)


class Applicant(msgspec.Struct, frozen=True, kw_only=True):
    """Who says to be whom, at an institution's counter, after agreeing to which text."""

    document_type: DocumentType
    document_number: str
    name: str
    phone: str
    consent_version: str
    language: str
    institution_id: int
    device_name: str


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Name and document as somebody types them."""

    document_type: DocumentType
    document_number: str
    name: str


async def _work(platform: Platform, run: Callable[[Tx], Awaitable[Any]]) -> Any:
    return await platform.lane.submit("work", Work(run=run))


def binding_terms(platform: Platform) -> BindingTerms:
    """What binding needs of the platform."""
    return BindingTerms(
        randomness=platform.randomness,
        default_province=platform.settings.province,
        bindings_max=platform.settings.bindings_max,
    )


async def begin_activation(
    platform: Platform,
    *,
    channel: ChannelRules,
    channel_code: str,
    device_name: str,
    agreement: Agreement,
    holder: str | None = None,
) -> ActivationKey | Refused:
    """Begin, and agree to a text. ``holder`` is drawn where the caller has no secret of its own."""
    secret = holder or platform.randomness.octets(16).hex()

    async def run(tx: Tx) -> ActivationKey | Refused:
        begun = await activations.begin(
            tx,
            platform.clock,
            platform.sealer,
            platform.randomness,
            channel=channel,
            channel_code=channel_code,
            device_name=device_name,
            holder=secret,
        )
        key = ActivationKey(bucket=begun.bucket, activation_id=begun.activation_id, holder=secret)
        agreed = await activations.agree(tx, platform.clock, platform.sealer, key=key, agreement=agreement)
        return agreed if isinstance(agreed, Refused) else key

    key: ActivationKey | Refused = await _work(platform, run)
    return key


async def find_under_way(platform: Platform, key: ActivationKey) -> Activation | Refused:
    """How far an activation is."""
    async with platform.readers.reading() as reading:
        return await activations.find_under_way(reading, platform.clock, platform.sealer, key=key)


async def name_person(
    platform: Platform, key: ActivationKey, channel: ChannelRules, origin: Origin, identity: Identity
) -> Activation | Refused:
    """Say who it is."""

    async def run(tx: Tx) -> Activation | Refused:
        return await activations.name_person(
            tx,
            platform.clock,
            platform.sealer,
            key=key,
            channel=channel,
            origin=origin,
            **msgspec.structs.asdict(identity),
        )

    named: Activation | Refused = await _work(platform, run)
    return named


async def begin_face(platform: Platform, activation: Activation) -> Challenge | Refused:
    """What the person is asked to do before the camera."""
    if platform.liveness is None:
        return Refused(FACES_AWAY)
    bucket, person_id = activation.person
    person = faces.person_name(platform.sealer, bucket, person_id)
    challenge = await platform.liveness.begin(reference=activation.reference, person=person)
    return Refused(FACES_AWAY) if challenge is None else challenge


async def judge_face(platform: Platform, key: ActivationKey, *, challenge_id: str, capture: bytes) -> Verdict | Refused:
    """What the provider says of what the camera took; nothing is kept yet."""
    under_way = await find_under_way(platform, key)
    if isinstance(under_way, Refused):
        return under_way
    if platform.liveness is None:
        return Refused(FACES_AWAY)
    verdict = await platform.liveness.answer(reference=under_way.reference, challenge_id=challenge_id, capture=capture)
    return Refused(FACES_AWAY) if verdict is None else verdict


async def prove_by_face(
    platform: Platform, key: ActivationKey, channel: ChannelRules, *, challenge_id: str, capture: bytes
) -> Activation | Refused:
    """Have the provider judge what the camera took, then keep its verdict."""
    verdict = await judge_face(platform, key, challenge_id=challenge_id, capture=capture)
    if isinstance(verdict, Refused):
        return verdict

    async def run(tx: Tx) -> Activation | Refused:
        return await activations.prove_by_face(
            tx, platform.clock, platform.sealer, key=key, channel=channel, verdict=verdict
        )

    proved: Activation | Refused = await _work(platform, run)
    return proved


async def prove_by_officer(
    platform: Platform, key: ActivationKey, channel: ChannelRules, look: OfficerLook
) -> Activation | Refused:
    """An officer saw document and holder."""

    async def run(tx: Tx) -> Activation | Refused:
        return await activations.prove_by_officer(
            tx, platform.clock, platform.sealer, key=key, channel=channel, look=look
        )

    proved: Activation | Refused = await _work(platform, run)
    return proved


async def approve(
    platform: Platform, *, bucket: int, activation_id: int, channel_code: str, approver: str, agreed: bool
) -> Activation | Refused:
    """The second officer's decision."""

    async def run(tx: Tx) -> Activation | Refused:
        return await activations.approve(
            tx,
            platform.clock,
            bucket=bucket,
            activation_id=activation_id,
            channel_code=channel_code,
            approver=approver,
            agreed=agreed,
        )

    decided: Activation | Refused = await _work(platform, run)
    return decided


async def insured_choices(platform: Platform, activation: Activation) -> tuple[InsuredPerson, list[Enrolment]]:
    """Who it is, and where they are insured today: what they see before they confirm, and choose from."""
    bucket, person_id = activation.person
    cells = platform.desk.references.areas.cells_of_person(person_id)
    async with platform.readers.reading() as reading:
        found = await people.read_persons(reading, platform.sealer, [(bucket, person_id)])
        enrolments = await people.read_enrolments(reading, [(cell, person_id) for cell in cells])
    today = platform.clock.today()
    standing = [one for each in enrolments.values() for one in each if one.ends_on is None or one.ends_on >= today]
    return found[bucket, person_id], sorted(standing, key=lambda one: (one.pooling_area, one.enrolment_id))


async def confirm(platform: Platform, key: ActivationKey, *, insured_area: int | None) -> Activation | Bound | Refused:
    """The person has seen their data; ``insured_area`` is one of their own, or None to leave it as it is."""
    under_way = await find_under_way(platform, key)
    if isinstance(under_way, Refused):
        return under_way
    cell = None
    if insured_area is not None:
        if under_way.person_id is None:
            return Refused(activations.AREA_NOT_ENROLLED)
        _, enrolments = await insured_choices(platform, under_way)
        cell = next((one.cell for one in enrolments if one.pooling_area == insured_area), None)
        if cell is None:
            return Refused(activations.AREA_NOT_ENROLLED)

    async def run(tx: Tx) -> Activation | Bound | Refused:
        return await activations.confirm(
            tx,
            platform.clock,
            platform.sealer,
            key=key,
            terms=binding_terms(platform),
            insured_cell=cell,
            insured_area=insured_area,
        )

    confirmed: Activation | Bound | Refused = await _work(platform, run)
    return confirmed


async def choose_password(platform: Platform, key: ActivationKey, password: str) -> Bound | Refused:
    """Hash in a thread, then check, bind and keep in one transaction."""
    salt = platform.randomness.octets(16)
    hashed = await asyncio.to_thread(activations.hash_password, password, salt=salt)

    async def run(tx: Tx) -> Bound | Refused:
        return await activations.choose_password(
            tx,
            platform.clock,
            platform.sealer,
            key=key,
            terms=binding_terms(platform),
            password=password,
            hashed=hashed,
        )

    bound: Bound | Refused = await _work(platform, run)
    return bound


async def begin_by_code(
    tx: Tx, platform: Platform, *, channel: ChannelRules, channel_code: str, applicant: Applicant
) -> Activation | Refused:
    """Begin, agree, name, and send a code to the registered phone, in the caller's transaction; the channel itself is the holder.

    Reasons: agreement_unknown, then those of ``activations.name_person`` and ``send_code``.
    """
    agreement = find_agreement(applicant.consent_version, applicant.language)
    if isinstance(agreement, Refused):
        return agreement
    env = (tx, platform.clock, platform.sealer)
    begun = await activations.begin(
        *env,
        platform.randomness,
        channel=channel,
        channel_code=channel_code,
        device_name=applicant.device_name,
        holder=channel_code,
    )
    key = ActivationKey(bucket=begun.bucket, activation_id=begun.activation_id, holder=channel_code)
    agreed = await activations.agree(*env, key=key, agreement=agreement)
    if isinstance(agreed, Refused):
        return agreed
    named = await activations.name_person(
        *env,
        key=key,
        channel=channel,
        origin=Origin(device=channel_code, address="", channel_code=channel_code),
        document_type=applicant.document_type,
        document_number=applicant.document_number,
        name=applicant.name,
        phone=applicant.phone,
    )
    if isinstance(named, Refused):
        return named
    return await activations.send_code(*env, platform.randomness, key=key, channel=channel)


async def complete_by_code(
    tx: Tx,
    platform: Platform,
    *,
    channel: ChannelRules,
    channel_code: str,
    bucket: int,
    activation_id: int,
    code: str,
) -> Activation | Bound | Refused:
    """Check the code, confirm and bind, in the caller's transaction; only the channel that began may."""
    key = ActivationKey(bucket=bucket, activation_id=activation_id, holder=channel_code)
    env = (tx, platform.clock, platform.sealer)
    proved = await activations.prove_by_code(*env, key=key, channel=channel, code=code)
    if isinstance(proved, Refused):
        return proved
    return await activations.confirm(*env, key=key, terms=binding_terms(platform), insured_cell=None, insured_area=None)


async def start_activation(platform: Platform, applicant: Applicant) -> Activation | Refused:
    """An institution's call. Reasons: those of ``begin_by_code``."""
    code = f"institution:{applicant.institution_id}"

    async def run(tx: Tx) -> Activation | Refused:
        return await begin_by_code(
            tx, platform, channel=CHANNEL_RULES["institution"], channel_code=code, applicant=applicant
        )

    started: Activation | Refused = await _work(platform, run)
    return started


async def complete_activation(
    platform: Platform, *, bucket: int, activation_id: int, institution_id: int, code: str
) -> Bound | Refused:
    """An institution's call: the code that came. Reasons: those of ``activations.prove_by_code``."""

    async def run(tx: Tx) -> Any:
        return await complete_by_code(
            tx,
            platform,
            channel=CHANNEL_RULES["institution"],
            channel_code=f"institution:{institution_id}",
            bucket=bucket,
            activation_id=activation_id,
            code=code,
        )

    completed: Bound | Refused = await _work(platform, run)
    return completed
