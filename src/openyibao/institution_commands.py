"""The commands that bring a platform into service: institution import · list · key · software · suspend · resume. 中文: 机构登记命令。

Each act has a maker, another approver and a reason, kept with the audit's event of every row.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import typer

from openyibao.agency_commands import Approver, Directory, Maker, Why, act, console
from openyibao.fronts.shared import Platform
from openyibao.kit.batch import Work
from openyibao.kit.crypto import SignatureFault, Sm2PublicKey
from openyibao.kit.db import Tx
from openyibao.registering import LINES, Noun, Registered, UnfitLinesError, read_lines, register
from openyibao.rooms import institutions
from openyibao.rooms.exchange import WireClient, WireProfile, WireSecrets, set_client

app = typer.Typer(no_args_is_help=True, help="Designated institutions: enter, list, register keys, suspend.")
File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="CSV with a header: docs/guides/into-service.md.")
]
Code = Annotated[str, typer.Argument(help="The institution's code.")]
PEM_OCTETS_MAX = PROFILE_OCTETS_MAX = 10_000


def actor_of(maker: str, approver: str, why: str) -> str:
    """Who acts, as the audit has it. Ends the command where maker and approver are one, or a name or the reason is missing."""
    if not maker.strip() or not approver.strip() or not why.strip() or maker.strip() == approver.strip():
        console.print("maker, another approver and a reason are needed")
        raise typer.Exit(2)
    return f"{maker.strip()}/{approver.strip()}: {why.strip()}"[:200]


def act_in_one(directory: Path | None, run: Callable[[Platform, Tx], Awaitable[Any]]) -> Any:
    """One act in one transaction; a file that doesn't fit ends the command with its faults, and nothing is kept."""

    async def on(platform: Platform) -> Any:
        async def work(tx: Tx) -> tuple[Any, UnfitLinesError | None]:
            try:
                async with tx.attempt():
                    return await run(platform, tx), None
            except UnfitLinesError as fault:
                return None, fault

        return await platform.lane.submit("work", Work(run=work))

    answer, unfit = act(directory, "zh", on)
    if unfit is not None:
        tell_faults(unfit)
    return answer


def tell_faults(unfit: UnfitLinesError) -> NoReturn:
    """Say what doesn't fit, and end the command."""
    for fault in unfit.faults:
        console.print(fault, markup=False)
    console.print("nothing was entered")
    raise typer.Exit(1)


@app.command(name="import")
def import_file(
    noun: Annotated[Noun, typer.Argument(help="institutions, agreements, practitioners, terminals or operators")],
    file: File,
    maker: Maker,
    approver: Approver,
    why: Why,
    *,
    handover: Annotated[
        Path | None,
        typer.Option("--secrets", help="Of operators: a new file (0600) for first passwords and second factors."),
    ] = None,
    directory: Directory = None,
) -> None:
    """Enter the lines of a file, all or none. Agreements that are known take the new last day."""
    actor = actor_of(maker, approver, why)
    if noun is Noun.operators and (handover is None or handover.exists()):
        console.print("operators need --secrets with a file that isn't there yet")
        raise typer.Exit(2)
    try:
        lines = read_lines(file, LINES[noun])
    except UnfitLinesError as unfit:
        tell_faults(unfit)

    async def run(platform: Platform, tx: Tx) -> Any:
        return await register(tx, platform.clock, platform.sealer, noun=noun, lines=lines, actor=actor)

    done: Registered = act_in_one(directory, run)
    if handover is not None and done.handed_over:
        hand_over(handover, [("institution_code", "operator_code", "password", "second_factor"), *done.handed_over])
        console.print(f"first passwords and second factors: {handover}", markup=False)
    console.print(f"{done.count} {noun.value} were entered")


