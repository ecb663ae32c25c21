"""Activations by a channel: the one place that meets the activation machine. 中文: 渠道激活。

Today a channel carries the plan of the code that is texted to the registered phone; the plans in which its own assertion
counts (``Channel.terms.steps``) stand in the machine's table and have no call here yet.
"""

from __future__ import annotations

from typing import Any

from openyibao.fronts.channels.bodies import BeginBody, StepBody, read_reference
from openyibao.fronts.channels.calls import ChannelCall
from openyibao.fronts.shared.activating import Applicant, begin_by_code, complete_by_code
from openyibao.kit.clock import unix_seconds
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.activations import ACTIVATION_NOT_YOURS, ACTIVATION_UNKNOWN, CHANNEL_RULES
from openyibao.rooms.bindings import Bound
from openyibao.rooms.channels import allow_activation

_RULES = CHANNEL_RULES["institution"]


async def begin(call: ChannelCall) -> Any:
    """Begin; nobody learns whether the name, the number or the phone was wrong."""
    body: BeginBody = call.body
    platform, code = call.platform, call.channel.channel_code
    applicant = Applicant(
        document_type=body.document_type,
        document_number=body.document_number,
        name=body.name,
        phone=body.phone,
        consent_version=body.consent_version,
        language=body.language,
        device_name=body.device_name,
        institution_id=0,
    )

    async def act(tx: Tx) -> Any:
        # Counted whoever it is: guessing at people uses up the channel's day.
        refused = await allow_activation(tx, platform.clock, channel=call.channel)
        if refused is not None:
            return refused
        begun = await begin_by_code(tx, platform, channel=_RULES, channel_code=code, applicant=applicant)
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
    bucket, activation_id = read_reference(body.activation)

    async def act(tx: Tx) -> Any:
        done = await complete_by_code(
            tx,
            call.platform,
            channel=_RULES,
            channel_code=call.channel.channel_code,
            bucket=bucket,
            activation_id=activation_id,
            code=body.code,
        )
        if isinstance(done, Refused) and done.reason is ACTIVATION_NOT_YOURS:
            return Refused(ACTIVATION_UNKNOWN)
        if not isinstance(done, Bound):
            return done
        return {"state": "activated", "binding": f"{done.binding.bucket}-{done.binding.binding_id}"}

    return await call.act_once(act)
