"""The demo's stage: a fresh server, a made-up population, the workers, the sandbox. 中文: 演示舞台。"""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import httpx
import msgspec
from rich.console import Console

from openyibao import running
from openyibao.demo import channel_desk, journey, pack_story
from openyibao.demo.bills import CASES
from openyibao.demo.cast import enter_cast
from openyibao.demo.load import PAUSE_SECONDS
from openyibao.demo.population import Installed, Population, install, make_population
from openyibao.demo.stocking import stocked_drugs, trace_code_of
from openyibao.fronts.national import desk_app_code, desk_secret
from openyibao.kit import db
from openyibao.kit.clock import SHANGHAI, Clock, SystemClock, unix_seconds
from openyibao.kit.crypto import KeyPurpose, MasterKey, Sealer, Suite
from openyibao.kit.db import Tx
from openyibao.kit.embedded import DATABASE, EmbeddedServer, temporary_server
from openyibao.kit.ids import IdSource, Randomness
from openyibao.main import open_ring
from openyibao.migrations import ShapeFault
from openyibao.rooms import credentials, ledger, policies
from openyibao.rooms.audit import ChainCloser
from openyibao.rooms.credentials import PersonToIssue
from openyibao.rooms.institutions import (
    InstitutionKind,
    OperatorRole,
    SessionKey,
    give_roles,
    issue_session_keys,
    second_factor_code,
)
from openyibao.rooms.ledger import AccountCredit, AccountPot
from openyibao.settings import Settings, process_environment

SEED_SLOT = 255
CREDITS_AT_ONCE = 20_000
START_SECONDS = 60


class Prepared(msgspec.Struct, kw_only=True):
    """A seeded platform: who is in it and the session keys of its institutions."""

    installed: Installed
    population: Population
    session_keys: dict[int, SessionKey]


def policy_files() -> list[Path]:
    """The policy documents of the repository, or of the installed package."""
    packaged = Path(__file__).parents[1] / "policies"
    root = packaged if packaged.is_dir() else Path(__file__).parents[3] / "policies"
    return sorted(root.glob("*/*.yaml"))


async def seed(settings: Settings, population: Population, clock: Clock) -> Prepared:
    """Write the population through the rooms' own verbs, in one audited transaction."""
    ring = await open_ring(settings, clock)
    sealer, randomness = Sealer(ring), Randomness()
    connection = await db.connect(settings.database_url)
    await connection.execute("set statement_timeout = 0")
    await db.try_slot(connection, SEED_SLOT)
    closer = ChainCloser(clock, ring.signer(KeyPurpose.link), key_id=ring.current(KeyPurpose.link).key_id)
    await closer.attach(connection, SEED_SLOT)
    tx = Tx(connection, IdSource(clock, SEED_SLOT), chain=SEED_SLOT)
    async with connection.transaction():
        for path in policy_files():
            faults = await policies.publish(tx, clock, body=path.read_text(encoding="utf-8"))
            if isinstance(faults, tuple):
                raise ValueError(f"{path.name}: {faults[0]}")  # noqa: TRY004 the document is wrong, not a type
        installed = await install(tx, clock, sealer, population=population)
        await give_roles(tx, clock, grants=made_up_roles(population), given_by="demo")
        await _open_accounts(tx, clock, installed)
        people = [
            PersonToIssue(
                bucket=person.bucket,
                person_id=person.person_id,
                name=person.name,
                document_type=person.document_type.value,
                document_number=person.document_number,
                insured_cell=enrolment.cell,
                insured_area=enrolment.pooling_area,
            )
            for person, enrolment in zip(installed.persons, installed.enrolments, strict=True)
        ]
        await credentials.issue(
            tx,
            clock,
            sealer,
            ring.signer(KeyPurpose.issuer),
            persons=people,
            issuer_key_id=ring.current(KeyPurpose.issuer).key_id,
        )
        keys = await issue_session_keys(
            tx,
            clock,
            sealer,
            randomness,
            institution_ids=[place.institution_id for place in population.places.institutions],
            actor="demo",
        )
        await closer.close(tx)
    await connection.close()
    return Prepared(installed=installed, population=population, session_keys={key.institution_id: key for key in keys})


def made_up_roles(population: Population) -> list[tuple[int, str, OperatorRole]]:
    """At each hospital the first operator is officer and nurse, the second approves; the first pharmacies' do what must be apart."""
    hospitals = {one.institution_id for one in population.places.institutions if one.kind is InstitutionKind.hospital}
    others = [one.institution_id for one in population.places.institutions if one.institution_id not in hospitals]
    desk = {
        "op1": (OperatorRole.officer, OperatorRole.nurse),
        "op2": (OperatorRole.approver,),
    }
    apart: tuple[dict[str, tuple[OperatorRole, ...]], ...] = (
        dict.fromkeys(("op1", "op2"), (OperatorRole.security,)),
        {"op1": (OperatorRole.auditor,), "op2": (OperatorRole.hotline,)},
        {"op1": (OperatorRole.system,)},
    )
    roles = dict.fromkeys(hospitals, desk) | dict(zip(others, apart, strict=False))
    return [
        (one.institution_id, one.operator_code, role)
        for one in population.operators
        for role in roles.get(one.institution_id, {}).get(one.operator_code, ())
    ]


