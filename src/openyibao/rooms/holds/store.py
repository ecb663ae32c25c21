"""SQL of holds and crossings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.holds.records import Crossing, CrossingKind, CrossingState, Hold, HoldPurpose, HoldState
from openyibao.rooms.ledger import AccountPot

_HOLD_COLUMNS = Hold.__struct_fields__
_HOLDS = f"select {', '.join(_HOLD_COLUMNS)} from account_holds"
_CROSSING_COLUMNS = Crossing.__struct_fields__
_CROSSINGS = f"select {', '.join(_CROSSING_COLUMNS)} from crossings"
RECEIPT_COLUMNS = ("cell", "crossing_id", "from_cell", "amount_fen", "received_at")


def _hold_of(row: Any) -> Hold:
    fields = dict(row)
    fields |= {"pot": AccountPot(row["pot"]), "purpose": HoldPurpose(row["purpose"]), "state": HoldState(row["state"])}
    return Hold(**fields)


def _crossing_of(row: Any) -> Crossing:
    fields = dict(row)
    fields |= {"kind": CrossingKind(row["kind"]), "purpose": HoldPurpose(row["purpose"])}
    fields |= {"pot": AccountPot(row["pot"]), "state": CrossingState(row["state"])}
    return Crossing(**fields)


async def insert_holds(tx: Tx, holds: Sequence[Hold]) -> None:
    """New holds."""
    await tx.insert("account_holds", _HOLD_COLUMNS, [msgspec.structs.astuple(one) for one in holds])


async def end_holds(tx: Tx, holds: Sequence[Hold]) -> None:
    """What became of holds that were open; their persons are locked."""
    await tx.change(
        "account_holds",
        "update account_holds h set state = t.s, posted_fen = t.p, ended_at = t.e "
        "from unnest($1::int[], $2::bigint[], $3::text[], $4::bigint[], $5::timestamptz[]) as t(c, i, s, p, e) "
        "where h.cell = t.c and h.hold_id = t.i and h.cell = any($1) and h.state = 'open'",
        [one.cell for one in holds],
        [one.hold_id for one in holds],
        [one.state.value for one in holds],
        [one.posted_fen for one in holds],
        [one.ended_at for one in holds],
    )


async def find_holds(
    reading: Reading, cells: Sequence[int], purpose: HoldPurpose, references: Sequence[str]
) -> list[Hold]:
    """The holds of these references, at most one a pot each."""
    rows = await reading.fetch(
        _HOLDS + " where cell = any($1) and purpose = $2 and reference = any($3) order by cell, hold_id",
        sorted(set(cells)),
        purpose.value,
        sorted(set(references)),
    )
    return [_hold_of(row) for row in rows]


async def find_by_subject(
    reading: Reading, cell: int, person_id: int, purpose: HoldPurpose, subject_id: int
) -> list[Hold]:
    """A person's holds for one agreement or transfer."""
    rows = await reading.fetch(
        _HOLDS + " where cell = $1 and person_id = $2 and purpose = $3 and subject_id = $4 order by hold_id",
        cell,
        person_id,
        purpose.value,
        subject_id,
    )
    return [_hold_of(row) for row in rows]


async def list_open_by_subject(
    reading: Reading, cell: int, person_ids: Sequence[int], purpose: HoldPurpose
) -> dict[int, int]:
    """What is held open on these persons' accounts for a purpose, summed by subject."""
    rows = await reading.fetch(
        "select subject_id, sum(amount_fen)::bigint from account_holds where cell = $1 and person_id = any($2) "
        "and purpose = $3 and state = 'open' group by subject_id",
        cell,
        list(person_ids),
        purpose.value,
    )
    return {row[0]: row[1] for row in rows}


async def list_overdue(reading: Reading, purpose: HoldPurpose, *, at: datetime, most: int) -> list[Hold]:
    """Open holds of a purpose that have expired, the oldest first, over all cells."""
    rows = await reading.fetch(
        _HOLDS + " where state = 'open' and purpose = $1 and expires_at <= $2 order by expires_at, hold_id limit $3",
        purpose.value,
        at,
        most,
    )
    return [_hold_of(row) for row in rows]


async def list_holds(reading: Reading, *, after: tuple[int, int], most: int) -> list[Hold]:
    """All holds in the order of their key."""
    rows = await reading.fetch(
        _HOLDS + " where (cell, hold_id) > ($1, $2) order by cell, hold_id limit $3", *after, most
    )
    return [_hold_of(row) for row in rows]


