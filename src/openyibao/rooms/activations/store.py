"""SQL of activations under way and their messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openyibao.kit.db import Reading, Tx


async def lock_person(tx: Tx, bucket: int, person_id: int) -> bool:
    """Lock a person's row; False where there is none."""
    return bool(
        await tx.fetch(
            "select person_id from persons where bucket = any($1) and person_id = any($2) "
            "order by bucket, person_id for update",
            [bucket],
            [person_id],
        )
    )


async def count_activations(reading: Reading, bucket: int, person_id: int, *, after: datetime) -> int:
    """How many codes a person asked for since."""
    row = await reading.fetchrow(
        "select count(*) from activations where bucket = $1 and person_id = $2 and started_at > $3",
        bucket,
        person_id,
        after,
    )
    return int(row[0])


async def insert_activation(tx: Tx, columns: Sequence[Any]) -> None:
    """Begin an activation: bucket, id, person, phone, code digest, consent, channel, device, start, end."""
    await tx.execute(
        "insert into activations (bucket, activation_id, person_id, phone_sealed, code_digest, consent_version, "
        "channel_code, device_name, started_at, expires_at, state) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'code_sent')",
        *columns,
    )


async def lock_activation(tx: Tx, bucket: int, activation_id: int) -> Any:
    """Lock an activation under way, or None."""
    return await tx.fetchrow(
        "select person_id, code_digest, attempts, state, consent_version, channel_code, device_name, expires_at from activations "
        "where bucket = $1 and activation_id = $2 for update",
        bucket,
        activation_id,
    )


async def set_activation(tx: Tx, bucket: int, activation_id: int, *, attempts: int, state: str) -> None:
    """Keep what an attempt did."""
    await tx.execute(
        "update activations set attempts = $3, state = $4 where bucket = $1 and activation_id = $2",
        bucket,
        activation_id,
        attempts,
        state,
    )


async def insert_message(
    tx: Tx, *, bucket: int, message_id: int, kind: str, content_sealed: bytes, at: datetime
) -> None:
    """Leave a message for the outbox, due at once."""
    await tx.execute(
        "insert into outbox (bucket, message_id, kind, content_sealed, state, due_at, made_at) "
        "values ($1, $2, $3, $4, 'waiting', $5, $5)",
        bucket,
        message_id,
        kind,
        content_sealed,
        at,
    )
