"""The verb reprice: the agency prices settlements again, or takes them back out of order; later ones follow.

For a late filing or a back-payment: name the settlements and give ``new_facts``, which answers each settlement's facts as
they should have been. All settlements of the person from the first named one's turn on (same insurance and policy year)
are reversed from the last to the first and settled again in their order, in one transaction: reversal and new
settlement stand in turns of their own, so that the books show every difference; a correction ties them together with
maker, approver and reason. A later bill of a stay in another year follows its earlier ones. 中文: 重算。
"""

from __future__ import annotations

from collections.abc import Sequence

from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused, reason
from openyibao.kit.requests import BARRED_DIGEST, KEY_CONFLICT, REQUEST_BARRED, KeyedRequest, claim_keys
from openyibao.rooms import encounters, periods, policies
from openyibao.rooms.encounters import BED_KINDS
from openyibao.rooms.people import lock_persons
from openyibao.rooms.settlement import store
from openyibao.rooms.settlement.correcting import (
    NewFacts,
    Pair,
    RefusedMidway,
    read_corrected,
    settle_again,
    write_correction,
)
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.records import (
    Corrected,
    Correction,
    CorrectionKind,
    RepriceRequest,
    Settlement,
    SettlementFacts,
    SettlementKind,
)
from openyibao.rooms.settlement.staying import standing_of_stay
from openyibao.rooms.settlement.undoing import free_and_reverse

REPRICED_MAX = 200
"""Settlements in one repricing."""
AGENCY_TERMINAL = "agency"

TOO_MANY_TO_REPRICE = reason(
    "too_many_to_reprice",
    zh="需要重算的结算超过 {most} 笔",
    en="More than {most} settlements would be priced again",
    next_zh="请选择较晚的结算分次重算, 或按手工报销更正",
    next_en="Reprice from a later settlement on, in several acts, or correct it by a manual claim",
)
NOT_ONE_PERSON = reason(
    "not_one_person",
    zh="所选结算不属于同一参保人, 或已撤销",
    en="The settlements are not of one person, or one of them stands no more",
    next_zh="请按参保人分别重算, 只选仍有效的结算",
    next_en="Reprice person by person, and name settlements that stand",
)


async def reprice(
    tx: Tx, clock: Clock, desk: Desk, requests: Sequence[RepriceRequest], *, new_facts: NewFacts | None = None
) -> list[Corrected | Refused]:
    """Price settlements again, or take them back out of order.

    Reasons: request_barred · key_conflict · why_missing · approver_is_maker · settlement_unknown · not_one_person ·
    too_many_to_reprice · those of the benefit under the new facts · those of the packs.
    """
    await desk.fresh(tx)
    return [await _reprice_one(tx, clock, desk, request, new_facts) for request in requests]


async def _reprice_one(
    tx: Tx, clock: Clock, desk: Desk, request: RepriceRequest, new_facts: NewFacts | None
) -> Corrected | Refused:
    named = await store.read_settlements(tx, [(request.cell, one) for one in request.settlement_ids])
    await lock_persons(tx, {(one.cell, one.person_id) for one in named.values()})
    keyed = KeyedRequest(
        cell=request.cell, institution_id=request.agency, request_key=request.request_key, digest=request.digest
    )
    (claim,) = await claim_keys(tx, "reprice", [keyed], at=clock.now())
    if not claim.fresh:
        if claim.digest == request.digest:
            known = await read_corrected(tx, claim.cell, claim.outcome_id, repeated=True)
            return known or await encounters.known_refusal(tx, claim.cell, claim.outcome_id)
        barred = claim.digest == BARRED_DIGEST
        refused = Refused(REQUEST_BARRED) if barred else Refused(KEY_CONFLICT, {"request_key": request.request_key})
        return await _refuse(tx, clock, request, refused, tx.ids.next())
    affected = await _judge(tx, desk, request, list(named.values()), new_facts)
    if isinstance(affected, Refused):
        return await _refuse(tx, clock, request, affected, claim.outcome_id, named)
    correction = Correction(
        cell=request.cell,
        correction_id=claim.outcome_id,
        kind=CorrectionKind.repricing,
        person_id=affected[0].person_id,
        institution_id=request.agency,
        maker=request.maker,
        approver=request.approver,
        why=request.why,
        fee_batch_id=None,
        corrected_on=clock.today(),
        corrected_at=clock.now(),
    )
    try:
        async with tx.attempt():
            pairs = await _replace(tx, clock, desk, request, affected, new_facts)
    except RefusedMidway as midway:
        return await _refuse(tx, clock, request, midway.refused, claim.outcome_id, named)
    return await write_correction(tx, correction, pairs)


