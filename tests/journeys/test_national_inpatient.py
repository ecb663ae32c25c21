"""A stay through the national wire alone, and what can be asked about it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from journey_house import House
from wire_house import WireDesk, judge_identities, open_wire

from openyibao.demo.bills import CASES


async def admitted(desk: WireDesk, person: int) -> dict[str, Any]:
    token = await desk.token(person, "01103")
    proof = {"mdtrt_cert_type": "01", "mdtrt_cert_no": token}
    who = await desk.done("1101", {"data": proof})
    head = {
        **proof,
        "psn_no": who["baseinfo"]["psn_no"],
        "insutype": "310",
        "begntime": "2026-11-23 13:00:00",
        "med_type": "21",
        "ipt_no": f"IPT{person}",
        "atddr_no": desk.house.doctor(desk.place),
        "adm_dept_codg": "W3",
        "adm_dept_name": "三病区",
        "adm_bed": "12",
    }
    disease = {"diag_type": "1", "maindiag_flag": "1", "diag_srt_no": 1, "diag_code": "J18.900", "diag_name": "肺炎"}
    told = await desk.done("2401", {"mdtrtinfo": head, "diseinfo": [disease]})
    keys = ("psn_no", "insutype", "med_type")
    return {**{key: head[key] for key in keys}, "mdtrt_id": told["result"]["mdtrt_id"], "acct_used_flag": "1"}


async def test_a_stay_from_admission_to_zero(house: House) -> None:
    desk = await open_wire(house)
    stay = await admitted(desk, house.case_person(CASES[0]))
    name = {"mdtrt_id": stay["mdtrt_id"], "psn_no": stay["psn_no"]}
    moved = {"adminfo": {**stay, "adm_bed": "14", "adm_dept_codg": "W4", "ipt_otp_no": "IPT-X"}, "diseinfo": []}
    assert await desk.done("2403", moved) is None
    lines = [desk.line(stay, f"XM{n}", "", "2000.00") for n in (1, 2, 3)]
    assert len((await desk.done("2301", {"feedetail": lines}))["result"]) == 3
    back = desk.line(stay, "XM4", "", "-500", cnt="-0.25", pric="2000.00", init_feedetl_sn="XM3")
    (told,) = (await desk.done("2301", {"feedetail": back}))["result"]
    assert told["det_item_fee_sumamt"] == -500
    parts = ("fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")
    assert sum(told[part] for part in parts) == -500
    assert await desk.refused("2302", {"data": {**name, "feedetl_sn": "XM9"}}) == "line_name_unknown"
    number = desk.message_no()
    assert await desk.done("2302", {"data": {**name, "feedetl_sn": "XM1"}}, msgid=number) is None
    assert await desk.done("2302", {"data": {**name, "feedetl_sn": "XM1"}}, msgid=number) is None
    tried = await desk.done("2303", {"data": {**stay, "medfee_sumamt": 3500, "mid_setl_flag": "0"}})
    judge_identities(tried)
    assert await desk.refused("2304", {"data": {**stay, "medfee_sumamt": 3500}}) == "not_discharged"
    assert [one["mdtrt_id"] for one in (await desk.done("5303", {"data": {}}))["data"]] == [stay["mdtrt_id"]]
    gone = {"dscginfo": {**name, "insutype": "310", "endtime": "2026-11-23 15:00:00", "dscg_way": "1"}, "diseinfo": []}
    assert await desk.done("2402", gone) is None
    assert await desk.refused("2404", {"data": name}) == "encounter_closed"
    done = await desk.done("2304", {"data": {**stay, "medfee_sumamt": 3500}})
    judge_identities(done)
    bill = done["setlinfo"]
    assert (bill["medfee_sumamt"], bill["med_type"], bill["clr_type"]) == (3500, "21", "21")
    assert bill["fund_pay_sumamt"] == tried["setlinfo"]["fund_pay_sumamt"]
    asked = {**name, "setl_id": bill["setl_id"]}
    (visit,) = (await desk.done("5201", {"data": {**name, "begntime": "2026-11-01", "endtime": "2026-11-30", "med_type": "21"}}))["mdtrtinfo"]  # fmt: skip
    assert (visit["ipt_otp_no"], visit["adm_bed"], visit["inhosp_stas"], visit["dscg_way"]) == ("IPT-X", "14", "0", "1")
    (disease,) = (await desk.done("5202", {"data": name}))["diseinfo"]
    assert (disease["diag_code"], disease["maindiag_flag"]) == ("J18.900", "1")
    found = (await desk.done("5203", {"data": asked}))["setlinfo"]
    for field in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "setl_id", "mdtrt_id", "psn_no", "certno"):
        assert found[field] == bill[field], field
    listed = await desk.done("5204", {"data": asked})
    assert sum(one["det_item_fee_sumamt"] for one in listed) == 3500
    assert {one["feedetl_sn"] for one in listed} == {"XM2", "XM3", "XM4"}
    sums = (await desk.done("5206", {"data": {"psn_no": stay["psn_no"]}}))["cuminfo"]
    assert sums
    assert all(one["insutype"] == "310" and one["cum"] >= Decimal(0) for one in sums)
    reversal = (await desk.done("2305", {"data": asked}))["setlinfo"]
    assert reversal["medfee_sumamt"] == -3500
    assert reversal["setl_type"] == "2"
    assert await desk.done("2405", {"data": name}) is None
    assert await desk.done("2302", {"data": {**name, "feedetl_sn": "0000"}}) is None
    assert await desk.done("2404", {"data": name}) is None
    assert (await house.verify()).faults == []


async def test_a_lost_admission_is_annulled_and_an_interim_bill_settled(house: House) -> None:
    desk = await open_wire(house)
    stay = await admitted(desk, 4)
    await desk.done("2301", {"feedetail": desk.line(stay, "1", "", "800")})
    done = await desk.done("2304", {"data": {**stay, "mid_setl_flag": "1", "medfee_sumamt": 800}})
    lost = done["setlinfo"]["medins_setl_id"]
    assert await desk.done("2601", {"data": {"psn_no": stay["psn_no"], "omsgid": lost, "oinfno": "2304"}}) is None
    other = await admitted(desk, 5)
    assert other["psn_no"] != stay["psn_no"]
    wrong = {"mdtrt_id": stay["mdtrt_id"], "psn_no": other["psn_no"]}
    assert await desk.refused("2404", {"data": wrong}) == "wire_person_unknown"
    assert await desk.refused("5203", {"data": {**wrong, "setl_id": "1"}}) == "settlement_unknown"
    bill = {**wrong, "setl_id": done["setlinfo"]["setl_id"]}
    assert await desk.refused("5203", {"data": bill}) == "wire_person_unknown"
    assert await desk.refused("5204", {"data": bill}) == "wire_person_unknown"


async def test_filings_are_made_told_and_withdrawn(house: House) -> None:
    desk = await open_wire(house)
    visit = await desk.register(4)
    name = {"psn_no": visit["psn_no"]}
    chronic = {**name, "insutype": "310", "opsp_dise_code": "M03900", "opsp_dise_name": "高血压", "begndate": "2026-11-23",
        "ide_fixmedins_no": desk.place.institution_code, "diag_dr_codg": house.doctor()}  # fmt: skip
    number = desk.message_no()
    made = await desk.done("2503", {"data": chronic}, msgid=number)
    assert made == await desk.done("2503", {"data": chronic}, msgid=number)
    (told,) = (await desk.done("5301", {"data": name}))["feedetail"]
    assert (told["opsp_dise_code"], told["begndate"]) == ("M03900", "2026-11-23")
    (place,) = (await desk.done("5302", {"data": name}))["psnfixmedin"]
    assert place["fixmedins_code"] == desk.place.institution_code
    gone = {"data": {**name, "trt_dcla_detl_sn": made["result"]["trt_dcla_detl_sn"], "memo": "误报"}}
    assert await desk.done("2504", gone) is None
    assert (await desk.done("5301", {"data": name}))["feedetail"] == []
    away = {**name, "insutype": "310", "diag_code": "J18.900", "reflin_medins_no": "", "mdtrtarea_admdvs": "430300",
        "refl_date": "2026-11-23", "begndate": "2026-11-23", "enddate": "2026-12-23"}  # fmt: skip
    await desk.done("2501", {"refmedin": away})
    (refl,) = (await desk.done("5304", {"data": {**name, "begntime": "2026-11-01"}}))["refmedin"]
    assert (refl["refl_date"], refl["enddate"], refl["out_flag"]) == ("2026-11-23", "2026-12-23", "1")
    await desk.done("2505", {"data": {**name, "biz_appy_type": "03", "begndate": "2026-11-23", "fix_srt_no": "1"}})
    await desk.done("2507", {"data": {**name, "begndate": "2026-11-23"}})
    assert await desk.refused("2503", {"data": {**chronic, "psn_no": "1"}}) == "wire_person_unknown"
    assert await desk.refused("5301", {"data": {"psn_no": "1"}}) == "wire_person_unknown"
    assert await desk.refused("2503", {"data": {**chronic, "opsp_dise_code": ""}}) == "field_wrong"
