"""Printing the conformance table and writing it as JSON. 中文: 打印符合性结果表。"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from openyibao.conform.scoreboard import CHECKS, Finding, Mark, RowState, Scoreboard
from openyibao.conform.sloppiness import SLOPPINESS
from openyibao.conform.tables import find_transaction

SIGNS = {Mark.holds: "[green]✓[/green]", Mark.noted: "[yellow]•[/yellow]", Mark.fails: "[red]✗[/red]"}
STATES = {
    RowState.passed: "[green]pass[/green]",
    RowState.failed: "[red]FAIL[/red]",
    RowState.unsupported: "[dim]no[/dim]",
    RowState.not_run: "[yellow]not run[/yellow]",
}
FINDINGS_SHOWN = 40
SHORT = {
    "answered": "answ",
    "envelope": "env",
    "required": "req",
    "types": "type",
    "codes": "code",
    "identities": "sums",
    "truth": "true",
    "shape": "shap",
    "people": "two",
    "repeat": "rep",
    "refusal": "ref",
}
TITLE_WIDTH, NUMBER_WIDTH = 22, 16
OTHER_TITLES = {
    "ec.query": "电子凭证解码",
    "localEcTokenCheck": "令牌核验",
    "cn.nhsa.qrcode.get": "终端扫码解码",
    "iot.gain.ec.qrcode": "终端扫码解码(旧)",
    "cn.nhsa.settle.notify": "终端结算通知",
    "iot.medical.settle.notify": "终端结算通知(旧)",
    "0000": "不存在的交易",
}


def print_table(console: Console, scores: Scoreboard) -> None:
    """A row a transaction, a sign a check: ✓ holds, • holds with a remark, ✗ fails, · not asked."""
    shown = Table(title="Conformance · 符合性", title_justify="left", box=None, padding=(0, 1, 0, 0))
    shown.add_column("no", no_wrap=True, min_width=6, max_width=NUMBER_WIDTH)
    shown.add_column("transaction", no_wrap=True, min_width=8, max_width=TITLE_WIDTH)
    shown.add_column("state", no_wrap=True, min_width=5)
    for check in CHECKS:
        shown.add_column(SHORT.get(check, check), no_wrap=True, min_width=4)
    for infno in sorted(scores.cells, key=_place):
        cells = scores.cells[infno]
        signs = [SIGNS[cells[check]] if check in cells else "[dim]·[/dim]" for check in CHECKS]
        shown.add_row(infno, title_of(infno), STATES[scores.state(infno)], *signs)
    console.print(shown)


def print_findings(console: Console, scores: Scoreboard) -> None:
    """Failures first, each with its passage; then what could not be run."""
    failing = [each for each in scores.findings if not each.complaint.noted]
    for finding in failing[:FINDINGS_SHOWN]:
        console.print(f"[red]✗[/red] {sentence_of(finding)}", highlight=False)
    if len(failing) > FINDINGS_SHOWN:
        console.print(f"… and {len(failing) - FINDINGS_SHOWN} more: --json writes all, with their messages")
    for infno, why in sorted(scores.not_run.items()):
        if scores.state(infno) is RowState.not_run:
            console.print(f"[yellow]not run[/yellow] {infno}: {why}", highlight=False)
    counts = scores.counts()
    console.print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()))


def sentence_of(finding: Finding) -> str:
    """One finding in a line."""
    told = finding.complaint
    return f"{finding.infno} {told.check} ({finding.story}): {told.where} {told.says} [{told.passage}]".replace(
        "[", "\\["
    )


def write_json(path: Path, scores: Scoreboard, *, url: str, profile: str, at: datetime) -> None:
    """Everything: cells, states, findings with both messages (what was sent names the made-up people of the cast)."""
    content = {
        "url": url,
        "profile": profile,
        "at": at.isoformat(timespec="seconds"),
        "counts": scores.counts(),
        "findings_left_off": scores.left_off,
        "transactions": {
            infno: {
                "title": title_of(infno),
                "state": scores.state(infno),
                "checks": cells,
                "says": scores.unsupported.get(infno) or scores.not_run.get(infno, ""),
            }
            for infno, cells in sorted(scores.cells.items(), key=lambda pair: _place(pair[0]))
        },
        "findings": [
            {
                "infno": each.infno,
                "story": each.story,
                "check": each.complaint.check,
                "where": each.complaint.where,
                "says": each.complaint.says,
                "passage": each.complaint.passage,
                "noted": each.complaint.noted,
                "sent": each.sent,
                "reply": each.reply,
            }
            for each in scores.findings
        ],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=_plain) + "\n", encoding="utf-8")


def title_of(infno: str) -> str:
    """The transaction's name in the edition; for a kind of sloppiness what it does."""
    if infno.startswith("~"):
        return (SLOPPINESS[infno[1:]].__doc__ or "").partition(".")[0][:38]
    if infno.startswith("@"):
        return "another address"
    return OTHER_TITLES.get(infno) or find_transaction(infno).title


def _place(infno: str) -> tuple[bool, bool, str]:
    return infno.startswith(("~", "@")), not infno[0].isdigit(), infno


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | bytes) else repr(value)
