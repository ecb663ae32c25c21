"""The commands for an agency's officers: filing waiting · preview · decide. 中文: 备案经办命令。

They go through the same lane and verbs as the service; the keys are the filing's and the decision's own, so that a command sent
twice decides once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from openyibao import running
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.looking import look_of_officer
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import sm3
from openyibao.kit.money import yuan_text
from openyibao.kit.outcome import Refused
from openyibao.main import open_platform
from openyibao.rooms import filings, settlement
from openyibao.rooms.filings import DecideRequest, Filer, Filing, FilingAct
from openyibao.rooms.looks import LookKind

app = typer.Typer(
    no_args_is_help=True, help="Filings that wait for the agency: see them, what they would change, decide."
)
console = Console(soft_wrap=True, highlight=False)
Reference = Annotated[str, typer.Argument(help="The filing's number, as cell-id.")]
Directory = Annotated[Path | None, typer.Option(help="An embedded server's directory; without settings, the demo's.")]
Officer = Annotated[str, typer.Option(help="Who looks or decides.")]
WhyLooked = Annotated[str, typer.Option("--why", help="Why you look: the people concerned can read it.")]
Run = Callable[[Platform], Awaitable[int]]


def _on_platform(directory: Path | None, run: Run) -> int:
    async def act(settings: Any) -> int:
        platform = await open_platform(settings, SystemClock())
        try:
            return await run(platform)
        finally:
            await platform.lane.drain()
            await platform.readers.close()

    with running.database(running.chosen_settings(directory)) as settings:
        return asyncio.run(act(settings))


@app.command()
def waiting(
    area: Annotated[int, typer.Argument(help="The pooling area.")],
    *,
    officer: Officer,
    why: WhyLooked,
    directory: Directory = None,
) -> None:
    """List the filings of an area that wait, the oldest first, at most 200; the people concerned see that you looked."""

    async def run(platform: Platform) -> int:
        async with platform.readers.reading() as reading:
            found = await filings.list_waiting(reading, area)
        people = [one.person_id for one in found]
        await look_of_officer(platform, people, kind=LookKind.filings, officer=officer, why=why)
        table = Table(box=None, pad_edge=False, padding=(0, 2))
        for title in ("filing", "kind", "about", "from", "until", "filed by"):
            table.add_column(title, overflow="fold", min_width=30 if title == "filing" else None)
        for one in found:
            about = one.disease_code or one.item_code or (str(one.treatment_area) if one.treatment_area else "")
            until = "" if one.valid_until is None else one.valid_until.isoformat()
            name = f"{one.cell}-{one.filing_id}"
            table.add_row(name, one.kind.value, about, one.begins_on.isoformat(), until, one.filer)
        console.print(table if found else "nothing waits")
        return 0

    raise typer.Exit(_on_platform(directory, run))


@app.command()
def preview(reference: Reference, *, officer: Officer, why: WhyLooked, directory: Directory = None) -> None:
    """What a filing would change of bills settled before it, in yuan. Changes nothing; the person sees that you looked."""

    async def run(platform: Platform) -> int:
        async with platform.readers.reading() as reading:
            filing = await _find(reading, reference)
            if filing is None:
                return _nothing(reference)
            await look_of_officer(platform, [filing.person_id], kind=LookKind.filings, officer=officer, why=why)
            today = platform.clock.today()
            _, changes = await settlement.preview_late_filing(reading, platform.desk, filing, today=today)
        for one in changes:
            console.print(
                f"{one.cell}-{one.settlement_id} of {one.settled_on}: funds {yuan_text(one.fund_total_before_fen)} → "
                f"{yuan_text(one.fund_total_after_fen)}, account {yuan_text(one.personal_account_before_fen)} → "
                f"{yuan_text(one.personal_account_after_fen)}, cash {yuan_text(one.cash_before_fen)} → "
                f"{yuan_text(one.cash_after_fen)}{'' if one.due else ' (follows)'}"
            )
        if not changes:
            console.print("no settlement would change")
        return 0

    raise typer.Exit(_on_platform(directory, run))


@app.command()
def decide(
    reference: Reference,
    act: Annotated[FilingAct, typer.Argument(help="approve, refuse, end or withdraw.")],
    *,
    officer: Annotated[str, typer.Option(help="Who decides.")],
    why: Annotated[str, typer.Option(help="The reason; a refusal needs one.")] = "",
    directory: Directory = None,
) -> None:
    """Decide on a filing; an approval prices again what it came too late for, where the area looks back."""

    async def run(platform: Platform) -> int:
        async with platform.readers.reading() as reading:
            filing = await _find(reading, reference)
        if filing is None:
            return _nothing(reference)
        key = f"{act.value}:{reference}:{filing.decision_count}"
        request = DecideRequest(
            institution_id=0,
            request_key=key,
            digest=sm3(f"{key}|{officer}|{why}".encode()),
            cell=filing.cell,
            filing_id=filing.filing_id,
            act=act,
            decided_by=Filer.agency,
            officer=officer,
            why=why,
        )
        answer = await platform.lane.submit("decide_filing", request)
        if isinstance(answer, Refused):
            console.print(f"[red]{answer.code}[/red] {answer.sentence('en')}\n{answer.sentence('zh')}")
            return 1
        corrected = "" if answer.correction_id is None else f", priced again as {filing.cell}-{answer.correction_id}"
        console.print(f"{reference}: {answer.filing.state.value}{corrected}")
        return 0

    raise typer.Exit(_on_platform(directory, run))


async def _find(reading: Any, reference: str) -> Filing | None:
    cell, _, number = reference.partition("-")
    if not (cell.isdecimal() and number.isdecimal() and len(cell) <= 9 and len(number) <= 18):
        return None
    name = (int(cell), int(number))
    return (await filings.read_filings(reading, [name])).get(name)


def _nothing(reference: str) -> int:
    console.print(f"[red]there is no filing {reference}[/red]")
    return 1
