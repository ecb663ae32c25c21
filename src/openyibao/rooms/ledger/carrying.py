"""Carrying a balance from one record of a person to the other, whose enrolments it follows. 中文: 账户余额随并档转移。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openyibao.kit.db import Tx
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.ledger import store
from openyibao.rooms.ledger.records import MERGE_TRANSIT, AccountMove, AccountPot, PersonalAccount, Posting
from openyibao.rooms.ledger.service import content_of

Place = tuple[int, int]
"""(cell, person_id)."""


async def carry_balances(tx: Tx, moves: Sequence[tuple[Place, Place]], *, on: date, actor: str) -> int:
    """Move all that stands on the pots of one place to those of the other; both are locked. The sum in fen.

    Each pot is two postings by way of the merge's transit account, one in each cell: what crosses cells is never one row.
    A pot that is missing at the other place is opened there, at zero.
    """
    accounts = await store.read_accounts(tx, [place for move in moves for place in move])
    opened: list[PersonalAccount] = []
    postings: list[Posting] = []
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
                postings.append(_posting(tx, source[0], giving.account_id, MERGE_TRANSIT, giving.balance_fen, on))
                postings.append(_posting(tx, target[0], MERGE_TRANSIT, taking.account_id, giving.balance_fen, on))
                balances += [_move(source, pot, -giving.balance_fen), _move(target, pot, giving.balance_fen)]
    if opened:
        await store.insert_accounts(tx, opened)
    if postings:
        await store.insert_postings(tx, postings)
        await store.move_accounts(tx, balances)
    tx.audit += [
        AuditEvent(
            kind="account_credited",
            cell=posting.cell,
            subject_id=posting.posting_id,
            actor=actor,
            content=content_of(posting),
        )
        for posting in postings
    ]
    return sum(move.balance_fen for move in balances if move.balance_fen > 0)


def _move(place: Place, pot: AccountPot, amount_fen: int) -> AccountMove:
    return AccountMove(cell=place[0], person_id=place[1], pot=pot, balance_fen=amount_fen)


def _posting(tx: Tx, cell: int, debit: int, credit: int, amount_fen: int, on: date) -> Posting:
    return Posting(
        cell=cell,
        posting_id=tx.ids.next(),
        settlement_id=None,
        debit_account=debit,
        credit_account=credit,
        amount_fen=amount_fen,
        posted_on=on,
    )
