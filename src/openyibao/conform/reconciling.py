"""3201 and 3202 against the client's own books: to zero differences, then with differences planted that must be found. 中文: 对账。

What the institution settled before this run is learnt from the platform itself: a detail file without rows must come back with
every settlement as "platform has more".
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from openyibao.conform.books import Booked
from openyibao.conform.calls import Exchange
from openyibao.conform.identities import fen_of
from openyibao.conform.judging import Complaint
from openyibao.conform.messages import Facts
from openyibao.conform.playing import Stage, dig, is_unsupported, judge_reply
from openyibao.conform.props import unzipped, zipped
from openyibao.conform.truths import Scene, balanced

Group = tuple[str, str, str]
RESULT_OCTETS_MAX = 256_000_000
EQUAL, CENTRE_MORE, INSTITUTION_MORE, DIFFERENT = (
    ("0", "000000"),
    ("1", "000101"),
    ("2", "000102"),
    ("3", "000103"),
)
COLUMNS = (
    "psn_no",
    "mdtrt_id",
    "setl_id",
    "msgid",
    "stmt_rslt",
    "refd_setl_flag",
    "memo",
    "medfee_sumamt",
    "fund_pay_sumamt",
    "acct_pay",
)


class Row(msgspec.Struct, frozen=True):
    """One line of a detail file."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    whole_fen: int
    fund_fen: int
    account_fen: int
    cash_fen: int
    reversal: bool

    def text(self) -> str:
        """Tab separated, in the order of the table."""
        amounts = (yuan(self.whole_fen), yuan(self.fund_fen), yuan(self.account_fen))
        return "\t".join((self.setl_id, self.mdtrt_id, self.psn_no, *map(str, amounts), "1" if self.reversal else "0"))


def yuan(fen: int) -> Decimal:
    """Fen as yuan."""
    return Decimal(fen).scaleb(-2)


def row_of(booked: Booked) -> Row:
    """A booked settlement as a line."""
    return Row(
        setl_id=booked.setl_id,
        mdtrt_id=booked.mdtrt_id,
        psn_no=booked.psn_no,
        whole_fen=booked.whole_fen,
        fund_fen=booked.fund_fen,
        account_fen=booked.account_fen,
        cash_fen=booked.cash_fen,
        reversal=booked.reversal,
    )


class Reconciler:
    """One institution's reconciliation of the day."""

    def __init__(self, stage: Stage, facts: Facts) -> None:
        self._stage, self._facts = stage, facts

    def run(self) -> None:
        """Every group of the books."""
        code = str(self._facts["fixmedins_code"])
        groups = self._stage.books.groups(code)
        if not groups:
            for infno in ("3201", "3202", "9101"):
                self._stage.scores.say_not_run(infno, "nothing was settled")
        for number, group in enumerate(groups):
            self._group(group, [row_of(each) for each in self._stage.books.of(group, code)], planting=number == 0)

    def _group(self, group: Group, own: list[Row], *, planting: bool) -> None:
        self._stage.progress(f"reconciling {group[0]} {group[1]}")
        before = self._before(group, own)
        rows = before + own
        totals = self._totals(group, rows)
        if totals is None:
            return
        self._truth("3201", balanced_complaints(totals), totals)
        changed = self._totals(group, [*rows[:-1], msgspec.structs.replace(rows[-1], whole_fen=rows[-1].whole_fen + 1)])
        if changed is not None and dig(changed.output, "stmtinfo.stmt_rslt") in EQUAL:
            self._truth("3201", [_says("stmtinfo.stmt_rslt", "is 0 although one fen was added")], changed)
        results = self._details(group, rows)
        if results is not None:
            self._truth("3202", _differences(results[1], {}), results[0])
        if planting:
            self._plant(group, rows, own)

    def _plant(self, group: Group, rows: list[Row], own: list[Row]) -> None:
        """One settlement left out, one that the platform never had (a 2601 that succeeded while the HIS kept the bill), one fen changed."""
        if len(own) < 2:
            return
        gone, changed = own[0], own[1]
        kept = msgspec.structs.replace(own[0], setl_id="99999999999999999", mdtrt_id=own[0].mdtrt_id)
        planted = [msgspec.structs.replace(row, whole_fen=row.whole_fen + 1) if row is changed else row for row in rows]
        planted = [row for row in planted if row is not gone] + [kept]
        results = self._details(group, planted)
        if results is not None:
            due = {gone.setl_id: CENTRE_MORE, kept.setl_id: INSTITUTION_MORE, changed.setl_id: DIFFERENT}
            self._truth("3202", _differences(results[1], due), results[0])

    def _before(self, group: Group, own: list[Row]) -> list[Row]:
        """What the platform has of this group besides our own."""
        results = self._details(group, [])
        if results is None:
            return []
        known = {row.setl_id for row in own}
        return [
            Row(
                setl_id=line["setl_id"],
                mdtrt_id=line["mdtrt_id"],
                psn_no=line["psn_no"],
                whole_fen=fen_of(line["medfee_sumamt"]) or 0,
                fund_fen=fen_of(line["fund_pay_sumamt"]) or 0,
                account_fen=fen_of(line["acct_pay"]) or 0,
                cash_fen=0,
                reversal=line["refd_setl_flag"] == "1",
            )
            for line in results[1]
            if line["stmt_rslt"] in CENTRE_MORE and line["setl_id"] not in known
        ]

    def _totals(self, group: Group, rows: list[Row]) -> Exchange | None:
        insutype, clr_type, optins = group
        content = {
            "data": {
                **self._sums(rows),
                "insutype": insutype,
                "clr_type": clr_type,
                "setl_optins": optins,
                "acct_pay": yuan(sum(row.account_fen for row in rows)),
            }
        }
        return self._judged("3201", self._stage.caller.call("3201", content, self._facts))

    def _sums(self, rows: list[Row]) -> dict[str, Any]:
        count = sum(-1 if row.reversal else 1 for row in rows)
        return {
            "stmt_begndate": self._facts["today"],
            "stmt_enddate": self._facts["today"],
            "medfee_sumamt": yuan(sum(row.whole_fen for row in rows)),
            "fund_pay_sumamt": yuan(sum(row.fund_fen for row in rows)),
            "fixmedins_setl_cnt": count,
            "refd_setl_flag": "0",
            "fixmedins_refd_setl_flag": "0",
        }

    def _details(self, group: Group, rows: list[Row]) -> tuple[Exchange, list[dict[str, str]]] | None:
        """Upload, compare, download; the exchange of 3202 and the lines of the result."""
        name = f"conform{self._stage.caller.calls}"
        text = "".join(row.text() + "\n" for row in rows)
        node = {"fsUploadIn": {"filename": name + ".zip", "fixmedins_code": self._facts["fixmedins_code"]}}
        octets = zipped(name + ".txt", text.encode())
        sent = self._stage.caller.upload("9101", node, self._facts, name=name + ".zip", octets=octets)
        if self._judged("9101", sent) is None:
            return None
        content = {
            "data": {
                **self._sums(rows),
                "setl_optins": group[2],
                "file_qury_no": dig(sent.output, "file_qury_no"),
                "clr_type": group[1],
                "cash_payamt": yuan(sum(row.cash_fen for row in rows)),
            }
        }
        compared = self._judged("3202", self._stage.caller.call("3202", content, self._facts))
        if compared is None:
            return None
        lines = fetch_file(
            self._stage, self._facts, dig(compared.output, "fileinfo"), str(self._facts["fixmedins_code"])
        )
        return None if lines is None else (compared, [_named(line) for line in lines])

    def _judged(self, infno: str, exchange: Exchange) -> Exchange | None:
        return judged(self._stage, infno, exchange, "reconciliation")

    def _truth(self, infno: str, found: list[Complaint], exchange: Exchange) -> None:
        self._stage.scores.mark(infno, "truth", found, exchange, "reconciliation")


