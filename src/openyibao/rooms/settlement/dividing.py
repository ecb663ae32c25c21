"""How the lines of a visit are parted by the policy, before anybody pays: what an institution is told as it uploads. 中文: 明细分割。

Reads only. The same way as a bill that is tried, without asking whether somebody may spend now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters
from openyibao.rooms.encounters import FeeBatch, FeeBatchState, FeeItem
from openyibao.rooms.policies import AccountUse, LineSplit
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.pricing import price
from openyibao.rooms.settlement.records import Settlement, SettleRequest
from openyibao.rooms.settlement.service import look_at
from openyibao.rooms.settlement.subjects import load_standing, load_subjects

_MOMENT = timedelta(minutes=1)


async def part_lines(
    reading: Reading, clock: Clock, desk: Desk, *, cell: int, encounter_id: int, fee_batch_ids: Sequence[int]
) -> dict[int, LineSplit] | Refused:
    """The parts of each line of some batches that wait, by line number; a negative line has what it takes off its original.

    Reasons: encounter_unknown · those of ``assess`` but for presence: then no policy parts them.
    """
    await desk.fresh(reading)
    visit = (await encounters.read_encounters(reading, [(cell, encounter_id)])).get((cell, encounter_id))
    if visit is None:
        return Refused(encounters.ENCOUNTER_UNKNOWN)
    request = SettleRequest(
        institution_id=visit.institution_id,
        operator_code="",
        terminal_code="",
        request_key="",
        digest=b"",
        cell=cell,
        encounter_id=encounter_id,
        account_use=AccountUse.none,
    )
    (subject,) = await load_subjects(reading, clock, [request])
    assert subject.encounter is not None
    subject.encounter = msgspec.structs.replace(subject.encounter, pays_until=clock.now() + _MOMENT)
    waiting = [batch for batch in subject.batches if batch.state is FeeBatchState.open]
    asked = {item.line_no: item for batch in waiting if batch.fee_batch_id in fee_batch_ids for item in batch.items}
    standing = await load_standing(reading, [(cell, visit.person_id)], lock=False)

    async def parts_of(batches: list[FeeBatch]) -> dict[int, LineSplit] | Refused:
        subject.batches = batches
        done = await look_at(reading, clock, desk, subject, standing)
        return done if isinstance(done, Refused) else {part.line_no: part for part in done.split.lines}

    parts = await parts_of(waiting)
    negative = [item for item in asked.values() if item.original_fee_item_id is not None]
    if isinstance(parts, Refused) or not negative:
        return parts
    before = await parts_of([_without(batch, negative) for batch in waiting])
    if isinstance(before, Refused):
        return before
    numbers = {item.fee_item_id: item.line_no for batch in waiting for item in batch.items}
    taken = {item.line_no: numbers.get(item.original_fee_item_id or 0, 0) for item in negative}
    return {**parts, **{line_no: _less(line_no, parts, before, original) for line_no, original in taken.items()}}


def _without(batch: FeeBatch, taken: Sequence[FeeItem]) -> FeeBatch:
    gone = {item.fee_item_id for item in taken}
    return msgspec.structs.replace(batch, items=tuple(one for one in batch.items if one.fee_item_id not in gone))


def _less(line_no: int, after: dict[int, LineSplit], before: dict[int, LineSplit], original: int) -> LineSplit:
    """What a negative line takes off: the original's parts after it less those before."""
    now, then = after.get(original, LineSplit(line_no=0)), before.get(original, LineSplit(line_no=0))
    return LineSplit(
        line_no=line_no,
        excluded_fen=now.excluded_fen - then.excluded_fen,
        over_limit_fen=now.over_limit_fen - then.over_limit_fen,
        first_share_fen=now.first_share_fen - then.first_share_fen,
        in_policy_fen=now.in_policy_fen - then.in_policy_fen,
    )


def parts_of_settlement(desk: Desk, bill: Settlement, items: Sequence[FeeItem]) -> dict[int, LineSplit]:
    """The parts of a stored settlement's lines, computed again as it was. Raises LookupError where its document is gone."""
    policy = desk.shelf.by_hash(bill.document_hash)
    if policy is None:
        raise LookupError(f"policy document {bill.document_hash} is not there")
    return {part.line_no: part for part in price(desk, policy, bill.facts, items).lines}
