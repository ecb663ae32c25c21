"""Verbs of bulk import: a stretch of lines of a file, judged and written in one transaction. 中文: 批量导入。

The same line twice changes nothing: what is there word for word counts as unchanged, what contradicts it is a fault. So a
file may be imported again after its bad lines were mended, and a stretch that was cut off is simply taken again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.areas import Areas, PoolingArea, bucket_of_digest, cell_of
from openyibao.rooms.entitlement import judging, store
from openyibao.rooms.entitlement.deriving import TermsBook, lock_all
from openyibao.rooms.entitlement.lines import (
    EnrolmentLine,
    PaidMonths,
    read_contribution,
    read_enrolment,
    read_person,
)
from openyibao.rooms.entitlement.months import is_month
from openyibao.rooms.entitlement.moving import import_moves
from openyibao.rooms.entitlement.paying import contribution_of, enter_contributions
from openyibao.rooms.entitlement.records import (
    FAULTS_KEPT,
    Contribution,
    Imported,
    ImportNoun,
    ImportRun,
    NewContribution,
)
from openyibao.rooms.entitlement.service import enrolment_of
from openyibao.rooms.entitlement.telling import contribution_event
from openyibao.rooms.people import (
    Enrolment,
    EnrolmentKey,
    NewEnrolment,
    NewPerson,
    PersonName,
    add_enrolments,
    agency_area_unknown,
    enter_persons,
    find_persons,
)

Line = tuple[int, Sequence[str]]
"""(number in the file, its cells)."""
LINES_MAX = 10_000


class _Sorted(msgspec.Struct):
    """What became of the lines so far."""

    entered: int = 0
    unchanged: int = 0
    faults: list[tuple[int, str]] = msgspec.field(default_factory=list)

    def note(self, number: int, answer: bool | Refused) -> None:
        """Count one line."""
        if isinstance(answer, Refused):
            self.faults.append((number, f"{answer.code}: {answer.sentence('en')} / {answer.sentence('zh')}"))
        elif answer:
            self.entered += 1
        else:
            self.unchanged += 1

    def done(self) -> Imported:
        """The answer, faults in the order of their lines."""
        return Imported(entered=self.entered, unchanged=self.unchanged, faults=tuple(sorted(self.faults)))


async def import_lines(
    tx: Tx, clock: Clock, sealer: Sealer, areas: Areas, *, noun: ImportNoun, lines: Sequence[Line], actor: str
) -> Imported:
    """Take a stretch of lines, at most ``LINES_MAX``."""
    assert len(lines) <= LINES_MAX
    if noun is ImportNoun.people:
        return await _import_people(tx, clock, sealer, lines, actor=actor)
    if noun is ImportNoun.enrolments:
        return await _import_enrolments(tx, clock, sealer, areas, lines, actor=actor)
    if noun is ImportNoun.moves:
        told = _Sorted()
        for number, answer in await import_moves(tx, clock, sealer, areas, lines, actor=actor):
            told.note(number, answer)
        return told.done()
    return await _import_contributions(tx, clock, sealer, areas, lines, actor=actor)


async def _import_people(tx: Tx, clock: Clock, sealer: Sealer, lines: Sequence[Line], *, actor: str) -> Imported:
    told, good = _Sorted(), list[tuple[int, NewPerson]]()
    for number, cells in lines:
        one = read_person(cells)
        if isinstance(one, Refused):
            told.note(number, one)
        else:
            good.append((number, one))
    answers = await enter_persons(tx, clock, sealer, persons=[one for _, one in good], actor=actor)
    for (number, _), answer in zip(good, answers, strict=True):
        told.note(number, answer)
    return told.done()


class _Placed(msgspec.Struct):
    """A line with the person and the pool that it is about; ``key`` is (cell, person_id)."""

    number: int
    line: EnrolmentLine
    person: PersonName
    pool: PoolingArea
    key: EnrolmentKey


async def _place(
    reading: Reading, sealer: Sealer, areas: Areas, lines: Sequence[Line], noun: ImportNoun, told: _Sorted
) -> list[_Placed]:
    """Read lines and find whom they are about; reasons in order: line_unreadable · person_unknown · agency_area_unknown."""
    read = read_enrolment if noun is ImportNoun.enrolments else read_contribution
    good: list[tuple[int, EnrolmentLine]] = []
    for number, cells in lines:
        one = read(cells)
        if isinstance(one, Refused):
            told.note(number, one)
        else:
            good.append((number, one))
    known = await find_persons(reading, sealer, [one.document for _, one in good])
    placed: list[_Placed] = []
    for number, one in good:
        person = known.get(one.document)
        if person is None:
            told.note(number, Refused(judging.PERSON_UNKNOWN))
            continue
        paid = one.paid
        if paid is not None and not (is_month(paid.first_month) and is_month(paid.last_month)):
            facts = {"first_month": paid.first_month, "last_month": paid.last_month}
            told.note(number, Refused(judging.MONTH_INVALID, facts))
            continue
        on = judging.month_span(paid.first_month)[0] if one.begins_on is None and paid else one.begins_on or date.min
        pool = areas.pooling_area(one.agency_area, on)
        if pool is None:
            told.note(number, agency_area_unknown(one.agency_area, on))
        else:
            cell = cell_of(pool.pooling_area, pool.cells, person.person_id)
            placed.append(_Placed(number, one, person, pool, (cell, person.person_id)))
    return placed


async def _import_enrolments(
    tx: Tx, clock: Clock, sealer: Sealer, areas: Areas, lines: Sequence[Line], *, actor: str
) -> Imported:
    """New enrolments with what is paid for them already; of those that are there, the months that are new."""
    told, book = _Sorted(), TermsBook(areas)
    placed = await _place(tx, sealer, areas, lines, ImportNoun.enrolments, told)
    held = await lock_all(tx, [one.key for one in placed])
    made: list[Enrolment] = []
    payments: list[Contribution] = []
    there: list[tuple[_Placed, Enrolment]] = []
    for one in placed:
        present = held[one.key]
        same = next((each for each in present if _is_same(one.line, each)), None)
        if same is not None:
            there.append((one, same))
            continue
        opened = _open(tx, clock, one, present)
        if isinstance(opened, Refused):
            told.note(one.number, opened)
            continue
        enrolment, paid = opened
        enrolment = await book.derived(tx, enrolment, paid, ())
        present.append(enrolment)
        made.append(enrolment)
        payments += paid
        told.note(one.number, answer=True)
    await add_enrolments(tx, made, actor=actor)
    await store.insert_contributions(tx, payments, clock.now())
    tx.audit += [contribution_event(one, actor) for one in payments]
    await _pay_for(tx, clock, areas, held, there, told, actor=actor)
    return told.done()


def _is_same(line: EnrolmentLine, one: Enrolment) -> bool:
    return (one.agency_area, one.insurance_type, one.person_category, one.groups, one.begins_on) == (
        line.agency_area,
        line.insurance_type,
        line.person_category,
        line.groups,
        line.begins_on,
    )


def _open(
    tx: Tx, clock: Clock, one: _Placed, present: Sequence[Enrolment]
) -> tuple[Enrolment, list[Contribution]] | Refused:
    """A new enrolment and its payment. Reasons in order: those of enrolling · those of paying."""
    line, (cell, person_id) = one.line, one.key
    assert line.person_category is not None
    assert line.begins_on is not None
    wanted = NewEnrolment(
        person_id=person_id,
        agency_area=line.agency_area,
        insurance_type=line.insurance_type,
        person_category=line.person_category,
        birth_on=one.person.birth_on,
        begins_on=line.begins_on,
        ends_on=line.ends_on,
        groups=line.groups,
    )
    refused = judging.judge_enrolling(wanted, one.pool.pooling_area, present)
    if refused is not None:
        return refused
    enrolment = enrolment_of(tx, wanted, cell, one.pool.pooling_area)
    if line.paid is None:
        return enrolment, []
    new = _payment(line.paid, enrolment)
    refused = judging.judge_contribution(new, enrolment, (), today=clock.today())
    return refused or (enrolment, [contribution_of(tx, new)])


def _payment(paid: PaidMonths, enrolment: Enrolment) -> NewContribution:
    return NewContribution(
        cell=enrolment.cell,
        person_id=enrolment.person_id,
        enrolment_id=enrolment.enrolment_id,
        first_month=paid.first_month,
        last_month=paid.last_month,
        base_fen=paid.base_fen,
        employer_fen=paid.employer_fen,
        personal_fen=paid.personal_fen,
        paid_on=paid.paid_on,
    )


async def _pay_for(
    tx: Tx,
    clock: Clock,
    areas: Areas,
    held: Mapping[EnrolmentKey, Sequence[Enrolment]],
    wanted: Sequence[tuple[_Placed, Enrolment]],
    told: _Sorted,
    *,
    actor: str,
) -> None:
    """Enter the payments of lines whose enrolments are there."""
    paying = [(one, enrolment) for one, enrolment in wanted if one.line.paid is not None]
    payments = [_payment(one.line.paid, enrolment) for one, enrolment in paying if one.line.paid is not None]
    answers, _ = await enter_contributions(tx, clock, areas, held, payments, actor=actor)
    for (one, _), answer in zip(paying, answers, strict=True):
        told.note(one.number, answer)
    for one, _ in wanted:
        if one.line.paid is None:
            told.note(one.number, answer=False)


async def _import_contributions(
    tx: Tx, clock: Clock, sealer: Sealer, areas: Areas, lines: Sequence[Line], *, actor: str
) -> Imported:
    """Months for enrolments that are there. Reasons: those of placing · enrolment_unknown · those of paying."""
    told = _Sorted()
    placed = await _place(tx, sealer, areas, lines, ImportNoun.contributions, told)
    held = await lock_all(tx, [one.key for one in placed])
    wanted: list[tuple[_Placed, Enrolment]] = []
    for one in placed:
        enrolment = _meant(one.line, held[one.key])
        if enrolment is None:
            told.note(one.number, Refused(judging.ENROLMENT_UNKNOWN))
        else:
            wanted.append((one, enrolment))
    await _pay_for(tx, clock, areas, held, wanted, told, actor=actor)
    return told.done()


def _meant(line: EnrolmentLine, present: Sequence[Enrolment]) -> Enrolment | None:
    """The enrolment that a payment is for: of the insurance, and in force in some of the months; the last begun."""
    assert line.paid is not None
    first, last = judging.month_span(line.paid.first_month)[0], judging.month_span(line.paid.last_month)[1]
    fits = [
        one
        for one in present
        if one.insurance_type is line.insurance_type
        and one.begins_on <= last
        and (one.ends_on is None or first <= one.ends_on)
    ]
    return max(fits, key=lambda one: (one.begins_on, one.enrolment_id), default=None)


async def begin_import(tx: Tx, clock: Clock, *, noun: ImportNoun, file_digest: bytes, parts: int) -> list[ImportRun]:
    """The parts of a file's import: those that were begun already, else so many new ones."""
    bucket = bucket_of_digest(file_digest)
    begun = await store.list_runs(tx, bucket, noun, file_digest)
    if begun:
        return begun
    for part in range(parts):
        run = ImportRun(
            bucket=bucket,
            run_id=tx.ids.next(),
            noun=noun,
            file_digest=file_digest,
            part=part,
            parts=parts,
            state="running",
            position_octets=0,
            lines_done=0,
            entered=0,
            unchanged=0,
            refused=0,
            faults=(),
            begun_at=clock.now(),
        )
        await store.write_run(tx, run, clock.now())
    return await store.list_runs(tx, bucket, noun, file_digest)


async def lock_import(tx: Tx, run: ImportRun) -> ImportRun:
    """Where a part stands, held until the commit: two commands on one file take turns at it."""
    return await store.lock_run(tx, run)


async def list_imports(reading: Reading, *, noun: ImportNoun, file_digest: bytes) -> list[ImportRun]:
    """How far the parts of a file are."""
    return await store.list_runs(reading, bucket_of_digest(file_digest), noun, file_digest)


async def note_import(
    tx: Tx, clock: Clock, run: ImportRun, done: Imported, *, position_octets: int, lines_done: int, finished: bool
) -> ImportRun:
    """Move a part on by the lines that this transaction took."""
    faults = (*run.faults, *(f"{number}: {said}" for number, said in done.faults))[:FAULTS_KEPT]
    moved = msgspec.structs.replace(
        run,
        state="finished" if finished else "running",
        position_octets=position_octets,
        lines_done=lines_done,
        entered=run.entered + done.entered,
        unchanged=run.unchanged + done.unchanged,
        refused=run.refused + len(done.faults),
        faults=faults,
    )
    await store.write_run(tx, moved, clock.now())
    return moved
