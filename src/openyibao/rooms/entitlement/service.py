"""Verbs of enrolments over time: enrol, end, suspend, move; which are there, and what the agency must look at.

Each takes many at once, locks their people first, answers each, and tells the audit. 中文: 参保关系办理。
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.areas import Areas, cell_of
from openyibao.rooms.entitlement import judging, store
from openyibao.rooms.entitlement.deriving import TermsBook, lock_all, rederive
from openyibao.rooms.entitlement.months import ONE_DAY
from openyibao.rooms.entitlement.records import (
    Circumstance,
    CircumstanceKind,
    EndGround,
    EndRequest,
    Enrolled,
    Moved,
    MoveRequest,
    SuspendRequest,
)
from openyibao.rooms.entitlement.rules import double_bases, pays_nothing
from openyibao.rooms.entitlement.telling import circumstance_event
from openyibao.rooms.people import (
    BASE_INSURANCES,
    Enrolment,
    EnrolmentKey,
    NewEnrolment,
    add_enrolments,
    agency_area_unknown,
    read_enrolments,
)

DOUBLE_ENROLMENT = "double_enrolment"
"""A finding, not a refusal: two base insurances are active at once, and the agency has to end one."""
DOUBLES_MAX = 1_000


async def enrol(
    tx: Tx, clock: Clock, areas: Areas, *, enrolments: Sequence[NewEnrolment], actor: str
) -> list[Enrolled | Refused]:
    """Enter enrolments that are kept by contributions: in arrears until something is paid, unless nothing is due.

    Refused, in order: agency_area_unknown · already_enrolled. Another active base insurance, anywhere, is a finding.
    """
    book = TermsBook(areas)
    held = await lock_all(
        tx, [(cell, one.person_id) for one in enrolments for cell in areas.cells_of_person(one.person_id)]
    )
    everywhere: dict[int, list[Enrolment]] = {}
    for (_, person_id), own in held.items():
        everywhere.setdefault(person_id, []).extend(own)
    answers: list[Enrolled | Refused] = []
    for one in enrolments:
        made = await open_enrolment(tx, areas, book, one, everywhere.setdefault(one.person_id, []))
        if isinstance(made, Refused):
            answers.append(made)
            continue
        everywhere[one.person_id].append(made)
        double = made.insurance_type in BASE_INSURANCES and double_bases(everywhere[one.person_id], made.begins_on)
        answers.append(Enrolled(enrolment=made, finding=DOUBLE_ENROLMENT if double else None))
    await add_enrolments(tx, [each.enrolment for each in answers if isinstance(each, Enrolled)], actor=actor)
    return answers


async def open_enrolment(
    tx: Tx, areas: Areas, book: TermsBook, one: NewEnrolment, present: Sequence[Enrolment]
) -> Enrolment | Refused:
    """An enrolment to enter, with the periods of nothing paid yet; nothing is written."""
    pool = areas.pooling_area(one.agency_area, one.begins_on)
    if pool is None:
        return agency_area_unknown(one.agency_area, one.begins_on)
    refused = judging.judge_enrolling(one, pool.pooling_area, present)
    if refused is not None:
        return refused
    cell = cell_of(pool.pooling_area, pool.cells, one.person_id)
    return await book.derived(tx, enrolment_of(tx, one, cell, pool.pooling_area), (), ())


def enrolment_of(tx: Tx, one: NewEnrolment, cell: int, pooling_area: int) -> Enrolment:
    """A new enrolment of which nothing is derived yet."""
    return Enrolment(
        cell=cell,
        person_id=one.person_id,
        enrolment_id=tx.ids.next(),
        agency_area=one.agency_area,
        pooling_area=pooling_area,
        insurance_type=one.insurance_type,
        person_category=one.person_category,
        groups=one.groups,
        birth_on=one.birth_on,
        begins_on=one.begins_on,
        ends_on=one.ends_on,
    )


async def end_enrolments(
    tx: Tx, clock: Clock, areas: Areas, *, requests: Sequence[EndRequest], actor: str
) -> list[Enrolment | Refused]:
    """Give enrolments a last day. Refused, in order: enrolment_unknown · enrolment_ended · ends_before_it_begins."""
    held = await lock_all(tx, [(one.cell, one.person_id) for one in requests])
    answers: list[Enrolment | Refused] = []
    notes: list[Circumstance] = []
    taken: set[int] = set()
    for one in requests:
        found = judging.find_enrolment(held, one.cell, one.person_id, one.enrolment_id)
        judged = found if isinstance(found, Refused) else judging.judge_end(found, one.last_on, taken)
        answers.append(judged)
        if isinstance(judged, Enrolment):
            taken.add(judged.enrolment_id)
            notes.append(note_of(tx, judged, CircumstanceKind.ended, one.ground, one.last_on))
    await enter_circumstances(tx, clock, notes, actor=actor)
    return await put_back(tx, TermsBook(areas), answers, actor=actor)


async def put_back(
    tx: Tx, book: TermsBook, answers: Sequence[Enrolment | Refused], *, actor: str
) -> list[Enrolment | Refused]:
    """Derive and write the enrolments among the answers, each in its place."""
    written = iter(await rederive(tx, book, [one for one in answers if isinstance(one, Enrolment)], actor=actor))
    return [next(written) if isinstance(one, Enrolment) else one for one in answers]


def note_of(
    tx: Tx, one: Enrolment, kind: CircumstanceKind, ground: str, begins_on: date, ends_on: date | None = None
) -> Circumstance:
    """A circumstance of an enrolment, to be entered."""
    return Circumstance(
        cell=one.cell,
        person_id=one.person_id,
        enrolment_id=one.enrolment_id,
        circumstance_id=tx.ids.next(),
        kind=kind,
        ground=str(ground),
        begins_on=begins_on,
        ends_on=ends_on,
    )


async def enter_circumstances(tx: Tx, clock: Clock, notes: Sequence[Circumstance], *, actor: str) -> None:
    """Write circumstances and tell of each."""
    await store.insert_circumstances(tx, notes, clock.now())
    tx.audit += [circumstance_event(one, actor) for one in notes]


async def suspend_enrolments(
    tx: Tx, clock: Clock, areas: Areas, *, requests: Sequence[SuspendRequest], actor: str
) -> list[Enrolment | Refused]:
    """Suspend enrolments on some days. Refused: enrolment_unknown · ends_before_it_begins (of the suspension)."""
    held = await lock_all(tx, [(one.cell, one.person_id) for one in requests])
    answers: list[Enrolment | Refused] = []
    notes: list[Circumstance] = []
    for one in requests:
        found = judging.find_enrolment(held, one.cell, one.person_id, one.enrolment_id)
        if isinstance(found, Enrolment) and one.ends_on < one.begins_on:
            found = Refused(
                judging.ENDS_BEFORE, {"on": one.ends_on.isoformat(), "begins_on": one.begins_on.isoformat()}
            )
        answers.append(found)
        if isinstance(found, Enrolment):
            notes.append(note_of(tx, found, CircumstanceKind.suspended, one.ground, one.begins_on, one.ends_on))
    await enter_circumstances(tx, clock, notes, actor=actor)
    return await put_back(tx, TermsBook(areas), answers, actor=actor)


async def move(
    tx: Tx, clock: Clock, areas: Areas, *, requests: Sequence[MoveRequest], actor: str
) -> list[Moved | Refused]:
    """Move enrolments to another agency area (or category) in mid-year: the old one ends the day before, a new one begins.

    Refused, in order: enrolment_unknown · enrolment_ended · ends_before_it_begins · agency_area_unknown · already_enrolled.
    Contribution years go on where the old enrolment was paid up to the day. Within one pooling area accumulators and account
    are the same rows; into another, the account stays behind and accumulators restart, and the answer says so.
    """
    book = TermsBook(areas)
    held = await lock_all(
        tx, [(cell, one.person_id) for one in requests for cell in areas.cells_of_person(one.person_id)]
    )
    ends: list[Enrolment] = []
    opens: list[Enrolment] = []
    notes: list[Circumstance] = []
    answers: list[Refused | None] = []
    taken: set[int] = set()
    for one in requests:
        pair = await _move_one(tx, areas, book, one, held, taken)
        answers.append(pair if isinstance(pair, Refused) else None)
        if isinstance(pair, Refused):
            continue
        ended, opened = pair
        taken.add(ended.enrolment_id)
        notes.append(note_of(tx, ended, CircumstanceKind.ended, EndGround.moved, one.on - ONE_DAY))
        paid_up = pays_nothing(ended) or (ended.paid_until is not None and ended.paid_until >= one.on - ONE_DAY)
        if ended.running_since is not None and paid_up:
            notes.append(note_of(tx, opened, CircumstanceKind.carried, EndGround.moved, ended.running_since))
        ends.append(ended)
        opens.append(opened)
    await enter_circumstances(tx, clock, notes, actor=actor)
    ends = await rederive(tx, book, ends, actor=actor)
    await add_enrolments(tx, opens, actor=actor)
    opens = await rederive(tx, book, opens, actor=actor)
    pairs = iter(zip(ends, opens, strict=True))
    return [_moved(*next(pairs)) if refused is None else refused for refused in answers]


async def _move_one(
    tx: Tx,
    areas: Areas,
    book: TermsBook,
    one: MoveRequest,
    held: dict[EnrolmentKey, list[Enrolment]],
    taken: set[int],
) -> tuple[Enrolment, Enrolment] | Refused:
    found = judging.find_enrolment(held, one.cell, one.person_id, one.enrolment_id)
    ended = found if isinstance(found, Refused) else judging.judge_end(found, one.on - ONE_DAY, taken)
    if isinstance(ended, Refused):
        return ended
    new = NewEnrolment(
        person_id=one.person_id,
        agency_area=one.agency_area,
        insurance_type=ended.insurance_type,
        person_category=one.person_category or ended.person_category,
        birth_on=ended.birth_on,
        begins_on=one.on,
        groups=ended.groups,
    )
    present = [
        other
        for (_, person_id), own in held.items()
        for other in own
        if person_id == one.person_id and other.enrolment_id != one.enrolment_id
    ]
    opened = await open_enrolment(tx, areas, book, new, present)
    return opened if isinstance(opened, Refused) else (ended, opened)


def _moved(ended: Enrolment, opened: Enrolment) -> Moved:
    elsewhere = ended.cell != opened.cell
    return Moved(ended=ended, opened=opened, account_stays=elsewhere, accumulators_restart=elsewhere)


async def list_person_enrolments(
    reading: Reading, areas: Areas, person_ids: Iterable[int]
) -> dict[int, list[Enrolment]]:
    """All enrolments of people, wherever they are (C11): by pooling area, then id."""
    wanted = sorted(set(person_ids))
    keys = [(cell, person_id) for person_id in wanted for cell in areas.cells_of_person(person_id)]
    found: dict[int, list[Enrolment]] = {person_id: [] for person_id in wanted}
    for (_, person_id), own in (await read_enrolments(reading, keys)).items():
        found[person_id] += own
    return found


async def list_doubles(
    reading: Reading, areas: Areas, *, on: date, after: int = 0, most: int = DOUBLES_MAX
) -> dict[int, list[Enrolment]]:
    """The agency's findings ``double_enrolment`` on a day: people with several active bases, after an id, with those bases."""
    people = await store.list_double_bases(
        reading, areas.all_cells(), BASE_INSURANCES, on, after=after, most=min(most, DOUBLES_MAX)
    )
    everywhere = await list_person_enrolments(reading, areas, people)
    return {person_id: double_bases(own, on) for person_id, own in everywhere.items()}
