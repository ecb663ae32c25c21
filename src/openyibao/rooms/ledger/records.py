"""Records of the ledger. 中文: 账务记录。"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from openyibao.rooms.policies import Fund


class AccountPot(StrEnum):
    """Which pot of a personal account (当年 / 历年账户)."""

    current = "current"
    past = "past"


CASH_ACCOUNT = 100
"""The person's own money, paid at the till; posted so that an institution's receipts are whole."""
CREDIT_SOURCE = 101
"""Where account credits (划账) come from: the pooled contributions."""
MERGE_TRANSIT = 109
"""Between the two records of one person while their accounts are made one; sums to zero over all cells."""
_FUND_ACCOUNTS = {fund: number for number, fund in enumerate(Fund, start=1)}


def fund_account(fund: Fund) -> int:
    """The ledger account of a fund; funds have numbers below 100, all other accounts are ids."""
    return _FUND_ACCOUNTS[fund]


class PersonalAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One pot of a person's account in one cell (个人账户)."""

    cell: int
    person_id: int
    pot: AccountPot
    account_id: int
    balance_fen: int


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """An amount above zero from one account to another (分录). A reversal swaps debit and credit."""

    cell: int
    posting_id: int
    settlement_id: int | None
    debit_account: int
    credit_account: int
    amount_fen: int
    posted_on: date


class AccountCredit(msgspec.Struct, frozen=True, kw_only=True):
    """Money put on a personal account (划账), in fen above zero."""

    cell: int
    person_id: int
    pot: AccountPot
    amount_fen: int
