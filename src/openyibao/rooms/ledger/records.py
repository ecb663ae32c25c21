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
