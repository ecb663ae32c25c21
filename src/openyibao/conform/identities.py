"""The amount identities I1-I6 of codelists.md, to the fen, in fen. Pure. 中文: 金额恒等式。

``account_inside``: Guangdong counts the personal account inside fund_pay_sumamt (codelists.md, provincial difference).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from openyibao.conform.judging import Complaint

_FUNDS = ("hifp_pay", "hifmi_pay", "hifob_pay", "cvlserv_pay", "hifes_pay", "maf_pay", "oth_pay", "hifdm_pay")
_PARTS = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
_LINE_PARTS = ("fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")
PASSAGE = "codelists.md, Amount identities"
ACCOUNT_FUNDS = ("310200", "310201")
HOSPITAL_FUNDS = ("999996", "999997")
LINE_TOLERANCE_FEN = 1


def fen_of(value: Any) -> int | None:
    """Yuan as fen; None for null and for what is no whole number of fen."""
    if value is None or isinstance(value, bool):
        return None
    try:
        fen = Decimal(str(value)) * 100
    except ArithmeticError:
        return None
    return int(fen) if fen == fen.to_integral_value() else None


class Amounts:
    """One settlement's amounts in fen, by their wire names; null is 0, psn_part and hosp_part may stand in older names."""

    def __init__(self, setlinfo: dict[str, Any]) -> None:
        self._row = setlinfo

    def fen(self, *names: str) -> int:
        """The first of the names that is there."""
        for name in names:
            value = fen_of(self._row.get(name))
            if value is not None:
                return value
        return 0

    def has(self, name: str) -> bool:
        """Whether a name carries an amount."""
        return fen_of(self._row.get(name)) is not None

    @property
    def whole(self) -> int:
        """medfee_sumamt."""
        return self.fen("medfee_sumamt")

    @property
    def fund(self) -> int:
        """fund_pay_sumamt."""
        return self.fen("fund_pay_sumamt")

    @property
    def person(self) -> int:
        """psn_part_amt, else psn_pay, else account and cash."""
        if self.has("psn_part_amt") or self.has("psn_pay"):
            return self.fen("psn_part_amt", "psn_pay")
        return self.account_paid + self.cash

    @property
    def account_paid(self) -> int:
        """acct_pay, mutual aid inside."""
        return self.fen("acct_pay")

    @property
    def cash(self) -> int:
        """psn_cash_pay."""
        return self.fen("psn_cash_pay", "pdn_cash_pay", "cash_payamt", "cashPayamt")

    @property
    def hospital(self) -> int:
        """hosp_part_amt."""
        return self.fen("hosp_part_amt", "ownpay_hosp_part")


def judge_identities(
    setlinfo: dict[str, Any], setldetail: list[dict[str, Any]] | None, *, account_inside: bool = False
) -> list[Complaint]:
    """I1 to I4 and I6 on one settlement, its reversal or its trial."""
    have = Amounts(setlinfo)
    inside = have.account_paid if account_inside else 0
    complaints = [
        _unequal("I1", "medfee_sumamt", have.whole, have.fund - inside + have.person + have.hospital),
        _unequal("I2", "psn_part_amt", have.person, have.account_paid + have.cash),
        _unequal("I3", "fund_pay_sumamt", have.fund - inside, sum(have.fen(name) for name in _FUNDS)),
        _unequal("I4", "medfee_sumamt", have.whole, sum(have.fen(name) for name in _PARTS)),
    ]
    if abs(have.fen("acct_mulaid_pay")) > abs(have.account_paid):
        complaints.append(_says("I2", "acct_mulaid_pay", "is larger than acct_pay, which includes it"))
    if setldetail is not None:
        rows = sum(fen_of(row.get("fund_payamt")) or 0 for row in setldetail)
        complaints.append(_unequal("I6", "setldetail", rows, have.fund - inside + have.account_paid + have.hospital))
        complaints += _judge_funds(setldetail, have)
    return [each for each in complaints if each]


def _judge_funds(setldetail: list[dict[str, Any]], have: Amounts) -> Iterator[Complaint]:
    """The rows by their kind: account rows are acct_pay, hospital rows hosp_part_amt, each fund once."""
    by_kind: dict[str, int] = {}
    for row in setldetail:
        kind = str(row.get("fund_pay_type"))
        if kind in by_kind:
            yield _says("I6", "setldetail", f"has fund {kind} twice")
        by_kind[kind] = by_kind.get(kind, 0) + (fen_of(row.get("fund_payamt")) or 0)
    account = sum(fen for kind, fen in by_kind.items() if kind.startswith(ACCOUNT_FUNDS))
    if account != have.account_paid - have.fen("acct_mulaid_pay") and account != have.account_paid:
        yield _says("I6", "setldetail", f"has {account} fen from personal accounts, acct_pay is {have.account_paid}")
    hospital = sum(fen for kind, fen in by_kind.items() if kind in HOSPITAL_FUNDS)
    if hospital != have.hospital:
        yield _says("I6", "setldetail", f"has {hospital} fen borne by the hospital, hosp_part_amt is {have.hospital}")


def judge_line(row: dict[str, Any]) -> list[Complaint]:
    """I5 on one line of 2204, 2301 or detlcutinfo."""
    amounts = {name: fen_of(row.get(name)) for name in ("det_item_fee_sumamt", *_LINE_PARTS)}
    if any(amounts[name] is None for name in amounts):
        return []  # optional in the table; a missing one is the required check's affair
    parts = {name: amounts[name] or 0 for name in amounts}
    whole = parts["det_item_fee_sumamt"]
    complaints = [_unequal("I5", "det_item_fee_sumamt", whole, sum(parts[name] for name in _LINE_PARTS))]
    proportion = row.get("selfpay_prop")
    if str(row.get("chrgitm_lv")) == "03":
        if parts["fulamt_ownpay_amt"] != whole:
            complaints.append(_says("I5", "fulamt_ownpay_amt", "of class 03 is not the whole line"))
    elif proportion is not None and parts["fulamt_ownpay_amt"] == 0:
        due = Decimal(str(proportion)) * (whole - parts["overlmt_amt"])
        rounded = int(due.quantize(Decimal(1), rounding=ROUND_HALF_UP))
        if abs(rounded - parts["preselfpay_amt"]) > LINE_TOLERANCE_FEN:
            complaints.append(
                _says("I5", "preselfpay_amt", f"is {parts['preselfpay_amt']} fen, selfpay_prop makes it {rounded}")
            )
    return [each for each in complaints if each]


def _unequal(name: str, where: str, left_fen: int, right_fen: int) -> Complaint | None:
    if left_fen == right_fen:
        return None
    return _says(name, where, f"{left_fen} fen against {right_fen}")


def _says(name: str, where: str, what: str) -> Complaint:
    return Complaint("identities", where, f"{name}: {what}", f"{PASSAGE} {name}")
