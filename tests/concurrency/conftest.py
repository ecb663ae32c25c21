"""A town with two server processes on one database; whatever a test did there, verify must find nothing after it."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from openyibao import running
from openyibao.demo import stage
from openyibao.demo.bills import LEVEL
from openyibao.demo.client import Answer, InstitutionClient
from openyibao.demo.journey import day_key_of
from openyibao.demo.population import make_population
from openyibao.demo.stocking import stocked_drugs
from openyibao.fronts.api.bodies import SettleBody
from openyibao.kit import db_keys
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import MasterKey, Sealer, Suite, sm3
from openyibao.kit.db import Readers
from openyibao.kit.embedded import temporary_server
from openyibao.main import make_desk, open_ring
from openyibao.rooms import settlement
from openyibao.rooms.catalogue import PaymentClass
from openyibao.rooms.institutions import InstitutionKind
from openyibao.rooms.people import EntitlementState, InsuranceType, PersonCategory
from openyibao.rooms.presentation import mint, step_day, step_of
from openyibao.rooms.settlement import SettleRequest
from openyibao.settings import Settings

WAIT_SECONDS = 40
PEOPLE = 180
ACCOUNT_FEN = 150_000
CHILD = "from openyibao.running import serve_workers; from openyibao.settings import read_settings; serve_workers(read_settings())"


class Town(msgspec.Struct, kw_only=True):
    """The running platform as a test sees it."""

    settings: Settings
    """Those of the servers, who own nothing; ``owner_url`` is the owner's."""
    owner_url: str
    urls: tuple[str, str]
    prepared: stage.Prepared


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    clock = SystemClock()
    with ExitStack() as stack:
        keys = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="openyibao-key-")))
        server = stack.enter_context(temporary_server())
        settings = Settings(database_url=server.url(), key_file=keys / "master.key")
        MasterKey.create(keys / "master.key", suite=Suite(settings.suite))
        running.prepare(settings)
        population = make_population(people=PEOPLE)
        people = tuple(
            msgspec.structs.replace(
                made,
                insurance_type=InsuranceType.employee,
                person_category=PersonCategory.employee,
                groups=(),
                account_fen=ACCOUNT_FEN,
                state=EntitlementState.paid,
            )
            for made in population.people
        )
        prepared = asyncio.run(stage.seed(settings, msgspec.structs.replace(population, people=people), clock))
        served = running.service_settings(settings, server)
        urls = []
        for _ in range(2):
            one = msgspec.structs.replace(served, port=stage.free_port())
            urls.append(f"http://{one.host}:{one.port}")
            arguments = [sys.executable, "-c", CHILD]
            stack.enter_context(stage.process(arguments, running.environment_of(one), f"{urls[-1]}/healthz"))
        yield Town(settings=served, owner_url=server.url(), urls=(urls[0], urls[1]), prepared=prepared)


