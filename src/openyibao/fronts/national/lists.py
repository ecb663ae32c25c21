"""Settlement lists (结算清单): 4101 to 4103, 4105: handed in of a settlement that stands, told with what the platform knows. 中文: 结算清单。"""

from __future__ import annotations

from typing import Any

from openyibao.fronts.national.calls import Answer, WireCall, text
from openyibao.fronts.national.papers import ROWS_MAX, keep_all, said_row, standing
from openyibao.fronts.national.queries import bill_told
from openyibao.fronts.national.reasons import FIELD_WRONG, PAPER_UNKNOWN
from openyibao.kit.crypto import sm3
from openyibao.kit.outcome import Refused
from openyibao.rooms import exchange, settlement
from openyibao.rooms.encounters import SETTLEMENT_UNKNOWN
from openyibao.rooms.exchange import Paper
from openyibao.wire.national import names
from openyibao.wire.national.envelope import node_of, nodes_of
from openyibao.wire.national.fields import typed_row
from openyibao.wire.national.lines import day_of

LIST = "settlement_list"
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NAME_LETTERS = 9
_ROWS = ("payinfo", "opspdiseinfo", "diseinfo", "iteminfo", "oprninfo", "icuinfo", "bldinfo")
_ROW_NUMBERS = {
    "opspdiseinfo": "setl_list_opsp_trt_id",
    "diseinfo": "setl_list_diag_id",
    "iteminfo": "etl_list_chrgitm_id",
    "oprninfo": "setl_list_oprn_id",
    "icuinfo": "setl_list_scs_cutd_id",
}
DAYS_MAX = 366


def list_name(settlement_name: str) -> str:
    """The number of a settlement's list in nine letters and digits, the same whenever it is handed in."""
    number = int.from_bytes(sm3(settlement_name.encode())[:8], "big")
    letters = []
    for _ in range(_NAME_LETTERS):
        number, rest = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return "".join(letters)


async def hand_in_list(call: WireCall) -> Answer:
    """4101 and 4101A: a settlement list, of a settlement that stands."""
    head = node_of(call.sent, "setlinfo", "setlinfo，单行数据")
    name = names.read_visit(text(head, "setl_id", 30))
    async with call.platform.readers.reading() as reading:
        bill = (await settlement.read_settlements(reading, [name])).get(name)
        gone = await settlement.read_reversals(reading, [name])
    if bill is None or bill.institution_id != call.institution_id or gone or bill.original_settlement_id is not None:
        return Refused(SETTLEMENT_UNKNOWN)
    if not isinstance(call.sent, dict):
        return Refused(FIELD_WRONG, {"field": "setlinfo"})
    await keep_all(call, LIST, [(text(head, "setl_id", 30), {**said_row(call.sent), "stas_type": "0"})])
    return {"data": {"setl_list_id": list_name(text(head, "setl_id", 30))}}


async def mark_list(call: WireCall) -> Answer:
    """4102: the state of settlement lists."""
    rows = nodes_of(call.sent, "stastinfo", "data#stastinfo", "data")
    if rows and "stastinfo" in rows[0]:
        rows = nodes_of(rows[0], "stastinfo")
    lists = {one.own_key: one for one in await standing(call, LIST)}
    kept = []
    for row in rows[:ROWS_MAX]:
        key = text(row, "setl_id", 30)
        if key not in lists:
            return Refused(PAPER_UNKNOWN, {"name": key or "setl_id"})
        kept.append((key, {**lists[key].said, "stas_type": text(row, "stas_type", 10)}))
    if not kept:
        return Refused(FIELD_WRONG, {"field": "setl_id"})
    await keep_all(call, LIST, kept)
    return None


async def tell_list(call: WireCall) -> Answer:
    """4103: a settlement list as it was handed in."""
    row = node_of(call.sent, "data")
    async with call.platform.readers.reading() as reading:
        paper = await exchange.find_paper(
            reading,
            call.platform.sealer,
            institution_id=call.institution_id,
            kind=LIST,
            own_key=text(row, "setl_id", 30),
        )
    if paper is None:
        return Refused(PAPER_UNKNOWN, {"name": text(row, "setl_id", 30) or "setl_id"})
    return await _told(call, paper)


async def _told(call: WireCall, paper: Paper) -> dict[str, Any]:
    """A list as it was handed in, with what the platform knows of bill and person; rows numbered."""
    sent = paper.said.get("setlinfo") or {}
    bill, funds = await bill_told(call, paper.own_key)
    name = {key: bill[key] for key in ("setl_id", "mdtrt_id", "psn_no")}
    head = {
        "medcasno": bill.get("ipt_otp_no"),
        "coner_name": bill["psn_name"],
        **typed_row("4103", "setlinfo", sent),
        **name,
        "setl_list_sn": list_name(paper.own_key),
        "fixmedins_name": call.institution.name,
        "fixmedins_code": call.institution.institution_code,
        **{key: bill[key] for key in ("psn_name", "gend", "brdy", "age", "certno", "insutype")},
        "patn_cert_type": bill["psn_cert_type"],
        "insu_admdvs": bill["insu_optins"],
        "ipt_med_type": "2" if bill["med_type"] == "28" else "1",
        "psn_selfpay": bill["psn_part_amt"] - bill["fulamt_ownpay_amt"],
        "psn_ownpay": bill["fulamt_ownpay_amt"],
        "acct_pay": bill["acct_pay"],
        "psn_cashpay": bill["psn_cash_pay"],
        "hi_paymtd": "1",
        "hi_type": bill["insutype"],
        "stas_type": paper.said.get("stas_type"),
    }
    told: dict[str, Any] = {"setlinfo": head}
    for node in _ROWS:
        rows = paper.said.get(node) or []
        rows = [rows] if isinstance(rows, dict) else rows
        number = _ROW_NUMBERS.get(node)
        told[node] = [
            {
                **typed_row("4103", node, row),
                **name,
                **({number: f"{list_name(paper.own_key)}{at:03d}"} if number else {}),
            }
            for at, row in enumerate(rows, start=1)
        ]
    told["payinfo"] = [
        {**name, "fund_pay_type": row["fund_pay_type"], "poolarea_fund_pay_type": row["fund_pay_type"],
         "poolarea_fund_pay_name": row["fund_pay_type_name"], "fund_payamt": row["fund_payamt"]}
        for row in funds
    ]  # fmt: skip
    return told


async def count_lists(call: WireCall) -> Answer:
    """4105: how many settlement lists are due and handed in."""
    row = node_of(call.sent, "data")
    first, last = day_of(row.get("stt_begntime")), day_of(row.get("stt_endtime"))
    if first is None or last is None or last < first or (last - first).days > 366:
        return Refused(FIELD_WRONG, {"field": "stt_begntime, stt_endtime"})
    due = set()
    async with call.platform.readers.reading() as reading:
        async for bill in settlement.list_book(reading, call.institution_id, first_on=first, last_on=last):
            if bill.original_settlement_id is None:
                due.add(names.settlement_name(bill.cell, bill.settlement_id))
            else:
                due.discard(names.settlement_name(bill.cell, bill.original_settlement_id))
    sent = {one.own_key for one in await standing(call, LIST)} & due
    return {"needUploadCnt": len(due), "uploadedCnt": len(sent)}