def hand_over(file: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write secrets to a new file that its owner alone may read."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)


@app.command(name="list")
def list_institutions(*, directory: Directory = None) -> None:
    """Every institution with its state, and whether it has a key to sign in with."""

    async def on(platform: Platform) -> Any:
        return platform.desk.directory.list_all()

    for one in act(directory, "zh", on):
        signs = "-" if one.public_key is None else "key"
        console.print(
            f"{one.institution_code} {one.name} {one.kind} {one.level} {one.treatment_area} {one.state} {signs}",
            markup=False,
        )


@app.command()
def key(
    code: Code,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The SM2 public key, PEM.")],
    maker: Maker,
    approver: Approver,
    why: Why,
    *,
    directory: Directory = None,
) -> None:
    """Register the key an institution signs in with, in place of any earlier one; its open sessions end."""
    actor = actor_of(maker, approver, why)
    try:
        public = Sm2PublicKey.from_pem(file.read_bytes()[:PEM_OCTETS_MAX].decode("ascii"))
    except (SignatureFault, UnicodeDecodeError, ValueError) as fault:
        console.print(f"no SM2 public key in PEM: {fault}", markup=False)
        raise typer.Exit(2) from fault

    async def run(platform: Platform, tx: Tx) -> Any:
        place = platform.desk.directory.by_code(code)
        if place is None:
            raise UnfitLinesError([f"{code} is not registered"])
        return await institutions.set_public_key(
            tx, platform.clock, institution_id=place.institution_id, public_key=public.der(), actor=actor
        )

    act_in_one(directory, run)
    console.print(f"{code} signs in with the new key")


@app.command()
def software(
    code: Code,
    profile: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="How it speaks, as JSON: docs/guides/into-service.md.")
    ],
    maker: Maker,
    approver: Approver,
    why: Why,
    handover: Annotated[Path, typer.Option("--secrets", help="A new file (0600) for the secret it signs with.")],
    *,
    directory: Directory = None,
) -> None:
    """Let an institution's own software speak the national wire format: how, and by which secret; in place of any earlier one."""
    actor = actor_of(maker, approver, why)
    if handover.exists():
        console.print("--secrets needs a file that isn't there yet")
        raise typer.Exit(2)
    try:
        how = msgspec.json.decode(profile.read_bytes()[:PROFILE_OCTETS_MAX], type=WireProfile)
    except (msgspec.ValidationError, msgspec.DecodeError) as fault:
        console.print(f"no profile: {fault}", markup=False)
        raise typer.Exit(2) from fault

    async def run(platform: Platform, tx: Tx) -> Any:
        place = platform.desk.directory.by_code(code)
        if place is None:
            raise UnfitLinesError([f"{code} is not registered"])
        shared = platform.randomness.octets(24).hex()
        named = msgspec.structs.replace(how, app_code=how.app_code or code)
        client = WireClient(institution_id=place.institution_id, profile=named, secrets=WireSecrets(shared=shared))
        await set_client(tx, platform.sealer, client, actor=actor)
        return named.app_code, shared

    app_code, shared = act_in_one(directory, run)
    hand_over(handover, [("institution_code", "app_code", "secret"), (code, app_code, shared)])
    console.print(f"{code} signs as {app_code}; its secret: {handover}", markup=False)


def _move(directory: Path | None, code: str, actor: str, verb: Callable[..., Awaitable[list[int]]]) -> None:
    async def run(platform: Platform, tx: Tx) -> Any:
        place = platform.desk.directory.by_code(code)
        if place is None:
            raise UnfitLinesError([f"{code} is not registered"])
        return await verb(tx, platform.clock, institution_ids=[place.institution_id], actor=actor)

    changed = act_in_one(directory, run)
    console.print(f"{code}: {'done' if changed else 'it stood so already, or has ended'}")


@app.command()
def suspend(code: Code, maker: Maker, approver: Approver, why: Why, *, directory: Directory = None) -> None:
    """Let an institution act no more from the next batch on; its sessions end."""
    _move(directory, code, actor_of(maker, approver, why), institutions.suspend)


@app.command()
def resume(code: Code, maker: Maker, approver: Approver, why: Why, *, directory: Directory = None) -> None:
    """Let a suspended institution act again."""
    _move(directory, code, actor_of(maker, approver, why), institutions.resume)
