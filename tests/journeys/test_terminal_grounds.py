"""The desk's bill says what its benefit stands on: diseases on record are offered, a refusal leads to its field."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from filing_house import FilingHouse
from journey_house import House
from litestar import Litestar

from openyibao.fronts.shared.security import seal_session
from openyibao.fronts.terminal import terminal_router
from openyibao.fronts.terminal.forms import GroundsForm
from openyibao.fronts.terminal.grounds import FIELD_OF
from openyibao.fronts.terminal.sessions import COOKIE, SHIFT_SECONDS, TerminalSession
from openyibao.kit.clock import unix_seconds
from openyibao.kit.outcome import REASONS
from openyibao.rooms.filings import Filed, FilingAct

WHO = 1


@pytest.fixture
async def window(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the hospital's terminal, signed in."""
    operators = house.prepared.population.operators
    code = next(one.operator_code for one in operators if one.institution_code == house.hospital.institution_code)
    content = TerminalSession(
        expires_seconds=unix_seconds(house.clock.now()) + SHIFT_SECONDS,
        institution_id=house.hospital.institution_id,
        operator_code=code,
        operator_name="op",
        terminal_code="T01",
    )
    app = Litestar(route_handlers=[terminal_router(house.platform)], openapi_config=None)
    cookies = {COOKIE: seal_session(house.platform, COOKIE, content)}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://t", cookies=cookies) as browser:
        yield browser


async def scanned(house: House, window: httpx.AsyncClient) -> dict[str, str]:
    """The fields that the scanned person's form begins with."""
    house.move_on()
    proof = re.search(r'name="form_proof" value="([^"]+)"', (await window.get("/terminal")).text)
    assert proof
    fields = {"form_proof": proof[1]}
    code = await house.show(WHO)
    page = (await window.post("/terminal/scan", data={**fields, "code": code, "purpose": "settlement"})).text
    token = re.search(r'name="visit_token" value="([^"]+)"', page)
    assert token, page
    return {**fields, "visit_token": token[1], "page": page}


def bill(house: House, fields: dict[str, str], **more: str) -> dict[str, str]:
    line = house.line(1, 10_000)
    return {
        **{name: value for name, value in fields.items() if name != "page"},
        "kind": "outpatient",
        "practitioner_code": house.doctor(),
        "diagnosis_code": "I10.x00",
        "diagnosis_name": "高血压",
        "item_code": line.item_code,
        "quantity": "1",
        "unit_price": "100",
        "amount": "100.00",
        **more,
    }


async def test_a_refusal_about_the_grounds_leads_to_the_field(house: House, window: httpx.AsyncClient) -> None:
    fields = await scanned(house, window)
    assert "已备案病种" not in fields["page"]
    for more, code, field in (
        ({"prescription": "external"}, "prescription_number_needed", "prescription_number"),
        ({"prescription": "own", "supply_days": "300"}, "supply_too_long", "supply_days"),
        ({"injury": "third_party"}, "injury_by_third_party", "injury"),
    ):
        answer = await window.post("/terminal/pre-settle", data=bill(house, fields, **more))
        assert answer.status_code == 422
        assert code in answer.text, answer.text
        assert f'data-field="{field}"' in answer.text
    for bad in ({"supply_days": "x"}, {"prescription": "theirs"}, {"disease_code": "M01\x00"}):
        answer = await window.post("/terminal/pre-settle", data=bill(house, fields, **bad))
        assert answer.status_code == 422
    plain = await window.post("/terminal/pre-settle", data=bill(house, fields))
    assert plain.status_code == 200


async def test_diseases_on_record_are_offered(house: House, window: httpx.AsyncClient) -> None:
    desk = FilingHouse(house, WHO, house.hospital, house.pharmacies)
    filed = await desk.file(desk.new(disease_code="M07"))
    assert isinstance(filed, Filed), filed
    assert "M07" not in (await scanned(house, window))["page"]  # it waits for the agency
    assert isinstance(await desk.decide(filed.filing, FilingAct.approve), Filed)
    fields = await scanned(house, window)
    assert 'data-fill="disease_code" value="M07"' in fields["page"]
    answer = await window.post("/terminal/pre-settle", data=bill(house, fields, disease_code="M07"))
    assert answer.status_code == 200, answer.text


def test_every_field_that_a_refusal_leads_to_is_on_the_form_and_every_code_is_one() -> None:
    assert set(FIELD_OF.values()) <= set(GroundsForm.__struct_fields__)
    assert set(FIELD_OF) <= set(REASONS)
