"""The verb refund_items: some items go back, the rest is settled again, in one act and one transaction (FIELD 14). 中文: 退费。"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import BARRED_DIGEST, REQUEST_BARRED, ClaimedKey, KeyedRequest, claim_keys
from openyibao.rooms import encounters
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.encounters import LINE_NO_MAX, FeeBatch, FeeBatchState, FeeItem, NewFeeItem
from openyibao.rooms.people import lock_persons
from openyibao.rooms.settlement import reasons, rules, service, store
from openyibao.rooms.settlement.correcting import Pair, RefusedMidway, read_corrected, settle_again, write_correction
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.records import (
    Corrected,
    Correction,
    CorrectionKind,
    RefundRequest,
    ReverseRequest,
    Settlement,
)
from openyibao.rooms.settlement.staying import settled_after_close
from openyibao.rooms.settlement.undoing import free_and_reverse, judge_reversal


class _Refund(msgspec.Struct, kw_only=True):
    """A refund that may be made: what was settled, its batches, and the negative lines with what they take back."""

    original: Settlement
    batches: list[FeeBatch]
    lines: list[NewFeeItem]
    rows: Sequence[object]
    earlier: list[FeeItem]


async def refund_items(
    tx: Tx, clock: Clock, desk: Desk, requests: Sequence[RefundRequest]
) -> list[Corrected | Refused]:
    """Take items of a settlement back: reverse it whole, add negative lines, settle what remains, each on the other.

    Where nothing remains, nothing is settled and the lines are taken back. Reasons: request_barred · key_conflict · those
    of ``reverse`` · relative_paid · those of the visit's life · refund_line_unknown · those of the (negative) lines · those of the packs.
    """
    await desk.fresh(tx)
    found = await store.read_settlements(tx, [(one.cell, one.settlement_id) for one in requests])
    await lock_persons(tx, {(one.cell, one.person_id) for one in found.values()})
    keyed = [
        KeyedRequest(cell=one.cell, institution_id=one.institution_id, request_key=one.request_key, digest=one.digest)
        for one in requests
    ]
    claims = await claim_keys(tx, "refund_items", keyed, at=clock.now())
    answers: list[Corrected | Refused] = []
    for request, key, claim in zip(requests, keyed, claims, strict=True):
        if claim.fresh:
            original = found.get((request.cell, request.settlement_id))
            answers.append(await _refund_one(tx, clock, desk, request, claim, original))
        elif claim.digest == request.digest:
            known = await read_corrected(tx, claim.cell, claim.outcome_id, repeated=True)
            answers.append(known or await encounters.known_refusal(tx, claim.cell, claim.outcome_id))
        else:
            refused = Refused(REQUEST_BARRED) if claim.digest == BARRED_DIGEST else None
            answers.append(await service.refuse_key(tx, clock, "refund_items", key, refused))
    return answers


async def _refund_one(
    tx: Tx, clock: Clock, desk: Desk, request: RefundRequest, claimed: ClaimedKey, original: Settlement | None
) -> Corrected | Refused:
    judged = await _judge(tx, clock, desk, request, original)
    if isinstance(judged, Refused):
        return await _refuse(tx, clock, request, claimed, original, judged)
    try:
        async with tx.attempt():
            pair, batch_id = await _write(tx, clock, desk, request, judged)
    except RefusedMidway as midway:
        return await _refuse(tx, clock, request, claimed, original, midway.refused)
    correction = Correction(
        cell=request.cell,
        correction_id=claimed.outcome_id,
        kind=CorrectionKind.refund,
        person_id=judged.original.person_id,
        institution_id=request.institution_id,
        maker=request.operator_code,
        approver="",
        why="",
        fee_batch_id=batch_id,
        corrected_on=clock.today(),
        corrected_at=clock.now(),
    )
    return await write_correction(tx, correction, [pair])


async def _refuse(
    tx: Tx,
    clock: Clock,
    request: RefundRequest,
    claimed: ClaimedKey,
    original: Settlement | None,
    refused: Refused,
) -> Refused:
    return await encounters.refuse(
        tx,
        clock,
        "refund_items",
        cell=request.cell,
        institution_id=request.institution_id,
        refusal_id=claimed.outcome_id,
        refused=refused,
        person_id=original.person_id if original else None,
        encounter_id=original.encounter_id if original else None,
    )


async def _judge(
    tx: Tx, clock: Clock, desk: Desk, request: RefundRequest, original: Settlement | None
) -> _Refund | Refused:
    undo = ReverseRequest(
        institution_id=request.institution_id,
        operator_code=request.operator_code,
        terminal_code=request.terminal_code,
        request_key=request.request_key,
        digest=request.digest,
        cell=request.cell,
        settlement_id=request.settlement_id,
    )
    refused = await judge_reversal(tx, desk, undo, original)
    if refused is not None:
        return refused
    assert original is not None
    if original.mutual_aid_fen:
        return Refused(reasons.RELATIVE_PAID)
    name = (original.cell, original.encounter_id)
    encounter = (await encounters.read_encounters(tx, [name]))[name]
    batches = await encounters.read_fee_batches(tx, [name])
    after = settled_after_close(original)
    refused = encounters.judge_act(encounters.Act.refund_items, encounter, batches, settled_after_close=after)
    if refused is not None:
        return refused
    own = [batch for batch in batches if batch.fee_batch_id in original.facts.fee_batch_ids]
    by_line = {item.line_no: item for batch in own for item in batch.items}
    standing = [item for batch in batches if batch.state is not FeeBatchState.removed for item in batch.items]
    free = max(LINE_NO_MAX, *(item.line_no for item in standing)) + 1
    lines = []
    for place, line in enumerate(request.lines):
        item = by_line.get(line.line_no)
        if item is None or item.original_fee_item_id is not None:
            return Refused(reasons.REFUND_LINE_UNKNOWN, {"line_no": line.line_no})
        lines.append(
            NewFeeItem(
                line_no=free + place,
                item_code=item.item_code,
                quantity_e4=-line.quantity_e4,
                unit_price_micro=item.unit_price_micro,
                amount_fen=-line.amount_fen,
                practitioner_code=item.practitioner_code,
                trace_codes=line.trace_codes,
                split_pack=item.split_pack,
                hospital_approved=item.hospital_approved,
                original_line_no=item.line_no,
                incurred_on=item.incurred_on,
            )
        )
    rows = encounters.judge_lines(desk.references, encounter, lines, standing, today=clock.today())
    if isinstance(rows, Refused):
        return rows
    return _Refund(original=original, batches=own, lines=lines, rows=rows, earlier=standing)


async def _write(tx: Tx, clock: Clock, desk: Desk, request: RefundRequest, refund: _Refund) -> tuple[Pair, int]:
    """Reverse, add the negative lines, settle the rest; returns the pair and the batch of the negative lines."""
    original = refund.original
    at = {"operator_code": request.operator_code, "terminal_code": request.terminal_code}
    reversal = await free_and_reverse(tx, clock, desk, original, tx.ids.next(), **at)
    name = (original.cell, original.encounter_id, tx.ids.next())
    stays = original.facts.visit.kind in encounters.BED_KINDS
    day = clock.today() if stays else None
    ids = tx.ids.take(len(refund.lines))
    items = encounters.new_items(ids, *name, refund.lines, refund.rows, refund.earlier, stay_day=day)
    await encounters.insert_fee_batches(tx, [(*name, FeeBatchState.open.value, None)], items)
    tx.audit.append(
        AuditEvent(
            kind="items_added",
            cell=original.cell,
            subject_id=name[2],
            actor=request.operator_code,
            content=encounters.items_content(items),
        )
    )
    all_of_them = [item for batch in refund.batches for item in batch.items] + items
    if not rules.without_taken_back(all_of_them):
        returned = FeeBatch(
            cell=name[0],
            encounter_id=name[1],
            fee_batch_id=name[2],
            state=FeeBatchState.open,
            settlement_id=None,
            items=tuple(items),
        )
        gone = [*refund.batches, returned]
        await encounters.take_back(tx, gone, removal_id=reversal.settlement_id, actor=request.operator_code)
        return (original, reversal, None), name[2]
    facts = msgspec.structs.replace(original.facts, fee_batch_ids=(*original.facts.fee_batch_ids, name[2]))
    return (original, reversal, await settle_again(tx, clock, desk, original, facts, **at)), name[2]
