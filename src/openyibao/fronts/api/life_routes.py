"""Routes of the life of a visit or stay after its registration, of refunds, and of finding out by verb. 中文: 就诊经过接口。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from openyibao.fronts.api import life_bodies
from openyibao.fronts.api.answers import corrected_body, outcome_body
from openyibao.fronts.api.bodies import path_reference, split_reference
from openyibao.fronts.api.calls import Call, Route
from openyibao.fronts.api.reasons import KEY_MISSING
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, settlement
from openyibao.rooms.encounters import (
    ENCOUNTER_UNKNOWN,
    ChangeRequest,
    CloseRequest,
    EncounterStep,
    FeeBatch,
    RemoveItemsRequest,
    UndoRequest,
)
from openyibao.rooms.settlement import ANNULLED_VERBS, RefundRequest


def _asked(call: Call) -> dict[str, Any] | Refused:
    """What every keyed request about a visit carries."""
    if call.request_key is None:
        return Refused(KEY_MISSING)
    cell, encounter_id = split_reference(call.body.encounter_id)
    return {
        "institution_id": call.institution_id,
        "request_key": call.request_key,
        "digest": call.digest,
        "cell": cell,
        "encounter_id": encounter_id,
    }


async def _remove(call: Call) -> Any:
    body: life_bodies.RemoveBody = call.body
    asked = _asked(call)
    if isinstance(asked, Refused):
        return asked
    batches = tuple(split_reference(one)[1] for one in body.fee_batch_ids)
    answer = await call.platform.lane.submit("remove_items", RemoveItemsRequest(**asked, fee_batch_ids=batches))
    if isinstance(answer, Refused):
        return answer
    return {
        "fee_batch_ids": [f"{answer.cell}-{one}" for one in answer.fee_batch_ids],
        "line_count": answer.line_count,
        "amount_fen": answer.amount_fen,
        "repeated": answer.repeated,
    }


async def _change(call: Call) -> Any:
    body: life_bodies.ChangeBody = call.body
    asked = _asked(call)
    if isinstance(asked, Refused):
        return asked
    request = ChangeRequest(
        **asked,
        operator_code=body.operator_code,
        ward=body.ward,
        bed=body.bed,
        practitioner_code=body.practitioner_code,
        diagnoses=body.diagnoses,
    )
    return _stepped(await call.platform.lane.submit("change_encounter", request))


async def _close(call: Call) -> Any:
    body: life_bodies.CloseBody = call.body
    asked = _asked(call)
    if isinstance(asked, Refused):
        return asked
    request = CloseRequest(
        **asked,
        operator_code=body.operator_code,
        closed_on=body.closed_on,
        diagnoses=body.diagnoses,
    )
    return _stepped(await call.platform.lane.submit("close_encounter", request))


def _undoing(verb: str) -> Callable[[Call], Awaitable[Any]]:
    async def undo(call: Call) -> Any:
        asked = _asked(call)
        if isinstance(asked, Refused):
            return asked
        request = UndoRequest(**asked, operator_code=call.body.operator_code)
        return _stepped(await call.platform.lane.submit(verb, request))

    return undo


def _stepped(answer: Any) -> Any:
    if isinstance(answer, Refused):
        return answer
    visit = answer.encounter
    return {
        "encounter_id": f"{visit.cell}-{visit.encounter_id}",
        "state": visit.state.value,
        "kind": visit.kind.value,
        "opened_on": visit.opened_on,
        "closed_on": visit.closed_on,
        "step": _step_body(answer.step),
        "repeated": answer.repeated,
    }


def _step_body(step: EncounterStep) -> dict[str, Any]:
    fields = (
        "step_no",
        "kind",
        "step_on",
        "ward",
        "bed",
        "practitioner_code",
        "diagnoses",
        "operator_code",
        "stepped_at",
    )
    return {name: getattr(step, name) for name in fields}


def _batch_body(batch: FeeBatch) -> dict[str, Any]:
    settled = batch.settlement_id is not None and batch.state.value == "settled"
    return {
        "fee_batch_id": f"{batch.cell}-{batch.fee_batch_id}",
        "state": batch.state.value,
        "settlement_id": f"{batch.cell}-{batch.settlement_id}" if settled else None,
        "line_count": len(batch.items),
        "amount_fen": sum(item.amount_fen for item in batch.items),
    }


async def _show(call: Call) -> Any:
    name = path_reference(call.parameters[0])
    async with call.platform.readers.reading() as reading:
        visit = (await encounters.read_encounters(reading, [name])).get(name)
        if visit is None or visit.institution_id != call.institution_id:
            return Refused(ENCOUNTER_UNKNOWN)
        batches = await encounters.read_fee_batches(reading, [name])
        steps = await encounters.read_steps(reading, [name])
    return {
        "encounter_id": call.parameters[0],
        "state": visit.state.value,
        "kind": visit.kind.value,
        "opened_on": visit.opened_on,
        "closed_on": visit.closed_on,
        "admission_no": visit.admission_no,
        "pays_until": visit.pays_until,
        "batches": [_batch_body(batch) for batch in batches],
        "steps": [_step_body(step) for step in steps],
    }


async def _refund(call: Call) -> Any:
    body: life_bodies.RefundBody = call.body
    if call.request_key is None:
        return Refused(KEY_MISSING)
    cell, settlement_id = split_reference(body.settlement_id)
    request = RefundRequest(
        institution_id=call.institution_id,
        operator_code=body.operator_code,
        terminal_code=body.terminal_code,
        request_key=call.request_key,
        digest=call.digest,
        cell=cell,
        settlement_id=settlement_id,
        lines=body.lines,
    )
    answer = await call.platform.lane.submit("refund_items", request)
    return answer if isinstance(answer, Refused) else corrected_body(answer)


def _finding(verb: str) -> Callable[[Call], Awaitable[Any]]:
    async def find(call: Call) -> Any:
        async with call.platform.readers.reading() as reading:
            return outcome_body(await settlement.find_outcome(reading, call.institution_id, call.parameters[0], verb))

    return find


LIFE_ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "encounters/{}"): Route(run=_show, summary="A visit with its batches and every step of its life"),
    ("POST", "fee-batches/remove"): Route(
        run=_remove, body=life_bodies.RemoveBody, summary="Take back lines that are not settled; no batch named: all"
    ),
    ("POST", "encounters/change"): Route(
        run=_change, body=life_bodies.ChangeBody, summary="Change ward, bed, doctor or diagnoses; every change is kept"
    ),
    ("POST", "encounters/close"): Route(
        run=_close, body=life_bodies.CloseBody, summary="Close a visit, discharge a stay"
    ),
    ("POST", "encounters/reopen"): Route(
        run=_undoing("reopen_encounter"), body=life_bodies.UndoBody, summary="Undo a close or a discharge"
    ),
    ("POST", "encounters/cancel"): Route(
        run=_undoing("cancel_encounter"), body=life_bodies.UndoBody, summary="Cancel a registration or admission"
    ),
    ("POST", "refunds"): Route(
        run=_refund, body=life_bodies.RefundBody, summary="Take items back and settle the rest, in one act"
    ),
    **{
        ("GET", f"outcomes/{verb}/{{}}"): Route(run=_finding(verb), summary=f"What became of a key of {verb}")
        for verb in ANNULLED_VERBS
    },
}
"""(method, path below /api/v1/) → route; merged into the table of ``routes``."""
