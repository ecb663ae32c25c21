"""Verbs of settling: pre_settle reads, settle writes; both judge a bill by the same ``assess``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from openyibao.kit.batch import AGAIN
from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import KEY_CONFLICT, ClaimedKey, KeyedRequest, claim_keys
from openyibao.rooms import encounters, ledger, policies
from openyibao.rooms.accumulators import AccumulatorKey, read_accumulators, write_accumulators
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.encounters import Encounter, FeeBatch, FeeBatchState, FeeItem
from openyibao.rooms.ledger import AccountPot, PersonalAccount
from openyibao.rooms.people import Enrolment, funds_stopped, lock_enrolments, read_enrolments
from openyibao.rooms.policies import AccountUse, PersonFacts, Policy, Split, VisitFacts
from openyibao.rooms.presentation import TokenFacts, read_tokens
from openyibao.rooms.settlement import rules, store
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.records import (
    PreSettled,
    Settled,
    Settlement,
    SettlementFacts,
    SettleRequest,
)


class Subject(msgspec.Struct, kw_only=True):
    """What a settle request is about, as far as it is known before the person is locked."""

    request: SettleRequest
    token: TokenFacts | Refused | None
    encounter: Encounter | None
    batches: list[FeeBatch]

    @property
    def person(self) -> tuple[int, int] | None:
        """(cell, person_id), where known."""
        if self.encounter is not None:
            return (self.encounter.cell, self.encounter.person_id)
        if isinstance(self.token, TokenFacts):
            return (self.token.cell, self.token.person_id)
        return None


class Standing(msgspec.Struct, kw_only=True):
    """The state of the persons of a batch: read, and locked where something will be written."""

    enrolments: dict[tuple[int, int], list[Enrolment]]
    accounts: dict[tuple[int, int, AccountPot], PersonalAccount]
    accumulators: dict[AccumulatorKey, dict[str, int]]


class Assessed(msgspec.Struct, kw_only=True):
    """A bill that can be settled."""

    encounter: Encounter
    items: list[FeeItem]
    open_batches: list[int]
    new: bool
    policy: Policy
    document_hash: str
    pooling_area: int
    accumulator: AccumulatorKey
    facts: SettlementFacts
    account: PersonalAccount | None
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
            token=tokens.get(n),
            encounter=visits.get((one.cell or 0, one.encounter_id or 0)),
            batches=batches.get((one.cell or 0, one.encounter_id or 0), []),
        )
        for n, one in enumerate(requests)
    ]


async def load_standing(reading: Reading, persons: Sequence[tuple[int, int]], *, lock: bool) -> Standing:
    """Enrolments, accounts and accumulators of the persons, in the written lock order."""
    if not persons:
        return Standing(enrolments={}, accounts={}, accumulators={})
    if lock:
        assert isinstance(reading, Tx)
        enrolments = await lock_enrolments(reading, persons)
    else:
        enrolments = await read_enrolments(reading, persons)
    return Standing(
        enrolments=enrolments,
        accounts=await ledger.read_accounts(reading, persons, lock=lock),
        accumulators=await read_accumulators(reading, persons, lock=lock),
    )


def assess(
    draw: Any, clock: Clock, desk: Desk, subject: Subject, standing: Standing, *, settlement_id: int, stays_had: int = 0
) -> Assessed | Refused:
    """Judge one bill. Pure apart from the ids it draws.

    Reasons in order: institution_suspended · the visit token's · encounter_unknown · those of opening (new visits) ·
    visit_token_needed · not_this_person · purpose_cannot_pay · those of the lines (new ones) · not_enrolled · no_policy ·
    mutual_aid_not_agreed · nothing_to_settle · negative_total · split_changed.
    """
    request = subject.request
    refused = desk.refuse_institution(request.institution_id)
    if refused is not None:
        return refused
    if isinstance(subject.token, Refused):
        return subject.token
    visit = _visit_of(draw, clock, desk, subject, standing, stays_had)
    if isinstance(visit, Refused):
        return visit
    encounter, items, open_batches, new = visit
    token = subject.token
    refused = rules.judge_presence(
        encounter, None if token is None else (token.cell, token.person_id), None if token is None else token.purpose
    )
    if refused is not None:
        return refused
    if request.account_use is AccountUse.mutual_aid:
        return Refused(rules.NO_MUTUAL_AID)
    return _price(clock, desk, request, standing, encounter, items, open_batches, new=new)


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
    token = subject.token
    assert isinstance(token, TokenFacts)
    encounter = encounters.new_encounter(
        draw.ids.next(),
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
    batch_id = draw.ids.next()
    items = encounters.new_items(draw, encounter.cell, encounter.encounter_id, batch_id, request.items, rows)
    return encounter, items, [batch_id], True


def _price(
    clock: Clock,
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
    key = (encounter.cell, encounter.person_id, enrolment.insurance_type.value, policy.policy_year(on))
    account = standing.accounts.get((*person, AccountPot.current))
    facts = SettlementFacts(
        person=PersonFacts(
            insurance_type=enrolment.insurance_type,
            person_category=enrolment.person_category,
            groups=enrolment.groups,
            birth_on=enrolment.birth_on,
            funds_stopped=funds_stopped(enrolment, on),
        ),
        visit=VisitFacts(
            kind=encounter.kind, level=institution.level, on=on, admission_no=max(1, encounter.admission_no)
        ),
        price_limit_level=institution.price_limit_level.value,
        accumulators_before=standing.accumulators.get(key, {}),
        accumulators_after={},
        account_balance_before_fen=account.balance_fen if account else 0,
        account_use=request.account_use,
        fee_batch_ids=tuple(open_batches),
    )
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
        accumulator=key,
        facts=facts,
        account=account,
        split=done,
        diagnoses=request.encounter.diagnoses if request.encounter else (),
    )


def price(desk: Desk, policy: Policy, facts: SettlementFacts, items: Sequence[FeeItem]) -> Split:
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


class _NoIds:
    """Ids for a bill that is only looked at."""

    def __init__(self) -> None:
        self._last = 0
        self.ids = self

    def next(self) -> int:
        """The next number."""
        self._last += 1
        return self._last


async def pre_settle(reading: Reading, clock: Clock, desk: Desk, request: SettleRequest) -> PreSettled | Refused:
    """The split as it would be now, explained. Takes no locks, writes nothing. Reasons as ``assess``."""
    await desk.fresh(reading)
    (subject,) = await load_subjects(reading, clock, [request])
    standing = await load_standing(reading, [subject.person] if subject.person else [], lock=False)
    done = assess(_NoIds(), clock, desk, subject, standing, settlement_id=0)
    if isinstance(done, Refused):
        return done
    steps, labels = explain(desk, done.policy, done.facts, done.items, done.split)
    return PreSettled(
        split=done.split,
        steps=steps,
        labels=labels,
        document_hash=done.document_hash,
        document_title_zh=done.policy.title.zh,
        document_title_en=done.policy.title.en,
        account_balance_before_fen=done.facts.account_balance_before_fen,
        account_balance_after_fen=done.facts.account_balance_before_fen - done.split.personal_account_fen,
    )


def explain(
    desk: Desk, policy: Policy, facts: SettlementFacts, items: Sequence[FeeItem], done: Split
) -> tuple[tuple[policies.ExplainedStep, ...], dict[str, int]]:
    """The steps of a split and the words of the area's slip, derived again from the stored inputs."""
    steps = policies.explain(
        policy,
        facts.person,
        facts.visit,
        rules.bill_lines(items, desk.catalogue.by_id, facts.price_limit_level),
        facts.accumulators_before,
        account_balance_fen=facts.account_balance_before_fen,
        account_use=facts.account_use,
    )
    return steps, {label.title.zh: amount for label, amount in policies.label_amounts(policy, done)}


