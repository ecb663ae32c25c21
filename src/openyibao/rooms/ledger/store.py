"""SQL of the ledger."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.ledger.records import AccountPot, PersonalAccount, Posting

_POSTING_COLUMNS = Posting.__struct_fields__


async def read_accounts(
    reading: Reading, persons: Sequence[tuple[int, int]], *, lock: bool
) -> dict[tuple[int, int, AccountPot], PersonalAccount]:
    """Personal accounts of (cell, person_id), in the written lock order."""
    rows = await reading.fetch(
        "select cell, person_id, pot, account_id, balance_fen from personal_accounts "
        "where cell = any($1) and person_id = any($2) order by cell, person_id, pot" + (" for update" if lock else ""),
        sorted({cell for cell, _ in persons}),
        sorted({person_id for _, person_id in persons}),
    )
    return {
        (row[0], row[1], AccountPot(row[2])): PersonalAccount(
            cell=row[0], person_id=row[1], pot=AccountPot(row[2]), account_id=row[3], balance_fen=row[4]
        )
        for row in rows
    }


async def insert_accounts(tx: Tx, accounts: Sequence[PersonalAccount]) -> None:
    """New accounts, all at zero."""
    await tx.copy(
        "personal_accounts",
        ("cell", "person_id", "pot", "account_id", "balance_fen"),
        [(a.cell, a.person_id, a.pot.value, a.account_id, a.balance_fen) for a in accounts],
    )


async def insert_postings(tx: Tx, postings: Sequence[Posting]) -> None:
    """All postings of a batch."""
    await tx.insert("postings", _POSTING_COLUMNS, [msgspec.structs.astuple(posting) for posting in postings])


async def move_balances(tx: Tx, moves: Sequence[tuple[int, int, AccountPot, int]]) -> None:
    """Add to balances of locked accounts; the table refuses to go below zero."""
    await tx.change(
        "personal_accounts",
        "update personal_accounts p set balance_fen = p.balance_fen + t.d "
        "from unnest($1::int[], $2::bigint[], $3::text[], $4::bigint[]) as t(c, i, o, d) "
        "where p.cell = t.c and p.person_id = t.i and p.pot = t.o and p.cell = any($1)",
        [move[0] for move in moves],
        [move[1] for move in moves],
        [move[2].value for move in moves],
        [move[3] for move in moves],
    )


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
    rows = await reading.fetch(
        "with sums as (select cell, account_id, sum(amount_fen) as s from ("
        "select cell, credit_account as account_id, amount_fen from postings union all "
        "select cell, debit_account, -amount_fen from postings) p group by cell, account_id) "
        "select a.cell, a.person_id, a.balance_fen, coalesce(s.s, 0)::bigint from personal_accounts a "
        "left join sums s on s.cell = a.cell and s.account_id = a.account_id "
        "where a.balance_fen <> coalesce(s.s, 0) order by a.cell, a.person_id limit $1",
        most,
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def count_accounts(reading: Reading) -> int:
    """How many personal accounts there are."""
    row = await reading.fetchrow("select count(*) from personal_accounts")
    return int(row[0])
