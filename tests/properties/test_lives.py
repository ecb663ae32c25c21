"""The table of lives, cell by cell: in each stage each act is tried, and does what the table says; and its printed page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from stay_office import StayOffice

from openyibao.kit.outcome import Refused
from openyibao.rooms.encounters import (
    LIVES,
    STAGES,
    Act,
    Encounter,
    EncounterKind,
    Family,
    Opened,
    Stage,
    family_of,
    life_page,
    read_encounters,
    read_fee_batches,
    stage_of,
)
from openyibao.rooms.settlement import Corrected, RefundLine, Settled

PAGE = Path(__file__).parents[2] / "docs" / "encounters.md"
KINDS = {
    Family.visit: EncounterKind.outpatient,
    Family.stay: EncounterKind.inpatient,
    Family.pharmacy: EncounterKind.pharmacy,
}
CELLS = [(family, stage) for family in Family for stage in STAGES[family]]


class Case:
    """A visit brought to a stage by the verbs themselves, and the settlement that an undoing would name."""

    def __init__(self, office: StayOffice, family: Family) -> None:
        self.office, self.family = office, family
        self.place = office.places[2 if family is Family.pharmacy else 0]
        self.settled_id = 1
        self.visit: Any = None

    async def reach(self, stage: Stage) -> None:
        office = self.office
        opened = await office.open(0, self.place, KINDS[self.family])
        assert isinstance(opened, Opened), opened
        self.visit = opened.encounter
        if stage is Stage.cancelled:
            await office.cancel(self.visit)
        elif stage is not Stage.registered:
            await office.upload(self.visit, 1, [20_000])
        if stage in {Stage.part_settled, Stage.settled}:
            await self._settle()
        if stage is Stage.part_settled:
            await office.upload(self.visit, 2, [10_000])
        if stage in {Stage.closed, Stage.closed_settled}:
            if stage is Stage.closed:
                await self._settle()  # of a stay: interim
            await office.upload(self.visit, 2, [10_000])
            await office.close(self.visit)
        if stage is Stage.closed_settled:
            name = (self.visit.cell, self.visit.encounter_id)
            first = (await read_fee_batches(office.tx, [name]))[0].fee_batch_id
            await self._settle(fee_batch_ids=(first,))
        self.visit = await self._fresh()
        batches = await read_fee_batches(office.tx, [(self.visit.cell, self.visit.encounter_id)])
        reached = stage_of(self.visit, batches, settled_after_close=stage is Stage.closed_settled)
        assert reached is stage

    async def _fresh(self) -> Encounter:
        name = (self.visit.cell, self.visit.encounter_id)
        return (await read_encounters(self.office.tx, [name]))[name]

    async def _settle(self, **fields: Any) -> None:
        answer = await self.office.settle(0, self.visit, **fields)
        assert isinstance(answer, Settled), answer
        self.settled_id = answer.settlement.settlement_id

    async def act(self, act: Act) -> Any:
        office, visit = self.office, self.visit
        refund = [RefundLine(line_no=1, quantity_e4=10_000, amount_fen=20_000)]
        if act is Act.add_items:
            return await office.upload(visit, 9, [5_000])
        if act is Act.remove_items:
            return await office.remove(visit)
        if act in {Act.settle, Act.settle_interim}:
            return await office.settle(0, visit, interim=act is Act.settle_interim)
        if act in {Act.reverse, Act.reverse_interim}:
            return await office.reverse(self.place, visit.cell, self.settled_id)
        if act is Act.refund_items:
            return await office.refund(self.place, visit.cell, self.settled_id, refund)
        verbs = {
            Act.change: office.change,
            Act.close: office.close,
            Act.reopen: office.reopen,
            Act.cancel: office.cancel,
        }
        return await verbs[act](visit)


def undoes(family: Family, stage: Stage, act: Act) -> bool:
    """Whether the case has a settlement that this act, and not its twin, would undo; else the cell is not to be had."""
    if act not in {Act.reverse, Act.reverse_interim}:
        return True
    interim = family is Family.stay and stage is not Stage.closed_settled
    settled = stage in {Stage.part_settled, Stage.settled, Stage.closed, Stage.closed_settled}
    return not settled or (act is Act.reverse_interim) == interim


@pytest.mark.owns_server
@pytest.mark.parametrize(("family", "stage"), CELLS)
async def test_each_act_in_each_stage_does_what_the_table_says(
    stay_office: StayOffice, family: Family, stage: Stage
) -> None:
    case = Case(stay_office, family)
    await case.reach(stage)
    tried = 0
    for act in Act:
        if not undoes(family, stage, act):
            continue
        savepoint = stay_office.tx._connection.transaction()
        await stay_office.tx.send_writes()
        await savepoint.start()
        answer = await case.act(act)
        await stay_office.tx.send_writes()
        await savepoint.rollback()
        why = LIVES[family, act, stage]
        said = answer.code if isinstance(answer, Refused) else None
        expected = None if why is None else why.code
        if act in {Act.reverse, Act.reverse_interim} and expected == "not_for_this_kind":
            expected = "settlement_unknown"  # no visit of this kind has an interim settlement to name
        if act is Act.refund_items and why is None and expected is None:
            assert isinstance(answer, Corrected), (family, stage, act, answer)
        assert said == expected, (family, stage, act, answer)
        tried += 1
    assert tried >= len(Act) - 1


def test_every_cell_is_decided() -> None:
    assert set(LIVES) == {(family, act, stage) for family in Family for act in Act for stage in STAGES[family]}
    assert {family_of(kind) for kind in EncounterKind} == set(Family)


def test_the_printed_table_is_the_one_the_verbs_ask() -> None:
    assert PAGE.read_text(encoding="utf-8") == life_page(), "run: .venv/bin/python tools/encounters.py"
