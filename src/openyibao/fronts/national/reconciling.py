"""Reconciliation: 3201 by totals, 3202 line by line. 中文: 对账交易。"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from typing import Any

from openyibao.fronts.national.calls import Answer, WireCall, text
from openyibao.fronts.national.files import keep, packed, unpacked
from openyibao.fronts.national.reasons import CLEARING_DIFFERS, FIELD_WRONG, PAPER_UNKNOWN
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import list_outcomes
from openyibao.rooms import exchange, looks, settlement
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.settlement import BookLine, Difference, DifferenceKind, Settlement, Totals
from openyibao.wire.national import codes, names
from openyibao.wire.national.amounts import NumberFaultError, fen_of, plain, yuan
from openyibao.wire.national.envelope import moment, node_of
from openyibao.wire.national.lines import day_of
from openyibao.wire.national.names import read_number

DAYS_MAX = 366
COLUMNS = 7
ROWS_MAX = 1_000_000
_RESULTS = {
    DifferenceKind.none: ("0", "000000", "平"),
    DifferenceKind.ours_only: ("1", "000101", "中心多"),
    DifferenceKind.theirs_only: ("2", "000102", "医药机构多"),
    DifferenceKind.amounts: ("3", "000103", "数据不一致"),
}


def _span(row: dict[str, Any]) -> tuple[date, date] | Refused:
    first, last = day_of(row.get("stmt_begndate")), day_of(row.get("stmt_enddate"))
    if first is None or last is None or last < first or (last - first).days > DAYS_MAX:
        return Refused(FIELD_WRONG, {"field": "stmt_begndate, stmt_enddate"})
    return first, last


def _kinds(clearing: str) -> frozenset[EncounterKind] | None:
    """The kinds of visit of a clearing kind; a registration's is that of outpatient visits."""
    if not clearing:
        return None
    wanted = "11" if clearing == "12" else clearing
    return frozenset(kind for kind, code in codes.CLEARING_OF_KIND.items() if code == wanted)


def _book(call: WireCall, reading: Any, row: dict[str, Any], span: tuple[date, date]) -> Any:
    insurance = codes.insurance_of(text(row, "insutype", 6))
    area = text(row, "setl_optins", 6)
    return settlement.list_book(
        reading,
        call.institution_id,
        first_on=span[0],
        last_on=span[1],
        kinds=_kinds(text(row, "clr_type", 6)),
        insurance=None if insurance is None else insurance.value,
        pooling_area=int(area) if _is_pool(call, area) else None,
    )


def _is_pool(call: WireCall, area: str) -> bool:
    """Whether a clearing agency is a pooling area of ours; another word for it filters nothing."""
    return area.isdigit() and call.platform.desk.areas.by_code(int(area)) is not None


def _theirs(row: dict[str, Any]) -> Totals:
    count = plain(row.get("fixmedins_setl_cnt"))
    return Totals(
        count=int(count) if count.lstrip("-").isdigit() and len(count) < 12 else 0,
        fee_fen=fen_of(row.get("medfee_sumamt")),
        fund_fen=fen_of(row.get("fund_pay_sumamt")),
        account_fen=fen_of(row.get("acct_pay")),
    )


def _result(call: WireCall, kind: DifferenceKind) -> str:
    short, long, _ = _RESULTS[kind]
    return long if call.client.profile.statement_marks_long else short


def _fund_fen(call: WireCall, bill_fund_fen: int, account_fen: int) -> int:
    """The funds' total as this client counts it."""
    return bill_fund_fen + (account_fen if call.client.profile.account_in_fund else 0)


async def compare_totals(call: WireCall) -> Answer:
    """3201."""
    row = node_of(call.sent, "data")
    span = _span(row)
    if isinstance(span, Refused):
        return span
    try:
        theirs = _theirs(row)
    except NumberFaultError as fault:
        return Refused(FIELD_WRONG, {"field": str(fault)})
    ours = Totals()
    async with call.platform.readers.reading() as reading:
        async for bill in _book(call, reading, row, span):
            ours = ours.plus(bill)
    told = Totals(
        count=ours.count,
        fee_fen=ours.fee_fen,
        fund_fen=_fund_fen(call, ours.fund_fen, ours.account_fen),
        account_fen=ours.account_fen,
    )
    kind = settlement.match_totals(told, theirs)
    words = (
        f"{_RESULTS[kind][2]}: 中心 {told.count} 笔, 费用 {yuan(told.fee_fen)}, 基金 {yuan(told.fund_fen)}, "
        f"个账 {yuan(told.account_fen)}"
    )
    return {
        "stmtinfo": {
            "setl_optins": text(row, "setl_optins", 6) or None,
            "stmt_rslt": _result(call, kind),
            "stmt_rslt_dscr": words,
        }
    }


