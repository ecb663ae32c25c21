"""The conformance table: a row a transaction, a column a check, and every finding with its messages. 中文: 符合性结果表。"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from openyibao.conform.calls import Exchange
from openyibao.conform.judging import Complaint
from openyibao.conform.messages import plain

CHECKS = (
    *("answered", "envelope", "required", "types", "codes", "identities", "ids", "truth", "shape"),
    *("people", "repeat", "refusal"),
)
"""The columns, in the order in which they are asked."""

FINDINGS_MAX = 2_000


class Mark(StrEnum):
    """What a cell says. ``noted``: holds, with a remark."""

    holds = "holds"
    noted = "noted"
    fails = "fails"


class RowState(StrEnum):
    """What became of a transaction as a whole."""

    passed = "passed"
    failed = "failed"
    unsupported = "unsupported"
    not_run = "not_run"


class Finding(msgspec.Struct, frozen=True):
    """One complaint with its transaction, story and messages."""

    infno: str
    story: str
    complaint: Complaint
    sent: dict[str, Any]
    reply: dict[str, Any]


class Scoreboard:
    """Collects marks; a failed cell stays failed."""

    def __init__(self) -> None:
        self.cells: dict[str, dict[str, Mark]] = {}
        self.findings: list[Finding] = []
        self.unsupported: dict[str, str] = {}
        self.not_run: dict[str, str] = {}
        self.left_off = 0

    def open(self, infno: str) -> None:
        """A row for a transaction, even when nothing is known yet."""
        self.cells.setdefault(infno, {})

    def mark(self, infno: str, check: str, complaints: list[Complaint], exchange: Exchange, story: str) -> bool:
        """One check of one exchange; whether it holds."""
        self.open(infno)
        found = [msgspec.structs.replace(each, check=check) if each.check != check else each for each in complaints]
        fails = any(not each.noted for each in found)
        mark = Mark.fails if fails else Mark.noted if found else Mark.holds
        before = self.cells[infno].get(check)
        rank = [Mark.holds, Mark.noted, Mark.fails]
        if before is None or rank.index(mark) > rank.index(before):
            self.cells[infno][check] = mark
        for each in found:
            self._keep(Finding(infno, story, each, plain(exchange.sent), plain(exchange.reply)))
        return not fails

    def _keep(self, finding: Finding) -> None:
        alike = (finding.infno, finding.complaint.check, finding.complaint.where, finding.complaint.passage)
        if any((e.infno, e.complaint.check, e.complaint.where, e.complaint.passage) == alike for e in self.findings):
            return
        if len(self.findings) >= FINDINGS_MAX:
            self.left_off += 1
            return
        self.findings.append(finding)

    def say_unsupported(self, infno: str, says: str) -> None:
        """The server refuses the transaction by its name."""
        self.open(infno)
        self.unsupported[infno] = says

    def say_not_run(self, infno: str, why: str) -> None:
        """It could not be tried."""
        self.open(infno)
        self.not_run.setdefault(infno, why)

    def state(self, infno: str) -> RowState:
        """Failed if any cell failed; unsupported where the server said so and nothing ran; not run where nothing was asked."""
        cells = self.cells.get(infno, {})
        if Mark.fails in cells.values():
            return RowState.failed
        if infno in self.unsupported:
            return RowState.unsupported
        return RowState.passed if cells else RowState.not_run

    def counts(self) -> dict[str, int]:
        """How many rows of each state."""
        states = [self.state(infno) for infno in self.cells]
        return {state.value: states.count(state) for state in RowState}

    @property
    def failed(self) -> bool:
        """Whether any row failed, or nothing ran at all."""
        return self.counts()["failed"] > 0 or self.counts()["passed"] == 0
