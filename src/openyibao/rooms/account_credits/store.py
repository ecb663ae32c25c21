"""SQL of credits and of the turn of the year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.account_credits.records import CreditBatch, CreditedLine, RolledChunk
from openyibao.rooms.ledger import INTEREST_SOURCE, LEDGER_ACCOUNTS_MOST, AccountPot

_BATCH = CreditBatch.__struct_fields__
_LINE = CreditedLine.__struct_fields__
_CHUNK = RolledChunk.__struct_fields__


async def insert_batch(tx: Tx, one: CreditBatch) -> CreditBatch:
    """Begin a batch, or find the one of this code that somebody began."""
    await tx.fetch(
        f"insert into credit_batches ({', '.join(_BATCH)}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
        "on conflict do nothing",
        *msgspec.structs.astuple(one),
    )
    found = await find_batch(tx, one.cell, one.batch_code)
    assert found is not None
    return found


async def find_batch(reading: Reading, cell: int, batch_code: str) -> CreditBatch | None:
    """The batch of a code in an area's first cell."""
    row = await reading.fetchrow(
        f"select {', '.join(_BATCH)} from credit_batches where cell = $1 and batch_code = $2", cell, batch_code
    )
    return None if row is None else CreditBatch(**dict(row))


async def list_credited(
    reading: Reading, cells: Sequence[int], batch_id: int, line_nos: Sequence[int]
) -> set[tuple[int, int]]:
    """(cell, line_no) of the lines of a batch that were credited already."""
    rows = await reading.fetch(
        "select cell, line_no from credit_lines where cell = any($1) and batch_id = $2 and line_no = any($3)",
        sorted(set(cells)),
        batch_id,
        list(line_nos),
    )
    return {(row[0], row[1]) for row in rows}


async def sum_credited(reading: Reading, cells: Sequence[int], batch_id: int) -> tuple[int, int]:
    """How many lines of a batch were credited, and how many fen."""
    row = await reading.fetchrow(
        "select count(*), coalesce(sum(amount_fen), 0)::bigint from credit_lines where cell = any($1) and batch_id = $2",
        list(cells),
        batch_id,
    )
    return int(row[0]), int(row[1])


async def insert_lines(tx: Tx, lines: Sequence[CreditedLine]) -> None:
    """Lines that were credited."""
    await tx.insert("credit_lines", _LINE, [msgspec.structs.astuple(one) for one in lines])


async def insert_chunk(tx: Tx, one: RolledChunk) -> None:
    """What a chunk of a year's turn did."""
    await tx.insert("year_roll_chunks", _CHUNK, [msgspec.structs.astuple(one)])


async def sum_chunks(reading: Reading, cells: Sequence[int], account_year: int) -> tuple[int, int, int, int]:
    """People, interest of the current pots, of the past pots, and what was carried over, of a year's turn so far."""
    row = await reading.fetchrow(
        "select coalesce(sum(people_count), 0)::bigint, coalesce(sum(interest_current_fen), 0)::bigint, "
        "coalesce(sum(interest_past_fen), 0)::bigint, coalesce(sum(carried_fen), 0)::bigint "
        "from year_roll_chunks where cell = any($1) and account_year = $2",
        list(cells),
        account_year,
    )
    return int(row[0]), int(row[1]), int(row[2]), int(row[3])


async def list_batches(reading: Reading, *, after: tuple[int, int], most: int) -> list[CreditBatch]:
    """All batches in the order of their key."""
    rows = await reading.fetch(
        f"select {', '.join(_BATCH)} from credit_batches where (cell, batch_id) > ($1, $2) "
        "order by cell, batch_id limit $3",
        *after,
        most,
    )
    return [CreditBatch(**dict(row)) for row in rows]


async def list_lines(reading: Reading, *, after: tuple[int, int, int], most: int) -> list[tuple[CreditedLine, Any]]:
    """All credited lines in the order of their key, each with its posting's (account credited, amount), or None."""
    names = ", ".join(f"l.{name}" for name in _LINE)
    rows = await reading.fetch(
        f"select {names}, a.account_id, p.credit_account, p.amount_fen as posted_fen from credit_lines l "
        "left join postings p on p.cell = l.cell and p.posting_id = l.posting_id "
        "left join personal_accounts a on a.cell = l.cell and a.person_id = l.person_id and a.pot = l.pot "
        "where (l.cell, l.batch_id, l.line_no) > ($1, $2, $3) order by l.cell, l.batch_id, l.line_no limit $4",
        *after,
        most,
    )
    found = []
    for row in rows:
        fields = {name: row[name] for name in _LINE}
        line = CreditedLine(**{**fields, "pot": AccountPot(row["pot"])})
        stands = row["credit_account"] == row["account_id"] and row["posted_fen"] == line.amount_fen
        found.append((line, stands))
    return found


async def list_chunks(reading: Reading, *, after: tuple[int, int, int], most: int) -> list[RolledChunk]:
    """All chunks of all turns in the order of their key."""
    rows = await reading.fetch(
        f"select {', '.join(_CHUNK)} from year_roll_chunks where (cell, account_year, chunk_id) > ($1, $2, $3) "
        "order by cell, account_year, chunk_id limit $4",
        *after,
        most,
    )
    return [RolledChunk(**dict(row)) for row in rows]


async def list_roll_faults(reading: Reading, most: int) -> list[int]:
    """Cells in which interest and carry-over, summed over the chunks of all turns, are not what was posted."""
    rows = await reading.fetch(
        "with told as (select cell, sum(interest_current_fen + interest_past_fen) as interest, "
        "sum(carried_fen) as carried from year_roll_chunks group by cell), "
        "posted as (select cell, sum(amount_fen) filter (where debit_account = $1) as interest, "
        "sum(amount_fen) filter (where debit_account > $2 and credit_account > $2) as carried from postings "
        "where settlement_id is null group by cell) "
        "select coalesce(t.cell, p.cell) from told t full join posted p on p.cell = t.cell "
        "where coalesce(t.interest, 0) <> coalesce(p.interest, 0) or coalesce(t.carried, 0) <> coalesce(p.carried, 0) "
        "order by 1 limit $3",
        INTEREST_SOURCE,
        LEDGER_ACCOUNTS_MOST,
        most,
    )
    return [row[0] for row in rows]
