"""The bench: settling and scanning over HTTP beside pgbench's TPC-B, on the same embedded server with fsync on.

Yardstick: ``pgbench -M prepared -s 100 -n``, TPC-B at its best of 16 and 64 clients, before, between and after the loads. Load: wrk from Debian, each request
signed beforehand. Units: transactions a second, and their ratios; absolute figures are this machine's. 中文: 基准。
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from pathlib import Path
from statistics import mean
from typing import Any

import msgspec
from rich.console import Console

from openyibao import running
from openyibao.demo import bench_channels, engine_rate, stage, unbinding
from openyibao.demo.bench_crowd import Device, bind_all, code_of, visit_tokens
from openyibao.demo.bench_full import make_full_bills
from openyibao.demo.bench_requests import Signed, make_bills, write_requests
from openyibao.demo.load import CpuMeter, fire, machine, prepare_tpcb, ratio, tpcb, worker_memory_mb
from openyibao.demo.population import make_population
from openyibao.kit import db
from openyibao.kit.clock import SystemClock, unix_seconds
from openyibao.kit.crypto import MasterKey, Suite
from openyibao.kit.db import Reading
from openyibao.kit.embedded import EmbeddedServer, temporary_server
from openyibao.rooms.audit import count_links
from openyibao.rooms.institutions import InstitutionKind, SessionKey
from openyibao.rooms.presentation import step_of
from openyibao.settings import Settings

CLIENTS = 64
UNBOUND = 20


def run(console: Console, *, people: int, seconds: int, out: Path) -> int:
    """Measure everything in one run and write ``out``."""
    if shutil.which("wrk") is None:
        console.print("the bench needs wrk: apt-get install wrk")
        return 2
    with (
        tempfile.TemporaryDirectory(prefix="openyibao-bench-") as place,
        temporary_server(settings={"shared_buffers": "2GB"}) as server,
    ):
        results = _measure(console, server, Path(place), people=people, seconds=seconds)
    if out.exists():
        # What tools/bulk_bench.py measured stands beside it, and is older or younger as its own machine says.
        results["bulk"] = json.loads(out.read_text(encoding="utf-8")).get("bulk", {})
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    console.print_json(json.dumps(results["ratios"]))
    return 0


def _measure(console: Console, server: EmbeddedServer, place: Path, *, people: int, seconds: int) -> dict[str, Any]:
    prepare_tpcb(console, server)
    settings = Settings(
        database_url=server.url(),
        key_file=place.joinpath("master.key"),
        port=stage.free_port(),
        demo=True,
        queue_max=4_096,
    )
    assert settings.key_file is not None
    MasterKey.create(settings.key_file, suite=Suite(settings.suite))
    console.print(f"seeding {people} people …")
    running.prepare(settings)
    clock = SystemClock()
    prepared = asyncio.run(stage.seed(settings, make_population(people=people), clock))
    bindings = asyncio.run(bind_all(settings, prepared, clock))
    results: dict[str, Any] = {
        "machine": machine(),
        "people": people,
        "seconds": seconds,
        "tpcb": [tpcb(console, server, seconds)],
        "runs": {},
    }
    # Everybody settles or scans once, so one worker gets half the time: it must not run out of people either.
    third = len(bindings) // 3
    for workers, used, span in ((1, bindings[:third], seconds // 2), (2, bindings[third:], seconds)):
        service = msgspec.structs.replace(running.service_settings(settings, server), workers=workers)
        with stage.served(service) as (url, _):
            results["runs"][f"workers_{workers}"] = asyncio.run(
                _load(console, url, settings, server, prepared, used, place, span)
            )
            results["worker_memory_mb"] = worker_memory_mb(settings.port)
        results["tpcb"].append(tpcb(console, server, seconds))
    # With people who have settled or scanned already: their codes are good until they are unbound.
    results["unbinding"] = msgspec.to_builtins(
        unbinding.measure(console, settings, server, prepared, bindings[:UNBOUND], clock)
    )
    results["channels"] = asyncio.run(
        bench_channels.measure(
            console, settings, server, bindings[UNBOUND:], place, seconds=max(1, seconds // 2), workers=2, clock=clock
        )
    )
    # Before, between and after: the mean of each number of clients, and of these the best.
    best = max(mean(run[name] for run in results["tpcb"]) for name in results["tpcb"][0])
    runs = results["runs"].values()
    results["engine"] = engine_rate.measure(console)
    results["simulate"] = engine_rate.measure_simulate(console, settings.database_url, clock.today())
    results["ratios"] = {
        "settle_vs_tpcb": ratio(max(r["settle"]["per_second"] for r in runs), best),
        "scan_vs_tpcb": ratio(max(r["scan"]["per_second"] for r in runs), best),
        "fuller_vs_settle": max(
            ratio(r["fuller_settle"]["per_second"], r["settle"]["per_second"]) for r in results["runs"].values()
        ),
    }
    console.print("verifying …")
    results["verify_exit"] = asyncio.run(running.verify(console, settings))
    return results


async def _load(
    console: Console,
    url: str,
    settings: Settings,
    server: EmbeddedServer,
    prepared: stage.Prepared,
    devices: list[Device],
    place: Path,
    seconds: int,
) -> dict[str, Any]:
    clock = SystemClock()
    places = [p for p in prepared.population.places.institutions if p.kind is InstitutionKind.hospital]
    keys = [prepared.session_keys[p.institution_id] for p in places]
    meter = CpuMeter(settings.port, int((server.data_directory / "postmaster.pid").read_text().split()[0]))
    ids = [p.institution_id for p in places]
    scans_to, full_to = len(devices) * 25 // 100, len(devices) * 40 // 100
    scanning, fuller, settling = devices[:scans_to], devices[scans_to:full_to], devices[full_to:]
    tokens = await visit_tokens(settings, settling, ids, clock)
    bodies = make_bills(prepared, tokens, keys, ids)
    full = await make_full_bills(settings, prepared, fuller, ids, clock)
    path, lua = write_requests(place, bodies, clock, "/api/v1/settlements")
    await _settle_down(settings)
    links = await _links(settings)
    meter.begin()
    settle = fire(url, "/api/v1/settlements", path, lua, seconds)
    cpu = meter.microseconds_each(settle.requests)
    batch = round(settle.requests / max(1, await _links(settings) - links), 1)
    console.print(
        f"settle: {settle.per_second:.0f}/s, p99 {settle.p99_ms}, refused {settle.not_done} of {settle.requests}; "
        f"a request costs {cpu['workers']} us in the workers and {cpu['postgresql']} us in PostgreSQL, {batch} a batch"
    )
    path, lua = write_requests(place, full, clock, "/api/v1/settlements")
    meter.begin()
    fuller_settle = fire(url, "/api/v1/settlements", path, lua, max(1, seconds // 3))
    cpu_full = meter.microseconds_each(fuller_settle.requests)
    console.print(
        f"fuller settle: {fuller_settle.per_second:.0f}/s, p99 {fuller_settle.p99_ms}, refused {fuller_settle.not_done} "
        f"of {fuller_settle.requests}; {cpu_full['workers']} us in the workers, {cpu_full['postgresql']} us in PostgreSQL"
    )
    step = step_of(clock.now()) + 1
    scans = _scans(settings, keys, scanning, step)
    path, lua = write_requests(place, scans, clock, "/api/v1/scans")
    await asyncio.sleep(max(0, step * 30 + 1 - unix_seconds(clock.now())))
    scan = fire(url, "/api/v1/scans", path, lua, max(1, seconds // 3))
    console.print(f"scan: {scan.per_second:.0f}/s, p99 {scan.p99_ms}, refused {scan.not_done} of {scan.requests}")
    return {
        "settle": msgspec.to_builtins(settle) | {"cpu_us": cpu, "batch": batch},
        "fuller_settle": msgspec.to_builtins(fuller_settle) | {"cpu_us": cpu_full},
        "scan": msgspec.to_builtins(scan),
    }


def _scans(settings: Settings, keys: list[SessionKey], devices: list[Device], step: int) -> list[Signed]:
    """A scan of each device at a step."""
    at = {"terminal_code": "T01", "operator_code": "op1", "purpose": "settlement"}
    return [(keys[n % len(keys)], {"code": code_of(settings, device, step), **at}) for n, device in enumerate(devices)]


async def _settle_down(settings: Settings) -> None:
    """What the people's seed and tokens left to do is done before the clock runs, as pgbench -i does it."""
    connection = await db.connect(settings.database_url)
    await connection.execute("set statement_timeout = 0")
    await connection.execute("vacuum (analyze)", timeout=300)
    await connection.execute("checkpoint", timeout=300)
    await connection.close()


async def _links(settings: Settings) -> int:
    """How many batches have been written so far: one link each."""
    connection = await db.connect(settings.database_url)
    try:
        return await count_links(Reading(connection))
    finally:
        await connection.close()
