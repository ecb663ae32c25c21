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
from openyibao.rooms import audit, bindings, channels, consents, freezes, mandates, settlement
from openyibao.rooms.audit import StoredEvent
from openyibao.rooms.bindings import Binding, BindingKind
from openyibao.rooms.channels import Channel, Endpoint, Webhook, WebhookKind

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.3
SWEEP_EVERY = 200
LINKS_AT_ONCE = 200
_BINDING = {"credential_bound": WebhookKind.activated, "credential_unbound": WebhookKind.unbound}
_CREDENTIAL = {
    "credential_suspended": WebhookKind.suspended,
    "credential_resumed": WebhookKind.resumed,
    "credential_revoked": WebhookKind.revoked,
}
_FREEZE = {"freeze_made": WebhookKind.frozen, "freeze_lifted": WebhookKind.unfrozen}
_MANDATE = {"mandate_ended": WebhookKind.mandate_ended}
_CONSENT = {"consent_withdrawn": WebhookKind.consent_withdrawn}
_BILL = {"settled": WebhookKind.settled, "reversed": WebhookKind.reversed}
TOLD_AS = {**_BINDING, **_CREDENTIAL, **_FREEZE, **_MANDATE, **_CONSENT, **_BILL}
"""The audit's kinds that channels hear of, and as what. Another kind needs a line here and in ``_about``."""
KINDS = tuple(TOLD_AS)


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
        kind = TOLD_AS[event.kind]
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
            if event.kind in _MANDATE:
                content["mandate"] = f"{event.cell}-{event.subject_id}"
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

    def named(kinds: Mapping[str, WebhookKind]) -> list[tuple[int, int]]:
        return [(event.cell, event.subject_id) for event in events if event.kind in kinds]

    bills = await settlement.read_settlements(reading, named(_BILL))
    stopped = {one.freeze_id: one for one in await freezes.read_freezes(reading, named(_FREEZE))}
    given = {one.consent_id: one for one in await consents.read_consents(reading, named(_CONSENT))}
    over = {name[1]: one for name, one in (await mandates.read_mandates(reading, named(_MANDATE))).items()}
    hung = {name: await mandates.list_of_mandate(reading, over[name].bucket, name) for name in sorted(over)}
    persons = {bill.person_id for bill in bills.values()} | {one.person_id for one in given.values()}
    found = await bindings.list_told_of(
        reading,
        bindings=named(_BINDING),
        credentials=[*named(_CREDENTIAL), *((one.bucket, one.credential_id) for one in stopped.values())],
        persons=sorted(persons | {one.principal_person_id for one in over.values()}),
    )
    by_id, by_credential, by_person = (defaultdict[Any, dict[int, Binding]](dict) for _ in range(3))
    for one in found:
        by_id[one.binding_id][one.binding_id] = one
        by_credential[one.credential_id][one.binding_id] = one
        by_person[one.person_id][one.binding_id] = one

    def mine(event: StoredEvent) -> Mapping[int, Binding]:
        subject = event.subject_id
        if event.kind in _BILL:
            bill = bills.get((event.cell, subject))
            return by_person[bill.person_id] if bill else {}
        if event.kind in _FREEZE:
            return by_credential[stopped[subject].credential_id] if subject in stopped else {}
        if event.kind in _CONSENT:
            # Its own channel alone: that another one may ask no more is nobody else's news.
            of = given.get(subject)
            known = by_person[of.person_id] if of else {}
            return {name: one for name, one in known.items() if of and one.channel_code == of.channel_code}
        if event.kind in _MANDATE:
            # The devices that showed for the relative under it, and the person's own.
            shown = {one.binding_id for one in hung.get(subject, ())}
            known = by_person[over[subject].principal_person_id] if subject in over else {}
            return {n: one for n, one in known.items() if n in shown or one.kind is BindingKind.own}
        return (by_id if event.kind in _BINDING else by_credential)[subject]

    return {(event.chain, event.event_id): [each for _, each in sorted(mine(event).items())] for event in events}
