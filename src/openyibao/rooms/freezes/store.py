"""SQL of freezes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.freezes.records import Freeze, LiftProof

_COLUMNS = Freeze.__struct_fields__
_FREEZES = f"select {', '.join(_COLUMNS)} from freezes"


def _freeze_of(row: Any) -> Freeze:
    proof = None if row["lift_proof"] is None else LiftProof(row["lift_proof"])
    return Freeze(**{**dict(row), "lift_proof": proof})


async def insert_freeze(tx: Tx, one: Freeze) -> None:
    """Keep a freeze; its credential is locked, and none is open."""
    await tx.insert("freezes", _COLUMNS, [msgspec.structs.astuple(one)])


async def set_frozen(tx: Tx, bucket: int, credential_id: int, at: datetime | None) -> None:
    """Write on the credential that it is frozen, or no more."""
    await tx.execute(
        "update credentials set frozen_at = $3 where bucket = $1 and credential_id = $2", bucket, credential_id, at
    )


async def find_open(reading: Reading, bucket: int, person_id: int) -> Freeze | None:
    """The open freeze of a person's credential."""
    row = await reading.fetchrow(
        _FREEZES + " where bucket = $1 and person_id = $2 and lifted_at is null order by freeze_id desc limit 1",
        bucket,
        person_id,
    )
    return None if row is None else _freeze_of(row)


async def read_freezes(reading: Reading, names: Sequence[tuple[int, int]]) -> list[Freeze]:
    """Freezes by (bucket, freeze_id), open and lifted."""
    if not names:
        return []
    rows = await reading.fetch(
        _FREEZES + " where bucket = any($1) and freeze_id = any($2)",
        sorted({name[0] for name in names}),
        sorted({name[1] for name in names}),
    )
    return [_freeze_of(row) for row in rows]


async def end_freeze(tx: Tx, one: Freeze) -> None:
    """Write how a freeze was lifted; its credential is locked."""
    await tx.execute(
        "update freezes set lifted_at = $3, lift_proof = $4, lifted_by = $5, approved_by = $6, why = $7 "
        "where bucket = $1 and freeze_id = $2",
        one.bucket,
        one.freeze_id,
        one.lifted_at,
        one.lift_proof,
        one.lifted_by,
        one.approved_by,
        one.why,
    )


async def list_freezes(reading: Reading, *, after: tuple[int, int], most: int) -> list[tuple[Freeze, datetime | None]]:
    """All freezes in the order of their key, each with what stands on its credential."""
    rows = await reading.fetch(
        f"select {', '.join('f.' + name for name in _COLUMNS)}, c.frozen_at as stands_at from freezes f "
        "left join credentials c on c.bucket = f.bucket and c.credential_id = f.credential_id "
        "where (f.bucket, f.freeze_id) > ($1, $2) order by f.bucket, f.freeze_id limit $3",
        *after,
        most,
    )
    found = []
    for row in rows:
        fields = dict(row)
        stands_at = fields.pop("stands_at")
        found.append((_freeze_of(fields), stands_at))
    return found


async def list_unfounded(reading: Reading, *, most: int) -> list[tuple[int, int]]:
    """Credentials that say they are frozen, though no freeze is open."""
    rows = await reading.fetch(
        "select c.bucket, c.credential_id from credentials c where c.frozen_at is not null and not exists "
        "(select from freezes f where f.bucket = c.bucket and f.credential_id = c.credential_id and f.lifted_at is null) "
        "order by c.bucket, c.credential_id limit $1",
        most,
    )
    return [(row[0], row[1]) for row in rows]
