"""Verbs of contributions: pay months, pay back what is missing. 中文: 缴费与补缴。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.areas import Areas
from openyibao.rooms.entitlement import judging, store
from openyibao.rooms.entitlement.deriving import TermsBook, lock_all, name_of
from openyibao.rooms.entitlement.monthly import missing_months
from openyibao.rooms.entitlement.months import index_of, is_month, month_at
from openyibao.rooms.entitlement.records import Contribution, NewContribution, Repaired, RepairRequest
from openyibao.rooms.entitlement.store import EnrolmentName
from openyibao.rooms.entitlement.telling import contribution_event
from openyibao.rooms.entitlement.yearly import years_missing
from openyibao.rooms.people import Enrolment, EnrolmentKey, InsuranceType, change_enrolments

_MONTHS_A_YEAR = 12


async def pay(
    tx: Tx, clock: Clock, areas: Areas, *, contributions: Sequence[NewContribution], actor: str
) -> list[Enrolment | Refused]:
    """Enter months that were paid for; each answer is the enrolment with what follows from all of them.

    Refused, in order: enrolment_unknown · contribution_month_invalid · contribution_before_enrolment ·
    contribution_paid_in_future · months_paid_already.
    """
    held = await lock_all(tx, [(one.cell, one.person_id) for one in contributions])
    answers, enrolments = await enter_contributions(tx, clock, areas, held, contributions, actor=actor)
    paid: list[Enrolment | Refused] = []
    for one, answer in zip(contributions, answers, strict=True):
        if isinstance(answer, Refused):
            paid.append(answer)
        elif not answer:
            paid.append(Refused(judging.PAID_ALREADY, {"month": one.first_month}))
        else:
            paid.append(enrolments[one.cell, one.person_id, one.enrolment_id])
    return paid


async def enter_contributions(
    tx: Tx,
    clock: Clock,
    areas: Areas,
    held: Mapping[EnrolmentKey, Sequence[Enrolment]],
    contributions: Sequence[NewContribution],
    *,
    actor: str,
) -> tuple[list[bool | Refused], dict[EnrolmentName, Enrolment]]:
    """Enter months of people who are locked: True for what is new, False for what is there word for word.

    Reasons as ``pay``. The enrolments come back as they stand now.
    """
    today, book = clock.today(), TermsBook(areas)
    enrolments: dict[EnrolmentName, Enrolment] = {name_of(one): one for own in held.values() for one in own}
    wanted = [(one.cell, one.person_id, one.enrolment_id) for one in contributions]
    present = await store.read_contributions(tx, [name for name in wanted if name in enrolments])
    answers: list[bool | Refused] = []
    entered: list[Contribution] = []
    for new, name in zip(contributions, wanted, strict=True):
        enrolment = enrolments.get(name)
        if enrolment is None:
            answers.append(Refused(judging.ENROLMENT_UNKNOWN))
            continue
        if any(judging.is_same(new, one) for one in present[name]):
            answers.append(False)
            continue
        refused = judging.judge_contribution(new, enrolment, present[name], today=today)
        if refused is not None:
            answers.append(refused)
            continue
        one = contribution_of(tx, new)
        present[name].append(one)
        entered.append(one)
        answers.append(True)
    await store.insert_contributions(tx, entered, clock.now())
    tx.audit += [contribution_event(one, actor) for one in entered]
    touched = sorted({(one.cell, one.person_id, one.enrolment_id) for one in entered})
    circumstances = await store.read_circumstances(tx, touched)
    changed = [await book.derived(tx, enrolments[name], present[name], circumstances[name]) for name in touched]
    enrolments |= {name_of(one): one for one in await change_enrolments(tx, changed, actor=actor)}
    return answers, enrolments


def contribution_of(tx: Tx, new: NewContribution) -> Contribution:
    """What is entered for some months."""
    return Contribution(
        cell=new.cell,
        person_id=new.person_id,
        enrolment_id=new.enrolment_id,
        contribution_id=tx.ids.next(),
        first_month=new.first_month,
        last_month=new.last_month,
        base_fen=new.base_fen,
        employer_fen=new.employer_fen,
        personal_fen=new.personal_fen,
        paid_on=new.paid_on,
    )


async def repair_arrears(
    tx: Tx, clock: Clock, areas: Areas, *, requests: Sequence[RepairRequest], actor: str
) -> list[Repaired | Refused]:
    """Pay back every month (residents: every insured year) that is missing, today.

    Refused, in order: enrolment_unknown · contribution_month_invalid · nothing_in_arrears. Whether the gap itself is
    enjoyed then is the area's setting ``back_payment_reprices``; too long a break ends in a wait either way.
    """
    held = await lock_all(tx, [(one.cell, one.person_id) for one in requests])
    names = [(one.cell, one.person_id, one.enrolment_id) for one in requests]
    known = {name_of(one) for own in held.values() for one in own}
    present = await store.read_contributions(tx, [name for name in names if name in known])
    runs: list[tuple[list[int], list[NewContribution]] | Refused] = []
    seen: set[EnrolmentName] = set()
    for one, name in zip(requests, names, strict=True):
        found = judging.find_enrolment(held, one.cell, one.person_id, one.enrolment_id)
        if isinstance(found, Refused):
            runs.append(found)
        elif not is_month(one.until_month):
            runs.append(Refused(judging.MONTH_INVALID, {"first_month": one.until_month, "last_month": one.until_month}))
        else:
            missing = [] if name in seen else _missing(areas, found, present[name], one.until_month)
            nothing = Refused(judging.NOTHING_MISSING, {"until_month": one.until_month})
            runs.append((missing, _runs_of(one, missing, clock)) if missing else nothing)
            seen.add(name)
    flat = [new for each in runs if not isinstance(each, Refused) for new in each[1]]
    paid = iter(await pay(tx, clock, areas, contributions=flat, actor=actor))
    answers: list[Repaired | Refused] = []
    for each in runs:
        if isinstance(each, Refused):
            answers.append(each)
            continue
        last = [next(paid) for _ in each[1]][-1]
        answers.append(last if isinstance(last, Refused) else _repaired(last, each[0], clock))
    return answers


def _missing(areas: Areas, enrolment: Enrolment, present: Sequence[Contribution], until_month: int) -> list[int]:
    if enrolment.insurance_type is InsuranceType.resident:
        terms = TermsBook(areas).terms_now(enrolment.pooling_area)
        years = years_missing(enrolment, present, index_of(until_month), terms)
        return [month for first in years for month in range(first, first + _MONTHS_A_YEAR)]
    return missing_months(enrolment, present, index_of(until_month))


def _runs_of(one: RepairRequest, months: Sequence[int], clock: Clock) -> list[NewContribution]:
    """Months side by side are one row."""
    runs: list[list[int]] = []
    for month in months:
        if runs and runs[-1][-1] == month - 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    return [
        NewContribution(
            cell=one.cell,
            person_id=one.person_id,
            enrolment_id=one.enrolment_id,
            first_month=month_at(run[0]),
            last_month=month_at(run[-1]),
            base_fen=one.base_fen,
            employer_fen=one.employer_fen_a_month * len(run),
            personal_fen=one.personal_fen_a_month * len(run),
            paid_on=clock.today(),
        )
        for run in runs
    ]


def _repaired(enrolment: Enrolment, months: Sequence[int], clock: Clock) -> Repaired:
    return Repaired(
        enrolment=enrolment,
        months=tuple(month_at(month) for month in months),
        enjoyed_since=judging.enjoyed_since(enrolment, clock.today()),
    )
