"""Verbs of undoing and of finding out: reverse (latest first), annul by the original key, find_outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import ClaimedKey, KeyedRequest, claim_keys, find_keys
from openyibao.rooms import encounters, ledger, policies
from openyibao.rooms.accumulators import read_accumulators, write_accumulators
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.encounters import FeeBatchState
from openyibao.rooms.goods import StockMovement
from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.people import lock_persons, masked_name
from openyibao.rooms.settlement import assessing, rules, service, store, tracing, writing
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.records import (
    AnnulRequest,
    ExplainedSettlement,
    FoundOutcome,
    OutcomeState,
    ReverseRequest,
    Settled,
    Settlement,
    SettlementKind,
)


async def reverse(tx: Tx, clock: Clock, desk: Desk, requests: Sequence[ReverseRequest]) -> list[Settled | Refused]:
    """Undo settlements, each on top of those before it in the list.

    Reasons: key_conflict · institution_suspended · settlement_unknown · settlement_of_other_institution ·
    already_reversed · later_settlement_exists · returned_pack_sold_again.
    """
    await desk.fresh(tx)
    keyed = [
        KeyedRequest(cell=one.cell, institution_id=one.institution_id, request_key=one.request_key, digest=one.digest)
        for one in requests
    ]
    await _lock_persons(tx, await store.read_settlements(tx, [(one.cell, one.settlement_id) for one in requests]))
    claims = await claim_keys(tx, "reverse", keyed, at=clock.now())
    answers: list[Settled | Refused] = []
    for request, key, claim in zip(requests, keyed, claims, strict=True):
        if not claim.fresh and claim.digest != request.digest:
            answers.append(await service.refuse_key(tx, clock, "reverse", key))
        elif not claim.fresh:
            answers.append(await _known(tx, claim))
        else:
            answers.append(await _reverse_one(tx, clock, desk, request, claim.outcome_id, verb="reverse"))
    return answers


async def _lock_persons(tx: Tx, originals: Mapping[tuple[int, int], Settlement]) -> None:
    """Nobody settles or reverses for these persons until the batch ends. Persons before keys, as settling does."""
    persons = {(one.cell, one.person_id) for one in originals.values()}
    if persons:
        await lock_persons(tx, persons)


async def _known(reading: Reading, claimed: ClaimedKey) -> Settled | Refused:
    name = (claimed.cell, claimed.outcome_id)
    found = await store.read_settlements(reading, [name])
    if found:
        return Settled(settlement=found[name], repeated=True)
    refused = await encounters.read_refusals(reading, [name])
    return encounters.stored_refusal(*refused[claimed.outcome_id])


async def _reverse_one(
    tx: Tx, clock: Clock, desk: Desk, request: ReverseRequest, reversal_id: int, *, verb: str
) -> Settled | Refused:
    name = (request.cell, request.settlement_id)
    original = (await store.read_settlements(tx, [name])).get(name)
    refused = await _judge_reversal(tx, desk, request, original)
    moved: tuple[StockMovement, ...] = ()
    if refused is None and original is not None:
        freed = await tracing.undo_packs(tx, clock, desk, request, original, reversal_id)
        refused, moved = (freed, ()) if isinstance(freed, Refused) else (None, freed)
    if refused is not None:
        return await encounters.refuse(
            tx,
            clock,
            verb,
            cell=request.cell,
            institution_id=request.institution_id,
            refusal_id=reversal_id,
            refused=refused,
            person_id=original.person_id if original else None,
            encounter_id=original.encounter_id if original else None,
        )
    assert original is not None
    return Settled(settlement=await _write_reversal(tx, clock, request, original, reversal_id, moved))


async def _judge_reversal(tx: Tx, desk: Desk, request: ReverseRequest, original: Settlement | None) -> Refused | None:
    refused = desk.refuse_institution(request.institution_id)
    if refused is not None:
        return refused
    if original is None or original.kind is SettlementKind.reversal:
        return Refused(rules.SETTLEMENT_UNKNOWN)
    if original.institution_id != request.institution_id:
        return Refused(rules.OTHER_INSTITUTION)
    name = (original.cell, original.settlement_id)
    reversed_by = (await store.read_reversals(tx, [name])).get(name)
    if reversed_by is not None:
        return Refused(rules.ALREADY_REVERSED, {"reversal_id": str(reversed_by)})
    if not _delta(original):
        return None
    later = await store.find_later(tx, original)
    if later is None:
        return None
    institution = desk.directory.by_id(later[1])
    masked = masked_name(institution.name) if institution else "—"
    return Refused(rules.LATER_SETTLEMENT_EXISTS, {"settled_on": later[0].isoformat(), "institution": masked})


def _delta(original: Settlement) -> dict[str, int]:
    """What the reversal adds to the accumulators: the original's own increments, negated."""
    after = original.facts.accumulators_after
    return {name: v for name, v in policies.reversal_delta(original.facts.accumulators_before, after).items() if v}