async def _open_accounts(tx: Tx, clock: Clock, installed: Installed) -> None:
    names = [(one.cell, one.person_id) for one in installed.enrolments]
    await ledger.open_accounts(tx, names, account_year=clock.today().year)
    credits_ = [
        AccountCredit(cell=one.cell, person_id=one.person_id, pot=AccountPot.current, amount_fen=fen)
        for one, fen in zip(installed.enrolments, installed.accounts_fen, strict=True)
        if fen
    ]
    for begin in range(0, len(credits_), CREDITS_AT_ONCE):
        await ledger.credit_accounts(tx, credits_[begin : begin + CREDITS_AT_ONCE], on=clock.today())


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(arguments: list[str], environment: dict[str, str], url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A child that serves ``url``; ended by its pid when the block ends."""
    child = subprocess.Popen(arguments, env=process_environment(environment))
    try:
        _wait_for(url, child)
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(timeout=25)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _wait_for(url: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise RuntimeError(f"the server ended with {child.returncode} while starting")
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.HTTPError:
            time.sleep(PAUSE_SECONDS)
    raise RuntimeError(f"{url} did not answer within {START_SECONDS} s")


@contextmanager
def served(settings: Settings) -> Iterator[tuple[str, str]]:
    """The platform's workers, the text-message sandbox and, unless the real face worker is asked for, the stand-in for faces;
    yields the first two addresses.
    """  # noqa: D205 one sentence
    sms_port, secret = free_port(), Randomness().octets(16).hex()
    sms_url = f"http://127.0.0.1:{sms_port}"
    settings = msgspec.structs.replace(
        settings,
        sms_url=sms_url,
        sms_secret=secret,
        faces_url="" if settings.faces_worker else settings.faces_url or f"http://127.0.0.1:{free_port()}",
        faces_secret=Randomness().octets(16).hex(),
        # Where no demonstration is shown, e.g. while benching, a stand-in's verdicts count for nothing.
        faces_stand_in=settings.demo and not settings.faces_worker,
    )
    url = f"http://{settings.host}:{settings.port}"
    sms = [
        *(sys.executable, "-m", "uvicorn", "--factory", "openyibao.sandbox.sms:create_application"),
        *("--port", str(sms_port), "--log-level", "warning"),
    ]
    faces = [
        *(sys.executable, "-m", "uvicorn", "--factory", "openyibao.sandbox.faces:create_application"),
        *("--port", settings.faces_url.rpartition(":")[2], "--log-level", "warning"),
    ]
    main = [
        sys.executable,
        "-c",
        "from openyibao.running import serve_workers; from openyibao.settings import read_settings; serve_workers(read_settings())",
    ]
    with (
        process(sms, {"SANDBOX_SMS_SECRET": secret}, sms_url),
        nullcontext()
        if settings.faces_worker
        else process(faces, {"SANDBOX_FACES_SECRET": settings.faces_secret}, settings.faces_url),
        process(main, running.environment_of(settings), f"{url}/healthz"),
    ):
        yield url, sms_url


@contextmanager
def _server(keep: Path | None) -> Iterator[EmbeddedServer]:
    """A server of the command's own: gone afterwards, or in a directory that stays."""
    if keep is None:
        with temporary_server() as server:
            yield server
        return
    with EmbeddedServer.start(keep) as server:
        yield server


def run_once(console: Console, *, people: int, keep: Path | None = None) -> int:
    """The journey, headless, over HTTP against a server of its own; ends with verify; cleans up.

    ``keep`` names a new directory that stays, so that ``openyibao verify --directory`` can look at it again.
    """
    with tempfile.TemporaryDirectory(prefix="openyibao-key-") as keys, _server(keep) as server:
        settings = Settings(
            database_url=server.url(),
            key_file=(keep or Path(keys)).joinpath("master.key"),
            port=free_port(),
            demo=True,
            workers=1,
        )
        assert settings.key_file is not None
        MasterKey.create(settings.key_file, suite=Suite(settings.suite))
        with console.status("database, tables, made-up people …"):
            running.prepare(settings)
            population = make_population(people=max(people, 10))
            prepared = asyncio.run(seed(settings, journey.with_cases(population), SystemClock()))
        console.print(
            f"ready: {len(prepared.installed.persons)} made-up people, {len(prepared.session_keys)} institutions"
        )
        with served(running.service_settings(settings, server)) as (url, sms_url):
            asyncio.run(journey.run(console, url, sms_url, prepared))
            asyncio.run(pack_story.run(console, url, sms_url, prepared))
        return asyncio.run(running.verify(console, settings))


def run(console: Console, *, people: int, port: int, real_faces: bool = False) -> int:
    """Start everything, print addresses and sign-ins, serve until stopped."""
    from openyibao.demo import vendor_phone  # noqa: PLC0415 it builds on the bench's crowd, which builds on this stage

    directory = running.demo_directory()
    with EmbeddedServer.start(directory) as server:
        key_file = server.directory / "master.key"
        settings = Settings(
            database_url=server.url(),
            data_directory=server.directory,
            key_file=key_file,
            port=port or free_port(),
            demo=True,
            faces_worker=real_faces,
        )
        if not key_file.exists():
            MasterKey.create(key_file, suite=Suite(settings.suite))
        with console.status("database, tables, made-up people …"):
            prepare_anew(console, server, settings)
            population = journey.with_cases(make_population(people=people))
            if not asyncio.run(_is_seeded(settings)):
                asyncio.run(seed(settings, population, SystemClock()))
            asyncio.run(enter_cast(settings, SystemClock()))
        with (
            served(running.service_settings(settings, server)) as (url, sms_url),
            channel_desk.played(settings, url, process=process, port=free_port()) as desk_url,
            vendor_phone.played(settings, population) as cast_url,
        ):
            _welcome(console, url, sms_url, population)
            console.print(f"channels  {desk_url}")
            console.print(f"try the wire: openyibao conform {url} --cast {cast_url}")
            stopped = threading.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda _number, _frame: stopped.set())
            stopped.wait()
            console.print("stopping …")
    return 0


