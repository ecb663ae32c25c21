"""Measuring an import: made-up people, each with an enrolment and twelve contribution months. 中文: 导入基准。

Run alone: ``python -m openyibao.demo.import_bench --people 1000000``; ``measure`` is for ``openyibao bench`` to call. Units:
seconds, and megabytes of the largest process of ours (the database's own memory is its settings').
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from openyibao import importing, running
from openyibao.demo.bench_crowd import writing
from openyibao.demo.places import POOLING_AREA
from openyibao.kit.clock import Clock, SystemClock
from openyibao.kit.crypto import MasterKey, Suite
from openyibao.kit.embedded import EmbeddedServer, temporary_server
from openyibao.rooms.areas import load_divisions
from openyibao.rooms.entitlement import COLUMNS, ImportNoun
from openyibao.rooms.people import check_digit
from openyibao.settings import Settings

CELLS = {POOLING_AREA: 8}
DATABASE = "import_bench"
"""Of its own: whatever else the server is measured with stays as it is."""
_BORN = date(1960, 1, 1)
_NAMES = ("赵安", "钱宁", "孙明悦", "李子涵", "周思远")


def write_people(path: Path, people: int) -> None:
    """So many made-up people: 999 was never issued as an area."""
    _write(path, ImportNoun.people, _people(people))


def write_enrolments(path: Path, people: int, *, year: int) -> None:
    """One enrolment each, with the year's twelve months paid in their time."""
    paid = f"{year}01,{year}12,800000,940800,192000,"
    rows = (
        f"identity_card,{number},11010{1 + n % 2},employee,employee,,{year}-01-01,,{paid}"
        for n, (number, *_) in enumerate(_documents(people))
    )
    _write(path, ImportNoun.enrolments, rows)


def write_contributions(path: Path, people: int, *, year: int) -> None:
    """Twelve months more of each person, in a row of their own."""
    rows = (
        f"identity_card,{number},110101,employee,{year}01,{year}12,800000,940800,192000,"
        for number, *_ in _documents(people)
    )
    _write(path, ImportNoun.contributions, rows)


def _write(path: Path, noun: ImportNoun, rows: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(COLUMNS[noun]) + "\n")
        file.writelines(row + "\n" for row in rows)


def _documents(people: int) -> Iterator[tuple[str, date, int]]:
    for n in range(people):
        birth_on = _BORN + timedelta(days=n % 14_600)
        first_17 = f"999{n // 14_600 % 1000:03d}{birth_on:%Y%m%d}{n // 14_600_000 % 1000:03d}"
        yield first_17 + check_digit(first_17), birth_on, n


def _people(people: int) -> Iterator[str]:
    for number, birth_on, n in _documents(people):
        sex = "male" if int(number[16]) % 2 else "female"
        yield f"identity_card,{number},{_NAMES[n % len(_NAMES)]},{sex},{birth_on.isoformat()},100{n:08d}"


async def load_areas(settings: Settings, clock: Clock) -> None:
    """Divisions and areas, with some cells for the people to come; the audit is told of them."""
    async with writing(settings, clock) as writer, writer.tx() as tx:
        await load_divisions(tx, clock, cells=CELLS)


def measure(console: Console, server: EmbeddedServer, *, people: int, parts: int = 2) -> dict[str, Any]:
    """Import so many people with enrolments and twelve months into a fresh database of the server."""
    with tempfile.TemporaryDirectory(prefix="openyibao-import-") as place:
        folder = Path(place)
        server.ensure_database(DATABASE)
        settings = Settings(database_url=server.url(DATABASE), key_file=folder / "master.key")
        MasterKey.create(folder / "master.key", suite=Suite(settings.suite))
        running.prepare(settings)
        clock = SystemClock()
        asyncio.run(load_areas(settings, clock))
        year = clock.today().year - 1
        write_people(folder / "people.csv", people)
        write_enrolments(folder / "enrolments.csv", people, year=year)
        seconds: dict[str, float] = {}
        ours: dict[str, float] = {}
        theirs: dict[str, float] = {}
        for noun in (ImportNoun.people, ImportNoun.enrolments):
            begun, processor, database = time.monotonic(), _processor_seconds(), _database_seconds(server)
            code = importing.run_import(console, settings, noun, folder / f"{noun}.csv", parts=parts)
            seconds[noun] = round(time.monotonic() - begun, 1)
            ours[noun] = round(_processor_seconds() - processor, 1)
            theirs[noun] = round(_database_seconds(server) - database, 1)
            if code:
                raise RuntimeError(f"the made-up {noun} are refused")
        server.drop_database(DATABASE)
        return {
            "people": people,
            "parts": parts,
            "seconds": {**seconds, "all": round(sum(seconds.values()), 1)},
            "processor_seconds": ours,
            "processor_seconds_of_the_database": theirs,
            "peak_memory_mb": max(
                resource.getrusage(whose).ru_maxrss // 1024
                for whose in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)
            ),
        }


def _processor_seconds() -> float:
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _database_seconds(server: EmbeddedServer) -> float:
    """What the server's processes have used, those that ended included (the importing backends have)."""
    pid = server.data_directory.joinpath("postmaster.pid").read_text(encoding="utf-8").split()[0]
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure on a server of its own, with fsync on."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--people", type=int, default=1_000_000)
    asked.add_argument("--parts", type=int, default=2)
    chosen = asked.parse_args()
    console = Console()
    with temporary_server(settings={"shared_buffers": "1GB", "max_wal_size": "4GB"}) as server:
        console.print_json(json.dumps(measure(console, server, people=chosen.people, parts=chosen.parts)))


if __name__ == "__main__":
    main()
