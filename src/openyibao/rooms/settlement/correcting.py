"""Settling again from stored lines, and the correction that ties reversals to what stands in their place. 中文: 更正。"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, policies
from openyibao.rooms.encounters import BED_KINDS
from openyibao.rooms.goods import BillOfPacks, StockMovement
from openyibao.rooms.policies import AccountUse, Policy
from openyibao.rooms.settlement import assessing, rules, store, subjects, telling, tracing
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.records import (
    Corrected,
    CorrectedSettlement,
    Correction,
    Settlement,
    SettlementFacts,
)
from openyibao.rooms.settlement.staying import met_bills, standing_of_stay
from openyibao.rooms.settlement.writing import write_settlements

NewFacts = Callable[[Settlement], SettlementFacts]
"""The facts of a settlement as they should have been: person, visit, price limit level and account use are taken from
them; accumulators and balances are those of the moment of settling again."""


class RefusedMidway(Exception):  # noqa: N818 an answer, not an error
    """A correction can't be made after all: what it has written goes, and the refusal is the answer."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


Pair = tuple[Settlement, Settlement, Settlement | None]
"""What was settled, its reversal, and what stands in its place."""


async def settle_again(
    tx: Tx,
    clock: Clock,
    desk: Desk,
    old: Settlement,
    facts: SettlementFacts,
    *,
    operator_code: str,
    terminal_code: str,
) -> Settlement:
    """Settle the batches that ``facts`` name once more, under the document of the old settlement, on what the person has
    used up and owns now. The person and the visit are locked, the batches wait. A stay's earlier bills are read again.
    Raises RefusedMidway where its packs are not to be had any more.
    """  # noqa: D205 one sentence
    name, person = (old.cell, old.encounter_id), (old.cell, old.person_id)
    policy = _policy_of(desk, old)
    encounter = (await encounters.read_encounters(tx, [name]))[name]
    batches = await encounters.read_fee_batches(tx, [name])
    lines_of = {batch.fee_batch_id: batch.items for batch in batches}
    items = [item for batch_id in facts.fee_batch_ids for item in lines_of[batch_id]]
    if encounter.kind in BED_KINDS:
        earlier = met_bills(await standing_of_stay(tx, old.cell, batches))
        met = policies.met_so_far(policy, facts.person, facts.visit, old.policy_year, earlier)
        facts = msgspec.structs.replace(facts, visit=msgspec.structs.replace(facts.visit, stay_so_far=met))
    facts = as_own(facts)
    standing = await subjects.load_standing(tx, [person], lock=False)
    bill = assessing.Bill(
        encounter=encounter,
        items=items,
        policy=policy,
        document_hash=old.document_hash,
        policy_year=old.policy_year,
    )
    settlement_id = tx.ids.next()
    acts = tracing.judge_packs(desk, encounter, items, batches)
    if isinstance(acts, Refused):
        raise RefusedMidway(acts)
    facts = assessing.with_packs(desk, encounter, facts, items, acts, batches)
    done = assessing.assess_on(desk, standing, bill, facts, old.pooling_area, old.insurance_type)
    if acts:
        packs = tracing.bill_of(clock, desk, operator_code, encounter, settlement_id, acts)
        done.movements = await _claim_packs(tx, clock, desk, packs)
    settlement = rules.settlement_of(
        done.split,
        encounter,
        done.facts,
        settlement_id=settlement_id,
        pooling_area=old.pooling_area,
        policy_year=old.policy_year,
        turn=done.accumulator.turn,
        document_hash=old.document_hash,
        operator_code=operator_code,
        terminal_code=terminal_code,
        at=clock.now(),
        on=clock.today(),
    )
    await write_settlements(tx, [(settlement, done)])
    return settlement


def _policy_of(desk: Desk, old: Settlement) -> Policy:
    policy = desk.shelf.by_hash(old.document_hash)
    if policy is None:
        raise LookupError(f"policy document {old.document_hash} is not there")
    return policy


def as_own(facts: SettlementFacts) -> SettlementFacts:
    """What a relative's account had paid went back with the reversal; it pays again only where the code is shown again."""
    if facts.account_use is not AccountUse.mutual_aid:
        return facts
    return msgspec.structs.replace(facts, account_use=AccountUse.own, aid=None)


async def _claim_packs(tx: Tx, clock: Clock, desk: Desk, packs: BillOfPacks) -> tuple[StockMovement, ...]:
    (moved,) = await tracing.claim_packs(tx, clock, desk, [packs])
    if isinstance(moved, Refused):
        raise RefusedMidway(moved)
    return moved


async def write_correction(tx: Tx, correction: Correction, pairs: Sequence[Pair]) -> Corrected:
    """Write what was corrected, tell the audit, and answer with the differences."""
    settlements = tuple(
        CorrectedSettlement(
            cell=correction.cell,
            correction_id=correction.correction_id,
            place=place,
            settlement_id=old.settlement_id,
            reversal_id=reversal.settlement_id,
            new_settlement_id=None if new is None else new.settlement_id,
        )
        for place, (old, reversal, new) in enumerate(pairs, start=1)
    )
    await store.insert_correction(tx, correction, settlements)
    tx.audit.append(telling.corrected_event(correction, settlements))
    return corrected_of(correction, settlements, pairs)


def corrected_of(
    correction: Correction,
    settlements: tuple[CorrectedSettlement, ...],
    pairs: Sequence[Pair],
    *,
    repeated: bool = False,
) -> Corrected:
    """The answer: new less old, in sum."""

    def difference_fen(column: str) -> int:
        return sum((0 if new is None else getattr(new, column)) - getattr(old, column) for old, _, new in pairs)

    return Corrected(
        correction=correction,
        settlements=settlements,
        fund_total_fen=difference_fen("fund_total_fen"),
        personal_account_fen=difference_fen("personal_account_fen"),
        cash_fen=difference_fen("cash_fen"),
        repeated=repeated,
    )


async def read_corrected(
    reading: Reading, cell: int, correction_id: int, *, repeated: bool = False
) -> Corrected | None:
    """A stored correction with its differences."""
    found = (await store.read_corrections(reading, [(cell, correction_id)])).get((cell, correction_id))
    if found is None:
        return None
    correction, links = found
    ids = {one for link in links for one in (link.settlement_id, link.reversal_id, link.new_settlement_id)}
    booked = await store.read_settlements(reading, [(cell, one) for one in sorted(i for i in ids if i is not None)])
    pairs = [
        (
            booked[cell, link.settlement_id],
            booked[cell, link.reversal_id],
            None if link.new_settlement_id is None else booked[cell, link.new_settlement_id],
        )
        for link in links
    ]
    return corrected_of(correction, links, pairs, repeated=repeated)


async def list_corrections(reading: Reading, person: tuple[int, int], *, most: int = 50) -> list[Corrected]:
    """What was corrected for a person, newest first: what changed, who, who approved, and why."""
    names = await store.find_corrections_for(reading, person, most=most)
    found = [await read_corrected(reading, *name) for name in names]
    return [one for one in found if one is not None]
