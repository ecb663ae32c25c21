"""Packs and stock over the REST interface: anyone may look a pack up, institutions receive, send back and count. 中文: 追溯码接口。"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from openyibao.fronts.api import bodies
from openyibao.fronts.api.reasons import KEY_MISSING, NO_TRACE_CODE, PACK_UNKNOWN
from openyibao.kit.outcome import Refused
from openyibao.rooms import goods
from openyibao.rooms.goods import FoundPack, Pack, PackState, Stocked, StockMovement, StockRequest
from openyibao.rooms.people import masked_name

if TYPE_CHECKING:
    from openyibao.fronts.api.calls import Call

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\.([0-9]{1,19}))?")
_GONE = {
    PackState.sold: ("已售出", "sold"),
    PackState.opened: ("已拆零, 部分售出", "opened, part of it is sold"),
    PackState.shelved: ("在架未售", "on a shelf, not sold"),
    PackState.returned: ("已退回供应商", "sent back to the supplier"),
    PackState.lost: ("已报失", "reported missing"),
    PackState.unseen: ("没有记录", "nothing is known of it"),
}
TWICE = (
    "这个追溯码有两次以上的销售记录: 请勿购买或使用, 并向当地医保部门反映",
    "This code was sold more than once: don't buy or use the pack, and tell the insurance agency",
)
SOLD = (
    "这盒药已经售出一次: 如果您正要购买它, 请要求换一盒",
    "This pack was sold once already: if you are about to buy it, ask for another",
)


async def look_up(call: Call) -> Any:
    """What anyone may know of a pack: the drug, its state, and month and city of its sale."""
    parsed = goods.parse_code(call.parameters[0])
    if parsed is None:
        return Refused(NO_TRACE_CODE)
    async with call.platform.readers.reading() as reading:
        await call.platform.desk.fresh(reading)
        found = await goods.find_pack(reading, parsed.text)
    item_code = call.platform.desk.trace_book.item_of(parsed.identification) if found is None else found.pack.item_code
    pack = goods.unseen(0, parsed.text) if found is None else found.pack
    sold_on, sold_at = pack.sold_on, call.platform.desk.directory.by_id(pack.sold_at or 0)
    pool = None
    if sold_on is not None and sold_at is not None:
        areas = call.platform.desk.areas
        pool = areas.pooling_area(sold_at.treatment_area, sold_on) or areas.by_code(sold_at.treatment_area)
    warning = TWICE if pack.second_sales else SOLD if pack.state is PackState.sold else None
    return {
        "trace_code": parsed.text,
        "known": found is not None,
        "drug": _drug(call, item_code),
        "state": pack.state.value,
        "state_zh": _GONE[pack.state][0],
        "state_en": _GONE[pack.state][1],
        "sold": sold_on is not None,
        "sold_month": None if sold_on is None else f"{sold_on:%Y-%m}",
        "sold_city": None if pool is None else pool.name,
        "sold_twice": pack.second_sales > 0,
        "warning_zh": None if warning is None else warning[0],
        "warning_en": None if warning is None else warning[1],
    }


def _drug(call: Call, item_code: str | None, area: int = 0) -> dict[str, str] | None:
    row = None
    if item_code:
        row = call.platform.desk.catalogue.find(item_code, area, call.platform.clock.today())
    if row is None:
        return None
    return {"item_code": row.item_code, "name": row.name, "specification": row.specification, "unit": row.unit}


async def show_pack(call: Call) -> Any:
    """A pack with its latest hundred movements; those of other institutions without what is theirs."""
    async with call.platform.readers.reading() as reading:
        found = await goods.find_pack(reading, call.parameters[0][:100])
    if found is None:
        return Refused(PACK_UNKNOWN)
    return _full(call, found)


def _full(call: Call, found: FoundPack) -> dict[str, Any]:
    pack: Pack = found.pack
    return {
        "trace_code": pack.trace_code,
        "drug": _drug(call, pack.item_code),
        "state": pack.state.value,
        "left_e4": pack.left_e4,
        "here": pack.institution_id == call.institution_id,
        "institution": _place(call, pack.institution_id),
        "sold_on": pack.sold_on,
        "sold_twice": pack.second_sales > 0,
        "movements": [_movement(call, one) for one in found.movements],
    }


def _place(call: Call, institution_id: int) -> str:
    """An institution's own name, and the masked one of another."""
    institution = call.platform.desk.directory.by_id(institution_id)
    if institution is None:
        return "—"
    return institution.name if institution_id == call.institution_id else masked_name(institution.name)


def _movement(call: Call, movement: StockMovement) -> dict[str, Any]:
    told: dict[str, Any] = {
        "movement_id": str(movement.movement_id),
        "trace_code": movement.trace_code,
        "item_code": movement.item_code,
        "kind": movement.kind.value,
        "moved_on": movement.moved_on,
        "quantity_e4": movement.quantity_e4,
        "unreceived": movement.unreceived,
        "second_sale": movement.second_sale,
        "institution": _place(call, movement.institution_id),
    }
    if movement.institution_id == call.institution_id:
        settled = movement.settlement_id
        told |= {
            "settlement_id": None if settled is None else f"{movement.cell}-{settled}",
            "line_no": movement.line_no,
            "stock_act_id": None if movement.stock_act_id is None else str(movement.stock_act_id),
            "document": movement.document,
        }
    return told


async def move(call: Call) -> Any:
    """Receive packs, send them back to the supplier, or book what a count found; all or none."""
    body: bodies.StockBody = call.body
    if call.request_key is None:
        return Refused(KEY_MISSING)
    request = StockRequest(
        institution_id=call.institution_id,
        operator_code=body.operator_code,
        request_key=call.request_key,
        digest=call.digest,
        kind=goods.MovementKind(body.kind),
        packs=body.packs,
        document=body.document,
    )
    answer = await call.platform.lane.submit("move_stock", request)
    if isinstance(answer, Refused):
        return answer
    stocked: Stocked = answer
    return {"stock_act_id": str(stocked.stock_act_id), "moved": stocked.moved, "repeated": stocked.repeated}


async def list_day(call: Call) -> Any:
    """The institution's movements of a day, at most 500; ``next`` goes on where there are more."""
    found = _DAY.fullmatch(call.parameters[0])
    try:
        on = date.fromisoformat(found[1]) if found else call.platform.clock.today()
    except ValueError:
        on = call.platform.clock.today()
    after = int(found[2] or 0) if found else 0
    async with call.platform.readers.reading() as reading:
        moved = await goods.list_movements(reading, call.institution_id, on, after=min(after, 2**63 - 1))
    more = len(moved) == goods.PACKS_MAX
    return {
        "on": on,
        "movements": [_movement(call, one) for one in moved],
        "next": f"{on.isoformat()}.{moved[-1].movement_id}" if more else None,
    }
