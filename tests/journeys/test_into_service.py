"""An agency brings an empty platform into service by the commands of its guide; a hospital signs in by SM2 and settles."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import stat
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from typer.testing import CliRunner

from openyibao import running
from openyibao.cli import app
from openyibao.fronts.api.authentication import message_to_sign
from openyibao.fronts.api.sessions import session_message
from openyibao.kit import db_keys
from openyibao.kit.clock import SystemClock, unix_seconds
from openyibao.kit.crypto import MasterKey, Suite, hmac_sm3, sm2_decrypt, sm2_generate, sm3
from openyibao.kit.db import Reading
from openyibao.kit.embedded import EmbeddedServer
from openyibao.main import Application
from openyibao.policy_commands import delivered
from openyibao.rooms import settlement
from openyibao.rooms.people import check_digit
from openyibao.settings import Settings

SAMPLES = Path(__file__).parents[2] / "docs" / "guides" / "service-samples"
OFFICERS = ["--maker", "o1", "--approver", "o2", "--why", "into service"]
HOSPITAL = "H99900190001"
_numbers = count(1)


class Agency:
    """An empty migrated database and the commands on it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def do(self, *arguments: str, officers: bool = True) -> tuple[int, str]:
        environment = {
            "COLUMNS": "300",
            "OPENYIBAO_DATABASE_URL": self.settings.database_url,
            "OPENYIBAO_KEY_FILE": str(self.settings.key_file),
        }
        done = CliRunner(env=environment).invoke(app, [*arguments, *(OFFICERS if officers else [])])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.output
        return done.exit_code, done.output

    def done(self, *arguments: str, officers: bool = True) -> str:
        code, said = self.do(*arguments, officers=officers)
        assert code == 0, said
        return said


@pytest.fixture
def agency(server: EmbeddedServer, tmp_path: Path) -> Iterator[Agency]:
    name = f"agency_{next(_numbers)}"
    server.ensure_database(name)
    settings = Settings(database_url=server.url(name), key_file=tmp_path / "master.key")
    MasterKey.create(tmp_path / "master.key", suite=Suite(settings.suite))
    running.prepare(settings)
    yield Agency(settings)
    server.drop_database(name)


