"""Activations by a channel: each kind runs the plan of its own, step by step. 中文: 渠道激活。

The plan stands in ``CHANNEL_RULES`` by the channel's kind, and the channel is the holder: another channel's activation is as
unknown as none. What is awaited outside of the transaction (slow hashes, the liveness provider, who is insured where) is
prepared first and judged inside, so that the same request key gets the same answer also later.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any

from openyibao.fronts.channels import bodies
from openyibao.fronts.channels.bodies import ActivationBody, AssertionBody, BeginBody, read_reference
from openyibao.fronts.channels.calls import ChannelCall
from openyibao.fronts.shared.activating import begin_face, binding_terms, find_under_way, insured_choices, judge_face
from openyibao.fronts.shared.agreements import find_agreement
from openyibao.fronts.shared.http_reasons import BODY_INVALID
from openyibao.kit.clock import unix_seconds
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import activations, people
from openyibao.rooms.activations import (
    ACTIVATION_NOT_YOURS,
    ACTIVATION_STEP_EARLY,
    ACTIVATION_UNKNOWN,
    CHANNEL_RULES,
    Activation,
    ActivationKey,
    ChannelRules,
    ChannelWord,
    Origin,
    Step,
    Verdict,
)
from openyibao.rooms.bindings import Bound
from openyibao.rooms.channels import ChannelAssertion, ChannelStep, allow_activation
from openyibao.rooms.people import Enrolment


def plan_of(call: ChannelCall) -> ChannelRules:
    """What an activation takes in this kind of channel."""
    return CHANNEL_RULES[call.channel.kind.value]


def _key(call: ChannelCall, activation: str) -> ActivationKey:
    bucket, activation_id = read_reference(activation)
    return ActivationKey(bucket=bucket, activation_id=activation_id, holder=call.channel.channel_code)


def _env(call: ChannelCall, tx: Tx) -> tuple[Any, Any, Any]:
    return tx, call.platform.clock, call.platform.sealer


def _hide(answer: Any) -> Any:
    """Another channel's activation is as unknown as none."""
    foreign = isinstance(answer, Refused) and answer.reason is ACTIVATION_NOT_YOURS
    return Refused(ACTIVATION_UNKNOWN) if foreign else answer


def _told(answer: Activation | Bound | Refused) -> Any:
    answer = _hide(answer)
    if isinstance(answer, Refused):
        return answer
    if isinstance(answer, Bound):
        return {"state": "activated", "binding": f"{answer.binding.bucket}-{answer.binding.binding_id}"}
    following = activations.next_step(answer.steps, answer.state)
    return {
        "activation": f"{answer.bucket}-{answer.activation_id}",
        "state": answer.state.value,
        "next_step": following.value if following else None,
    }


async def begin(call: ChannelCall) -> Any:
    """Begin, with the text that was agreed to; the answer says the plan and what assertions must be bound to."""
    body: BeginBody = call.body
    platform, plan = call.platform, plan_of(call)

    async def act(tx: Tx) -> Any:
        agreement = find_agreement(body.consent_version, body.language)
        if isinstance(agreement, Refused):
            return agreement
        # Counted whoever it is: guessing at people uses up the channel's day.
        refused = await allow_activation(tx, platform.clock, channel=call.channel)
        if refused is not None:
            return refused
        begun = await activations.begin(
            *_env(call, tx),
            platform.randomness,
            channel=plan,
            channel_code=call.channel.channel_code,
            device_name=body.device_name,
            holder=call.channel.channel_code,
        )
        agreed = await activations.agree(
            *_env(call, tx), key=_key(call, f"{begun.bucket}-{begun.activation_id}"), agreement=agreement
        )
        if isinstance(agreed, Refused):
            return agreed
        return {
            **_told(agreed),
            "challenge": begun.reference,
            "steps": [step.value for step in plan.steps],
            "claims": {step.value: sorted(claims) for step, claims in plan.claims.items()},
            "expires_at": unix_seconds(begun.expires_at),
        }

    return await call.act_once(act)


async def carry(call: ChannelCall) -> Any:
    """Carry one step."""
    kind = type(call.body)
    prepared = await _PREPARED[kind](call) if kind in _PREPARED else None
    run = _STEPS[kind]

    async def act(tx: Tx) -> Any:
        refused = prepared if isinstance(prepared, Refused) else _assertion_fault(call.body)
        return _told(refused or await run(call, tx, prepared))

    return await call.act_once(act)


def _assertion_fault(body: Any) -> Refused | None:
    given: AssertionBody | None = getattr(body, "assertion", None)
    if given is None or (given.vouches_for is ChannelStep.document_check) == bool(given.officer):
        return None
    return Refused(BODY_INVALID, {"fault": "officer: with document_check, and only there - `$.assertion.officer`"})


def _word(call: ChannelCall) -> ChannelWord:
    given: AssertionBody | None = call.body.assertion
    if given is None:
        return ChannelWord(channel=call.channel)
    assertion = ChannelAssertion(
        vouches_for=given.vouches_for,
        challenge=given.challenge,
        person=bytes.fromhex(given.person),
        officer=given.officer,
        assurance=given.assurance,
        made_at=given.made_at,
        nonce=given.nonce,
        key_id=min(int(given.key_id), bodies.ID_MAX),
        signature=bytes.fromhex(given.signature),
    )
    return ChannelWord(channel=call.channel, assertion=assertion)


def _by_word(verb: Callable[..., Awaitable[Any]]) -> Callable[[ChannelCall, Tx, Any], Awaitable[Any]]:
    async def run(call: ChannelCall, tx: Tx, _prepared: Any) -> Any:
        key = _key(call, call.body.activation)
        return await verb(*_env(call, tx), key=key, channel=plan_of(call), word=_word(call))

    return run


