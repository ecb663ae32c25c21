"""Who owes whom: balanced postings, and the personal accounts with their balances.

Keeps: personal accounts (pots of this year and of past years, the purse), postings. Promises: a posting has one debit, one
credit and an amount above zero, so the whole sums to zero by construction; what a pot has available, its balance less what
is held on it, never goes below zero; postings are insert-only. Units: fen.
Callers: holds, credits, mutual_aid, purse, settlement. 中文: 账务与个人账户。
"""

from openyibao.rooms.ledger.carrying import carry_balances
from openyibao.rooms.ledger.records import (
    CASH_ACCOUNT,
    CREDIT_SOURCE,
    INTEREST_SOURCE,
    LEDGER_ACCOUNTS_MOST,
    MERGE_TRANSIT,
    MUTUAL_AID_TRANSIT,
    PURSE_TRANSIT,
    AccountCredit,
    AccountKey,
    AccountMove,
    AccountPot,
    PersonalAccount,
    Posting,
    cleared_pair,
    clearing_account,
    fund_account,
)
from openyibao.rooms.ledger.service import (
    content_of,
    credit_accounts,
    ensure_pots,
    kind_of,
    open_accounts,
    post_between,
)
from openyibao.rooms.ledger.store import (
    count_accounts,
    count_by_roll,
    insert_postings,
    list_cells,
    list_moves,
    list_postings,
    list_unrolled,
    list_wrong_balances,
    move_accounts,
    read_accounts,
    sum_transit,
    turn_year,
)

__all__ = [
    "CASH_ACCOUNT",
    "CREDIT_SOURCE",
    "INTEREST_SOURCE",
    "LEDGER_ACCOUNTS_MOST",
    "MERGE_TRANSIT",
    "MUTUAL_AID_TRANSIT",
    "PURSE_TRANSIT",
    "AccountCredit",
    "AccountKey",
    "AccountMove",
    "AccountPot",
    "PersonalAccount",
    "Posting",
    "carry_balances",
    "cleared_pair",
    "clearing_account",
    "content_of",
    "count_accounts",
    "count_by_roll",
    "credit_accounts",
    "ensure_pots",
    "fund_account",
    "insert_postings",
    "kind_of",
    "list_cells",
    "list_moves",
    "list_postings",
    "list_unrolled",
    "list_wrong_balances",
    "move_accounts",
    "open_accounts",
    "post_between",
    "read_accounts",
    "sum_transit",
    "turn_year",
]
