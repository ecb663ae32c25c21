"""Verbs of filings: file (and renew), decide. Plural, keyed by request; refusals are stored and answered. 中文: 备案服务。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import KEY_CONFLICT, ClaimedKey, KeyedRequest, claim_keys
from openyibao.rooms.filings import reasons as why
from openyibao.rooms.filings import rules, store, telling
from openyibao.rooms.filings.area_rules import FilingRule
from openyibao.rooms.filings.records import (
    ELSEWHERE,
    FILINGS_LISTED,
    DecideRequest,
    Filed,
    Filer,
    FileRequest,
    Filing,
    FilingAct,
    FilingDecision,
    FilingKind,
    FilingState,
    NewFiling,
)
from openyibao.rooms.filings.surroundings import FilingDesk
from openyibao.rooms.institutions import may_act
from openyibao.rooms.mandates import MANDATE_MAY_NOT_FILE, covers_filings
from openyibao.rooms.people import Enrolment, enjoyed_enrolment, lock_enrolments
from openyibao.rooms.presentation import read_tokens

FILE, DECIDE = "file_filing", "decide_filing"
_HOLDS_A_STAY = frozenset({*ELSEWHERE, FilingKind.designation, FilingKind.maternity, FilingKind.home_bed})
"""Kinds an open stay may stand on."""
_OF_THE_AGENCY = frozenset({FilingAct.approve, FilingAct.refuse})


async def file_filings(
    tx: Tx, clock: Clock, desk: FilingDesk, requests: Sequence[FileRequest]
) -> list[Filed | Refused]:
    """File for persons; with ``renews``, on top of a filing in force.

    Reasons: key_conflict · the visit token's · mandate_may_not_file (a relative's showing) · institution_suspended · not_enrolled · filing_unknown and filing_decided
    (of the one renewed) · those of ``rules.judge_new``.
    """
    names = await _persons_of(tx, clock, requests)
    persons = sorted({name for name in names if not isinstance(name, Refused)})
    held = await lock_enrolments(tx, persons) if persons else {}
    cells = [0 if isinstance(name, Refused) else name[0] for name in names]
    claims = await _claim_keys(tx, clock, desk, FILE, requests, cells)
    mine = await store.read_all_of_persons(tx, persons)
    answers: list[Filed | Refused] = []
    for request, claim, name in zip(requests, claims, names, strict=True):
        if isinstance(claim, Refused):
            answers.append(claim)
            continue
        if not claim.fresh:
            answers.append(await _known_filing(tx, desk, claim.cell, claim.outcome_id))
            continue
        made: Filing | Refused = (
            name
            if isinstance(name, Refused)
            else _file_one(clock, desk, request, held[name], mine[name], claim.outcome_id)
        )
        if isinstance(made, Refused):
            person_id = None if isinstance(name, Refused) else name[1]
            answers.append(await _refuse(tx, clock, desk, FILE, request, claim, made, person_id))
            continue
        await store.insert_filings(tx, [made])
        tx.audit.append(telling.filing_event(made))
        mine[made.cell, made.person_id].append(made)
        answers.append(Filed(filing=made))
    return answers


async def _persons_of(
    reading: Reading, clock: Clock, requests: Sequence[FileRequest | DecideRequest]
) -> list[tuple[int, int] | Refused]:
    """Whom each request is about (cell, person_id); for one with a visit token, its person or the token's refusal."""
    tokens = [(one.visit_token, one.institution_id) for one in requests if one.visit_token is not None]
    read = iter(await read_tokens(reading, clock, tokens=tokens) if tokens else ())
    names: list[tuple[int, int] | Refused] = []
    for one in requests:
        if one.visit_token is None:
            names.append((one.cell, one.person_id or 0))
            continue
        token = next(read)
        if isinstance(token, Refused):
            names.append(token)
        elif token.mandate is not None and not covers_filings(token.mandate):
            names.append(Refused(MANDATE_MAY_NOT_FILE))
        else:
            names.append((token.cell, token.person_id))
    return names


def _file_one(
    clock: Clock,
    desk: FilingDesk,
    request: FileRequest,
    enrolments: Sequence[Enrolment],
    mine: Sequence[Filing],
    filing_id: int,
) -> Filing | Refused:
    today = clock.today()
    refused = _refuse_institution(desk, request.filed_by, request.institution_id)
    if refused is not None:
        return refused
    enrolment = enjoyed_enrolment(enrolments, today)
    if isinstance(enrolment, Refused):
        return enrolment
    settings = desk.settings_of(enrolment.pooling_area)
    new, before = request.new, None
    if request.renews is not None:
        before = next((one for one in mine if one.filing_id == request.renews), None)
        if before is None:
            return Refused(why.FILING_UNKNOWN)
        if before.state not in rules.OPEN_STATES:
            return Refused(why.FILING_DECIDED, {"state": before.state.value})
        new = _renewed(before, new, settings.rule(before.kind), today)
    rule = settings.rule(new.kind)
    refused = rules.judge_new(
        new, rule, desk.known(new, enrolment), mine, filed_by=request.filed_by, today=today, renews=before
    )
    if refused is not None:
        return refused
    return _filing_of(request, new, enrolment, rule, filing_id, clock)


