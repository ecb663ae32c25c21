"""The commands for agency officers: agency period · reprice · identity · lost-phone. Each act has a maker, another approver and a reason. 中文: 经办命令。"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from openyibao import running
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.identities import change_identity_of, end_by_hotline, read_identities
from openyibao.kit.batch import Work
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Tx
from openyibao.kit.money import yuan_text
from openyibao.kit.outcome import Refused
from openyibao.main import open_platform
from openyibao.rooms.bindings import HotlineAct, HotlineFact, LostCall
from openyibao.rooms.people import DocumentType
from openyibao.rooms.periods import ALL_INSTITUTIONS, PeriodKind, PeriodRequest, act_on_periods
from openyibao.rooms.settlement import REPRICED_MAX, Corrected, RepriceRequest

app = typer.Typer(no_args_is_help=True, help="Acts of the agency: close periods and reopen them, reprice settlements.")
console = Console(soft_wrap=True, highlight=False)

Maker = Annotated[str, typer.Option("--maker", help="The officer who acts.")]
Approver = Annotated[str, typer.Option("--approver", help="Another officer, who approves.")]
Why = Annotated[str, typer.Option("--why", help="The reason, kept with the act.")]
Directory = Annotated[Path | None, typer.Option(help="An embedded server's directory; without settings, the demo's.")]
Language = Annotated[str, typer.Option("--language", help="zh or en.")]
DAY = ["%Y-%m-%d"]


async def _on_platform(directory_settings: Any, run: Callable[[Platform], Awaitable[Any]]) -> Any:
    platform = await open_platform(msgspec.structs.replace(directory_settings, carriers=1), SystemClock())
    try:
        return await run(platform)
    finally:
        await platform.lane.drain()
        await platform.readers.close()


def act(directory: Path | None, language: str, run: Callable[[Platform], Awaitable[Any]]) -> Any:
    """Run one act; a refusal is told with what to do next, and ends the command with 1."""
    with running.database(running.chosen_settings(directory)) as ready:
        answer = asyncio.run(_on_platform(ready, run))
    if isinstance(answer, Refused):
        console.print(f"{answer.code}: {answer.sentence(language)}. {answer.next_step(language)}", markup=False)
        raise typer.Exit(1)
    return answer


@app.command()
def period(
    area: Annotated[int, typer.Argument(help="The pooling area's six digits.")],
    kind: Annotated[PeriodKind, typer.Argument(help="day, reconciliation, clearing or year.")],
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="The first day.")],
    last: Annotated[datetime, typer.Option("--until", formats=DAY, help="The last day.")],
    maker: Maker,
    approver: Approver,
    why: Why,
    *,
    institution: Annotated[int, typer.Option("--institution", help="Its id; 0 is the whole area.")] = ALL_INSTITUTIONS,
    reopen: Annotated[bool, typer.Option("--reopen", help="Open again what was closed.")] = False,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Close a period for undoing, or reopen it: nothing settled on its days can be undone by institutions meanwhile."""
    request = PeriodRequest(
        pooling_area=area,
        institution_id=institution,
        kind=kind,
        from_on=first.date(),
        until_on=last.date(),
        closes=not reopen,
        maker=maker,
        approver=approver,
        why=why,
    )

    async def run(platform: Platform) -> Any:
        async def close(tx: Tx) -> Any:
            return (await act_on_periods(tx, platform.clock, [request]))[0]

        return await platform.lane.submit("work", Work(close))

    done = act(directory, language, run)
    console.print(f"{'reopened' if reopen else 'closed'}: {done.kind} {done.from_on} - {done.until_on}", markup=False)


@app.command()
def reprice(
    settlements: Annotated[list[str], typer.Argument(help="Settlements of one person, as cell-id.")],
    maker: Maker,
    approver: Approver,
    why: Why,
    key: Annotated[str, typer.Option("--key", help="The request key: the same key acts once.")],
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Reverse them for good; later ones follow.")] = False,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Price settlements again, or take them back out of order; what was settled on them later follows."""
    pairs = [one.partition("-") for one in settlements[: REPRICED_MAX + 1]]
    cells = {head for head, _, _ in pairs}
    if len(cells) != 1 or not all(head.isdigit() and tail.isdigit() for head, _, tail in pairs):
        console.print("settlements are named as cell-id, all of one cell")
        raise typer.Exit(2)
    ids, cell = tuple(int(tail) for _, _, tail in pairs), int(cells.pop())
    request = RepriceRequest(
        agency=cell // 100,
        request_key=key,
        digest=sm3(msgspec.json.encode((cell, ids, remove, maker, approver, why))),
        cell=cell,
        settlement_ids=ids,
        remove=remove,
        maker=maker,
        approver=approver,
        why=why,
    )
    done: Corrected = act(directory, language, lambda platform: platform.lane.submit("reprice", request))
    for link in done.settlements:
        new = "-" if link.new_settlement_id is None else f"{cell}-{link.new_settlement_id}"
        console.print(f"{cell}-{link.settlement_id} -> {new}", markup=False)
    sums = (("funds", done.fund_total_fen), ("account", done.personal_account_fen), ("cash", done.cash_fen))
    console.print("difference: " + ", ".join(f"{name} {yuan_text(fen)}" for name, fen in sums), markup=False)


@app.command()
def identity(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="document_type,document_number,new_name,new_document_type,new_document_number",
        ),
    ],
    maker: Maker,
    approver: Approver,
    why: Why,
    *,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Change name or document of persons (C8): bindings end, a new credential takes the old one's place."""
    try:
        lines = read_identities(file)
    except ValueError as fault:
        console.print(str(fault), markup=False)
        raise typer.Exit(2) from fault

    async def run(platform: Platform) -> Any:
        return [await change_identity_of(platform, line, maker=maker, approver=approver, why=why) for line in lines]

    refused = 0
    for number, answer in enumerate(act(directory, language, run), 2):
        if isinstance(answer, Refused):
            refused += 1
            said = f"{answer.code}: {answer.sentence(language)}. {answer.next_step(language)}"
            console.print(f"line {number}: {said}", markup=False)
        else:
            console.print(f"line {number}: bindings ended: {answer.bindings_ended}", markup=False)
    if refused:
        raise typer.Exit(1)


@app.command(name="lost-phone")
def lost_phone(
    facts: Annotated[list[HotlineFact], typer.Argument(help="At least two facts the caller told rightly.")],
    officer: Annotated[str, typer.Option("--officer", help="Who took the call.")],
    why: Why,
    number: Annotated[str, typer.Option(prompt="identity number", help="Asked for, so that no history keeps it.")],
    call_back: Annotated[str, typer.Option(prompt="number called back", help="Kept as a digest only.")],
    *,
    document_type: Annotated[DocumentType, typer.Option("--document-type")] = DocumentType.identity_card,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """End all devices of a caller whose phone is lost (C9). It only takes away, so one officer suffices."""
    call = LostCall(facts_checked=tuple(facts), call_back_number=call_back, officer=officer, why=why)

    async def run(platform: Platform) -> Any:
        return await end_by_hotline(platform, document_type=document_type, document_number=number, call=call)

    done: HotlineAct = act(directory, language, run)
    console.print(f"bindings ended: {len(done.bindings_ended)}", markup=False)
