"""What is handed in and told again: mappings, departments, settlement lists, receipts, clearing applications, stock. 中文: 上传资料。

33xx, 34xx, 41xx, 49xx, 55xx, 3203, 3204, 35xx. Kept by the room ``exchange`` under the institution's own key: handed in again it
replaces what stood, and both stay to be read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from openyibao.fronts.national.calls import Answer, WireCall, text
from openyibao.fronts.national.reasons import FIELD_WRONG, PAPER_UNKNOWN
from openyibao.kit.batch import Work
from openyibao.kit.clock import SHANGHAI
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import exchange
from openyibao.rooms.encounters import ITEM_NOT_IN_CATALOGUE
from openyibao.rooms.exchange import Paper
from openyibao.wire.national.amounts import plain
from openyibao.wire.national.envelope import node_of, nodes_of
from openyibao.wire.national.fields import typed_row

ROWS_MAX = 500
_BEGINNING = datetime(2020, 1, 1, tzinfo=SHANGHAI)
Run = Callable[[WireCall], Awaitable[Answer]]
MAPPING, DEPARTMENT, LIST, RECEIPT, CLEARING = "mapping", "department", "settlement_list", "receipt", "clearing"


def said_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it is kept: texts, and rows within rows, cut to what the tables allow."""
    kept: dict[str, Any] = {}
    for name, value in list(row.items())[:200]:
        if isinstance(value, list):
            kept[name] = [said_row(one) for one in value[:200] if isinstance(one, dict)]
        elif isinstance(value, dict):
            kept[name] = said_row(value)
        else:
            kept[name] = plain(value)[:4_000].replace("\x00", "") or None
    return kept


async def keep_all(call: WireCall, kind: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Paper]:
    """Hand in some papers in one piece."""

    async def run(tx: Tx) -> list[Paper]:
        return [
            await exchange.hand_in(
                tx,
                call.platform.clock,
                call.platform.sealer,
                institution_id=call.institution_id,
                kind=kind,
                own_key=key[:200],
                said=said,
            )
            for key, said in rows
        ]

    done: list[Paper] = await call.platform.lane.submit("work", Work(run))
    return done


async def _withdraw(call: WireCall, kind: str, key: str) -> Answer:
    async def run(tx: Tx) -> int | None:
        return await exchange.withdraw_paper(
            tx,
            call.platform.clock,
            institution_id=call.institution_id,
            kind=kind,
            own_key=key,
            message_no=call.envelope.message_no,
        )

    if await call.platform.lane.submit("work", Work(run)) is None:
        return Refused(PAPER_UNKNOWN, {"name": key})
    return None


async def standing(call: WireCall, kind: str) -> list[Paper]:
    """What stands of a kind, at most 5,000."""
    async with call.platform.readers.reading() as reading:
        return await exchange.list_papers(
            reading,
            call.platform.sealer,
            institution_id=call.institution_id,
            kind=kind,
            begins=_BEGINNING,
            ends=call.platform.clock.now() + timedelta(seconds=1),
            most=5_000,
        )


async def map_items(call: WireCall) -> Answer:
    """3301: own item codes for those of the catalogue."""
    rows = nodes_of(call.sent, "catalogcompin", "data")[:ROWS_MAX]
    catalogue, on = call.platform.desk.catalogue, call.platform.clock.today()
    kept = []
    for number, row in enumerate(rows, start=1):
        own, code = text(row, "fixmedins_hilist_id", 40), text(row, "med_list_codg", 40)
        if not own or not code:
            return Refused(FIELD_WRONG, {"field": "fixmedins_hilist_id, med_list_codg"})
        if catalogue.find(code, call.institution.treatment_area, on) is None:
            return Refused(ITEM_NOT_IN_CATALOGUE, {"line_no": number, "item_code": code})
        kept.append((own, said_row(row)))
    if not kept:
        return Refused(FIELD_WRONG, {"field": "data"})
    await keep_all(call, MAPPING, kept)
    return None


