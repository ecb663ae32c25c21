"""Verbs of undoing: reverse (latest first); and a stored settlement, explained again. Annulling is in ``annulling``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import BARRED_DIGEST, REQUEST_BARRED, ClaimedKey, KeyedRequest, claim_keys
from openyibao.rooms import encounters, ledger, policies
from openyibao.rooms.accumulators import Accumulator, read_accumulators, write_accumulators
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.encounters import FeeBatch, FeeBatchState
from openyibao.rooms.goods import StockMovement
from openyibao.rooms.ledger import AccountKey, AccountPot, PersonalAccount
from openyibao.rooms.people import lock_persons, masked_name
from openyibao.rooms.settlement import pricing, reasons, rules, service, store, tracing, writing
from openyibao.rooms.settlement.correcting import RefusedMidway, read_corrected
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.limits import judge_limits
from openyibao.rooms.settlement.records import (
    ExplainedSettlement,
    ReverseRequest,
    Settled,
    Settlement,
    SettlementKind,
)
from openyibao.rooms.settlement.staying import find_later_of_stay, judge_undoing_of, standing_of_stay


async def reverse(tx: Tx, clock: Clock, desk: Desk, requests: Sequence[ReverseRequest]) -> list[Settled | Refused]:
    """Undo settlements, each on top of those before it in the list.

    Reasons: key_conflict · request_barred · institution_suspended · settlement_unknown ·
    settlement_of_other_institution · already_reversed · those of the visit's life · day_closed · reconciled · cleared ·
    year_closed · later_settlement_exists · returned_pack_sold_again.
    """
    await desk.fresh(tx)
    keyed = [
        KeyedRequest(cell=one.cell, institution_id=one.institution_id, request_key=one.request_key, digest=one.digest)
        for one in requests
    ]
    await lock_persons_of(tx, await store.read_settlements(tx, [(one.cell, one.settlement_id) for one in requests]))
    claims = await claim_keys(tx, "reverse", keyed, at=clock.now())
    answers: list[Settled | Refused] = []
    for request, key, claim in zip(requests, keyed, claims, strict=True):
        if not claim.fresh and claim.digest == BARRED_DIGEST:
            answers.append(await service.refuse_key(tx, clock, "reverse", key, Refused(REQUEST_BARRED)))
        elif not claim.fresh and claim.digest != request.digest:
            answers.append(await service.refuse_key(tx, clock, "reverse", key))
        elif not claim.fresh:
            answers.append(await known_undoing(tx, claim))
        else:
            answers.append(await reverse_one(tx, clock, desk, request, claim.outcome_id, verb="reverse"))
    return answers


async def lock_persons_of(tx: Tx, originals: Mapping[tuple[int, int], Settlement]) -> None:
    """Nobody settles or reverses for these persons until the batch ends. Persons before keys, as settling does."""
    persons = {(one.cell, one.person_id) for one in originals.values()}
    # The owner of an account of this cell that paid by mutual aid gets it back.
    persons |= {
        (one.cell, aid.owner_person_id)
        for one in originals.values()
        if (aid := one.facts.aid) is not None and aid.owner_cell == one.cell
    }
    if persons:
        await lock_persons(tx, persons)


async def known_undoing(reading: Reading, claimed: ClaimedKey) -> Settled | Refused:
    """What an undoing was answered the first time."""
    name = (claimed.cell, claimed.outcome_id)
    found = await store.read_settlements(reading, [name])
    if found:
        return Settled(settlement=found[name], repeated=True)
    refused = await encounters.read_refusals(reading, [name])
    return encounters.stored_refusal(*refused[claimed.outcome_id])


async def reverse_one(
    tx: Tx, clock: Clock, desk: Desk, request: ReverseRequest, reversal_id: int, *, verb: str
) -> Settled | Refused:
    """Judge and book one reversal under the id its key has drawn."""
    name = (request.cell, request.settlement_id)
    original = (await store.read_settlements(tx, [name])).get(name)
    refused = await judge_reversal(tx, desk, request, original)
    moved: tuple[StockMovement, ...] = ()
    if refused is None and original is not None:
        freed = await tracing.undo_packs(tx, clock, desk, request.operator_code, original, reversal_id)
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
    desk_of = {"operator_code": request.operator_code, "terminal_code": request.terminal_code}
    return Settled(settlement=await write_reversal(tx, clock, original, reversal_id, moved=moved, **desk_of))


async def free_and_reverse(
    tx: Tx, clock: Clock, desk: Desk, original: Settlement, reversal_id: int, *, operator_code: str, terminal_code: str
) -> Settlement:
    """Reverse as part of a correction, packs and all. Raises RefusedMidway where a pack it took back was sold again."""
    moved = await tracing.undo_packs(tx, clock, desk, operator_code, original, reversal_id)
    if isinstance(moved, Refused):
        raise RefusedMidway(moved)
    at = {"operator_code": operator_code, "terminal_code": terminal_code}
    return await write_reversal(tx, clock, original, reversal_id, moved=moved, **at)


async def judge_reversal(tx: Tx, desk: Desk, request: ReverseRequest, original: Settlement | None) -> Refused | None:
    """Whether this settlement may be undone by this institution: used by reverse, refund_items and annul."""
    refused = desk.refuse_institution(request.institution_id)
    if refused is not None:
        return refused
    if original is None or original.kind is SettlementKind.reversal:
        return Refused(encounters.SETTLEMENT_UNKNOWN)
    if original.institution_id != request.institution_id:
        return Refused(reasons.OTHER_INSTITUTION)
    name = (original.cell, original.settlement_id)
    reversed_by = (await store.read_reversals(tx, [name])).get(name)
    if reversed_by is not None:
        return Refused(reasons.ALREADY_REVERSED, {"reversal_id": str(reversed_by)})
    visit = (original.cell, original.encounter_id)
    encounter = (await encounters.read_encounters(tx, [visit], lock=True))[visit]
    batches = await encounters.read_fee_batches(tx, [visit])
    refused = judge_undoing_of(original, encounter, batches)
    if refused is None:
        refused = await judge_limits(tx, original.pooling_area, original.institution_id, original.settled_on)
    return refused if refused is not None else await _judge_later(tx, desk, original, batches)


async def _judge_later(tx: Tx, desk: Desk, original: Settlement, batches: Sequence[FeeBatch]) -> Refused | None:
    """Whether a later settlement stands on this one: by the accumulators of its year, or as of the same stay."""
    asked = later_first(desk, original) and delta_of(original)
    later = await store.find_later(tx, original) if asked else None
    if later is None and original.facts.visit.kind in encounters.BED_KINDS:
        found = find_later_of_stay(original, await standing_of_stay(tx, original.cell, batches))
        later = None if found is None else (found.settled_on, found.institution_id)
    if later is None:
        return None
    institution = desk.directory.by_id(later[1])
    masked = masked_name(institution.name) if institution else "—"
    return Refused(reasons.LATER_SETTLEMENT_EXISTS, {"settled_on": later[0].isoformat(), "institution": masked})


def later_first(desk: Desk, original: Settlement) -> bool:
    """Whether the insured area wants later settlements of the year undone first (FIELD 13)."""
    return desk.areas.settings(original.pooling_area).later_first


def delta_of(original: Settlement) -> dict[str, int]:
    """What the reversal adds to the accumulators: the original's own increments, negated."""
    after = original.facts.accumulators_after
    return {name: v for name, v in policies.reversal_delta(original.facts.accumulators_before, after).items() if v}


