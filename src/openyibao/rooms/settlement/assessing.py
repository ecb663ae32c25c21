"""Assessing a bill: what it is about, how its people stand, what the split is. Reads, decides, writes nothing. 中文: 结算评定。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, policies
from openyibao.rooms.accumulators import Accumulator, AccumulatorKey
from openyibao.rooms.encounters import (
    BED_KINDS,
    Encounter,
    EncounterState,
    FeeBatch,
    FeeBatchState,
    FeeItem,
)
from openyibao.rooms.goods import PackAct, StockMovement
from openyibao.rooms.ledger import AccountKey, AccountPot, PersonalAccount
from openyibao.rooms.mutual_aid import NO_MUTUAL_AID, AidOffer
from openyibao.rooms.policies import AccountUse, Policy, Split
from openyibao.rooms.presentation import TokenFacts
from openyibao.rooms.settlement import filed, reasons, rules, tracing
from openyibao.rooms.settlement.desk import Desk, Priced
from openyibao.rooms.settlement.facts import facts_of, parts_of_waiting
from openyibao.rooms.settlement.mandated import judge_mandated
from openyibao.rooms.settlement.papered import judge_papered
from openyibao.rooms.settlement.pricing import aid_paid, price
from openyibao.rooms.settlement.records import (
    SettlementFacts,
)
from openyibao.rooms.settlement.staying import bill_of_stay, judge_life, ruled
from openyibao.rooms.settlement.subjects import Standing, Subject


class Assessed(msgspec.Struct, kw_only=True):
    """A bill that can be settled."""

    encounter: Encounter
    items: list[FeeItem]
    open_batches: list[int]
    new: bool
    policy: Policy
    document_hash: str
    pooling_area: int
    accumulator: Accumulator
    """As it stands after the bill."""
    facts: SettlementFacts
    accounts: Mapping[AccountKey, PersonalAccount]
    split: Split
    diagnoses: tuple[encounters.Diagnosis, ...] = ()
    pack_acts: tuple[PackAct, ...] = ()
    movements: tuple[StockMovement, ...] = ()
    """What its packs did, once they are claimed."""


def assess(
    draw: Any, clock: Clock, desk: Desk, subject: Subject, standing: Standing, *, stays_had: int
) -> Assessed | Refused:
    """Judge one bill. Pure apart from the ids it draws.

    Reasons in order: institution_suspended · the visit token's · token_already_used · encounter_unknown · those of opening (new visits) ·
    stay_open or visit_during_stay (new visits) · batch_unknown · visit_token_needed · pay_consent_ended · not_this_person ·
    purpose_cannot_pay · card_proof_needed · those of the lines (new ones) · those of mutual aid (``mutual_aid.choose_offer``) · those of the
    trace codes (``goods.judge_codes``) · not_enrolled · no_policy · parts_apart (stays) · those of the filings (``filed.ground``) ·
    those of the benefit
    (``policies.judge_visit``) · those of the visit's life, nothing_to_settle · total_differs · negative_total · split_changed · those of a
    relative's limits (``mandates.judge_amount``) or of a printed code's day (``papers.judge_day_amount``) · face_password_needed.
    """
    request = subject.request
    token = subject.presented
    refused = desk.refuse_institution(request.institution_id)
    if refused is None and token is not None:
        used = {} if request.token_lasts else standing.visits_opened
        refused = token if isinstance(token, Refused) else encounters.refuse_used(token, used, subject.encounter)
    if refused is not None:
        return refused
    assert not isinstance(token, Refused)
    visit = _visit_of(draw, clock, desk, subject, standing, stays_had)
    if isinstance(visit, Refused):
        return visit
    encounter, items, open_batches, new = visit
    refused = _refuse_presence(desk, encounter, token, request.account_use, clock)
    if refused is not None:
        return refused
    offer = None
    if request.account_use is AccountUse.mutual_aid:
        found = standing.offers.get((encounter.cell, encounter.person_id), Refused(NO_MUTUAL_AID))
        if isinstance(found, Refused):
            return found
        offer = found
    acts = tracing.judge_packs(desk, encounter, items, subject.batches)
    if isinstance(acts, Refused):
        return acts
    done = _price(desk, subject, standing, encounter, items, open_batches, clock.today(), acts, new=new, offer=offer)
    if token is None or isinstance(done, Refused) or not (token.mandate or token.printed or token.face):
        return done
    if token.face is not None:
        return rules.judge_face(desk.areas.settings(encounter.cell // 100), done.split, token.face) or done
    return _judge_shown(done, token, standing)


def _judge_shown(done: Assessed, presented: TokenFacts, standing: Standing) -> Assessed | Refused:
    """The limits of a relative's showing, or of a paper's; what counts against them is kept with the facts."""
    if presented.printed is not None:
        refused = judge_papered(done.split, presented.printed, standing)
        done.facts = msgspec.structs.replace(done.facts, printed_id=presented.printed.binding_id)
        return refused or done
    assert presented.mandate is not None
    return judge_mandated(done.split, presented.mandate, standing) or _under(done, presented.mandate.mandate_id)


def _refuse_presence(
    desk: Desk, encounter: Encounter, presented: TokenFacts | None, account_use: AccountUse, clock: Clock
) -> Refused | None:
    """Whether whoever is here may spend. Reasons: those of ``rules.judge_presence`` · card_proof_needed."""
    refused = rules.judge_presence(
        encounter,
        None if presented is None else (presented.cell, presented.person_id),
        None if presented is None else presented.purpose,
        clock.now(),
    )
    if refused is not None or presented is None or presented.card_kind is None:
        return refused
    return rules.judge_card_alone(desk.areas.settings(encounter.cell // 100), account_use, presented.proof)


def _under(done: Assessed, mandate_id: int) -> Assessed:
    done.facts = msgspec.structs.replace(done.facts, mandate_id=mandate_id)
    return done


def _visit_of(
    draw: Any, clock: Clock, desk: Desk, subject: Subject, standing: Standing, stays_had: int
) -> tuple[Encounter, list[FeeItem], list[int], bool] | Refused:
    """The visit with the lines to settle: one that stands, or a new one with lines judged now."""
    request = subject.request
    if request.encounter is None:
        return _standing_visit(desk, subject, standing, clock.today())
    person = subject.person
    if person is None:
        return Refused(reasons.VISIT_TOKEN_NEEDED)
    enrolment = encounters.judge_opening(
        desk.references,
        request.institution_id,
        request.encounter,
        standing.enrolments.get(person, []),
        on=clock.today(),
    )
    if isinstance(enrolment, Refused):
        return enrolment
    if subject.beside_stay is not None:
        return subject.beside_stay
    token = subject.presented
    assert isinstance(token, TokenFacts)
    ids = draw.ids.take(2 + len(request.items))
    encounter = encounters.new_encounter(
        ids[0],
        desk.references,
        request.encounter,
        enrolment,
        clock,
        institution_id=request.institution_id,
        presentation_id=token.presentation_id,
        admission_no=stays_had + 1 if request.encounter.kind in encounters.STAYS else 0,
    )
    stay_day = None
    if encounter.kind in BED_KINDS:
        # A stay that comes whole with its bill is over: the patient is discharged as the bill is brought.
        stay_day = clock.today()
        encounter = msgspec.structs.replace(encounter, state=EncounterState.closed, closed_on=stay_day)
    rows = encounters.judge_lines(desk.references, encounter, request.items, (), today=clock.today())
    if isinstance(rows, Refused):
        return rows
    name = (encounter.cell, encounter.encounter_id, ids[1])
    items = encounters.new_items(ids[2:], *name, request.items, rows, stay_day=stay_day)
    return encounter, items, [ids[1]], True


def _standing_visit(
    desk: Desk, subject: Subject, standing: Standing, today: date
) -> tuple[Encounter, list[FeeItem], list[int], bool] | Refused:
    """A visit that stands, with what waits of it: the batches named, else all of them or a stay's first part."""
    request = subject.request
    found = subject.encounter
    if found is None or found.institution_id != request.institution_id:
        return Refused(encounters.ENCOUNTER_UNKNOWN)
    waiting = [batch for batch in subject.batches if batch.state is FeeBatchState.open]
    if request.fee_batch_ids:
        unknown = set(request.fee_batch_ids) - {batch.fee_batch_id for batch in waiting}
        if unknown:
            return Refused(reasons.BATCH_UNKNOWN, {"fee_batch_id": f"{found.cell}-{min(unknown)}"})
        waiting = [batch for batch in waiting if batch.fee_batch_id in request.fee_batch_ids]
    elif found.kind in BED_KINDS:
        first = _first_part(desk, subject, standing, waiting, today)
        if isinstance(first, Refused):
            return first
        waiting = first
    return found, [item for b in waiting for item in b.items], [b.fee_batch_id for b in waiting], False


