"""``openyibao faces …``: how many are kept, and the table of attacks. 中文: 人脸命令。"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from openyibao import running
from openyibao.kit.db import Readers
from openyibao.rooms import faces
from openyibao.rooms.faces import TEMPLATES_MAX
from openyibao.settings import has_face_extra

app = typer.Typer(no_args_is_help=True, help="Faces: how many are kept, and what the liveness check withstands.")
console = Console(soft_wrap=True, highlight=False)
PICTURES = Path(__file__).parents[2] / "tests" / "faces"


@app.command()
def count(
    *,
    directory: Annotated[Path | None, typer.Option(help="An embedded server's directory, as for verify.")] = None,
) -> None:
    """How many faces are kept, and how many may be before the authority is told."""

    async def counted(url: str) -> int:
        readers = await Readers.open(url, most=1)
        try:
            async with readers.reading() as reading:
                return await faces.count_faces(reading)
        finally:
            await readers.close()

    with running.database(running.chosen_settings(directory)) as settings:
        kept = asyncio.run(counted(settings.database_url))
    console.print(
        f"{kept} faces are kept; at {TEMPLATES_MAX} the authority must have been told (OPENYIBAO_FACES_FILING)"
    )


@app.command()
def attacks(
    *,
    sequences: Annotated[int, typer.Option(min=20, max=5_000, help="True persons; a tenth of each attack.")] = 500,
    processes: Annotated[int, typer.Option(min=1, max=16)] = 2,
    keep: Annotated[
        Path | None, typer.Option(help="A file for what was measured: a run that was broken off goes on with it.")
    ] = None,
    pictures: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="A folder of photographs, two of each person.")
    ] = PICTURES,
) -> None:
    """Make true persons and attackers, choose thresholds on one half, and print what was tried and refused on the other."""
    if not has_face_extra():
        console.print("[red]The extra `face` is not installed: pip install 'openyibao\\[face]'[/red]")
        raise typer.Exit(2)
    from openyibao.sandbox import attack_table  # noqa: PLC0415 needs the extra

    with console.status("making and judging …") as status:
        table = attack_table.run(
            pictures,
            sequences=sequences,
            processes=processes,
            keep=keep,
            told=lambda done, of: status.update(f"{done} of {of}"),
        )
    console.print(f"thresholds chosen on the first half: {table.chosen}")
    failed = False
    for title, rows in (("second half, chosen thresholds", table.second_half), ("all, as shipped", table.shipped)):
        shown = Table("kind", "tried", "accepted", "refused for", title=title)
        for row in rows:
            why = ", ".join(f"{name} {many}" for name, many in row.why.items())
            shown.add_row(row.kind.value, str(row.tried), str(row.accepted), why)
        console.print(shown)
        true, false = rows[0], rows[1:]
        tried, accepted = sum(row.tried for row in false), sum(row.accepted for row in false)
        console.print(
            f"true persons accepted: {true.accepted} of {true.tried} ({true.accepted / true.tried:.1%}); "
            f"attacks accepted: {accepted} of {tried} ({accepted / tried:.1%})"
        )
        failed = failed or true.accepted < 0.95 * true.tried or accepted > 0.01 * tried
    raise typer.Exit(1 if failed else 0)
