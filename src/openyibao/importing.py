"""The command import: a file of people, enrolments or contributions, in parts side by side, resumable. 中文: 批量导入命令。

Each part is a process with a connection, a writer slot and an audit chain of its own. It reads the whole file and takes the
people whose documents fall to it, so that one person's lines are never in two hands. A stretch of lines is one transaction,
with its audit link and with how far the part has come: a command that was killed goes on there.
"""

from __future__ import annotations

import asyncio
import csv
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from openyibao.kit import db
from openyibao.kit.clock import Clock, SystemClock
from openyibao.kit.crypto import KeyPurpose, Sealer, sm3
from openyibao.kit.db import Tx
from openyibao.kit.ids import SLOTS_MAX, IdSource
from openyibao.main import open_ring, settle_memory
from openyibao.rooms.areas import Areas
from openyibao.rooms.audit import ChainCloser
from openyibao.rooms.entitlement import (
    COLUMNS,
    LINES_MAX,
    ImportNoun,
    ImportRun,
    begin_import,
    import_lines,
    list_imports,
    lock_import,
    note_import,
)
from openyibao.running import environment_of
from openyibao.settings import Settings, process_environment, read_settings

PARTS_MAX = 16
_CHILD = "import sys; from openyibao.importing import run_child; run_child(sys.argv[1:])"
TRIES = 3
FAULTS_SHOWN = 20
LOOK_SECONDS = 0.5
READ_OCTETS = 1 << 20
STRETCH_OCTETS = 1 << 26
"""At most so much of a file is read for one stretch."""
LINE_OCTETS_MAX = 2_000


class UnfitFileError(Exception):
    """A file that is none of ours: no such header, or not there."""


class Stretch(msgspec.Struct):
    """Lines of one part, and where the file stands behind them."""

    lines: list[tuple[int, list[str]]]
    position_octets: int
    lines_done: int
    finished: bool


def digest_file(path: Path) -> bytes:
    """What a file is known by: a chain of digests over its pieces, so that none of it is kept."""
    digest = b""
    with path.open("rb") as file:
        while piece := file.read(READ_OCTETS):
            digest = sm3(digest + piece)
    return digest


def check_header(path: Path, noun: ImportNoun) -> None:
    """Raise UnfitFileError where the first line is not the header."""
    try:
        with path.open("rb") as file:
            first = file.readline(LINE_OCTETS_MAX)
    except OSError as fault:
        raise UnfitFileError(f"{path}: {fault.strerror}") from fault
    wanted = ",".join(COLUMNS[noun])
    if first.decode("utf-8-sig", "replace").strip() != wanted:
        raise UnfitFileError(f"{path}: the first line must be the header\n  {wanted}")


def read_stretch(path: Path, run: ImportRun, *, most: int = LINES_MAX) -> Stretch:
    """The next lines of a part, at most ``most``; the header is line 1 and nobody's."""
    lines: list[tuple[int, list[str]]] = []
    number, finished = run.lines_done, False
    with path.open("rb") as file:
        file.seek(run.position_octets)
        read = 0
        for raw, octets in _raw_lines(file):
            read += octets
            number += 1
            if number > 1 and (run.parts == 1 or _part_of(raw, run.parts) == run.part) and (cells := _cells(raw)):
                lines.append((number, cells))
            if len(lines) >= most or read >= STRETCH_OCTETS:
                break
        else:
            finished = True
        return Stretch(lines, run.position_octets + read, number, finished)


def _part_of(raw: bytes, parts: int) -> int:
    """Whose line it is: it follows from the document, the same for every line of a person and in every run."""
    document = raw.split(b",", 2)[1:2]
    return zlib.crc32(b"".join(document).replace(b" ", b"").strip(b'"').upper()) % parts


def _raw_lines(file: Any) -> Iterator[tuple[bytes, int]]:
    """Lines, and how many octets each had: one that is too long is cut, so that some column of it can't be read."""
    while raw := file.readline(LINE_OCTETS_MAX):
        octets, piece = len(raw), raw
        while not piece.endswith(b"\n") and (piece := file.readline(LINE_OCTETS_MAX)):
            octets += len(piece)
        yield raw, octets


def _cells(raw: bytes) -> list[str]:
    """The cells of a line. What is no UTF-8 shows replacement characters, which no column takes; a line is a line."""
    text = raw.decode("utf-8", "replace").rstrip("\r\n")
    if '"' not in text:
        return text.split(",") if text else []
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return [text]


async def import_part(settings: Settings, clock: Clock, path: Path, run: ImportRun, *, most: int = LINES_MAX) -> None:
    """Take a part of a file to its end, at most so many lines a transaction."""
    ring = await open_ring(settings, clock)
    connection = await db.connect(settings.database_url)
    try:
        # A plan made for tables that were empty would be kept: each stretch is planned for what is there now.
        await connection.execute("set plan_cache_mode = force_custom_plan")
        slot = await _free_slot(connection)
        key_id = ring.current(KeyPurpose.link).key_id
        closer = ChainCloser(clock, ring.signer(KeyPurpose.link), key_id=key_id)
        await closer.attach(connection, slot)
        part = _Part(connection, slot, clock, Sealer(ring), closer, path, run)
        while not await part.take_again(most):
            pass
    finally:
        await connection.close()


