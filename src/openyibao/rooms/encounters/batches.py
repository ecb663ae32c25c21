"""Taking fee lines back before they are settled: some batches, or all that wait ("0000"). 中文: 费用明细撤销。"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.encounters import store, telling
from openyibao.rooms.encounters.judging import References
from openyibao.rooms.encounters.lives import LINES_SETTLED, NOTHING_TO_REMOVE, Act, judge_act
from openyibao.rooms.encounters.records import Encounter, FeeBatch, FeeBatchState, RemoveItemsRequest
from openyibao.rooms.encounters.refusing import claim_or_refuse, known_refusal, refuse
from openyibao.rooms.encounters.rules import ENCOUNTER_UNKNOWN, NEGATIVE_STANDS
from openyibao.rooms.institutions import may_act


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of remove_items: what was taken back; sums in fen."""

    cell: int
    encounter_id: int
    fee_batch_ids: tuple[int, ...]
    line_count: int
    amount_fen: int
    repeated: bool = False


async def remove_items(
    tx: Tx, clock: Clock, references: References, requests: Sequence[RemoveItemsRequest]
) -> list[Removed | Refused]:
    """Take batches back. Reasons: institution_suspended · encounter_unknown · those of ``judge_removal``."""
    claims = await claim_or_refuse(tx, clock, "remove_items", requests, [one.cell for one in requests])
    visits = await store.read_encounters(tx, [(one.cell, one.encounter_id) for one in requests], lock=True)
    answers: list[Removed | Refused] = []
    for request, claim in zip(requests, claims, strict=True):
        if isinstance(claim, Refused):
            answers.append(claim)
            continue
        name = (request.cell, request.encounter_id)
        batches = await store.read_fee_batches(tx, [name])
        if not claim.fresh:
            removed = await store.read_removed(tx, *name, claim.outcome_id)
            gone = [batch for batch in batches if batch.fee_batch_id in removed]
            answers.append(
                _removed(name, gone, repeated=True) if gone else await known_refusal(tx, claim.cell, claim.outcome_id)
            )
            continue
        judged = _judge(references, request, visits.get(name), batches)
        if isinstance(judged, Refused):
            encounter = visits.get(name)
            answers.append(
                await refuse(
                    tx,
                    clock,
                    "remove_items",
                    cell=request.cell,
                    institution_id=request.institution_id,
                    refusal_id=claim.outcome_id,
                    refused=judged,
                    person_id=None if encounter is None else encounter.person_id,
                    encounter_id=request.encounter_id,
                )
            )
            continue
        await take_back(tx, judged, removal_id=claim.outcome_id, actor=str(request.institution_id))
        answers.append(_removed(name, judged, repeated=False))
    return answers


async def take_back(tx: Tx, batches: Sequence[FeeBatch], *, removal_id: int, actor: str) -> None:
    """Mark batches that wait as taken back, under the removal's id, and tell of each. The visit is locked."""
    await store.mark_removed(tx, batches, removal_id)
    tx.audit += [
        AuditEvent(
            kind="items_removed",
            cell=batch.cell,
            subject_id=batch.fee_batch_id,
            actor=actor,
            content=telling.content_of_removal(batch.fee_batch_id, removal_id),
        )
        for batch in batches
    ]


def _removed(name: tuple[int, int], batches: Sequence[FeeBatch], *, repeated: bool) -> Removed:
    lines = [item for batch in batches for item in batch.items]
    return Removed(
        cell=name[0],
        encounter_id=name[1],
        fee_batch_ids=tuple(batch.fee_batch_id for batch in batches),
        line_count=len(lines),
        amount_fen=sum(item.amount_fen for item in lines),
        repeated=repeated,
    )


def _judge(
    references: References, request: RemoveItemsRequest, encounter: Encounter | None, batches: Sequence[FeeBatch]
) -> list[FeeBatch] | Refused:
    institution = references.directory.by_id(request.institution_id)
    refused = may_act(institution) if institution else Refused(ENCOUNTER_UNKNOWN)
    if refused is not None:
        return refused
    if encounter is None or encounter.institution_id != request.institution_id:
        return Refused(ENCOUNTER_UNKNOWN)
    return judge_removal(encounter, batches, request.fee_batch_ids)


def judge_removal(
    encounter: Encounter, batches: Sequence[FeeBatch], fee_batch_ids: Sequence[int]
) -> list[FeeBatch] | Refused:
    """The batches that may be taken back. Order: those of ``lives`` · nothing_to_remove · lines_settled · negative_stands."""
    refused = judge_act(Act.remove_items, encounter, batches)
    if refused is not None:
        return refused
    by_id = {batch.fee_batch_id: batch for batch in batches}
    wanted = [by_id.get(one) for one in fee_batch_ids] if fee_batch_ids else list(batches)
    if any(batch is None or batch.state is FeeBatchState.removed for batch in wanted) and fee_batch_ids:
        return Refused(NOTHING_TO_REMOVE)
    if fee_batch_ids and any(batch is not None and batch.state is FeeBatchState.settled for batch in wanted):
        return Refused(LINES_SETTLED)
    chosen = [batch for batch in wanted if batch is not None and batch.state is FeeBatchState.open]
    ids = {batch.fee_batch_id for batch in chosen}
    going = {item.fee_item_id for batch in chosen for item in batch.items}
    staying = [b for b in batches if b.state is not FeeBatchState.removed and b.fee_batch_id not in ids]
    for item in (item for batch in staying for item in batch.items):
        if item.original_fee_item_id in going:
            return Refused(NEGATIVE_STANDS, {"line_no": item.line_no})
    return chosen