async def settle(tx: Tx, clock: Clock, desk: Desk, requests: Sequence[SettleRequest]) -> list[Any]:
    """Settle each bill; each answer a ``Settled``, a ``Refused``, or AGAIN where its person is in this batch already.

    Reasons: key_conflict · request_barred · those of ``assess``.
    """
    await desk.fresh(tx)
    subjects = await load_subjects(tx, clock, requests)
    answers: list[Any] = [None] * len(requests)
    first, persons = _first_of_each_person(subjects, answers)
    # Persons before keys: claiming draws the outcome's id, and a person's settlements stand in the order of their ids.
    standing = await load_standing(tx, persons, lock=True)
    claims = await claim_keys(tx, "settle", [_keyed(subjects[n]) for n in first], at=clock.now())
    fresh = await _answer_known(tx, subjects, first, claims, answers)
    await _reload_visits(tx, clock, subjects, [n for n, _ in fresh])
    writes: list[tuple[Settlement, Assessed]] = []
    for n, claim in fresh:
        subject = subjects[n]
        had = await _stays_had(tx, clock, desk, subject, standing)
        done = assess(tx, clock, desk, subject, standing, settlement_id=claim.outcome_id, stays_had=had)
        if isinstance(done, Refused):
            person = subject.person
            answers[n] = await encounters.refuse(
                tx,
                clock,
                "settle",
                cell=person[0] if person else 0,
                institution_id=subject.request.institution_id,
                refusal_id=claim.outcome_id,
                refused=done,
                person_id=person[1] if person else None,
                encounter_id=subject.request.encounter_id,
            )
            continue
        settlement = rules.settlement_of(
            done.split,
            done.encounter,
            done.facts,
            settlement_id=claim.outcome_id,
            pooling_area=done.pooling_area,
            policy_year=done.accumulator[3],
            document_hash=done.document_hash,
            operator_code=subject.request.operator_code,
            terminal_code=subject.request.terminal_code,
            at=clock.now(),
            on=clock.today(),
        )
        writes.append((settlement, done))
        answers[n] = Settled(settlement=settlement)
    if writes:
        await _write(tx, writes)
    return answers


