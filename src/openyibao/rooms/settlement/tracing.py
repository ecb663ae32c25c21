"""Packs of bills: what goods must know of them, and where goods is asked. 中文: 结算中的追溯码。

A bill without trace codes and without lines that need them costs one look at its lines: no statement, no lock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, goods
from openyibao.rooms.catalogue import CatalogueItem
from openyibao.rooms.encounters import Encounter, FeeBatch, FeeBatchState, FeeItem, LineNote, NewFeeItem
from openyibao.rooms.goods import BillOfPacks, PackAct, StockMovement, TracedLine
from openyibao.rooms.institutions import Institution
from openyibao.rooms.people import masked_name
from openyibao.rooms.settlement import store
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.records import Settlement


def judge_packs(
    desk: Desk, encounter: Encounter, items: Sequence[FeeItem], batches: Sequence[FeeBatch] = ()
) -> tuple[PackAct, ...] | Refused:
    """What a bill does with packs; nothing for most. ``batches`` are all of the visit. Reasons: those of ``goods.judge_codes``."""
    by_id = desk.catalogue.by_id
    asking, taken_back = [], False
    for item in items:
        taken_back = taken_back or item.original_fee_item_id is not None
        row = by_id(item.catalogue_item_id)
        if item.trace_codes or (row is not None and row.trace_due):
            asking.append(item)
    if not asking and not taken_back:
        return ()
    if not taken_back:
        # Lines say nothing of one another where none takes another back.
        return goods.judge_codes(_traced(desk, encounter, asking, {}), (), desk.trace_book.item_of)
    earlier = [item for batch in batches if batch.state is FeeBatchState.settled for item in batch.items]
    numbers = {item.fee_item_id: item.line_no for item in (*earlier, *items)}
    return goods.judge_codes(
        _traced(desk, encounter, items, numbers), _traced(desk, encounter, earlier, numbers), desk.trace_book.item_of
    )


def _traced(desk: Desk, encounter: Encounter, items: Sequence[FeeItem], numbers: Mapping[int, int]) -> list[TracedLine]:
    due = _due_of(desk, encounter)
    return [
        TracedLine(
            line_no=item.line_no,
            fee_item_id=item.fee_item_id,
            item_code=item.item_code,
            quantity_e4=item.quantity_e4,
            trace_codes=item.trace_codes,
            split_pack=item.split_pack,
            original_line_no=numbers.get(item.original_fee_item_id or 0),
            due=due.holds(desk.catalogue.by_id(item.catalogue_item_id)),
        )
        for item in items
    ]


def _due_of(desk: Desk, encounter: Encounter) -> TraceDue:
    institution = desk.directory.by_id(encounter.institution_id)
    assert institution is not None
    return TraceDue(desk, institution, encounter.treatment_area, encounter.opened_on)


class TraceDue:
    """Whether packs need codes at a place on a day."""

    def __init__(self, desk: Desk, institution: Institution, treatment_area: int, on: date) -> None:
        self._book, self._kind, self._on = desk.trace_book, institution.kind, on
        self._pool, self._rules = goods.area_of(desk.areas, treatment_area, on)

    def holds(self, row: CatalogueItem | None) -> bool:
        """Whether each pack of this catalogue row needs its code; not where the row is gone."""
        if row is None:
            return False
        return self._book.is_due(row, self._kind, self._rules, pooling_area=self._pool, on=self._on)


def judge_uploaded(
    desk: Desk, encounter: Encounter, lines: Sequence[NewFeeItem], earlier: Sequence[FeeItem]
) -> Refused | None:
    """What is wrong with the codes of uploaded lines already, before anything is settled. Reasons as ``judge_packs``."""
    find, area, on = desk.catalogue.find, encounter.treatment_area, encounter.opened_on
    for line in lines:
        found = find(line.item_code, area, on)
        if line.trace_codes or line.original_line_no is not None or (found is not None and found.trace_due):
            break
    else:
        return None
    due = _due_of(desk, encounter)
    numbers = {item.fee_item_id: item.line_no for item in earlier}

    def traced(line: NewFeeItem | FeeItem, original_line_no: int | None) -> TracedLine:
        return TracedLine(
            line_no=line.line_no,
            fee_item_id=0,
            item_code=line.item_code,
            quantity_e4=line.quantity_e4,
            trace_codes=line.trace_codes,
            split_pack=line.split_pack,
            original_line_no=original_line_no,
            due=due.holds(find(line.item_code, area, on)),
        )

    before = [traced(item, numbers.get(item.original_fee_item_id or 0)) for item in earlier]
    judged = goods.judge_codes([traced(line, line.original_line_no) for line in lines], before, desk.trace_book.item_of)
    return judged if isinstance(judged, Refused) else None


def bill_of(
    clock: Clock,
    desk: Desk,
    operator_code: str,
    encounter: Encounter,
    bill_id: int,
    acts: tuple[PackAct, ...],
) -> BillOfPacks:
    """A bill as goods reads it; ``bill_id`` is the settlement or the reversal."""
    return BillOfPacks(
        acts=acts,
        institution_id=encounter.institution_id,
        operator_code=operator_code,
        cell=encounter.cell,
        settlement_id=bill_id,
        on=clock.today(),
        rules=goods.area_of(desk.areas, encounter.treatment_area, clock.today())[1],
    )


async def claim_packs(
    tx: Tx, clock: Clock, desk: Desk, bills: Sequence[BillOfPacks | None]
) -> list[Refused | tuple[StockMovement, ...]]:
    """Claim the packs of a batch's bills, in the order in which they came; for each its movements, or why it has none."""
    with_packs = [bill for bill in bills if bill is not None]
    if not with_packs:
        return [()] * len(bills)
    claimed = iter(await goods.claim_packs(tx, clock, with_packs, masked_place(desk)))
    return [() if bill is None else next(claimed) for bill in bills]


