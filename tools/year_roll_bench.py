"""How long the turn of the account year takes: people with both pots, made by SQL, turned by the command's own code.

    .venv/bin/python tools/year_roll_bench.py 1000000

Prints seconds, people a second and the peak memory of this process, as JSON in the last line; the server is a temporary one with
fsync on.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from rich.console import Console

from openyibao.demo.stage import policy_files
from openyibao.kit import db
from openyibao.kit.batch import Work
from openyibao.kit.clock import FakeClock
from openyibao.kit.crypto import MasterKey, Suite
from openyibao.kit.db import Tx
from openyibao.kit.embedded import temporary_server
from openyibao.main import open_platform
from openyibao.migrations import ensure_partitions, migrate
from openyibao.rooms import policies
from openyibao.rooms.areas import load_divisions
from openyibao.settings import Settings
from openyibao.year_rolling import roll_year

console = Console()
NEW_YEAR = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)
AREA, CELLS = 110100, 8
RATES = '{"account_interest_bp": {"current": 35, "past": 150}}'
MADE = (
    (
        "insert into enrolments (cell, person_id, enrolment_id, agency_area, pooling_area, insurance_type, person_category, "
        "birth_on, begins_on) select $1 * 100 + n % $3, n, n, $1 + 1, $1, 'employee', 'employee', '1980-01-01', '2020-01-01' "
        "from generate_series(1, $2::int) n"
    ),
    (
        "insert into personal_accounts (cell, person_id, pot, account_id, balance_fen, rolled_year) "
        "select $1 * 100 + n % $3, n, p.pot, 1000000 + n * 2 + p.k, 1 + n % 500000, 2026 "
        "from generate_series(1, $2::int) n, (values ('current', 0), ('past', 1)) p(pot, k)"
    ),
    (
        "insert into postings (cell, posting_id, settlement_id, debit_account, credit_account, amount_fen, posted_on) "
        "select $1 * 100 + n % $3, n * 2 + p.k, null, 101, 1000000 + n * 2 + p.k, 1 + n % 500000, '2026-01-01' "
        "from generate_series(1, $2::int) n, (values (0), (1)) p(k)"
    ),
)


async def prepare(url: str, people: int) -> None:
    """The people, their pots and the credits these come from; not audited."""
    connection = await asyncpg.connect(url)
    for sql in MADE:
        await connection.execute(sql.replace("$1", str(AREA)).replace("$2", str(people)).replace("$3", str(CELLS)))
    await connection.execute("update pooling_areas set settings = $1::text::jsonb where pooling_area = $2", RATES, AREA)
    await connection.execute("update reference_versions set version = version + 1")
    await connection.execute("vacuum analyze")
    await connection.close()


async def measure(settings: Settings, people: int) -> None:
    """Make, turn, tell."""
    clock = FakeClock(NEW_YEAR)
    connection = await db.connect(settings.database_url)
    await ensure_partitions(connection, clock.today())
    await connection.close()
    platform = await open_platform(settings, clock)

    async def found(tx: Tx) -> None:
        await load_divisions(tx, clock, cells={AREA: CELLS})
        for path in policy_files():
            await policies.publish(tx, clock, body=path.read_text(encoding="utf-8"))

    await platform.lane.submit("work", Work(found))
    await prepare(settings.database_url, people)
    console.print(f"{people} people are there; turning")
    began = time.monotonic()
    (report,) = await roll_year(platform, 2027)
    seconds = time.monotonic() - began
    await platform.lane.drain()
    await platform.readers.close()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    console.print(report)
    said = {
        "people": people,
        "seconds": round(seconds, 1),
        "people_a_second": round(people / seconds),
        "peak_memory_mb": peak_mb,
    }
    sys.stdout.write(json.dumps(said) + "\n")


def main() -> None:
    """The command."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as keys, temporary_server() as server:
        settings = Settings(database_url=server.url(), key_file=Path(keys) / "master.key", carriers=2)
        assert settings.key_file is not None
        MasterKey.create(settings.key_file, suite=Suite(settings.suite))
        migrate(settings.database_url)
        asyncio.run(measure(settings, people))


if __name__ == "__main__":
    main()
