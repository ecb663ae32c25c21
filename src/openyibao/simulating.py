"""Trying a draft on stored settlements: the database, the progress, the files, what the terminal says. 中文: 政策测算命令。"""

from __future__ import annotations

import asyncio
import time
from datetime import date
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from openyibao import running
from openyibao.kit.db import Readers
from openyibao.kit.embedded import default_directory
from openyibao.rooms.catalogue import Catalogue
from openyibao.rooms.policies import Policy, PolicyShelf
from openyibao.rooms.settlement import Replayed, Shelves, replay
from openyibao.settings import Settings
from openyibao.simulation_page import grouped, signed, write_files
from openyibao.simulation_words import said

SECOND_NS = 10**9


def simulate(
    console: Console, settings: Settings, draft: Policy, *, from_on: date, to_on: date, out: Path, language: str
) -> int:
    """Try the draft, write page and tables, say what came out. 0; 2 where there is no database of ours to read."""
    english = language == "en"
    directory = settings.data_directory or default_directory()
    if not settings.database_url and not directory.exists():
        console.print(f"there is no database in {directory}" if english else f"{directory} 中没有数据库")
        return 2
    with running.database(settings) as ready:
        try:
            replayed, wall_ns, own_ns = asyncio.run(run_replay(ready.database_url, draft, from_on=from_on, to_on=to_on))
        except asyncpg.UndefinedTableError:
            console.print(
                "the database has no tables of ours: openyibao migrate"
                if english
                else "数据库中没有本平台的表，请先 openyibao migrate"
            )
            return 2
    paths = write_files(replayed, out)
    tell(console, replayed, language)
    console.print(
        f"{replayed.run:,} settlements in {seconds_text(wall_ns)} s: {rate(replayed.run, wall_ns):,}/s, "
        f"{rate(replayed.run, own_ns):,}/s per core"
    )
    for path in paths:
        console.print(str(path), markup=False)
    return 0


async def run_replay(url: str, draft: Policy, *, from_on: date, to_on: date) -> tuple[Replayed, int, int]:
    """The replay in one read-only snapshot, with wall and own processor time in nanoseconds."""
    readers = await Readers.open(url, most=1, seconds=None)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
            task = shown.add_task("settlements", total=None)
            async with readers.reading() as reading:
                wall_ns, own_ns = time.perf_counter_ns(), time.process_time_ns()
                replayed = await replay(
                    reading,
                    Shelves(Catalogue(), PolicyShelf()),
                    draft,
                    from_on=from_on,
                    to_on=to_on,
                    progress=lambda done, whole: shown.update(task, completed=done, total=whole),
                )
        return replayed, time.perf_counter_ns() - wall_ns, time.process_time_ns() - own_ns
    finally:
        await readers.close()


def rate(count: int, nanoseconds: int) -> int:
    """So many a second, in whole numbers."""
    return count * SECOND_NS // max(nanoseconds, 1)


def seconds_text(nanoseconds: int) -> str:
    """``12.3``."""
    tenths = nanoseconds * 10 // SECOND_NS
    return f"{tenths // 10}.{tenths % 10}"


def tell(console: Console, replayed: Replayed, language: str) -> None:
    """The figures of the page's head, and the numbers of the largest changes: only here, not in the files."""
    whole, draft = replayed.gathered.whole, replayed.draft
    if not whole.settlements:
        console.print(said("nothing", language).format(area=draft.area))
        for reason, number in sorted(replayed.left.items()):
            if number:
                console.print(f"{number:,} {said('left_' + reason, language)}")
        return
    shown = Table(show_header=False, box=None)
    shown.add_row(
        said("settlements", language), f"{whole.settlements:,}", f"{said('changed', language)} {whole.changed:,}"
    )
    shown.add_row(said("persons", language), f"{whole.persons:,}", "")
    shown.add_row(said("gaining", language), f"{whole.gaining:,}", signed(whole.gained_fen))
    shown.add_row(said("losing", language), f"{whole.losing:,}", signed(-whole.lost_fen))
    cost_fen = whole.fund_after_fen - whole.fund_before_fen
    shown.add_row(
        said("fund_cost", language),
        signed(cost_fen),
        f"{grouped(whole.fund_before_fen)} → {grouped(whole.fund_after_fen)}",
    )
    console.print(shown)
    if replayed.largest:
        console.print(said("largest", language))
    for change in replayed.largest:
        console.print(f"  {signed(change.gain_fen):>14}  {change.cell}-{change.settlement_id}  {change.settled_on}")
