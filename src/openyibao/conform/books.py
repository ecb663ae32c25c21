"""The client's own books: every settlement and reversal it was told of, in fen, to reconcile and to leave nothing behind. 中文: 客户端自己的账。"""

from __future__ import annotations

import msgspec

from openyibao.conform.calls import Exchange
from openyibao.conform.identities import Amounts
from openyibao.conform.messages import Facts


class Booked(msgspec.Struct, frozen=True):
    """One settlement or reversal as the client booked it. ``reversal`` rows carry negative amounts."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    msgid: str
    insutype: str
    clr_type: str
    optins: str
    whole_fen: int
    fund_fen: int
    account_fen: int
    cash_fen: int
    reversal: bool
    fixmedins_code: str = ""

    @property
    def group(self) -> tuple[str, str, str]:
        """What 3201 asks by: insurance, clearing kind, agency."""
        return self.insutype, self.clr_type, self.optins


SETTLING = frozenset({"2207", "2207A", "2102", "2304"})
REVERSING = frozenset({"2208", "2305", "2103"})


class Books:
    """Rows in the order they came."""

    def __init__(self) -> None:
        self.rows: list[Booked] = []

    def note(self, exchange: Exchange, facts: Facts) -> None:
        """Book a settling or reversing reply that succeeded; repeats of the same id are one."""
        if not exchange.succeeded or exchange.infno not in SETTLING | REVERSING:
            return
        output = exchange.output
        setlinfo = output.get("setlinfo") if isinstance(output, dict) else None
        if not isinstance(setlinfo, dict):
            return
        have, setl_id = Amounts(setlinfo), str(setlinfo.get("setl_id"))
        if any(row.setl_id == setl_id for row in self.rows):
            return
        sent = exchange.content.get("data", {})
        original = next((row for row in self.rows if row.setl_id == str(sent.get("setl_id"))), None)
        self.rows.append(
            Booked(
                setl_id=setl_id,
                mdtrt_id=str(setlinfo.get("mdtrt_id")),
                psn_no=str(setlinfo.get("psn_no") or facts.get("psn_no", "")),
                msgid=exchange.msgid,
                insutype=str(
                    setlinfo.get("insutype") or (original.insutype if original else facts.get("insutype", ""))
                ),
                clr_type=str(setlinfo.get("clr_type") or (original.clr_type if original else "")),
                optins=str(setlinfo.get("clr_optins") or (original.optins if original else "")),
                whole_fen=have.whole,
                fund_fen=have.fund,
                account_fen=have.account_paid,
                cash_fen=have.cash,
                reversal=exchange.infno in REVERSING,
                fixmedins_code=str(facts.get("fixmedins_code", "")),
            )
        )

    def strike(self, msgid: str) -> None:
        """A 2601 undid it: annulled pairs count in no reconciliation."""
        self.rows = [row for row in self.rows if row.msgid != msgid]

    def groups(self, fixmedins_code: str) -> list[tuple[str, str, str]]:
        """The groups to reconcile."""
        return sorted({row.group for row in self.rows if row.fixmedins_code == fixmedins_code})

    def of(self, group: tuple[str, str, str], fixmedins_code: str) -> list[Booked]:
        """The rows of a group."""
        return [row for row in self.rows if row.group == group and row.fixmedins_code == fixmedins_code]
