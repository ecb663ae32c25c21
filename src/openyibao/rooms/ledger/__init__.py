"""Who owes whom: balanced postings, and the personal accounts with their balances.

Keeps: personal accounts, postings. Promises: a posting has one debit, one credit and an amount above zero, so the whole
sums to zero by construction; a personal account never goes below zero; postings are insert-only. Units: fen.
Callers: settlement. 中文: 账务与个人账户。
"""

from openyibao.rooms.ledger.carrying import carry_balances
from openyibao.rooms.ledger.records import (
    CASH_ACCOUNT,
    CREDIT_SOURCE,
    MERGE_TRANSIT,
    AccountCredit,
    AccountPot,
    PersonalAccount,
    Posting,
    fund_account,
)
from openyibao.rooms.ledger.service import content_of, credit_accounts, open_accounts
from openyibao.rooms.ledger.store import (
    count_accounts,
    insert_postings,
    list_postings,
    list_wrong_balances,
    move_balances,
    read_accounts,
)

__all__ = [
    "CASH_ACCOUNT",
    "CREDIT_SOURCE",
    "MERGE_TRANSIT",
    "AccountCredit",
    "AccountPot",
    "PersonalAccount",
    "Posting",
    "carry_balances",
    "content_of",
    "count_accounts",
    "credit_accounts",
    "fund_account",
    "insert_postings",
    "list_postings",
    "list_wrong_balances",
    "move_balances",
    "open_accounts",
    "read_accounts",
]
