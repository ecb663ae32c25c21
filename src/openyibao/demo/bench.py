"""The bench: settling and scanning over HTTP beside pgbench's TPC-B, on the same embedded server with fsync on.

Yardstick: ``pgbench -M prepared -s 100 -n``, TPC-B at its best of 16 and 64 clients. Load: wrk from Debian, each request
signed beforehand. Units: transactions a second, and their ratios; absolute figures are this machine's. 中文: 基准。
"""

from __future__ import annotations

import asyncio
import json
import platform as machine
import re
import shutil
import subprocess
import tempfile
import timeit
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from openyibao import running
from openyibao.demo import stage
from openyibao.demo.bills import pick
from openyibao.demo.population import make_population
from openyibao.kit import db
from openyibao.kit.batch import SLOT_LOCK_SPACE
from openyibao.kit.clock import Clock, SystemClock, unix_seconds
from openyibao.kit.crypto import KeyPurpose, MacKey, MasterKey, Sealer, Suite
from openyibao.kit.db import Tx
from openyibao.kit.embedded import EmbeddedServer, binaries, temporary_server
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
_LUA = """
local at = tonumber(wrk.thread and 0 or 0)
local thread_count = 0
function setup(thread)
  thread:set("number", thread_count)
  thread_count = thread_count + 1
end
function init(args)
  lines = {}
  local n = 0
  for line in io.lines(args[1]) do
    if n % 2 == number then
      local head, body = line:match("^(.-)\\t(.*)$")
      local ts, key, sig, session = head:match("^(%S+) (%S+) (%S+) (%S+)$")
      lines[#lines + 1] = wrk.format("POST", args[2], {
        ["X-Session-Key"] = session, ["X-Timestamp"] = ts, ["X-Signature"] = sig,
        ["Idempotency-Key"] = key, ["Content-Type"] = "application/json"}, body)
    end
    n = n + 1
  end
  at = 0
end
function request()
  at = at + 1
  if at > #lines then wrk.thread:stop(); at = #lines end
  return lines[at]
end
local refused = 0
function response(status) if status ~= 200 then refused = refused + 1 end end
"""


class Figures(msgspec.Struct, kw_only=True):
    """One load: requests a second, percentiles, what was not a 200, the generator's processor seconds."""

    per_second: float
    p50_ms: str
    p99_ms: str
    not_done: int
    requests: int
    generator_cpu_seconds: float


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
    tpcb = _tpcb(console, server, seconds)
    settings = Settings(
        database_url=server.url(), key_file=place / "master.key", port=stage.free_port(), demo=True, queue_max=4_096
    )
    assert settings.key_file is not None
    MasterKey.create(settings.key_file, suite=Suite(settings.suite))
    console.print(f"seeding {people} people …")
    running.prepare(settings)
    clock = SystemClock()
    prepared = asyncio.run(stage.seed(settings, make_population(people=people), clock))
    bindings = asyncio.run(_bind_all(settings, prepared, clock))
    results: dict[str, Any] = {"machine": _machine(), "people": people, "seconds": seconds, "tpcb": tpcb, "runs": {}}
    half = len(bindings) // 2
    for workers in (1, 2):
        used = bindings[:half] if workers == 1 else bindings[half:]
        service = msgspec.structs.replace(running.service_settings(settings, server), workers=workers)
        with stage.served(service) as url:
            results["runs"][f"workers_{workers}"] = asyncio.run(
                _load(console, url, settings, prepared, used, place, seconds)
            )
    best = max(tpcb.values())
    runs = results["runs"].values()
    results["split_us"] = _split_us(prepared)
    results["ratios"] = {
        "settle_vs_tpcb": round(max(r["settle"]["per_second"] for r in runs) / best, 3),
        "scan_vs_tpcb": round(max(r["scan"]["per_second"] for r in runs) / best, 3),
    }
    console.print("verifying …")
    results["verify_exit"] = asyncio.run(running.verify(console, settings))
    return results


