"""SQL of disputes: rows as they lie, words sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openyibao.kit.db import Reading, Tx

COLUMNS = (
    "bucket",
    "dispute_id",
    "person_id",
    "subject_kind",
    "subject_id",
    "happened_at",
    "institution_id",
    "words_sealed",
    "answers",
    "promised_on",
    "raised_by",
    "raised_at",
    "finding",
    "answer_sealed",
    "answered_by",
    "answered_at",
)
_DISPUTES = f"select {', '.join(COLUMNS)} from disputes"


async def lock_person(tx: Tx, bucket: int, person_id: int) -> None:
    """Lock a person's row: their disputes follow each other."""
    await tx.fetch(
        "select person_id from persons where bucket = any($1) and person_id = any($2) order by bucket, person_id "
        "for update",
        [bucket],
        [person_id],
    )


async def insert_dispute(tx: Tx, row: Sequence[Any]) -> None:
    """Keep a dispute."""
    await tx.insert("disputes", COLUMNS, [row])


async def list_open(reading: Reading, bucket: int, person_id: int) -> list[Any]:
    """A person's disputes without an answer; few, since they are limited."""
    return await reading.fetch(
        _DISPUTES + " where bucket = $1 and person_id = $2 and answered_at is null order by dispute_id limit 100",
        bucket,
        person_id,
    )


async def list_of_person(reading: Reading, bucket: int, person_id: int, *, most: int) -> list[Any]:
    """A person's disputes, the newest first."""
    return await reading.fetch(
        _DISPUTES + " where bucket = $1 and person_id = $2 order by dispute_id desc limit $3", bucket, person_id, most
    )


async def list_waiting(reading: Reading, *, most: int) -> list[Any]:
    """Disputes without an answer over all buckets, the first promised first."""
    return await reading.fetch(
        _DISPUTES + " where answered_at is null order by promised_on, bucket, dispute_id limit $1", most
    )


async def find_dispute(reading: Reading, bucket: int, dispute_id: int) -> Any:
    """One dispute, or None."""
    return await reading.fetchrow(_DISPUTES + " where bucket = $1 and dispute_id = $2", bucket, dispute_id)


async def lock_dispute(tx: Tx, bucket: int, dispute_id: int) -> Any:
    """Lock one dispute, or None."""
    return await tx.fetchrow(_DISPUTES + " where bucket = $1 and dispute_id = $2 for update", bucket, dispute_id)


async def set_answer(
    tx: Tx, bucket: int, dispute_id: int, *, finding: str, answer_sealed: bytes, by: str, at: datetime
) -> None:
    """Write the answer of a locked dispute."""
    await tx.execute(
        "update disputes set finding = $3, answer_sealed = $4, answered_by = $5, answered_at = $6 "
        "where bucket = $1 and dispute_id = $2",
        bucket,
        dispute_id,
        finding,
        answer_sealed,
        by,
        at,
    )


async def list_rows(reading: Reading, *, after: tuple[int, int], most: int) -> list[Any]:
    """All disputes in the order of their key."""
    return await reading.fetch(
        _DISPUTES + " where (bucket, dispute_id) > ($1, $2) order by bucket, dispute_id limit $3", *after, most
    )
