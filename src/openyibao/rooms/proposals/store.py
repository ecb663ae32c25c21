"""SQL of proposals: rows as they lie, contents sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from openyibao.kit.db import Reading, Tx

MADE = (
    *("bucket", "proposal_id", "kind", "person_id", "body_sealed", "institution_id", "maker", "why", "made_at"),
    "expires_at",
)
DECIDED = ("decision", "decided_by", "decided_at")
COLUMNS = (*MADE, *DECIDED, "done_at")
_PROPOSALS = f"select {', '.join(COLUMNS)} from proposals"


async def insert_proposal(tx: Tx, row: Sequence[Any]) -> None:
    """Keep a proposal."""
    await tx.insert("proposals", COLUMNS, [row])


async def lock_proposal(tx: Tx, bucket: int, proposal_id: int) -> Any:
    """Lock one proposal, or None."""
    return await tx.fetchrow(_PROPOSALS + " where bucket = $1 and proposal_id = $2 for update", bucket, proposal_id)


async def set_decision(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write what was decided, and that it was done."""
    await tx.execute(
        "update proposals set decision = $3, decided_by = $4, decided_at = $5, done_at = $6 "
        "where bucket = $1 and proposal_id = $2",
        *(row[name] for name in ("bucket", "proposal_id", *DECIDED, "done_at")),
    )


async def count_waiting(reading: Reading, institution_id: int, maker: str, *, at: datetime) -> int:
    """How many of a maker's proposals wait."""
    row = await reading.fetchrow(
        "select count(*) from proposals where institution_id = $1 and decision is null and maker = $2 and expires_at > $3",
        institution_id,
        maker,
        at,
    )
    return int(row[0])


async def list_waiting(
    reading: Reading, institution_id: int, kinds: Sequence[str], *, at: datetime, most: int
) -> list[Any]:
    """What waits at an institution, the oldest first."""
    return await reading.fetch(
        _PROPOSALS + " where institution_id = $1 and decision is null and kind = any($2) and expires_at > $3 "
        "order by made_at, proposal_id limit $4",
        institution_id,
        list(kinds),
        at,
        most,
    )


async def list_made(
    reading: Reading, institution_id: int, maker: str, kinds: Sequence[str], *, since: datetime, most: int
) -> list[Any]:
    """What an officer proposed lately, the newest first."""
    return await reading.fetch(
        _PROPOSALS + " where institution_id = $1 and maker = $2 and kind = any($3) and made_at > $4 "
        "order by made_at desc, proposal_id desc limit $5",
        institution_id,
        maker,
        list(kinds),
        since,
        most,
    )


async def list_rows(reading: Reading, *, after: tuple[int, int], most: int) -> list[Any]:
    """All proposals in the order of their key."""
    return await reading.fetch(
        _PROPOSALS + " where (bucket, proposal_id) > ($1, $2) order by bucket, proposal_id limit $3", *after, most
    )
