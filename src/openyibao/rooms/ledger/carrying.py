"""Carrying a balance from one record of a person to the other, whose enrolments it follows. 中文: 账户余额随并档转移。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openyibao.kit.db import Tx
from openyibao.rooms.ledger import store
from openyibao.rooms.ledger.records import MERGE_TRANSIT, AccountMove, AccountPot, PersonalAccount
from openyibao.rooms.ledger.service import post_between

Place = tuple[int, int]
"""(cell, person_id)."""


async def carry_balances(tx: Tx, moves: Sequence[tuple[Place, Place]], *, on: date, actor: str) -> int:
    """Move all that stands on the pots of one place to those of the other; both are locked. The sum in fen.

    Each pot is two postings by way of the merge's transit account, one in each cell: what crosses cells is never one row.
    A pot that is missing at the other place is opened there, at zero.
    """
    accounts = await store.read_accounts(tx, [place for move in moves for place in move])
    opened: list[PersonalAccount] = []
    transfers: list[tuple[int, int, int, int]] = []
    balances: list[AccountMove] = []
    for source, target in moves:
        for pot in AccountPot:
            giving, taking = accounts.get((*source, pot)), accounts.get((*target, pot))
            if giving is None:
                continue
            if taking is None:
                taking = PersonalAccount(
                    cell=target[0],
                    person_id=target[1],
                    pot=pot,
                    account_id=tx.ids.next(),
                    balance_fen=0,
                    rolled_year=giving.rolled_year,
                )
                opened.append(taking)
            if giving.balance_fen:
                transfers.append((source[0], giving.account_id, MERGE_TRANSIT, giving.balance_fen))
                transfers.append((target[0], MERGE_TRANSIT, taking.account_id, giving.balance_fen))
                balances += [_move(source, pot, -giving.balance_fen), _move(target, pot, giving.balance_fen)]
    if opened:
        await store.insert_accounts(tx, opened)
    if transfers:
        await post_between(tx, transfers, on=on, actor=actor)
        await store.move_accounts(tx, balances)
    return sum(move.balance_fen for move in balances if move.balance_fen > 0)


def _move(place: Place, pot: AccountPot, amount_fen: int) -> AccountMove:
    return AccountMove(cell=place[0], person_id=place[1], pot=pot, balance_fen=amount_fen)
