"""An outpatient story through the national wire alone: settled, repeated, lost, reversed, annulled."""

from __future__ import annotations

from decimal import Decimal

from journey_house import House
from wire_house import judge_identities, open_wire

from openyibao.demo.bills import CASES


async def test_a_visit_is_settled_and_reversed_and_sums_to_zero(house: House) -> None:
    desk = await open_wire(house)
    person = house.case_person(CASES[0])
    visit = await desk.register(person)
    assert await desk.done("2203", {"mdtrtinfo": {**visit, "med_type": "11", "dise_codg": "", "dise_name": ""},
        "diseinfo": [{"diag_type": "1", "diag_srt_no": 1, "diag_code": "J06.900", "diag_name": "急性上呼吸道感染", "vali_flag": "1"}]}) is None  # fmt: skip
    lines = (await desk.done("2204", {"feedetail": [desk.line(visit, "yp570", "B1"), desk.line(visit, "yp571", "B1", "50.5")]}))["result"]  # fmt: skip
    assert [one["feedetl_sn"] for one in lines] == ["yp570", "yp571"]
    assert sum(one["det_item_fee_sumamt"] for one in lines) == Decimal("150.50")
    for one in lines:
        parts = ("fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")
        assert one["det_item_fee_sumamt"] == sum(one[name] for name in parts)
    tried = await desk.done("2206", desk.bill(visit, "B1", "150.50"))
    judge_identities(tried)
    assert tried["setlinfo"]["setl_id"] is None
    sent = desk.bill(visit, "B1", 150.5)
    number = desk.message_no()
    done = await desk.done("2207", sent, msgid=number)
    judge_identities(done)
    bill = done["setlinfo"]
    assert bill["medins_setl_id"] == number
    assert bill["mdtrt_id"] == visit["mdtrt_id"]
    assert bill["psn_no"] == visit["psn_no"]
    assert bill["psn_part_amt"] == tried["setlinfo"]["psn_part_amt"]
    assert bill["medfee_sumamt"] == Decimal("150.50")
    assert await desk.done("2207", sent, msgid=number) == done, "the same message is the same act"
    assert await desk.refused("2207", desk.bill(visit, "B1", 1), msgid=number) == "key_conflict"
    asked = {"data": {"setl_id": bill["setl_id"], "mdtrt_id": visit["mdtrt_id"], "psn_no": visit["psn_no"]}}
    back = await desk.done("2208", asked)
    judge_identities(back)
    assert back["setlinfo"]["setl_id"] != bill["setl_id"]
    for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay", "inscp_scp_amt", "act_pay_dedc"):
        assert back["setlinfo"][name] + bill[name] == 0, name
    assert await desk.refused("2208", asked) == "already_reversed"
    assert (await house.verify()).faults == []


async def test_two_people_are_told_apart(house: House) -> None:
    desk = await open_wire(house)
    first, second = await desk.register(4), await desk.register(5)
    assert first["psn_no"] != second["psn_no"]
    await desk.done("2204", {"feedetail": desk.line(first, "1", "B1")})
    await desk.done("2204", {"feedetail": desk.line(second, "1", "B1", "20")})
    wrong = {**desk.bill(first, "B1", 100)["data"], "psn_no": second["psn_no"]}
    assert await desk.refused("2206", {"data": wrong}) == "wire_person_unknown"
    assert await desk.refused("2207", {"data": wrong}) == "wire_person_unknown"
    assert (await desk.done("2207", desk.bill(second, "B1", 20)))["setlinfo"]["medfee_sumamt"] == 20
    assert (await desk.done("2207", desk.bill(first, "B1", 100)))["setlinfo"]["medfee_sumamt"] == 100


