"""Reconciliation through the wire, files, catalogues, and what is handed in."""

from __future__ import annotations

import io
import json
import random
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from journey_house import House
from wire_house import SINGLE, WireDesk, open_wire

from openyibao.fronts.national.files import packed, unpacked

SPAN = {"stmt_begndate": "2026-11-01", "stmt_enddate": "2026-11-30"}
MONTH = {"begndate": "2026-11-01", "enddate": "2026-11-30"}


def opened(content: bytes) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = archive.namelist()
        return [line.split("\t") for line in archive.read(name).decode().splitlines()]


class Books:
    """What the hospital's own books say: one row a settlement, refunds as two rows."""

    def __init__(self, desk: WireDesk) -> None:
        self.desk, self.rows = desk, list[list[Any]]()

    async def settle(self, person: int, amount: str, **more: Any) -> dict[str, Any]:
        visit = await self.desk.register(person)
        await self.desk.done("2204", {"feedetail": self.desk.line(visit, "1", "B1", amount)})
        bill: dict[str, Any] = (await self.desk.done("2207", self.desk.bill(visit, "B1", amount, **more)))["setlinfo"]
        self.note(bill, "0")
        return bill

    def note(self, bill: dict[str, Any], back: str) -> None:
        names = ("setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay")
        self.rows.append([*(bill[name] for name in names), back])

    def totals(self, **more: Any) -> dict[str, Any]:
        sums = [sum(Decimal(row[at]) for row in self.rows) for at in (3, 4, 5)]
        return {
            "data": {
                **SPAN,
                "insutype": "310",
                "clr_type": "11",
                "setl_optins": "110100",
                "medfee_sumamt": str(sums[0]),
                "fund_pay_sumamt": str(sums[1]),
                "acct_pay": str(sums[2]),
                "fixmedins_setl_cnt": sum(-1 if row[6] == "1" else 1 for row in self.rows),
                **more,
            }
        }

    async def compare(self) -> tuple[str, list[list[str]]]:
        """3201's result and 3202's differences."""
        total = (await self.desk.done("3201", self.totals()))["stmtinfo"]["stmt_rslt"]
        content = list(packed("detail", self.rows))
        sent = await self.desk.done("9101", {"fsUploadIn": {"in": content, "filename": "d.zip", "fixmedins_code": "x"}})
        asked = {**self.totals()["data"], "file_qury_no": sent["file_qury_no"], "cash_payamt": 0}
        made = (await self.desk.done("3202", {"data": asked}))["fileinfo"]
        reply = await self.desk.raw(self.desk.envelope("9102", {"fsDownloadIn": {**made, "fixmedins_code": "x"}}))
        assert reply.kind == b"application/octet-stream"
        return str(total), opened(reply.content)


async def test_books_agree_and_planted_differences_are_found_with_their_kind(house: House) -> None:
    desk = await open_wire(house)
    books = Books(desk)
    first = await books.settle(4, "100.00")
    second = await books.settle(5, "60.50")
    back = await books.settle(6, "20.00")
    gone = {"data": {name: back[name] for name in ("setl_id", "mdtrt_id", "psn_no")}}
    books.note((await desk.done("2208", gone))["setlinfo"], "1")
    assert await books.compare() == ("0", [])
    lost = await books.settle(7, "33.00")
    undo = {"data": {"psn_no": lost["psn_no"], "omsgid": lost["medins_setl_id"], "oinfno": "2207"}}
    await desk.done("2601", undo)
    total, rows = await books.compare()
    assert total == "2"
    assert [(row[2], row[4]) for row in rows] == [(lost["setl_id"], "2")], "annulled, while the hospital kept the bill"
    books.rows.pop()
    assert await books.compare() == ("0", [])
    kept = books.rows[0]
    books.rows[0] = [*kept[:3], kept[3] + Decimal("0.01"), *kept[4:]]
    total, rows = await books.compare()
    assert (total, [(row[2], row[4]) for row in rows]) == ("3", [(first["setl_id"], "3")])
    assert rows[0][3] == first["medins_setl_id"], "the message to annul by"
    books.rows[0] = kept
    missing = books.rows.pop(1)
    total, rows = await books.compare()
    assert (total, [(row[0], row[2], row[4]) for row in rows]) == ("1", [(second["psn_no"], second["setl_id"], "1")])
    books.rows.insert(1, missing)
    books.rows.append(["X-1", "Y", "Z", Decimal(1), Decimal(0), Decimal(1), "0"])
    total, rows = await books.compare()
    assert (total, [(row[2], row[4]) for row in rows]) == ("2", [("X-1", "2")])
    wrong = {"data": {**books.totals()["data"], "stmt_enddate": "2026-10-01"}}
    assert await desk.refused("3201", wrong) == "field_wrong"
    assert await desk.refused("3202", {"data": {**books.totals()["data"], "file_qury_no": "1"}}) == "paper_unknown"


async def test_a_minus_may_be_named_by_what_it_reverses_and_carry_no_sign(house: House) -> None:
    desk = await open_wire(house)
    books = Books(desk)
    bill = await books.settle(4, "10.00")
    await desk.done("2208", {"data": {name: bill[name] for name in ("setl_id", "mdtrt_id", "psn_no")}})
    books.note(bill, "1")
    _, rows = await books.compare()
    assert rows == []