class Hospital:
    """One hospital that calls both servers in turn, with what it needs to look behind them."""

    def __init__(self, town: Town, http: httpx.AsyncClient, owner: Any, sealer: Sealer) -> None:
        self.town, self.owner, self._http, self._sealer = town, owner, http, sealer
        self.written: list[bytes] = []
        places = town.prepared.population.places
        self.place = next(
            one for one in places.institutions if one.kind is InstitutionKind.hospital and one.level.value == LEVEL
        )
        self.doctor = next(
            one.practitioner_code for one in places.practitioners if one.institution_id == self.place.institution_id
        )
        self.item = next(
            row
            for row in town.prepared.population.catalogue
            if row.payment_class is PaymentClass.a
            and not row.restricted
            and not row.trace_due
            and LEVEL not in row.price_limit_micro
        )
        self.drug = stocked_drugs(town.prepared.population.catalogue)[0]
        key = town.prepared.session_keys[self.place.institution_id]
        self.clients = [InstitutionClient(http, url, key, SystemClock()) for url in town.urls]

    def person_id(self, number: int) -> int:
        return self.town.prepared.installed.persons[number].person_id

    def place_of(self, number: int) -> tuple[int, int]:
        """(cell, person_id): the order in which persons are locked."""
        enrolment = self.town.prepared.installed.enrolments[number]
        return enrolment.cell, enrolment.person_id

    async def activated(self, number: int) -> str:
        """Activate that person's credential; the code their phone shows now."""
        person = self.town.prepared.population.people[number].person
        body = {
            "name": person.name,
            "document_type": person.document_type.value,
            "document_number": person.document_number,
            "phone": person.phone,
            "consent_version": "2026-11",
        }
        begun = done(await self.clients[0].post("activations", body, key=f"activate-{number}"))
        bucket = int(begun["activation_id"].partition("-")[0])
        row = await self.owner.fetchrow(
            "select message_id, content_sealed from outbox where bucket = $1 order by message_id desc limit 1", bucket
        )
        text = self._sealer.unseal(row[1], where=f"outbox.content_sealed:{row[0]}").decode()
        digits = "".join(character if character.isdigit() else " " for character in text).split()
        code = next(word for word in digits if len(word) == 6)
        body = {"activation_id": begun["activation_id"], "code": code}
        wallet = done(await self.clients[0].post("activations/complete", body, key=f"complete-{number}"))
        step = step_of(SystemClock().now())
        return mint(
            day_key_of(wallet, step_day(step)),
            issuer=wallet["issuer"],
            province=int(wallet["province"]),
            step=step,
        )

    async def token(self, number: int) -> str:
        """A visit token of that person."""
        body = {"code": await self.activated(number), "purpose": "settlement", **desk()}
        token: str = done(await self.clients[1].post("scans", body, key=f"scan-{number}"))["visit_token"]
        return token

    async def tokens(self, number: int, count: int) -> list[str]:
        """So many visit tokens of one person at once: one scanned, the others written beside it.

        A person gets one in half a minute, and few text messages an hour; races want many now. The written ones are taken
        away before the books are held against the audit, which never heard of them.
        """
        made = [await self.token(number)]
        for n in range(1, count):
            token = made[0][:11] + sm3(f"{made[0]} {n}".encode()).hex()[:29]
            self.written.append(sm3(token.encode()))
            tag = await self.owner.execute(
                "insert into visit_tokens select (t.r).* from (select jsonb_populate_record(v, jsonb_build_object("
                "'token_digest', $2::text, 'presentation_id', v.presentation_id + $3)) as r from visit_tokens v "
                "where v.token_digest = $1) t",
                sm3(made[0].encode()),
                "\\x" + self.written[-1].hex(),
                n,
            )
            assert tag == "INSERT 0 1"
            made.append(token)
        return made

    def bill(self, token: str, amount_fen: int) -> dict[str, Any]:
        """A whole outpatient visit of one line, in class A and without a limit."""
        line = {
            "line_no": 1,
            "item_code": self.item.item_code,
            "quantity_e4": 10_000,
            "unit_price_micro": amount_fen * 10_000,
            "amount_fen": amount_fen,
            "practitioner_code": self.doctor,
        }
        encounter = {
            "kind": "outpatient",
            "practitioner_code": self.doctor,
            "diagnoses": [{"code": "M60.000x001", "main": True}],
        }
        return {**desk(), "visit_token": token, "encounter": encounter, "items": [line]}

    def pack_bill(self, token: str, trace_code: str) -> dict[str, Any]:
        """A whole outpatient visit in which one pack of a drug that needs its code is sold."""
        bill = self.bill(token, 2_000)
        line = {**bill["items"][0], "item_code": self.drug.item_code, "trace_codes": [trace_code]}
        return {**bill, "items": [line]}

    async def receive(self, *trace_codes: str) -> None:
        """Put packs on the hospital's shelf."""
        packs = [{"trace_code": code, "item_code": self.drug.item_code} for code in trace_codes]
        body = {"kind": "received", "operator_code": "op1", "packs": packs}
        done(await self.clients[0].post("stock-movements", body, key=f"receive-{trace_codes[0]}"))

    def request(self, token: str, key: str) -> SettleRequest:
        """A bill of 400 yuan as the rooms take it, past the fronts."""
        body = msgspec.convert(self.bill(token, 40_000), SettleBody)
        assert body.encounter
        return SettleRequest(
            institution_id=self.place.institution_id,
            operator_code=body.operator_code,
            terminal_code=body.terminal_code,
            request_key=key,
            digest=sm3(key.encode()),
            visit_token=token,
            encounter=body.encounter,
            items=body.items,
        )

    async def somebody_waits(self) -> None:
        """Until another backend waits for a lock that the owner's connection holds."""
        blocked = "select exists (select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid)))"
        async with asyncio.timeout(WAIT_SECONDS):
            while not await self.owner.fetchval(blocked):  # noqa: ASYNC110 another process moves it
                await asyncio.sleep(0.01)

    async def at_once(self, route: str, bodies: list[dict[str, Any]], keys: list[str]) -> list[Answer]:
        """Send all at once, to the two servers in turn."""
        calls = [
            self.clients[n % 2].post(route, body, key=key)
            for n, (body, key) in enumerate(zip(bodies, keys, strict=True))
        ]
        return list(await asyncio.wait_for(asyncio.gather(*calls), WAIT_SECONDS))

    async def balance_fen(self, number: int) -> int:
        fen: int = await self.owner.fetchval(
            "select balance_fen from personal_accounts where person_id = $1 and pot = 'current'", self.person_id(number)
        )
        return fen

    async def settlements(self, number: int) -> list[Any]:
        """The stored rows of that person."""
        return list(
            await self.owner.fetch(
                "select * from settlements where person_id = $1 order by settlement_id", self.person_id(number)
            )
        )


def desk(terminal: str = "T01", operator: str = "op1") -> dict[str, str]:
    return {"terminal_code": terminal, "operator_code": operator}


def done(answer: Answer) -> dict[str, Any]:
    assert answer.done, answer.body
    return answer.body


async def faults_found(town: Town) -> list[Any]:
    ring = await open_ring(town.settings, SystemClock())
    readers = await Readers.open(town.owner_url, most=1)
    try:
        async with readers.reading() as reading:
            publics = await db_keys.read_public_keys(reading)
            return (await settlement.verify(reading, make_desk(Sealer(ring)), publics.get)).faults
    finally:
        await readers.close()


@pytest.fixture
async def hospital(town: Town) -> AsyncIterator[Hospital]:
    owner = await asyncpg.connect(town.owner_url)
    sealer = Sealer(await open_ring(town.settings, SystemClock()))
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=WAIT_SECONDS, limits=limits) as http:
        made = Hospital(town, http, owner, sealer)
        yield made
    await owner.execute("delete from visit_tokens where token_digest = any($1)", made.written)
    await owner.close()
    assert await faults_found(town) == []
