"""Verbs of settling: pre_settle reads, settle writes; both judge a bill by the same ``assess``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from openyibao.kit.batch import AGAIN
from openyibao.kit.clock import Clock, HeldClock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import BARRED_DIGEST, KEY_CONFLICT, REQUEST_BARRED, ClaimedKey, KeyedRequest, claim_keys
from openyibao.rooms import encounters
from openyibao.rooms.encounters import FeeBatch
from openyibao.rooms.goods import BillOfPacks
from openyibao.rooms.settlement import filed, rules, store
from openyibao.rooms.settlement.aiding import find_agreements, load_offers, owners_here
from openyibao.rooms.settlement.assessing import Assessed, assess
from openyibao.rooms.settlement.confirming import confirm_first
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.facts import parts_of_waiting
from openyibao.rooms.settlement.papered import load_shown
from openyibao.rooms.settlement.parting import WaitingPart
from openyibao.rooms.settlement.pricing import explain
from openyibao.rooms.settlement.records import (
    PreSettled,
    Settled,
    Settlement,
    SettleRequest,
)
from openyibao.rooms.settlement.staying import StaySoFar, load_stay
from openyibao.rooms.settlement.subjects import Standing, Subject, load_standing, load_subjects
from openyibao.rooms.settlement.tracing import bill_of, claim_packs, look_at_packs
from openyibao.rooms.settlement.writing import write_settlements


class _NoIds:
    """Ids for a bill that is only looked at."""

    def __init__(self) -> None:
        self._last = 0
        self.ids = self

    def next(self) -> int:
        """The next number."""
        self._last += 1
        return self._last

    def take(self, count: int) -> list[int]:
        """So many numbers."""
        return [self.next() for _ in range(count)]


async def pre_settle(reading: Reading, clock: Clock, desk: Desk, request: SettleRequest) -> PreSettled | Refused:
    """The split as it would be now, explained. Takes no locks, writes nothing. Reasons as ``assess``."""
    await desk.fresh(reading)
    (subject,) = await load_subjects(reading, clock, [request])
    standing = await load_standing(reading, [subject.person] if subject.person else [], lock=False)
    standing.offers = await load_offers(
        reading, clock, desk, [subject], await find_agreements(reading, [subject]), anywhere=True
    )
    await load_shown(reading, [subject], standing, clock.today())
    done = await look_at(reading, clock, desk, subject, standing)
    if isinstance(done, Refused):
        return done
    notes = tuple(encounters.borne_note(line_no) for line_no in done.facts.borne_lines)
    if done.pack_acts:
        packs = bill_of(clock, desk, request.operator_code, done.encounter, 0, done.pack_acts)
        seen = await look_at_packs(reading, desk, packs)
        if isinstance(seen, Refused):
            return seen
        notes += seen
    steps, labels = explain(desk, done.policy, done.facts, done.items, done.split)
    return PreSettled(
        split=done.split,
        steps=steps,
        labels=labels,
        document_hash=done.document_hash,
        document_title_zh=done.policy.title.zh,
        document_title_en=done.policy.title.en,
        account_balance_before_fen=done.facts.account_balance_before_fen,
        account_balance_after_fen=done.facts.account_balance_before_fen
        - (done.split.personal_account_fen - done.split.mutual_aid_fen - done.split.past_account_fen),
        past_account_balance_before_fen=done.facts.past_account_balance_before_fen,
        past_account_balance_after_fen=done.facts.past_account_balance_before_fen - done.split.past_account_fen,
        aid_owner_masked=done.facts.aid.owner_masked if done.facts.aid else None,
        notes=notes,
        rest=_rest_of(desk, subject, standing, done, clock.today()),
    )


def _rest_of(desk: Desk, subject: Subject, standing: Standing, done: Assessed, today: date) -> tuple[WaitingPart, ...]:
    """What a stay's bill leaves to settlements of their own."""
    if done.new or done.encounter.kind not in encounters.BED_KINDS:
        return ()
    taken = set(done.open_batches)
    parts = parts_of_waiting(desk, subject, standing, today)
    return tuple(part for part in parts if not taken & set(part.fee_batch_ids))


async def list_waiting_parts(reading: Reading, clock: Clock, desk: Desk, request: SettleRequest) -> list[WaitingPart]:
    """The parts in which what waits of a stay will be settled, earliest first; one where nothing parts it."""
    await desk.fresh(reading)
    (subject,) = await load_subjects(reading, clock, [request])
    standing = await load_standing(reading, [subject.person] if subject.person else [], lock=False)
    return parts_of_waiting(desk, subject, standing, clock.today())


