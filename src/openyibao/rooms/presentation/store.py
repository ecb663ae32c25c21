"""SQL of presentations: set-based, hot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openyibao.kit.db import Reading, Tx

_PLACES = (
    "bucket, binding_id, step, presentation_id, credential_id, person_id, cell, institution_id, terminal_code, "
    "operator_code, purpose, caller_key, token_key_id, presented_at, expires_at"
)

_TOKENS = (
    "bucket",
    "token_digest",
    "presentation_id",
    "cell",
    "person_id",
    "institution_id",
    "terminal_code",
    "purpose",
    "presented_at",
    "expires_at",
)
_REFUSALS = (
    "bucket",
    "refusal_id",
    "institution_id",
    "terminal_code",
    "operator_code",
    "purpose",
    "binding_id",
    "person_id",
    "reason",
    "facts",
    "refused_at",
)


async def list_bindings(reading: Reading, buckets: Sequence[int], serials: Sequence[int]) -> list[Any]:
    """Bindings by serial."""
    return await reading.fetch(
        "select bucket, binding_id, credential_id, person_id, serial, province, secret_sealed, state from bindings "
        "where bucket = any($1) and serial = any($2)",
        buckets,
        serials,
    )


async def list_credentials(reading: Reading, buckets: Sequence[int], ids: Sequence[int]) -> list[Any]:
    """States and cells of credentials."""
    return await reading.fetch(
        "select credential_id, state, insured_cell, insured_area from credentials "
        "where bucket = any($1) and credential_id = any($2)",
        buckets,
        ids,
    )


async def list_persons(reading: Reading, buckets: Sequence[int], ids: Sequence[int]) -> list[Any]:
    """Names and sealed documents."""
    return await reading.fetch(
        "select person_id, name, document_sealed from persons where bucket = any($1) and person_id = any($2)",
        buckets,
        ids,
    )


async def insert_presentations(tx: Tx, rows: Sequence[tuple[Any, ...]]) -> set[int]:
    """Accept each (binding, step) once, in sorted order; the presentation ids that were made."""
    columns = [list(column) for column in zip(*sorted(rows, key=lambda row: tuple(row[:3])), strict=True)]
    made = await tx.fetch(
        f"insert into presentations ({_PLACES}) select * from unnest($1::int[], $2::bigint[], $3::bigint[], "
        "$4::bigint[], $5::bigint[], $6::bigint[], $7::int[], $8::bigint[], $9::text[], $10::text[], $11::text[], "
        "$12::text[], $13::int[], $14::timestamptz[], $15::timestamptz[]) "
        "on conflict do nothing returning presentation_id",
        *columns,
    )
    return {row[0] for row in made}


async def list_presentations(
    reading: Reading, buckets: Sequence[int], bindings: Sequence[int], steps: Sequence[int]
) -> list[Any]:
    """What was accepted before."""
    return await reading.fetch(
        f"select {_PLACES} from presentations where bucket = any($1) and binding_id = any($2) and step = any($3)",
        buckets,
        bindings,
        steps,
    )


async def insert_tokens(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """The digests of new visit tokens."""
    await tx.insert("visit_tokens", _TOKENS, rows)


async def list_tokens(reading: Reading, buckets: Sequence[int], digests: Sequence[bytes]) -> list[Any]:
    """Visit tokens by digest."""
    return await reading.fetch(
        "select bucket, token_digest, presentation_id, cell, person_id, institution_id, terminal_code, purpose, "
        "presented_at, expires_at from visit_tokens where bucket = any($1) and token_digest = any($2)",
        buckets,
        digests,
    )


async def insert_refusals(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """Refused scans."""
    await tx.insert("scan_refusals", _REFUSALS, rows)


async def raise_counts(tx: Tx, counts: dict[tuple[int, int, str, int], int]) -> None:
    """Raise the counters of a batch in one statement, sorted."""
    keys = sorted(counts)
    await tx.change(
        "scan_refusal_counts",
        "insert into scan_refusal_counts as c (bucket, institution_id, reason, minute, refused_count) "
        "select * from unnest($1::int[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[]) "
        "on conflict (bucket, institution_id, reason, minute) do update "
        "set refused_count = c.refused_count + excluded.refused_count",
        *[[key[at] for key in keys] for at in range(4)],
        [counts[key] for key in keys],
    )


async def list_counts(reading: Reading, institutions: Sequence[int], *, minute: int) -> dict[int, int]:
    """Codes that led to nobody in this minute, by institution."""
    rows = await reading.fetch(
        "select institution_id, sum(refused_count)::bigint from scan_refusal_counts where bucket = any($1) "
        "and institution_id = any($2) and minute = $3 and reason = 'code_not_valid' group by institution_id",
        sorted({i % 1024 for i in institutions}),
        list(institutions),
        minute,
    )
    return {row[0]: row[1] for row in rows}
