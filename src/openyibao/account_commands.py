"""The agency's commands about accounts: credit · year-roll. 中文: 个人账户命令。"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from openyibao import running, year_rolling
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.crediting import CreditReport, credit_file
from openyibao.kit.clock import SystemClock
from openyibao.kit.money import yuan_text
from openyibao.kit.outcome import Refused
from openyibao.main import open_platform
from openyibao.settings import Settings

REFUSED_SHOWN = 20


def year_roll(console: Console, directory: Path | None, *, year: int, people_at_once: int) -> int:
    """Turn the account year and print a report an area; 1 where somebody is left."""
    report = _on_platform(
        directory,
        lambda platform: year_rolling.roll_year(
            platform, year, people_at_once=people_at_once, progress=_progress_of(console)
        ),
    )
    table = Table("area", "begins", "people", "interest current", "interest past", "carried over", "left", "")
    for one in report:
        sums = (one.interest_current_fen, one.interest_past_fen, one.carried_fen)
        table.add_row(
            f"{one.pooling_area} {one.name}",
            one.starts_on.isoformat(),
            str(one.people_count),
            *(yuan_text(fen) for fen in sums),
            str(one.left_count),
            "" if one.due else "not yet begun",
        )
    console.print(table)
    if any(one.due and one.left_count for one in report):
        console.print("[red]year-roll: some are left; run it again[/red]")
        return 1
    return 0


def credit(
    console: Console, directory: Path | None, file: Path, *, area: int, batch_code: str, account_year: int
) -> int:
    """Credit a file and print what came of it; 1 where a line, or the file, was refused."""
    told = _progress_of(console)

    async def run(platform: Platform) -> CreditReport | Refused:
        pool = platform.desk.areas.by_code(area)
        if pool is None:
            raise typer.BadParameter(f"{area} is no pooling area")
        return await credit_file(
            platform,
            file,
            area=pool,
            batch_code=batch_code,
            account_year=account_year,
            progress=lambda done, whole: told(batch_code, done, whole),
        )

    report = _on_platform(directory, run)
    if isinstance(report, Refused):
        console.print(f"[red]{report.code}[/red] {report.sentence('en')}\n  {report.next_step('en')}")
        return 1
    console.print(
        f"credit {report.batch_code}: {report.line_count} lines, {yuan_text(report.amount_fen)} yuan; "
        f"credited {report.credited_count} ({yuan_text(report.credited_fen)} yuan), "
        f"credited before {report.known_count}, refused {report.refused_count}"
    )
    for _, refused in report.refused[:REFUSED_SHOWN]:
        console.print(f"  [red]{refused.code}[/red] {refused.sentence('en')}")
    return 1 if report.refused_count else 0


def _progress_of(console: Console) -> Callable[[str, int, int], None]:
    def tell(what: str, done: int, whole: int) -> None:
        console.print(f"  {what}: {done} of {whole}")

    return tell


def _on_platform(directory: Path | None, run: Callable[[Platform], Awaitable[Any]]) -> Any:
    async def main(settings: Settings) -> Any:
        platform = await open_platform(msgspec.structs.replace(settings, carriers=2), SystemClock())
        try:
            return await run(platform)
        finally:
            await platform.lane.drain()
            await platform.readers.close()

    with running.database(running.chosen_settings(directory)) as ready:
        return asyncio.run(main(ready))
