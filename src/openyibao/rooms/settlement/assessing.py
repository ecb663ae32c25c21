"""Assessing a bill: what it is about, how its people stand, what the split is. Reads, decides, writes nothing. 中文: 结算评定。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, ledger, policies
from openyibao.rooms.accumulators import Accumulator, AccumulatorKey, read_accumulators
from openyibao.rooms.encounters import Encounter, FeeBatch, FeeBatchState, FeeItem
from openyibao.rooms.entitlement import bill_standing
from openyibao.rooms.institutions import Institution, InstitutionKind, InstitutionLevel
from openyibao.rooms.ledger import AccountPot, PersonalAccount
from openyibao.rooms.people import Enrolment, lock_enrolments, read_enrolments
from openyibao.rooms.policies import AccountUse, PlaceKind, Policy, Split, VisitFacts
from openyibao.rooms.presentation import TokenFacts, read_tokens
from openyibao.rooms.settlement import rules
from openyibao.rooms.settlement.desk import Desk, Priced
from openyibao.rooms.settlement.records import (
    SettlementFacts,
    SettleRequest,
    SlipLabel,
)


class Subject(msgspec.Struct, kw_only=True):
    """What a settle request is about, as far as it is known before the person is locked."""

    request: SettleRequest
    presented: TokenFacts | Refused | None
    encounter: Encounter | None
    batches: list[FeeBatch]

    @property
    def person(self) -> tuple[int, int] | None:
        """(cell, person_id), where known."""
        if self.encounter is not None:
            return (self.encounter.cell, self.encounter.person_id)
        if isinstance(self.presented, TokenFacts):
            return (self.presented.cell, self.presented.person_id)
        return None


class Standing(msgspec.Struct, kw_only=True):
    """The state of the persons of a batch: read, and locked where something will be written."""

    enrolments: dict[tuple[int, int], list[Enrolment]]
    accounts: dict[tuple[int, int, AccountPot], PersonalAccount]
    accumulators: dict[AccumulatorKey, Accumulator]


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
    paying_account: PersonalAccount | None
    split: Split
    diagnoses: tuple[encounters.Diagnosis, ...] = ()


async def load_subjects(reading: Reading, clock: Clock, requests: Sequence[SettleRequest]) -> list[Subject]:
    """Tokens, visits and their lines, set-based; no locks."""
    with_token = [(n, one) for n, one in enumerate(requests) if one.visit_token]
    tokens: dict[int, TokenFacts | Refused] = {}
    if with_token:
        read = await read_tokens(
            reading, clock, tokens=[(one.visit_token or "", one.institution_id) for _, one in with_token]
        )
        tokens = {n: token for (n, _), token in zip(with_token, read, strict=True)}
    names = [(one.cell, one.encounter_id) for one in requests if one.cell is not None and one.encounter_id is not None]
    visits: dict[tuple[int, int], Encounter] = {}
    batches: dict[tuple[int, int], list[FeeBatch]] = {}
    if names:
        visits = await encounters.read_encounters(reading, names)
        for batch in await encounters.read_fee_batches(reading, names):
            batches.setdefault((batch.cell, batch.encounter_id), []).append(batch)
    return [
        Subject(
            request=one,
            presented=tokens.get(n),
            encounter=visits.get((one.cell or 0, one.encounter_id or 0)),
            batches=batches.get((one.cell or 0, one.encounter_id or 0), []),
        )
        for n, one in enumerate(requests)
    ]


async def load_standing(reading: Reading, persons: Sequence[tuple[int, int]], *, lock: bool) -> Standing:
    """Enrolments, accounts and accumulators of the persons; locking their enrolments locks the persons."""
    if not persons:
        return Standing(enrolments={}, accounts={}, accumulators={})
    if lock:
        assert isinstance(reading, Tx)
        enrolments = await lock_enrolments(reading, persons)
    else:
        enrolments = await read_enrolments(reading, persons)
    return Standing(
        enrolments=enrolments,
        accounts=await ledger.read_accounts(reading, persons),
        accumulators=await read_accumulators(reading, persons),
    )


def assess(
    draw: Any, clock: Clock, desk: Desk, subject: Subject, standing: Standing, *, stays_had: int
) -> Assessed | Refused:
    """Judge one bill. Pure apart from the ids it draws.

    Reasons in order: institution_suspended · the visit token's · encounter_unknown · those of opening (new visits) ·
    visit_token_needed · not_this_person · purpose_cannot_pay · those of the lines (new ones) · not_enrolled · no_policy ·
    those of the benefit (``policies.judge_visit``) · mutual_aid_not_agreed · nothing_to_settle · negative_total · split_changed.
    """
    request = subject.request
    refused = desk.refuse_institution(request.institution_id)
    if refused is not None:
        return refused
    if isinstance(subject.presented, Refused):
        return subject.presented
    visit = _visit_of(draw, clock, desk, subject, standing, stays_had)
    if isinstance(visit, Refused):
        return visit
    encounter, items, open_batches, new = visit
    token = subject.presented
    refused = rules.judge_presence(
        encounter, None if token is None else (token.cell, token.person_id), None if token is None else token.purpose
    )
    if refused is not None:
        return refused
    if request.account_use is AccountUse.mutual_aid:
        return Refused(rules.NO_MUTUAL_AID)
    return _price(desk, request, standing, encounter, items, open_batches, new=new)


def _visit_of(
    draw: Any, clock: Clock, desk: Desk, subject: Subject, standing: Standing, stays_had: int
) -> tuple[Encounter, list[FeeItem], list[int], bool] | Refused:
    """The visit with the lines to settle: one that stands, or a new one with lines judged now."""
    request = subject.request
    if request.encounter is None:
        found = subject.encounter
        if found is None or found.institution_id != request.institution_id:
            return Refused(encounters.ENCOUNTER_UNKNOWN)
        waiting = [batch for batch in subject.batches if batch.state is FeeBatchState.open]
        return found, [item for b in waiting for item in b.items], [b.fee_batch_id for b in waiting], False
    person = subject.person
    if person is None:
        return Refused(rules.VISIT_TOKEN_NEEDED)
    enrolment = encounters.judge_opening(
        desk.references,
        request.institution_id,
        request.encounter,
        standing.enrolments.get(person, []),
        on=clock.today(),
    )
    if isinstance(enrolment, Refused):
        return enrolment
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
    rows = encounters.judge_lines(desk.references, encounter, request.items, ())
    if isinstance(rows, Refused):
        return rows
    items = encounters.new_items(ids[2:], encounter.cell, encounter.encounter_id, ids[1], request.items, rows)
    return encounter, items, [ids[1]], True


def _price(
    desk: Desk,
    request: SettleRequest,
    standing: Standing,
    encounter: Encounter,
    items: list[FeeItem],
    open_batches: list[int],
    *,
    new: bool,
) -> Assessed | Refused:
    person = (encounter.cell, encounter.person_id)
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
    year = policy.policy_year(on, enrolment.person_category)
    before = _accumulator_of(standing, (*person, enrolment.insurance_type.value, year))
    account = standing.accounts.get((*person, AccountPot.current))
    facts = _facts_of(standing, enrolment, encounter, institution, before, request, open_batches)
    refused = policies.judge_visit(policy, facts.person, facts.visit)
    if refused is not None:
        return refused
    if not items:
        return Refused(rules.NOTHING_TO_SETTLE)
    done = price(desk, policy, facts, items)
    facts = msgspec.structs.replace(facts, accumulators_after=rules.added(done.accumulators_after, {}))
    refused = rules.judge_split(done, request.expected)
    if refused is not None:
        return refused
    return Assessed(
        encounter=encounter,
        items=items,
        open_batches=open_batches,
        new=new,
        policy=policy,
        document_hash=document_hash,
        pooling_area=enrolment.pooling_area,
        accumulator=msgspec.structs.replace(before, amounts=facts.accumulators_after, turn=before.turn + 1),
        facts=facts,
        paying_account=account,
        split=done,
        diagnoses=request.encounter.diagnoses if request.encounter else (),
    )


def _accumulator_of(standing: Standing, key: AccumulatorKey) -> Accumulator:
    """What the person has used up before; nothing, before turn 1."""
    cell, person_id, insurance_type, year = key
    return standing.accumulators.get(key) or Accumulator(
        cell=cell, person_id=person_id, insurance_type=insurance_type, policy_year=year, amounts={}, turn=0
    )


def _facts_of(
    standing: Standing,
    enrolment: Enrolment,
    encounter: Encounter,
    institution: Institution,
    before: Accumulator,
    request: SettleRequest,
    open_batches: Sequence[int],
) -> SettlementFacts:
    """What the split is computed from, as it is stored with the settlement."""
    on = encounter.opened_on
    account = standing.accounts.get((encounter.cell, encounter.person_id, AccountPot.current))
    stands = bill_standing(standing.enrolments[encounter.cell, encounter.person_id], enrolment, on)
    return SettlementFacts(
        person=rules.person_facts(enrolment, stands),
        visit=VisitFacts(
            kind=encounter.kind,
            level=institution.level,
            on=on,
            admission_no=max(1, encounter.admission_no),
            institution=_place_of(institution),
            price_level=institution.price_limit_level,
            admitted_on=on,
            discharged_on=encounter.closed_on,
        ),
        price_limit_level=institution.price_limit_level.value,
        accumulators_before=before.amounts,
        accumulators_after={},
        account_balance_before_fen=account.balance_fen if account else 0,
        account_use=request.account_use,
        fee_batch_ids=tuple(open_batches),
    )


def _place_of(institution: Institution) -> PlaceKind:
    """What sort of place an institution is to a policy; a dual-channel pharmacy only by its prescription (later)."""
    if institution.kind is InstitutionKind.pharmacy:
        return PlaceKind.pharmacy
    return PlaceKind.community if institution.level is InstitutionLevel.community else PlaceKind.hospital


def price(desk: Priced, policy: Policy, facts: SettlementFacts, items: Sequence[FeeItem]) -> Split:
    """The split of a bill from its stored inputs: used by settling and by verifying alike."""
    return policies.split(
        policy,
        facts.person,
        facts.visit,
        rules.bill_lines(items, desk.catalogue.by_id, facts.price_limit_level),
        facts.accumulators_before,
        account_balance_fen=facts.account_balance_before_fen,
        account_use=facts.account_use,
    )


def explain(
    desk: Priced, policy: Policy, facts: SettlementFacts, items: Sequence[FeeItem], done: Split
) -> tuple[tuple[policies.ExplainedStep, ...], tuple[SlipLabel, ...]]:
    """The steps of a split and the words of the area's slip in both languages, derived again from the stored inputs."""
    steps = policies.explain(
        policy,
        facts.person,
        facts.visit,
        rules.bill_lines(items, desk.catalogue.by_id, facts.price_limit_level),
        facts.accumulators_before,
        account_balance_fen=facts.account_balance_before_fen,
        account_use=facts.account_use,
    )
    labels = policies.label_amounts(policy, done)
    return steps, tuple(SlipLabel(zh=one.title.zh, en=one.title.en, amount_fen=amount) for one, amount in labels)