async def look_at(
    reading: Reading, clock: Clock, desk: Desk, subject: Subject, standing: Standing
) -> Assessed | Refused:
    """A bill as it would be settled now; nothing is drawn or written."""
    await _add_filings(reading, clock, desk, [subject], standing)
    had = await _stays_had(reading, clock, desk, subject, standing)
    return assess(_NoIds(), clock, desk, subject, standing, stays_had=had)


async def settle(tx: Tx, clock: Clock, desk: Desk, requests: Sequence[SettleRequest]) -> list[Any]:
    """Settle each bill; each answer a ``Settled``, a ``Refused``, or AGAIN where its person is in this batch already.

    Reasons: confirmation_asked (nothing is kept: the same key goes on) · key_conflict · request_barred · those of the phone's
    answer (``confirmations.judge_waiting``) · those of ``assess`` · those of the packs (``goods.claim_packs``).
    """
    await desk.fresh(tx)
    subjects = await load_subjects(tx, clock, requests)
    answers: list[Any] = [None] * len(requests)
    agreements = await find_agreements(tx, subjects)
    owners = owners_here(subjects, agreements)
    first, persons = _first_of_each_person(subjects, answers, owners)
    # Persons before keys: claiming draws the outcome's id, and a person's settlements stand in the order of their ids.
    standing = await load_standing(tx, persons, lock=True)
    clock = HeldClock(clock)  # after the locks: what waited for them is settled later than what it waited for
    standing.offers = await load_offers(tx, clock, desk, [subjects[n] for n in first], agreements)
    await load_shown(tx, [subjects[n] for n in first], standing, clock.today())
    confirmed = await confirm_first(tx, clock, desk, subjects, first, standing, look_at, answers)
    first = confirmed.going
    claims = await claim_keys(tx, "settle", [_keyed(subjects[n]) for n in first], at=clock.now())
    fresh = await _answer_known(tx, clock, subjects, first, claims, answers)
    await _reload_visits(tx, clock, subjects, [n for n, _ in fresh])
    await _add_filings(tx, clock, desk, [subjects[n] for n, _ in fresh], standing)
    decided: list[tuple[int, ClaimedKey, Assessed]] = []
    for n, claim in fresh:
        subject = subjects[n]
        had = await _stays_had(tx, clock, desk, subject, standing) if _asks_of_stays(desk, subject) else 0
        done = assess(tx, clock, desk, subject, standing, stays_had=had)
        done = confirmed.refuse(n, done) or done
        if isinstance(done, Refused):
            answers[n] = await _refuse_bill(tx, clock, subject, claim, done)
        else:
            decided.append((n, claim, done))
    bills = [_bill_of_packs(clock, desk, subjects[n], claim, done) for n, claim, done in decided]
    writes: list[tuple[Settlement, Assessed]] = []
    for (n, claim, done), moved in zip(decided, await claim_packs(tx, clock, desk, bills), strict=True):
        subject = subjects[n]
        if isinstance(moved, Refused):
            answers[n] = await _refuse_bill(tx, clock, subject, claim, moved)
            continue
        done.movements = moved
        settlement = rules.settlement_of(
            done.split,
            done.encounter,
            done.facts,
            settlement_id=claim.outcome_id,
            pooling_area=done.pooling_area,
            policy_year=done.accumulator.policy_year,
            turn=done.accumulator.turn,
            document_hash=done.document_hash,
            operator_code=subject.request.operator_code,
            terminal_code=subject.request.terminal_code,
            at=clock.now(),
            on=clock.today(),
        )
        writes.append((settlement, done))
        answers[n] = Settled(settlement=settlement)
    await write_settlements(tx, writes)
    return answers


async def _refuse_bill(tx: Tx, clock: Clock, subject: Subject, claimed: ClaimedKey, refused: Refused) -> Refused:
    person = subject.person
    return await encounters.refuse(
        tx,
        clock,
        "settle",
        cell=person[0] if person else 0,
        institution_id=subject.request.institution_id,
        refusal_id=claimed.outcome_id,
        refused=refused,
        person_id=person[1] if person else None,
        encounter_id=subject.request.encounter_id,
    )


def _bill_of_packs(
    clock: Clock, desk: Desk, subject: Subject, claimed: ClaimedKey, done: Assessed
) -> BillOfPacks | None:
    """What goods must know of a bill; None for one without packs."""
    if not done.pack_acts:
        return None
    return bill_of(clock, desk, subject.request.operator_code, done.encounter, claimed.outcome_id, done.pack_acts)


