"""Consents as a channel asks for them: the texts, that a holder agreed to one, that they took it back. 中文: 渠道知情同意。"""

from __future__ import annotations

from typing import Any

from openyibao.fronts.channels.bodies import BindingBody, ConsentBody, TextBody, read_reference
from openyibao.fronts.channels.calls import ChannelCall
from openyibao.kit.clock import unix_seconds
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, consents
from openyibao.rooms.consents import CONSENT_TEXT_UNKNOWN, CONSENT_UNKNOWN, ConsentPurpose, NewConsent


async def show_texts(call: ChannelCall) -> Any:
    """What a person is shown before they agree: to activate, and to let their status be asked."""
    body: TextBody = call.body
    told = {}
    for name, version in (("activation", consents.CURRENT_VERSION), ("query", consents.QUERY_VERSION)):
        text = consents.find_text(version, body.language)
        assert text is not None, "the texts in force are there in both languages"
        told[name] = {"consent_version": version, "paragraphs": list(text.paragraphs), "sm3": text.digest.hex()}
    return told


async def give(call: ChannelCall) -> Any:
    """The holder of a binding let their status be asked here. They see it in their wallet, and may take it back there."""
    body: ConsentBody = call.body

    async def act(tx: Tx) -> Any:
        if body.consent_version != consents.QUERY_VERSION:
            return Refused(CONSENT_TEXT_UNKNOWN, {"version": body.consent_version})
        binding = await _mine(call, tx, body)
        if isinstance(binding, Refused):
            return binding
        given = NewConsent(
            bucket=binding.bucket,
            person_id=binding.person_id,
            text_version=body.consent_version,
            language=body.language,
            purposes=(ConsentPurpose.query,),
            channel_code=call.channel.channel_code,
        )
        kept = await consents.give(tx, call.platform.clock, given)
        if isinstance(kept, Refused):
            return kept
        return {"state": "given", "consent_version": kept.text_version, "given_at": unix_seconds(kept.given_at)}

    return await call.act_once(act)


async def withdraw(call: ChannelCall) -> Any:
    """The holder took it back in the channel: their status is told no more. Refused consent_unknown where none stands."""
    body: BindingBody = call.body
    code = call.channel.channel_code

    async def act(tx: Tx) -> Any:
        binding = await _mine(call, tx, body)
        if isinstance(binding, Refused):
            return binding
        person = {"bucket": binding.bucket, "person_id": binding.person_id}
        standing = await consents.find_for(tx, **person, channel_code=code, purpose=ConsentPurpose.query)
        if standing is None:
            return Refused(CONSENT_UNKNOWN)
        done = await consents.withdraw(
            tx, call.platform.clock, **person, consent_id=standing.consent_id, actor=f"self:{binding.binding_id}"
        )
        return done if isinstance(done, Refused) else {"state": "withdrawn"}

    return await call.act_once(act)


async def _mine(call: ChannelCall, tx: Tx, body: BindingBody) -> Any:
    bucket, binding_id = read_reference(body.binding)
    return await bindings.find_channel_binding(
        tx, bucket=bucket, binding_id=binding_id, channel_code=call.channel.channel_code
    )
