"""The commands for officers about families: mandate kinship · consent. Numbers are asked for, never taken as arguments. 中文: 亲情经办命令。"""

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
from openyibao.kit.batch import Work
from openyibao.kit.clock import SystemClock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.main import open_platform
from openyibao.rooms import mandates, people
from openyibao.rooms.mandates import ConsentWay, KinshipProof, MandateBasis
from openyibao.rooms.people import DocumentType, InsuredPerson

app = typer.Typer(no_args_is_help=True, help="Families: enter a guardian, take a consent at the counter.")
console = Console(soft_wrap=True, highlight=False)

Maker = Annotated[str, typer.Option("--maker", help="The officer who acts.")]
Approver = Annotated[str, typer.Option("--approver", help="Another officer, who approves.")]
Directory = Annotated[Path | None, typer.Option(help="An embedded server's directory; without settings, the demo's.")]
Language = Annotated[str, typer.Option("--language", help="zh or en.")]


def _act(directory: Path | None, language: str, run: Callable[[Platform], Awaitable[Any]]) -> Any:
    """Run one act; a refusal is told with what to do next, and ends the command with 1."""

    async def on_platform(settings: Any) -> Any:
        platform = await open_platform(msgspec.structs.replace(settings, carriers=1), SystemClock())
        try:
            return await run(platform)
        finally:
            await platform.lane.drain()
            await platform.readers.close()

    with running.database(running.chosen_settings(directory)) as ready:
        answer = asyncio.run(on_platform(ready))
    if answer is None:
        console.print("nobody has this document")
        raise typer.Exit(1)
    if isinstance(answer, Refused):
        console.print(f"{answer.code}: {answer.sentence(language)}. {answer.next_step(language)}", markup=False)
        raise typer.Exit(1)
    return answer


async def _find(platform: Platform, kind: DocumentType, number: str) -> InsuredPerson | None:
    async with platform.readers.reading() as reading:
        return await people.find_by_document(reading, platform.sealer, kind, number.strip().upper())


@app.command()
def kinship(
    maker: Maker,
    approver: Approver,
    *,
    basis: Annotated[MandateBasis, typer.Option(help="parent or guardian.")] = MandateBasis.parent,
    proof: Annotated[KinshipProof, typer.Option(help="Which document proves it.")] = KinshipProof.birth_certificate,
    child_document: Annotated[DocumentType, typer.Option(help="The child's document.")] = DocumentType.identity_card,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Enter whose parent or guardian somebody is, by a document two officers saw."""
    if basis not in mandates.GUARDED:
        console.print("the basis is parent or guardian")
        raise typer.Exit(2)
    child_number = typer.prompt("child's document number", hide_input=True)
    guardian_number = typer.prompt("guardian's ID number", hide_input=True)
    proof_number = typer.prompt("number of the proof", hide_input=True)

    async def run(platform: Platform) -> Any:
        child = await _find(platform, child_document, child_number)
        guardian = await _find(platform, DocumentType.identity_card, guardian_number)
        if child is None or guardian is None:
            return None

        async def act(tx: Tx) -> Any:
            return await mandates.enter_kinship(
                tx,
                platform.clock,
                platform.sealer,
                child=(child.bucket, child.person_id),
                guardian=(guardian.bucket, guardian.person_id),
                basis=basis,
                proof=proof,
                proof_number=proof_number,
                maker=maker,
                approver=approver,
            )

        return await platform.lane.submit("work", Work(act))

    done = _act(directory, language, run)
    console.print(f"entered: kinship {done.bucket}-{done.kinship_id}", markup=False)


@app.command()
def consent(
    mandate: Annotated[str, typer.Argument(help="The mandate, as bucket-id.")],
    maker: Maker,
    approver: Approver,
    *,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Take the consent of a principal who stands before two officers with their ID card."""
    bucket, _, mandate_id = mandate.partition("-")
    if not (bucket.isdigit() and mandate_id.isdigit()):
        console.print("a mandate is named as bucket-id")
        raise typer.Exit(2)
    number = typer.prompt("the person's ID number", hide_input=True)

    async def run(platform: Platform) -> Any:
        person = await _find(platform, DocumentType.identity_card, number)
        if person is None:
            return None

        async def act(tx: Tx) -> Any:
            return await mandates.consent(
                tx,
                platform.clock,
                bucket=int(bucket),
                mandate_id=int(mandate_id),
                person_id=person.person_id,
                way=ConsentWay.officer,
                officers=(maker, approver),
            )

        return await platform.lane.submit("work", Work(act))

    done = _act(directory, language, run)
    console.print(f"consented: mandate {done.bucket}-{done.mandate_id}", markup=False)
