"""Days of a policy: which day decides, when a policy year starts, from when to when the funds are enjoyed.

中文: 医保年度、确定待遇的日期、待遇享受期。
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

import msgspec

from openyibao.rooms.policies.conditions import Cite, When, Who, row_for
from openyibao.rooms.policies.records import BillLine, Fund, PersonFacts, VisitFacts


class DecidingDay(StrEnum):
    """Which day decides policy, ratio and year of a bill (按哪一天确定待遇)."""

    bill = "bill"
    admission = "admission"
    discharge = "discharge"
    line = "line"
    year_end = "year_end"


class DayRule(msgspec.Struct, frozen=True, kw_only=True):
    """Which day decides, and whether a stay that is split pays its deductible once or in each part."""

    day: DecidingDay
    when: When = When()
    deductible_once: bool = True
    cite: Cite | None = None


class YearStart(msgspec.Struct, frozen=True, kw_only=True):
    """The day on which a policy year starts, as month and day."""

    starts: tuple[int, int]
    when: When = When()


class Entitlement(msgspec.Struct, frozen=True, kw_only=True):
    """From when to when the funds are enjoyed (待遇享受期): waiting, grace after the last paid day, the newborn's window."""

    when: When = When()
    waiting_months: int = 0
    grace_months: int = 0
    newborn_days: int | None = None
    stops: tuple[Fund, ...] = tuple(Fund)
    cite: Cite | None = None


class StayPart(NamedTuple):
    """One part of a bill, with its own deciding day and policy year.

    ``carries`` says that what the parts before it met (deductible, segments) counts for it as of the same stay.
    """

    on: date
    policy_year: int
    carries: bool
    lines: tuple[BillLine, ...]


def policy_year(starts: Sequence[YearStart], on: date, who: Who | None = None) -> int:
    """The policy year a day belongs to, named by the calendar year in which it starts."""
    row: YearStart | None = row_for(starts, who) if who is not None else starts[-1]
    start = (row or starts[-1]).starts
    return on.year if (on.month, on.day) >= start else on.year - 1


def policy_year_start(starts: Sequence[YearStart], on: date, who: Who) -> date:
    """The first day of the policy year that a day belongs to."""
    row: YearStart = row_for(starts, who) or starts[-1]
    return date(policy_year(starts, on, who), *row.starts)


def deciding_day(rules: Sequence[DayRule], who: Who, visit: VisitFacts) -> date:
    """The day that decides about a bill as a whole: of the bill, of admission or of discharge, where those are known."""
    rule: DayRule | None = row_for(rules, who)
    if rule is not None and rule.day is DecidingDay.admission:
        return visit.admitted_on or visit.on
    if rule is not None and rule.day in {DecidingDay.discharge, DecidingDay.year_end}:
        return visit.discharged_on or visit.on
    return visit.on


def parts_of_stay(
    rules: Sequence[DayRule], starts: Sequence[YearStart], who: Who, visit: VisitFacts, lines: Sequence[BillLine]
) -> tuple[StayPart, ...]:
    """The parts in which a bill is settled: by policy year where lines or the year's end decide, else the whole.

    A line without a day counts on the bill's. Each part is decided by the day of its last line; parts come in order.
    """
    rule: DayRule | None = row_for(rules, who)
    if rule is None or rule.day not in {DecidingDay.line, DecidingDay.year_end}:
        day = deciding_day(rules, who, visit)
        return (StayPart(day, policy_year(starts, day, who), carries=False, lines=tuple(lines)),)

    def year_of(line: BillLine) -> int:
        return policy_year(starts, line.on or visit.on, who)

    def day_of(line: BillLine) -> date:
        return line.on or visit.on

    grouped = groupby(sorted(lines, key=day_of), key=year_of if rule.day is DecidingDay.year_end else day_of)
    made: list[StayPart] = []
    for _, members in grouped:
        part = tuple(members)
        day = day_of(part[-1])
        carries = bool(made) and rule.deductible_once
        made.append(StayPart(day, policy_year(starts, day, who), carries=carries, lines=part))
    return tuple(made)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def stopped_funds(rules: Sequence[Entitlement], who: Who, person: PersonFacts, on: date) -> dict[Fund, str]:
    """The funds that the document's entitlement rules stop on a day, and why: not_insured, waiting or arrears.

    A waiting period that the agency has set (``waiting_until``) holds with or without a rule.
    """
    rule: Entitlement = row_for(rules, who) or Entitlement()
    why = ""
    if person.waiting_until is not None and on < person.waiting_until:
        why = "waiting"
    elif person.enrolled_on is not None and not _newborn(rule, person, person.enrolled_on):
        if on < person.enrolled_on:
            why = "not_insured"
        elif rule.waiting_months and on < add_months(person.enrolled_on, rule.waiting_months):
            why = "waiting"
    if not why and person.paid_until is not None and on > add_months(person.paid_until, rule.grace_months):
        why = "arrears"
    return dict.fromkeys(rule.stops, why) if why else {}


def _newborn(rule: Entitlement, person: PersonFacts, enrolled_on: date) -> bool:
    """Whether a newborn was enrolled in the window, and so is insured from birth on."""
    if rule.newborn_days is None or person.birth_on is None:
        return False
    return enrolled_on <= person.birth_on + timedelta(days=rule.newborn_days)


def cycles(stay_from: date | None, stay_to: date | None, cycle_days: int | None) -> int:
    """How many cycles of so many days a stay touches; 1 where nothing is known."""
    if cycle_days is None or stay_from is None or stay_to is None:
        return 1
    return 1 + max(0, (stay_to - stay_from).days - 1) // cycle_days
