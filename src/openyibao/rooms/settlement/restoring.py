"""Restoring what an annulled reversal or refund undid: the settlement is settled again from its lines. 中文: 撤销的冲正。"""

from __future__ import annotations

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.encounters import BED_KINDS, Encounter, EncounterState, FeeBatchState
from openyibao.rooms.people import masked_name
from openyibao.rooms.settlement import reasons, store
from openyibao.rooms.settlement.correcting import RefusedMidway, settle_again, write_correction
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.limits import judge_limits
from openyibao.rooms.settlement.records import (
    AnnulRequest,
    Corrected,
    Correction,
    CorrectionKind,
    ReverseRequest,
    Settlement,
)
from openyibao.rooms.settlement.staying import settled_after_close
from openyibao.rooms.settlement.undoing import delta_of, free_and_reverse, judge_reversal, later_first


async def restore_reversed(
    tx: Tx, clock: Clock, desk: Desk, request: AnnulRequest, reversal: Settlement, correction_id: int
) -> Corrected | Refused:
    """Let a settlement stand again whose reversal is annulled.

    Reasons: institution_suspended · restored_already · relative_paid · not_discharged (the discharge was undone since) ·
    those of the packs · day_closed · reconciled · cleared · year_closed ·
    later_settlement_exists.
    """
    original = await _original_of(tx, reversal)
    refused = desk.refuse_institution(request.institution_id) or await _judge_restoring(tx, desk, original, reversal)
    if refused is not None:
        return await _refuse(tx, clock, request, original, correction_id, refused)
    at = {"operator_code": request.operator_code, "terminal_code": request.terminal_code}
    try:
        async with tx.attempt():
            new = await settle_again(tx, clock, desk, original, original.facts, **at)
    except RefusedMidway as midway:
        return await _refuse(tx, clock, request, original, correction_id, midway.refused)
    correction = _correction(clock, request, original, correction_id)
    return await write_correction(tx, correction, [(original, reversal, new)])


async def restore_refunded(
    tx: Tx, clock: Clock, desk: Desk, request: AnnulRequest, refund: Corrected, correction_id: int
) -> Corrected | Refused:
    """Let a settlement stand again that a refund replaced: the rest is reversed, the negative lines are taken back.

    Where all of it was given back, its lines are gone: they are written again, as a batch of their own. Reasons: those of
    ``reverse`` for the rest; where nothing remained of it, those of ``restore_reversed``.
    """
    (link,) = refund.settlements
    names = [(link.cell, link.settlement_id), (link.cell, link.reversal_id)]
    found = await store.read_settlements(tx, [*names, (link.cell, link.new_settlement_id or 0)])
    original, reversal = found[names[0]], found[names[1]]
    if link.new_settlement_id is None:
        return await _restore_whole(tx, clock, desk, request, (original, reversal), correction_id)
    rest = found[link.cell, link.new_settlement_id]
    undo = ReverseRequest(
        institution_id=request.institution_id,
        operator_code=request.operator_code,
        terminal_code=request.terminal_code,
        request_key=request.request_key,
        digest=request.digest,
        cell=rest.cell,
        settlement_id=rest.settlement_id,
    )
    refused = await judge_reversal(tx, desk, undo, rest)
    if refused is not None:
        return await _refuse(tx, clock, request, original, correction_id, refused)
    at = {"operator_code": request.operator_code, "terminal_code": request.terminal_code}
    try:
        async with tx.attempt():
            reversal = await free_and_reverse(tx, clock, desk, rest, tx.ids.next(), **at)
            batches = await encounters.read_fee_batches(tx, [(rest.cell, rest.encounter_id)])
            negative = [batch for batch in batches if batch.fee_batch_id == refund.correction.fee_batch_id]
            await encounters.take_back(tx, negative, removal_id=correction_id, actor=request.operator_code)
            new = await settle_again(tx, clock, desk, original, original.facts, **at)
    except RefusedMidway as midway:
        return await _refuse(tx, clock, request, original, correction_id, midway.refused)
    correction = _correction(clock, request, original, correction_id)
    return await write_correction(tx, correction, [(rest, reversal, new)])


async def _restore_whole(
    tx: Tx,
    clock: Clock,
    desk: Desk,
    request: AnnulRequest,
    pair: tuple[Settlement, Settlement],
    correction_id: int,
) -> Corrected | Refused:
    """Let a settlement stand again of which everything was given back."""
    original, reversal = pair
    refused = desk.refuse_institution(request.institution_id) or await _judge_whole(tx, desk, original, reversal)
    if refused is not None:
        return await _refuse(tx, clock, request, original, correction_id, refused)
    at = {"operator_code": request.operator_code, "terminal_code": request.terminal_code}
    try:
        async with tx.attempt():
            batch_id = await _write_lines_again(tx, original, request.operator_code)
            facts = msgspec.structs.replace(original.facts, fee_batch_ids=(batch_id,))
            new = await settle_again(tx, clock, desk, original, facts, **at)
    except RefusedMidway as midway:
        return await _refuse(tx, clock, request, original, correction_id, midway.refused)
    correction = _correction(clock, request, original, correction_id, fee_batch_id=batch_id)
    return await write_correction(tx, correction, [(original, reversal, new)])