async def _write_reversal(
    tx: Tx,
    clock: Clock,
    request: ReverseRequest,
    original: Settlement,
    reversal_id: int,
    moved: tuple[StockMovement, ...],
) -> Settlement:
    person = (original.cell, original.person_id)
    account = (await ledger.read_accounts(tx, [person])).get((*person, AccountPot.current))
    key = (*person, original.insurance_type, original.policy_year)
    accumulator = (await read_accumulators(tx, [person]))[key]
    current = accumulator.amounts
    after = rules.added(current, _delta(original))
    accumulator = msgspec.structs.replace(accumulator, amounts=after, turn=accumulator.turn + 1)
    visit = (original.cell, original.encounter_id)
    await encounters.read_encounters(tx, [visit], lock=True)
    balance_fen = account.balance_fen if account else 0
    facts = msgspec.structs.replace(
        original.facts,
        accumulators_before=current,
        accumulators_after=after,
        account_balance_before_fen=balance_fen,
        pack_count=len(moved),
    )
    reversal = msgspec.structs.replace(
        original,
        settlement_id=reversal_id,
        kind=SettlementKind.reversal,
        original_settlement_id=original.settlement_id,
        operator_code=request.operator_code,
        terminal_code=request.terminal_code,
        turn=accumulator.turn,
        settled_on=clock.today(),
        settled_at=clock.now(),
        facts=facts,
        account_balance_after_fen=balance_fen + original.personal_account_fen,
    )
    await store.insert_settlements(tx, [reversal])
    await store.insert_reversals(tx, [(original.cell, original.settlement_id, reversal_id)])
    await encounters.mark_batches(
        tx,
        [(*visit, batch_id) for batch_id in original.facts.fee_batch_ids],
        FeeBatchState.open.value,
        [None] * len(original.facts.fee_batch_ids),
    )
    await _discount_stay(tx, original)
    await writing.write_money(tx, [(reversal, account.account_id if account else None)])
    await write_accumulators(tx, [accumulator])
    tx.audit.append(
        AuditEvent(
            kind="reversed",
            cell=reversal.cell,
            subject_id=reversal_id,
            actor=request.operator_code,
            content=rules.content_of(reversal, (), moved),
        )
    )
    return reversal


async def _discount_stay(tx: Tx, original: Settlement) -> None:
    """A stay of which no bill stands any more does not make the next one cheaper; settled again, it counts again."""
    if original.facts.visit.kind not in encounters.STAYS:
        return
    batches = await encounters.read_fee_batches(tx, [(original.cell, original.encounter_id)])
    if all(batch.state is not FeeBatchState.settled for batch in batches):
        name = (original.cell, original.person_id, original.encounter_id)
        await encounters.set_stays_count(tx, [name], counts=False)


async def annul(
    tx: Tx, clock: Clock, desk: Desk, requests: Sequence[AnnulRequest]
) -> list[Settled | Refused | FoundOutcome]:
    """Undo by the original key: found → reversed; never came → its key is barred; refused → said so; reversed before → refused.

    Reasons: key_conflict · those of reverse. Where nothing stands, ``FoundOutcome``: ``barred`` or ``refused``.
    """
    await desk.fresh(tx)
    return [await _annul_one(tx, clock, desk, request) for request in requests]


async def _annul_one(tx: Tx, clock: Clock, desk: Desk, request: AnnulRequest) -> Settled | Refused | FoundOutcome:
    # Claiming the key waits for an original that is just being settled: what it became is seen afterwards.
    original = await _claim_to_bar(tx, clock, request)
    found = None if original is None else await _outcome_of(tx, original)
    if not isinstance(found, Settlement):
        return FoundOutcome(
            state=OutcomeState.refused if isinstance(found, Refused) else OutcomeState.barred,
            settlement=None,
            reason=found.code if isinstance(found, Refused) else None,
            next_actions=("settle_with_new_key",),
        )
    undo = ReverseRequest(
        institution_id=request.institution_id,
        operator_code=request.operator_code,
        terminal_code=request.terminal_code,
        request_key=request.request_key,
        digest=request.digest,
        cell=found.cell,
        settlement_id=found.settlement_id,
    )
    keyed = KeyedRequest(
        cell=found.cell,
        institution_id=request.institution_id,
        request_key=request.request_key,
        digest=request.digest,
    )
    await _lock_persons(tx, {(found.cell, found.settlement_id): found})
    (claim,) = await claim_keys(tx, "annul", [keyed], at=clock.now())
    if claim.fresh:
        return await _reverse_one(tx, clock, desk, undo, claim.outcome_id, verb="annul")
    if claim.digest != request.digest:
        return await service.refuse_key(tx, clock, "annul", keyed)
    return await _known(tx, claim)


