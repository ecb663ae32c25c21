"""SQL of family mandates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.mandates.records import (
    ConsentWay,
    FamilyMandate,
    Kinship,
    KinshipProof,
    MandateBasis,
    MandateBinding,
    MandateParty,
    MandateSight,
    MandateUse,
    MandateUseKind,
)

_COLUMNS = FamilyMandate.__struct_fields__
_MANDATES = f"select {', '.join(_COLUMNS)} from family_mandates"
_BINDING_COLUMNS = MandateBinding.__struct_fields__
_USE_COLUMNS = MandateUse.__struct_fields__
_KINSHIP_COLUMNS = Kinship.__struct_fields__
POINTER_COLUMNS = ("bucket", "agent_person_id", "mandate_id", "principal_bucket", "principal_person_id")
_WORDS = {
    "basis": MandateBasis,
    "sees": MandateSight,
    "offered_by": MandateParty,
    "consent_way": ConsentWay,
    "own_consent_way": ConsentWay,
    "ended_by": MandateParty,
}


def _mandate_of(row: Any) -> FamilyMandate:
    fields = dict(row)
    fields |= {name: kind(fields[name]) for name, kind in _WORDS.items() if fields[name] is not None}
    return FamilyMandate(**{**fields, "purposes": tuple(fields["purposes"])})


async def insert_mandate(tx: Tx, one: FamilyMandate) -> None:
    """An offer, and its pointer in the agent's bucket."""
    row = msgspec.structs.replace(one, purposes=list(one.purposes))
    await tx.insert("family_mandates", _COLUMNS, [msgspec.structs.astuple(row)])
    pointer = (one.agent_bucket, one.agent_person_id, one.mandate_id, one.bucket, one.principal_person_id)
    await tx.insert("mandate_pointers", POINTER_COLUMNS, [pointer])


async def set_state(tx: Tx, one: FamilyMandate) -> None:
    """What became of it; the principal is locked."""
    await tx.change(
        "family_mandates",
        "update family_mandates set consented_at = $3, consent_way = $4, own_consent_at = $5, own_consent_way = $6, "
        "ended_at = $7, ended_by = $8 where bucket = $1 and mandate_id = $2",
        one.bucket,
        one.mandate_id,
        one.consented_at,
        one.consent_way,
        one.own_consent_at,
        one.own_consent_way,
        one.ended_at,
        one.ended_by,
    )


async def read_mandates(reading: Reading, names: Iterable[tuple[int, int]]) -> dict[tuple[int, int], FamilyMandate]:
    """Mandates by (bucket, mandate_id)."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    columns = ", ".join(f"m.{name}" for name in _COLUMNS)
    rows = await reading.fetch(
        f"select {columns} from unnest($1::int[], $2::bigint[]) as w(bucket, mandate_id) "
        "join family_mandates m on m.bucket = w.bucket and m.mandate_id = w.mandate_id",
        *[list(column) for column in zip(*wanted, strict=True)],
    )
    return {(row["bucket"], row["mandate_id"]): _mandate_of(row) for row in rows}


async def list_over(reading: Reading, bucket: int, person_id: int, *, most: int) -> list[FamilyMandate]:
    """The mandates over a principal, the newest first."""
    rows = await reading.fetch(
        _MANDATES + " where bucket = $1 and principal_person_id = $2 order by mandate_id desc limit $3",
        bucket,
        person_id,
        most,
    )
    return [_mandate_of(row) for row in rows]


async def list_pointed(reading: Reading, bucket: int, person_id: int, *, most: int) -> list[tuple[int, int]]:
    """(bucket, mandate_id) of the mandates that an agent has, the newest first."""
    rows = await reading.fetch(
        "select principal_bucket, mandate_id from mandate_pointers where bucket = $1 and agent_person_id = $2 "
        "order by mandate_id desc limit $3",
        bucket,
        person_id,
        most,
    )
    return [(row[0], row[1]) for row in rows]


async def insert_binding(tx: Tx, one: MandateBinding) -> None:
    """The principal's credential on an agent's device."""
    await tx.insert("mandate_bindings", _BINDING_COLUMNS, [msgspec.structs.astuple(one)])


async def read_bindings(reading: Reading, names: Iterable[tuple[int, int]]) -> dict[int, MandateBinding]:
    """Of family bindings by (bucket, binding_id): which mandate and which device of the agent they hang on."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    columns = ", ".join(f"b.{name}" for name in _BINDING_COLUMNS)
    rows = await reading.fetch(
        f"select {columns} from unnest($1::int[], $2::bigint[]) as w(bucket, binding_id) "
        "join mandate_bindings b on b.bucket = w.bucket and b.binding_id = w.binding_id",
        *[list(column) for column in zip(*wanted, strict=True)],
    )
    return {row["binding_id"]: MandateBinding(**dict(row)) for row in rows}


async def list_of_mandate(reading: Reading, bucket: int, mandate_id: int) -> list[MandateBinding]:
    """The devices of a mandate, ended ones too, the newest first."""
    rows = await reading.fetch(
        f"select {', '.join(_BINDING_COLUMNS)} from mandate_bindings where bucket = $1 and mandate_id = $2 "
        "order by binding_id desc limit 100",
        bucket,
        mandate_id,
    )
    return [MandateBinding(**dict(row)) for row in rows]