class Hospital:
    """The hospital's software: an SM2 key of its own, a session, signed messages."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http, self.private = http, sm2_generate()
        self.key_id, self.secret = "", b""

    async def sign_in(self, *, nonce: str, code: str = HOSPITAL, seconds_off: int = 0, private: Any = None) -> Any:
        at = unix_seconds(SystemClock().now()) + seconds_off
        signature = (private or self.private).sign(session_message(code, at, nonce)).hex()
        body = {"institution_code": code, "timestamp": at, "nonce": nonce, "signature": signature}
        answer = (await self.http.post("/api/v1/sessions", json=body)).json()
        if "secret_sm2" in answer:
            self.key_id = answer["session_key_id"]
            self.secret = sm2_decrypt(self.private, bytes.fromhex(answer["secret_sm2"]))
        return answer

    async def ask(self, path: str, body: Any, *, key: str) -> Any:
        content, at = msgspec.json.encode(body), str(unix_seconds(SystemClock().now()))
        message = message_to_sign("POST", f"/api/v1/{path}", at, key, sm3(content))
        headers = {
            "X-Session-Key": self.key_id,
            "X-Timestamp": at,
            "Idempotency-Key": key,
            "X-Signature": hmac_sm3(self.secret, message).hex(),
        }
        return (await self.http.post(f"/api/v1/{path}", content=content, headers=headers)).json()


def person() -> str:
    """A made-up number in an unissued area."""
    head = "99900119800501901"
    return head + check_digit(head)


def write_people(folder: Path) -> None:
    year, number = SystemClock().today().year, person()
    files = {
        "people": [
            ("document_type", "document_number", "name", "sex", "birth_on", "phone"),
            ("identity_card", number, "赵样例", "male", "1980-05-01", "10000000901"),
        ],
        "enrolments": [
            (
                *("document_type", "document_number", "agency_area", "insurance_type", "person_category", "groups"),
                *("begins_on", "ends_on", "first_month", "last_month", "base_fen", "employer_fen", "personal_fen"),
                "paid_on",
            ),
            (
                *("identity_card", number, "110101", "employee", "employee", "", f"{year - 1}-01-01", ""),
                *(f"{year - 1}01", f"{year}12", "800000", "1881600", "384000", ""),
            ),
        ],
    }
    for noun, rows in files.items():
        with (folder / f"{noun}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)


def bring_in(agency: Agency, folder: Path) -> None:
    """Steps 2 to 6 of the guide."""
    assert "pooling areas" in agency.done("area", "load")
    for noun in ("institutions", "agreements", "practitioners", "terminals"):
        agency.done("institution", "import", noun, str(SAMPLES / f"{noun}.csv"))
    secrets = folder / "secrets.csv"
    agency.done("institution", "import", "operators", str(SAMPLES / "operators.csv"), "--secrets", str(secrets))
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert "2 rows were entered" in agency.done("catalogue", "import", str(SAMPLES / "catalogue.csv"))
    agency.done("policy", "publish", str(delivered() / "beijing"))
    write_people(folder)
    for noun in ("people", "enrolments"):
        agency.done("import", noun, str(folder / f"{noun}.csv"), "--parts", "1", officers=False)
    agency.done("issuer", "issue", officers=False)


def test_an_empty_platform_comes_into_service_and_settles(agency: Agency, tmp_path: Path) -> None:
    bring_in(agency, tmp_path)
    asyncio.run(first_bill(agency, tmp_path))


async def first_bill(agency: Agency, folder: Path) -> None:
    application = Application(agency.settings)
    await application.start()
    assert application.platform is not None
    try:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as http:
            hospital = Hospital(http)
            assert (await hospital.sign_in(nonce="0" * 16))["reason"] == "institution_key_unknown"
            pem = folder / "hospital.pem"
            pem.write_text(hospital.private.public.pem())
            await asyncio.to_thread(agency.done, "institution", "key", HOSPITAL, str(pem))
            await signs_in_once_per_message(hospital)
            answer = await settle_by_card(hospital)
            await speaks_the_national_wire(agency, http, folder)
        assert answer["fee_total_fen"] == 10_000, answer
        assert answer["fund_total_fen"] + answer["personal_account_fen"] + answer["cash_fen"] == 10_000
        await nothing_is_wrong(application)
    finally:
        await application.stop()


async def speaks_the_national_wire(agency: Agency, http: httpx.AsyncClient, folder: Path) -> None:
    """The hospital's older software, registered by command, asks for institutions signed as the field does."""
    message = {
        "infno": "1201",
        "msgid": "H9990019000120261125000000000001",
        "mdtrtarea_admvs": "110100",
        "infver": "V1.0",
        "opter_type": "1",
        "opter": "op1",
        "inf_time": "2026-11-25 00:00:00",
        "fixmedins_code": HOSPITAL,
        "input": {"medinsinfo": {"fixmedins_type": "1", "fixmedins_code": HOSPITAL}},
    }
    path = "/ebus/sample/hsa/hgs/1201"
    (folder / "profile.json").write_text('{"bindings": ["tif"]}')
    handed = folder / "software.csv"
    command = ("institution", "software", HOSPITAL, str(folder / "profile.json"), "--secrets", str(handed))
    await asyncio.to_thread(agency.done, *command)
    assert stat.S_IMODE(handed.stat().st_mode) == 0o600
    (row,) = csv.DictReader(handed.read_text("utf-8").splitlines())
    at, nonce = str(unix_seconds(SystemClock().now())), "n1"
    signed = hashlib.sha256(f"{at}{row['secret']}{nonce}{at}".encode()).hexdigest()
    headers = {
        "x-tif-paasid": row["app_code"],
        "x-tif-timestamp": at,
        "x-tif-nonce": nonce,
        "x-tif-signature": signed,
    }
    answered = (await http.post(path, json=message, headers=headers)).json()
    assert str(answered["infcode"]) == "0", answered
    assert answered["output"]["medinsinfo"][0]["fixmedins_code"] == HOSPITAL
    other = {**message, "fixmedins_code": "P99900190001", "msgid": "P9990019000120261125000000000001"}
    assert "client_not_registered" in (await http.post(path, json=other, headers=headers)).json()["err_msg"]
    wrong = (await http.post(path, json=message, headers={**headers, "x-tif-signature": "0" * 64})).json()
    assert "signature_wrong" in wrong["err_msg"]


async def signs_in_once_per_message(hospital: Hospital) -> None:
    assert (await hospital.sign_in(nonce="1" * 16, seconds_off=-301))["reason"] == "message_too_old"
    assert (await hospital.sign_in(nonce="2" * 16, code="H0"))["reason"] == "institution_key_unknown"
    assert (await hospital.sign_in(nonce="3" * 16, private=sm2_generate()))["reason"] == "signature_wrong"
    assert (await hospital.sign_in(nonce="4" * 15))["reason"] == "body_invalid"
    first = await hospital.sign_in(nonce="5" * 16)
    second = await hospital.sign_in(nonce="6" * 16)
    assert first["session_key_id"] != second["session_key_id"]
    # The nonce of the first with another message: refused, and the key in hand stays good.
    assert (await hospital.sign_in(nonce="5" * 16, seconds_off=-7))["reason"] == "key_conflict"


