"""Verbs of the ledger: open accounts, credit them, post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Tx
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.ledger import store
from openyibao.rooms.ledger.records import CREDIT_SOURCE, AccountCredit, AccountPot, PersonalAccount, Posting
from openyibao.rooms.people import lock_persons


async def open_accounts(tx: Tx, persons: Sequence[tuple[int, int]]) -> None:
    """Open the current pot of a personal account for each (cell, person_id)."""
    accounts = [
        PersonalAccount(cell=cell, person_id=person_id, pot=AccountPot.current, account_id=tx.ids.next(), balance_fen=0)
        for cell, person_id in persons
    ]
    await store.insert_accounts(tx, accounts)


async def credit_accounts(tx: Tx, credits_: Sequence[AccountCredit], *, on: date) -> None:
    """Put money on personal accounts (划账): one posting each, and one audit event for the batch."""
    persons = [(one.cell, one.person_id) for one in credits_]
    await lock_persons(tx, persons)
    accounts = await store.read_accounts(tx, persons)
    postings = [
        Posting(
            cell=one.cell,
            posting_id=tx.ids.next(),
            settlement_id=None,
            debit_account=CREDIT_SOURCE,
            credit_account=accounts[one.cell, one.person_id, one.pot].account_id,
            amount_fen=one.amount_fen,
            posted_on=on,
        )
        for one in credits_
    ]
    await store.insert_postings(tx, postings)
    await store.move_balances(tx, [(one.cell, one.person_id, one.pot, one.amount_fen) for one in credits_])
    tx.audit += [
        AuditEvent(
            kind="account_credited",
            cell=posting.cell,
            subject_id=posting.posting_id,
            actor="agency",
            content=content_of(posting),
        )
        for posting in postings
    ]


def content_of(posting: Posting) -> bytes:
    """What the audit holds an account credit against."""
    return sm3(msgspec.json.encode(posting))
