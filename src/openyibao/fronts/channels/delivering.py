"""Delivers webhooks: signed, again after growing pauses, no endpoint waiting for another. 中文: 通知投递。

``POST`` to the channel's address with ``X-Event-Id``, ``X-Timestamp`` and ``X-Signature`` = hex(HMAC-SM3(secret, timestamp LF
event id LF body)). 2xx means taken; anything else, a redirect too, means again. At least once, so what receives it looks
at the event id; of one credential, in order.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx

from openyibao.fronts.shared import Platform
from openyibao.kit.batch import Busy, Poisoned, Unknown, Work
from openyibao.kit.clock import unix_seconds
from openyibao.kit.crypto import UnsealFault, hmac_sm3
from openyibao.kit.db import Tx
from openyibao.kit.db_outbox import OutboxMessage, lease_deliveries, list_due_recipients, mark_delivery
from openyibao.rooms import channels
from openyibao.rooms.channels import Endpoint

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.3
TIMEOUT_SECONDS = 5
CHANNELS_AT_ONCE = 32
"""So many channels are delivered to at once in a process; each has its own turn, so a slow one holds up itself alone."""
NO_ANSWER = 0


class Deliverer:
    """Delivers for one process."""

    def __init__(self, platform: Platform, client: httpx.AsyncClient) -> None:
        self._platform, self._client = platform, client
        self._under_way: dict[int, asyncio.Task[int]] = {}

    async def round(self) -> int:
        """Start a turn for each channel that is due and not under way; how many were started."""
        platform = self._platform
        self._under_way = {name: task for name, task in self._under_way.items() if not task.done()}
        free = CHANNELS_AT_ONCE - len(self._under_way)
        now = platform.clock.now()
        async with platform.readers.reading() as reading:
            endpoints = await channels.read_endpoints(reading)
            ready = [name for name, one in endpoints.items() if one.resume_at <= now and name not in self._under_way]
            due = await list_due_recipients(reading, platform.clock, ready, most=free) if ready and free > 0 else []
        for name in due:
            self._under_way[name] = asyncio.create_task(self._turn(endpoints[name]))
        return len(due)

    async def finish(self) -> int:
        """Wait for all turns under way; how many webhooks were taken."""
        return sum(await asyncio.gather(*self._under_way.values()))

    async def _turn(self, endpoint: Endpoint) -> int:
        """Hand in what is due for one channel, and keep what became of it. A fault is told and tried again later."""
        try:
            return await self._deliver(endpoint)
        except (Busy, Unknown, Poisoned) as fault:
            log.warning("webhooks of channel %d wait: %r", endpoint.channel_id, fault)
            return 0

    async def _deliver(self, endpoint: Endpoint) -> int:
        platform = self._platform

        async def lease(tx: Tx) -> Any:
            return await lease_deliveries(tx, platform.clock, [endpoint.channel_id])

        due: list[OutboxMessage] = await platform.lane.submit("work", Work(lease))
        if not due:
            return 0
        statuses = await asyncio.gather(*(self._send(endpoint, message) for message in due))
        taken = [200 <= status < 300 for status in statuses]
        failures = 0 if any(taken) else endpoint.failures + 1

        async def mark(tx: Tx) -> None:
            for message, status, done in zip(due, statuses, taken, strict=True):
                await mark_delivery(tx, platform.clock, message, status=status, taken=done)
            if failures or endpoint.failures:
                await channels.note_delivery(tx, platform.clock, channel_id=endpoint.channel_id, failures=failures)

        await platform.lane.submit("work", Work(mark))
        return sum(taken)

    async def _send(self, endpoint: Endpoint, message: OutboxMessage) -> int:
        """The status that came back; 0 for none."""
        sealer, event_id = self._platform.sealer, str(message.message_id)
        place = channels.webhook_place(message.message_id, endpoint.channel_id)
        try:
            content = sealer.unseal(message.content_sealed, where=place)
            secret = sealer.unseal(endpoint.secret_sealed, where=channels.endpoint_place(endpoint.channel_id))
        except UnsealFault as fault:
            # Somebody altered the row: nobody is told what it was, and it is given up in its time.
            log.warning("a webhook is not delivered: %s", fault)
            return NO_ANSWER
        timestamp = unix_seconds(self._platform.clock.now())
        headers = {
            "Content-Type": "application/json",
            "X-Event-Id": event_id,
            "X-Timestamp": str(timestamp),
            "X-Signature": hmac_sm3(secret, channels.webhook_to_sign(timestamp, event_id, content)).hex(),
        }
        try:
            # The body of the answer is nobody's concern, however long it is.
            async with self._client.stream("POST", endpoint.url, content=content, headers=headers) as answer:
                return answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return NO_ANSWER


async def keep_delivering(platform: Platform) -> None:
    """Rounds until cancelled."""
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
        deliverer = Deliverer(platform, client)
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            try:
                await deliverer.round()
            except (Busy, Unknown, Poisoned) as fault:
                log.warning("delivering webhooks waits: %r", fault)