async def compare_lines(call: WireCall) -> Answer:
    """3202: the file that was sent against our book; the differences are a file to fetch."""
    row = node_of(call.sent, "data")
    span = _span(row)
    if isinstance(span, Refused):
        return span
    async with call.platform.readers.reading() as reading:
        sent = await exchange.find_file(
            reading,
            call.platform.sealer,
            institution_id=call.institution_id,
            file_id=read_number(text(row, "file_qury_no", 30)),
        )
        if sent is None:
            return Refused(PAPER_UNKNOWN, {"name": "file_qury_no"})
        ours: list[Settlement] = [bill async for bill in _book(call, reading, row, span)]
        try:
            theirs = await asyncio.to_thread(lambda: list(_their_lines(call, sent.content)))
        except (ValueError, NumberFaultError, UnicodeDecodeError) as fault:
            return Refused(FIELD_WRONG, {"field": f"file: {fault}"[:60]})
        originals = {
            (one.cell, one.original_settlement_id): (one.cell, one.settlement_id)
            for one in ours
            if one.original_settlement_id is not None
        }
        found = await asyncio.to_thread(settlement.match_details, ours, theirs, originals)
        by_name = {(one.cell, one.settlement_id): one for one in ours}
        differing = [by_name[one.ours.name] for one in found if one.ours is not None]
        wanted = [one.settlement_id for one in differing]
        keys = await list_outcomes(reading, call.institution_id, "settle", wanted) if wanted else {}
        keys |= await list_outcomes(reading, call.institution_id, "reverse", wanted) if wanted else {}
        buckets = await looks.find_buckets(reading, sorted({one.person_id for one in differing})) if differing else {}
        notes = (
            await exchange.read_notes_of(reading, [(one.cell, one.encounter_id) for one in differing])
            if differing
            else {}
        )
    rows = _result_rows(call, found, by_name, keys, buckets, notes)
    content = await asyncio.to_thread(packed, "result", rows)
    done = await keep(call, f"{call.envelope.message_no}_result.zip", content)
    return {
        "fileinfo": {
            "file_qury_no": str(done.file_id),
            "filename": done.name,
            "dld_endtime": moment(done.expires_at),
        }
    }


def _their_lines(call: WireCall, content: bytes) -> Iterator[BookLine]:
    """The lines of a detail file. Raises ValueError."""
    for number, row in enumerate(unpacked(content), start=1):
        if len(row) < COLUMNS or number > ROWS_MAX:
            raise ValueError(f"line {number}")
        back = plain(row[6]) == "1"
        account_fen = fen_of(row[5])
        inside = account_fen if call.client.profile.account_in_fund else 0
        yield BookLine(
            name=names.read_visit(plain(row[0])),
            back=back,
            fee_fen=fen_of(row[3]),
            fund_fen=fen_of(row[4]) - inside,
            account_fen=account_fen,
            said=(plain(row[0])[:40], plain(row[1])[:40], plain(row[2])[:40]),
        )


def _result_rows(
    call: WireCall,
    found: list[Difference],
    by_name: dict[tuple[int, int], Settlement],
    keys: dict[int, str],
    buckets: dict[int, int],
    notes: Any,
) -> Iterator[tuple[Any, ...]]:
    for one in found:
        line = one.ours or one.theirs
        assert line is not None
        bill = by_name.get(line.name)
        said = (*(one.theirs.said if one.theirs is not None else ()), None, None, None)
        settled, visit, person, number = said[0], said[1], said[2], None
        if bill is not None:
            person = names.person_name(buckets.get(bill.person_id, 0), bill.person_id)
            note = notes.get((bill.cell, bill.encounter_id))
            visit = names.visit_name(bill.cell, bill.encounter_id if note is None else note.visit_id)
            number, settled = keys.get(bill.settlement_id), names.settlement_name(bill.cell, bill.settlement_id)
        fund_fen = _fund_fen(call, line.fund_fen, line.account_fen)
        yield (
            person,
            visit,
            settled,
            number,
            _result(call, one.kind),
            "1" if line.back else "0",
            _RESULTS[one.kind][2],
            yuan(line.fee_fen),
            yuan(fund_fen),
            yuan(line.account_fen),
        )


async def judge_clearing(call: WireCall, row: dict[str, Any]) -> Refused | None:
    """Whether a clearing application's sums are those of our book. Reasons: field_wrong · clearing_differs."""
    first, last = day_of(row.get("begndate")), day_of(row.get("enddate"))
    if first is None or last is None or last < first or (last - first).days > DAYS_MAX:
        return Refused(FIELD_WRONG, {"field": "begndate, enddate"})
    try:
        theirs_fen, fund_fen = fen_of(row.get("medfee_sumamt")), fen_of(row.get("fund_appy_sum"))
    except NumberFaultError as fault:
        return Refused(FIELD_WRONG, {"field": str(fault)})
    ours = Totals()
    async with call.platform.readers.reading() as reading:
        async for bill in _book(call, reading, {"clr_type": row.get("clr_type")}, (first, last)):
            ours = ours.plus(bill)
    if ours.fee_fen != theirs_fen:
        return Refused(CLEARING_DIFFERS, {"sent": str(yuan(theirs_fen)), "found": str(yuan(ours.fee_fen))})
    mine = _fund_fen(call, ours.fund_fen, ours.account_fen)
    return (
        None if mine == fund_fen else Refused(CLEARING_DIFFERS, {"sent": str(yuan(fund_fen)), "found": str(yuan(mine))})
    )
