"""The vendors' desk: the cast, their codes, a reset, the fault dial, messages without people; closed outside a demonstration."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from journey_house import House
from wire_house import WireDesk

from openyibao.demo.cast import enter_cast
from openyibao.fronts.national import CAST, NationalDoors
from openyibao.rooms.people import DocumentType, document_fault


@pytest.fixture
async def open_desk(house: House) -> WireDesk:
    settings = msgspec.structs.replace(house.platform.settings, database_url=house.owner_url)
    await enter_cast(settings, house.clock)
    await enter_cast(settings, house.clock)
    shown = msgspec.structs.replace(house.platform.settings, demo=True)
    platform = msgspec.structs.replace(house.platform, settings=shown)
    return WireDesk(house, NationalDoors(platform), house.hospital)


async def asked(desk: WireDesk, method: str, page: str, query: str = "", body: Any = None) -> tuple[int, Any]:
    content = b"" if body is None else json.dumps(body).encode()
    reply = await desk.doors.at_desk(method, f"/desk/{page}", query, content, "http://desk")
    return reply.status, json.loads(reply.content)


async def shown(desk: WireDesk, role: str) -> dict[str, Any]:
    desk.house.move_on()
    _, told = await asked(desk, "GET", "code", f"of={role}")
    return await desk.decode(told["ec_qr_code"])


async def test_the_cast_has_documents_that_never_change() -> None:
    assert len(CAST) == 12
    assert CAST["employee"].document_number == "999900198503078110"
    for one in CAST.values():
        assert document_fault(DocumentType.identity_card, one.document_number) is None


async def test_each_of_the_cast_is_what_their_role_says(open_desk: WireDesk) -> None:
    status, told = await asked(open_desk, "GET", "people")
    assert (status, len(told["people"])) == (200, 12)
    for role, state in (("employee", "1"), ("retired", "1"), ("arrears", "2"), ("suspended", "2")):
        seen = await shown(open_desk, role)
        assert seen["data"]["idNo"] == CAST[role].document_number
        proof = {"mdtrt_cert_type": "01", "mdtrt_cert_no": seen["data"]["ecToken"]}
        assert (await open_desk.done("1101", {"data": proof}))["insuinfo"][0]["psn_insu_stas"] == state, role
    open_desk.house.move_on()
    by_card = {"mdtrt_cert_type": "03", "mdtrt_cert_no": CAST["double"].card_number}
    assert len((await open_desk.done("1101", {"data": by_card}))["insuinfo"]) == 2
    assert (await asked(open_desk, "GET", "code", "of=dead"))[0] == 404
    dead = {"mdtrt_cert_type": "02", "mdtrt_cert_no": CAST["dead"].document_number}
    assert await open_desk.refused("1101", {"data": dead}) == "credential_revoked"
    assert (await open_desk.house.verify()).faults == []


async def test_a_reset_undoes_what_stands(open_desk: WireDesk) -> None:
    seen = await shown(open_desk, "employee")
    visit = await open_desk.register(0, token=seen["data"]["ecToken"])
    before = (await open_desk.done("1101", {"data": visit}))["insuinfo"][0]["balc"]
    await open_desk.done("2204", {"feedetail": open_desk.line(visit, "1", "B1")})
    await open_desk.done("2207", open_desk.bill(visit, "B1", 100))
    other = await open_desk.register(1, token=(await shown(open_desk, "retired"))["data"]["ecToken"])
    await open_desk.done("2204", {"feedetail": open_desk.line(other, "1", "B1")})
    status, told = await asked(open_desk, "POST", "reset")
    assert (status, told) == (200, {"undone": 3, "left": []})
    assert (await open_desk.done("1101", {"data": visit}))["insuinfo"][0]["balc"] == before
    assert await open_desk.refused("2204", {"feedetail": open_desk.line(other, "2", "B1")}) == "encounter_cancelled"
    assert (await open_desk.house.verify()).faults == []


async def test_the_dial_makes_answers_go_wrong_and_nothing_else(open_desk: WireDesk) -> None:
    visit = await open_desk.register(0, token=(await shown(open_desk, "employee"))["data"]["ecToken"])
    await open_desk.done("2204", {"feedetail": open_desk.line(visit, "1", "B1")})
    code = open_desk.place.institution_code

    async def turn(fault: str, **more: Any) -> None:
        setting = {"institution_code": code, "fault": fault, **more}
        assert (await asked(open_desk, "POST", "faults", body=setting))[0] == 200

    await turn("error", infno="2206", words="系统繁忙")
    assert (await open_desk.call("2206", open_desk.bill(visit, "B1", 100)))["err_msg"] == "系统繁忙"
    await open_desk.done("2206", open_desk.bill(visit, "B1", 100))
    number = open_desk.message_no()
    sent = open_desk.envelope("2207", open_desk.bill(visit, "B1", 100), msgid=number)
    await turn("drop", infno="2207")
    assert (await open_desk.raw(sent)).lost
    again = await open_desk.done("2207", open_desk.bill(visit, "B1", 100), msgid=number)
    assert again["setlinfo"]["medins_setl_id"] == number, "it was done, only the answer was lost"
    await turn("duplicate", infno="2208")
    back = {"data": {name: again["setlinfo"][name] for name in ("setl_id", "mdtrt_id", "psn_no")}}
    assert (await open_desk.done("2208", back))["setlinfo"]["medfee_sumamt"] == -100
    await turn("twice")
    body = (await open_desk.raw(open_desk.envelope("1201", {"medinsinfo": {"fixmedins_code": code}}))).content
    assert body[: len(body) // 2] == body[len(body) // 2 :]
    await turn("clock", seconds=-86_400)
    told = await open_desk.call("1201", {"medinsinfo": {"fixmedins_code": code}})
    yesterday = open_desk.house.clock.now() - timedelta(days=1)
    assert told["refmsg_time"].startswith(f"{yesterday:%Y%m%d}")
    await turn("delay", seconds=0)
    assert await open_desk.done("1201", {"medinsinfo": {"fixmedins_code": code}})
    await turn("error", times=3)
    assert len((await asked(open_desk, "GET", "faults"))[1]["faults"]) == 1
    assert (await asked(open_desk, "DELETE", "faults"))[1] == {"faults": []}
    assert (await asked(open_desk, "POST", "faults", body={"fault": "?"}))[0] == 400


async def test_messages_are_shown_without_people_and_nothing_outside_a_demonstration(open_desk: WireDesk) -> None:
    visit = await open_desk.register(0, token=(await shown(open_desk, "employee"))["data"]["ecToken"])
    status, told = await asked(open_desk, "GET", "messages")
    assert (status, told["messages"][0]["infno"]) == (200, "2201")
    text = json.dumps(told, ensure_ascii=False)
    for secret in (CAST["employee"].document_number, CAST["employee"].name, visit["mdtrt_cert_no"]):
        assert secret not in text
    assert (await asked(open_desk, "GET", "findings"))[1]["findings"]
    status, cast = await asked(open_desk, "GET", "cast.json")
    assert (status, len(cast["people"])) == (200, 2)
    assert all(one["med_list_codg"] for one in cast["items"])
    assert (await asked(open_desk, "GET", "nothing"))[0] == 404
    closed = WireDesk(open_desk.house, NationalDoors(open_desk.house.platform), open_desk.place)
    assert (await asked(closed, "GET", "people"))[0] == 404
    assert closed.doors.findings.messages() == []
