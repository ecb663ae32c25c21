"""Annulling by the original key and verb, and finding out what became of a key (FIELD 15). 中文: 冲正与查询结果。

Found → undone: a visit that was opened is cancelled, lines that were uploaded are taken back, a close is reopened, a
settlement reversed, a reversal restored by settling again, a refund restored likewise. Never came → its key is barred.
Refused, or undone before → said so, nothing happens.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import BARRED_DIGEST, ClaimedKey, KeyedRequest, claim_keys, find_keys
from openyibao.rooms import encounters
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.encounters import EncounterState, FeeBatchState, RemoveItemsRequest, UndoRequest
from openyibao.rooms.people import lock_persons
from openyibao.rooms.settlement import reasons, restoring, service, store
from openyibao.rooms.settlement.correcting import read_corrected
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.records import (
    AnnulRequest,
    Corrected,
    FoundOutcome,
    OutcomeState,
    ReverseRequest,
    Settled,
    Settlement,
)
from openyibao.rooms.settlement.staying import reopen_encounters
from openyibao.rooms.settlement.undoing import known_undoing, lock_persons_of, reverse_one

Annulled = Settled | Corrected | FoundOutcome | Refused
ANNULLED_VERBS = (*("open_encounter", "add_items", "close_encounter", "settle", "reverse", "refund_items"),)
"""Verbs whose acts can be annulled and found."""


async def annul(tx: Tx, clock: Clock, desk: Desk, requests: Sequence[AnnulRequest]) -> list[Annulled]:
    """Undo by the original key and verb.

    Reasons: verb_unknown · key_conflict · those of the verb that undoes. Where nothing stands, ``FoundOutcome``: ``barred`` or
    ``refused``; where something of a visit was undone, ``undone``.
    """
    await desk.fresh(tx)
    return [await _annul_one(tx, clock, desk, request) for request in requests]


async def _annul_one(tx: Tx, clock: Clock, desk: Desk, request: AnnulRequest) -> Annulled:
    if request.original_verb not in ANNULLED_VERBS:
        keyed = KeyedRequest(
            cell=0, institution_id=request.institution_id, request_key=request.request_key, digest=request.digest
        )
        unknown = Refused(reasons.VERB_UNKNOWN, {"verb": request.original_verb})
        return await service.refuse_key(tx, clock, "annul", keyed, unknown)
    # Claiming the key waits for an original that is just under way: what it became is seen afterwards.
    original = await claim_to_bar(tx, clock, request)
    if original is None or original.digest == BARRED_DIGEST:
        return _found(OutcomeState.barred, None, ("ask_with_new_key",))
    name = (original.cell, original.outcome_id)
    refused = (await encounters.read_refusals(tx, [name])).get(original.outcome_id)
    if refused is not None:
        return _found(OutcomeState.refused, refused[0], ("ask_with_new_key",))
    return await _UNDO[request.original_verb](tx, clock, desk, request, original)


def _found(state: OutcomeState, why: str | None, next_actions: tuple[str, ...]) -> FoundOutcome:
    return FoundOutcome(state=state, settlement=None, reason=why, next_actions=next_actions)


async def claim_to_bar(tx: Tx, clock: Clock, request: AnnulRequest) -> ClaimedKey | None:
    """Claim the original's key with a digest no request has: a late original will be refused. Else what has the key."""
    keyed = KeyedRequest(
        cell=0,
        institution_id=request.institution_id,
        request_key=request.original_key,
        digest=BARRED_DIGEST,
    )
    (claim,) = await claim_keys(tx, request.original_verb, [keyed], at=clock.now())
    if not claim.fresh:
        return claim
    tx.audit.append(
        AuditEvent(
            kind="request_barred",
            cell=0,
            subject_id=claim.outcome_id,
            actor=request.operator_code,
            content=sm3(f"{request.institution_id}|{request.original_verb}|{request.original_key}".encode()),
        )
    )
    return None