async def settle_by_card(hospital: Hospital) -> Any:
    desk = {"terminal_code": "T01", "operator_code": "op1"}
    card = {"kind": "identity_card", "name": "赵样例", "document_number": person(), "purpose": "settlement"}
    shown = await hospital.ask("identifications", {**desk, **card}, key="k1")
    line = {
        "line_no": 1,
        "item_code": "001101000010000-SAMPLE",
        "quantity_e4": 10_000,
        "unit_price_micro": 100_000_000,
        "amount_fen": 10_000,
        "practitioner_code": "D99900190001",
    }
    visit = {
        "kind": "outpatient",
        "practitioner_code": "D99900190001",
        "diagnoses": [{"code": "M60.000x001", "name": "肌炎", "main": True}],
    }
    bill = {**desk, "visit_token": shown["visit_token"], "encounter": visit, "items": [line], "account_use": "none"}
    return await hospital.ask("settlements", bill, key="k2")


async def who_brought_it_is_told(reading: Reading) -> None:
    """Each kind of thing that commands brought in names both officers and the reason."""
    kinds = ("pooling_area_set", "institution_set", "service_agreed", "catalogue_entered", "policy_published")
    told = await reading.fetch("select distinct kind, actor from audit_events where kind = any($1)", list(kinds))
    assert {row[0] for row in told} == set(kinds)
    assert {row[1] for row in told} == {"o1/o2: into service"}


async def nothing_is_wrong(application: Application) -> None:
    platform = application.platform
    assert platform is not None
    async with platform.readers.reading() as reading:
        await who_brought_it_is_told(reading)
        publics = await db_keys.read_public_keys(reading)
        assert (await settlement.verify(reading, platform.desk, publics.get)).faults == []


def test_a_file_with_a_fault_enters_nothing_and_names_it(agency: Agency, tmp_path: Path) -> None:
    agency.done("area", "load")
    code, said = agency.do("area", "load")
    assert (code, "there are areas already" in said) == (1, True)
    file = tmp_path / "institutions.csv"
    good = (SAMPLES / "institutions.csv").read_text("utf-8")
    for wrong, told in (
        (good + "H1,名,hospital,15,secondary,secondary,110100\n", "line 4: Expected `int` <= 14"),
        (good + "H1,名,clinic,6,secondary,secondary,110100\n", "line 4: Invalid enum value 'clinic'"),
        (good + good.splitlines()[1] + "\n", f"{HOSPITAL} stands twice"),
        (good + "H1,名,hospital,6,secondary,secondary,110100,more\n", "line 4: more values than the header"),
        (good.splitlines()[0] + "\n", "the file has no lines"),
    ):
        file.write_text(wrong, encoding="utf-8")
        code, said = agency.do("institution", "import", "institutions", str(file))
        assert (code, told in said, "nothing was entered" in said) == (1, True, True), said
    assert agency.done("institution", "list", officers=False).strip() == ""
    agency.done("institution", "import", "institutions", str(SAMPLES / "institutions.csv"))
    code, said = agency.do("institution", "import", "institutions", str(SAMPLES / "institutions.csv"))
    assert (code, f"{HOSPITAL} is registered already" in said) == (1, True)
    file.write_text("institution_code,terminal_code,kind\nH404,T01,counter\n", encoding="utf-8")
    code, said = agency.do("institution", "import", "terminals", str(file))
    assert (code, "H404 is not registered" in said) == (1, True)
    code, said = agency.do(
        "institution", "suspend", HOSPITAL, *OFFICERS[:2], "--approver", "o1", "--why", "x", officers=False
    )
    assert (code, "another approver" in said) == (2, True)
    agency.done("institution", "suspend", HOSPITAL)
    assert "suspended" in agency.done("institution", "list", officers=False)
    agency.done("institution", "resume", HOSPITAL)
    agency.done("area", "set", "110100", "later_first=false")
    assert '"later_first": false' in agency.done("area", "show", "110100", officers=False)
    code, said = agency.do("area", "set", "110100", "no_such=1")
    assert (code, "nothing was entered" in said) == (1, True)
