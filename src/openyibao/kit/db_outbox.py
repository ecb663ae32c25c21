"""The outbox: calls to the outside leave a row in the transaction that wants them, and are made after it. 中文: 发件箱。

A row is leased for half a minute, handed in, and marked; a call whose answer is lost is made again, so what is outside
must bear repeats (each message carries its id). After ten tries it is given up.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx

LEASE = timedelta(seconds=30)
ATTEMPTS_MAX = 10
AT_ONCE = 20


class OutboxMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that waits; ``content_sealed`` is bound to ``outbox.content_sealed:<message_id>``."""

    bucket: int
    message_id: int
    kind: str
    content_sealed: bytes


async def lease_messages(tx: Tx, clock: Clock) -> list[OutboxMessage]:
    """Take what is due, for half a minute; what another process has taken is passed over."""
    now = clock.now()
    rows = await tx.fetch(
        "update outbox o set due_at = $2, attempts = o.attempts + 1, "
        "state = case when o.attempts + 1 > $3 then 'given_up' else o.state end "
        "where (o.bucket, o.message_id) in (select bucket, message_id from outbox where state = 'waiting' "
        "and due_at <= $1 order by due_at limit $4 for update skip locked) "
        "returning o.bucket, o.message_id, o.kind, o.content_sealed",
        now,
        now + LEASE,
        ATTEMPTS_MAX,
        AT_ONCE,
    )
    return [OutboxMessage(bucket=row[0], message_id=row[1], kind=row[2], content_sealed=row[3]) for row in rows]


async def mark_sent(tx: Tx, messages: list[OutboxMessage]) -> None:
    """These were handed in."""
    await tx.execute(
        "update outbox set state = 'sent' where bucket = any($1) and message_id = any($2)",
        [message.bucket for message in messages],
        [message.message_id for message in messages],
    )
