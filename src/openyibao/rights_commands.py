"""The commands for officers who answer for a person's rights: rights find · log · export · lift · disputes · answer. 中文: 个人信息权利命令。

Each look asks who looks and why; the person reads both in their use log. A person is named as bucket-person_id, which
``find`` tells from a document number typed without an echo: no number stands on a command line.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from openyibao import running
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.handing_out import hand_out
from openyibao.fronts.shared.looking import look_of_officer, note_look
from openyibao.kit.batch import Work
from openyibao.kit.clock import SHANGHAI, SystemClock
from openyibao.kit.outcome import Refused
from openyibao.main import open_platform
from openyibao.rooms import disputes, freezes, people, rights
from openyibao.rooms.disputes import Answer, Finding
from openyibao.rooms.freezes import Lift, LiftProof
from openyibao.rooms.looks import LookerKind, LookKind, NewLook
from openyibao.rooms.people import DocumentType
from openyibao.rooms.rights import LogPlace, Subject

app = typer.Typer(no_args_is_help=True, help="A person's rights: their log, all that is held, freezes, disputes.")
console = Console(soft_wrap=True, highlight=False)
LAST_ID = 2**63 - 1

Person = Annotated[str, typer.Argument(help="The person, as bucket-id (see find).")]
Officer = Annotated[str, typer.Option("--officer", help="Who looks or acts.")]
Why = Annotated[str, typer.Option("--why", help="Why: the person can read it.")]
Directory = Annotated[Path | None, typer.Option(help="An embedded server's directory; without settings, the demo's.")]


def _on_platform(directory: Path | None, run: Callable[[Platform], Awaitable[int]]) -> None:
    """Run on a platform of one carrier; the command ends with what ``run`` answers."""

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


def _refused(answer: Refused) -> int:
    console.print(
        f"{answer.code}: {answer.sentence('zh')} / {answer.sentence('en')}. {answer.next_step('en')}", markup=False
    )
    return 1


def _subject(platform: Platform, person: str) -> Subject:
    bucket, _, number = person.partition("-")
    if not (bucket.isdecimal() and number.isdecimal() and len(bucket) <= 4 and len(number) <= 18):
        raise typer.BadParameter("a person is named as bucket-id")
    cells = platform.desk.areas.cells_of_person(int(number))
    return Subject(bucket=int(bucket), person_id=int(number), cells=cells)


async def _look(platform: Platform, subject: Subject, kind: LookKind, officer: str, why: str) -> None:
    if not officer.strip() or not why.strip():
        raise typer.BadParameter("a look needs the officer and a reason")
    new = NewLook(
        bucket=subject.bucket,
        person_id=subject.person_id,
        kind=kind,
        looker_kind=LookerKind.agency,
        looker=officer.strip()[:80],
        why=why.strip()[:200],
    )
    await note_look(platform, new)


@app.command()
def find(
    officer: Officer,
    why: Why,
    *,
    number: Annotated[str, typer.Option(prompt="document number", hide_input=True, help="Asked for when not given.")],
    document: Annotated[DocumentType, typer.Option(help="The kind of document.")] = DocumentType.identity_card,
    directory: Directory = None,
) -> None:
    """Find a person by their document; tells the masked name and the name other commands use."""

    async def run(platform: Platform) -> int:
        async with platform.readers.reading() as reading:
            found = await people.find_by_document(reading, platform.sealer, document, number)
        if found is None:
            console.print("nobody is registered with this document")
            return 1
        await look_of_officer(platform, [found.person_id], kind=LookKind.identity, officer=officer, why=why)
        console.print(f"{found.bucket}-{found.person_id} {people.masked_name(found.name)}", markup=False)
        return 0

    _on_platform(directory, run)


@app.command()
def log(person: Person, *, officer: Officer, why: Why, directory: Directory = None) -> None:
    """The newest fifty lines of a person's use log."""

    async def run(platform: Platform) -> int:
        subject = _subject(platform, person)
        await _look(platform, subject, LookKind.use_log, officer, why)
        before = LogPlace(at=platform.clock.now() + timedelta(seconds=1), entry_id=LAST_ID)
        async with platform.readers.reading() as reading:
            page = await rights.read_log(reading, subject, before=before)
        for one in page.entries:
            at = one.at.astimezone(SHANGHAI).isoformat(timespec="seconds")
            place = None if one.institution_id is None else platform.desk.directory.by_id(one.institution_id)
            parts = (at, one.kind.value, one.about, "" if place is None else place.name, one.who, one.reason)
            console.print("  ".join(part for part in parts if part), markup=False)
        return 0

    _on_platform(directory, run)


