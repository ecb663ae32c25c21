"""The steps that a channel's own signed word does: its payment password, a real name, a proof, an officer's look. 中文: 渠道断言办理。

Which claims a step takes in a kind of channel stands in ``CHANNEL_RULES``; whether the word counts is judged by the channels'
room. A word that is refused counts as a wrong answer at its step, so that nobody tries persons out.
"""

from __future__ import annotations

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import channels, people
from openyibao.rooms.activations import proving, reasons
from openyibao.rooms.activations.records import Activation, ActivationKey, ChannelRules, OfficerLook, Proof, Step
from openyibao.rooms.activations.service import count_wrong, move, open_step, state_after
from openyibao.rooms.channels import Channel, ChannelAssertion, ChannelStep, KeptAssertion


class ChannelWord(msgspec.Struct, frozen=True, kw_only=True):
    """Which channel asks, and what it vouches for; None where it says nothing itself (渠道核验)."""

    channel: Channel
    assertion: ChannelAssertion | None = None


async def take_word(
    tx: Tx,
    clock: Clock,
    *,
    activation: Activation,
    step: Step,
    plan: ChannelRules,
    word: ChannelWord,
    person: bytes | None,
) -> KeptAssertion | Refused:
    """The channel's word for a step. Refused, in order: assertion_missing, activation_step_foreign (not in this plan), then
    those of ``channels.take_assertion``.
    """  # noqa: D205 one sentence
    if word.assertion is None:
        return Refused(channels.ASSERTION_MISSING)
    if word.assertion.vouches_for not in plan.claims.get(step, frozenset()):
        return Refused(reasons.ACTIVATION_STEP_FOREIGN)
    taken = await channels.take_assertion(
        tx,
        clock,
        channel=word.channel,
        assertion=word.assertion,
        activation=(activation.bucket, activation.activation_id),
        challenge=activation.reference,
        person=person,
        least=plan.least_assurance,
    )
    if isinstance(taken, Refused):
        await count_wrong(tx, activation, step)
    return taken


async def vouch_password(
    tx: Tx, clock: Clock, sealer: Sealer, *, key: ActivationKey, channel: ChannelRules, word: ChannelWord
) -> Activation | Refused:
    """The channel says, signed, that it has checked its own payment password, and whose: the name that comes must be theirs.

    Own refusals: those of ``take_word``.
    """
    opened = await open_step(tx, clock, sealer, key, Step.channel_password)
    if isinstance(opened, Refused):
        return opened
    activation = opened[0]
    taken = await take_word(
        tx, clock, activation=activation, step=Step.channel_password, plan=channel, word=word, person=None
    )
    if isinstance(taken, Refused):
        return taken
    assert word.assertion is not None
    state = state_after(activation, Step.channel_password)
    return await move(tx, activation, state, vouched_digest=word.assertion.person)


async def prove_by_assertion(
    tx: Tx, clock: Clock, sealer: Sealer, *, key: ActivationKey, channel: ChannelRules, word: ChannelWord
) -> Activation | Refused:
    """The channel's signed word that the person is there, or that its officer looked at them and their document.

    Own refusals: those of ``take_word``.
    """
    opened = await open_step(tx, clock, sealer, key, Step.prove)
    if isinstance(opened, Refused):
        return opened
    activation = opened[0]
    person = await _named(tx, sealer, activation)
    taken = await take_word(tx, clock, activation=activation, step=Step.prove, plan=channel, word=word, person=person)
    if isinstance(taken, Refused):
        return taken
    if taken.vouches_for is ChannelStep.document_check:
        look = OfficerLook(officer=_officer(word.channel, taken), document_kind="document")
        return await proving.keep_look(tx, activation, channel, look, taken.statement_digest)
    return await proving.keep_proof(tx, activation, channel, Proof.channel_assertion, taken.statement_digest)


async def approve_by_assertion(
    tx: Tx, clock: Clock, sealer: Sealer, *, key: ActivationKey, channel: ChannelRules, word: ChannelWord
) -> Activation | Refused:
    """The channel's second officer looked too, and approves. Own refusals: those of ``take_word``, activation_same_officer."""
    opened = await open_step(tx, clock, sealer, key, Step.approve)
    if isinstance(opened, Refused):
        return opened
    activation = opened[0]
    person = await _named(tx, sealer, activation)
    taken = await take_word(tx, clock, activation=activation, step=Step.approve, plan=channel, word=word, person=person)
    if isinstance(taken, Refused):
        return taken
    return await proving.approve(
        tx,
        clock,
        bucket=activation.bucket,
        activation_id=activation.activation_id,
        channel_code=activation.channel_code,
        approver=_officer(word.channel, taken),
        agreed=True,
    )


def _officer(channel: Channel, taken: KeptAssertion) -> str:
    return f"{channel.channel_code}:{taken.officer}"


async def _named(tx: Tx, sealer: Sealer, activation: Activation) -> bytes:
    """Whom an assertion must be of: the person that was named."""
    person = (await people.read_persons(tx, sealer, [activation.person]))[activation.person]
    return channels.person_to_assert(
        activation.reference, person.document_type.value, person.document_number, person.name
    )
