"""Whoever alters packs, movements or the no-code list, is named by verify."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from journey_house import House
from pack_house import ELSE, code, faults, pack_line, sold, undo

from openyibao.rooms import goods
from openyibao.rooms.goods import TraceExemption
from openyibao.rooms.settlement import Settled


@pytest.fixture
async def moved(house: House) -> Any:
    """One pack sold, one sold and freed, one on the shelf."""
    done = await sold(house, pack_line(house, code(house, 1)))
    undone = await sold(house, pack_line(house, code(house, 2)), person=ELSE)
    assert isinstance(await undo(house, undone), Settled)
    assert await faults(house) == set()
    return done


LAST = "where trace_code = $1 and turn = (select max(turn) from stock_movements where trace_code = $1)"
PLANTED = {
    "a pack put back on the shelf": (
        "update packs set state = 'shelved', left_e4 = 10000, sold_on = null, sold_at = null where trace_code = $1",
        {"row_altered"},
    ),
    "a pack said to be elsewhere": ("update packs set institution_id = 1001 where trace_code = $1", {"row_altered"}),
    "a pack removed": ("delete from packs where trace_code = $1", {"row_altered"}),
    "a movement removed": (
        f"delete from stock_movements {LAST}",
        {"settlement_altered", "packs_differ", "row_altered"},
    ),
    "a sale said to be of another place": (
        f"update stock_movements set institution_id = 1001 {LAST}",
        {"settlement_altered", "row_altered"},
    ),
    "a receipt altered": (
        "update stock_movements set document = 'x' where trace_code = $1 and kind = 'received'",
        {"row_altered"},
    ),
    "a receipt removed": (
        "delete from stock_movements where trace_code = $1 and kind = 'received'",
        {"row_missing", "turn_missing"},
    ),
    "a movement slipped in": (
        "insert into stock_movements select bucket, movement_id + 1, trace_code, turn + 1, 'count_gain', item_code, "
        "institution_id, moved_on, 0, false, false, 0, null, null, null, null, 1, '' from stock_movements " + LAST,
        {"event_missing", "row_altered"},
    ),
}


@pytest.mark.parametrize("case", PLANTED)
async def test_a_planted_fault_is_named(house: House, moved: Any, case: str) -> None:
    sql, kinds = PLANTED[case]
    await house.tamper(sql, code(house, 1))
    assert kinds <= await faults(house)


async def test_a_sale_taken_out_of_the_packs_whole_history_is_named(house: House, moved: Any) -> None:
    await house.tamper("delete from stock_movements where trace_code = $1 and kind = 'sold'", code(house, 1))
    await house.tamper(
        "update packs set state = 'shelved', left_e4 = 10000, sold_on = null, sold_at = null, turn = 1 "
        "where trace_code = $1",
        code(house, 1),
    )
    named = {(fault.kind, fault.where) for fault in (await house.verify()).faults}
    assert ("settlement_altered", f"settlement {moved.cell}-{moved.settlement_id}") in named
    assert ("packs_differ", f"settlement {moved.settlement_id}") in named


async def test_a_movement_removed_from_the_middle_with_its_event_is_named(house: House, moved: Any) -> None:
    (row,) = await house.rows(
        "select movement_id from stock_movements where trace_code = $1 and turn = 1", code(house, 1)
    )
    await house.tamper("delete from stock_movements where movement_id = $1", row["movement_id"])
    await house.tamper("delete from audit_events where subject_id = $1 and kind = 'stock_moved'", row["movement_id"])
    named = {(fault.kind, fault.where) for fault in (await house.verify()).faults}
    assert any(kind == "turn_missing" and code(house, 1) in where for kind, where in named)


async def test_an_exemption_altered_or_removed_is_named(house: House) -> None:
    row = TraceExemption(
        exemption_id=1,
        item_code="X",
        pooling_area=0,
        exempt=False,
        valid_from=date(2026, 11, 1),
        valid_until=None,
        ground="恢复扫码",
    )
    await house.work(lambda tx: goods.exempt_items(tx, house.clock, rows=[row], actor="agency"))
    assert await faults(house) == set()
    await house.tamper("update trace_exemptions set exempt = true")
    assert await faults(house) == {"row_altered"}
    await house.tamper("delete from trace_exemptions")
    assert await faults(house) == {"row_missing"}
