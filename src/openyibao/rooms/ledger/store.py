"""SQL of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.ledger.records import AccountKey, AccountMove, AccountPot, PersonalAccount, Posting

_POSTING_COLUMNS = Posting.__struct_fields__


_ACCOUNT_READ = "select cell, person_id, pot, account_id, balance_fen, held_fen, rolled_year from personal_accounts"
_POTS = {pot.value: pot for pot in AccountPot}


def _account_of(row: Any) -> PersonalAccount:
    cell, person_id, pot, account_id, balance_fen, held_fen, rolled_year = row
    return PersonalAccount(
        cell=cell,
        person_id=person_id,
        pot=_POTS[pot],
        account_id=account_id,
        balance_fen=balance_fen,
        held_fen=held_fen,
        rolled_year=rolled_year,
    )


async def read_accounts(reading: Reading, persons: Sequence[tuple[int, int]]) -> dict[AccountKey, PersonalAccount]:
    """All pots of (cell, person_id). Who will move their balances has locked the persons first."""
    rows = await reading.fetch(
        _ACCOUNT_READ + " where cell = any($1) and person_id = any($2)",
        sorted({cell for cell, _ in persons}),
        sorted({person_id for _, person_id in persons}),
    )
    return {(row[0], row[1], _POTS[row[2]]): _account_of(row) for row in rows}


async def list_unrolled(reading: Reading, cell: int, account_year: int, *, after: int, most: int) -> list[int]:
    """Persons of a cell, ascending, whose current pot is still of an earlier account year."""
    rows = await reading.fetch(
        "select person_id from personal_accounts where cell = $1 and rolled_year < $2 and pot = 'current' "
        "and person_id > $3 order by person_id limit $4",
        cell,
        account_year,
        after,
        most,
    )
    return [row[0] for row in rows]


async def list_cells(reading: Reading) -> list[int]:
    """The cells in which there are personal accounts, ascending."""
    rows = await reading.fetch("select distinct cell from personal_accounts order by cell")
    return [row[0] for row in rows]


async def count_by_roll(reading: Reading, cells: Sequence[int], account_year: int) -> tuple[int, int]:
    """How many current pots of these cells wait for the account year, and how many are of it."""
    row = await reading.fetchrow(
        "select count(*) filter (where rolled_year < $2), count(*) filter (where rolled_year >= $2) "
        "from personal_accounts where cell = any($1) and pot = 'current'",
        list(cells),
        account_year,
    )
    return int(row[0]), int(row[1])


async def turn_year(tx: Tx, cell: int, account_year: int, turned: Sequence[tuple[int, int, int]]) -> None:
    """Of locked persons: (person_id, what leaves the current pot, what comes to the past one, its interest included)."""
    await tx.change(
        "personal_accounts",
        "update personal_accounts p set balance_fen = p.balance_fen + case when p.pot = 'past' then t.gain else -t.gone end, "
        "rolled_year = case when p.pot = 'current' then $2 else p.rolled_year end "
        "from unnest($3::bigint[], $4::bigint[], $5::bigint[]) as t(i, gone, gain) "
        "where p.cell = $1 and p.person_id = t.i and p.pot in ('current', 'past')",
        cell,
        account_year,
        [one[0] for one in turned],
        [one[1] for one in turned],
        [one[2] for one in turned],
    )


async def insert_accounts(tx: Tx, accounts: Sequence[PersonalAccount]) -> None:
    """New accounts, all at zero."""
    await tx.copy(
        "personal_accounts",
        ("cell", "person_id", "pot", "account_id", "balance_fen", "rolled_year"),
        [(a.cell, a.person_id, a.pot.value, a.account_id, a.balance_fen, a.rolled_year) for a in accounts],
    )


async def insert_postings(tx: Tx, postings: Sequence[Posting]) -> None:
    """All postings of a batch."""
    await tx.insert("postings", _POSTING_COLUMNS, [msgspec.structs.astuple(posting) for posting in postings])


async def move_accounts(tx: Tx, moves: Sequence[AccountMove]) -> None:
    """Add to balances and to what is held, of locked persons; the table refuses an available sum below zero."""
    sums: dict[tuple[int, int, str], list[int]] = {}
    for move in moves:
        entry = sums.setdefault((move.cell, move.person_id, move.pot.value), [0, 0])
        entry[0] += move.balance_fen
        entry[1] += move.held_fen
    names = sorted(sums)
    await tx.change(
        "personal_accounts",
        "update personal_accounts p set balance_fen = p.balance_fen + t.d, held_fen = p.held_fen + t.h "
        "from unnest($1::int[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[]) as t(c, i, o, d, h) "
        "where p.cell = t.c and p.person_id = t.i and p.pot = t.o and p.cell = any($1)",
        [name[0] for name in names],
        [name[1] for name in names],
        [name[2] for name in names],
        [sums[name][0] for name in names],
        [sums[name][1] for name in names],
    )


async def list_moves(reading: Reading, cell: int, account_ids: Sequence[int], *, most: int) -> list[Posting]:
    """What was posted on these accounts outside settlements, the newest first."""
    names = ", ".join(_POSTING_COLUMNS)
    rows = await reading.fetch(
        f"(select {names} from postings where cell = $1 and debit_account = any($2) and settlement_id is null "
        "order by posting_id desc limit $3) union "
        f"(select {names} from postings where cell = $1 and credit_account = any($2) and settlement_id is null "
        "order by posting_id desc limit $3) order by posting_id desc limit $3",
        cell,
        list(account_ids),
        most,
    )
    return [Posting(**dict(row)) for row in rows]


async def sum_transit(reading: Reading, transit_account: int) -> int:
    """What came to an account between cells less what went from it, over all cells; what is under way makes it not zero."""
    row = await reading.fetchrow(
        "select coalesce(sum(case when credit_account = $1 then amount_fen else -amount_fen end), 0)::bigint "
        "from postings where credit_account = $1 or debit_account = $1",
        transit_account,
    )
    return int(row[0])


async def list_postings(reading: Reading, *, after: tuple[int, int], most: int) -> list[Posting]:
    """All postings in the order of their key."""
    rows = await reading.fetch(
        f"select {', '.join(_POSTING_COLUMNS)} from postings where (cell, posting_id) > ($1, $2) "
        "order by cell, posting_id limit $3",
        *after,
        most,
    )
    return [Posting(**dict(row)) for row in rows]


async def list_wrong_balances(reading: Reading, most: int) -> list[tuple[int, int, int, int]]:
    """Accounts (cell, person_id, balance_fen, sum of postings) whose balance is not the sum of their postings."""
    # Materialized: seeing the limit, the planner hopes to stop early and joins account by account; there is nothing to find.
    rows = await reading.fetch(
        "with sums as (select cell, account_id, sum(amount_fen) as s from ("
        "select cell, credit_account as account_id, amount_fen from postings union all "
        "select cell, debit_account, -amount_fen from postings) p group by cell, account_id), "
        "wrong as materialized (select a.cell, a.person_id, a.balance_fen, coalesce(s.s, 0)::bigint "
        "from personal_accounts a left join sums s on s.cell = a.cell and s.account_id = a.account_id "
        "where a.balance_fen <> coalesce(s.s, 0)) "
        "select * from wrong order by cell, person_id limit $1",
        most,
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def count_accounts(reading: Reading) -> int:
    """How many personal accounts there are."""
    row = await reading.fetchrow("select count(*) from personal_accounts")
    return int(row[0])