async def unmap_item(call: WireCall) -> Answer:
    """3302."""
    row = node_of(call.sent, "data", "catalog", "catalogcompin")
    return await _withdraw(call, MAPPING, text(row, "fixmedins_hilist_id", 40))


async def set_departments(call: WireCall) -> Answer:
    """3401, 3401A, 3402."""
    rows = nodes_of(call.sent, "deptinfo", "data")[:ROWS_MAX]
    keys = [text(row, "hosp_dept_codg", 40) for row in rows]
    if not rows or not all(keys) or not all(text(row, "hosp_dept_name", 100) for row in rows):
        return Refused(FIELD_WRONG, {"field": "hosp_dept_codg, hosp_dept_name"})
    if call.envelope.infno == "3402":
        known = {one.own_key for one in await standing(call, DEPARTMENT)}
        missing = next((key for key in keys if key not in known), None)
        if missing is not None:
            return Refused(PAPER_UNKNOWN, {"name": missing})
    await keep_all(call, DEPARTMENT, [(key, said_row(row)) for key, row in zip(keys, rows, strict=True)])
    return None


async def end_department(call: WireCall) -> Answer:
    """3403."""
    row = node_of(call.sent, "data", "deptinfo")
    return await _withdraw(call, DEPARTMENT, text(row, "hosp_dept_codg", 40))


async def tell_departments(call: WireCall) -> Answer:
    """5101."""
    return {"feedetail": [typed_row("5101", "feedetail", one.said) for one in await standing(call, DEPARTMENT)]}


async def hand_in_receipts(call: WireCall) -> Answer:
    """4901: electronic receipts of settlements."""
    head = node_of(call.sent, "input", "data")
    rows = (
        head.get("upldDetlList")
        if isinstance(head.get("upldDetlList"), list)
        else nodes_of(call.sent, "upldDetlList", "data")
    )
    kept = [
        (number, said_row(row))
        for row in (rows or [])[:ROWS_MAX]
        if isinstance(row, dict) and (number := text(row, "elecSetlCertNo", 50))
    ]
    if not kept:
        return Refused(FIELD_WRONG, {"field": "elecSetlCertNo"})
    await keep_all(call, RECEIPT, kept)
    return None


async def tell_receipt(call: WireCall) -> Answer:
    """5501."""
    row = node_of(call.sent, "input", "data")
    number = text(row, "elecSetlCertNo", 50)
    async with call.platform.readers.reading() as reading:
        paper = await exchange.find_paper(
            reading, call.platform.sealer, institution_id=call.institution_id, kind=RECEIPT, own_key=number
        )
    if paper is None:
        return Refused(PAPER_UNKNOWN, {"name": number or "elecSetlCertNo"})
    keys = ("elecSetlCertCode", "elecSetlCertNo", "elecSetlCertChkcode", "elecSetlCertType", "certSetlType")
    return {**{key: paper.said.get(key) for key in keys}, "rhredFlag": "0", "reimFlag": "0"}


async def apply_for_clearing(call: WireCall) -> Answer:
    """3203: an application of one kind for one month; the sums must be those of our book."""
    from openyibao.fronts.national.reconciling import judge_clearing  # noqa: PLC0415 it stands beside reconciling

    row = node_of(call.sent, "data")
    refused = await judge_clearing(call, row)
    if refused is not None:
        return refused
    key = f"{text(row, 'setlym', 6)}|{text(row, 'clr_type', 30)}"
    (paper,) = await keep_all(call, CLEARING, [(key, said_row(row))])
    return {"result": {"clr_appy_evt_id": str(paper.paper_id)}}


async def withdraw_clearing(call: WireCall) -> Answer:
    """3204."""
    number = text(node_of(call.sent, "data"), "clr_appy_evt_id", 30)
    found = next((one for one in await standing(call, CLEARING) if str(one.paper_id) == number), None)
    return (
        Refused(PAPER_UNKNOWN, {"name": number or "clr_appy_evt_id"})
        if found is None
        else await _withdraw(call, CLEARING, found.own_key)
    )
