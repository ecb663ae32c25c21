"""Idempotency keys: the same key and content gives the same answer, other content is refused.

Keeps: ``request_keys``, written in the same transaction as the effect. The outcome's id is drawn before the work, and
serves whichever outcome it becomes, so a key row is written once and never changed. A key is its institution's and its
verb's own, whoever the request is about: it lives in the institution's bucket and names the cell its outcome went to
(docs/adr/0008). Units: none. Callers: encounters, settlement. 中文: 幂等键。
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.db import BUCKETS, Reading, Tx
from openyibao.kit.outcome import reason

KEY_CONFLICT = reason(
    "key_conflict",
    zh="请求号 {request_key} 已用于另一笔内容不同的请求",
    en="The request key {request_key} was used before with other content",
    next_zh="请换用新的请求号; 如需查询原请求, 请用原请求号查询结果",
    next_en="Use a new request key; to learn of the first request, find its outcome by the key",
)
REQUEST_BARRED = reason(
    "request_barred",
    zh="该请求号已被冲正, 不能再使用",
    en="This request key was annulled and can't be used any more",
    next_zh="请用新的请求号重新提交",
    next_en="Ask again with a new request key",
)
BARRED_DIGEST = b"\0" * 32
"""The digest of a key that was annulled before its request came: equal to no request's."""
KEEP_DAYS = 400


class KeyedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, under which key, and the SM3 of what; ``cell`` is where the outcome will be, 0 where that isn't known."""

    cell: int
    institution_id: int
    request_key: str
    digest: bytes


class ClaimedKey(msgspec.Struct, frozen=True, kw_only=True):
    """``fresh``: this request is the first; else ``cell``, ``outcome_id`` and ``digest`` are those of the first."""

    cell: int
    outcome_id: int
    digest: bytes
    fresh: bool


async def claim_keys(tx: Tx, verb: str, requests: Sequence[KeyedRequest], *, at: datetime) -> list[ClaimedKey]:
    """Claim every key in sorted order; a key under way elsewhere is waited for. Draws the outcomes' ids.

    Raises ValueError for a key that is twice among the requests.
    """
    if not requests:
        return []
    asked = {(r.institution_id, r.request_key): r for r in requests}
    if len(asked) < len(requests):
        raise ValueError("a key twice in one batch: the lane keeps them apart")
    names = sorted(asked)
    ids = tx.ids.take(len(names))
    made = await tx.fetch(
        "insert into request_keys (bucket, institution_id, verb, request_key, cell, digest, outcome_id, made_at) "
        "select b, i, $1, k, c, d, o, $2 from unnest($3::int[], $4::bigint[], $5::text[], $6::int[], $7::bytea[], "
        "$8::bigint[]) as t(b, i, k, c, d, o) on conflict do nothing returning institution_id, request_key",
        verb,
        at,
        [_bucket(name[0]) for name in names],
        [name[0] for name in names],
        [name[1] for name in names],
        [asked[name].cell for name in names],
        [asked[name].digest for name in names],
        ids,
    )
    fresh = {(row[0], row[1]) for row in made}
    missing = [name for name in names if name not in fresh]
    known = await find_keys(tx, verb, missing) if missing else {}
    for name, outcome_id in zip(names, ids, strict=True):
        if name in fresh:
            request = asked[name]
            known[name] = ClaimedKey(cell=request.cell, outcome_id=outcome_id, digest=request.digest, fresh=True)
    return [known[r.institution_id, r.request_key] for r in requests]


async def find_keys(reading: Reading, verb: str, names: Sequence[tuple[int, str]]) -> dict[tuple[int, str], ClaimedKey]:
    """The keys that are known, by (institution, key)."""
    rows = await reading.fetch(
        "select institution_id, request_key, cell, outcome_id, digest from request_keys "
        "where bucket = any($1) and institution_id = any($2) and verb = $3 and request_key = any($4)",
        sorted({_bucket(name[0]) for name in names}),
        sorted({name[0] for name in names}),
        verb,
        sorted({name[1] for name in names}),
    )
    return {(row[0], row[1]): ClaimedKey(cell=row[2], outcome_id=row[3], digest=row[4], fresh=False) for row in rows}


async def forget_keys(connection: Any, bucket: int, *, before: datetime) -> int:
    """Delete the keys of one bucket that were claimed before an instant, as the tables' owner; how many."""
    tag = await connection.execute("delete from request_keys where bucket = $1 and made_at < $2", bucket, before)
    return int(str(tag).split()[-1])


def _bucket(institution_id: int) -> int:
    return institution_id % BUCKETS


async def list_outcomes(reading: Reading, institution_id: int, verb: str, outcomes: Sequence[int]) -> dict[int, str]:
    """Which of some outcomes were asked for by an institution's keys of a verb: outcome → key."""
    rows = await reading.fetch(
        "select outcome_id, request_key from request_keys where bucket = $1 and institution_id = $2 and verb = $3 "
        "and outcome_id = any($4)",
        _bucket(institution_id),
        institution_id,
        verb,
        outcomes,
    )
    return {row[0]: row[1] for row in rows}
