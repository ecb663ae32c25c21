"""The command: serve · demo · migrate · import · verify · conform · bench · year-roll · credit · policy · filing · agency · issuer · channel · mandate · rights · officer · audit · faces · tidy · distribute. 中文: 命令行。"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from openyibao import (
    account_commands,
    agency_commands,
    audit_commands,
    channel_commands,
    code_commands,
    database_commands,
    face_commands,
    filing_commands,
    importing,
    institution_commands,
    issuer_commands,
    mandate_commands,
    officer_commands,
    policy_commands,
    reference_commands,
    rights_commands,
    running,
    signal_commands,
)
from openyibao.kit.crypto import KeyFault
from openyibao.kit.embedded import EmbeddedFault
from openyibao.migrations import ShapeFault
from openyibao.rooms.entitlement import ImportNoun
from openyibao.settings import read_settings

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="OpenYibao, a platform for the insurance credential."
)
app.add_typer(policy_commands.app, name="policy")
app.add_typer(face_commands.app, name="faces")
app.add_typer(filing_commands.app, name="filing")
app.add_typer(agency_commands.app, name="agency")
app.add_typer(issuer_commands.app, name="issuer")
app.add_typer(channel_commands.app, name="channel")
app.add_typer(mandate_commands.app, name="mandate")
app.add_typer(rights_commands.app, name="rights")
app.add_typer(officer_commands.app, name="officer")
app.add_typer(audit_commands.app, name="audit")
app.add_typer(database_commands.app)
app.add_typer(institution_commands.app, name="institution")
app.add_typer(reference_commands.area_app, name="area")
app.add_typer(reference_commands.catalogue_app, name="catalogue")
app.add_typer(code_commands.app, name="codes")
app.add_typer(signal_commands.app, name="signals")
console = Console(soft_wrap=True, highlight=False)


@app.callback()
def _begin(*, verbose: Annotated[bool, typer.Option("--verbose", help="Say more in the log.")] = False) -> None:
    """Set the log up."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(name)s %(message)s")


@app.command()
def serve() -> None:
    """Serve with the settings of the environment. Refuses to invent a master key."""
    raise typer.Exit(running.serve(read_settings()))


@app.command()
def migrate() -> None:
    """Bring the database to the newest shape and make the coming months' partitions."""
    with running.database(read_settings()) as settings:
        running.prepare(settings)
    console.print("the database has the newest shape")


@app.command()
def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Run the journey headless, verify, clean up.")] = False,
    people: Annotated[int, typer.Option(min=10, max=200_000, help="How many made-up people.")] = 1_000,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")] = 8085,
    real_faces: Annotated[
        bool, typer.Option("--real-faces", help="The real face component (extra `face`) in place of the stand-in.")
    ] = False,
    keep: Annotated[Path | None, typer.Option(help="With --once: a new directory that stays, for verify.")] = None,
) -> None:
    """Start everything on an embedded server with a made-up population."""
    from openyibao.demo import stage  # noqa: PLC0415 the demo's parts are not loaded to serve

    if once:
        raise typer.Exit(stage.run_once(console, people=people, keep=keep))
    raise typer.Exit(stage.run(console, people=people, port=port, real_faces=real_faces))


@app.command()
def verify(
    *,
    directory: Annotated[
        Path | None, typer.Option(help="An embedded server's directory; without settings, the demo's.")
    ] = None,
) -> None:
    """Recompute audit links, ledger, accounts, accumulators and every settlement from its inputs."""
    with running.database(running.chosen_settings(directory)) as ready:
        raise typer.Exit(asyncio.run(running.verify(console, ready)))


