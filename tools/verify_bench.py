"""How fast verify is: five-line bills of made-up people, settled by the rooms' own verb, then verified by one process.

    .venv/bin/python tools/verify_bench.py 100000

Prints the slowest statements with their seconds, then JSON in the last line: settlements a second in all, of our own processor
and of the database's. The server is a temporary one.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec

from openyibao import running
from openyibao.demo import stage
from openyibao.demo.bench_crowd import bind_all, visit_tokens, writing
from openyibao.demo.bench_requests import make_bills
from openyibao.demo.population import make_population
from openyibao.fronts.api.bodies import SettleBody
from openyibao.kit import db_keys
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import MasterKey, Sealer, Suite, sm3
from openyibao.kit.db import Readers, Reading
from openyibao.kit.embedded import temporary_server
from openyibao.main import make_desk, open_ring, settle_memory
from openyibao.rooms import settlement
from openyibao.rooms.institutions import InstitutionKind
from openyibao.rooms.settlement import SettleRequest
from openyibao.settings import Settings

BILLS_EACH = 1
"""A scan opens one visit."""
BATCH = 200
STATEMENTS_SHOWN = 12
spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])


def watch_statements() -> None:
    """Count seconds by statement."""
    for name in ("fetch", "fetchrow"):
        plain = getattr(Reading, name)

        async def watched(self: Reading, sql: str, *facts: Any, plain: Any = plain) -> Any:
            begun = time.perf_counter()
            answer = await plain(self, sql, *facts)
            spent[sql][0] += time.perf_counter() - begun
            spent[sql][1] += 1
            return answer

        setattr(Reading, name, watched)


def request_of(body: dict[str, Any], institution_id: int, key: str) -> SettleRequest:
    """A bill as the rooms take it."""
    bill = msgspec.convert(body, SettleBody)
    assert bill.encounter
    return SettleRequest(
        institution_id=institution_id,
        operator_code=bill.operator_code,
        terminal_code=bill.terminal_code,
        request_key=key,
        digest=sm3(key.encode()),
        visit_token=bill.visit_token,
        encounter=bill.encounter,
        items=bill.items,
    )


async def settle_all(settings: Settings, bills: int) -> int:
    """Seed, scan and settle; how many settlements there are then."""
    clock = SystemClock()
    prepared = await stage.seed(settings, make_population(people=bills // BILLS_EACH * 100 // 90), clock)
    devices = await bind_all(settings, prepared, clock)
    places = [p for p in prepared.population.places.institutions if p.kind is InstitutionKind.hospital]
    ids = [p.institution_id for p in places]
    tokens = await visit_tokens(settings, devices, ids, clock)
    bodies = make_bills(prepared, tokens, [prepared.session_keys[p] for p in ids], ids)
    settled = 0
    async with writing(settings, clock) as writer:
        desk = make_desk(writer.sealer)
        for turn in range(BILLS_EACH):
            for begin in range(0, len(bodies), BATCH):
                requests = [
                    request_of(bodies[n][1], tokens[n][1], f"{turn}-{n}")
                    for n in range(begin, min(begin + BATCH, len(bodies)))
                ]
                async with writer.tx() as tx:
                    answers = await settlement.settle(tx, clock, desk, requests)
                settled += sum(isinstance(answer, settlement.Settled) for answer in answers)
        await writer.connection.execute("set statement_timeout = 0")
        await writer.connection.execute("analyze", timeout=300)
    return settled


async def verify(settings: Settings) -> list[Any]:
    """All of it, as the command does."""
    settle_memory()
    desk = make_desk(Sealer(await open_ring(settings, SystemClock())))
    readers = await Readers.open(settings.database_url, most=1, seconds=None)
    try:
        async with readers.reading() as reading:
            publics = await db_keys.read_public_keys(reading)
            return (await settlement.verify(reading, desk, publics.get)).faults
    finally:
        await readers.close()


def main() -> None:
    """Make, verify, tell."""
    bills = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as keys, temporary_server(fsync=False) as server:
        settings = Settings(database_url=server.url(), key_file=Path(keys) / "master.key", demo=True)
        assert settings.key_file is not None
        MasterKey.create(settings.key_file, suite=Suite(settings.suite))
        running.prepare(settings)
        settled = asyncio.run(settle_all(settings, bills))
        watch_statements()
        begun, own = time.monotonic(), time.process_time()
        faults = asyncio.run(verify(settings))
        seconds, own = time.monotonic() - begun, time.process_time() - own
    for sql, (took, times) in sorted(spent.items(), key=lambda each: -each[1][0])[:STATEMENTS_SHOWN]:
        sys.stdout.write(f"{took:8.2f} s {times:6} times  {' '.join(sql.split())[:140]}\n")
    said = {
        "settlements": settled,
        "faults": len(faults),
        "seconds": round(seconds, 1),
        "per_second": round(settled / seconds),
        "per_second_of_own_core": round(settled / own),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
