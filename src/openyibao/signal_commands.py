"""The commands about signals of misuse: signals read · list · judge. 中文: 监测信号命令。"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from openyibao import running
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.watching import judge_signal, read_signals, waiting_signals
from openyibao.kit.clock import SHANGHAI, SystemClock
from openyibao.kit.outcome import Refused
from openyibao.main import open_platform
from openyibao.rooms.signals import Signal, SignalFinding

app = typer.Typer(no_args_is_help=True, help="What looks like misuse: read on, list, judge.")
console = Console(soft_wrap=True, highlight=False)
STEPS_MAX = 10_000

Directory = Annotated[Path | None, typer.Option(help="An embedded server's directory; without settings, the demo's.")]
Officer = Annotated[str, typer.Option("--officer", help="Who looks or judges.")]
Why = Annotated[str, typer.Option("--why", help="Why: the persons concerned can read it.")]


def _on_platform(directory: Path | None, run: Callable[[Platform], Awaitable[int]]) -> None:
    async def act(settings: Any) -> int:
        platform = await open_platform(msgspec.structs.replace(settings, carriers=1), SystemClock())
        try:
            return await run(platform)
        finally:
            await platform.lane.drain()
            await platform.readers.close()

    with running.database(running.chosen_settings(directory)) as settings:
        code = asyncio.run(act(settings))
    raise typer.Exit(code)


def _line(platform: Platform, one: Signal) -> str:
    at = one.happened_at.astimezone(SHANGHAI).isoformat(timespec="seconds")
    place = "" if one.institution_id is None else platform.desk.name_of(one.institution_id)
    who = "" if one.person_id is None else f"person {one.bucket}-{one.person_id}"
    parts = [f"{one.bucket}-{one.signal_id}", at, one.kind.value, who, place, one.terminal_code or ""]
    return "  ".join(part for part in [*parts, "stopped" if one.blocked else ""] if part)


@app.command(name="read")
def read(
    *,
    steps: Annotated[int, typer.Option(min=1, max=STEPS_MAX, help="At most so many hours.")] = STEPS_MAX,
    directory: Directory = None,
) -> None:
    """Read on, an hour a transaction, until nothing is left; may be killed and begun again anywhere."""

    async def run(platform: Platform) -> int:
        raised = 0
        for _ in range(steps):
            done = await read_signals(platform)
            raised += done.raised
            if not done.behind:
                break
        console.print(f"read until {done.read_until.astimezone(SHANGHAI).isoformat()}: {raised} new signals")
        return 0

    _on_platform(directory, run)


@app.command(name="list")
def list_them(*, officer: Officer, why: Why, directory: Directory = None) -> None:
    """Signals nobody has judged, the oldest first, with their evidence; each person concerned sees the look."""

    async def run(platform: Platform) -> int:
        for one in await waiting_signals(platform, officer=officer, why=why):
            console.print(_line(platform, one), markup=False)
            for fact in one.evidence:
                console.print("    " + "  ".join(f"{name}={value}" for name, value in fact.items()), markup=False)
        return 0

    _on_platform(directory, run)


@app.command()
def judge(
    signal: Annotated[str, typer.Argument(help="The signal, as bucket-id (see list).")],
    finding: Annotated[SignalFinding, typer.Argument(help="explained or confirmed")],
    *,
    officer: Officer,
    why: Why,
    directory: Directory = None,
) -> None:
    """Say what was found, once; an explained signal lets the person's codes go on where it had stopped them."""
    bucket, _, number = signal.partition("-")
    if not (bucket.isdecimal() and number.isdecimal() and len(bucket) <= 4 and len(number) <= 18):
        raise typer.BadParameter("a signal is named as bucket-id")

    async def run(platform: Platform) -> int:
        answer = await judge_signal(
            platform, bucket=int(bucket), signal_id=int(number), finding=finding, officer=officer, why=why
        )
        if isinstance(answer, Refused):
            console.print(f"{answer.code}: {answer.sentence('zh')} / {answer.sentence('en')}", markup=False)
            return 1
        console.print(f"{signal}: {finding.value}")
        return 0

    _on_platform(directory, run)