async def list_wrong_held(reading: Reading, most: int) -> list[tuple[int, int, str, int, int]]:
    """Pots (cell, person_id, pot, held_fen, sum of open holds) on which more or less is held than the holds say."""
    rows = await reading.fetch(
        "with wrong as materialized ("
        "select a.cell, a.person_id, a.pot, a.held_fen, coalesce(h.s, 0)::bigint from personal_accounts a left join ("
        "select cell, person_id, pot, sum(amount_fen) as s from account_holds where state = 'open' "
        "group by cell, person_id, pot) h on h.cell = a.cell and h.person_id = a.person_id and h.pot = a.pot "
        "where a.held_fen <> coalesce(h.s, 0)) select * from wrong order by cell, person_id, pot limit $1",
        most,
    )
    return [tuple(row) for row in rows]


async def insert_crossings(tx: Tx, crossings: Sequence[Crossing]) -> None:
    """Orders to other cells."""
    await tx.insert("crossings", _CROSSING_COLUMNS, [msgspec.structs.astuple(one) for one in crossings])


async def list_due(reading: Reading, *, most: int, act: tuple[int, int] | None = None) -> list[Crossing]:
    """Orders that wait, the oldest first: of one act (cell, act_id), or of all."""
    if act is not None:
        rows = await reading.fetch(
            _CROSSINGS + " where cell = $1 and act_id = $2 and state = 'due' order by crossing_id limit $3", *act, most
        )
    else:
        rows = await reading.fetch(_CROSSINGS + " where state = 'due' order by made_at, crossing_id limit $1", most)
    return [_crossing_of(row) for row in rows]


async def insert_receipts(tx: Tx, rows: Sequence[Sequence[Any]]) -> set[tuple[int, int]]:
    """Note what has arrived; returns (cell, crossing_id) of what had not arrived before."""
    found = await tx.fetch(
        "insert into crossing_receipts (cell, crossing_id, from_cell, amount_fen, received_at) "
        "select * from unnest($1::int[], $2::bigint[], $3::int[], $4::bigint[], $5::timestamptz[]) "
        "on conflict do nothing returning cell, crossing_id",
        *[list(column) for column in zip(*rows, strict=True)],
    )
    return {(row[0], row[1]) for row in found}


async def mark_done(tx: Tx, crossings: Sequence[Crossing]) -> None:
    """The other cell has done it."""
    await tx.change(
        "crossings",
        "update crossings set state = 'done' where cell = any($1) and crossing_id = any($2)",
        sorted({one.cell for one in crossings}),
        [one.crossing_id for one in crossings],
    )


async def list_crossings(reading: Reading, *, after: tuple[int, int], most: int) -> list[Crossing]:
    """All orders in the order of their key."""
    rows = await reading.fetch(
        _CROSSINGS + " where (cell, crossing_id) > ($1, $2) order by cell, crossing_id limit $3", *after, most
    )
    return [_crossing_of(row) for row in rows]


async def list_receipts(reading: Reading, *, after: tuple[int, int], most: int) -> list[Any]:
    """All receipts in the order of their key, with the columns that were written."""
    return await reading.fetch(
        f"select {', '.join(RECEIPT_COLUMNS)} from crossing_receipts where (cell, crossing_id) > ($1, $2) "
        "order by cell, crossing_id limit $3",
        *after,
        most,
    )


async def list_crossing_faults(reading: Reading, most: int) -> list[tuple[int, int]]:
    """Orders (cell, crossing_id) that are done without a receipt of the same sum, or due though they arrived; strays too."""
    rows = await reading.fetch(
        "select coalesce(c.cell, r.from_cell), coalesce(c.crossing_id, r.crossing_id) from crossings c "
        "full join crossing_receipts r on r.cell = c.to_cell and r.crossing_id = c.crossing_id and r.from_cell = c.cell "
        "where c.cell is null or (c.state = 'done') <> (r.cell is not null) or r.amount_fen <> c.amount_fen "
        "order by 1, 2 limit $1",
        most,
    )
    return [(row[0], row[1]) for row in rows]


async def sum_due(reading: Reading, purpose: HoldPurpose) -> int:
    """What is under way: gives less takes, of the orders that are due."""
    row = await reading.fetchrow(
        "select coalesce(sum(case when kind = 'give' then amount_fen else -amount_fen end), 0)::bigint "
        "from crossings where purpose = $1 and state = 'due'",
        purpose.value,
    )
    return int(row[0])