def prepare_anew(console: Console, server: EmbeddedServer, settings: Settings) -> None:
    """Prepare the demonstration's database; one of another version holds only made-up people and makes way."""
    try:
        running.prepare(settings)
    except ShapeFault as fault:
        console.print(f"{fault}\nThe demonstration starts afresh with new made-up people.")
        server.drop_database(DATABASE)
        server.ensure_database(DATABASE)
        running.prepare(settings)


async def _is_seeded(settings: Settings) -> bool:
    connection = await db.connect(settings.database_url)
    try:
        return await db.has_rows(connection, "institutions")
    finally:
        await connection.close()


def _tell_wire(console: Console, url: str, population: Population) -> None:
    """What a vendor types into their own software."""
    console.print(
        f"\nnational wire (docs/guides/his-vendor.md)\n  {url}/fsi/api/rsfComIfsService/callService\n"
        f"  {url}/localcfc/api/hsecfc/localQrCodeQuery\n"
        f"  cast {url}/desk/people  codes {url}/desk/code?of=employee  conform {url}/desk/cast.json"
    )
    for kind in InstitutionKind:
        place = next((one for one in population.places.institutions if one.kind is kind), None)
        if place is not None:
            code = place.institution_code
            console.print(f"  {code}  app code {desk_app_code(code)}  secret {desk_secret(code)}")


def _welcome(console: Console, url: str, sms_url: str, population: Population) -> None:
    step = unix_seconds(SystemClock().now()) // 30
    console.rule("OpenYibao")
    console.print(
        f"wallet    {url}/wallet\nterminal  {url}/terminal\ncounter   {url}/counter\nward      {url}/ward\nAPI       {url}/api/openapi.json\nSMS       {sms_url}"
    )
    console.print("\npeople to activate (name, ID number, phone):")
    for made in population.people[-len(CASES) - 1 :]:
        console.print(f"  {made.person.name}  {made.person.document_number}  {made.person.phone}")
    _tell_wire(console, url, population)
    pharmacy = next((one for one in population.places.institutions if one.kind is InstitutionKind.pharmacy), None)
    if pharmacy is not None:
        drug = stocked_drugs(population.catalogue)[0]
        packs = " ".join(trace_code_of(drug, pharmacy, number) for number in (1, 2, 3))
        console.print(f"\npacks to scan at {pharmacy.institution_code} ({drug.name}, {drug.item_code}):\n  {packs}")
    console.print("\ncounters (institution, operator, password, one-time code now, its secret for an authenticator):")
    import base64  # noqa: PLC0415

    shown = [one for one in population.operators if pharmacy and one.institution_id == pharmacy.institution_id][:1]
    for one in (*population.operators[:4], *shown):
        secret = base64.b32encode(one.second_factor_secret).decode()
        console.print(
            f"  {one.institution_code}  {one.operator_code}  {one.password}  {second_factor_code(one.second_factor_secret, step)}  {secret}"
        )
    console.print(f"\n{SystemClock().now().astimezone(SHANGHAI):%Y-%m-%d %H:%M} Shanghai. Ctrl-C stops everything.")
