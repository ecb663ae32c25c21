"""The commands of the audit: roots · seal · compare. 中文: 审计命令。"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from openyibao.agency_commands import DAY, Directory, act, console
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.proving import read_root_file, root_file
from openyibao.kit import db_keys
from openyibao.rooms import audit
from openyibao.sealing import seal_once

app = typer.Typer(
    no_args_is_help=True, help="The days' roots: seal, print to publish, compare with what was published."
)
ROOTS_MOST, FILE_OCTETS_MOST = 366, 50_000_000


@app.command()
def seal(*, directory: Directory = None) -> None:
    """Sign the heads of all chains now, if today's are not signed yet. A running service does so by itself."""

    async def run(platform: Platform) -> Any:
        return await seal_once(platform, actor="command")

    made = act(directory, "en", run)
    console.print("today is sealed already" if made is None else f"sealed {made.sealed_on}: {made.root_hash.hex()}")


@app.command()
def roots(
    *,
    after: Annotated[
        datetime, typer.Option("--after", formats=DAY, help="Roots after this day, at most 366.")
    ] = datetime(  # noqa: DTZ001 a day
        2000, 1, 1
    ),
    directory: Directory = None,
) -> None:
    """Print the roots as JSON, to publish them where others keep them."""

    async def run(platform: Platform) -> Any:
        async with platform.readers.reading() as reading:
            return await audit.list_roots(reading, after=after.date(), most=ROOTS_MOST)

    typer.echo(json.dumps({"roots": [root_file(one) for one in act(directory, "en", run)]}, indent=1))


@app.command()
def compare(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Roots as they were published.")],
    *,
    directory: Directory = None,
) -> None:
    """Hold published roots against the database: whether anything before them was rewritten since. Ends with 1 if so."""
    if file.stat().st_size > FILE_OCTETS_MOST:
        raise typer.BadParameter(f"at most {FILE_OCTETS_MOST} octets")
    try:
        given = json.loads(file.read_text("utf-8"))["roots"]
        kept = [read_root_file(one) for one in given]
    except (ValueError, KeyError, TypeError):
        kept = [None]
    if not kept or None in kept:
        raise typer.BadParameter("no roots as `openyibao audit roots` or /api/v1/audit-roots/… give them")

    async def run(platform: Platform) -> Any:
        faults = []
        async with platform.readers.reading() as reading:
            publics = await db_keys.read_public_keys(reading)
            for one in kept:
                assert one is not None
                faults += await audit.compare_root(reading, one, publics.get(one.key_id))
        return faults

    faults = act(directory, "en", run)
    for fault in faults:
        console.print(f"{fault.kind}: {fault.zh} / {fault.en}", markup=False)
    console.print(f"{len(kept)} roots, {len(faults)} faults")
    raise typer.Exit(1 if faults else 0)