async def _claim_own(
    tx: Tx, clock: Clock, request: AnnulRequest, cell: int, person_id: int | None
) -> tuple[ClaimedKey, KeyedRequest]:
    """Lock the person, then claim the annulment's own key."""
    if person_id is not None:
        await lock_persons(tx, {(cell, person_id)})
    keyed = KeyedRequest(
        cell=cell, institution_id=request.institution_id, request_key=request.request_key, digest=request.digest
    )
    (claim,) = await claim_keys(tx, "annul", [keyed], at=clock.now())
    return claim, keyed


async def _undo_settling(tx: Tx, clock: Clock, desk: Desk, request: AnnulRequest, original: ClaimedKey) -> Annulled:
    name = (original.cell, original.outcome_id)
    found = (await store.read_settlements(tx, [name]))[name]
    undo = ReverseRequest(
        institution_id=request.institution_id,
        operator_code=request.operator_code,
        terminal_code=request.terminal_code,
        request_key=request.request_key,
        digest=request.digest,
        cell=found.cell,
        settlement_id=found.settlement_id,
    )
    await lock_persons_of(tx, {name: found})
    claim, keyed = await _claim_own(tx, clock, request, found.cell, None)
    if claim.fresh:
        return await reverse_one(tx, clock, desk, undo, claim.outcome_id, verb="annul")
    if claim.digest != request.digest:
        return await service.refuse_key(tx, clock, "annul", keyed)
    return await known_undoing(tx, claim)


async def _undo_reversal(tx: Tx, clock: Clock, desk: Desk, request: AnnulRequest, original: ClaimedKey) -> Annulled:
    name = (original.cell, original.outcome_id)
    reversal = (await store.read_settlements(tx, [name]))[name]
    claim, keyed = await _claim_own(tx, clock, request, original.cell, reversal.person_id)
    if not claim.fresh:
        return await _known_restoration(tx, clock, request, claim, keyed)
    return await restoring.restore_reversed(tx, clock, desk, request, reversal, claim.outcome_id)


async def _undo_refund(tx: Tx, clock: Clock, desk: Desk, request: AnnulRequest, original: ClaimedKey) -> Annulled:
    refund = await read_corrected(tx, original.cell, original.outcome_id)
    assert refund is not None
    claim, keyed = await _claim_own(tx, clock, request, original.cell, refund.correction.person_id)
    if not claim.fresh:
        return await _known_restoration(tx, clock, request, claim, keyed)
    return await restoring.restore_refunded(tx, clock, desk, request, refund, claim.outcome_id)


async def _known_restoration(
    tx: Tx, clock: Clock, request: AnnulRequest, claimed: ClaimedKey, keyed: KeyedRequest
) -> Annulled:
    if claimed.digest != request.digest:
        return await service.refuse_key(tx, clock, "annul", keyed)
    known = await read_corrected(tx, claimed.cell, claimed.outcome_id, repeated=True)
    return known or await encounters.known_refusal(tx, claimed.cell, claimed.outcome_id)


async def _undo_opening(tx: Tx, clock: Clock, desk: Desk, request: AnnulRequest, original: ClaimedKey) -> Annulled:
    undo = _undo_request(request, original.cell, original.outcome_id)
    (answer,) = await encounters.cancel_encounters(tx, clock, desk.references, [undo])
    return answer if isinstance(answer, Refused) else _found(OutcomeState.undone, None, ("ask_with_new_key",))


async def _undo_upload(tx: Tx, clock: Clock, desk: Desk, request: AnnulRequest, original: ClaimedKey) -> Annulled:
    batch = await encounters.find_batch(tx, original.cell, original.outcome_id)
    if batch is None:
        keyed = KeyedRequest(
            cell=original.cell,
            institution_id=request.institution_id,
            request_key=request.request_key,
            digest=request.digest,
        )
        return await service.refuse_key(tx, clock, "annul", keyed, Refused(encounters.LINES_SETTLED))
    undo = RemoveItemsRequest(
        institution_id=request.institution_id,
        request_key=request.request_key,
        digest=request.digest,
        cell=original.cell,
        encounter_id=batch.encounter_id,
        fee_batch_ids=(original.outcome_id,),
    )
    (answer,) = await encounters.remove_items(tx, clock, desk.references, [undo])
    return answer if isinstance(answer, Refused) else _found(OutcomeState.undone, None, ("ask_with_new_key",))


