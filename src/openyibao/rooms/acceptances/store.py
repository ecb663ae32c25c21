"""SQL of offline acceptances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openyibao.kit.db import Reading, Tx

COLUMNS = (
    "bucket",
    "acceptance_id",
    "institution_id",
    "terminal_code",
    "operator_code",
    "purpose",
    "request_key",
    "code_digest",
    "amount_fen",
    "taken_at",
    "synced_at",
    "state",
    "reason",
    "facts",
    "person_id",
    "presentation_id",
)
_ALL = f"select {', '.join(COLUMNS)} from offline_acceptances"


async def insert_acceptances(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """Keep what became of them."""
    await tx.insert("offline_acceptances", COLUMNS, rows)


async def list_by_id(reading: Reading, acceptance_ids: Sequence[int]) -> dict[int, Any]:
    """Acceptances by their ids, whose buckets a repeat does not know."""
    rows = await reading.fetch(_ALL + " where acceptance_id = any($1)", list(acceptance_ids))
    return {row["acceptance_id"]: row for row in rows}


async def count_of_days(
    reading: Reading, institutions: Sequence[int], since: datetime
) -> list[tuple[int, str, datetime]]:
    """(institution, terminal, taken_at) of what was accepted of these institutions since an instant."""
    rows = await reading.fetch(
        "select institution_id, terminal_code, taken_at from offline_acceptances "
        "where institution_id = any($1) and taken_at >= $2 and state = 'accepted'",
        list(institutions),
        since,
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def list_of_institution(reading: Reading, institution_id: int, since: datetime, *, most: int) -> list[Any]:
    """What an institution sent in, the newest first."""
    return await reading.fetch(
        _ALL + " where institution_id = $1 and taken_at >= $2 order by taken_at desc, acceptance_id desc limit $3",
        institution_id,
        since,
        most,
    )


async def list_of_person(reading: Reading, bucket: int, person_id: int, *, most: int) -> list[Any]:
    """What was taken of a person's codes, the newest first."""
    return await reading.fetch(
        _ALL + " where bucket = $1 and person_id = $2 order by acceptance_id desc limit $3", bucket, person_id, most
    )


async def list_rows(reading: Reading, *, after: tuple[int, int], most: int) -> list[Any]:
    """All acceptances in the order of their key."""
    return await reading.fetch(
        _ALL + " where (bucket, acceptance_id) > ($1, $2) order by bucket, acceptance_id limit $3", *after, most
    )
