"""The outbox: calls to the outside leave a row in the transaction that wants them, and are made after it. 中文: 发件箱。

A row is leased for half a minute, handed in, and marked; a call whose answer is lost is made again, so what is outside
must bear repeats (each message carries its id). Text messages have one gateway (``recipient_id`` 0) and are given up
after ten tries. Deliveries have a recipient each, who is leased for by itself so that none waits for another; those of
one subject go in order, one at a time; the pauses between tries grow, and after sixteen (some six hours) one is given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx

LEASE = timedelta(seconds=30)
ATTEMPTS_MAX = 10
AT_ONCE = 20
DELIVERY_ATTEMPTS_MAX = 16
PAUSE_MAX_SECONDS = 3_600
AT_ONCE_EACH = 8
SWEPT_AT_ONCE = 2_000


class OutboxMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that waits; ``content_sealed`` is bound to ``outbox.content_sealed:<message_id>``."""

    bucket: int
    message_id: int
    kind: str
    content_sealed: bytes
    recipient_id: int = 0
    attempts: int = 0


class NewDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A message for one recipient. Those of one subject are delivered in the order of their ids."""

    bucket: int
    message_id: int
    kind: str
    content_sealed: bytes
    recipient_id: int
    subject_id: int


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """How a delivery fares: waiting, sent or given up, after how many tries, with which last answer."""

    bucket: int
    message_id: int
    kind: str
    content_sealed: bytes
    recipient_id: int
    subject_id: int
    state: str
    attempts: int
    last_status: int | None
    due_at: datetime
    made_at: datetime
    ended_at: datetime | None


_DELIVERY = ", ".join(Delivery.__struct_fields__)


async def lease_messages(tx: Tx, clock: Clock) -> list[OutboxMessage]:
    """Take what is due, for half a minute; what another process has taken is passed over."""
    now = clock.now()
    rows = await tx.fetch(
        "update outbox o set due_at = $2, attempts = o.attempts + 1, "
        "state = case when o.attempts + 1 > $3 then 'given_up' else o.state end "
        "where (o.bucket, o.message_id) in (select bucket, message_id from outbox where state = 'waiting' "
        "and recipient_id = 0 and due_at <= $1 order by due_at limit $4 for update skip locked) "
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


# ── deliveries: to many recipients ──────────────────────────────────────────────────────────────────────────────────


async def leave(tx: Tx, deliveries: Sequence[NewDelivery], *, at: datetime) -> None:
    """Leave deliveries, due at once."""
    await tx.insert(
        "outbox",
        (*NewDelivery.__struct_fields__, "state", "due_at", "made_at"),
        [(*msgspec.structs.astuple(one), "waiting", at, at) for one in deliveries],
    )


async def lease_deliveries(tx: Tx, clock: Clock, recipients: Sequence[int]) -> list[OutboxMessage]:
    """Take what is due for each of these recipients, at most eight each, and of one subject the first alone."""
    now = clock.now()
    rows = await tx.fetch(
        "update outbox o set due_at = $2, attempts = o.attempts + 1 "
        "where (o.bucket, o.message_id) in (select w.bucket, w.message_id from unnest($3::bigint[]) as r(id), "
        "lateral (select d.bucket, d.message_id from outbox d where d.state = 'waiting' and d.recipient_id <> 0 "
        "and d.recipient_id = r.id and d.due_at <= $1 and not exists (select from outbox e where e.state = 'waiting' "
        "and e.recipient_id <> 0 and e.recipient_id = d.recipient_id and e.subject_id = d.subject_id "
        "and e.message_id < d.message_id) order by d.due_at, d.message_id limit $4) w) "
        "and o.state = 'waiting' and o.due_at <= $1 "
        "returning o.bucket, o.message_id, o.kind, o.content_sealed, o.recipient_id, o.attempts",
        now,
        now + LEASE,
        sorted(recipients),
        AT_ONCE_EACH,
    )
    return [
        OutboxMessage(
            bucket=row[0], message_id=row[1], kind=row[2], content_sealed=row[3], recipient_id=row[4], attempts=row[5]
        )
        for row in sorted(rows, key=lambda row: int(row[1]))
    ]


async def list_due_recipients(reading: Reading, clock: Clock, recipients: Sequence[int], *, most: int) -> list[int]:
    """For which of these something is due."""
    rows = await reading.fetch(
        "select r.id from unnest($2::bigint[]) as r(id) where exists (select from outbox o where o.state = 'waiting' "
        "and o.recipient_id <> 0 and o.recipient_id = r.id and o.due_at <= $1) limit $3",
        clock.now(),
        list(recipients),
        most,
    )
    return [row[0] for row in rows]


async def mark_delivery(tx: Tx, clock: Clock, message: OutboxMessage, *, status: int, taken: bool) -> None:
    """Keep what became of a try: sent; or waiting for the next, after a pause twice as long; or given up."""
    now = clock.now()
    over = taken or message.attempts >= DELIVERY_ATTEMPTS_MAX
    state = "sent" if taken else "given_up" if over else "waiting"
    pause = timedelta(seconds=min(PAUSE_MAX_SECONDS, 2**message.attempts))
    await tx.execute(
        "update outbox set state = $3, last_status = $4, due_at = $5, ended_at = $6 "
        "where bucket = $1 and message_id = $2 and state = 'waiting'",
        message.bucket,
        message.message_id,
        state,
        status,
        now if over else now + pause,
        now if over else None,
    )


async def list_deliveries(
    reading: Reading, *, bucket: int, recipient_id: int, after: int, most: int, state: str | None = None
) -> list[Delivery]:
    """A recipient's deliveries by id, all or those in one state."""
    rows = await reading.fetch(
        f"select {_DELIVERY} from outbox where recipient_id <> 0 and bucket = $1 and recipient_id = $2 "
        "and message_id > $3 and ($5::text is null or state = $5) order by message_id limit $4",
        bucket,
        recipient_id,
        after,
        most,
        state,
    )
    return [Delivery(**dict(row)) for row in rows]