async def _undo_close(tx: Tx, clock: Clock, desk: Desk, request: AnnulRequest, original: ClaimedKey) -> Annulled:
    step = await encounters.find_step(tx, original.cell, original.outcome_id)
    assert step is not None
    undo = _undo_request(request, original.cell, step.encounter_id)
    (answer,) = await reopen_encounters(tx, clock, desk, [undo])
    return answer if isinstance(answer, Refused) else _found(OutcomeState.undone, None, ("ask_with_new_key",))


def _undo_request(request: AnnulRequest, cell: int, encounter_id: int) -> UndoRequest:
    return UndoRequest(
        institution_id=request.institution_id,
        operator_code=request.operator_code,
        request_key=request.request_key,
        digest=request.digest,
        cell=cell,
        encounter_id=encounter_id,
    )


_Undo = Callable[[Tx, Clock, Desk, AnnulRequest, ClaimedKey], Awaitable[Annulled]]
_UNDO: Mapping[str, _Undo] = {
    "open_encounter": _undo_opening,
    "add_items": _undo_upload,
    "close_encounter": _undo_close,
    "settle": _undo_settling,
    "reverse": _undo_reversal,
    "refund_items": _undo_refund,
}


async def find_outcome(reading: Reading, institution_id: int, request_key: str, verb: str = "settle") -> FoundOutcome:
    """What became of a request by its key and verb: finding out changes nothing (N7)."""
    claim = (await find_keys(reading, verb, [(institution_id, request_key)])).get((institution_id, request_key))
    if claim is None:
        return _found(OutcomeState.unknown, None, ("repeat_same_key", "annul"))
    again = "settle_with_new_key" if verb == "settle" else "ask_with_new_key"
    if claim.digest == BARRED_DIGEST:
        return _found(OutcomeState.barred, None, (again,))
    refused = (await encounters.read_refusals(reading, [(claim.cell, claim.outcome_id)])).get(claim.outcome_id)
    if refused is not None:
        return _found(OutcomeState.refused, refused[0], (again,))
    if verb in {"settle", "reverse"}:
        return await _find_settlement(reading, claim, again)
    return (
        _found(OutcomeState.undone, None, (again,))
        if await _gone(reading, verb, claim)
        else _found(OutcomeState.done, None, ("annul",))
    )


async def _find_settlement(reading: Reading, claimed: ClaimedKey, again: str) -> FoundOutcome:
    name = (claimed.cell, claimed.outcome_id)
    found: Settlement = (await store.read_settlements(reading, [name]))[name]
    if found.original_settlement_id is not None:
        return FoundOutcome(
            state=OutcomeState.reversed, settlement=found, reason=None, next_actions=("print_slip", "annul")
        )
    gone = (await store.read_reversals(reading, [name])).get(name)
    return FoundOutcome(
        state=OutcomeState.settled if gone is None else OutcomeState.reversed,
        settlement=found,
        reason=None,
        next_actions=("print_slip", "reverse") if gone is None else (again,),
    )


async def _gone(reading: Reading, verb: str, claimed: ClaimedKey) -> bool:
    """Whether what a verb did to a visit was undone since."""
    name = (claimed.cell, claimed.outcome_id)
    if verb == "open_encounter":
        visit = (await encounters.read_encounters(reading, [name]))[name]
        return visit.state is EncounterState.cancelled
    if verb == "add_items":
        batch = await encounters.find_batch(reading, *name)
        return batch is not None and batch.state is FeeBatchState.removed
    if verb == "close_encounter":
        step = await encounters.find_step(reading, *name)
        return step is None or await encounters.was_reopened(reading, step)
    refund = await read_corrected(reading, *name)
    if refund is None:
        return True
    link = refund.settlements[-1]
    if link.new_settlement_id is None:
        reversal = (await store.read_settlements(reading, [(link.cell, link.reversal_id)]))[link.cell, link.reversal_id]
        return await store.was_restored(reading, reversal)
    return bool(await store.read_reversals(reading, [(claimed.cell, link.new_settlement_id)]))
