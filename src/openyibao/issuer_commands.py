"""The issuer's commands: issuer keys · prepare · sign · resign · retire · issue · holders · holder. 中文: 签发机构命令。"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from openyibao.agency_commands import Approver, Directory, Language, Maker, Why, act, console
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.issuing import (
    act_on_holders,
    change_issuer_key,
    issue_to_holders,
    issue_to_persons,
    sign_anew,
)
from openyibao.kit import db_keys
from openyibao.kit.crypto import MasterKey, Suite
from openyibao.kit.db_keys import KeyState
from openyibao.kit.outcome import Refused
from openyibao.rooms.credentials import Credential, CredentialAct, HolderToIssue

app = typer.Typer(no_args_is_help=True, help="The issuer's keys, and issuing credentials to those who have none.")
HOLDERS_AT_ONCE, HOLDERS_MAX = 500, 1_000_000
"""Lines of a file in one transaction, and lines in all."""


@app.command()
def keys(*, directory: Directory = None) -> None:
    """List the issuer's keys with their states."""

    async def run(platform: Platform) -> Any:
        async with platform.readers.reading() as reading:
            return await db_keys.list_issuer_keys(reading)

    for key in act(directory, "en", run):
        console.print(f"{key.key_id} {key.suite} {key.state} made {key.made_on}", markup=False)


@app.command()
def prepare(
    maker: Maker,
    approver: Approver,
    why: Why,
    *,
    suite: Annotated[
        Suite, typer.Option("--suite", help="national (SM2) or international (Ed25519).")
    ] = Suite.national,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Make a key that is to come: it is published, so that verifiers have it before it signs."""

    async def run(platform: Platform) -> Any:
        assert platform.settings.key_file is not None
        master = MasterKey.load(platform.settings.key_file)
        return await change_issuer_key(
            platform, maker=maker, approver=approver, why=why, to=KeyState.coming, suite=suite, master=master
        )

    console.print(f"key {act(directory, language, run)} is coming", markup=False)


@app.command()
def sign(
    key: Annotated[int, typer.Argument(help="The id of a key that is coming.")],
    maker: Maker,
    approver: Approver,
    why: Why,
    *,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Let a key sign from now on; the one that signed verifies on. Workers take it up within half a minute."""
    _move(directory, language, key, KeyState.signing, (maker, approver, why))


@app.command()
def retire(
    key: Annotated[int, typer.Argument(help="The id of a key that signs no more.")],
    maker: Maker,
    approver: Approver,
    why: Why,
    *,
    lost: Annotated[bool, typer.Option("--lost", help="Though statements stand on it: it is in other hands.")] = False,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Publish a key no more: whatever it signed verifies no more, from the next time verifiers fetch the keys."""
    _move(directory, language, key, KeyState.retired, (maker, approver, why), lost=lost)


@app.command()
def resign(
    key: Annotated[int, typer.Argument(help="The id of a key that signs no more.")],
    *,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Sign all statements of a key anew by the one that signs now, a stretch a transaction. May break off and go on."""

    async def run(platform: Platform) -> Any:
        return await sign_anew(platform, key_id=key)

    console.print(f"signed anew {act(directory, language, run)}", markup=False)


def _move(
    directory: Path | None, language: str, key: int, to: KeyState, said: tuple[str, str, str], *, lost: bool = False
) -> None:
    async def run(platform: Platform) -> Any:
        return await change_issuer_key(
            platform, maker=said[0], approver=said[1], why=said[2], to=to, key_id=key, lost=lost
        )

    console.print(f"key {act(directory, language, run)} is {to}", markup=False)


@app.command()
def issue(*, directory: Directory = None, language: Language = "zh") -> None:
    """Issue a credential to every insured person who has none, a stretch a transaction. May break off and go on."""
    console.print(f"issued {act(directory, language, issue_to_persons)}", markup=False)


@app.command()
def holders(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="name,document_type,document_number,kind,institution_id,subject_code",
        ),
    ],
    *,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Issue credentials to agency staff, practitioners and organisations of a file. The same line again changes nothing."""
    found = list(_read_holders(file))

    async def run(platform: Platform) -> Any:
        answers: list[Credential | Refused] = []
        for begin in range(0, len(found), HOLDERS_AT_ONCE):
            answers += await issue_to_holders(platform, found[begin : begin + HOLDERS_AT_ONCE])
        return answers

    _tell_lines("issued", act(directory, language, run), language)


@app.command()
def holder(
    wanted: Annotated[CredentialAct, typer.Argument(help="What to do with each line's credential.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The same lines as for holders.")],
    maker: Maker,
    approver: Approver,
    why: Why,
    *,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Activate, suspend, resume or revoke credentials of agency staff, practitioners and organisations."""
    found = list(_read_holders(file))

    async def run(platform: Platform) -> Any:
        answers: list[Credential | Refused] = []
        for begin in range(0, len(found), HOLDERS_AT_ONCE):
            some = found[begin : begin + HOLDERS_AT_ONCE]
            done = await act_on_holders(platform, some, wanted, maker=maker, approver=approver, why=why)
            if isinstance(done, Refused):
                return done
            answers += done
        return answers

    _tell_lines(f"{wanted.value}: done", act(directory, language, run), language)


def _tell_lines(verb: str, answers: Sequence[Credential | Refused], language: str) -> None:
    refused = 0
    for line, answer in enumerate(answers, 2):
        if isinstance(answer, Refused):
            refused += 1
            said = f"{answer.code}: {answer.sentence(language)}. {answer.next_step(language)}"
            console.print(f"line {line}: {said}", markup=False)
    console.print(f"{verb} {len(answers) - refused}, refused {refused}", markup=False)
    if refused:
        raise typer.Exit(1)


def _read_holders(file: Path) -> Iterator[HolderToIssue]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            if number > HOLDERS_MAX:
                raise typer.BadParameter(f"more than {HOLDERS_MAX} lines")
            given = {name: (value or "").strip() for name, value in row.items() if name}
            given["institution_id"] = given.get("institution_id") or "0"
            try:
                yield msgspec.convert(given, HolderToIssue, strict=False)
            except msgspec.ValidationError as fault:
                raise typer.BadParameter(f"line {number}: {fault}") from fault
