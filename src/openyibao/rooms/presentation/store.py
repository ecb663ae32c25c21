"""SQL of presentations: set-based, hot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openyibao.kit.db import BUCKETS, Reading, Tx
from openyibao.rooms.cards import CARD_NOT_MATCHED
from openyibao.rooms.institutions import INSTITUTION_SUSPENDED
from openyibao.rooms.presentation import records

PLACES = (
    "bucket",
    "binding_id",
    "step",
    "presentation_id",
    "credential_id",
    "person_id",
    "cell",
    "institution_id",
    "terminal_code",
    "operator_code",
    "purpose",
    "caller_key",
    "token_key_id",
    "presented_at",
    "expires_at",
    "mandate_id",
    "card_kind",
)
_PLACES = ", ".join(PLACES)

TOKENS = (
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
    "mandate_id",
    "card_kind",
)
SHOWINGS = ("bucket", "presentation_id", "person_id", "carrier", "binding_id", "proof", "shown_at")
_SHOWINGS = ", ".join(SHOWINGS)
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

Counts = dict[tuple[int, str], tuple[int, int]]
"""(institution, reason) → refused scans that were counted in this minute, and today, before the batch, in any process."""
_COUNTED = [
    one.code
    for one in (
        records.CODE_NOT_VALID,
        records.CODE_OTHER_ISSUER,
        records.TOO_MANY_BAD_CODES,
        CARD_NOT_MATCHED,
        INSTITUTION_SUSPENDED,
    )
]
"""By name, so that the key of the table leads to the day and past counts are not read."""


async def list_bindings(reading: Reading, names: Sequence[tuple[int, int]]) -> list[Any]:
    """Bindings by (bucket, serial)."""
    return await _fetch_pairs(
        reading,
        "select b.bucket, b.binding_id, b.credential_id, b.person_id, b.serial, b.province, b.secret_sealed, b.state, "
        "b.channel_code, b.kind from unnest($1::int[], $2::bigint[]) as w(bucket, serial) "
        "join bindings b on b.bucket = w.bucket and b.serial = w.serial",
        names,
    )


async def list_credentials(reading: Reading, names: Sequence[tuple[int, int]]) -> list[Any]:
    """States and cells of credentials by (bucket, credential_id)."""
    return await _fetch_pairs(
        reading,
        "select c.credential_id, c.state, c.frozen_at, c.insured_cell, c.insured_area "
        "from unnest($1::int[], $2::bigint[]) as w(bucket, credential_id) "
        "join credentials c on c.bucket = w.bucket and c.credential_id = w.credential_id",
        names,
    )


async def list_persons(reading: Reading, names: Sequence[tuple[int, int]]) -> list[Any]:
    """Names and sealed documents by (bucket, person_id)."""
    return await _fetch_pairs(
        reading,
        "select p.person_id, p.name, p.document_sealed "
        "from unnest($1::int[], $2::bigint[]) as w(bucket, person_id) "
        "join persons p on p.bucket = w.bucket and p.person_id = w.person_id",
        names,
    )


async def _fetch_pairs(reading: Reading, sql: str, names: Sequence[tuple[Any, ...]]) -> list[Any]:
    """The query with one array a column of the pairs, each pair once. A join on pairs looks up as many rows as there are;
    ``= any`` on two columns looks up every combination.
    """  # noqa: D205 one sentence leads to the other
    if not names:
        return []
    return await reading.fetch(sql, *[list(column) for column in zip(*sorted(set(names)), strict=True)])


async def insert_presentations(tx: Tx, rows: Sequence[tuple[Any, ...]]) -> set[int]:
    """Accept each (binding, step) once, in sorted order; the presentation ids that were made."""
    columns = [list(column) for column in zip(*sorted(rows, key=lambda row: tuple(row[:3])), strict=True)]
    made = await tx.fetch(
        f"insert into presentations ({_PLACES}) select * from unnest($1::int[], $2::bigint[], $3::bigint[], "
        "$4::bigint[], $5::bigint[], $6::bigint[], $7::int[], $8::bigint[], $9::text[], $10::text[], $11::text[], "
        "$12::text[], $13::int[], $14::timestamptz[], $15::timestamptz[], $16::bigint[], $17::text[]) "
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
    await tx.insert("visit_tokens", TOKENS, rows)


async def list_tokens(reading: Reading, names: Sequence[tuple[int, bytes]]) -> list[Any]:
    """Visit tokens by (bucket, digest)."""
    return await _fetch_pairs(
        reading,
        f"select {', '.join('t.' + column for column in TOKENS)} "
        "from unnest($1::int[], $2::bytea[]) as w(bucket, token_digest) "
        "join visit_tokens t on t.bucket = w.bucket and t.token_digest = w.token_digest",
        names,
    )


async def insert_refusals(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """Refused scans."""
    await tx.insert("scan_refusals", _REFUSALS, rows)


async def raise_counts(tx: Tx, counts: dict[tuple[int, int, str, int], int]) -> dict[tuple[int, str], int]:
    """Raise the counters of a batch in one statement, sorted; how they stand then, by (institution, reason)."""
    keys = sorted(counts)
    rows = await tx.fetch(
        "insert into scan_refusal_counts as c (bucket, institution_id, reason, minute, refused_count) "
        "select * from unnest($1::int[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[]) "
        "on conflict (bucket, institution_id, reason, minute) do update "
        "set refused_count = c.refused_count + excluded.refused_count returning institution_id, reason, refused_count",
        *[[key[at] for key in keys] for at in range(4)],
        [counts[key] for key in keys],
    )
    return {(row[0], row[1]): row[2] for row in rows}


async def list_counts(reading: Reading, institutions: Sequence[int], *, minute: int, since: int) -> Counts:
    """Refused scans that are counted, by (institution, reason): those of this minute, and those since a minute."""
    rows = await reading.fetch(
        "select institution_id, reason, coalesce(sum(refused_count) filter (where minute = $3), 0)::bigint, "
        "sum(refused_count)::bigint from scan_refusal_counts where bucket = any($1) and institution_id = any($2) "
        "and reason = any($5) and minute between $4 and $3 group by institution_id, reason",
        sorted({i % BUCKETS for i in institutions}),
        list(institutions),
        minute,
        since,
        _COUNTED,
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


async def list_with_tokens(reading: Reading, first: int, last: int) -> list[Any]:
    """Presentations of these buckets, each with its visit tokens; one without the other too. Token columns begin ``t_``."""
    return await reading.fetch(
        f"select {', '.join('p.' + name for name in PLACES)}, {', '.join(f't.{name} as t_{name}' for name in TOKENS)} "
        "from (select * from presentations where bucket between $1 and $2) p "
        "full join (select * from visit_tokens where bucket between $1 and $2) t "
        "on t.bucket = p.bucket and t.presentation_id = p.presentation_id",
        first,
        last,
    )


async def list_refusals(reading: Reading, *, after: tuple[int, int], most: int) -> list[Any]:
    """Refused scans of known bindings in the order of their key."""
    return await reading.fetch(
        f"select {', '.join(_REFUSALS)} from scan_refusals where (bucket, refusal_id) > ($1, $2) "
        "and binding_id is not null order by bucket, refusal_id limit $3",
        *after,
        most,
    )


async def list_of_mandates(reading: Reading, names: Sequence[tuple[int, int]], *, most: int) -> list[Any]:
    """What was shown under mandates (bucket, mandate_id), the newest first."""
    return await reading.fetch(
        "select mandate_id, presentation_id, institution_id, purpose, presented_at from presentations "
        "where bucket = any($1) and mandate_id = any($2) order by presentation_id desc limit $3",
        sorted({name[0] for name in names}),
        sorted({name[1] for name in names}),
        most,
    )


async def insert_showings(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """How cards and papers were shown."""
    await tx.insert("carrier_showings", SHOWINGS, rows)


async def read_showings(reading: Reading, names: Sequence[tuple[int, int]]) -> dict[int, Any]:
    """How cards and papers were shown, by presentation_id; names are (bucket, presentation_id)."""
    rows = await reading.fetch(
        f"select {_SHOWINGS} from carrier_showings where bucket = any($1) and presentation_id = any($2)",
        sorted({bucket for bucket, _ in names}),
        sorted({presentation_id for _, presentation_id in names}),
    )
    return {row["presentation_id"]: row for row in rows}


async def list_showings(reading: Reading, *, after: tuple[int, int], most: int) -> list[Any]:
    """How cards and papers were shown, in the order of the key."""
    return await reading.fetch(
        f"select {_SHOWINGS} from carrier_showings where (bucket, presentation_id) > ($1, $2) "
        "order by bucket, presentation_id limit $3",
        *after,
        most,
    )


async def count_since(reading: Reading, names: Sequence[tuple[int, int]], first: int, before: int) -> dict[int, int]:
    """How often bindings (bucket, binding_id) were shown from one step until before another."""
    rows = await reading.fetch(
        "select binding_id, count(*)::int from presentations where bucket = any($1) and binding_id = any($2) "
        "and step >= $3 and step < $4 group by binding_id",
        sorted({bucket for bucket, _ in names}),
        sorted({binding_id for _, binding_id in names}),
        first,
        before,
    )
    return {row[0]: row[1] for row in rows}


async def count_refused(
    reading: Reading, persons: Sequence[tuple[int, int]], reasons: Sequence[str], since: Any
) -> dict[tuple[int, str], int]:
    """Refused scans of these persons (bucket, person_id) since an instant, by (binding_id, reason)."""
    rows = await reading.fetch(
        "select binding_id, reason, count(*)::int from scan_refusals where bucket = any($1) and person_id = any($2) "
        "and reason = any($3) and refused_at >= $4 and binding_id is not null group by binding_id, reason",
        sorted({bucket for bucket, _ in persons}),
        sorted({person_id for _, person_id in persons}),
        list(reasons),
        since,
    )
    return {(row[0], row[1]): row[2] for row in rows}