def _filing_of(
    request: FileRequest, new: NewFiling, enrolment: Enrolment, rule: FilingRule, filing_id: int, clock: Clock
) -> Filing:
    """The row of a filing that may be made. What the agency files itself needs no approval of its own."""
    return Filing(
        cell=enrolment.cell,
        filing_id=filing_id,
        person_id=enrolment.person_id,
        pooling_area=enrolment.pooling_area,
        insurance_type=enrolment.insurance_type.value,
        kind=new.kind,
        disease_code=new.disease_code,
        item_code=new.item_code,
        treatment_area=new.treatment_area,
        institution_codes=new.institution_codes,
        practitioner_code=new.practitioner_code,
        begins_on=new.begins_on,
        ends_on=new.ends_on,
        counts_at_once=not rule.needs_approval or request.filed_by is Filer.agency,
        filed_by=request.filed_by,
        filer=request.filer,
        evidence_digest=new.evidence_digest,
        predecessor_id=request.renews,
        filed_at=clock.now(),
        state=FilingState.filed,
        valid_until=new.ends_on,
        bound_to=new.institution_codes,
        decision_count=0,
    )


def _renewed(before: Filing, new: NewFiling, rule: FilingRule, today: date) -> NewFiling:
    """The renewal: what it is about stays, it begins the day after (or, long past, today)."""
    begins_on = new.begins_on
    if before.valid_until is not None and begins_on <= before.valid_until:
        begins_on = before.valid_until + timedelta(days=1)
    return NewFiling(
        kind=before.kind,
        begins_on=max(begins_on, today - timedelta(days=rule.past_days)),
        ends_on=new.ends_on,
        disease_code=before.disease_code,
        item_code=before.item_code,
        treatment_area=before.treatment_area,
        institution_codes=new.institution_codes or before.bound_to,
        practitioner_code=new.practitioner_code or before.practitioner_code,
        evidence_digest=new.evidence_digest,
    )


async def decide_filings(
    tx: Tx, clock: Clock, desk: FilingDesk, requests: Sequence[DecideRequest]
) -> list[Filed | Refused]:
    """Decide on filings. Only the agency approves and refuses: raises ValueError for anybody else.

    Reasons: key_conflict · the visit token's · mandate_may_not_file (a relative's showing) · institution_suspended · filing_unknown · filing_kind_not_yours · those of ``rules.judge_act`` ·
    those of the institutions · institutions_changed_lately · filing_stay_open · filing_in_use.
    """
    if any(one.act in _OF_THE_AGENCY and one.decided_by is not Filer.agency for one in requests):
        raise ValueError("only the agency approves and refuses filings")
    persons = await _persons_of(tx, clock, requests)
    names = [(one.cell, one.filing_id) for one in requests]
    found = await store.read_filings(tx, names)
    await lock_enrolments(tx, sorted({(one.cell, one.person_id) for one in found.values()}))
    claims = await _claim_keys(tx, clock, desk, DECIDE, requests, [one.cell for one in requests])
    found = await store.read_filings(tx, names)
    answers: list[Filed | Refused] = []
    for request, claim, person in zip(requests, claims, persons, strict=True):
        filing = found.get((request.cell, request.filing_id))
        if isinstance(claim, Refused):
            answers.append(claim)
        elif not claim.fresh:
            answers.append(await _known_decision(tx, desk, claim))
        else:
            answer = await _decide_one(tx, clock, desk, request, filing, claim, person)
            if isinstance(answer, Filed):
                found[request.cell, request.filing_id] = answer.filing
            answers.append(answer)
    return answers


async def _decide_one(
    tx: Tx,
    clock: Clock,
    desk: FilingDesk,
    request: DecideRequest,
    filing: Filing | None,
    claimed: ClaimedKey,
    person: tuple[int, int] | Refused,
) -> Filed | Refused:
    refused = (
        person if isinstance(person, Refused) else await _judge_decision(tx, clock, desk, request, filing, person[1])
    )
    if refused is not None:
        person_id = None if filing is None else filing.person_id
        return await _refuse(tx, clock, desk, DECIDE, request, claimed, refused, person_id)
    assert filing is not None
    today = clock.today()
    decision = FilingDecision(
        cell=filing.cell,
        decision_id=claimed.outcome_id,
        filing_id=filing.filing_id,
        decision_no=filing.decision_count + 1,
        act=request.act,
        decided_by=request.decided_by,
        officer=request.officer,
        why=request.why,
        valid_until=(request.on or today) if request.act is FilingAct.end else filing.valid_until,
        bound_to=request.institution_codes if request.act is FilingAct.change_institutions else filing.bound_to,
        decided_on=today,
        decided_at=clock.now(),
    )
    after = rules.decided(filing, decision)
    await store.insert_decisions(tx, [decision])
    await store.set_current(tx, after)
    tx.audit.append(telling.decision_event(decision))
    return Filed(filing=after)


