"""Packs at the counters of the house: codes, sales, stock acts."""

from __future__ import annotations

from typing import Any

import msgspec
from journey_house import House

from openyibao.demo.stocking import stocked_drugs, trace_code_of
from openyibao.kit.crypto import sm3
from openyibao.rooms.areas import AreaRows, import_areas, read_area_settings
from openyibao.rooms.catalogue import CatalogueItem
from openyibao.rooms.encounters import EncounterKind, NewFeeItem
from openyibao.rooms.goods import MovementKind, StockPack, StockRequest
from openyibao.rooms.institutions import Institution
from openyibao.rooms.presentation import Purpose
from openyibao.rooms.settlement import Settled, Settlement

WHO, ELSE = 0, 1
UNIT_FEN = 2_000


def pharmacy(house: House) -> Institution:
    """The pharmacy whose agreements are in force."""
    return house.pharmacies[0]


def drug(house: House, number: int = 0) -> CatalogueItem:
    """A drug that needs codes and stands on the pharmacies' shelves."""
    return stocked_drugs(house.prepared.population.catalogue)[number]


def code(house: House, number: int = 1, *, place: Institution | None = None, item: int = 0) -> str:
    """The trace code of a pack on a pharmacy's shelf (numbers up to 5), or of one that nobody received."""
    return trace_code_of(drug(house, item), place or pharmacy(house), number)


def pack_line(
    house: House, *codes: str, number: int = 1, quantity_e4: int | None = None, item: int = 0, **changes: Any
) -> NewFeeItem:
    """A line of as many packs as codes."""
    quantity_e4 = quantity_e4 if quantity_e4 is not None else 10_000 * len(codes)
    fields: dict[str, Any] = {
        "line_no": number,
        "item_code": drug(house, item).item_code,
        "quantity_e4": quantity_e4,
        "unit_price_micro": UNIT_FEN * 10_000,
        "amount_fen": UNIT_FEN * quantity_e4 // 10_000,
        "practitioner_code": house.doctor(pharmacy(house)),
        "trace_codes": codes,
    }
    return NewFeeItem(**{**fields, **changes})


async def sell(
    house: House, *lines: NewFeeItem, person: int = WHO, place: Institution | None = None, key: str | None = None
) -> Any:
    """A whole sale at the pharmacy."""
    house.move_on()
    place = place or pharmacy(house)
    token = await house.token(person, place=place, purpose=Purpose.pharmacy_purchase)
    visit = house.visit(EncounterKind.pharmacy, place=place)
    staff = house.doctor(place)
    items = tuple(msgspec.structs.replace(line, practitioner_code=staff) for line in lines)
    return await house.settle(token, place=place, key=key, encounter=visit, items=items)


async def sold(house: House, *lines: NewFeeItem, **fields: Any) -> Settlement:
    answer = await sell(house, *lines, **fields)
    assert isinstance(answer, Settled), answer
    return answer.settlement


async def undo(house: House, settlement: Settlement, *, place: Institution | None = None) -> Any:
    return await house.reverse(settlement.settlement_id, settlement.cell, place=place or pharmacy(house))


async def stock(
    house: House,
    kind: MovementKind,
    *codes: str,
    place: Institution | None = None,
    item: int = 0,
    key: str | None = None,
) -> Any:
    packs = tuple(StockPack(trace_code=one, item_code=drug(house, item).item_code) for one in codes)
    request = StockRequest(
        institution_id=(place or pharmacy(house)).institution_id,
        operator_code="op1",
        request_key=key or house.key(),
        digest=sm3(msgspec.json.encode((kind, packs))),
        kind=kind,
        packs=packs,
        document="R-1",
    )
    return await house.platform.lane.submit("move_stock", request)


async def set_area(house: House, **settings: Any) -> None:
    """Change settings of the area the house lies in."""
    pool = house.platform.desk.areas.by_code(110100)
    assert pool is not None
    changed = msgspec.structs.replace(pool, settings=read_area_settings({**pool.said, **settings}))
    rows = AreaRows(pooling_areas=(changed,), agency_areas=())
    await house.work(lambda tx: import_areas(tx, house.clock, rows=rows))


async def pack_row(house: House, text: str) -> dict[str, Any]:
    (row,) = await house.rows("select * from packs where trace_code = $1", text)
    return dict(row)


async def faults(house: House) -> set[str]:
    return {fault.kind for fault in (await house.verify()).faults}