def _first_of_each_person(subjects: Sequence[Subject], answers: list[Any]) -> tuple[list[int], list[tuple[int, int]]]:
    """A person twice in a batch: the second waits for the next one."""
    seen: set[Any] = set()
    first = []
    for n, subject in enumerate(subjects):
        request = subject.request
        names: set[Any] = {("key", request.institution_id, request.request_key)}
        if subject.person is not None:
            names.add(("person", *subject.person))
        if names & seen:
            answers[n] = AGAIN
            continue
        seen |= names
        first.append(n)
    persons = {person for n in first if (person := subjects[n].person) is not None}
    return first, sorted(persons)


def _keyed(subject: Subject) -> KeyedRequest:
    request = subject.request
    return KeyedRequest(
        cell=subject.person[0] if subject.person else 0,
        institution_id=request.institution_id,
        request_key=request.request_key,
        digest=request.digest,
    )


async def _answer_known(
    tx: Tx, subjects: Sequence[Subject], first: Sequence[int], claims: Sequence[ClaimedKey], answers: list[Any]
) -> list[tuple[int, ClaimedKey]]:
    """Answer repeats from what is stored; returns those that are new."""
    fresh, repeats = [], []
    for n, claim in zip(first, claims, strict=True):
        if claim.fresh:
            fresh.append((n, claim))
        elif claim.digest == rules.BARRED_DIGEST:
            answers[n] = Refused(rules.REQUEST_BARRED)
        elif claim.digest != subjects[n].request.digest:
            answers[n] = Refused(KEY_CONFLICT, {"request_key": subjects[n].request.request_key})
        else:
            repeats.append((n, claim))
    names = [(_keyed(subjects[n]).cell, claim.outcome_id) for n, claim in repeats]
    found = await store.read_settlements(tx, names)
    refused = await encounters.read_refusals(tx, names) if len(found) < len(names) else {}
    for (n, claim), name in zip(repeats, names, strict=True):
        if name in found:
            answers[n] = Settled(settlement=found[name], repeated=True)
        else:
            answers[n] = encounters.stored_refusal(*refused[claim.outcome_id])
    return fresh


