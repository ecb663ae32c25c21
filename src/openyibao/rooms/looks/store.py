"""SQL of looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.db import BUCKETS, Reading, Tx
from openyibao.rooms.looks.records import Look, LookerKind, LookKind

COLUMNS = Look.__struct_fields__


def _look_of(row: Any) -> Look:
    return Look(**{**dict(row), "kind": LookKind(row["kind"]), "looker_kind": LookerKind(row["looker_kind"])})


async def insert_looks(tx: Tx, looks: Sequence[Look]) -> None:
    """Keep looks."""
    await tx.insert("looks", COLUMNS, [msgspec.structs.astuple(one) for one in looks])


async def list_looks(reading: Reading, *, after: tuple[int, int], most: int) -> list[Look]:
    """All looks in the order of their key."""
    rows = await reading.fetch(
        f"select {', '.join(COLUMNS)} from looks where (bucket, look_id) > ($1, $2) order by bucket, look_id limit $3",
        *after,
        most,
    )
    return [_look_of(row) for row in rows]


async def list_since(reading: Reading, names: Sequence[tuple[int, int]], since: datetime) -> set[tuple[Any, ...]]:
    """(bucket, person_id, kind, institution_id, looker, why) of the looks at these people since an instant."""
    rows = await reading.fetch(
        "select distinct bucket, person_id, kind, institution_id, looker, why from looks "
        "where bucket = any($1) and person_id = any($2) and looked_at > $3",
        sorted({bucket for bucket, _ in names}),
        sorted({person_id for _, person_id in names}),
        since,
    )
    return {tuple(row) for row in rows}


async def list_buckets(reading: Reading, persons: Sequence[int]) -> dict[int, int]:
    """The bucket of each person, by an index look-up in every bucket: for an officer's look, not for a crowd's."""
    rows = await reading.fetch(
        "select p.person_id, p.bucket from generate_series(0, $2 - 1) as b(bucket) cross join unnest($1::bigint[]) as w(id) "
        "join persons p on p.bucket = b.bucket and p.person_id = w.id",
        sorted(set(persons)),
        BUCKETS,
    )
    return {row[0]: row[1] for row in rows}