async def test_clearing_follows_the_books(house: House) -> None:
    desk = await open_wire(house)
    bill = await Books(desk).settle(4, "100.00")
    asked = {**MONTH, "clr_type": "11", "setlym": "202611", "psntime": 1, "medfee_sumamt": "100.00",
        "med_sumfee": "100.00", "fund_appy_sum": str(bill["fund_pay_sumamt"]), "cash_payamt": 0, "acct_pay": 0}  # fmt: skip
    assert await desk.refused("3203", {"data": {**asked, "medfee_sumamt": "99.00"}}) == "clearing_differs"
    made = await desk.done("3203", {"data": asked})
    gone = {"data": made["result"]}
    number = desk.message_no()
    assert await desk.done("3204", gone, msgid=number) is None
    assert await desk.refused("3204", gone) == "paper_unknown"


@pytest.mark.parametrize("size", [0, 1, 40_000])
async def test_a_file_comes_in_parts_and_is_fetched_octet_by_octet(house: House, size: int) -> None:
    desk = await open_wire(house)
    content = random.Random(7).randbytes(size)
    envelope = json.dumps(desk.envelope("9101", {"fsUploadIn": {"filename": "a.zip", "fixmedins_code": "x"}}))
    parts = (
        b'--b\r\nContent-Disposition: form-data; name="jsonStr"\r\n\r\n' + envelope.encode() + b"\r\n"
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n--b--\r\n"
    )
    head = {"content-type": "multipart/form-data; boundary=b"}
    told = json.loads((await desk.raw(parts, path="/fsi/api/fileupload/upload", headers=head)).content)
    if not size:
        assert told["infcode"] == -1
        return
    assert told["infcode"] == 0, told
    again = json.loads((await desk.raw(parts, path="/fsi/api/fileupload/upload", headers=head)).content)
    assert again["output"] == told["output"]
    fetched = await desk.raw(desk.envelope("9102", {"fsDownloadIn": told["output"]}), path=SINGLE)
    assert fetched.content == content
    other = await open_wire(house, house.other_hospital)
    assert await other.refused("9102", {"fsDownloadIn": told["output"]}) == "paper_unknown"


async def test_catalogues_come_as_files_and_by_pages(house: House) -> None:
    desk = await open_wire(house)
    offered = await desk.done("1301", {"data": {"ver": "0"}})
    assert offered["data_cnt"] > 0
    reply = await desk.raw(desk.envelope("9102", {"fsDownloadIn": {**offered, "fixmedins_code": "plc"}}))
    rows = opened(reply.content)
    assert len(rows) == offered["data_cnt"]
    assert (await desk.done("1301", {"data": {"ver": rows[0][82]}}))["data_cnt"] == 0
    page = {"query_date": "2026-11-23", "updt_time": "2020-01-01", "page_num": 1, "page_size": 7}
    told = await desk.done("1312", {"data": page})
    assert len(told["data"]) == 7
    assert told["recordCounts"] > 7
    second = await desk.done("1312", {"data": {**page, "page_num": 2}})
    assert {one["hilist_code"] for one in told["data"]}.isdisjoint(one["hilist_code"] for one in second["data"])
    for infno in ("1316", "1318", "1319"):
        assert (await desk.done(infno, {"data": page}))["data"] is not None
    assert await desk.refused("1312", {"data": {**page, "page_num": "x"}}) == "field_wrong"
    listed = (await desk.done("1901", {"data": {"type": "INSUTYPE", "parent_value": "", "admdvs": "110100"}}))["list"]
    assert {"310", "390"} <= {one["value"] for one in listed}
    assert await desk.refused("1901", {"data": {"type": "nothing"}}) == "field_wrong"


