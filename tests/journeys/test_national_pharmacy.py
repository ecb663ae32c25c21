"""Sales through the national wire, and the three ways to say who is here."""

from __future__ import annotations

from typing import Any

from journey_house import House
from wire_house import WireDesk, judge_identities, open_wire

from openyibao.demo.stocking import stocked_drugs, trace_code_of
from openyibao.kit.db import Tx
from openyibao.rooms import cards


def sale(desk: WireDesk, token: str, *, amount: str = "12.34", **more: Any) -> dict[str, Any]:
    drug = stocked_drugs(desk.house.prepared.population.catalogue)[0]
    return {
        "druginfo": {
            "mdtrt_cert_type": "01",
            "mdtrt_cert_no": token,
            "begntime": "2026-11-23 13:00:00",
            "medfee_sumamt": amount,
            "insutype": "310",
            "acct_used_flag": "1",
            "med_type": "41",
            **more,
        },
        "drugdetail": [
            {
                "feedetl_sn": "S1",
                "rx_circ_flag": "0",
                "fee_ocur_time": "2026-11-23 13:00:00",
                "med_list_codg": drug.item_code,
                "medins_list_codg": "own-1",
                "det_item_fee_sumamt": amount,
                "cnt": 1,
                "pric": amount,
                "durg_trac_info": [
                    {"feedetl_sn": "S1", "drug_trac_codg": trace_code_of(drug, desk.place, 1), "trdn_flag": "0"}
                ],
            }
        ],
    }


async def test_a_pack_is_tried_sold_once_and_returned(house: House) -> None:
    desk = await open_wire(house, house.pharmacies[0])
    token = await desk.token(4, "02121")
    tried = await desk.done("2101", sale(desk, token))
    judge_identities(tried)
    sold = await desk.done("2102", sale(desk, token))
    judge_identities(sold)
    assert [one["feedetl_sn"] for one in sold["detlcutinfo"]] == ["S1"]
    assert tried["detlcutinfo"] == sold["detlcutinfo"]
    again = await desk.token(5, "02121")
    assert await desk.refused("2102", sale(desk, again)) == "trace_code_sold_before"
    bill = sold["setlinfo"]
    back = await desk.done("2103", {"data": {name: bill[name] for name in ("setl_id", "mdtrt_id", "psn_no")}})
    judge_identities(back)
    assert back["setlinfo"]["medfee_sumamt"] + bill["medfee_sumamt"] == 0
    assert await desk.done("2102", sale(desk, await desk.token(5, "02121")))
    assert (await house.verify()).faults == []


async def test_a_lost_sale_is_annulled(house: House) -> None:
    desk = await open_wire(house, house.pharmacies[0])
    number = desk.message_no()
    await desk.done("2102", sale(desk, await desk.token(4, "02121")), msgid=number)
    undo = {"data": {"psn_no": "", "omsgid": number, "oinfno": "2102"}}
    assert await desk.done("2601", undo) is None
    assert await desk.refused("2601", undo) == "already_reversed"
    assert await desk.refused("2601", {"data": {"omsgid": number, "oinfno": "1101"}}) == "field_wrong"


async def test_three_ways_lead_to_the_same_person(house: House) -> None:
    desk = await open_wire(house)
    person = house.prepared.installed.persons[9]

    async def hand_out(tx: Tx) -> None:
        await cards.enter_card(
            tx,
            house.clock,
            house.platform.sealer,
            bucket=person.bucket,
            person_id=person.person_id,
            number="A00000042",
            actor="t",
        )

    await house.work(hand_out)
    await house.bind(9)
    by_code = {"mdtrt_cert_type": "01", "mdtrt_cert_no": await desk.token(9, "01101")}
    house.move_on()
    by_document = {"mdtrt_cert_type": "02", "mdtrt_cert_no": person.document_number}
    by_card = {"mdtrt_cert_type": "03", "mdtrt_cert_no": "A00000042", "card_sn": "NULL", "certno": "", "psn_name": ""}
    told = [await desk.done("1101", {"data": way}) for way in (by_code, by_document, by_card)]
    assert told[0] == told[1] == told[2]
    head = told[0]["baseinfo"]
    assert (head["certno"], head["psn_name"]) == (person.document_number, person.name)
    assert head["brdy"] == person.birth_on.isoformat()
    assert await desk.refused("1101", {"data": {**by_card, "mdtrt_cert_no": "A00000043"}}) == "card_not_matched"
    assert await desk.refused("1101", {"data": {**by_document, "psn_name": "别人"}}) == "card_not_matched"
    assert await desk.refused("1101", {"data": {}}) == "field_wrong"
    other = await desk.done("1101", {"data": {"mdtrt_cert_type": "01", "mdtrt_cert_no": await desk.token(8)}})
    assert other["baseinfo"]["psn_no"] != head["psn_no"]
    card = await desk.done("1161", {"data": by_card})
    assert card["cardecinfo"]["cardno"] == "A00000042"
    benefit = await desk.done("2001", {"data": {"psn_no": head["psn_no"], "insutype": "310", "med_type": "11"}})
    assert {one["trt_enjymnt_flag"] for one in benefit["trtinfo"]} == {"1"}
    assert await desk.refused("2001", {"data": {"psn_no": "1", "insutype": "310"}}) == "wire_person_unknown"


async def test_a_card_named_in_two_messages_opens_two_visits_and_is_held_elsewhere(house: House) -> None:
    desk = await open_wire(house)
    await house.bind(9)
    house.move_on()
    proof = {"mdtrt_cert_type": "02", "mdtrt_cert_no": house.prepared.installed.persons[9].document_number}
    row = {**proof, "insutype": "310", "begntime": "2026-11-23 13:00:00", "ipt_otp_no": "O1", "caty": "A03"}
    first = await desk.done("2201", {"data": row})
    second = await desk.done("2201", {"data": {**row, "ipt_otp_no": "O2"}})
    assert first["data"]["mdtrt_id"] != second["data"]["mdtrt_id"]
    admission = {**row, "mdtrt_cert_type": "01", "mdtrt_cert_no": "", "certno": proof["mdtrt_cert_no"], "med_type": "21",
        "adm_dept_codg": "W1", "adm_bed": "1", "dscg_maindiag_code": "J18.900", "dscg_maindiag_name": "肺炎"}  # fmt: skip
    assert await desk.done("2401", {"mdtrtinfo": admission})
    other = await open_wire(house, house.other_hospital)
    assert await other.refused("1101", {"data": proof}) == "card_read_elsewhere"
    assert (await house.verify()).faults == []