async def _replace(
    tx: Tx,
    clock: Clock,
    desk: Desk,
    request: RepriceRequest,
    affected: Sequence[Settlement],
    new_facts: NewFacts | None,
) -> list[Pair]:
    """Reverse all from the last on, settle again from the first on; those that are removed stay reversed."""
    at = {"operator_code": request.maker, "terminal_code": AGENCY_TERMINAL}
    reversals = {}
    for old in reversed(affected):
        reversals[old.settlement_id] = await free_and_reverse(tx, clock, desk, old, tx.ids.next(), **at)
    pairs: list[Pair] = []
    for old in affected:
        new = None
        if not (request.remove and old.settlement_id in request.settlement_ids):
            new = await settle_again(tx, clock, desk, old, _facts_of(request, old, new_facts), **at)
        pairs.append((old, reversals[old.settlement_id], new))
    return pairs


def _facts_of(request: RepriceRequest, old: Settlement, new_facts: NewFacts | None) -> SettlementFacts:
    """New facts are given to the settlements that were named; the later ones keep theirs."""
    return new_facts(old) if new_facts is not None and old.settlement_id in request.settlement_ids else old.facts


async def _judge(
    tx: Tx, desk: Desk, request: RepriceRequest, named: Sequence[Settlement], new_facts: NewFacts | None
) -> list[Settlement] | Refused:
    """All that must be priced again, in order. Nothing is written before this has said yes; then nothing is refused."""
    refused = periods.judge_officers(request.maker, request.approver, request.why)
    if refused is not None:
        return refused
    if not named or len(named) < len(set(request.settlement_ids)):
        return Refused(encounters.SETTLEMENT_UNKNOWN)
    gone = await store.read_reversals(tx, [(one.cell, one.settlement_id) for one in named])
    persons = {one.person_id for one in named}
    if len(persons) > 1 or gone or any(one.kind is SettlementKind.reversal for one in named):
        return Refused(NOT_ONE_PERSON)
    affected = await _find_affected(tx, named)
    if isinstance(affected, Refused):
        return affected
    visits = sorted({(one.cell, one.encounter_id) for one in affected})
    await encounters.read_encounters(tx, visits, lock=True)
    for old in affected:
        policy = desk.shelf.by_hash(old.document_hash)
        if policy is None:
            raise LookupError(f"policy document {old.document_hash} is not there")
        facts = _facts_of(request, old, new_facts)
        refused = policies.judge_visit(policy, facts.person, facts.visit)
        if refused is not None:
            return refused
    return affected


async def _find_affected(tx: Tx, named: Sequence[Settlement]) -> list[Settlement] | Refused:
    """The named settlements and all that stand on them, in the order of their years and turns."""
    from_turn: dict[tuple[str, int], int] = {}
    waiting = list(named)
    found: dict[int, Settlement] = {}
    while waiting:
        one = waiting.pop()
        key = (one.insurance_type, one.policy_year)
        if one.turn >= from_turn.get(key, one.turn + 1):
            continue
        from_turn[key] = one.turn
        later = await store.list_standing_from(tx, (one.cell, one.person_id), *key, one.turn, most=REPRICED_MAX + 1)
        for each in later:
            found[each.settlement_id] = each
            if each.facts.visit.kind in BED_KINDS:
                batches = await encounters.read_fee_batches(tx, [(each.cell, each.encounter_id)])
                place = (each.policy_year, each.turn)
                siblings = await standing_of_stay(tx, each.cell, batches)
                waiting += [each for each in siblings if (each.policy_year, each.turn) > place]
        if len(found) > REPRICED_MAX:
            return Refused(TOO_MANY_TO_REPRICE, {"most": REPRICED_MAX})
    return sorted(found.values(), key=lambda one: (one.policy_year, one.turn))


async def _refuse(
    tx: Tx,
    clock: Clock,
    request: RepriceRequest,
    refused: Refused,
    refusal_id: int,
    named: dict[tuple[int, int], Settlement] | None = None,
) -> Refused:
    first = next(iter((named or {}).values()), None)
    return await encounters.refuse(
        tx,
        clock,
        "reprice",
        cell=request.cell,
        institution_id=request.agency,
        refusal_id=refusal_id,
        refused=refused,
        person_id=None if first is None else first.person_id,
        encounter_id=None if first is None else first.encounter_id,
    )