async def _judge_whole(tx: Tx, desk: Desk, original: Settlement, reversal: Settlement) -> Refused | None:
    """Whether it was not restored before, its line numbers are free, and nothing stands on the reversal."""
    name = (original.cell, original.encounter_id)
    encounter = (await encounters.read_encounters(tx, [name], lock=True))[name]
    if await store.was_restored(tx, reversal):
        return Refused(reasons.RESTORED_ALREADY)
    batches = await encounters.read_fee_batches(tx, [name])
    gone = {item.line_no for b in batches if b.fee_batch_id in original.facts.fee_batch_ids for item in b.items}
    taken = {item.line_no for b in batches if b.state is not FeeBatchState.removed for item in b.items}
    if encounter.state is EncounterState.cancelled or gone & taken:
        return Refused(reasons.RETURNED_WHOLE)
    return await _judge_standing(tx, desk, original, reversal, encounter)


async def _write_lines_again(tx: Tx, original: Settlement, actor: str) -> int:
    """The lines that a settlement had, as a batch that waits; what was taken back of them before stays so."""
    name = (original.cell, original.encounter_id)
    batches = await encounters.read_fee_batches(tx, [name])
    lines = [item for b in batches if b.fee_batch_id in original.facts.fee_batch_ids for item in b.items]
    batch_id, *ids = tx.ids.take(1 + len(lines))
    again = encounters.lines_again(lines, batch_id, ids)
    await encounters.insert_fee_batches(tx, [(*name, batch_id, FeeBatchState.open.value, None)], again)
    tx.audit.append(
        AuditEvent(
            kind="items_added",
            cell=original.cell,
            subject_id=batch_id,
            actor=actor,
            content=encounters.items_content(again),
        )
    )
    return batch_id


async def _original_of(tx: Tx, reversal: Settlement) -> Settlement:
    assert reversal.original_settlement_id is not None
    name = (reversal.cell, reversal.original_settlement_id)
    return (await store.read_settlements(tx, [name]))[name]


async def _judge_restoring(tx: Tx, desk: Desk, original: Settlement, reversal: Settlement) -> Refused | None:
    """Whether the lines still wait, the day is open, and nothing stands on the reversal."""
    name = (original.cell, original.encounter_id)
    encounter = (await encounters.read_encounters(tx, [name], lock=True))[name]
    batches = {batch.fee_batch_id: batch for batch in await encounters.read_fee_batches(tx, [name])}
    if any(batches[one].state is not FeeBatchState.open for one in original.facts.fee_batch_ids):
        return Refused(reasons.RESTORED_ALREADY)
    return await _judge_standing(tx, desk, original, reversal, encounter)


async def _judge_standing(
    tx: Tx, desk: Desk, original: Settlement, reversal: Settlement, encounter: Encounter
) -> Refused | None:
    """Whether no relative paid, the stay is where it was, the day is open, and nothing stands on the reversal."""
    if original.mutual_aid_fen:
        return Refused(reasons.RELATIVE_PAID)
    if encounter.kind in BED_KINDS and settled_after_close(original) and encounter.closed_on is None:
        return Refused(encounters.NOT_DISCHARGED)
    refused = await judge_limits(tx, original.pooling_area, original.institution_id, reversal.settled_on)
    if refused is not None or not later_first(desk, original) or not delta_of(original):
        return refused
    later = await store.find_later(tx, reversal)
    if later is None:
        return None
    institution = desk.directory.by_id(later[1])
    masked = masked_name(institution.name) if institution else "?"
    return Refused(reasons.LATER_SETTLEMENT_EXISTS, {"settled_on": later[0].isoformat(), "institution": masked})


def _correction(
    clock: Clock, request: AnnulRequest, original: Settlement, correction_id: int, *, fee_batch_id: int | None = None
) -> Correction:
    return Correction(
        cell=original.cell,
        correction_id=correction_id,
        kind=CorrectionKind.restoration,
        person_id=original.person_id,
        institution_id=request.institution_id,
        maker=request.operator_code,
        approver="",
        why="",
        fee_batch_id=fee_batch_id,
        corrected_on=clock.today(),
        corrected_at=clock.now(),
    )


async def _refuse(
    tx: Tx, clock: Clock, request: AnnulRequest, original: Settlement, refusal_id: int, refused: Refused
) -> Refused:
    return await encounters.refuse(
        tx,
        clock,
        "annul",
        cell=original.cell,
        institution_id=request.institution_id,
        refusal_id=refusal_id,
        refused=refused,
        person_id=original.person_id,
        encounter_id=original.encounter_id,
    )
