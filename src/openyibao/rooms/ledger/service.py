"""Verbs of the ledger: open accounts, credit them, post."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Tx
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.ledger import store
from openyibao.rooms.ledger.records import (
    CREDIT_SOURCE,
    AccountCredit,
    AccountKey,
    AccountMove,
    AccountPot,
    PersonalAccount,
    Posting,
)
from openyibao.rooms.people import lock_persons

CREDITED, MOVED = "account_credited", "account_moved"


async def open_accounts(tx: Tx, persons: Sequence[tuple[int, int]], *, account_year: int = 0) -> None:
    """Open both pots of a personal account, of this year and of past years, for each (cell, person_id).

    ``account_year`` is the one the current pot is of; with 0 the first turn, or the first credit, carries it over.
    """
    await store.insert_accounts(
        tx,
        [
            PersonalAccount(
                cell=cell,
                person_id=person_id,
                pot=pot,
                account_id=tx.ids.next(),
                balance_fen=0,
                rolled_year=account_year,
            )
            for cell, person_id in persons
            for pot in (AccountPot.current, AccountPot.past)
        ],
    )


async def ensure_pots(tx: Tx, names: Iterable[AccountKey]) -> dict[AccountKey, PersonalAccount]:
    """The pots of locked persons, opened where they are missing (a purse, or accounts of before there were two pots)."""
    wanted = sorted(set(names))
    found = await store.read_accounts(tx, sorted({(cell, person_id) for cell, person_id, _ in wanted}))
    missing = [
        PersonalAccount(cell=cell, person_id=person_id, pot=pot, account_id=tx.ids.next(), balance_fen=0)
        for cell, person_id, pot in wanted
        if (cell, person_id, pot) not in found
    ]
    if missing:
        await store.insert_accounts(tx, missing)
    return found | {(one.cell, one.person_id, one.pot): one for one in missing}


async def post_between(
    tx: Tx, transfers: Sequence[tuple[int, int, int, int]], *, on: date, actor: str
) -> list[Posting]:
    """Post (cell, debit, credit, fen above zero) outside any settlement: one audit event each. Balances are the caller's."""
    postings = [
        Posting(
            cell=cell,
            posting_id=posting_id,
            settlement_id=None,
            debit_account=debit,
            credit_account=credit,
            amount_fen=amount_fen,
            posted_on=on,
        )
        for posting_id, (cell, debit, credit, amount_fen) in zip(tx.ids.take(len(transfers)), transfers, strict=True)
    ]
    await store.insert_postings(tx, postings)
    tx.audit += [
        AuditEvent(
            kind=kind_of(posting),
            cell=posting.cell,
            subject_id=posting.posting_id,
            actor=actor,
            content=content_of(posting),
        )
        for posting in postings
    ]
    return postings


async def credit_accounts(tx: Tx, credits_: Sequence[AccountCredit], *, on: date) -> list[Posting]:
    """Put money on personal accounts (划账): one posting and one audit event each; returns the postings."""
    persons = [(one.cell, one.person_id) for one in credits_]
    await lock_persons(tx, persons)
    accounts = await ensure_pots(tx, [(one.cell, one.person_id, one.pot) for one in credits_])
    transfers = [
        (one.cell, CREDIT_SOURCE, accounts[one.cell, one.person_id, one.pot].account_id, one.amount_fen)
        for one in credits_
    ]
    postings = await post_between(tx, transfers, on=on, actor="agency")
    await store.move_accounts(
        tx,
        [
            AccountMove(cell=one.cell, person_id=one.person_id, pot=one.pot, balance_fen=one.amount_fen)
            for one in credits_
        ],
    )
    return postings


def kind_of(posting: Posting) -> str:
    """What the audit calls a posting outside any settlement."""
    return CREDITED if posting.debit_account == CREDIT_SOURCE else MOVED


def content_of(posting: Posting) -> bytes:
    """What the audit holds a posting outside any settlement against."""
    return sm3(msgspec.json.encode(posting))