async def list_live_devices(reading: Reading, names: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of these (bucket, binding_id) stand, on a credential that is not stopped."""
    wanted = sorted(set(names))
    if not wanted:
        return set()
    rows = await reading.fetch(
        "select b.bucket, b.binding_id from unnest($1::int[], $2::bigint[]) as w(bucket, binding_id) "
        "join bindings b on b.bucket = w.bucket and b.binding_id = w.binding_id "
        "join credentials c on c.bucket = b.bucket and c.credential_id = b.credential_id "
        "where b.state = 'active' and c.state = 'activated'",
        *[list(column) for column in zip(*wanted, strict=True)],
    )
    return {(row[0], row[1]) for row in rows}


async def insert_uses(tx: Tx, uses: Sequence[MandateUse]) -> None:
    """What was paid or given back."""
    await tx.insert("mandate_uses", _USE_COLUMNS, [msgspec.structs.astuple(one) for one in uses])


async def sum_uses(reading: Reading, names: Iterable[tuple[int, int]], on: date) -> dict[int, int]:
    """What was paid on a day under (cell, mandate_id), what was given back the same day taken off."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    rows = await reading.fetch(
        "select mandate_id, sum(case when kind = 'used' then amount_fen else -amount_fen end)::bigint "
        "from mandate_uses where cell = any($1) and mandate_id = any($2) and used_on = $3 group by mandate_id",
        sorted({cell for cell, _ in wanted}),
        sorted({mandate_id for _, mandate_id in wanted}),
        on,
    )
    return {row[0]: row[1] for row in rows}


async def list_uses(
    reading: Reading, mandate_ids: Sequence[int], cells: Sequence[int], *, most: int
) -> list[MandateUse]:
    """The bills of mandates, the newest first: both sides see them."""
    rows = await reading.fetch(
        f"select {', '.join(_USE_COLUMNS)} from mandate_uses where cell = any($1) and mandate_id = any($2) "
        "order by use_id desc limit $3",
        sorted(set(cells)),
        list(mandate_ids),
        most,
    )
    return [_use_of(row) for row in rows]


def _use_of(row: Any) -> MandateUse:
    return MandateUse(**{**dict(row), "kind": MandateUseKind(row["kind"])})


async def insert_kinship(tx: Tx, one: Kinship) -> None:
    """A guardian by a document."""
    await tx.insert("kinships", _KINSHIP_COLUMNS, [msgspec.structs.astuple(one)])


async def list_kinships(reading: Reading, bucket: int, child_person_id: int, guardian_person_id: int) -> list[Kinship]:
    """By which documents somebody is the guardian of a child."""
    rows = await reading.fetch(
        f"select {', '.join(_KINSHIP_COLUMNS)} from kinships "
        "where bucket = $1 and child_person_id = $2 and guardian_person_id = $3 order by kinship_id limit 20",
        bucket,
        child_person_id,
        guardian_person_id,
    )
    return [_kinship_of(row) for row in rows]


def _kinship_of(row: Any) -> Kinship:
    return Kinship(**{**dict(row), "basis": MandateBasis(row["basis"]), "proof": KinshipProof(row["proof"])})


async def list_all_mandates(reading: Reading, *, after: tuple[int, int], most: int) -> list[FamilyMandate]:
    """All mandates in the order of their key."""
    rows = await reading.fetch(
        _MANDATES + " where (bucket, mandate_id) > ($1, $2) order by bucket, mandate_id limit $3", *after, most
    )
    return [_mandate_of(row) for row in rows]


async def read_pointers(reading: Reading, found: Sequence[FamilyMandate]) -> set[tuple[int, int, int, int, int]]:
    """The pointers of these mandates."""
    rows = await reading.fetch(
        f"select {', '.join(POINTER_COLUMNS)} from mandate_pointers "
        "where bucket = any($1) and agent_person_id = any($2) and mandate_id = any($3)",
        sorted({one.agent_bucket for one in found}),
        sorted({one.agent_person_id for one in found}),
        [one.mandate_id for one in found],
    )
    return {tuple(row) for row in rows}


async def list_all_bindings(reading: Reading, *, after: tuple[int, int], most: int) -> list[MandateBinding]:
    """All devices of mandates in the order of their key."""
    rows = await reading.fetch(
        f"select {', '.join(_BINDING_COLUMNS)} from mandate_bindings where (bucket, binding_id) > ($1, $2) "
        "order by bucket, binding_id limit $3",
        *after,
        most,
    )
    return [MandateBinding(**dict(row)) for row in rows]


async def list_all_uses(reading: Reading, *, after: tuple[int, int], most: int) -> list[MandateUse]:
    """All uses in the order of their key."""
    rows = await reading.fetch(
        f"select {', '.join(_USE_COLUMNS)} from mandate_uses where (cell, use_id) > ($1, $2) "
        "order by cell, use_id limit $3",
        *after,
        most,
    )
    return [_use_of(row) for row in rows]


async def list_all_kinships(reading: Reading, *, after: tuple[int, int], most: int) -> list[Kinship]:
    """All kinships in the order of their key."""
    rows = await reading.fetch(
        f"select {', '.join(_KINSHIP_COLUMNS)} from kinships where (bucket, kinship_id) > ($1, $2) "
        "order by bucket, kinship_id limit $3",
        *after,
        most,
    )
    return [_kinship_of(row) for row in rows]