async def _name(call: ChannelCall, tx: Tx, _prepared: Any) -> Any:
    body: bodies.NameStep = call.body
    code = call.channel.channel_code
    return await activations.name_person(
        *_env(call, tx),
        key=_key(call, body.activation),
        channel=plan_of(call),
        origin=Origin(device=f"{code}|{body.device}", address=body.address, channel_code=code),
        document_type=body.document_type,
        document_number=body.document_number,
        name=body.name,
        phone=body.phone,
        word=_word(call),
    )


async def _send(call: ChannelCall, tx: Tx, _prepared: Any) -> Any:
    key = _key(call, call.body.activation)
    return await activations.send_code(*_env(call, tx), call.platform.randomness, key=key, channel=plan_of(call))


async def _code(call: ChannelCall, tx: Tx, _prepared: Any) -> Any:
    key = _key(call, call.body.activation)
    return await activations.prove_by_code(*_env(call, tx), key=key, channel=plan_of(call), code=call.body.code)


async def _choices(call: ChannelCall) -> Any:
    """The enrolment to lead to, None where none was chosen, or why not."""
    body: bodies.ConfirmStep = call.body
    if body.insured_area is None:
        return None
    under_way = await find_under_way(call.platform, _key(call, body.activation))
    if isinstance(under_way, Refused):
        return under_way
    if under_way.person_id is None:
        return Refused(activations.AREA_NOT_ENROLLED)
    _, enrolments = await insured_choices(call.platform, under_way)
    chosen = next((one for one in enrolments if one.pooling_area == body.insured_area), None)
    return chosen or Refused(activations.AREA_NOT_ENROLLED)


async def _confirm(call: ChannelCall, tx: Tx, prepared: Enrolment | None) -> Any:
    return await activations.confirm(
        *_env(call, tx),
        key=_key(call, call.body.activation),
        terms=binding_terms(call.platform),
        insured_cell=None if prepared is None else prepared.cell,
        insured_area=None if prepared is None else prepared.pooling_area,
    )


async def _hash(call: ChannelCall) -> Any:
    salt = call.platform.randomness.octets(16)
    return await asyncio.to_thread(activations.hash_password, call.body.password, salt=salt)


async def _password(call: ChannelCall, tx: Tx, prepared: Any) -> Any:
    return await activations.choose_password(
        *_env(call, tx),
        key=_key(call, call.body.activation),
        terms=binding_terms(call.platform),
        password=call.body.password,
        hashed=prepared,
    )


_PREPARED: dict[Any, Callable[[ChannelCall], Awaitable[Any]]] = {
    bodies.ConfirmStep: _choices,
    bodies.PasswordStep: _hash,
}
_STEPS: dict[Any, Callable[[ChannelCall, Tx, Any], Awaitable[Any]]] = {
    bodies.VouchStep: _by_word(activations.vouch_password),
    bodies.NameStep: _name,
    bodies.SendStep: _send,
    bodies.CodeStep: _code,
    bodies.ProveStep: _by_word(activations.prove_by_assertion),
    bodies.ApproveStep: _by_word(activations.approve_by_assertion),
    bodies.ConfirmStep: _confirm,
    bodies.PasswordStep: _password,
}


async def ask_face(call: ChannelCall) -> Any:
    """What the person is asked to do before the camera."""
    body: ActivationBody = call.body
    under_way = _hide(await find_under_way(call.platform, _key(call, body.activation)))
    if isinstance(under_way, Refused):
        return under_way
    refused = _not_yet(under_way, Step.prove)
    if refused is not None:
        return refused
    asked = await begin_face(call.platform, under_way)
    if isinstance(asked, Refused):
        return asked
    return {
        "challenge_id": asked.challenge_id,
        "actions": list(asked.actions),
        "windows_ms": [list(window) for window in asked.windows],
        "total_ms": asked.total_ms,
    }


async def take_capture(call: ChannelCall) -> Any:
    """Have the provider judge what the camera took; the picture goes there and nowhere else."""
    body: bodies.CaptureBody = call.body
    key = _key(call, body.activation)
    try:
        capture = base64.b64decode(body.capture, validate=True)
    except binascii.Error as fault:
        return Refused(BODY_INVALID, {"fault": str(fault)})
    prepared: Verdict | Refused = await judge_face(call.platform, key, challenge_id=body.challenge_id, capture=capture)

    async def act(tx: Tx) -> Any:
        if isinstance(prepared, Refused):
            return _hide(prepared)
        return _told(await activations.prove_by_face(*_env(call, tx), key=key, channel=plan_of(call), verdict=prepared))

    return await call.act_once(act)


async def show_data(call: ChannelCall) -> Any:
    """What the person confirms: their masked name and where they are insured; told only once they are proved."""
    body: ActivationBody = call.body
    under_way = _hide(await find_under_way(call.platform, _key(call, body.activation)))
    if isinstance(under_way, Refused):
        return under_way
    refused = _not_yet(under_way, Step.confirm)
    if refused is not None:
        return refused
    person, enrolments = await insured_choices(call.platform, under_way)
    return {
        "name": people.masked_name(person.name),
        "enrolments": [
            {"insured_area": one.pooling_area, "insurance_type": one.insurance_type.value} for one in enrolments
        ],
    }


def _not_yet(under_way: Activation, step: Step) -> Refused | None:
    following = activations.next_step(under_way.steps, under_way.state)
    if following is step:
        return None
    if following is None:
        return Refused(ACTIVATION_UNKNOWN)
    return Refused(ACTIVATION_STEP_EARLY, {"next_step": following.value})