def judged(stage: Stage, infno: str, exchange: Exchange, story: str) -> Exchange | None:
    """The general checks; the exchange where it succeeded."""
    if is_unsupported(exchange):
        stage.scores.say_unsupported(infno, str(exchange.reply.get("err_msg")))
        return None
    says = exchange.fault or f"infcode {exchange.reply.get('infcode')}: {exchange.reply.get('err_msg')}"
    found = [] if exchange.succeeded else [Complaint("answered", "infcode", says, f"transactions.md {infno}")]
    if not stage.scores.mark(infno, "answered", found, exchange, story):
        return None
    judge_reply(stage.scores, infno, exchange, story, at=stage.now())
    return exchange


def fetch_file(stage: Stage, facts: Facts, fileinfo: Any, fixmedins_code: str) -> list[list[str]] | None:
    """9102: the lines of a file, each cut at its tabs; None where none came."""
    info = fileinfo if isinstance(fileinfo, dict) else {}
    node = {
        "file_qury_no": info.get("file_qury_no"),
        "filename": info.get("filename"),
        "fixmedins_code": fixmedins_code,
    }
    exchange = stage.caller.call("9102", {"fsDownloadIn": node}, facts)
    if is_unsupported(exchange):
        stage.scores.say_unsupported("9102", str(exchange.reply.get("err_msg")))
        return None
    says = exchange.fault or f"infcode {exchange.reply.get('infcode')}: {exchange.reply.get('err_msg')}"
    found = (
        []
        if exchange.octets
        else [Complaint("answered", "reply", says, "envelope.md, Files: application/octet-stream")]
    )
    if not stage.scores.mark("9102", "answered", found, exchange, "files"):
        return None
    text = unzipped(exchange.octets, most=RESULT_OCTETS_MAX)
    found = (
        [] if text is not None else [Complaint("types", "file", "is no zip of one UTF-8 text", "envelope.md, Files")]
    )
    stage.scores.mark("9102", "types", found, exchange, "files")
    return None if text is None else [line.split("\t") for line in text.splitlines() if line.strip()]


def balanced_complaints(exchange: Exchange) -> list[Complaint]:
    """As the truth ``balanced``, outside of a story."""
    return balanced(Scene({}, {}, exchange))


def _named(line: list[str]) -> dict[str, str]:
    return dict(zip(COLUMNS, [*line, *[""] * len(COLUMNS)], strict=False))


def _differences(lines: list[dict[str, str]], due: Mapping[str, tuple[str, ...]]) -> list[Complaint]:
    """What the result file says against what was planted."""
    got = {line["setl_id"]: line["stmt_rslt"] for line in lines if line["stmt_rslt"] not in EQUAL}
    found = [
        _says(f"settlement {setl_id}", f"was planted as {kinds[0]}, the result says {got.get(setl_id)!r}")
        for setl_id, kinds in due.items()
        if got.get(setl_id) not in kinds
    ]
    return found + [
        _says(f"settlement {setl_id}", f"differs ({kind}) though nothing was changed")
        for setl_id, kind in sorted(got.items())
        if setl_id not in due
    ]


def _says(where: str, what: str) -> Complaint:
    return Complaint("truth", where, what, "transactions.md 3201, 3202; codelists.md stmt_rslt")
