"""Idempotency keys: the same key and content gives the same answer, other content is refused.

Keeps: ``request_keys``, written in the same transaction as the effect. The outcome's id is drawn before the work, and
serves whichever outcome it becomes, so a key row is written once and never changed. A key is scoped by cell,
institution and verb (docs/adr/0004). Units: none. Callers: settlement. 中文: 幂等键。
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import reason

KEY_CONFLICT = reason(
    "key_conflict",
    zh="请求号 {request_key} 已用于另一笔内容不同的请求",
    en="The request key {request_key} was used before with other content",
    next_zh="请换用新的请求号; 如需查询原请求, 请用原请求号查询结果",
    next_en="Use a new request key; to learn of the first request, find its outcome by the key",
)
KEEP_DAYS = 400


class KeyedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, under which key, and the SM3 of what."""

    cell: int
    institution_id: int
    request_key: str
    digest: bytes


class ClaimedKey(msgspec.Struct, frozen=True, kw_only=True):
    """``fresh``: this request is the first; else ``digest`` and ``outcome_id`` are those of the first."""

    outcome_id: int
    digest: bytes
    fresh: bool


async def claim_keys(tx: Tx, verb: str, requests: Sequence[KeyedRequest], *, at: datetime) -> list[ClaimedKey]:
    """Claim every key in sorted order; a key under way elsewhere is waited for. Draws the outcomes' ids."""
    if not requests:
        return []
    drawn = {(r.cell, r.institution_id, r.request_key): (r.digest, tx.ids.next()) for r in requests}
    names = sorted(drawn)
    made = await tx.fetch(
        "insert into request_keys (cell, institution_id, verb, request_key, digest, outcome_id, made_at) "
        "select c, i, $1, k, d, o, $2 from unnest($3::int[], $4::bigint[], $5::text[], $6::bytea[], $7::bigint[]) "
        "as t(c, i, k, d, o) on conflict do nothing returning cell, institution_id, request_key",
        verb,
        at,
        [name[0] for name in names],
        [name[1] for name in names],
        [name[2] for name in names],
        [drawn[name][0] for name in names],
        [drawn[name][1] for name in names],
    )
    fresh = {(row[0], row[1], row[2]) for row in made}
    missing = [name for name in names if name not in fresh]
    earlier = await find_keys(tx, verb, missing) if missing else {}
    return [
        ClaimedKey(outcome_id=drawn[name][1], digest=drawn[name][0], fresh=True) if name in fresh else earlier[name]
        for name in ((r.cell, r.institution_id, r.request_key) for r in requests)
    ]


async def find_keys(
    reading: Reading, verb: str, names: Sequence[tuple[int, int, str]]
) -> dict[tuple[int, int, str], ClaimedKey]:
    """The keys that are known, by (cell, institution, key)."""
    rows = await reading.fetch(
        "select cell, institution_id, request_key, digest, outcome_id from request_keys "
        "where cell = any($1) and institution_id = any($2) and verb = $3 and request_key = any($4)",
        sorted({name[0] for name in names}),
        sorted({name[1] for name in names}),
        verb,
        sorted({name[2] for name in names}),
    )
    return {(row[0], row[1], row[2]): ClaimedKey(outcome_id=row[4], digest=row[3], fresh=False) for row in rows}
