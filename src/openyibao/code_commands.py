"""The commands about codes: codes chance · forge. 中文: 展码命令。"""

from __future__ import annotations

import asyncio
from fractions import Fraction
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from openyibao.demo.forging import GENUINE, Tally, Town, try_all
from openyibao.kit.clock import SystemClock
from openyibao.rooms.presentation import Chance, ScanLimits, reckon
from openyibao.settings import read_settings

app = typer.Typer(no_args_is_help=True, help="What a guessed code is worth, and forged codes by the thousand.")
console = Console(soft_wrap=True, highlight=False)


def _chance() -> Chance:
    settings = read_settings()
    return reckon(ScanLimits(), transactions=settings.workers * settings.carriers)


def _times(one: Fraction) -> str:
    return f"{one.numerator / one.denominator:.3g}"


def _print_chance(chance: Chance) -> bool:
    console.print(f"guesses a year, if every institution guesses to its limit each day: {chance.guesses_a_year:,}")
    console.print(f"accepted a year, each at a serial that lives: {_times(chance.accepted_known)}")
    console.print(f"accepted a year, serials guessed too:         {_times(chance.accepted_blind)}")
    return chance.accepted_known < 1


@app.command()
def chance() -> None:
    """Print how many guessed codes a year would be accepted, under the limits and processes that are set."""
    if not _print_chance(_chance()):
        console.print("the limits let through more than one guess a year: lower bad_codes_a_day")
        raise typer.Exit(1)


@app.command()
def forge(
    count: Annotated[int, typer.Option(min=1, max=100_000_000, help="So many forged codes.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="The same seed forges the same codes.")] = 1,
) -> None:
    """Forge codes and judge them as a scan does; ends with 1 where one was accepted or a genuine one was not."""
    tallies = asyncio.run(try_all(Town(SystemClock(), seed), count))
    table = Table("kind", "tried", "accepted", "refused for")
    for kind, tally in tallies.items():
        why = ", ".join(f"{reason} {times:,}" for reason, times in tally.refused.most_common())
        table.add_row(kind, f"{tally.tried:,}", f"{tally.accepted:,}", why)
    console.print(table)
    sound = _print_chance(_chance()) and _stood(tallies)
    raise typer.Exit(0 if sound else 1)


def _stood(tallies: dict[str, Tally]) -> bool:
    genuine = tallies[GENUINE]
    forged = sum(tally.accepted for kind, tally in tallies.items() if kind != GENUINE)
    return forged == 0 and genuine.accepted == genuine.tried