async def write_reversal(
    tx: Tx,
    clock: Clock,
    original: Settlement,
    reversal_id: int,
    *,
    operator_code: str,
    terminal_code: str,
    moved: tuple[StockMovement, ...] = (),
) -> Settlement:
    """Book the mirror of a settlement that may be undone; the person is locked."""
    reversal, accumulator, accounts = await _reversal_of(
        tx, clock, original, reversal_id, len(moved), operator_code=operator_code, terminal_code=terminal_code
    )
    visit = (original.cell, original.encounter_id)
    await encounters.read_encounters(tx, [visit], lock=True)
    await store.insert_settlements(tx, [reversal])
    await store.insert_reversals(tx, [(original.cell, original.settlement_id, reversal_id)])
    await encounters.mark_batches(
        tx,
        [(*visit, batch_id) for batch_id in original.facts.fee_batch_ids],
        FeeBatchState.open.value,
        [None] * len(original.facts.fee_batch_ids),
    )
    await _discount_stay(tx, original)
    await writing.write_money(tx, [(reversal, accounts)])
    await write_accumulators(tx, [accumulator])
    tx.audit.append(
        AuditEvent(
            kind="reversed",
            cell=reversal.cell,
            subject_id=reversal_id,
            actor=operator_code,
            content=rules.content_of(reversal, (), moved),
        )
    )
    return reversal


