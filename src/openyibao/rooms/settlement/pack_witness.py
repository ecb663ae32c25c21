"""Packs, stock movements and payment standings, held against one another and against the audit. 中文: 追溯码与支付资格核验。

A pack's row is what its movements make of it; each movement has its turn, and its event or that of its settlement; a
settlement has as many movements as it says; nothing is sold under a settlement that was reversed; the lines that an institution bears are those
whose practitioner's standing rested on their day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from openyibao.kit.db import Reading
from openyibao.rooms import encounters, goods, institutions
from openyibao.rooms.encounters import Encounter, FeeItem
from openyibao.rooms.goods import MovementKind, PackHistory, StockMovement
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.records import Settlement
from openyibao.rooms.settlement.told import Told
from openyibao.rooms.settlement.witnessing import Checked, Progress, SettledVisits, compare_row

PACKS_AT_ONCE = 1_000


async def read_moved(
    reading: Reading, settlements: Sequence[Settlement], items: Mapping[tuple[int, int], Sequence[FeeItem]]
) -> dict[tuple[int, int], tuple[StockMovement, ...]]:
    """The movements of these settlements and reversals, found by the codes of their visits' lines; none where none moved."""
    visits = {(one.cell, one.encounter_id) for one in settlements if one.facts.pack_count}
    if not visits:
        return {}
    lines = [item for batch in items.values() for item in batch if (item.cell, item.encounter_id) in visits]
    return await goods.read_movements_of_bills(reading, [code for item in lines for code in item.trace_codes])


async def check_packs(
    reading: Reading, told: Told, settled: SettledVisits, checked: Checked, progress: Progress
) -> None:
    """Hold every pack and every movement; and every settlement's packs, both ways."""
    moved: Counter[int] = Counter()
    async for histories in goods.histories(reading, most=PACKS_AT_ONCE):
        for history in histories:
            for movement in history.movements:
                if movement.settlement_id is not None:
                    moved[movement.settlement_id] += 1
                else:
                    compare_row(told, goods.expected_of_movement(movement), checked)
            _check_pack(history, settled, checked)
            checked.counts["stock_movements"] += len(history.movements)
        checked.counts["packs"] += len(histories)
        progress("packs", checked.counts["packs"])
    for settlement_id in sorted(moved.keys() | settled.packs.keys()):
        if moved[settlement_id] != settled.packs.get(settlement_id, 0):
            checked.fault(
                "packs_differ",
                f"settlement {settlement_id}",
                f"所载追溯码 {settled.packs.get(settlement_id, 0)} 个, 进销存记录 {moved[settlement_id]} 条",
                f"says it moved {settled.packs.get(settlement_id, 0)} packs, {moved[settlement_id]} movements are there",
            )


def _check_pack(history: PackHistory, settled: SettledVisits, checked: Checked) -> None:
    """One pack: its turns, its row, and under which settlements it is sold."""
    if not history.movements and history.row is not None and goods.says_nothing(history.row):
        return
    if not history.unbroken:
        checked.fault("turn_missing", history.where, "进销存记录有缺失", "a movement of it is missing")
    if not history.stands:
        checked.altered(history.where)
    held: Counter[int] = Counter()
    for one in history.movements:
        if one.kind in {MovementKind.sold, MovementKind.returned_by_patient} and one.sale_id is not None:
            held[one.sale_id] -= one.quantity_e4
    if any(quantity and sale_id in settled.undone for sale_id, quantity in held.items()):
        checked.fault(
            "pack_not_freed", history.where, "其结算已撤销, 追溯码未释放", "its sale was reversed, but it is not back"
        )


def check_borne(
    desk: Desk,
    settlement: Settlement,
    items: Sequence[FeeItem],
    earlier: Sequence[FeeItem],
    encounter: Encounter | None,
    checked: Checked,
) -> None:
    """The lines that the institution bears, asked again of the standings of their days."""
    if settlement.original_settlement_id is not None or encounter is None:
        return
    if encounters.borne_lines(desk.references, encounter, items, earlier) != settlement.facts.borne_lines:
        where = f"settlement {settlement.cell}-{settlement.settlement_id}"
        text = (
            "由机构承担的费用行与支付资格不符",
            "the lines it lets the institution bear are not those of the standings",
        )
        checked.fault("standing_differs", where, *text)


async def check_lost_decisions(reading: Reading, checked: Checked) -> None:
    """Decisions on standings that are gone, with their events or without."""
    for code in await institutions.find_lost_decisions(reading):
        checked.fault("row_missing", f"standing decision {code}", "支付资格处理记录缺失", "a decision is missing")
