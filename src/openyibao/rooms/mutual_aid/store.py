"""SQL of mutual aid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.mutual_aid.records import AgreementState, AidUse, AidUseKind, MutualAid, Party, Relation

_COLUMNS = MutualAid.__struct_fields__
_AGREEMENTS = f"select {', '.join(_COLUMNS)} from mutual_aid_agreements"
_USE_COLUMNS = AidUse.__struct_fields__
_USES = f"select {', '.join(_USE_COLUMNS)} from mutual_aid_uses"
POINTER_COLUMNS = ("cell", "relative_person_id", "agreement_id", "owner_cell", "owner_person_id")


def _agreement_of(row: Any) -> MutualAid:
    fields = dict(row)
    fields |= {"relation": Relation(row["relation"]), "state": AgreementState(row["state"])}
    fields["ended_by"] = None if row["ended_by"] is None else Party(row["ended_by"])
    return MutualAid(**fields)


def _use_of(row: Any) -> AidUse:
    return AidUse(**{**dict(row), "kind": AidUseKind(row["kind"])})


async def insert_agreement(tx: Tx, one: MutualAid) -> None:
    """A proposal, and its pointer in the relative's cell."""
    await tx.insert("mutual_aid_agreements", _COLUMNS, [msgspec.structs.astuple(one)])
    pointer = (one.relative_cell, one.relative_person_id, one.agreement_id, one.cell, one.owner_person_id)
    await tx.insert("mutual_aid_pointers", POINTER_COLUMNS, [pointer])


async def set_state(tx: Tx, one: MutualAid) -> None:
    """What became of it; the owner is locked."""
    await tx.change(
        "mutual_aid_agreements",
        "update mutual_aid_agreements set state = $3, agreed_at = $4, ended_at = $5, ended_by = $6 "
        "where cell = $1 and agreement_id = $2",
        one.cell,
        one.agreement_id,
        one.state.value,
        one.agreed_at,
        one.ended_at,
        None if one.ended_by is None else one.ended_by.value,
    )


async def read_pointers(reading: Reading, persons: Iterable[tuple[int, int]]) -> list[Any]:
    """(cell, relative, agreement, owner's cell, owner) of each (cell, person)."""
    wanted = set(persons)
    rows = await reading.fetch(
        f"select {', '.join(POINTER_COLUMNS)} from mutual_aid_pointers "
        "where cell = any($1) and relative_person_id = any($2) order by cell, relative_person_id, agreement_id",
        sorted({cell for cell, _ in wanted}),
        sorted({person_id for _, person_id in wanted}),
    )
    return [row for row in rows if (row[0], row[1]) in wanted]


async def read_agreements(reading: Reading, names: Iterable[tuple[int, int]]) -> dict[tuple[int, int], MutualAid]:
    """Agreements by (cell, agreement_id)."""
    wanted = set(names)
    if not wanted:
        return {}
    rows = await reading.fetch(
        _AGREEMENTS + " where cell = any($1) and agreement_id = any($2)",
        sorted({cell for cell, _ in wanted}),
        sorted({agreement_id for _, agreement_id in wanted}),
    )
    return {(row["cell"], row["agreement_id"]): _agreement_of(row) for row in rows}


async def list_by_owner(reading: Reading, cell: int, person_id: int, *, most: int) -> list[MutualAid]:
    """An owner's agreements, the newest first."""
    rows = await reading.fetch(
        _AGREEMENTS + " where cell = $1 and owner_person_id = $2 order by agreement_id desc limit $3",
        cell,
        person_id,
        most,
    )
    return [_agreement_of(row) for row in rows]


async def insert_uses(tx: Tx, uses: Sequence[AidUse]) -> None:
    """What was paid or given back."""
    await tx.insert("mutual_aid_uses", _USE_COLUMNS, [msgspec.structs.astuple(one) for one in uses])


async def sum_uses(reading: Reading, names: Iterable[tuple[int, int]], year: int) -> dict[int, int]:
    """What was used in a calendar year under (cell, agreement_id), what was given back taken off."""
    wanted = set(names)
    if not wanted:
        return {}
    rows = await reading.fetch(
        "select agreement_id, sum(case when kind = 'used' then current_fen + past_fen else -current_fen - past_fen end)"
        "::bigint from mutual_aid_uses where cell = any($1) and agreement_id = any($2) and used_year = $3 "
        "group by agreement_id",
        sorted({cell for cell, _ in wanted}),
        sorted({agreement_id for _, agreement_id in wanted}),
        year,
    )
    return {row[0]: row[1] for row in rows}


async def list_uses(reading: Reading, cell: int, agreement_ids: Sequence[int], *, most: int) -> list[AidUse]:
    """The log of agreements, the newest first: both parties see it."""
    rows = await reading.fetch(
        _USES + " where cell = $1 and agreement_id = any($2) order by use_id desc limit $3",
        cell,
        list(agreement_ids),
        most,
    )
    return [_use_of(row) for row in rows]


async def list_agreements(reading: Reading, *, after: tuple[int, int], most: int) -> list[MutualAid]:
    """All agreements in the order of their key."""
    rows = await reading.fetch(
        _AGREEMENTS + " where (cell, agreement_id) > ($1, $2) order by cell, agreement_id limit $3", *after, most
    )
    return [_agreement_of(row) for row in rows]


async def list_pointed(reading: Reading, agreements: Sequence[MutualAid]) -> set[tuple[int, int, int, int, int]]:
    """The pointers of these agreements."""
    rows = await reading.fetch(
        f"select {', '.join(POINTER_COLUMNS)} from mutual_aid_pointers "
        "where cell = any($1) and relative_person_id = any($2) and agreement_id = any($3)",
        sorted({one.relative_cell for one in agreements}),
        sorted({one.relative_person_id for one in agreements}),
        [one.agreement_id for one in agreements],
    )
    return {tuple(row) for row in rows}


async def list_all_uses(reading: Reading, *, after: tuple[int, int], most: int) -> list[AidUse]:
    """All uses in the order of their key."""
    rows = await reading.fetch(_USES + " where (cell, use_id) > ($1, $2) order by cell, use_id limit $3", *after, most)
    return [_use_of(row) for row in rows]