async def look_at_packs(reading: Reading, desk: Desk, bill: BillOfPacks) -> Refused | tuple[LineNote, ...]:
    """What claiming would say now, and what the clerk should know of packs that are taken all the same."""
    found = await goods.look_at(reading, bill, masked_place(desk))
    return found if isinstance(found, Refused) else tuple(note for one in found for note in _notes_of(one))


def _notes_of(movement: StockMovement) -> list[LineNote]:
    line_no, code = movement.line_no or 0, movement.trace_code
    notes = []
    if movement.unreceived:
        zh, en = (
            f"第 {line_no} 行: 追溯码 {code} 没有在本机构入库, 已记录",
            f"Line {line_no}: the pack {code} was never received here; noted",
        )
        notes.append(LineNote(line_no=line_no, code="pack_not_received", zh=zh, en=en))
    if movement.second_sale:
        zh, en = (
            f"第 {line_no} 行: 追溯码 {code} 曾经售出, 已标记待核查",
            f"Line {line_no}: the pack {code} was sold before; flagged",
        )
        notes.append(LineNote(line_no=line_no, code="trace_code_sold_before", zh=zh, en=en))
    return notes


def masked_place(desk: Desk) -> Callable[[int], str]:
    """Names institutions so that a clerk elsewhere learns no more than needed."""

    def named(institution_id: int) -> str:
        institution = desk.directory.by_id(institution_id)
        return masked_name(institution.name) if institution else "—"

    return named


async def undo_packs(
    tx: Tx, clock: Clock, desk: Desk, operator_code: str, original: Settlement, reversal_id: int
) -> tuple[StockMovement, ...] | Refused:
    """Free what a settlement sold, and take again what it took back; what moved. Nothing for most.

    Reason: returned_pack_sold_again.
    """
    if not original.facts.pack_count:
        return ()
    visit = (original.cell, original.encounter_id)
    encounter = (await encounters.read_encounters(tx, [visit], lock=True))[visit]
    items = await encounters.read_items(tx, [visit])
    bill = bill_of(clock, desk, operator_code, encounter, reversal_id, ())

    async def gone(sale_ids: set[int]) -> set[int]:
        return {name[1] for name in await store.read_reversals(tx, [(original.cell, one) for one in sorted(sale_ids)])}

    codes = [code for item in items for code in item.trace_codes]
    return await goods.undo_packs(tx, bill, original.settlement_id, codes, gone)


def pack_count(acts: Sequence[PackAct]) -> int:
    """How many packs a bill moves, each by one movement."""
    return sum(len(act.trace_codes) for act in acts)
