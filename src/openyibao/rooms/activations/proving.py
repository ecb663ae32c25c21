"""The verbs of proof: a live face, a code on the registered phone, an officer's check and its approval. 中文: 本人核验。"""

from __future__ import annotations

from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer, equal, sm3
from openyibao.kit.db import Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms import faces, people
from openyibao.rooms.activations import limits, locks, reasons, rules, store
from openyibao.rooms.activations.messages import leave_message
from openyibao.rooms.activations.records import (
    Activation,
    ActivationKey,
    ActivationState,
    ChannelRules,
    OfficerLook,
    Proof,
    Step,
    Verdict,
    Way,
)
from openyibao.rooms.activations.service import count_wrong, move, note, open_step, refuse_age, state_after

WAITING_MAX = 50


async def send_code(
    tx: Tx, clock: Clock, sealer: Sealer, randomness: Randomness, *, key: ActivationKey, channel: ChannelRules
) -> Activation | Refused:
    """Send six digits to the registered phone. Own refusals, in order: activation_step_foreign (no phone is registered,
    or not in this channel), way_locked, activation_too_often.
    """  # noqa: D205 one sentence
    opened = await open_step(tx, clock, sealer, key, Step.prove)
    if isinstance(opened, Refused):
        return opened
    activation, at = opened[0], clock.now()
    phone = await people.find_phone(tx, sealer, *activation.person)
    if Proof.phone_code not in channel.proofs or phone is None:
        return Refused(reasons.ACTIVATION_STEP_FOREIGN)
    refused = await locks.refuse_way(tx, clock, activation.person, Way.phone_code)
    refused = refused or await limits.count_code(tx, sealer, activation.person, at)
    if refused is not None:
        return refused
    code = f"{randomness.below(10**6):06d}"
    digest = sealer.digest(f"{activation.activation_id}|{code}", purpose="activations.code")
    await store.change_activation(tx, activation.bucket, activation.activation_id, {"code_digest": digest})
    text = f"您的医保电子凭证激活验证码为 {code}, 15 分钟内有效。请勿告诉他人。"
    await leave_message(tx, clock, sealer, bucket=activation.bucket, phone=phone, text=text)
    return activation


async def prove_by_code(
    tx: Tx, clock: Clock, sealer: Sealer, *, key: ActivationKey, channel: ChannelRules, code: str
) -> Activation | Refused:
    """The code that was sent. Own refusals, in order: activation_step_foreign, way_locked, activation_code_wrong."""
    opened = await open_step(tx, clock, sealer, key, Step.prove)
    if isinstance(opened, Refused):
        return opened
    activation, code_digest = opened
    if Proof.phone_code not in channel.proofs or code_digest is None:
        return Refused(reasons.ACTIVATION_STEP_FOREIGN)
    locked = await locks.refuse_way(tx, clock, activation.person, Way.phone_code)
    if locked is not None:
        return locked
    digests = sealer.digests(f"{activation.activation_id}|{code}", purpose="activations.code").values()
    if not any(equal(each, code_digest) for each in digests):
        left = await count_wrong(tx, activation, Step.prove)
        await locks.count_failure(tx, clock, activation.person, Way.phone_code)
        return Refused(reasons.ACTIVATION_CODE_WRONG, {"attempts_left": left})
    await locks.clear(tx, activation.person, Way.phone_code)
    return await keep_proof(tx, activation, channel, Proof.phone_code, sm3(code_digest))


