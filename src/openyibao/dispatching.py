"""The dispatcher of the outbox: hands text messages in, outside of any transaction. 中文: 发件。"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx
import msgspec

from openyibao.fronts.shared import Platform
from openyibao.kit.batch import Busy, Poisoned, Unknown, Work
from openyibao.kit.clock import unix_seconds
from openyibao.kit.db import Tx
from openyibao.kit.db_outbox import OutboxMessage, lease_messages, mark_sent
from openyibao.kit.faults import describe_fault
from openyibao.wire.messages import TextMessage, sign_message

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.3


async def dispatch(platform: Platform) -> None:
    """Look for what is due until cancelled. Nothing is sent where no gateway is set."""
    if not platform.settings.sms_url:
        return
    async with httpx.AsyncClient(timeout=5) as client:
        while True:
            try:
                await dispatch_once(platform, client)
            except (Busy, Unknown, Poisoned, httpx.HTTPError) as fault:
                log.warning("the outbox waits: %s", describe_fault(fault))
            await asyncio.sleep(PAUSE_SECONDS)


async def dispatch_once(platform: Platform, client: httpx.AsyncClient) -> int:
    """Hand in what is due; returns how many were taken."""

    async def lease(tx: Tx) -> Any:
        return await lease_messages(tx, platform.clock)

    due: list[OutboxMessage] = await platform.lane.submit("work", Work(lease))
    sent = []
    for message in due:
        where = f"outbox.content_sealed:{message.message_id}"
        content = msgspec.json.decode(platform.sealer.unseal(message.content_sealed, where=where))
        text = TextMessage(
            message_id=str(message.message_id),
            phone=content["phone"],
            text=content["text"],
            timestamp=unix_seconds(platform.clock.now()),
        )
        body = msgspec.json.encode(text)
        signature = sign_message(platform.settings.sms_secret, body)
        answer = await client.post(
            f"{platform.settings.sms_url}/messages", content=body, headers={"X-Signature": signature}
        )
        if answer.is_success:
            sent.append(message)

    async def mark(tx: Tx) -> None:
        await mark_sent(tx, sent)

    if sent:
        await platform.lane.submit("work", Work(mark))
    return len(due)
