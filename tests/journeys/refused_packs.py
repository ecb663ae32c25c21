"""How each refusal of a pack is provoked, with what would be refused later in it as well."""

from __future__ import annotations

from typing import Any

from journey_house import House
from pack_house import ELSE, code, drug, pack_line, pharmacy, sell, set_area, sold, stock, undo

from openyibao.demo.stocking import trace_code_of
from openyibao.kit.outcome import Refused
from openyibao.rooms.encounters import NewFeeItem
from openyibao.rooms.goods import MovementKind
from openyibao.rooms.settlement import Settled


def due(house: House, *codes: str, packs: int = 1, **changes: Any) -> NewFeeItem:
    """A line of so many packs with these codes."""
    return pack_line(house, *codes, quantity_e4=10_000 * packs, **changes)


async def no_trace_code(house: House) -> Any:
    wrong = code(house, 1, item=1)
    return await sell(house, due(house, "6901234567892", wrong, wrong))


async def trace_code_of_another_drug(house: House) -> Any:
    wrong = code(house, 1, item=1)
    return await sell(house, due(house, wrong, wrong))


async def trace_code_twice(house: House) -> Any:
    await sold(house, pack_line(house, code(house)), person=ELSE)
    return await sell(house, due(house, code(house), code(house)))


async def more_codes_than_packs(house: House) -> Any:
    await sold(house, pack_line(house, code(house)), person=ELSE)
    return await sell(house, due(house, code(house), code(house, 2)), due(house, number=2))


async def fewer_codes_than_packs(house: House) -> Any:
    await sold(house, pack_line(house, code(house)), person=ELSE)
    return await sell(house, due(house, code(house), packs=2))


async def code_the_line_did_not_sell(house: House) -> Any:
    back = due(house, code(house, 3), number=2, packs=-1, original_line_no=1)
    return await sell(house, due(house, code(house, 1), code(house, 2), packs=2), back)


async def pack_of_another_drug(house: House) -> Any:
    # Nobody has said what this identification stands for; the receipt has.
    text = "9" * 20
    assert not isinstance(await stock(house, MovementKind.received, text, item=1), Refused)
    await sold(house, pack_line(house, text, item=1), person=ELSE)
    return await sell(house, due(house, text))


async def pack_opened_elsewhere(house: House) -> Any:
    await set_area(house, trace_unreceived_pack="refused")
    part = pack_line(house, code(house), quantity_e4=9_000, split_pack=True)
    await sold(house, part, person=ELSE)
    return await sell_at_the_hospital(house, due(house, code(house)))


async def sell_at_the_hospital(house: House, line: NewFeeItem) -> Any:
    house.move_on()
    token = await house.token(0)
    items = (due(house, *line.trace_codes, practitioner_code=house.doctor()),)
    return await house.settle(token, encounter=house.visit(), items=items)


async def pack_sold_before(house: House) -> Any:
    await set_area(house, trace_unreceived_pack="refused")
    await sold(house, pack_line(house, code(house)), person=ELSE)
    return await sell(house, due(house, code(house)), due(house, code(house, 99), number=2))


async def pack_never_received(house: House) -> Any:
    await set_area(house, trace_unreceived_pack="refused")
    return await sell(house, due(house, code(house, 99)))


async def bill_whose_return_was_sold(house: House) -> Any:
    first = await sold(house, pack_line(house, code(house, 1), code(house, 2)))

    class Visit:
        cell, encounter_id = first.cell, first.encounter_id

    lines = [
        due(house, code(house, 2), number=2, packs=-1, original_line_no=1),
        due(house, code(house, 3), code(house, 4), number=3, packs=2),
    ]
    assert not isinstance(await house.add_items(Visit, lines, place=pharmacy(house)), Refused)
    house.move_on()
    token = await house.token(0, place=pharmacy(house))
    at = {"cell": first.cell, "encounter_id": first.encounter_id}
    later = await house.settle(token, place=pharmacy(house), **at)
    assert isinstance(later, Settled), later
    await sold(house, pack_line(house, code(house, 2)), person=ELSE)
    return await undo(house, later.settlement)


async def receipt_of_a_pack_in_stock(house: House) -> Any:
    return await stock(house, MovementKind.received, code(house, 60), code(house, 1))


async def return_of_a_pack_of_another_place(house: House) -> Any:
    other = house.pharmacies[1]
    return await stock(house, MovementKind.returned_to_supplier, trace_code_of(drug(house), other, 1))


PACKS = {
    "a code that is no trace code": ("trace_code_malformed", no_trace_code),
    "a trace code of another drug": ("trace_code_wrong_drug", trace_code_of_another_drug),
    "a trace code twice in a bill": ("trace_code_repeated", trace_code_twice),
    "more trace codes than packs": ("trace_codes_too_many", more_codes_than_packs),
    "fewer trace codes than packs": ("trace_code_missing", fewer_codes_than_packs),
    "a pack back that the line did not sell": ("trace_code_not_of_line", code_the_line_did_not_sell),
    "a pack received as another drug": ("pack_other_drug", pack_of_another_drug),
    "a pack opened elsewhere": ("pack_elsewhere", pack_opened_elsewhere),
    "a pack sold before": ("trace_code_sold_before", pack_sold_before),
    "a pack never received": ("pack_not_received", pack_never_received),
    "the reversal of a return that was sold": ("returned_pack_sold_again", bill_whose_return_was_sold),
    "the receipt of a pack in stock": ("pack_here_already", receipt_of_a_pack_in_stock),
    "the return of another's pack": ("pack_not_here", return_of_a_pack_of_another_place),
}
