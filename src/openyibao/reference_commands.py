"""The commands for what everybody reads: area load · set · show; catalogue import. 中文: 统筹区与目录命令。"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer

from openyibao.agency_commands import Approver, Directory, Maker, Why, act, console
from openyibao.fronts.shared import Platform
from openyibao.institution_commands import File, act_in_one, actor_of, tell_faults
from openyibao.kit.db import Tx
from openyibao.registering import ItemLine, UnfitLinesError, enter_items, read_lines
from openyibao.rooms import areas

area_app = typer.Typer(no_args_is_help=True, help="Pooling areas: enter the divisions, read and change settings.")
catalogue_app = typer.Typer(no_args_is_help=True, help="The catalogue of drugs, services and consumables.")
Area = Annotated[int, typer.Argument(help="The pooling area's six digits.")]


@area_app.command()
def load(maker: Maker, approver: Approver, why: Why, *, directory: Directory = None) -> None:
    """Enter the nation's divisions and the areas made of them, once, into an empty platform."""
    actor = actor_of(maker, approver, why)

    async def run(platform: Platform, tx: Tx) -> Any:
        if platform.desk.areas.all_cells():
            raise UnfitLinesError(["there are areas already: people live in them"])
        return await areas.load_divisions(tx, platform.clock, actor=actor)

    done = act_in_one(directory, run)
    console.print(f"{len(done.pooling_areas)} pooling areas, {len(done.agency_areas)} agency areas")


@area_app.command(name="set")
def set_settings(
    area: Area,
    settings: Annotated[
        list[str], typer.Argument(help="name=value, as docs/guides/area-settings.md lists them; JSON values.")
    ],
    maker: Maker,
    approver: Approver,
    why: Why,
    *,
    directory: Directory = None,
) -> None:
    """Change settings of a pooling area; readers see them from their next batch on."""
    actor = actor_of(maker, approver, why)
    changes = {}
    for one in settings:
        name, _, value = one.partition("=")
        changes[name] = _value(value)

    async def run(platform: Platform, tx: Tx) -> Any:
        try:
            return await areas.set_area_settings(tx, platform.clock, pooling_area=area, changes=changes, actor=actor)
        except (areas.SettingUnknownError, LookupError) as fault:
            raise UnfitLinesError([str(fault)]) from fault

    act_in_one(directory, run)
    console.print(f"{area}: {', '.join(changes)} changed", markup=False)


@area_app.command()
def show(area: Area, *, directory: Directory = None) -> None:
    """The settings of a pooling area, as JSON."""

    async def on(platform: Platform) -> Any:
        return platform.desk.areas.settings(area)

    typer.echo(msgspec.json.format(msgspec.json.encode(act(directory, "zh", on)), indent=1).decode())


@catalogue_app.command(name="import")
def import_items(file: File, maker: Maker, approver: Approver, why: Why, *, directory: Directory = None) -> None:
    """Enter rows of the catalogue, all or none; a code has at most one row of an area on a day."""
    actor = actor_of(maker, approver, why)
    try:
        lines = read_lines(file, ItemLine)
    except UnfitLinesError as unfit:
        tell_faults(unfit)

    async def run(platform: Platform, tx: Tx) -> Any:
        return await enter_items(tx, platform.clock, lines=lines, actor=actor)

    console.print(f"{act_in_one(directory, run)} rows were entered")


def _value(text: str) -> Any:
    """A JSON value, or the word itself."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