async def _reload_visits(tx: Tx, clock: Clock, subjects: Sequence[Subject], fresh: Sequence[int]) -> None:
    """Lock the visits that stand and read their lines again: another settlement may just have taken them."""
    standing = [n for n in fresh if subjects[n].encounter is not None]
    if not standing:
        return
    names = [(subjects[n].request.cell or 0, subjects[n].request.encounter_id or 0) for n in standing]
    visits = await encounters.read_encounters(tx, names, lock=True)
    batches: dict[tuple[int, int], list[FeeBatch]] = {}
    for batch in await encounters.read_fee_batches(tx, names):
        batches.setdefault((batch.cell, batch.encounter_id), []).append(batch)
    for n, name in zip(standing, names, strict=True):
        subjects[n].encounter, subjects[n].batches = visits.get(name), batches.get(name, [])


async def _stays_had(tx: Tx, clock: Clock, desk: Desk, subject: Subject, standing: Standing) -> int:
    """How many stays of the policy year a new stay follows; 0 where the request opens none."""
    new = subject.request.encounter
    if new is None or subject.person is None or new.kind not in encounters.STAYS:
        return 0
    enrolments = standing.enrolments.get(subject.person, [])
    year = desk.year_of(enrolments[0], new.kind, clock.today()) if enrolments else clock.today().year
    return (await encounters.count_stays(tx, [subject.person], year)).get(subject.person, 0)


async def _write(tx: Tx, writes: Sequence[tuple[Settlement, Assessed]]) -> None:
    """Everything of the batch, set-based, in the order of the rooms."""
    new = [(settlement, done) for settlement, done in writes if done.new]
    if new:
        await encounters.insert_encounters(tx, [(done.encounter, done.diagnoses) for _, done in new])
        stays = [
            (
                d.encounter.cell,
                d.encounter.person_id,
                d.accumulator[3],
                d.encounter.encounter_id,
                d.encounter.admission_no,
            )
            for _, d in new
            if d.encounter.admission_no
        ]
        if stays:
            await encounters.insert_stays(tx, stays)
        await encounters.insert_fee_batches(
            tx,
            [
                (
                    d.encounter.cell,
                    d.encounter.encounter_id,
                    d.open_batches[0],
                    FeeBatchState.settled.value,
                    s.settlement_id,
                )
                for s, d in new
            ],
            [item for _, d in new for item in d.items],
        )
    taken = [
        ((d.encounter.cell, d.encounter.encounter_id, batch_id), s.settlement_id)
        for s, d in writes
        if not d.new
        for batch_id in d.open_batches
    ]
    if taken:
        await encounters.mark_batches(
            tx, [name for name, _ in taken], FeeBatchState.settled.value, [settlement_id for _, settlement_id in taken]
        )
    await store.insert_settlements(tx, [settlement for settlement, _ in writes])
    await write_money(tx, [(s, d.account.account_id if d.account else None) for s, d in writes])
    await write_accumulators(tx, {d.accumulator: d.facts.accumulators_after for _, d in writes})
    tx.audit += [
        AuditEvent(
            kind="settled",
            cell=s.cell,
            subject_id=s.settlement_id,
            actor=s.operator_code,
            content=rules.content_of(s, d.items),
        )
        for s, d in writes
    ]


async def write_money(tx: Tx, settlements: Sequence[tuple[Settlement, int | None]]) -> None:
    """Post each settlement or reversal and move the personal accounts with it."""
    postings = []
    moves = []
    for settlement, account_id in settlements:
        transfers = rules.transfers_of(settlement, account_id)
        postings += rules.postings_of(settlement, account_id, [tx.ids.next() for _ in transfers])
        if settlement.personal_account_fen:
            sign = 1 if settlement.kind.value == "reversal" else -1
            moves.append(
                (settlement.cell, settlement.person_id, AccountPot.current, sign * settlement.personal_account_fen)
            )
    if postings:
        await ledger.insert_postings(tx, postings)
    if moves:
        await ledger.move_balances(tx, moves)