@app.command()
def conform(
    url: Annotated[str, typer.Argument(help="Where the server answers, as http://host:port")],
    *,
    cast: Annotated[
        str, typer.Option(help="People, items, keys of the desk: a file or address (docs/guides/conformance.md).")
    ],
    institution: Annotated[str, typer.Option(help="The hospital's code, where it isn't the cast's.")] = "",
    key: Annotated[str, typer.Option(help="Its secret; v1 and v6 need none.")] = "",
    key_id: Annotated[str, typer.Option(help="paasid, access key or client id, where it isn't the code.")] = "",
    profile: Annotated[str, typer.Option(help="v1 to v6: how messages are addressed and signed.")] = "v1",
    pharmacy: Annotated[str, typer.Option(help="A pharmacy's code, P and 11 digits.")] = "",
    pharmacy_key: Annotated[str, typer.Option(help="The pharmacy's secret.")] = "",
    sm2_key: Annotated[Path | None, typer.Option(help="v5: the SM2 key that signs, 64 hexadecimal digits.")] = None,
    account_inside: Annotated[bool, typer.Option("--account-inside", help="The fund total counts accounts.")] = False,
    only: Annotated[str, typer.Option(help="Transactions or stories, by commas.")] = "",
    json_out: Annotated[Path | None, typer.Option("--json", help="Where the whole result goes.")] = None,
) -> None:
    """Try a server of the national wire format, ours or another's, and print the conformance table. 1 where a check failed."""
    from openyibao import conform_commands  # noqa: PLC0415 not loaded to serve

    options = conform_commands.Options(
        url, institution, key, key_id, profile, pharmacy, pharmacy_key, account_inside, sm2_key
    )
    raise typer.Exit(conform_commands.run(console, options, cast_place=cast, only=only, json_out=json_out))


@app.command(name="import")
def import_file(
    noun: Annotated[ImportNoun, typer.Argument(help="people, enrolments, contributions or moves")],
    file: Annotated[Path, typer.Argument(help="A file with the header that docs/guides/import.md shows.")],
    *,
    parts: Annotated[
        int, typer.Option(min=1, max=16, help="Processes side by side, on the first start of a file.")
    ] = 2,
    directory: Annotated[Path | None, typer.Option(help="An embedded server's directory, as for verify.")] = None,
) -> None:
    """Bring in a file by COPY, in stretches that each stand by themselves. A file that was cut off goes on where it stood."""
    with running.database(running.chosen_settings(directory)) as ready:
        raise typer.Exit(importing.run_import(console, ready, noun, file, parts=parts))


@app.command()
def bench(
    *,
    people: Annotated[int, typer.Option(min=1_000, max=200_000)] = 120_000,
    seconds: Annotated[int, typer.Option(min=4, max=60, help="Of each run with two workers; people must suffice.")] = 6,
    out: Annotated[Path, typer.Option(help="Where the figures go.")] = Path("bench/results.json"),
) -> None:
    """Measure settling and scanning beside TPC-B on the same embedded server."""
    from openyibao.demo import bench as measuring  # noqa: PLC0415 not loaded to serve

    raise typer.Exit(measuring.run(console, people=people, seconds=seconds, out=out))


@app.command()
def year_roll(
    *,
    year: Annotated[int, typer.Option(min=2000, max=2999, help="The account year to turn to.")],
    people_at_once: Annotated[int, typer.Option(min=1, max=20_000, help="People in one transaction.")] = 5_000,
    directory: Annotated[Path | None, typer.Option(help="As for verify.")] = None,
) -> None:
    """Turn the account year where it has begun: interest, then the current pot into past years'. May break off and go on."""
    raise typer.Exit(account_commands.year_roll(console, directory, year=year, people_at_once=people_at_once))


@app.command()
def credit(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="document_type,document_number,pot,amount")],
    *,
    area: Annotated[int, typer.Option(help="The pooling area, six digits.")],
    batch: Annotated[str, typer.Option(help="The batch's code; the same file under it changes nothing.")],
    year: Annotated[int, typer.Option(min=2000, max=2999, help="The account year whose money it is.")],
    directory: Annotated[Path | None, typer.Option(help="As for verify.")] = None,
) -> None:
    """Put a file of account credits on personal accounts. May break off: bring the same file again."""
    raise typer.Exit(account_commands.credit(console, directory, file, area=area, batch_code=batch, account_year=year))


def main() -> None:
    """The entry point: what can't be done is told in a sentence, not as a traceback."""
    try:
        app()
    except (EmbeddedFault, KeyFault, ShapeFault) as fault:
        Console(stderr=True, soft_wrap=True).print(f"[red]{fault}[/red]")
        sys.exit(2)