class _Part:
    """One part under way: its connection with slot and chain, its file, its run."""

    def __init__(
        self, connection: Any, slot: int, clock: Clock, sealer: Sealer, closer: ChainCloser, path: Path, run: ImportRun
    ) -> None:
        self._connection, self._slot, self._clock, self._sealer = connection, slot, clock, sealer
        self._closer, self._path, self._run = closer, path, run
        self._ids, self._areas = IdSource(clock, slot), Areas()

    async def take_again(self, most: int) -> bool:
        """Take a stretch; where somebody registered one of its people meanwhile they are there now, so it is judged anew."""
        for _ in range(TRIES - 1):
            try:
                return await self.take(most)
            except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
                continue
        return await self.take(most)

    async def take(self, most: int) -> bool:
        """One stretch in one transaction; True at the file's end."""
        tx, clock = Tx(self._connection, self._ids, chain=self._slot), self._clock
        async with self._connection.transaction():
            await self._areas.fresh(tx)
            held = await lock_import(tx, self._run)
            if held.state == "finished":
                return True
            stretch = read_stretch(self._path, held, most=most)
            done = await import_lines(
                tx,
                clock,
                self._sealer,
                self._areas,
                noun=held.noun,
                lines=stretch.lines,
                actor=f"import:{held.run_id}",
            )
            await note_import(
                tx,
                clock,
                held,
                done,
                position_octets=stretch.position_octets,
                lines_done=stretch.lines_done,
                finished=stretch.finished,
            )
            await self._closer.close(tx)
        self._closer.kept()
        return stretch.finished


async def _free_slot(connection: Any) -> int:
    """A writer slot from the top, away from the service's."""
    for slot in reversed(range(SLOTS_MAX)):
        if await db.try_slot(connection, slot):
            return slot
    raise RuntimeError("every writer slot is taken")


async def _begin(settings: Settings, clock: Clock, path: Path, noun: ImportNoun, parts: int) -> list[ImportRun]:
    connection = await db.connect(settings.database_url)
    try:
        slot = await _free_slot(connection)
        tx = Tx(connection, IdSource(clock, slot), chain=slot)
        async with connection.transaction():
            return await begin_import(tx, clock, noun=noun, file_digest=digest_file(path), parts=parts)
    finally:
        await connection.close()


async def _look(settings: Settings, runs: list[ImportRun]) -> list[ImportRun]:
    connection = await db.connect(settings.database_url)
    try:
        return await list_imports(db.Reading(connection), noun=runs[0].noun, file_digest=runs[0].file_digest)
    finally:
        await connection.close()


def run_import(console: Console, settings: Settings, noun: ImportNoun, path: Path, *, parts: int) -> int:
    """Import a file, or go on with it; 1 where lines are refused, 2 where it can't be read."""
    try:
        check_header(path, noun)
    except UnfitFileError as fault:
        console.print(f"[red]{fault}[/red]", markup=True)
        return 2
    runs = asyncio.run(_begin(settings, SystemClock(), path, noun, parts))
    if all(run.state == "finished" for run in runs):
        console.print("this very file was imported before: nothing is changed. What was said of it then:")
        return _report(console, runs)
    begun = sum(run.lines_done for run in runs)
    if begun:
        console.print(f"going on after line {min(run.lines_done for run in runs)}")
    _run_parts(console, settings, path, runs)
    return _report(console, asyncio.run(_look(settings, runs)))


def _run_parts(console: Console, settings: Settings, path: Path, runs: list[ImportRun]) -> None:
    """A process a part; progress is what their checkpoints say."""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(path.resolve()), str(run.part), run.noun.value, run.file_digest.hex()],
            env=process_environment(environment_of(settings)),
        )
        for run in runs
        if run.state != "finished"
    ]
    size = path.stat().st_size * len(runs)
    try:
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:.0f} %"),
            TimeRemainingColumn(),
            console=console,
        ) as done:
            task = done.add_task(f"{runs[0].noun} from {path.name}", total=max(size, 1))
            while any(child.poll() is None for child in children):
                time.sleep(LOOK_SECONDS)
                now = asyncio.run(_look(settings, runs))
                done.update(task, completed=sum(run.position_octets for run in now))
    finally:
        for child in children:
            if child.poll() is None:
                child.terminate()
                child.wait()
    for child in children:
        if child.returncode:
            raise RuntimeError(
                f"a part of the import ended with {child.returncode}; the same command goes on where it stood"
            )


def run_child(arguments: list[str]) -> None:
    """One part in a process of its own, which the command has started."""
    settle_memory()  # a stretch's rows live until it is written: looking through them again and again costs a third
    path, part, noun, digest = arguments
    settings = read_settings()

    async def work() -> None:
        connection = await db.connect(settings.database_url)
        runs = await list_imports(db.Reading(connection), noun=ImportNoun(noun), file_digest=bytes.fromhex(digest))
        await connection.close()
        await import_part(settings, SystemClock(), Path(path), runs[int(part)])

    asyncio.run(work())


def _report(console: Console, runs: list[ImportRun]) -> int:
    """What became of the file: counts, and each bad line with its reason as far as they are kept."""
    entered, unchanged, refused = (
        sum(getattr(run, name) for run in runs) for name in ("entered", "unchanged", "refused")
    )
    console.print(f"{runs[0].noun}: {entered} entered, {unchanged} unchanged, {refused} refused")
    faults = sorted((said for run in runs for said in run.faults), key=lambda said: int(said.partition(":")[0]))
    for said in faults:
        console.print(f"  line {said}", markup=False)
    if refused > len(faults):
        console.print(f"  … and {refused - len(faults)} more: mend these first and import the file again")
    return 1 if refused else 0
