"""Records of the ledger. 中文: 账务记录。"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from openyibao.rooms.policies import Fund


class AccountPot(StrEnum):
    """Which pot of a personal account (当年 / 历年账户), or the purse that relatives fill (医保钱包)."""

    current = "current"
    past = "past"
    purse = "purse"


CASH_ACCOUNT = 100
"""The person's own money, paid at the till; posted so that an institution's receipts are whole."""
CREDIT_SOURCE = 101
"""Where account credits (划账) come from: the pooled contributions."""
MUTUAL_AID_TRANSIT = 102
"""Between cells: what a relative's account elsewhere gives for a bill settled here (共济往来)."""
PURSE_TRANSIT = 103
"""Between cells: what one person sends to another's purse (钱包往来)."""
LEDGER_ACCOUNTS_MOST = 999
"""Funds and the accounts above have numbers up to this; personal accounts and institutions have ids."""
INTEREST_SOURCE = 104
"""Where the interest on personal accounts comes from (账户利息)."""
MERGE_TRANSIT = 109
"""Between the two records of one person while their accounts are made one; sums to zero over all cells."""
_FUND_ACCOUNTS = {fund: number for number, fund in enumerate(Fund, start=1)}


def fund_account(fund: Fund) -> int:
    """The ledger account of a fund; funds have numbers below 100, all other accounts are ids."""
    return _FUND_ACCOUNTS[fund]


_AREA, _PAIR = 10**6, 10**12


def clearing_account(treatment_area: int, insured_area: int, fund: Fund | None) -> int:
    """The account by which an insured area's fund, None for its personal accounts, pays in a treatment area (异地清算).

    Below zero, so that no id meets it: -(fund · treatment area · insured area), each in its digits. What stands on it sums
    to zero with each settlement; its turnover is what the two areas have to clear.
    """
    payer = 0 if fund is None else fund_account(fund)
    return -(payer * _PAIR + treatment_area * _AREA + insured_area)


def cleared_pair(number: int) -> tuple[Fund | None, int, int] | None:
    """(fund, treatment area, insured area) of a clearing account; None for any other account."""
    if number >= 0:
        return None
    payer, pair = divmod(-number, _PAIR)
    fund = next((fund for fund, n in _FUND_ACCOUNTS.items() if n == payer), None)
    return fund, pair // _AREA, pair % _AREA


class PersonalAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One pot of a person's account in one cell (个人账户)."""

    cell: int
    person_id: int
    pot: AccountPot
    account_id: int
    balance_fen: int
    held_fen: int = 0
    """What open holds keep (预占)."""
    rolled_year: int = 0
    """Of the current pot: the account year it is of; 0 where it never turned."""

    @property
    def available_fen(self) -> int:
        """What may be spent: the balance less what is held. Never below zero."""
        return self.balance_fen - self.held_fen


AccountKey = tuple[int, int, AccountPot]
"""(cell, person_id, pot)."""


class AccountMove(msgspec.Struct, frozen=True, kw_only=True):
    """What is added to a pot's balance and to what is held on it, in fen; below zero where it goes out."""

    cell: int
    person_id: int
    pot: AccountPot
    balance_fen: int = 0
    held_fen: int = 0


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
