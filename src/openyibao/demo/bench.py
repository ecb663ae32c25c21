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
from openyibao.demo import engine_rate, stage
from openyibao.demo.bills import pick
from openyibao.demo.load import LUA, fire, machine, prepare_tpcb, ratio, tpcb, worker_memory_mb
from openyibao.demo.population import make_population
from openyibao.kit import db
from openyibao.kit.clock import Clock, SystemClock, unix_seconds
from openyibao.kit.crypto import KeyPurpose, MacKey, MasterKey, Sealer, Suite
from openyibao.kit.db import Tx
from openyibao.kit.embedded import EmbeddedServer, temporary_server
from openyibao.kit.ids import IdSource, Randomness
from openyibao.main import make_desk, open_ring
from openyibao.rooms import credentials, presentation
from openyibao.rooms.audit import ChainCloser
from openyibao.rooms.credentials import Activated, BindingKind
from openyibao.rooms.institutions import InstitutionKind, SessionKey
from openyibao.rooms.presentation import Presentation, Purpose, ScanRequest, mint, step_day, step_of
from openyibao.settings import Settings

CLIENTS = 64
BIND_SLOT = 254
SCANS_AT_ONCE = 200


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
    bindings = asyncio.run(_bind_all(settings, prepared, clock))
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
                _load(console, url, settings, prepared, used, place, span)
            )
            results["worker_memory_mb"] = worker_memory_mb(settings.port)
        results["tpcb"].append(tpcb(console, server, seconds))
    # Before, between and after: the mean of each number of clients, and of these the best.
    best = max(mean(run[name] for run in results["tpcb"]) for name in results["tpcb"][0])
    runs = results["runs"].values()
    results["engine"] = engine_rate.measure(console)
    results["simulate"] = engine_rate.measure_simulate(console, settings.database_url, clock.today())
    results["ratios"] = {
        "settle_vs_tpcb": ratio(max(r["settle"]["per_second"] for r in runs), best),
        "scan_vs_tpcb": ratio(max(r["scan"]["per_second"] for r in runs), best),
    }
    console.print("verifying …")
    results["verify_exit"] = asyncio.run(running.verify(console, settings))
    return results


async def _bind_all(settings: Settings, prepared: stage.Prepared, clock: Clock) -> list[tuple[Activated, Any]]:
    """A device for everybody who has a policy, in large transactions through the room's verb."""
    ring = await open_ring(settings, clock)
    sealer, randomness = Sealer(ring), Randomness()
    connection = await db.connect(settings.database_url)
    await db.try_slot(connection, BIND_SLOT)
    closer = ChainCloser(clock, ring.signer(KeyPurpose.link), key_id=ring.current(KeyPurpose.link).key_id)
    await closer.attach(connection, BIND_SLOT)
    ids = IdSource(clock, BIND_SLOT)
    bound: list[tuple[Activated, Any]] = []
    wanted = [
        person
        for person, enrolment in zip(prepared.installed.persons, prepared.installed.enrolments, strict=True)
        if enrolment.insurance_type.value == "employee"
    ]
    for begin in range(0, len(wanted), 2_000):
        tx = Tx(connection, ids, chain=BIND_SLOT)
        async with connection.transaction():
            for person in wanted[begin : begin + 2_000]:
                done = await credentials.bind(
                    tx,
                    clock,
                    sealer,
                    randomness,
                    bucket=person.bucket,
                    person_id=person.person_id,
                    default_province=settings.province,
                    kind=BindingKind.own,
                    channel_code="bench",
                    device_name="bench",
                )
                if isinstance(done, Activated):
                    bound.append((done, credentials.day_keys(sealer, clock, done.binding, days=2)))
            await closer.close(tx)
        closer.kept()
    await connection.close()
    return bound


