"""Time and memory of settling a long stay: `.venv/bin/python tools/long_stay.py [lines]` (2,000 where not said).

A stay of so many lines in daily batches of at most 500 is uploaded, settled once after the discharge, refunded by one line
and reversed, on an embedded server of its own. Times are of the verbs on one connection, the commit left out; memory is
the peak of Python's own while a verb runs, and the process's high water mark. The last line is JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
import tracemalloc
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "properties"))

from stay_office import StayOffice

from openyibao.kit.clock import FakeClock
from openyibao.kit.db import Tx, connect
from openyibao.kit.embedded import temporary_server
from openyibao.kit.ids import IdSource
from openyibao.migrations import migrate
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.settlement import RefundLine

BATCH = 500


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


FIGURES: dict[str, float] = {}


async def measured(name: str, tx: Tx, act: Awaitable[Any]) -> Any:
    """Run a verb, send what it wrote, and print seconds and megabytes."""
    tracemalloc.start()
    begun = time.perf_counter()
    answer = await act
    await tx.send_writes()
    seconds = time.perf_counter() - begun
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    FIGURES[f"{name.partition(': ')[2]}, MB"] = round(peak / 1e6, 1)
    _say(f"{name:<28} {seconds:7.3f} s (traced)   {peak / 1e6:6.1f} MB")
    return answer


async def timed(name: str, tx: Tx, act: Awaitable[Any]) -> Any:
    """Run a verb without tracing."""
    begun = time.perf_counter()
    answer = await act
    await tx.send_writes()
    seconds = time.perf_counter() - begun
    FIGURES[f"{name.partition(': ')[2]}, seconds"] = round(seconds, 3)
    _say(f"{name:<28} {seconds:7.3f} s")
    return answer


async def run(url: str, lines: int) -> None:
    """Do it all in a transaction that is rolled back: once for the time, once for the memory."""
    clock = FakeClock(datetime(2026, 11, 23, 4, tzinfo=UTC))
    connection = await connect(url)
    transaction = connection.transaction()
    await transaction.start()
    tx = Tx(connection, IdSource(clock, 0))
    office = StayOffice(tx, clock)
    await office.furnish()
    for name, meter in (("timed", timed), ("traced", measured)):
        savepoint = connection.transaction()
        await tx.send_writes()
        await savepoint.start()
        visit = (await office.open(0, office.places[0], EncounterKind.inpatient)).encounter
        for first in range(0, lines, BATCH):
            amounts = [1_000 + n % 977 for n in range(first, min(lines, first + BATCH))]
            await meter(f"{name}: upload {len(amounts)}", tx, office.upload(visit, first + 1, amounts))
        await office.close(visit)
        done = (await meter(f"{name}: settle {lines} lines", tx, office.settle(0, visit))).settlement
        line = RefundLine(line_no=1, quantity_e4=10_000, amount_fen=1_000)
        back = await meter(
            f"{name}: refund a line", tx, office.refund(office.places[0], done.cell, done.settlement_id, [line])
        )
        again = back.settlements[0].new_settlement_id
        await meter(f"{name}: reverse", tx, office.reverse(office.places[0], done.cell, again))
        await savepoint.rollback()
    await transaction.rollback()
    await connection.close()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    _say(f"high water mark of the process: {peak_mb} MB")
    _say(json.dumps({"lines": lines, **FIGURES, "peak_memory_mb": peak_mb}))


def main() -> None:
    """Start a server, run, stop it."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with temporary_server(fsync=False) as server:
        migrate(server.url())
        asyncio.run(run(server.url(), lines))


if __name__ == "__main__":
    main()
