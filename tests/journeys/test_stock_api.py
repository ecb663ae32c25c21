"""Packs over HTTP: what anyone may see, what an institution may see, and what it may do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from journey_house import House
from pack_house import ELSE, code, drug, pack_line, pharmacy, set_area, sold

from openyibao.demo.client import InstitutionClient
from openyibao.fronts.api import ApiDoors
from openyibao.rooms.institutions import Institution


class Web:
    """The REST interface on the house's platform; each call is answered in this process."""

    def __init__(self, house: House, http: httpx.AsyncClient) -> None:
        self.house, self.http = house, http

    def at(self, place: Institution) -> InstitutionClient:
        key = self.house.prepared.session_keys[place.institution_id]
        return InstitutionClient(self.http, "http://test", key, self.house.clock)

    async def anyone(self, text: str) -> tuple[int, dict[str, Any]]:
        answer = await self.http.get(f"http://test/api/v1/packs/{text}")
        return answer.status_code, answer.json()


@pytest.fixture
async def web(house: House) -> AsyncIterator[Web]:
    transport = httpx.ASGITransport(app=ApiDoors(house.platform))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport) as http:
        yield Web(house, http)


async def test_anyone_sees_the_drug_and_whether_it_was_sold_with_month_and_city_only(web: Web) -> None:
    house = web.house
    status, shelved = await web.anyone(code(house))
    assert status == 200
    assert (shelved["state"], shelved["sold"], shelved["drug"]["name"]) == ("shelved", False, drug(house).name)
    await sold(house, pack_line(house, code(house)))
    _, gone = await web.anyone(code(house))
    assert (gone["sold"], gone["sold_month"], gone["sold_city"], gone["sold_twice"]) == (
        True,
        "2026-11",
        "北京市",
        False,
    )
    assert "换一盒" in gone["warning_zh"]
    told = str(gone)
    assert pharmacy(house).name not in told
    assert "2026-11-23" not in told
    assert "person" not in told


async def test_a_pack_sold_twice_carries_a_warning(web: Web) -> None:
    house = web.house
    await set_area(house, trace_second_sale="flagged")
    await sold(house, pack_line(house, code(house)))
    await sold(house, pack_line(house, code(house)), person=ELSE)
    _, twice = await web.anyone(code(house))
    assert twice["sold_twice"]
    assert "请勿" in twice["warning_zh"]
    assert "more than once" in twice["warning_en"]


async def test_a_pack_nobody_spoke_of_is_known_by_its_drug_alone(web: Web) -> None:
    status, unknown = await web.anyone(code(web.house, 99))
    assert (status, unknown["known"], unknown["state"]) == (200, False, "unseen")
    assert unknown["drug"]["item_code"] == drug(web.house).item_code
    status, wrong = await web.anyone("6901234567892")
    assert (status, wrong["reason"]) == (422, "no_trace_code")


async def test_look_ups_of_one_address_are_bounded_by_the_minute(web: Web) -> None:
    answers = [(await web.anyone(code(web.house)))[0] for _ in range(61)]
    assert answers == [200] * 60 + [429]
    web.house.move_on(60)
    assert (await web.anyone(code(web.house)))[0] == 200


async def test_an_institution_sees_its_own_movements_whole_and_others_without_what_is_theirs(web: Web) -> None:
    house = web.house
    done = await sold(house, pack_line(house, code(house)))
    own = (await web.at(pharmacy(house)).get(f"stock-packs/{code(house)}")).body
    assert own["here"]
    assert own["institution"] == pharmacy(house).name
    assert own["movements"][0]["settlement_id"] == f"{done.cell}-{done.settlement_id}"
    other = (await web.at(house.hospital).get(f"stock-packs/{code(house)}")).body
    assert not other["here"]
    assert "*" in other["institution"]
    assert [one["kind"] for one in other["movements"]] == ["sold", "received"]
    assert all("settlement_id" not in one and "document" not in one for one in other["movements"])
    unknown = await web.at(house.hospital).get(f"stock-packs/{code(house, 99)}")
    assert unknown.body["reason"] == "pack_unknown"


async def test_stock_is_received_and_listed_by_day(web: Web) -> None:
    house, client = web.house, web.at(pharmacy(web.house))
    packs = [{"trace_code": code(house, n), "item_code": drug(house).item_code} for n in (60, 61)]
    body = {"kind": "received", "operator_code": "op1", "packs": packs, "document": "R-7"}
    first = await client.post("stock-movements", body, key="r-7")
    again = await client.post("stock-movements", body, key="r-7")
    assert (first.body["moved"], again.body["repeated"]) == (2, True)
    listed = (await client.get("stock-movements/2026-11-23")).body
    assert [one["trace_code"] for one in listed["movements"]][-2:] == [code(house, 60), code(house, 61)]
    assert listed["next"] is None
    after = listed["movements"][-2]["movement_id"]
    rest = (await client.get(f"stock-movements/2026-11-23.{after}")).body
    assert [one["trace_code"] for one in rest["movements"]] == [code(house, 61)]
    assert (await client.get("stock-movements/2026-11-22")).body["movements"] == []
    mine = {
        one["trace_code"] for one in (await web.at(house.hospital).get("stock-movements/2026-11-23")).body["movements"]
    }
    assert not mine & {code(house, 60)}


@pytest.mark.parametrize("change", [{"kind": "sold"}, {"packs": []}, {"more": 1}, {"document": "x" * 101}])
async def test_a_stock_body_out_of_bounds_is_told(web: Web, change: dict[str, Any]) -> None:
    packs = [{"trace_code": code(web.house, 60), "item_code": drug(web.house).item_code}]
    body = {"kind": "received", "operator_code": "op1", "packs": packs, **change}
    answer = await web.at(pharmacy(web.house)).post("stock-movements", body, key="odd")
    assert answer.body["reason"] == "body_invalid"


async def test_without_a_key_or_a_signature_nothing_moves(web: Web) -> None:
    packs = [{"trace_code": code(web.house, 60), "item_code": drug(web.house).item_code}]
    body = {"kind": "received", "operator_code": "op1", "packs": packs}
    assert (await web.at(pharmacy(web.house)).post("stock-movements", body, key="")).body["reason"] == "key_missing"
    unsigned = await web.http.post("http://test/api/v1/stock-movements", json=body)
    assert unsigned.status_code == 401