async def again(tx: Tx, *, bucket: int, recipient_id: int, message_id: int, at: datetime) -> Delivery | None:
    """Let a recipient's delivery begin anew; None where it has none of this id."""
    rows = await tx.fetch(
        "update outbox set state = 'waiting', attempts = 0, due_at = $4, ended_at = null "
        f"where bucket = $1 and recipient_id <> 0 and recipient_id = $2 and message_id = $3 returning {_DELIVERY}",
        bucket,
        recipient_id,
        message_id,
        at,
    )
    return Delivery(**dict(rows[0])) if rows else None


async def again_given_up(tx: Tx, *, bucket: int, recipient_id: int, at: datetime, most: int) -> int:
    """Let a recipient's deliveries that were given up begin anew, the oldest first; how many."""
    rows = await tx.fetch(
        "update outbox set state = 'waiting', attempts = 0, due_at = $3, ended_at = null where bucket = $1 "
        "and recipient_id <> 0 and recipient_id = $2 and message_id in (select message_id from outbox where bucket = $1 "
        "and recipient_id <> 0 and recipient_id = $2 and state = 'given_up' order by message_id limit $4) "
        "returning message_id",
        bucket,
        recipient_id,
        at,
        most,
    )
    return len(rows)


async def sweep_deliveries(tx: Tx, *, before: datetime) -> int:
    """Clear away deliveries that ended before an instant, a bounded number; how many."""
    tag = await tx.execute(
        "delete from outbox where (bucket, message_id) in (select bucket, message_id from outbox "
        "where recipient_id <> 0 and state <> 'waiting' and ended_at < $1 limit $2)",
        before,
        SWEPT_AT_ONCE,
    )
    return int(tag.split()[-1])