async def test_lost_answers_are_annulled_and_what_never_came_is_barred(house: House) -> None:
    desk = await open_wire(house)
    visit = await desk.register(6)
    await desk.done("2204", {"feedetail": [desk.line(visit, "1", "B1")]})
    lost = desk.message_no()
    before = (await desk.done("2206", desk.bill(visit, "B1", 100)))["setlinfo"]
    await desk.done("2207", desk.bill(visit, "B1", 100), msgid=lost)
    undo = {"data": {"psn_no": visit["psn_no"], "omsgid": lost, "oinfno": "2207"}}
    assert await desk.done("2601", undo) is None
    assert await desk.refused("2601", undo) == "already_reversed"
    again = (await desk.done("2206", desk.bill(visit, "B1", 100)))["setlinfo"]
    assert again["balc"] == before["balc"]
    never = desk.message_no()
    bar = {"data": {"psn_no": visit["psn_no"], "omsgid": never, "oinfno": "2207"}}
    assert await desk.done("2601", bar) is None
    assert await desk.refused("2207", desk.bill(visit, "B1", 100), msgid=never) == "request_barred"
    kept = await desk.done("2207", desk.bill(visit, "B1", 100))
    reversed_ = {"setl_id": kept["setlinfo"]["setl_id"], "mdtrt_id": visit["mdtrt_id"], "psn_no": visit["psn_no"]}
    await desk.done("2208", {"data": reversed_})
    after = {"psn_no": visit["psn_no"], "omsgid": kept["setlinfo"]["medins_setl_id"], "oinfno": "2207"}
    assert await desk.refused("2601", {"data": after}) == "already_reversed"
    assert (await house.verify()).faults == []


async def test_lines_are_named_removed_and_named_again(house: House) -> None:
    desk = await open_wire(house)
    visit = await desk.register(7)
    number = desk.message_no()
    sent = {"feedetail": [desk.line(visit, "1", "B1"), desk.line(visit, "2", "B2", "30")]}
    first = await desk.done("2204", sent, msgid=number)
    assert await desk.done("2204", sent, msgid=number) == first
    assert await desk.refused("2204", {"feedetail": [desk.line(visit, "2", "B3")]}) == "line_name_taken"
    gone = {"data": {"mdtrt_id": visit["mdtrt_id"], "psn_no": visit["psn_no"], "chrg_bchno": "B2"}}
    assert await desk.done("2205", gone) is None
    await desk.done("2204", {"feedetail": [desk.line(visit, "2", "B2", "40")]})
    assert await desk.refused("2207", desk.bill(visit, "B9", 40)) == "line_name_unknown"
    assert await desk.refused("2207", desk.bill(visit, "B2", 30)) == "total_differs"
    assert (await desk.done("2207", desk.bill(visit, "B2", 40)))["setlinfo"]["medfee_sumamt"] == 40
    everything = {"data": {**gone["data"], "chrg_bchno": "0000"}}
    assert await desk.done("2205", everything) is None
    assert await desk.refused("2207", desk.bill(visit, "B1", 100)) == "batch_unknown"


async def test_a_registration_turns_into_an_emergency_and_is_cancelled(house: House) -> None:
    desk = await open_wire(house)
    visit = await desk.register(8)
    about = {"mdtrtinfo": {**visit, "med_type": "13"}, "diseinfo": []}
    number = desk.message_no()
    assert await desk.done("2203", about, msgid=number) is None
    assert await desk.done("2203A", about) is None
    await desk.done("2204", {"feedetail": desk.line(visit, "1", "B1")})
    bill = (await desk.done("2206", desk.bill(visit, "B1", 100, med_type="")))["setlinfo"]
    assert (bill["med_type"], bill["clr_type"]) == ("13", "13")
    gone = {"data": {"mdtrt_id": visit["mdtrt_id"], "psn_no": visit["psn_no"], "ipt_otp_no": "OTP8"}}
    assert await desk.refused("2202", gone) == "lines_present"
    await desk.done("2205", {"data": {**gone["data"], "chrg_bchno": "0000"}})
    assert await desk.done("2202", gone) is None
    assert await desk.refused("2204", {"feedetail": desk.line(visit, "9", "B1")}) == "encounter_cancelled"
    assert (await house.verify()).faults == []


async def test_a_token_is_carried_by_every_message_of_its_half_hour(house: House) -> None:
    desk = await open_wire(house)
    token = await desk.token(9)
    first, second = await desk.register(9, token=token), await desk.register(9, token=token)
    assert first["mdtrt_id"] != second["mdtrt_id"]
    for visit in (second, first):
        await desk.done("2204", {"feedetail": desk.line(visit, "1", "B1", "10")})
        assert (await desk.done("2207", desk.bill(visit, "B1", 10)))["setlinfo"]["mdtrt_id"] == visit["mdtrt_id"]
    house.move_on(1_900)
    assert await desk.refused("1101", {"data": first}) == "visit_token_expired"
    assert (await house.verify()).faults == []
