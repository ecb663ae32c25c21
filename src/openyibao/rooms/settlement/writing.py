"""Writing what was assessed: visits, settlements, money, accumulators, audit; set-based, in the order of the rooms. 中文: 结算写入。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openyibao.kit.db import Tx
from openyibao.rooms import encounters, ledger
from openyibao.rooms.accumulators import write_accumulators
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.encounters import FeeBatchState
from openyibao.rooms.ledger import AccountKey, AccountMove, PersonalAccount
from openyibao.rooms.settlement import rules, store
from openyibao.rooms.settlement.aiding import write_aid
from openyibao.rooms.settlement.assessing import Assessed
from openyibao.rooms.settlement.mandated import write_mandate_uses
from openyibao.rooms.settlement.papered import write_paper_uses
from openyibao.rooms.settlement.records import Settlement, SettlementKind

Writes = Sequence[tuple[Settlement, Assessed]]
"""Each settlement with what it was made from."""


async def write_settlements(tx: Tx, writes: Writes) -> None:
    """Everything of the batch, where there is anything."""
    if not writes:
        return
    await _write_new_visits(tx, [(settlement, done) for settlement, done in writes if done.new])
    await _take_uploaded(tx, [(settlement, done) for settlement, done in writes if not done.new])
    await store.insert_settlements(tx, [settlement for settlement, _ in writes])
    await write_money(tx, [(s, d.accounts) for s, d in writes])
    await write_accumulators(tx, [done.accumulator for _, done in writes])
    tx.audit += [
        AuditEvent(
            kind="settled",
            cell=s.cell,
            subject_id=s.settlement_id,
            actor=s.operator_code,
            content=rules.content_of(s, d.items, d.movements)
            + (encounters.opening_told(d.encounter, d.diagnoses) if d.new else b""),
        )
        for s, d in writes
    ]


async def _write_new_visits(tx: Tx, writes: Writes) -> None:
    """Visits that came whole with their settlement."""
    if not writes:
        return
    await encounters.insert_encounters(tx, [(done.encounter, done.diagnoses) for _, done in writes])
    await _write_discharges(tx, [(s, d) for s, d in writes if d.encounter.closed_on is not None])
    visits = [(done.encounter, done.accumulator.policy_year) for _, done in writes if done.encounter.admission_no]
    stays = [(one.cell, one.person_id, year, one.encounter_id, one.admission_no) for one, year in visits]
    await encounters.insert_stays(tx, stays)
    settled = FeeBatchState.settled.value
    await encounters.insert_fee_batches(
        tx,
        [(d.encounter.cell, d.encounter.encounter_id, d.open_batches[0], settled, s.settlement_id) for s, d in writes],
        [item for _, done in writes for item in done.items],
    )


async def _write_discharges(tx: Tx, writes: Writes) -> None:
    """Stays that came whole with their bill are over: the one step of their lives is told."""
    steps = [
        encounters.closing_step(tx, d.encounter, operator_code=s.operator_code, diagnoses=d.diagnoses)
        for s, d in writes
    ]
    if steps:
        await encounters.insert_steps(tx, steps)
        tx.audit += [encounters.step_event(step) for step in steps]


async def _take_uploaded(tx: Tx, writes: Writes) -> None:
    """Lines that were uploaded before are settled now; a stay settled again counts again."""
    taken = [
        ((d.encounter.cell, d.encounter.encounter_id, batch_id), s.settlement_id)
        for s, d in writes
        for batch_id in d.open_batches
    ]
    if taken:
        names, settlement_ids = zip(*taken, strict=True)
        await encounters.mark_batches(tx, names, FeeBatchState.settled.value, settlement_ids)
    visits = [done.encounter for _, done in writes if done.encounter.admission_no]
    if visits:
        stays = [(one.cell, one.person_id, one.encounter_id) for one in visits]
        await encounters.set_stays_count(tx, stays, counts=True)


async def write_money(tx: Tx, settlements: Sequence[tuple[Settlement, Mapping[AccountKey, PersonalAccount]]]) -> None:
    """Post each settlement or reversal and move the personal accounts with it; a relative's too, here or elsewhere."""
    postings = []
    moves = []
    for settlement, accounts in settlements:
        postings += rules.postings_of(settlement, accounts, tx.ids.take)
        sign = 1 if settlement.kind is SettlementKind.reversal else -1
        moves += [
            AccountMove(cell=key[0], person_id=key[1], pot=key[2], balance_fen=sign * amount_fen)
            for key, amount_fen in rules.account_parts(settlement)
        ]
    if postings:
        await ledger.insert_postings(tx, postings)
    if moves:
        await ledger.move_accounts(tx, moves)
    await write_aid(tx, [settlement for settlement, _ in settlements if settlement.facts.aid is not None])
    await write_mandate_uses(tx, [one for one, _ in settlements if one.facts.mandate_id is not None])
    await write_paper_uses(tx, [one for one, _ in settlements if one.facts.printed_id is not None])
