"""No personal data in a code, a URL or a log: a journey over real HTTP with all logs kept, then all of it is searched."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest
import uvicorn
from journey_house import House
from test_stays_over_http import Caller

from openyibao.demo import stage
from openyibao.demo.bills import CASES
from openyibao.demo.population import DemoPerson
from openyibao.kit.batch import Poisoned
from openyibao.main import Application
from openyibao.sandbox.faces import FacesStandIn

HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">')
PASSWORD, FACES_SECRET = "804715", "a secret of this test's stand-in for faces"


class Served:
    """The whole application behind uvicorn with its access log, and every URL that was asked or given."""

    def __init__(self, house: House, url: str, http: httpx.AsyncClient) -> None:
        self.house, self.url, self.http = house, url, http
        self.urls: list[str] = []

    async def get(self, path: str) -> httpx.Response:
        return self._kept(await self.http.get(self.url + path))

    async def send(self, page: str, path: str, **fields: str) -> httpx.Response:
        """Fill in a form of the page shown last."""
        hidden = dict(HIDDEN.findall(page))
        return self._kept(await self.http.post(self.url + path, data={**hidden, **fields}))

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        self.urls += [str(answer.request.url), answer.headers.get("location", "")]
        self.urls += re.findall(r'(?:href|action|src)="([^"]+)"', answer.text) if "html" in str(answer.headers) else []
        return answer


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """An application behind uvicorn with its access log; its address."""
    port = stage.free_port()
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, access_log=True, log_level="debug", lifespan="on", log_config=None
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 uvicorn tells by a flag
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running


@pytest.fixture
async def served(house: House) -> AsyncIterator[Served]:
    async with serving(FacesStandIn(FACES_SECRET)) as faces_url:
        settings = msgspec.structs.replace(
            house.platform.settings, demo=True, faces_url=faces_url, faces_secret=FACES_SECRET, faces_stand_in=True
        )
        async with serving(Application(settings, house.clock)) as url, httpx.AsyncClient() as http:
            yield Served(house, url, http)


def secrets_of(person: DemoPerson) -> dict[str, str]:
    who = person.person
    return {
        "name": who.name,
        "document number": who.document_number,
        "birth day and tail": who.document_number[6:],
        "phone": who.phone or "",
    }


async def activate(served: Served, person: DemoPerson) -> str:
    """All steps, each once done wrongly; the password chosen."""
    who = person.person
    page = (await served.get("/wallet/start")).text
    assert (await served.send(page, "/wallet/consent", agreed="yes")).status_code == 303
    page = (await served.get("/wallet/activate")).text
    named = {"document_type": who.document_type.value, "document_number": who.document_number}
    assert (await served.send(page, "/wallet/activate", name=who.name + "x", **named)).status_code == 422
    assert (await served.send(page, "/wallet/activate", name=who.name, **named)).status_code == 303
    page = (await served.get("/wallet/activate")).text
    await served.send(page, "/wallet/face", challenge=who.document_number)
    assert (await served.send(page, "/wallet/face")).status_code == 303
    page = (await served.get("/wallet/activate")).text
    assert (await served.send(page, "/wallet/insured", insured_area="999999")).status_code == 422
    area = re.search(r'name="insured_area" value="([0-9]+)"', page)
    chosen = await served.send(page, "/wallet/insured", **({"insured_area": area[1]} if area else {}))
    assert chosen.status_code == 303, chosen.text
    page = (await served.get("/wallet/activate")).text
    weak = who.document_number[6:12]
    assert (await served.send(page, "/wallet/password", password=weak, password_again=weak)).status_code == 422
    assert (await served.send(page, "/wallet/password", password=PASSWORD, password_again=PASSWORD)).status_code == 303
    return PASSWORD


async def sms_codes(house: House) -> list[str]:
    """Every code that went to a phone."""
    texts = []
    for row in await house.rows("select message_id, content_sealed from outbox where recipient_id = 0"):
        sealed = house.platform.sealer.unseal(row[1], where=f"outbox.content_sealed:{row[0]}").decode()
        texts += re.findall(r"(?<!\d)\d{6}(?!\d)", msgspec.json.decode(sealed)["text"])
    return texts


async def use_the_wallet(served: Served, secrets: dict[str, str]) -> None:
    for path in (
        "code",
        "bindings",
        "account",
        "account/aid",
        "account/purse",
        "filings",
        "rights",
        "consents",
        "export",
        "family",
        "cards",
        "confirm",
        "security",
    ):
        answer = await served.get(f"/wallet/{path}")
        assert answer.status_code == 200, path
        assert secrets["document number"] not in answer.text, path
    # A file for the holder alone, which opens the statement for who is to verify it: it says the number, by docs/verify.
    assert (await served.get("/wallet/statement")).status_code == 200
    page = (await served.get("/wallet/account/aid")).text
    relative = {"name": secrets["name"], "document_number": secrets["document number"], "relation": "child"}
    await served.send(page, "/wallet/account/aid", **relative, per_use="", per_year="", valid_until="")
    await served.send(page, "/wallet/account/aid", **relative, per_use=secrets["phone"], per_year="", valid_until="x")
    family = (await served.get("/wallet/family")).text
    kin = {"name": secrets["name"], "document_type": "identity_card", "document_number": secrets["document number"]}
    await served.send(family, "/wallet/family/child", **kin, basis="parent", proof_number=secrets["phone"])
    await served.send(family, "/wallet/family/relative", **kin, per_bill=secrets["phone"], valid_until="x")
    security = (await served.get("/wallet/security")).text
    await served.send(security, "/wallet/security", old=secrets["document number"], new=PASSWORD, again=PASSWORD)
    log = (await served.get("/wallet/log")).text
    assert (await served.send(log, "/wallet/disputes", words=secrets["name"])).status_code == 200
    assert (await served.send(log, "/wallet/export", password=PASSWORD)).status_code == 200
    assert (await served.send(log, "/wallet/freeze")).status_code == 303


async def act_at_the_counter(served: Served, person: int, secrets: dict[str, str]) -> dict[str, str]:
    """A hospital's system: right messages, wrong ones, and ones that carry what they shouldn't."""
    house, caller = served.house, Caller(served.house)
    desk = {"operator_code": "op1", "terminal_code": "T01"}
    await house.bind(person)
    house.move_on()
    code = await house.show(person)
    scanned = await caller.done("POST", "scans", {**desk, "code": code, "purpose": "settlement"})
    await caller.ask("POST", "scans", {**desk, "code": secrets["document number"], "purpose": "settlement"})
    await caller.ask("POST", "scans", {**desk, "code": code, "purpose": secrets["name"]})
    token = scanned["visit_token"]
    await caller.done("POST", "eligibility", {"visit_token": token})
    await caller.done("POST", "accounts", {"visit_token": token})
    await caller.ask("GET", f"settlements/{secrets['document number']}")
    whole = {
        **desk,
        "visit_token": token,
        "encounter": msgspec.to_builtins(house.visit()),
        "items": [msgspec.to_builtins(house.line())],
    }
    await caller.done("POST", "settlements", whole)
    body = {"name": secrets["name"], "document_type": "identity_card", "document_number": secrets["document number"]}
    await caller.ask("POST", "activations", {**body, "phone": "13800000000", "consent_version": "2026-11"})
    consented = {"phone": secrets["phone"], "consent_version": "2026-11", "language": "zh", "device_name": "desk"}
    await caller.done("POST", "activations", {**body, **consented})
    (sms,) = await sms_codes(house)
    card = {**desk, "kind": "identity_card", "purpose": "settlement", "document_number": secrets["document number"]}
    await caller.ask("POST", "identifications", {**card, "name": secrets["name"] + "某"})
    house.move_on()
    read = await caller.done("POST", "identifications", {**card, "name": secrets["name"]})
    await caller.done("POST", "credential-statements", {"visit_token": read["visit_token"]})
    return {
        "presentation code": code,
        "visit token": token,
        "serial": code[3:13],
        "sms code": sms,
        "token of a card": read["visit_token"],
    }


async def fail_badly(served: Served, secrets: dict[str, str]) -> None:
    """What breaks in the database or in parsing quotes what it broke on: the log must not."""

    async def wrong_kind(tx: Any) -> Any:
        await tx.fetch("select $1::int", secrets["document number"])

    async def wrong_value(tx: Any) -> Any:
        return int(secrets["name"])

    for work in (wrong_kind, wrong_value):
        with pytest.raises(Poisoned) as poisoned:
            await served.house.work(work)
        assert not any(secret in str(poisoned.value) for secret in secrets.values())


async def test_a_journey_leaves_no_personal_data_in_codes_urls_and_logs(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    people = served.house.prepared.population.people
    number = served.house.case_person(CASES[0])
    first, second = people[0], people[number]
    secrets = secrets_of(first)
    password = await activate(served, first)
    await use_the_wallet(served, secrets)
    others = secrets_of(second)
    tokens = await act_at_the_counter(served, number, others)
    await fail_badly(served, secrets)
    secret_texts = {
        **secrets,
        **{f"other's {name}": text for name, text in others.items()},
        **tokens,
        "password": password,
    }
    session = served.http.cookies.get("yb_wallet")
    assert session
    secret_texts["session"] = session
    said = "\n".join(
        f"{one.name} {one.getMessage()} {one.exc_text or ''}" for one in caplog.records if "httpcore" not in one.name
    )
    assert "GET /wallet/log" in said, "the access log was kept"
    urls = "\n".join(served.urls)
    for what, text in secret_texts.items():
        assert text
        assert text not in said, f"{what} stands in a log"
        assert text not in urls, f"{what} stands in a URL"
    for who in (secrets, others):
        for what in ("document number", "phone"):
            assert who[what] not in tokens["presentation code"], f"{what} stands in a code"
            assert who[what][-6:] not in tokens["visit token"], f"the end of {what} stands in a token"