def _machine() -> dict[str, Any]:
    return {
        "python": machine.python_version(),
        "system": machine.platform(),
        "cores": len(__import__("os").sched_getaffinity(0)),
    }


def _tpcb(console: Console, server: EmbeddedServer, seconds: int) -> dict[str, float]:
    """TPC-B at 16 and 64 clients."""
    server.ensure_database("tpcb")
    url = server.url("tpcb")
    pgbench = str(binaries() / "pgbench")
    console.print("pgbench -i -s 100 …")
    subprocess.run([pgbench, "-i", "-s", "100", "-q", url], check=True, capture_output=True)
    found = {}
    for clients in (16, 64):
        arguments = [pgbench, "-M", "prepared", "-n", "-c", str(clients), "-j", "2", "-T", str(seconds), url]
        text = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
        match = re.search(r"tps = ([0-9.]+)", text)
        assert match is not None
        found[f"clients_{clients}"] = float(match.group(1))
        console.print(f"TPC-B, {clients} clients: {match.group(1)}/s")
    server.drop_database("tpcb")
    return found


async def _bind_all(settings: Settings, prepared: stage.Prepared, clock: Clock) -> list[tuple[Activated, Any]]:
    """A device for everybody who has a policy, in large transactions through the room's verb."""
    ring = await open_ring(settings, clock)
    sealer, randomness = Sealer(ring), Randomness()
    connection = await db.connect(settings.database_url)
    await connection.fetchval("select pg_try_advisory_lock($1, $2)", SLOT_LOCK_SPACE, BIND_SLOT)
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
                    province=11,
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
    doctors = {p.institution_id: p.practitioner_code for p in prepared.population.places.practitioners}
    keys = [prepared.session_keys[p.institution_id] for p in places]
    third = len(bindings) // 3
    tokens = await _tokens(settings, bindings[: 2 * third], [p.institution_id for p in places], clock)
    bodies = []
    shelf = pick(prepared.population.catalogue)
    rows = (*shelf.whole, shelf.by_ratio, shelf.by_sum, shelf.excluded)
    for n, (token, institution_id) in enumerate(tokens):
        at = [p.institution_id for p in places].index(institution_id)
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
    settle = _wrk(url, "/api/v1/settlements", bodies, place, seconds, clock)
    console.print(
        f"settle: {settle.per_second:.0f}/s, p99 {settle.p99_ms}, refused {settle.not_done} of {settle.requests}"
    )
    step = step_of(clock.now()) + 1
    scans = []
    for n, (activated, days) in enumerate(bindings[2 * third :]):
        key = next(day.secret for day in days if day.on == step_day(step))
        code = mint(key, issuer=settings.issuer, serial=activated.binding.serial, province=11, step=step)
        scans.append(
            (
                keys[n % len(keys)],
                {"code": code, "terminal_code": "T01", "operator_code": "op1", "purpose": "settlement"},
            )
        )
    path, lua = _prepare(place, scans, clock, "/api/v1/scans")
    await asyncio.sleep(max(0.0, step * 30 + 0.5 - clock.now().timestamp()))
    scan = _fire(url, "/api/v1/scans", path, lua, max(2, seconds // 2))
    console.print(f"scan: {scan.per_second:.0f}/s, p99 {scan.p99_ms}, refused {scan.not_done} of {scan.requests}")
    return {"settle": msgspec.to_builtins(settle), "scan": msgspec.to_builtins(scan)}


async def _tokens(
    settings: Settings, bindings: list[tuple[Activated, Any]], institutions: list[int], clock: Clock
) -> list[tuple[str, int]]:
    """Visit tokens by the plural verb itself, 200 at once."""
    ring = await open_ring(settings, clock)
    sealer = Sealer(ring)
    keys = presentation.ScanKeys(ring, sealer, issuer=settings.issuer)
    connection = await db.connect(settings.database_url)
    await connection.fetchval("select pg_try_advisory_lock($1, $2)", SLOT_LOCK_SPACE, BIND_SLOT)
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
                    province=11,
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
    out, lua = place / "requests.txt", place / "load.lua"
    out.write_bytes(b"\n".join(lines) + b"\n")
    lua.write_text(_LUA)
    return out, lua


def _wrk(
    url: str, path: str, bodies: list[tuple[SessionKey, dict[str, Any]]], place: Path, seconds: int, clock: Clock
) -> Figures:
    requests, lua = _prepare(place, bodies, clock, path)
    return _fire(url, path, requests, lua, seconds)


def _fire(url: str, path: str, requests: Path, lua: Path, seconds: int) -> Figures:
    """Run wrk, at most the prepared requests, and read its words."""
    arguments = [
        "/usr/bin/time",
        "-f",
        "%U %S",
        "wrk",
        "-t",
        "2",
        "-c",
        str(CLIENTS),
        "-d",
        f"{seconds}s",
        "--latency",
        "--timeout",
        "10s",
        "-s",
        str(lua),
        url,
        "--",
        str(requests),
        path,
    ]
    if not Path("/usr/bin/time").exists():
        arguments = arguments[3:]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    text = done.stdout
    total = re.search(r"([0-9]+) requests in ([0-9.]+)(ms|s|m)", text)
    bad = re.search(r"Non-2xx or 3xx responses: ([0-9]+)", text)
    cpu = re.search(r"([0-9.]+) ([0-9.]+)\s*$", done.stderr)
    assert total is not None
    took = float(total.group(2)) * {"ms": 0.001, "s": 1.0, "m": 60.0}[total.group(3)]
    not_done = int(bad.group(1)) if bad else 0
    return Figures(
        per_second=round((int(total.group(1)) - not_done) / took, 1),
        p50_ms=_percentile(text, "50%"),
        p99_ms=_percentile(text, "99%"),
        not_done=not_done,
        requests=int(total.group(1)),
        generator_cpu_seconds=sum(float(part) for part in cpu.groups()) if cpu else 0.0,
    )


def _percentile(text: str, name: str) -> str:
    match = re.search(rf"{name}\s+([0-9.]+\w+)", text)
    return match.group(1) if match else "?"


def _split_us(prepared: stage.Prepared) -> float:
    """The pure split of a five-line outpatient bill, in microseconds."""
    from datetime import date  # noqa: PLC0415

    from openyibao.rooms import policies  # noqa: PLC0415
    from openyibao.rooms.encounters import EncounterKind  # noqa: PLC0415
    from openyibao.rooms.institutions import InstitutionLevel  # noqa: PLC0415
    from openyibao.rooms.people import InsuranceType, PersonCategory  # noqa: PLC0415

    policy = policies.read_document(stage.policy_files()[0].read_text(encoding="utf-8"))
    assert not isinstance(policy, tuple)
    shelf = pick(prepared.population.catalogue)
    rows = (*shelf.whole, shelf.by_ratio, shelf.by_sum, shelf.excluded)
    lines = [
        policies.BillLine(
            line_no=n,
            item_code=row.item_code,
            payment_class=row.payment_class,
            amount_fen=50_000,
            quantity_e4=20_000,
            first_share_bp=row.first_share_bp,
            first_share_fixed_fen=row.first_share_fixed_fen,
        )
        for n, row in enumerate(rows, start=1)
    ]
    person = policies.PersonFacts(insurance_type=InsuranceType.employee, person_category=PersonCategory.employee)
    visit = policies.VisitFacts(kind=EncounterKind.outpatient, level=InstitutionLevel.tertiary, on=date(2026, 11, 23))

    def once() -> None:
        policies.split(policy, person, visit, lines, {}, account_balance_fen=0, account_use=policies.AccountUse.none)

    return round(min(timeit.repeat(once, number=2_000, repeat=5)) / 2_000 * 1e6, 2)
