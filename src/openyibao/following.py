"""The follower of the audit: what was committed and linked becomes webhooks for the channels it is about. 中文: 事件跟随。

The verbs that settle and bind know nothing of it and pay nothing for it: events are read from the audit, chain by chain,
link by link, and the positions move in the same transaction as the webhooks are left, so none is missed and none comes
twice. One process follows at a time. Order: the events of one chain in theirs; those of one credential across chains in the
order in which they are found, within a round.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from openyibao.fronts.shared import Platform
from openyibao.kit.batch import Busy, Poisoned, Unknown, Work
from openyibao.kit.clock import unix_seconds
from openyibao.kit.db import Reading, Tx
from openyibao.rooms import audit, bindings, channels, settlement
from openyibao.rooms.audit import StoredEvent
from openyibao.rooms.bindings import Binding
from openyibao.rooms.channels import Channel, Endpoint, Webhook, WebhookKind

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.3
SWEEP_EVERY = 200
LINKS_AT_ONCE = 200
_BINDING = {"credential_bound": WebhookKind.activated, "credential_unbound": WebhookKind.unbound}
_CREDENTIAL = {"credential_suspended": WebhookKind.suspended, "credential_revoked": WebhookKind.revoked}
_BILL = {"settled": WebhookKind.settled, "reversed": WebhookKind.reversed}
KINDS = (*_BINDING, *_CREDENTIAL, *_BILL)
"""The audit's kinds that channels hear of. Another kind of event needs a line here and in ``_about``."""


async def keep_following(platform: Platform) -> None:
    """Rounds until cancelled; now and then what is past its time is cleared away."""
    rounds = 0
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        try:
            await follow_once(platform)
            rounds += 1
            if rounds % SWEEP_EVERY == 0:
                await sweep_once(platform)
        except (Busy, Unknown, Poisoned) as fault:
            log.warning("following the audit waits: %r", fault)


async def sweep_once(platform: Platform) -> int:
    """Clear away nonces, counts, answers and deliveries past their time."""

    async def run(tx: Tx) -> int:
        window = platform.settings.channel_window_seconds
        return await channels.sweep(tx, platform.clock, window_seconds=window) + await channels.sweep_webhooks(
            tx, platform.clock
        )

    gone: int = await platform.lane.submit("work", Work(run))
    return gone


async def follow_once(platform: Platform) -> int:
    """One round; how many webhooks were left. Costs two reads where nothing has happened or nobody wants to be told."""
    async with platform.readers.reading() as reading:
        endpoints = await channels.read_endpoints(reading)
        if not endpoints:
            return 0
        heads, told = await audit.read_heads(reading), await channels.read_positions(reading)
    if told and all(told.get(chain, 0) >= seq for chain, seq in heads.items()):
        return 0

    async def run(tx: Tx) -> int:
        return await _follow(tx, platform)

    left: int = await platform.lane.submit("work", Work(run))
    return left


async def _follow(tx: Tx, platform: Platform) -> int:
    if not await channels.try_follow(tx):
        return 0
    told, heads = await channels.read_positions(tx), await audit.read_heads(tx)
    if not told:
        # Nobody was ever told: what was before the first subscription is nobody's news.
        await channels.set_positions(tx, heads)
        return 0
    endpoints, events = await channels.read_endpoints(tx), list[StoredEvent]()
    for chain, head in sorted(heads.items()):
        if told.get(chain, 0) >= head:
            continue
        told[chain], found = await audit.list_told_since(
            tx, chain, after_seq=told.get(chain, 0), kinds=KINDS, most=LINKS_AT_ONCE
        )
        events += found
    left = 0
    if events and endpoints:
        events.sort(key=lambda event: (event.happened_at, event.event_id))
        webhooks = await make_webhooks(tx, events, endpoints)
        left = await channels.leave_webhooks(tx, platform.clock, platform.sealer, webhooks)
    await channels.set_positions(tx, told)
    return left


async def make_webhooks(
    reading: Reading, events: Sequence[StoredEvent], endpoints: Mapping[int, Endpoint]
) -> list[Webhook]:
    """What these channels hear of these events: of their own bindings that lived then, set-based for all events."""
    about = await _about(reading, events)
    codes = sorted({binding.channel_code for found in about.values() for binding in found})
    known: dict[str, Channel] = await channels.find_channels(reading, codes)
    webhooks = []
    for event in events:
        kind = _BINDING.get(event.kind) or _CREDENTIAL.get(event.kind) or _BILL[event.kind]
        for binding in about[event.chain, event.event_id]:
            channel = known.get(binding.channel_code)
            endpoint = None if channel is None else endpoints.get(channel.channel_id)
            if channel is None or endpoint is None or not _hears(channel, endpoint, binding, event, kind):
                continue
            content: dict[str, str | int] = {
                "kind": kind.value,
                "binding": f"{binding.bucket}-{binding.binding_id}",
                "happened_at": unix_seconds(event.happened_at),
            }
            if event.kind in _BILL:
                content["settlement"] = f"{event.cell}-{event.subject_id}"
            webhooks.append(Webhook(channel_id=channel.channel_id, order_id=binding.credential_id, content=content))
    return webhooks


def _hears(channel: Channel, endpoint: Endpoint, binding: Binding, event: StoredEvent, kind: WebhookKind) -> bool:
    """Wanted, since it is told, may be told, and the binding lived."""
    # A binding's own events are its own; it ends a moment before the audit is told of it.
    lived = event.kind in _BINDING or (
        binding.bound_at <= event.happened_at and (binding.ended_at is None or binding.ended_at >= event.happened_at)
    )
    allowed = channels.may_act(channel) is None and channels.may_ask(channel, channels.ChannelScope.notify) is None
    return kind in endpoint.events and event.happened_at >= endpoint.made_at and lived and allowed


async def _about(reading: Reading, events: Sequence[StoredEvent]) -> dict[tuple[int, int], list[Binding]]:
    """The bindings that each event is about, by (chain, event_id)."""
    bound = [(event.cell, event.subject_id) for event in events if event.kind in _BINDING]
    credentials = [(event.cell, event.subject_id) for event in events if event.kind in _CREDENTIAL]
    bills = await settlement.read_settlements(
        reading, [(event.cell, event.subject_id) for event in events if event.kind in _BILL]
    )
    found = await bindings.list_told_of(
        reading, bindings=bound, credentials=credentials, persons=sorted({bill.person_id for bill in bills.values()})
    )
    by_id, by_credential, by_person = (defaultdict[Any, dict[int, Binding]](dict) for _ in range(3))
    for one in found:
        by_id[one.binding_id][one.binding_id] = one
        by_credential[one.credential_id][one.binding_id] = one
        by_person[one.person_id][one.binding_id] = one
    about = {}
    for event in events:
        if event.kind in _BILL:
            bill = bills.get((event.cell, event.subject_id))
            mine = by_person.get(bill.person_id) if bill else None
        else:
            mine = (by_id if event.kind in _BINDING else by_credential).get(event.subject_id)
        about[event.chain, event.event_id] = [each for _, each in sorted((mine or {}).items())]
    return about
