"""The agency's door for account credits: who may, each line once, and what is told of those that are refused."""

from __future__ import annotations

from typing import Any

import httpx
from journey_house import House
from test_account_years import books, faults, number_of, set_area

from openyibao.demo.client import Answer, InstitutionClient
from openyibao.fronts.api import ApiDoors

BEIJING = 110100


async def ask(house: House, body: dict[str, Any]) -> Answer:
    """One call of the hospital, which stands in for the agency."""
    transport = httpx.ASGITransport(app=ApiDoors(house.platform))
    async with httpx.AsyncClient(transport=transport) as http:
        key = house.prepared.session_keys[house.hospital.institution_id]
        return await InstitutionClient(http, "http://t", key, house.clock).post("credit-batches", body, key=house.key())


def batch(house: House, *amounts_fen: int, code: str = "2026-12") -> dict[str, Any]:
    lines = [
        {"line_no": n, "document_type": "identity_card", "document_number": number_of(house, n), "amount_fen": fen}
        for n, fen in enumerate(amounts_fen, start=1)
    ]
    return {"pooling_area": BEIJING, "batch_code": code, "account_year": 2026, "lines": lines}


async def test_only_who_is_named_by_the_area_may_credit(house: House) -> None:
    before = await books(house)
    refused = await ask(house, batch(house, 100))
    assert refused.body["reason"] == "credit_not_allowed"
    assert str(BEIJING) in refused.body["detail_zh"]
    await set_area(house, credit_agencies=["X-ANOTHER"])
    assert (await ask(house, batch(house, 100))).body["reason"] == "credit_not_allowed"
    assert await books(house) == before


async def test_a_batch_is_credited_once_and_tells_what_it_refused(house: House) -> None:
    await set_area(house, credit_agencies=[house.hospital.institution_code])
    before, body = await books(house), batch(house, 100, 200)
    body["lines"].append({**body["lines"][0], "line_no": 3, "document_number": "999999199001010000"})
    first = await ask(house, body)
    assert first.done, first.body
    assert (first.body["credited_count"], first.body["credited_fen"]) == (2, 300)
    assert [(one["line_no"], one["reason"]) for one in first.body["refused"]] == [(3, "credit_person_unknown")]
    again = await ask(house, body)
    assert (again.body["credited_count"], again.body["known_count"]) == (0, 2)
    assert sum((await books(house)).values()) - sum(before.values()) == 300
    assert (await ask(house, batch(house, 101, 200))).body["reason"] == "credit_batch_differs"
    twice = {**body, "lines": [body["lines"][0]] * 2, "batch_code": "other"}
    assert (await ask(house, twice)).body["reason"] == "body_invalid"
    assert await faults(house) == []