async def _load(
    console: Console,
    url: str,
    settings: Settings,
    prepared: stage.Prepared,
    bindings: list[tuple[Activated, Any]],
    place: Path,
    seconds: int,
) -> dict[str, Any]:
    clock = SystemClock()
    places = [p for p in prepared.population.places.institutions if p.kind is InstitutionKind.hospital]
    keys = [prepared.session_keys[p.institution_id] for p in places]
    for_scans = len(bindings) // 3
    settling, scanning = bindings[for_scans:], bindings[:for_scans]
    tokens = await _tokens(settings, settling, [p.institution_id for p in places], clock)
    bodies = _bills(prepared, tokens, keys, [p.institution_id for p in places])
    path, lua = _prepare(place, bodies, clock, "/api/v1/settlements")
    await _settle_down(settings)
    settle = fire(url, "/api/v1/settlements", path, lua, seconds)
    console.print(
        f"settle: {settle.per_second:.0f}/s, p99 {settle.p99_ms}, refused {settle.not_done} of {settle.requests}"
    )
    step = step_of(clock.now()) + 1
    scans = []
    for n, (activated, days) in enumerate(scanning):
        key = next(day.secret for day in days if day.on == step_day(step))
        code = mint(
            key, issuer=settings.issuer, serial=activated.binding.serial, province=activated.binding.province, step=step
        )
        scans.append(
            (
                keys[n % len(keys)],
                {"code": code, "terminal_code": "T01", "operator_code": "op1", "purpose": "settlement"},
            )
        )
    path, lua = _prepare(place, scans, clock, "/api/v1/scans")
    await asyncio.sleep(max(0, step * 30 + 1 - unix_seconds(clock.now())))
    scan = fire(url, "/api/v1/scans", path, lua, max(1, seconds // 3))
    console.print(f"scan: {scan.per_second:.0f}/s, p99 {scan.p99_ms}, refused {scan.not_done} of {scan.requests}")
    return {"settle": msgspec.to_builtins(settle), "scan": msgspec.to_builtins(scan)}


async def _settle_down(settings: Settings) -> None:
    """What a hundred thousand people's seed and tokens left to do is done before the clock runs, as pgbench -i does it."""
    connection = await db.connect(settings.database_url)
    await connection.execute("set statement_timeout = 0")
    await connection.execute("vacuum (analyze)", timeout=300)
    await connection.execute("checkpoint", timeout=300)
    await connection.close()


def _bills(
    prepared: stage.Prepared, tokens: list[tuple[str, int]], keys: list[SessionKey], places: list[int]
) -> list[tuple[SessionKey, dict[str, Any]]]:
    """A five-line outpatient bill for each visit token."""
    doctors = {p.institution_id: p.practitioner_code for p in prepared.population.places.practitioners}
    bodies = []
    shelf = pick(prepared.population.catalogue)
    rows = (*shelf.whole, shelf.by_ratio, shelf.by_sum, shelf.excluded)
    for n, (token, institution_id) in enumerate(tokens):
        at = places.index(institution_id)
        lines = [
            {
                "line_no": k,
                "item_code": row.item_code,
                "quantity_e4": 20_000,
                "unit_price_micro": 12_340_000 + n % 97 * 10_000,
                "amount_fen": 2 * (1_234 + n % 97),
                "practitioner_code": doctors[institution_id],
            }
            for k, row in enumerate(rows, start=1)
        ]
        body = {
            "terminal_code": "T01",
            "operator_code": "op1",
            "visit_token": token,
            "encounter": {
                "kind": "outpatient",
                "practitioner_code": doctors[institution_id],
                "diagnoses": [{"code": "M60.000x001", "main": True}],
            },
            "items": lines,
        }
        bodies.append((keys[at], body))
    return bodies


async def _tokens(
    settings: Settings, bindings: list[tuple[Activated, Any]], institutions: list[int], clock: Clock
) -> list[tuple[str, int]]:
    """Visit tokens by the plural verb itself, 200 at once."""
    ring = await open_ring(settings, clock)
    sealer = Sealer(ring)
    keys = presentation.ScanKeys(ring, sealer, issuer=settings.issuer)
    connection = await db.connect(settings.database_url)
    await db.try_slot(connection, BIND_SLOT)
    closer = ChainCloser(clock, ring.signer(KeyPurpose.link), key_id=ring.current(KeyPurpose.link).key_id)
    await closer.attach(connection, BIND_SLOT)
    ids = IdSource(clock, BIND_SLOT)
    desk = make_desk(sealer)
    tokens: list[tuple[str, int]] = []
    for begin in range(0, len(bindings), SCANS_AT_ONCE):
        step = step_of(clock.now())
        requests = [
            ScanRequest(
                code=mint(
                    next(day.secret for day in days if day.on == step_day(step)),
                    issuer=settings.issuer,
                    serial=activated.binding.serial,
                    province=activated.binding.province,
                    step=step,
                ),
                institution_id=institutions[n % len(institutions)],
                terminal_code="T01",
                operator_code="op1",
                purpose=Purpose.settlement,
            )
            for n, (activated, days) in enumerate(bindings[begin : begin + SCANS_AT_ONCE])
        ]
        tx = Tx(connection, ids, chain=BIND_SLOT)
        async with connection.transaction():
            answers = await presentation.scan(
                tx, clock, keys, requests=requests, refuse_institution=desk.refuse_institution
            )
            await closer.close(tx)
        closer.kept()
        tokens += [
            (answer.visit_token, request.institution_id)
            for answer, request in zip(answers, requests, strict=True)
            if isinstance(answer, Presentation)
        ]
    await connection.close()
    return tokens


def _prepare(
    place: Path, bodies: list[tuple[SessionKey, dict[str, Any]]], clock: Clock, path: str
) -> tuple[Path, Path]:
    timestamp = str(unix_seconds(clock.now()))
    macs: dict[int, MacKey] = {}
    lines = []
    for n, (key, body) in enumerate(bodies):
        content = msgspec.json.encode(body)
        request_key = f"bench-{timestamp}-{n}"
        mac = macs.setdefault(key.session_key_id, MacKey(key.secret))
        signature = mac.mac(f"POST\n{path}\n{timestamp}\n{request_key}\n".encode() + content).hex()
        lines.append(f"{timestamp} {request_key} {signature} {key.session_key_id}\t".encode() + content)
    out, lua = place.joinpath("requests.txt"), place.joinpath("load.lua")
    out.write_bytes(b"\n".join(lines) + b"\n")
    lua.write_text(LUA)
    return out, lua