async def test_what_is_handed_in_stands_is_replaced_and_withdrawn(house: House) -> None:
    desk = await open_wire(house)
    code = house.shelf.whole[0].item_code
    mapping = {
        "fixmedins_hilist_id": "OWN1",
        "fixmedins_hilist_name": "自编",
        "list_type": "101",
        "med_list_codg": code,
    }
    assert await desk.done("3301", {"catalogcompin": [mapping]}) is None
    page = {"page_num": 1, "page_size": 10, "updt_time": "2020-01-01"}
    (told,) = (await desk.done("1317", {"data": page}))["data"]
    assert (told["medins_list_codg"], told["med_list_codg"]) == ("OWN1", code)
    assert await desk.refused("3301", {"data": {**mapping, "med_list_codg": "XX"}}) == "item_not_in_catalogue"
    number = desk.message_no()
    assert await desk.done("3302", {"data": mapping}, msgid=number) is None
    assert await desk.done("3302", {"data": mapping}, msgid=number) is None
    assert await desk.refused("3302", {"data": mapping}) == "paper_unknown"
    ward = {
        "hosp_dept_codg": "D1",
        "hosp_dept_name": "内科",
        "caty": "A03",
        "begntime": "2020-01-01 00:00:00",
        "dept_resper_name": "演示甲",
        "dept_resper_tel": "1",
    }
    await desk.done("3401", {"deptinfo": ward})
    await desk.done("3402", {"deptinfo": {**ward, "hosp_dept_name": "一内科"}})
    assert await desk.refused("3402", {"deptinfo": {**ward, "hosp_dept_codg": "D9"}}) == "paper_unknown"
    assert [one["hosp_dept_name"] for one in (await desk.done("5101", {}))["feedetail"]] == ["一内科"]
    await desk.done("3403", {"data": ward})
    assert (await desk.done("5101", {}))["feedetail"] == []
    bill = await Books(desk).settle(4, "10.00")
    count = {"data": {"stt_begntime": "2026-11-01 00:00:00", "stt_endtime": "2026-11-30 23:59:59"}}
    assert await desk.done("4105", count) == {"needUploadCnt": 1, "uploadedCnt": 0}
    sheet = {"setlinfo": {"setl_id": bill["setl_id"], "psn_no": bill["psn_no"], "ntly": "CHN"}, "diseinfo": []}
    assert await desk.done("4101", sheet)
    assert (await desk.done("4105", count))["uploadedCnt"] == 1
    told_list = (await desk.call("4103", {"data": {"setl_id": bill["setl_id"]}}))["output"]
    assert told_list["setlinfo"]["ntly"] == "CHN", "what the hospital did not send stays empty"
    assert told_list["setlinfo"]["psn_name"] == bill["psn_name"]
    assert (await house.rows("select said::text from handed_in where kind = 'settlement_list'"))[0][0].startswith(
        '{"sealed"'
    )
    await desk.done("4102", {"stastinfo": [{"setl_id": bill["setl_id"], "stas_type": "1"}]})
    nested = {"data": {"stastinfo": [{"setl_id": bill["setl_id"], "stas_type": "2"}]}}
    assert await desk.done("4102", nested) is None
    assert await desk.refused("4101", {"setlinfo": {"setl_id": "1"}}) == "settlement_unknown"
    assert await desk.refused("4103", {"data": {"setl_id": "1"}}) == "paper_unknown"
    receipt = {"upldDetlList": [{"elecSetlCertNo": "R1", "elecSetlCertType": "1"}]}
    await desk.done("4901", {"input": receipt})
    assert (await desk.done("5501", {"input": {"elecSetlCertNo": "R1"}}))["elecSetlCertType"] == "1"
    assert await desk.refused("5501", {"input": {"elecSetlCertNo": "R2"}}) == "paper_unknown"
    staff = (await desk.done("5102", {"data": {"prac_psn_type": "1"}}))["feedetail"]
    assert {one["hi_dr_flag"] for one in staff} == {"1"}
    other = await open_wire(house, house.other_hospital)
    assert await other.refused("4103", {"data": {"setl_id": bill["setl_id"]}}) == "paper_unknown"


async def test_stock_reports_stand_and_purchased_packs_move(house: House) -> None:
    desk = await open_wire(house)
    code = house.shelf.whole[0].item_code
    batch = {"med_list_codg": code, "fixmedins_hilist_id": "OWN1", "fixmedins_hilist_name": "自编", "rx_flag": "0",
        "fixmedins_bchno": "BCH1", "psn_name": "演示人"}  # fmt: skip
    for infno, node in (("3501", "invinfo"), ("3502", "invinfo"), ("3504", "purcinfo"), ("3505", "selinfo"), ("3506", "selinfo")):  # fmt: skip
        assert await desk.done(infno, {node: batch}) is None
    trace = "99" + "1" * 18
    assert await desk.done("3503", {"purcinfo": {**batch, "drugtracinfo": [{"drug_trac_codg": trace}]}}) is None
    moved = await house.rows("select kind, item_code from stock_movements where trace_code = $1", trace)
    assert [tuple(row) for row in moved] == [("received", code)]
    asked = {"data": {"fixmedins_code": "x", "begndate": "2026-11-01", "enddate": "2026-11-30"}}
    assert [one["prodRetnFlag"] for one in (await desk.done("3510", asked))["output"]] == ["0", "1"]
    assert len((await desk.done("3508", asked))["output"]) == 1
    assert "演示人" not in json.dumps((await desk.call("3511", asked))["output"], default=str, ensure_ascii=False)
    gone_batch = {"data": {"fixmedins_bchno": "BCH1", "inv_data_type": "1"}}
    assert await desk.done("3507", gone_batch) is None
    assert await desk.refused("3507", gone_batch) == "paper_unknown"
    assert await desk.refused("3501", {"invinfo": {**batch, "med_list_codg": "XX"}}) == "item_not_in_catalogue"


def test_files_are_read_row_by_row_and_nonsense_is_refused() -> None:
    rows = [("1", None, "甲\t乙"), ("2", "x", "y")]
    assert list(unpacked(packed("a", rows))) == [["1", "null", "甲 乙"], ["2", "x", "y"]]
    assert list(unpacked(b"1\t2\r\n")) == [["1", "2"]]
    with pytest.raises(ValueError, match="long"):
        list(unpacked(b"x" * 5_000))
