"""Activations by a channel: the one place that meets the activation machine. 中文: 渠道激活。

Today's machine has two steps (a code to the registered phone, the code); the channel's own assertions are part of its
terms and wait for the machine that reads them (``Channel.terms.steps``).
"""

from __future__ import annotations

from typing import Any

from openyibao.fronts.channels.bodies import BeginBody, StepBody, read_reference
from openyibao.fronts.channels.calls import ChannelCall
from openyibao.fronts.shared.http_reasons import PERSON_NOT_FOUND
from openyibao.kit.clock import unix_seconds
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import activations, people
from openyibao.rooms.activations import ACTIVATION_UNKNOWN
from openyibao.rooms.bindings import Bound
from openyibao.rooms.channels import allow_activation


async def begin(call: ChannelCall) -> Any:
    """Begin; nobody learns whether the name, the number or the phone was wrong."""
    body: BeginBody = call.body
    platform = call.platform
    async with platform.readers.reading() as reading:
        person = await people.find_registered(
            reading,
            platform.sealer,
            document_type=body.document_type,
            number=body.document_number,
            name=body.name,
            phone=body.phone,
        )

    async def act(tx: Tx) -> Any:
        # Counted whoever it is: guessing at people uses up the channel's day.
        refused = await allow_activation(tx, platform.clock, channel=call.channel)
        if refused is not None or person is None:
            return refused or Refused(PERSON_NOT_FOUND)
        begun = await activations.start_activation(
            tx,
            platform.clock,
            platform.sealer,
            platform.randomness,
            bucket=person.bucket,
            person_id=person.person_id,
            phone=body.phone,
            consent_version=body.consent_version,
            channel_code=call.channel.channel_code,
            device_name=body.device_name,
        )
        if isinstance(begun, Refused):
            return begun
        return {
            "activation": f"{begun.bucket}-{begun.activation_id}",
            "next_step": "code",
            "expires_at": unix_seconds(begun.expires_at),
        }

    return await call.act_once(act)


async def carry(call: ChannelCall) -> Any:
    """Carry one step. Another channel's activation is as unknown as none."""
    body: StepBody = call.body
    platform = call.platform
    bucket, activation_id = read_reference(body.activation)

    async def act(tx: Tx) -> Any:
        whose = await activations.find_activation_channel(tx, bucket=bucket, activation_id=activation_id)
        if whose != call.channel.channel_code:
            return Refused(ACTIVATION_UNKNOWN)
        done = await activations.complete_activation(
            tx,
            platform.clock,
            platform.sealer,
            platform.randomness,
            bucket=bucket,
            activation_id=activation_id,
            code=body.code,
            default_province=platform.settings.province,
        )
        if not isinstance(done, Bound):
            return done
        return {"state": "activated", "binding": f"{done.binding.bucket}-{done.binding.binding_id}"}

    return await call.act_once(act)
