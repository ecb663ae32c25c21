"""The commands of the database's owner: tidy · distribute. 中文: 数据库命令。"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from openyibao import housekeeping, running
from openyibao.kit.clock import SystemClock
from openyibao.migrations.distribution import distribute_statements

app = typer.Typer(help="What the owner of the tables does.")
console = Console(soft_wrap=True, highlight=False)
Directory = Annotated[Path | None, typer.Option(help="An embedded server's directory; without settings, the demo's.")]


@app.command()
def tidy(
    *,
    directory: Directory = None,
) -> None:
    """Delete what has outlived its time: request keys after 400 days. May break off and go on."""
    with running.database(running.chosen_settings(directory)) as ready:
        gone = asyncio.run(housekeeping.tidy(console, ready, SystemClock()))
    console.print(f"{gone} request keys were past their time")


@app.command()
def distribute(
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Run the statements; tables that are spread are left.")
    ] = False,
    directory: Directory = None,
) -> None:
    """Print the statements that spread the tables over machines by Citus, or run them."""
    if not apply:
        for statement in distribute_statements():
            typer.echo(f"{statement};")
        return
    with running.database(running.chosen_settings(directory)) as ready:
        done = asyncio.run(housekeeping.distribute(ready))
    if done is None:
        console.print("[red]Citus is not installed in this database: `create extension citus` first.[/red]")
        raise typer.Exit(1)
    console.print(f"{len(done)} statements were run")