def _first_of_each_person(
    subjects: Sequence[Subject], answers: list[Any], owners: Mapping[int, Sequence[tuple[int, int]]]
) -> tuple[list[int], list[tuple[int, int]]]:
    """A person twice in a batch, as patient or as owner of an account that may pay: the second waits for the next one."""
    seen: set[Any] = set()
    first = []
    for n, subject in enumerate(subjects):
        request = subject.request
        names: set[Any] = {("key", request.institution_id, request.request_key)}
        if subject.person is not None:
            names.add(("person", *subject.person))
        names.update(("person", *owner) for owner in owners.get(n, ()))
        if names & seen:
            answers[n] = AGAIN
            continue
        seen |= names
        first.append(n)
    persons = {person for n in first if (person := subjects[n].person) is not None}
    persons.update(owner for n in first for owner in owners.get(n, ()))
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
    tx: Tx,
    clock: Clock,
    subjects: Sequence[Subject],
    first: Sequence[int],
    claims: Sequence[ClaimedKey],
    answers: list[Any],
) -> list[tuple[int, ClaimedKey]]:
    """Answer repeats from what is stored; returns those that are new."""
    fresh, repeats = [], []
    for n, claim in zip(first, claims, strict=True):
        if claim.fresh:
            fresh.append((n, claim))
        elif claim.digest == BARRED_DIGEST:
            answers[n] = await refuse_key(tx, clock, "settle", _keyed(subjects[n]), Refused(REQUEST_BARRED))
        elif claim.digest != subjects[n].request.digest:
            answers[n] = await refuse_key(tx, clock, "settle", _keyed(subjects[n]))
        else:
            repeats.append((n, claim))
    names = [(claim.cell, claim.outcome_id) for _, claim in repeats]
    found = await store.read_settlements(tx, names)
    refused = await encounters.read_refusals(tx, names) if len(found) < len(names) else {}
    for (n, claim), name in zip(repeats, names, strict=True):
        if name in found:
            answers[n] = Settled(settlement=found[name], repeated=True)
        else:
            answers[n] = encounters.stored_refusal(*refused[claim.outcome_id])
    return fresh


async def refuse_key(tx: Tx, clock: Clock, verb: str, keyed: KeyedRequest, refused: Refused | None = None) -> Refused:
    """Store, under an id of its own, that a key can't be used: another request has it. Reason: key_conflict, or given."""
    return await encounters.refuse(
        tx,
        clock,
        verb,
        cell=keyed.cell,
        institution_id=keyed.institution_id,
        refusal_id=tx.ids.next(),
        refused=refused or Refused(KEY_CONFLICT, {"request_key": keyed.request_key}),
    )


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
        found = visits.get(name)
        subjects[n].encounter, subjects[n].batches = found, batches.get(name, [])
        if found is not None and found.kind in encounters.BED_KINDS:
            subjects[n].stay = await load_stay(tx, found, subjects[n].batches)


def _asks_of_stays(desk: Desk, subject: Subject) -> bool:
    """Whether a bill has to do with stays: it brings one, or somewhere an area pays no visit beside one."""
    new = subject.request.encounter
    return new is not None and (new.kind in encounters.BED_KINDS or desk.areas.has_setting(encounters.DURING_STAY))


async def _add_filings(
    reading: Reading, clock: Clock, desk: Desk, subjects: Sequence[Subject], standing: Standing
) -> None:
    """Read the filings of those whose bills may depend on them; no statement where none does."""
    asking = []
    for one in subjects:
        visit = one.encounter or one.request.encounter
        if one.person is None or visit is None:
            continue
        enrolments = standing.enrolments.get(one.person, [])
        if filed.wants_filings(desk, one.request.institution_id, visit.kind, visit.grounds, enrolments):
            asking.append((one.person, None if one.encounter is None else one.encounter.opened_on))
    standing.filings = await filed.load_filings(reading, clock, asking)


async def _stays_had(reading: Reading, clock: Clock, desk: Desk, subject: Subject, standing: Standing) -> int:
    """How many stays of the policy year a new stay follows; 0 where the request opens none. Looks for an open stay too."""
    new = subject.request.encounter
    if new is None or subject.person is None:
        return 0
    mine = standing.enrolments.get(subject.person, [])
    if not any(encounters.asks_for_stays(desk.references, one.pooling_area, new.kind) for one in mine):
        return 0
    enjoyed = encounters.enjoyed_base(desk.areas, mine, clock.today())
    if isinstance(enjoyed, Refused):
        return 0  # refused by assess, with this reason
    subject.beside_stay = await encounters.refuse_beside_stay(reading, desk.references, new, enjoyed)
    if new.kind not in encounters.STAYS:
        return 0
    last = await encounters.read_last_discharge(reading, subject.person, 0, clock.today())
    subject.stay = StaySoFar(last_discharge_on=last)
    year = desk.year_of(enjoyed, new.kind, clock.today())
    return (await encounters.count_stays(reading, [subject.person], year)).get(subject.person, 0)
