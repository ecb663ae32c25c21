"""SQL of the purse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.mutual_aid import Relation
from openyibao.rooms.purse.records import PurseTransfer, TransferState

_COLUMNS = PurseTransfer.__struct_fields__
_TRANSFERS = f"select {', '.join(_COLUMNS)} from purse_transfers"
_POINTERS = ("cell", "receiver_person_id", "transfer_id", "sender_cell")


def _transfer_of(row: Any) -> PurseTransfer:
    return PurseTransfer(**{**dict(row), "relation": Relation(row["relation"]), "state": TransferState(row["state"])})


async def insert_transfer(tx: Tx, one: PurseTransfer) -> None:
    """A transfer, and where its receiver finds it."""
    await tx.insert("purse_transfers", _COLUMNS, [msgspec.structs.astuple(one)])
    pointer = (one.receiver_cell, one.receiver_person_id, one.transfer_id, one.cell)
    await tx.insert("purse_pointers", _POINTERS, [pointer])


async def end_transfers(tx: Tx, transfers: Sequence[PurseTransfer]) -> None:
    """What became of them; their senders are locked."""
    await tx.change(
        "purse_transfers",
        "update purse_transfers p set state = t.s, ended_at = t.e "
        "from unnest($1::int[], $2::bigint[], $3::text[], $4::timestamptz[]) as t(c, i, s, e) "
        "where p.cell = t.c and p.transfer_id = t.i and p.cell = any($1)",
        [one.cell for one in transfers],
        [one.transfer_id for one in transfers],
        [one.state.value for one in transfers],
        [one.ended_at for one in transfers],
    )


async def count_sent(reading: Reading, cell: int, person_id: int, on: date) -> int:
    """How many a person has sent on a day, whatever became of them."""
    row = await reading.fetchrow(
        "select count(*) from purse_transfers where cell = $1 and sender_person_id = $2 and sent_on = $3",
        cell,
        person_id,
        on,
    )
    return int(row[0])


async def read_transfers(reading: Reading, names: Sequence[tuple[int, int]]) -> dict[tuple[int, int], PurseTransfer]:
    """Transfers by (cell, transfer_id)."""
    if not names:
        return {}
    rows = await reading.fetch(
        _TRANSFERS + " where cell = any($1) and transfer_id = any($2)",
        sorted({cell for cell, _ in names}),
        sorted({transfer_id for _, transfer_id in names}),
    )
    return {(row["cell"], row["transfer_id"]): _transfer_of(row) for row in rows}


async def list_sent(reading: Reading, cell: int, person_id: int, *, most: int) -> list[PurseTransfer]:
    """What a person has sent, the newest first."""
    rows = await reading.fetch(
        _TRANSFERS + " where cell = $1 and sender_person_id = $2 order by transfer_id desc limit $3",
        cell,
        person_id,
        most,
    )
    return [_transfer_of(row) for row in rows]


async def list_arriving(reading: Reading, cell: int, person_id: int, *, most: int) -> list[tuple[int, int]]:
    """(sender's cell, transfer_id) of what was sent to a person, the newest first."""
    rows = await reading.fetch(
        "select sender_cell, transfer_id from purse_pointers where cell = $1 and receiver_person_id = $2 "
        "order by transfer_id desc limit $3",
        cell,
        person_id,
        most,
    )
    return [(row[0], row[1]) for row in rows]


async def list_overdue(reading: Reading, *, at: datetime, most: int) -> list[PurseTransfer]:
    """Transfers that wait past their time, over all cells."""
    rows = await reading.fetch(
        _TRANSFERS + " where state = 'sent' and returns_at <= $1 order by returns_at, transfer_id limit $2", at, most
    )
    return [_transfer_of(row) for row in rows]


async def list_transfers(reading: Reading, *, after: tuple[int, int], most: int) -> list[PurseTransfer]:
    """All transfers in the order of their key."""
    rows = await reading.fetch(
        _TRANSFERS + " where (cell, transfer_id) > ($1, $2) order by cell, transfer_id limit $3", *after, most
    )
    return [_transfer_of(row) for row in rows]


async def list_pointed(reading: Reading, transfers: Sequence[PurseTransfer]) -> set[tuple[int, int, int, int]]:
    """The pointers of these transfers."""
    rows = await reading.fetch(
        f"select {', '.join(_POINTERS)} from purse_pointers "
        "where cell = any($1) and receiver_person_id = any($2) and transfer_id = any($3)",
        sorted({one.receiver_cell for one in transfers}),
        sorted({one.receiver_person_id for one in transfers}),
        [one.transfer_id for one in transfers],
    )
    return {tuple(row) for row in rows}
