"""Webhooks: where a channel is told and of what; events into the outbox, and how their delivery fares. 中文: 渠道通知。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.db_outbox import (
    Delivery,
    NewDelivery,
    again,
    again_given_up,
    leave,
    list_deliveries,
    sweep_deliveries,
)
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.channels import rules, store
from openyibao.rooms.channels.records import Channel, Endpoint, Webhook, WebhookKind
from openyibao.rooms.channels.telling import told_of_endpoint

DELIVERIES_KEPT = timedelta(days=30)
PAGE_MAX = 200
REPLAYED_AT_ONCE = 1_000
KIND = "webhook"


def endpoint_place(channel_id: int) -> str:
    """Where an endpoint's secret is sealed for."""
    return f"channel_endpoints.secret_sealed:{channel_id}"


def webhook_place(message_id: int, channel_id: int) -> str:
    """Where a webhook is sealed for: its row and its channel, so that nobody's news goes to another by an altered row."""
    return f"outbox.content_sealed:{message_id}:{channel_id}"


async def subscribe(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    randomness: Randomness,
    *,
    channel: Channel,
    url: str,
    events: frozenset[WebhookKind],
) -> bytes | Refused:
    """Tell a channel at this address of these events from now on; the secret webhooks are signed with, shown this once.

    Refuses ``webhook_not_allowed``.
    """
    refused = rules.judge_url(channel, url)
    if refused is not None:
        return refused
    secret, at = randomness.octets(32), clock.now()
    endpoint = Endpoint(
        bucket=rules.home_of(channel.channel_id),
        channel_id=channel.channel_id,
        url=url,
        events=events,
        secret_sealed=sealer.seal(secret, where=endpoint_place(channel.channel_id)),
        failures=0,
        resume_at=at,
        made_at=at,
    )
    state = "active" if events else "ended"
    await store.write_endpoint(tx, endpoint, state=state)
    row = {**msgspec.structs.asdict(endpoint), "events": sorted(events), "state": state}
    told = told_of_endpoint({name: row[name] for name in store.ENDPOINT_LASTING})
    tx.audit.append(
        AuditEvent(kind=told.kind, cell=0, subject_id=told.subject_id, actor=channel.channel_code, content=told.content)
    )
    return secret


async def read_endpoints(reading: Reading, channel_ids: Sequence[int] | None = None) -> dict[int, Endpoint]:
    """The active endpoints of these channels, or of all."""
    return await store.read_endpoints(reading, channel_ids)


async def leave_webhooks(tx: Tx, clock: Clock, sealer: Sealer, webhooks: Sequence[Webhook]) -> int:
    """Leave events in the outbox, in order; how many."""
    at, made = clock.now(), list[NewDelivery]()
    for one in webhooks:
        message_id = tx.ids.next()
        body = msgspec.json.encode({"event_id": str(message_id), **one.content})
        made.append(
            NewDelivery(
                bucket=rules.home_of(one.channel_id),
                message_id=message_id,
                kind=KIND,
                content_sealed=sealer.seal(body, where=webhook_place(message_id, one.channel_id)),
                recipient_id=one.channel_id,
                subject_id=one.order_id,
            )
        )
    await leave(tx, made, at=at)
    return len(made)


async def list_webhooks(
    reading: Reading, *, channel_id: int, after: int = 0, most: int = PAGE_MAX, state: str | None = None
) -> list[Delivery]:
    """What a channel was or will be told, oldest first; all, or what is ``waiting``, ``sent`` or ``given_up``."""
    return await list_deliveries(
        reading,
        bucket=rules.home_of(channel_id),
        recipient_id=channel_id,
        after=after,
        most=min(most, PAGE_MAX),
        state=state,
    )


async def replay(tx: Tx, clock: Clock, *, channel_id: int) -> int:
    """Hand in again, in order, what was given up for a channel, at most a thousand at once; how many."""
    begun = await again_given_up(
        tx, bucket=rules.home_of(channel_id), recipient_id=channel_id, at=clock.now(), most=REPLAYED_AT_ONCE
    )
    if begun:
        await store.note_delivery(tx, channel_id, failures=0, resume_at=clock.now())
    return begun


async def redeliver(tx: Tx, clock: Clock, *, channel_id: int, message_id: int) -> Delivery | Refused:
    """Hand one in again from the start, at once. Refuses ``webhook_unknown``, also for another channel's."""
    found = await again(
        tx, bucket=rules.home_of(channel_id), recipient_id=channel_id, message_id=message_id, at=clock.now()
    )
    if found is None:
        return Refused(rules.WEBHOOK_UNKNOWN)
    await store.note_delivery(tx, channel_id, failures=0, resume_at=clock.now())
    return found


async def note_delivery(tx: Tx, clock: Clock, *, channel_id: int, failures: int) -> datetime:
    """Keep how many tries at an endpoint failed in a row; when it is tried again."""
    resume_at = clock.now() + rules.rest_of(failures)
    await store.note_delivery(tx, channel_id, failures=failures, resume_at=resume_at)
    return resume_at


async def sweep_webhooks(tx: Tx, clock: Clock) -> int:
    """Clear away what was delivered or given up long ago."""
    return await sweep_deliveries(tx, before=clock.now() - DELIVERIES_KEPT)