async def _judge_decision(
    tx: Tx, clock: Clock, desk: FilingDesk, request: DecideRequest, filing: Filing | None, person_id: int
) -> Refused | None:
    """``person_id`` 0: the agency asks, whosever filing it is."""
    refused = _refuse_institution(desk, request.decided_by, request.institution_id)
    if refused is not None:
        return refused
    if filing is None or person_id not in {0, filing.person_id}:
        return Refused(why.FILING_UNKNOWN)
    today, rule = clock.today(), desk.settings_of(filing.pooling_area).rule(filing.kind)
    if request.decided_by is Filer.person and not rule.self_filed:
        return Refused(why.FILING_KIND_NOT_YOURS, {"kind": filing.kind.value})
    refused = rules.judge_act(filing, request.act, on=request.on, today=today, reason_given=bool(request.why.strip()))
    if refused is not None:
        return refused
    if request.act is FilingAct.change_institutions:
        places = rules.named_institutions(request.institution_codes, desk.directory.by_code)
        decisions = (await store.read_decisions(tx, [(filing.cell, filing.filing_id)])).values()
        changes = [each.decided_on for many in decisions for each in many if each.act is request.act]
        refused = rules.judge_institutions(
            filing.kind, rule, places, filing.pooling_area, on=today
        ) or rules.judge_interval(rule, max(changes, default=None), today=today)
        if refused is not None:
            return refused
    return await _judge_use(tx, desk, request.act, filing)


async def _judge_use(tx: Tx, desk: FilingDesk, act: FilingAct, filing: Filing) -> Refused | None:
    """Order: filing_stay_open · filing_in_use."""
    if act in _OF_THE_AGENCY:
        return None
    if filing.kind in _HOLDS_A_STAY:
        opened_on = await desk.open_stay(tx, (filing.cell, filing.person_id))
        if opened_on is not None:
            return Refused(why.FILING_STAY_OPEN, {"opened_on": opened_on.isoformat()})
    if act is FilingAct.withdraw:
        settled_on = await desk.used_on(tx, filing)
        if settled_on is not None:
            return Refused(why.FILING_IN_USE, {"settled_on": settled_on.isoformat()})
    return None


async def list_filings_of(reading: Reading, person: tuple[int, int]) -> list[Filing]:
    """A person's filings (cell, person_id), the newest first, at most ``FILINGS_LISTED``."""
    return await store.list_of_person(reading, person, FILINGS_LISTED)


def _refuse_institution(desk: FilingDesk, by: Filer, institution_id: int) -> Refused | None:
    if by is not Filer.institution:
        return None
    institution = desk.directory.by_id(institution_id)
    return None if institution is None else may_act(institution)


async def _claim_keys(
    tx: Tx,
    clock: Clock,
    desk: FilingDesk,
    verb: str,
    requests: Sequence[FileRequest | DecideRequest],
    cells: Sequence[int],
) -> list[ClaimedKey | Refused]:
    keyed = [
        KeyedRequest(cell=cell, institution_id=one.institution_id, request_key=one.request_key, digest=one.digest)
        for one, cell in zip(requests, cells, strict=True)
    ]
    answers: list[ClaimedKey | Refused] = []
    for one, claim in zip(keyed, await claim_keys(tx, verb, keyed, at=clock.now()), strict=True):
        if claim.fresh or claim.digest == one.digest:
            answers.append(claim)
            continue
        conflict = Refused(KEY_CONFLICT, {"request_key": one.request_key})
        own = msgspec.structs.replace(claim, cell=one.cell, outcome_id=tx.ids.next())
        answers.append(await _refuse(tx, clock, desk, verb, one, own, conflict, None))
    return answers


async def _refuse(
    tx: Tx,
    clock: Clock,
    desk: FilingDesk,
    verb: str,
    request: FileRequest | DecideRequest | KeyedRequest,
    claimed: ClaimedKey,
    refused: Refused,
    person_id: int | None,
) -> Refused:
    return await desk.refuse(
        tx,
        clock,
        verb,
        cell=claimed.cell,
        institution_id=request.institution_id,
        refusal_id=claimed.outcome_id,
        refused=refused,
        person_id=person_id,
    )


async def _known_filing(reading: Reading, desk: FilingDesk, cell: int, filing_id: int) -> Filed | Refused:
    found = (await store.read_filings(reading, [(cell, filing_id)])).get((cell, filing_id))
    return await desk.read_refused(reading, cell, filing_id) if found is None else Filed(filing=found, repeated=True)


async def _known_decision(reading: Reading, desk: FilingDesk, claimed: ClaimedKey) -> Filed | Refused:
    decision = await store.find_decision(reading, claimed.cell, claimed.outcome_id)
    if decision is None:
        return await desk.read_refused(reading, claimed.cell, claimed.outcome_id)
    name = (decision.cell, decision.filing_id)
    return Filed(filing=(await store.read_filings(reading, [name]))[name], repeated=True)