async def _claim_to_bar(tx: Tx, clock: Clock, request: AnnulRequest) -> ClaimedKey | None:
    """Claim the original's key with a digest no request has: a late original will be refused. Else what has the key."""
    keyed = KeyedRequest(
        cell=0,
        institution_id=request.institution_id,
        request_key=request.original_key,
        digest=rules.BARRED_DIGEST,
    )
    (claim,) = await claim_keys(tx, "settle", [keyed], at=clock.now())
    if not claim.fresh:
        return claim
    tx.audit.append(
        AuditEvent(
            kind="request_barred",
            cell=0,
            subject_id=claim.outcome_id,
            actor=request.operator_code,
            content=sm3(f"{request.institution_id}|{request.original_key}".encode()),
        )
    )
    return None


async def _outcome_of(reading: Reading, claimed: ClaimedKey) -> Settlement | Refused | None:
    """What stands under a settle key: the settlement, its refusal, or None where it is barred."""
    if claimed.digest == rules.BARRED_DIGEST:
        return None
    name = (claimed.cell, claimed.outcome_id)
    found = await store.read_settlements(reading, [name])
    if found:
        return found[name]
    return encounters.stored_refusal(*(await encounters.read_refusals(reading, [name]))[claimed.outcome_id])


async def find_outcome(reading: Reading, institution_id: int, request_key: str) -> FoundOutcome:
    """What became of a settle request: finding out changes nothing (N7)."""
    claim = (await find_keys(reading, "settle", [(institution_id, request_key)])).get((institution_id, request_key))
    if claim is None:
        return FoundOutcome(
            state=OutcomeState.unknown, settlement=None, reason=None, next_actions=("repeat_same_key", "annul")
        )
    found = await _outcome_of(reading, claim)
    if found is None:
        return FoundOutcome(
            state=OutcomeState.barred, settlement=None, reason=None, next_actions=("settle_with_new_key",)
        )
    if isinstance(found, Refused):
        return FoundOutcome(
            state=OutcomeState.refused, settlement=None, reason=found.code, next_actions=("settle_with_new_key",)
        )
    name = (found.cell, found.settlement_id)
    gone = (await store.read_reversals(reading, [name])).get(name)
    return FoundOutcome(
        state=OutcomeState.settled if gone is None else OutcomeState.reversed,
        settlement=found,
        reason=None,
        next_actions=("print_slip", "reverse") if gone is None else ("settle_with_new_key",),
    )


async def explain_settlement(
    reading: Reading, desk: Desk, *, cell: int, settlement_id: int, institution_id: int
) -> ExplainedSettlement | Refused:
    """A stored settlement with its lines and its explanation. Reasons: settlement_unknown, …_of_other_institution."""
    await desk.fresh(reading)
    name = (cell, settlement_id)
    settlement = (await store.read_settlements(reading, [name])).get(name)
    if settlement is None:
        return Refused(rules.SETTLEMENT_UNKNOWN)
    if settlement.institution_id != institution_id:
        return Refused(rules.OTHER_INSTITUTION)
    base = settlement
    if settlement.original_settlement_id is not None:
        base = (await store.read_settlements(reading, [(cell, settlement.original_settlement_id)]))[
            cell, settlement.original_settlement_id
        ]
    batches = await encounters.read_fee_batches(reading, [(cell, base.encounter_id)])
    items = [i for b in batches if b.fee_batch_id in base.facts.fee_batch_ids for i in b.items]
    policy = desk.shelf.by_hash(base.document_hash)
    if policy is None:
        raise LookupError(f"policy document {base.document_hash} is not there")
    done = assessing.price(desk, policy, base.facts, items)
    steps, labels = assessing.explain(desk, policy, base.facts, items, done)
    names = {item.item_code: desk.catalogue.by_id(item.catalogue_item_id) for item in items}
    gone = await store.read_reversals(reading, [name])
    return ExplainedSettlement(
        settlement=settlement,
        items=tuple(items),
        item_names={code: row.name for code, row in names.items() if row is not None},
        steps=steps,
        labels=labels,
        reversed_by=gone.get(name),
        document_title_zh=policy.title.zh,
        document_title_en=policy.title.en,
    )