async def _reversal_of(
    tx: Tx,
    clock: Clock,
    original: Settlement,
    reversal_id: int,
    pack_count: int,
    *,
    operator_code: str,
    terminal_code: str,
) -> tuple[Settlement, Accumulator, Mapping[AccountKey, PersonalAccount]]:
    """The mirror of a settlement, the accumulators after it, and the accounts it gives back to."""
    person = (original.cell, original.person_id)
    paid = {key[:2] for key, _ in rules.account_parts(original)}
    accounts = await ledger.read_accounts(tx, sorted({person, *paid}))
    key = (*person, original.insurance_type, original.policy_year)
    accumulator = (await read_accumulators(tx, [person]))[key]
    current = accumulator.amounts
    after = rules.added(current, delta_of(original))
    accumulator = msgspec.structs.replace(accumulator, amounts=after, turn=accumulator.turn + 1)
    pots = [accounts.get((*person, pot)) for pot in (AccountPot.current, AccountPot.past)]
    balance_fen, past_fen = (0 if pot is None else pot.available_fen for pot in pots)
    facts = msgspec.structs.replace(
        rules.returned_facts(original, accounts),
        accumulators_before=current,
        accumulators_after=after,
        account_balance_before_fen=balance_fen,
        past_account_balance_before_fen=past_fen,
        pack_count=pack_count,
    )
    own_fen = original.personal_account_fen - original.mutual_aid_fen - facts.past_account_fen
    reversal = msgspec.structs.replace(
        original,
        settlement_id=reversal_id,
        kind=SettlementKind.reversal,
        original_settlement_id=original.settlement_id,
        operator_code=operator_code,
        terminal_code=terminal_code,
        turn=accumulator.turn,
        settled_on=clock.today(),
        settled_at=clock.now(),
        facts=facts,
        account_balance_after_fen=balance_fen + own_fen,
    )
    return reversal, accumulator, accounts


async def _discount_stay(tx: Tx, original: Settlement) -> None:
    """A stay of which no bill stands any more does not make the next one cheaper; settled again, it counts again."""
    if original.facts.visit.kind not in encounters.STAYS:
        return
    batches = await encounters.read_fee_batches(tx, [(original.cell, original.encounter_id)])
    if all(batch.state is not FeeBatchState.settled for batch in batches):
        name = (original.cell, original.person_id, original.encounter_id)
        await encounters.set_stays_count(tx, [name], counts=False)


async def explain_settlement(
    reading: Reading, desk: Desk, *, cell: int, settlement_id: int, institution_id: int
) -> ExplainedSettlement | Refused:
    """A stored settlement with its lines and its explanation. Reasons: settlement_unknown, …_of_other_institution."""
    await desk.fresh(reading)
    name = (cell, settlement_id)
    settlement = (await store.read_settlements(reading, [name])).get(name)
    if settlement is None:
        return Refused(encounters.SETTLEMENT_UNKNOWN)
    if settlement.institution_id != institution_id:
        return Refused(reasons.OTHER_INSTITUTION)
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
    done = pricing.price(desk, policy, base.facts, items)
    steps, labels = pricing.explain(desk, policy, base.facts, items, done)
    names = {item.item_code: desk.catalogue.by_id(item.catalogue_item_id) for item in items}
    gone = await store.read_reversals(reading, [name])
    corrections = await store.find_corrections_of(reading, *name)
    return ExplainedSettlement(
        settlement=settlement,
        items=tuple(items),
        item_names={code: row.name for code, row in names.items() if row is not None},
        steps=steps,
        labels=labels,
        reversed_by=gone.get(name),
        document_title_zh=policy.title.zh,
        document_title_en=policy.title.en,
        corrections=tuple([one for each in corrections if (one := await read_corrected(reading, *each)) is not None]),
    )
