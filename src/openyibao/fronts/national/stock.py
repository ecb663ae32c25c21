"""Stock as the wire reports it: 3501 to 3507 and their A variants, 3508 to 3511. 中文: 进销存交易。

Reports are kept as handed in, under the institution's own batch number. Where a purchase or its return names trace codes, the packs move
too: what a settlement sells is then known to have been received. Sales move packs by their settlement, not by 3505.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from openyibao.fronts.national.calls import Answer, WireCall, text
from openyibao.fronts.national.papers import ROWS_MAX, keep_all, said_row, standing
from openyibao.fronts.national.reasons import FIELD_WRONG, PAPER_UNKNOWN
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import exchange
from openyibao.rooms.encounters import ITEM_NOT_IN_CATALOGUE
from openyibao.rooms.goods import PACKS_MAX, MovementKind, StockPack, StockRequest
from openyibao.wire.national.amounts import plain
from openyibao.wire.national.envelope import moment, node_of, nodes_of
from openyibao.wire.national.lines import day_of

_KINDS: Mapping[str, str] = {
    "3501": "inventory",
    "3502": "stock_change",
    "3503": "purchase",
    "3504": "purchase_return",
    "3505": "sale",
    "3506": "sale_return",
}
_DATA_TYPES: Mapping[str, tuple[str, ...]] = {
    "1": ("inventory",),
    "2": ("stock_change",),
    "3": ("purchase", "purchase_return"),
    "4": ("sale", "sale_return"),
}
"""``inv_data_type`` of 3507 → what it deletes."""
_MOVES = {"3503": MovementKind.received, "3504": MovementKind.returned_to_supplier}
_NODES = ("invinfo", "purcinfo", "selinfo", "invinfoDetail", "purcinfoDetail", "selinfoDetail", "data")


async def report(call: WireCall) -> Answer:
    """3501 to 3506, one row or many."""
    base = call.envelope.infno[:4]
    rows = nodes_of(call.sent, *_NODES)[:ROWS_MAX]
    kept = []
    for number, row in enumerate(rows, start=1):
        own, code = text(row, "fixmedins_bchno", 40), text(row, "med_list_codg", 40)
        if not own or not code:
            return Refused(FIELD_WRONG, {"field": "fixmedins_bchno, med_list_codg"})
        if _entry(call, code) is None:
            return Refused(ITEM_NOT_IN_CATALOGUE, {"line_no": number, "item_code": code})
        kept.append((own, said_row({**row, "drugtracinfo": _traced(call, row)})))
    if not kept:
        return Refused(FIELD_WRONG, {"field": _NODES[0]})
    refused = await _move(call, base, kept)
    if refused is not None:
        return refused
    await keep_all(call, _KINDS[base], kept)
    return None


def _entry(call: WireCall, code: str) -> Any:
    return call.platform.desk.catalogue.find(code, call.institution.treatment_area, call.platform.clock.today())


def _traced(call: WireCall, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The trace codes of a row: in a list of its own, beside it, or in a node of the message where there is one row."""
    inner = row.get("drugtracinfo")
    found = inner if isinstance(inner, list) else [inner] if isinstance(inner, dict) else []
    if not found and plain(row.get("drug_trac_codg")):
        found = [{"drug_trac_codg": row["drug_trac_codg"]}]
    if not found and isinstance(call.sent, dict) and "drugtracinfo" in call.sent:
        found = nodes_of(call.sent, "drugtracinfo")
    return [one for one in found if isinstance(one, dict) and plain(one.get("drug_trac_codg"))]


async def _move(call: WireCall, base: str, kept: list[tuple[str, dict[str, Any]]]) -> Refused | None:
    """Receive or send back the packs that are named. Reasons: those of ``move_stock``."""
    kind = _MOVES.get(base)
    packs = [
        StockPack(trace_code=text(one, "drug_trac_codg", 100), item_code=text(said, "med_list_codg", 40))
        for _, said in kept
        for one in said["drugtracinfo"]
    ]
    if kind is None or not packs:
        return None
    if len(packs) > PACKS_MAX:
        return Refused(FIELD_WRONG, {"field": f"drugtracinfo (1-{PACKS_MAX})"})
    request = StockRequest(
        **call.act,
        operator_code=call.envelope.operator_code,
        kind=kind,
        packs=tuple(packs),
        document=kept[0][0],
    )
    answer = await call.platform.lane.submit("move_stock", request)
    return answer if isinstance(answer, Refused) else None


async def delete(call: WireCall) -> Answer:
    """3507: a report is withdrawn; packs that moved stay where they are."""
    row = node_of(call.sent, "data")
    own = text(row, "fixmedins_bchno", 40)
    kinds = _DATA_TYPES.get(text(row, "inv_data_type", 30), tuple(_KINDS.values()))

    async def run(tx: Tx) -> list[int]:
        gone = [
            await exchange.withdraw_paper(
                tx,
                call.platform.clock,
                institution_id=call.institution_id,
                kind=kind,
                own_key=own,
                message_no=call.envelope.message_no,
            )
            for kind in kinds
        ]
        return [one for one in gone if one is not None]

    if not await call.platform.lane.submit("work", Work(run)):
        return Refused(PAPER_UNKNOWN, {"name": own or "fixmedins_bchno"})
    return None


def telling(*kinds: str) -> Callable[[WireCall], Awaitable[Answer]]:
    """3508 to 3511: what stands of some reports, in the queries' own spelling."""

    async def tell(call: WireCall) -> Answer:
        row = node_of(call.sent, "data")
        own, code = text(row, "fixmedins_bchno", 40), text(row, "med_list_codg", 40)
        listed, first, last = (
            text(row, "medins_list_codg", 150),
            day_of(row.get("begndate")),
            day_of(row.get("enddate")),
        )
        told = []
        for kind in kinds:
            for paper in await standing(call, kind):
                said, on = paper.said, day_of(moment(paper.handed_in_at))
                if own not in ("", paper.own_key) or code not in ("", said.get("med_list_codg")):
                    continue
                if listed not in ("", said.get("fixmedins_hilist_id")) or on is None:
                    continue
                if (first and on < first) or (last and on > last):
                    continue
                told.append(_told(call, paper, said))
        return {"output": told[:ROWS_MAX], "data": told[:ROWS_MAX]}

    return tell


def _told(call: WireCall, paper: exchange.Paper, said: Mapping[str, Any]) -> dict[str, Any]:
    """One report in camel case, with what the platform knows of it."""
    known = {
        _camel(name): value
        for name, value in said.items()
        if not isinstance(value, list) and name not in ("certno", "psn_name", "drug_trac_codg")
    }
    return {
        **known,
        "fixmedinsCode": call.institution.institution_code,
        "medinsListCodg": said.get("fixmedins_hilist_id"),
        "medinsListName": said.get("fixmedins_hilist_name"),
        "prodRetnFlag": "1" if paper.kind.endswith("_return") else "0",
        "valiFlag": "1",
        "rid": str(paper.paper_id),
        "crteTime": moment(paper.handed_in_at),
        "updtTime": moment(paper.handed_in_at),
        "optTime": moment(paper.handed_in_at),
        "poolareaNo": f"{call.institution.treatment_area:06d}",
    }


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(one[:1].upper() + one[1:] for one in rest)