@app.command()
def export(
    person: Person,
    target: Annotated[Path, typer.Argument(help="The zip to write; it must not be there yet.")],
    *,
    officer: Officer,
    why: Why,
    directory: Directory = None,
) -> None:
    """Write all that is held on a person into a zip, for them."""

    async def run(platform: Platform) -> int:
        subject = _subject(platform, person)
        if not officer.strip() or not why.strip():
            raise typer.BadParameter("a look needs the officer and a reason")
        whole = await hand_out(
            platform, subject, language="zh", looker_kind=LookerKind.agency, looker=officer.strip(), why=why.strip()
        )
        with whole, target.open("xb") as file:
            target.chmod(0o600)
            shutil.copyfileobj(whole, file)
            written = file.tell()
        console.print(f"{target}: {written} octets", markup=False)
        return 0

    _on_platform(directory, run)


@app.command()
def lift(
    person: Person,
    *,
    maker: Annotated[str, typer.Option("--maker", help="The officer who saw the person and the document.")],
    approver: Annotated[str, typer.Option("--approver", help="Another officer, who approves.")],
    why: Why,
    directory: Directory = None,
) -> None:
    """Lift a freeze that the person made, after a look at their document."""

    async def run(platform: Platform) -> int:
        subject = _subject(platform, person)
        given = Lift(proof=LiftProof.officer, lifted_by=maker, approved_by=approver or None, why=why or None)

        async def act(tx: Any) -> Any:
            return await freezes.lift(
                tx, platform.clock, bucket=subject.bucket, person_id=subject.person_id, lift=given
            )

        answer = await platform.lane.submit("work", Work(act))
        if isinstance(answer, Refused):
            return _refused(answer)
        console.print("lifted")
        return 0

    _on_platform(directory, run)


@app.command("disputes")
def list_disputes(*, officer: Officer, why: Why, directory: Directory = None) -> None:
    """The disputes that wait for an answer, the first promised first; at most a hundred."""

    async def run(platform: Platform) -> int:
        async with platform.readers.reading() as reading:
            found = await disputes.list_waiting(reading, platform.sealer)
        persons = [one.person_id for one in found]
        await look_of_officer(platform, persons, kind=LookKind.dispute, officer=officer, why=why)
        for one in found:
            number = disputes.dispute_number(one.bucket, one.dispute_id)
            about = f"{one.subject_kind} {one.subject_id} at {one.happened_at.astimezone(SHANGHAI).isoformat()}"
            console.print(f"{number}  by {one.promised_on}  {about}  {one.words}", markup=False)
        if not found:
            console.print("nothing waits")
        return 0

    _on_platform(directory, run)


@app.command()
def answer(
    number: Annotated[str, typer.Argument(help="The dispute's number, Y-…")],
    finding: Annotated[Finding, typer.Argument(help="explained, wrong_person or corrected.")],
    words: Annotated[str, typer.Argument(help="The answer as the person reads it.")],
    *,
    officer: Officer,
    directory: Directory = None,
) -> None:
    """Answer a dispute, once."""

    async def run(platform: Platform) -> int:
        name = disputes.read_number(number)
        bucket, dispute_id = name or (0, 0)
        given = msgspec.convert({"finding": finding, "words": words, "officer": officer}, Answer)

        async def act(tx: Any) -> Any:
            return await disputes.answer(
                tx, platform.clock, platform.sealer, bucket=bucket, dispute_id=dispute_id, given=given
            )

        done = await platform.lane.submit("work", Work(act))
        if isinstance(done, Refused):
            return _refused(done)
        console.print(f"{number}: {done.finding}", markup=False)
        return 0

    _on_platform(directory, run)
