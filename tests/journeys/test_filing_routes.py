"""The interface's filings: for the person whose visit token it is, answered alike when it comes again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from filing_house import FilingHouse, move_to_ningbo
from journey_house import House

from openyibao.fronts.api.answers import problem
from openyibao.fronts.api.authentication import Caller
from openyibao.fronts.api.routes import ROUTES, Call
from openyibao.kit.crypto import sm3
from openyibao.kit.outcome import Refused


@pytest.fixture
async def ningbo(house: House) -> FilingHouse:
    return await move_to_ningbo(house)


async def call(ningbo: FilingHouse, path: str, *, key: str | None = None, **fields: Any) -> Any:
    """One call of the Ningbo hospital, as the doors make it once it is authenticated and parsed."""
    route, content = ROUTES["POST", path], msgspec.json.encode(fields)
    return await route.run(
        Call(
            platform=ningbo.house.platform,
            caller=Caller(institution_id=ningbo.hospital.institution_id, request_key=key or ningbo.house.key()),
            digest=sm3(content),
            body=msgspec.json.decode(content, type=route.body),
            parameters=(),
        )
    )


async def token_of(ningbo: FilingHouse) -> str:
    ningbo.house.move_on()
    return await ningbo.house.token(ningbo.person, place=ningbo.hospital)


def chronic(ningbo: FilingHouse, token: str, **fields: Any) -> dict[str, Any]:
    today = ningbo.house.clock.today()
    given = {"kind": "chronic_disease", "disease_code": "M01", "begins_on": today.isoformat()}
    return {
        **given,
        "visit_token": token,
        "operator_code": "op1",
        "ends_on": (today + timedelta(days=365)).isoformat(),
        **fields,
    }


async def test_a_hospital_files_looks_up_moves_and_ends(ningbo: FilingHouse) -> None:
    token, operator = await token_of(ningbo), {"operator_code": "op1"}
    codes = [ningbo.pharmacy.institution_code]
    filed = await call(ningbo, "filings", **chronic(ningbo, token, institution_codes=codes))
    assert (filed["state"], filed["institution_codes"]) == ("filed", tuple(codes))
    assert filed["counts_at_once"] is False
    listed = (await call(ningbo, "filings/list", visit_token=token))["filings"]
    assert [one["filing_id"] for one in listed] == [filed["filing_id"]]
    home = chronic(ningbo, token, kind="designation", disease_code=None, institution_codes=codes, ends_on=None)
    chosen = await call(ningbo, "filings", **home)
    at = {"visit_token": token, "filing_id": chosen["filing_id"], **operator}
    other = [ningbo.pharmacies[1].institution_code]
    moved = await call(ningbo, "filings/institutions", **at, institution_codes=other)
    assert moved["institution_codes"] == tuple(other)
    ended = await call(ningbo, "filings/end", **at, on=(ningbo.house.clock.today() + timedelta(days=9)).isoformat())
    assert (ended["state"], ended["valid_until"]) == ("ended", ningbo.house.clock.today() + timedelta(days=9))
    withdrawn = await call(ningbo, "filings/withdraw", visit_token=token, filing_id=filed["filing_id"], **operator)
    assert withdrawn["state"] == "withdrawn"
    assert (await ningbo.house.verify()).faults == []


async def test_a_filing_is_answered_alike_when_its_token_has_ended_meanwhile(ningbo: FilingHouse) -> None:
    body = chronic(ningbo, await token_of(ningbo))
    first = await call(ningbo, "filings", key="lost", **body)
    ningbo.house.move_on(1_900)
    again = await call(ningbo, "filings", key="lost", **body)
    assert (again["filing_id"], again["repeated"]) == (first["filing_id"], True)
    late = await call(ningbo, "filings", key="new", **{**body, "disease_code": "M02"})
    assert isinstance(late, Refused)
    assert late.code == "visit_token_expired"
    assert [row["reason"] for row in await ningbo.house.rows("select reason from refusals")] == ["visit_token_expired"]
    assert (await ningbo.house.verify()).faults == []


async def test_nobody_ends_the_filing_of_somebody_else(ningbo: FilingHouse) -> None:
    filed = await call(ningbo, "filings", **chronic(ningbo, await token_of(ningbo)))
    stranger = await ningbo.house.token(0, place=ningbo.hospital)
    refused = await call(
        ningbo, "filings/withdraw", visit_token=stranger, filing_id=filed["filing_id"], operator_code="op1"
    )
    assert refused.code == "filing_unknown"
    assert problem(refused, request_id="r")[0] == 404


async def test_a_renewal_over_the_interface(ningbo: FilingHouse) -> None:
    token = await token_of(ningbo)
    filed = await call(ningbo, "filings", **chronic(ningbo, token))
    renewed = await call(
        ningbo,
        "filings/renew",
        visit_token=token,
        operator_code="op1",
        filing_id=filed["filing_id"],
        ends_on=(filed["valid_until"] + timedelta(days=365)).isoformat(),
    )
    assert (renewed["renews"], renewed["disease_code"]) == (filed["filing_id"], "M01")
    assert renewed["begins_on"] == filed["valid_until"] + timedelta(days=1)
    assert (await ningbo.house.verify()).faults == []


async def test_a_whole_visit_says_what_it_stands_on(ningbo: FilingHouse) -> None:
    await ningbo.approved(ningbo.new())
    token, hospital = await token_of(ningbo), ningbo.hospital
    line = msgspec.to_builtins(ningbo.line(hospital))
    visit = {
        "kind": "chronic",
        "practitioner_code": ningbo.doctor(hospital),
        "grounds": {"disease_code": "M01", "prescription": {"kind": "own", "supply_days": 84}},
    }
    body = {"terminal_code": "T01", "operator_code": "op1", "visit_token": token, "encounter": visit, "items": [line]}
    before = await call(ningbo, "pre-settlements", **body)
    settled = await call(ningbo, "settlements", **body)
    assert (before["fund_total_fen"], settled["pooled_fund_fen"]) == (8_000, 8_000)
    assert (await ningbo.house.verify()).faults == []
