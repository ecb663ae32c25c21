"""A person without a phone of their own acts at a counter: by a visit token, over the REST interface."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from aid_house import pots_fen, somebody
from journey_house import House
from test_account_years import faults

from openyibao.demo.client import Answer, InstitutionClient
from openyibao.fronts.api import ApiDoors
from openyibao.rooms.presentation import Purpose

OWNER, RELATIVE, STRANGER = 0, 1, 4


async def ask(house: House, route: str, body: dict[str, Any], key: str | None = None) -> Answer:
    """One call of the hospital's counter."""
    transport = httpx.ASGITransport(app=ApiDoors(house.platform))
    async with httpx.AsyncClient(transport=transport) as http:
        session_key = house.prepared.session_keys[house.hospital.institution_id]
        client = InstitutionClient(http, "http://t", session_key, house.clock)
        return await client.post(route, body, key=house.key() if key is None else key)


def relative_of(house: House, person: int, **changed: str) -> dict[str, str]:
    who = house.prepared.installed.persons[person]
    named = {"name": who.name, "document_type": "identity_card", "document_number": who.document_number}
    return {**named, "relation": "parent", **changed}


@pytest.fixture
async def tokens(house: House) -> dict[int, str]:
    house.move_on()
    return {person: await house.token(person) for person in (OWNER, RELATIVE, STRANGER)}


async def test_mutual_aid_is_agreed_seen_and_ended_at_the_counter(house: House, tokens: dict[int, str]) -> None:
    proposed = await ask(
        house,
        "mutual-aid",
        {"visit_token": tokens[OWNER], "relative": relative_of(house, RELATIVE), "per_use_fen": 10_000},
    )
    assert (proposed.body["state"], proposed.body["party"]) == ("proposed", "owner")
    named = {"agreement_id": proposed.body["agreement_id"]}
    strange = await ask(house, "mutual-aid/agree", {"visit_token": tokens[STRANGER], **named})
    assert strange.body["reason"] == "mutual_aid_unknown"
    agreed = await ask(house, "mutual-aid/agree", {"visit_token": tokens[RELATIVE], **named})
    assert (agreed.body["state"], agreed.body["party"]) == ("agreed", "relative")
    bill = {
        "terminal_code": "T01", "operator_code": "op1", "visit_token": tokens[RELATIVE], "account_use": "mutual_aid",
        "encounter": {"kind": "outpatient", "practitioner_code": house.doctor(), "diagnoses": [{"code": "M60", "main": True}]},
        "items": [{
            "line_no": 1, "item_code": house.shelf.whole[0].item_code, "quantity_e4": 10_000,
            "unit_price_micro": 4_000_000 * 10_000, "amount_fen": 4_000_000, "practitioner_code": house.doctor(),
        }],
    }  # fmt: skip
    settled = await ask(house, "settlements", bill)
    assert settled.done, settled.body
    assert settled.body["mutual_aid_fen"] == 10_000
    assert settled.body["aid_owner"] == proposed.body["owner"]
    for person, party in ((OWNER, "owner"), (RELATIVE, "relative")):
        seen = await ask(house, "accounts", {"visit_token": tokens[person]})
        ((aid),) = seen.body["mutual_aid"]
        assert (aid["party"], [use["amount_fen"] for use in aid["log"]]) == (party, [10_000])
    assert "aided" in {
        one["kind"] for one in (await ask(house, "accounts", {"visit_token": tokens[OWNER]})).body["movements"]
    }
    ended = await ask(house, "mutual-aid/end", {"visit_token": tokens[OWNER], **named})
    assert ended.body["state"] == "ended"
    assert await faults(house) == []


async def test_money_is_sent_accepted_and_refused_at_the_counter(house: House, tokens: dict[int, str]) -> None:
    body = {"visit_token": tokens[OWNER], "relative": relative_of(house, RELATIVE), "amount_fen": 1_234}
    sent, again, other = [await ask(house, "purse-transfers", body, key) for key in ("one", "one", "two")]
    assert sent.body["transfer_id"] == again.body["transfer_id"] != other.body["transfer_id"]
    token = {"visit_token": tokens[RELATIVE]}
    accepted = await ask(house, "purse-transfers/accept", {**token, "transfer_id": sent.body["transfer_id"]})
    refused = await ask(house, "purse-transfers/refuse", {**token, "transfer_id": other.body["transfer_id"]})
    assert (accepted.body["state"], refused.body["state"]) == ("accepted", "refused")
    assert (await pots_fen(house, somebody(house, RELATIVE)))["purse"] == (1_234, 0)
    seen = await ask(house, "accounts", token)
    assert seen.body["pots"]["purse"] == {"balance_fen": 1_234, "available_fen": 1_234}
    assert (await ask(house, "purse-transfers", body, key="")).body["reason"] == "key_missing"
    assert await faults(house) == []


async def test_a_code_shown_for_something_else_moves_nothing(house: House, tokens: dict[int, str]) -> None:
    wrong = {"visit_token": tokens[OWNER], "relative": relative_of(house, RELATIVE, name="王错字")}
    assert (await ask(house, "mutual-aid", wrong)).body["reason"] == "relative_not_found"
    assert (await ask(house, "accounts", {"visit_token": "0" * 40})).body["reason"] == "visit_token_unknown"
    house.move_on()
    token = (await house.scan(await house.show(OWNER), purpose=Purpose.collect_medicine)).visit_token
    body = {"visit_token": token, "relative": relative_of(house, RELATIVE), "amount_fen": 100}
    assert (await ask(house, "purse-transfers", body)).body["reason"] == "purpose_cannot_pay"
