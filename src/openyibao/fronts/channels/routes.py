"""The table of the channels' routes. All are POST: no person and no binding stands in an address. 中文: 渠道接口表。"""

from __future__ import annotations

import asyncio
from typing import Any

from openyibao.fronts.channels import activating, bodies, consenting, showing, telling
from openyibao.fronts.channels.calls import ChannelCall, ChannelRoute
from openyibao.kit.batch import Work
from openyibao.kit.clock import unix_seconds
from openyibao.kit.crypto import Sm2PublicKey, sm2_encrypt
from openyibao.kit.db import Tx
from openyibao.rooms.channels import ChannelScope, SessionAgreed, agree_session


async def _sign_in(call: ChannelCall) -> Any:
    platform = call.platform

    async def run(tx: Tx) -> Any:
        return await agree_session(tx, platform.clock, platform.sealer, platform.randomness, channel=call.channel)

    agreed: SessionAgreed = await platform.lane.submit("work", Work(run))
    sealed = await asyncio.to_thread(sm2_encrypt, Sm2PublicKey.from_der(call.public_key), agreed.secret)
    return {"key_id": str(agreed.key_id), "secret_sm2": sealed.hex(), "expires_at": unix_seconds(agreed.expires_at)}


async def _describe(call: ChannelCall) -> Any:
    channel = call.channel
    return {
        "channel_code": channel.channel_code,
        "name": channel.name,
        "name_en": channel.name_en,
        "kind": channel.kind.value,
        "scopes": sorted(channel.terms.scopes),
        "steps": sorted(channel.terms.steps),
        "assurance": channel.terms.assurance.value,
        "signing": channel.terms.signing.value,
        "calls_a_minute": channel.terms.calls_a_minute,
        "activations_a_day": channel.terms.activations_a_day,
    }


def _route(
    run: Any, body: Any, scope: ChannelScope | None, summary: str, *, acts: bool = False, **more: Any
) -> ChannelRoute:
    return ChannelRoute(run=run, body=body, scope=scope, acts=acts, summary=summary, **more)


ROUTES: dict[str, ChannelRoute] = {
    "session": _route(
        _sign_in, bodies.EmptyBody, None, "Sign in by SM2: a session key, encrypted for the channel", signs_in=True
    ),
    "self": _route(_describe, bodies.EmptyBody, None, "What was agreed with this channel"),
    "activations": _route(activating.begin, bodies.BeginBody, ChannelScope.activate, "Begin an activation", acts=True),
    "activations/step": _route(
        activating.carry, bodies.StepBody, ChannelScope.activate, "Carry a step of an activation", acts=True
    ),
    "activations/face": _route(
        activating.ask_face, bodies.ActivationBody, ChannelScope.activate, "What to do before the camera"
    ),
    "activations/capture": _route(
        activating.take_capture,
        bodies.CaptureBody,
        ChannelScope.activate,
        "What the camera took, for the liveness provider",
        acts=True,
        body_max=bodies.CAPTURE_BODY_MAX,
    ),
    "activations/data": _route(
        activating.show_data, bodies.ActivationBody, ChannelScope.activate, "What the person confirms, once proved"
    ),
    "consents/texts": _route(consenting.show_texts, bodies.TextBody, None, "The texts in force"),
    "consents": _route(
        consenting.give, bodies.ConsentBody, ChannelScope.query, "A holder agreed that their status is asked", acts=True
    ),
    "consents/withdraw": _route(
        consenting.withdraw, bodies.BindingBody, ChannelScope.query, "A holder takes that back", acts=True
    ),
    "bindings/keys": _route(showing.day_keys, bodies.BindingBody, ChannelScope.show, "Day keys for showing offline"),
    "bindings/code": _route(showing.show_code, bodies.CodeBody, ChannelScope.show, "A code to show now"),
    "bindings/list": _route(showing.list_mine, bodies.ListBody, ChannelScope.bind, "This channel's living bindings"),
    "bindings/unbind": _route(
        showing.unbind, bodies.BindingBody, ChannelScope.unbind, "End a binding of this channel", acts=True
    ),
    "status": _route(
        showing.status, bodies.BindingBody, ChannelScope.query, "Insured status and the last bills, by consent"
    ),
    "webhooks": _route(
        telling.subscribe, bodies.SubscribeBody, ChannelScope.notify, "Be told of events from now on", acts=True
    ),
    "webhooks/deliveries": _route(
        telling.deliveries, bodies.DeliveriesBody, ChannelScope.notify, "How webhooks were delivered"
    ),
    "webhooks/redeliver": _route(
        telling.redeliver, bodies.RedeliverBody, ChannelScope.notify, "Deliver a webhook again", acts=True
    ),
}
