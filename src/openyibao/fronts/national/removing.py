"""Taking single lines back: the rooms take back whole batches, so what is left of one is written again. 中文: 单条明细撤销。"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.fronts.national.reasons import LINE_NAME_UNKNOWN
from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import find_keys
from openyibao.rooms import encounters, exchange, settlement
from openyibao.rooms.encounters import (
    AddItemsRequest,
    FeeBatch,
    FeeBatchState,
    FeeItem,
    NewFeeItem,
    Removed,
    RemoveItemsRequest,
)
from openyibao.rooms.exchange import LineName, VisitNote
from openyibao.rooms.settlement import Desk

ALL = "0000"


class _Midway(Exception):  # noqa: N818 no error: what was begun is taken back
    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


class RemoveNamed(msgspec.Struct, frozen=True, kw_only=True):
    """Take back lines by their own names; ``0000`` or none named: all that wait."""

    institution_id: int
    request_key: str
    digest: bytes
    visit: VisitNote
    own_lines: tuple[str, ...] = ()

    @property
    def cell(self) -> int:
        """Where the visit is."""
        return self.visit.cell

    @property
    def encounter_id(self) -> int:
        """Which visit."""
        return self.visit.encounter_id


async def remove_named(tx: Tx, clock: Clock, desk: Desk, requests: Sequence[RemoveNamed]) -> list[Removed | Refused]:
    """Take lines back, each request alone. Reasons: line_name_unknown · those of ``remove_items``, of ``add_items``."""
    await desk.fresh(tx)
    return [await _remove_one(tx, clock, desk, one) for one in requests]


async def _remove_one(tx: Tx, clock: Clock, desk: Desk, request: RemoveNamed) -> Removed | Refused:
    name = (request.cell, request.encounter_id)
    await encounters.read_encounters(tx, [name], lock=True)
    batches = await encounters.read_fee_batches(tx, [name])
    named = {one.line_no: one for one in await exchange.read_names(tx, [name])}
    touched, gone = _touched(request, batches, named)
    known = await find_keys(tx, "remove_items", [(request.institution_id, request.request_key)])
    if gone is None and not known:
        return Refused(LINE_NAME_UNKNOWN, {"own_line": request.own_lines[0]})
    asked = RemoveItemsRequest(
        institution_id=request.institution_id,
        request_key=request.request_key,
        digest=request.digest,
        cell=request.cell,
        encounter_id=request.encounter_id,
        fee_batch_ids=tuple(one.fee_batch_id for one in touched),
    )
    try:
        async with tx.attempt():
            (answer,) = await encounters.remove_items(tx, clock, desk.references, [asked])
            left = [item for batch in touched for item in batch.items if item.line_no not in (gone or ())]
            if left and gone and not isinstance(answer, Refused) and not answer.repeated:
                await _write_again(tx, clock, desk, request, batches, left, named)
    except _Midway as midway:
        return midway.refused
    return answer


def _touched(
    request: RemoveNamed, batches: Sequence[FeeBatch], named: dict[int, LineName]
) -> tuple[list[FeeBatch], set[int] | None]:
    """The waiting batches that hold the lines, and the lines' numbers; none of them for all, None where one is unknown."""
    if not request.own_lines or ALL in request.own_lines:
        return [], set()
    waiting = [batch for batch in batches if batch.state is FeeBatchState.open]
    numbers = {named[item.line_no].own_line: item.line_no for b in waiting for item in b.items if item.line_no in named}
    if not set(request.own_lines) <= numbers.keys():
        return [], None
    gone = {numbers[own] for own in request.own_lines}
    held = {batch.fee_batch_id for batch in waiting if any(item.line_no in gone for item in batch.items)}
    home = {item.fee_item_id: batch.fee_batch_id for batch in waiting for item in batch.items}
    while True:
        # Whatever takes back a line of these batches goes with it, and is written again too.
        more = {
            batch.fee_batch_id
            for batch in waiting
            if any(home.get(item.original_fee_item_id or 0) in held for item in batch.items)
        }
        if more <= held:
            return [batch for batch in waiting if batch.fee_batch_id in held], gone
        held |= more


async def _write_again(
    tx: Tx,
    clock: Clock,
    desk: Desk,
    request: RemoveNamed,
    batches: Sequence[FeeBatch],
    left: Sequence[FeeItem],
    named: dict[int, LineName],
) -> None:
    """What of the batches stays, under new numbers and its own names. Raises _Midway where that is refused."""
    first = max(named, default=0) + 1
    number_of = {item.fee_item_id: item.line_no for batch in batches for item in batch.items}
    new_numbers = {item.line_no: first + at for at, item in enumerate(left)}

    def line_of(one: FeeItem) -> NewFeeItem:
        original = number_of.get(one.original_fee_item_id or 0)
        return NewFeeItem(
            line_no=new_numbers[one.line_no],
            item_code=one.item_code,
            quantity_e4=one.quantity_e4,
            unit_price_micro=one.unit_price_micro,
            amount_fen=one.amount_fen,
            practitioner_code=one.practitioner_code,
            trace_codes=one.trace_codes,
            split_pack=one.split_pack,
            hospital_approved=one.hospital_approved,
            original_line_no=None if original is None else new_numbers.get(original, original),
            incurred_on=one.incurred_on,
        )

    asked = AddItemsRequest(
        institution_id=request.institution_id,
        request_key=f"{request.request_key}#left",
        digest=request.digest,
        cell=request.cell,
        encounter_id=request.encounter_id,
        items=tuple(line_of(one) for one in left),
    )
    (answer,) = await encounters.add_items(
        tx, clock, desk.references, [asked], judge_more=lambda *judged: settlement.judge_uploaded(desk, *judged)
    )
    if isinstance(answer, Refused):
        raise _Midway(answer)
    await exchange.insert_names(
        tx,
        [
            msgspec.structs.replace(
                named[item.line_no], line_no=new_numbers[item.line_no], fee_batch_id=answer.fee_batch_id
            )
            for item in left
        ],
    )