async def prove_by_face(
    tx: Tx, clock: Clock, sealer: Sealer, *, key: ActivationKey, channel: ChannelRules, verdict: Verdict
) -> Activation | Refused:
    """A liveness provider's verdict. Own refusals, in order: activation_step_foreign, way_locked,
    activation_proof_of_another, face_not_alive (or what speaks against it: ``faces.FACE_AGAINST``), face_not_same.
    """  # noqa: D205 one sentence
    opened = await open_step(tx, clock, sealer, key, Step.prove)
    if isinstance(opened, Refused):
        return opened
    activation = opened[0]
    if Proof.live_face not in channel.proofs:
        return Refused(reasons.ACTIVATION_STEP_FOREIGN)
    locked = await locks.refuse_way(tx, clock, activation.person, Way.live_face)
    if locked is not None:
        return locked
    if not equal(verdict.reference.encode(), activation.reference.encode()):
        await count_wrong(tx, activation, Step.prove)
        return Refused(reasons.ACTIVATION_PROOF_OF_ANOTHER)
    if not (verdict.alive and verdict.same):
        await count_wrong(tx, activation, Step.prove)
        if verdict.alive:
            await locks.count_failure(tx, clock, activation.person, Way.live_face)
        not_alive = faces.reason_against(verdict.why) or reasons.FACE_NOT_ALIVE
        return Refused(reasons.FACE_NOT_SAME if verdict.alive else not_alive)
    await locks.clear(tx, activation.person, Way.live_face)
    return await keep_proof(tx, activation, channel, Proof.live_face, verdict.evidence_digest)


async def prove_by_officer(
    tx: Tx, clock: Clock, sealer: Sealer, *, key: ActivationKey, channel: ChannelRules, look: OfficerLook
) -> Activation | Refused:
    """An officer saw the document and its holder; a second officer still has to. Own refusal: activation_step_foreign."""
    opened = await open_step(tx, clock, sealer, key, Step.prove)
    if isinstance(opened, Refused):
        return opened
    activation = opened[0]
    if Proof.officer_check not in channel.proofs:
        return Refused(reasons.ACTIVATION_STEP_FOREIGN)
    evidence = sm3(msgspec.json.encode([activation.reference, look.officer, look.document_kind]))
    return await keep_look(tx, activation, channel, look, evidence)


async def keep_look(
    tx: Tx, activation: Activation, channel: ChannelRules, look: OfficerLook, evidence_digest: bytes
) -> Activation:
    """Keep that an officer looked, by their own sign-in or by their channel's signed word."""
    note(tx, "activation_checked", activation.bucket, activation.activation_id, look.officer, evidence_digest)
    return await keep_proof(tx, activation, channel, Proof.officer_check, evidence_digest, officer=look.officer)


async def keep_proof(
    tx: Tx, activation: Activation, channel: ChannelRules, proof: Proof, evidence_digest: bytes, **changes: Any
) -> Activation:
    """Keep a proof that holds; where it needs no second look, that step is done too."""
    state = state_after(activation, Step.prove)
    if Step.approve in activation.steps and proof not in channel.approved_proofs:
        state = ActivationState.approved
    return await move(tx, activation, state, proof=proof, evidence_digest=evidence_digest, **changes)


async def approve(
    tx: Tx, clock: Clock, *, bucket: int, activation_id: int, channel_code: str, approver: str, agreed: bool
) -> Activation | Refused:
    """The second officer's decision, on their own sign-in. Refuses, in order: activation_unknown, _not_yours (another
    channel's), _over or _expired, the step's, activation_same_officer.
    """  # noqa: D205 one sentence leads to the other
    found = await store.find_activation(tx, bucket, activation_id, lock=True)
    if found is None:
        return Refused(reasons.ACTIVATION_UNKNOWN)
    activation = found[0]
    if activation.channel_code != channel_code:
        return Refused(reasons.ACTIVATION_NOT_YOURS)
    refused = refuse_age(activation, clock.now())
    if refused is not None:
        return refused
    state = rules.take_step(activation.steps, activation.state, Step.approve)
    if isinstance(state, Refused):
        return state
    if approver == activation.officer:
        return Refused(reasons.ACTIVATION_SAME_OFFICER)
    kind = "activation_approved" if agreed else "activation_disapproved"
    note(tx, kind, bucket, activation_id, approver, activation.evidence_digest or b"")
    return await move(tx, activation, state if agreed else ActivationState.failed, approver=approver)


async def list_waiting(reading: Reading, clock: Clock, *, channel_code: str) -> list[Activation]:
    """What waits for a second officer in a channel, oldest first, at most fifty."""
    return await store.list_waiting(reading, channel_code, after=clock.now() - rules.LIFETIME, most=WAITING_MAX)