def _first_part(
    desk: Desk, subject: Subject, standing: Standing, waiting: list[FeeBatch], today: date
) -> list[FeeBatch] | Refused:
    """Of a stay's batches those settled first: one policy year's where the policy parts them. Reason: parts_apart."""
    parts = parts_of_waiting(desk, subject, standing, today)
    if len(parts) < 2:
        return waiting
    if parts[0].straddles:
        return Refused(reasons.PARTS_APART, {"until_on": parts[0].until_on.isoformat(), "parts": len(parts)})
    return [batch for batch in waiting if batch.fee_batch_id in parts[0].fee_batch_ids]


def _price(
    desk: Desk,
    subject: Subject,
    standing: Standing,
    encounter: Encounter,
    items: list[FeeItem],
    open_batches: list[int],
    today: date,
    acts: tuple[PackAct, ...],
    *,
    new: bool,
    offer: AidOffer | None,
) -> Assessed | Refused:
    request, person = subject.request, (encounter.cell, encounter.person_id)
    enrolment = next(
        (one for one in standing.enrolments.get(person, ()) if one.enrolment_id == encounter.enrolment_id), None
    )
    if enrolment is None:
        return Refused(encounters.ENCOUNTER_UNKNOWN)
    on = encounter.opened_on
    found = desk.shelf.policy_for(enrolment.pooling_area, enrolment.insurance_type.value, encounter.kind, on)
    if isinstance(found, Refused):
        return found
    policy, document_hash = found
    institution = desk.directory.by_id(encounter.institution_id)
    assert institution is not None
    facts = facts_of(desk, standing, enrolment, encounter, institution, request, open_batches, offer)
    year = policy.policy_year(on, enrolment.person_category)
    if encounter.kind in BED_KINDS:
        asks = ruled(desk, enrolment, policy).decides
        lines = rules.bill_lines(items, desk.catalogue.by_id, facts.price_limit_level) if asks else ()
        bill = bill_of_stay(desk, enrolment, found, facts.person, facts.visit, subject.stay, lines, today)
        if isinstance(bill, Refused):
            return bill
        policy, document_hash, year = bill.policy, bill.document_hash, bill.policy_year
        facts = msgspec.structs.replace(facts, visit=bill.visit)
    needs = filed.NO_NEEDS
    if (mine := standing.filings.get(person)) is not None:
        grounded = filed.ground_facts(desk, enrolment, encounter, mine, facts, items, today=today)
        if isinstance(grounded, Refused):
            return grounded
        facts, needs = grounded
    refused = policies.judge_visit(policy, facts.person, facts.visit, area_needs=needs)
    if refused is None and not new:
        refused = judge_life(encounter, subject.batches, items, interim=request.interim)
    if refused is not None:
        return refused
    if not items:
        return Refused(encounters.NOTHING_TO_SETTLE)
    bill_ = Bill(encounter=encounter, items=items, policy=policy, document_hash=document_hash, policy_year=year)
    area, insurance = enrolment.pooling_area, enrolment.insurance_type.value
    facts = with_packs(desk, encounter, facts, items, acts, subject.batches)
    done = assess_on(desk, standing, bill_, facts, area, insurance, offer=offer, new=new)
    done.pack_acts = acts
    done.diagnoses = request.encounter.diagnoses if request.encounter else ()
    refused = rules.judge_total(done.split, request.expected_total_fen)
    refused = refused or rules.judge_split(done.split, request.expected)
    return done if refused is None else refused


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of a visit with the document and year under which they are priced."""

    encounter: Encounter
    items: list[FeeItem]
    policy: Policy
    document_hash: str
    policy_year: int


def with_packs(
    desk: Desk,
    encounter: Encounter,
    facts: SettlementFacts,
    items: Sequence[FeeItem],
    acts: tuple[PackAct, ...],
    batches: Sequence[FeeBatch],
) -> SettlementFacts:
    """The facts with how many packs move, and which lines the institution bears; for most bills as they are."""
    if not acts and not desk.directory.doubtful:
        return msgspec.structs.replace(facts, pack_count=0) if facts.pack_count else facts
    earlier = [item for batch in batches for item in batch.items] if desk.directory.doubtful else ()
    borne = encounters.borne_lines(desk.references, encounter, items, earlier)
    return msgspec.structs.replace(facts, borne_lines=borne, pack_count=tracing.pack_count(acts))


def assess_on(
    desk: Priced,
    standing: Standing,
    bill: Bill,
    facts: SettlementFacts,
    pooling_area: int,
    insurance_type: str,
    *,
    offer: AidOffer | None = None,
    new: bool = False,
) -> Assessed:
    """Price a bill on what the person has used up and owns now: used by settling and by settling again alike."""
    person = (bill.encounter.cell, bill.encounter.person_id)
    before = _accumulator_of(standing, (*person, insurance_type, bill.policy_year))
    current = standing.accounts.get((*person, AccountPot.current))
    past = standing.accounts.get((*person, AccountPot.past))
    facts = msgspec.structs.replace(
        facts,
        accumulators_before=before.amounts,
        account_balance_before_fen=current.available_fen if current else 0,
        past_account_balance_before_fen=past.available_fen if past else 0,
        account_year=current.rolled_year if current else 0,
    )
    done = price(desk, bill.policy, facts, bill.items)
    facts = msgspec.structs.replace(
        facts,
        accumulators_after=rules.added(done.accumulators_after, {}),
        past_account_fen=done.past_account_fen,
        aid=facts.aid and aid_paid(facts.aid, offer, done.mutual_aid_fen),
    )
    return Assessed(
        encounter=bill.encounter,
        items=bill.items,
        open_batches=list(facts.fee_batch_ids),
        new=new,
        policy=bill.policy,
        document_hash=bill.document_hash,
        pooling_area=pooling_area,
        accumulator=msgspec.structs.replace(before, amounts=facts.accumulators_after, turn=before.turn + 1),
        facts=facts,
        accounts=standing.accounts,
        split=done,
    )


def _accumulator_of(standing: Standing, key: AccumulatorKey) -> Accumulator:
    """What the person has used up before; nothing, before turn 1."""
    cell, person_id, insurance_type, year = key
    return standing.accumulators.get(key) or Accumulator(
        cell=cell, person_id=person_id, insurance_type=insurance_type, policy_year=year, amounts={}, turn=0
    )
