"""Webhooks as a channel asks for them: subscribe, what was delivered, again. 中文: 渠道通知接口。"""

from __future__ import annotations

from typing import Any

from openyibao.fronts.channels.bodies import ID_MAX, DeliveriesBody, RedeliverBody, SubscribeBody
from openyibao.fronts.channels.calls import ChannelCall
from openyibao.kit.clock import unix_seconds
from openyibao.kit.db import Tx
from openyibao.kit.db_outbox import Delivery
from openyibao.kit.outcome import Refused
from openyibao.rooms import channels


async def subscribe(call: ChannelCall) -> Any:
    """Be told; the answer holds the secret that webhooks are signed with."""
    body: SubscribeBody = call.body
    platform = call.platform

    async def act(tx: Tx) -> Any:
        secret = await channels.subscribe(
            tx,
            platform.clock,
            platform.sealer,
            platform.randomness,
            channel=call.channel,
            url=body.url,
            events=frozenset(body.events),
        )
        if isinstance(secret, Refused):
            return secret
        return {"url": body.url, "events": sorted(set(body.events)), "secret": secret.hex()}

    return await call.act_once(act)


async def deliveries(call: ChannelCall) -> Any:
    """What the channel was told or waits to be told, without the content."""
    body: DeliveriesBody = call.body
    async with call.platform.readers.reading() as reading:
        found = await channels.list_webhooks(
            reading, channel_id=call.channel.channel_id, after=min(int(body.after), ID_MAX), most=body.most
        )
    return {"deliveries": [delivery_body(one) for one in found], "more": len(found) == body.most}


async def redeliver(call: ChannelCall) -> Any:
    """Tell one event again from the start."""
    body: RedeliverBody = call.body

    async def act(tx: Tx) -> Any:
        done = await channels.redeliver(
            tx, call.platform.clock, channel_id=call.channel.channel_id, message_id=min(int(body.event_id), ID_MAX)
        )
        return done if isinstance(done, Refused) else delivery_body(done)

    return await call.act_once(act)


def delivery_body(one: Delivery) -> dict[str, Any]:
    """How a delivery fares."""
    return {
        "event_id": str(one.message_id),
        "state": one.state,
        "attempts": one.attempts,
        "last_status": one.last_status,
        "due_at": unix_seconds(one.due_at),
        "made_at": unix_seconds(one.made_at),
        "ended_at": unix_seconds(one.ended_at) if one.ended_at else None,
    }
