"""The command import: taken in parts, killed and gone on with, told twice; verify holds what it brought."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
from rich.console import Console

from openyibao import importing, running
from openyibao.demo import import_bench
from openyibao.kit import db, db_keys
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import MasterKey, Sealer, Suite
from openyibao.kit.db import Readers
from openyibao.kit.embedded import EmbeddedServer
from openyibao.main import make_desk, open_ring
from openyibao.rooms import settlement
from openyibao.rooms.entitlement import ImportNoun
from openyibao.rooms.settlement import Checked
from openyibao.settings import Settings, process_environment

PEOPLE = 600
_numbers = count(1)
SLOWLY = (
    "import asyncio, sys; from pathlib import Path; from openyibao import importing as i; "
    "from openyibao.settings import read_settings; from openyibao.kit.clock import SystemClock; "
    "from openyibao.rooms.entitlement import ImportNoun; s = read_settings(); c = SystemClock(); p = Path(sys.argv[1]); "
    "(run,) = asyncio.run(i._begin(s, c, p, ImportNoun.people, 1)); asyncio.run(i.import_part(s, c, p, run, most=5))"
)


class Office:
    """An agency's empty database and its files."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder

    def take(self, noun: ImportNoun, *, parts: int = 1) -> tuple[int, str]:
        said = StringIO()
        console = Console(file=said, width=300)
        code = importing.run_import(console, self.settings, noun, self.folder / f"{noun}.csv", parts=parts)
        return code, said.getvalue()

    def rows(self, sql: str) -> list[tuple[int, ...]]:
        async def read() -> list[tuple[int, ...]]:
            connection = await db.connect(self.settings.database_url)
            found = [tuple(row) for row in await connection.fetch(sql)]
            await connection.close()
            return found

        return asyncio.run(read())

    def verify(self) -> Checked:
        async def check() -> Checked:
            desk = make_desk(Sealer(await open_ring(self.settings, SystemClock())))
            readers = await Readers.open(self.settings.database_url, most=1)
            async with readers.reading() as reading:
                publics = await db_keys.read_public_keys(reading)
                checked = await settlement.verify(reading, desk, publics.get)
            await readers.close()
            return checked

        return asyncio.run(check())


@pytest.fixture
def office(server: EmbeddedServer, tmp_path: Path) -> Iterator[Office]:
    name = f"office_{next(_numbers)}"
    server.ensure_database(name)
    settings = Settings(database_url=server.url(name), key_file=tmp_path / "master.key")
    MasterKey.create(tmp_path / "master.key", suite=Suite(settings.suite))
    running.prepare(settings)
    asyncio.run(import_bench.load_areas(settings, SystemClock()))
    yield Office(settings, tmp_path)
    server.drop_database(name)


def test_files_are_taken_in_parts_and_once(office: Office) -> None:
    import_bench.write_people(office.folder / "people.csv", PEOPLE)
    import_bench.write_enrolments(office.folder / "enrolments.csv", PEOPLE, year=2025)
    import_bench.write_contributions(office.folder / "contributions.csv", PEOPLE, year=2026)
    for noun, parts in ((ImportNoun.people, 2), (ImportNoun.enrolments, 2), (ImportNoun.contributions, 1)):
        code, said = office.take(noun, parts=parts)
        assert (code, f"{PEOPLE} entered, 0 unchanged, 0 refused" in said) == (0, True), said
    assert office.rows("select count(*), count(paid_until), sum(changes) from enrolments") == [(600, 600, 600)]
    assert office.rows("select count(*) from contributions") == [(1_200,)]
    before = office.rows("select count(*) from audit_events")
    # The very file: not read again. The same lines in another file: left alone.
    code, said = office.take(ImportNoun.people)
    assert (code, "imported before" in said) == (0, True)
    with (office.folder / "people.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    code, said = office.take(ImportNoun.people)
    assert (code, "0 entered, 600 unchanged, 0 refused" in said) == (0, True)
    assert office.rows("select count(*) from audit_events") == before
    checked = office.verify()
    assert checked.faults == []
    assert (checked.counts["persons"], checked.counts["entitlements"], checked.counts["contributions"]) == (
        600,
        600,
        1_200,
    )


def test_a_killed_import_goes_on_where_it_stood(office: Office) -> None:
    path = office.folder / "people.csv"
    import_bench.write_people(path, PEOPLE)
    child = subprocess.Popen(
        [sys.executable, "-c", SLOWLY, str(path)], env=process_environment(running.environment_of(office.settings))
    )
    while not office.rows("select 1 from import_runs where lines_done > 10"):
        assert child.poll() is None
    child.send_signal(signal.SIGKILL)
    child.wait()
    ((done, written),) = office.rows("select entered, (select count(*) from persons) from import_runs")
    assert 0 < done == written < PEOPLE
    code, said = office.take(ImportNoun.people)
    assert (code, "going on after line" in said) == (0, True)
    assert f"{PEOPLE} entered, 0 unchanged" in said
    assert office.rows("select count(*), count(distinct document_digest) from persons") == [(PEOPLE, PEOPLE)]
    assert office.verify().faults == []


def test_bad_lines_are_named_and_the_good_ones_stand(office: Office) -> None:
    path = office.folder / "people.csv"
    import_bench.write_people(path, 3)
    good = path.read_text(encoding="utf-8").splitlines()
    bad = ["identity_card,1,赵安,male,1980-05-01,", '"', "x" * 5_000, "a,b", good[1].replace("male", "both")]
    path.write_text("\n".join([*good[:2], *bad, *good[2:]]), encoding="utf-8")
    code, said = office.take(ImportNoun.people, parts=1)
    assert code == 1
    assert "3 entered, 0 unchanged, 5 refused" in said
    assert "line 3: document_length_wrong" in said
    for number in (4, 5, 6, 7):
        assert f"line {number}: line_unreadable" in said
    path.write_text("\n".join(good), encoding="utf-8")
    assert office.take(ImportNoun.people)[0] == 0


def test_a_file_without_the_header_is_not_begun(office: Office) -> None:
    (office.folder / "people.csv").write_text("name\n", encoding="utf-8")
    assert office.take(ImportNoun.people)[0] == 2
    assert office.take(ImportNoun.enrolments)[0] == 2
    assert office.rows("select count(*) from import_runs") == [(0,)]
