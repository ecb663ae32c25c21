"""A turn of the year that is killed in its middle and begun again leaves the books of one that was never disturbed."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

import asyncpg
from aid_house import newcomer
from journey_house import House
from test_account_years import RATES, books, faults, set_area

from openyibao import running
from openyibao.rooms.account_credits import interest_fen
from openyibao.settings import process_environment

WAIT_SECONDS = 40
COMMAND = "from openyibao.cli import main; main()"


def begin(house: House) -> subprocess.Popen[str]:
    """The command, on the house's database, one person a transaction."""
    environment = running.environment_of(house.platform.settings) | {"OPENYIBAO_DATABASE_URL": house.owner_url}
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "year-roll", "--year", "2026", "--people-at-once", "1"],
        env=process_environment(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


async def turned(house: House) -> int:
    (row,) = await house.rows(
        "select count(*) as n from personal_accounts where pot = 'current' and rolled_year = 2026"
    )
    return int(row["n"])


async def somebody_waits(house: House) -> None:
    """Looked for from outside: within a transaction the list of backends stands still."""
    waiting = (
        "select from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0"
    )
    async with asyncio.timeout(WAIT_SECONDS):
        while not await house.rows(waiting):  # noqa: ASYNC110 another process moves it
            await asyncio.sleep(0.05)


async def test_a_turn_killed_in_the_middle_and_begun_again_gives_the_same_books(house: House) -> None:
    await set_area(house, **RATES)
    await newcomer(house, "李晓晨", agency_area=110101, current_fen=100_000, past_fen=50_000)
    await house.tamper("update personal_accounts set rolled_year = 2025")
    before = await books(house)
    people = sorted({person_id for person_id, _ in before})
    owner = await asyncpg.connect(house.owner_url)
    held = owner.transaction()
    await held.start()
    # The turn comes to this person and waits; whoever stands before them is done, in transactions of their own.
    await owner.execute("select from enrolments where person_id = $1 for update", people[len(people) // 2])
    command = begin(house)
    try:
        await somebody_waits(house)
    finally:
        command.send_signal(signal.SIGKILL)
        command.communicate()
    await held.rollback()
    await owner.close()
    assert 0 < await turned(house) < len(people)
    assert await faults(house) == []
    again = begin(house)
    said, _ = await asyncio.to_thread(again.communicate, timeout=WAIT_SECONDS)
    assert again.returncode == 0, said
    assert await turned(house) == len(people)
    elsewhere = {
        row[0] for row in await house.rows("select person_id from personal_accounts where cell / 100 <> 110100")
    }
    expected = {}
    for person_id in people:
        current, past = before[person_id, "current"], before[person_id, "past"]
        expected[person_id, "current"] = 0
        interest = 0 if person_id in elsewhere else interest_fen(current, 35) + interest_fen(past, 150)
        expected[person_id, "past"] = current + past + interest
    assert await books(house) == expected
    assert await faults(house) == []
