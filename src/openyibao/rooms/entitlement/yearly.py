"""Residents: one contribution an insured year, paid in a window before it. Pure. 中文: 居民按年缴费规则。

Paid in the window and without a missed year: enjoyed from the year's first day. Outside the window, or after a year that was
not paid in its time: enjoyed from the day of payment after the fixed wait, and one step more for each missed year in a
row that nobody has paid back since; after as many years in a row as the area says, at least its floor, paid back or not. A newborn paid for within the area's days is enjoyed from birth.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from openyibao.rooms.entitlement.months import (
    ONE_DAY,
    first_day,
    index_of,
    index_of_day,
    month_at,
    months_later,
)
from openyibao.rooms.entitlement.records import Contribution, EntitlementTerms
from openyibao.rooms.entitlement.spans import Span, Spans
from openyibao.rooms.people import Enrolment, EntitlementState

_IN_TIME = date.min


def yearly_spans(enrolment: Enrolment, contributions: Sequence[Contribution], terms: EntitlementTerms) -> Spans:
    """What the years paid for an enrolment leave of it."""
    begin = _year_of(index_of_day(enrolment.begins_on), terms)
    paid: dict[int, date] = {}
    for one in contributions:
        day = one.paid_on or _IN_TIME
        for year in range(
            max(begin, _year_of(index_of(one.first_month), terms)), _year_of(index_of(one.last_month), terms) + 1
        ):
            paid[year] = min(day, paid.get(year, day))
    if not paid:
        return Spans((Span(enrolment.begins_on, None, EntitlementState.arrears),), None, None)
    spans: list[Span] = []
    running_since = enrolment.begins_on
    missed, lapsed, unbroken = 0, 0, True
    for year in range(begin, max(paid) + 1):
        starts_on = max(_first_of(year, terms), enrolment.begins_on)
        paid_on = paid.get(year)
        if paid_on is None:
            spans.append(Span(starts_on, _first_of(year + 1, terms), EntitlementState.arrears))
            missed, lapsed, unbroken = missed + 1, lapsed + 1, False
            continue
        if not unbroken:
            running_since = starts_on
        if not (unbroken and _in_window(enrolment, year, paid_on, begin, terms)):
            waits = _waits(missed, lapsed, terms)
            spans += _late(starts_on, _first_of(year + 1, terms), max(starts_on, paid_on), waits)
        in_its_year = paid_on < _first_of(year + 1, terms)
        missed, lapsed, unbroken = 0, 0 if in_its_year else lapsed + 1, in_its_year
    paid_until = _first_of(max(paid) + 1, terms) - ONE_DAY
    spans.append(Span(paid_until + ONE_DAY, None, EntitlementState.arrears))
    return Spans(tuple(spans), paid_until, running_since)


def _waits(missed: int, lapsed: int, terms: EntitlementTerms) -> int:
    """How many months the wait is: ``missed`` years in a row unpaid, ``lapsed`` not paid in their time, paid back or not."""
    waits = terms.resident_wait_months + missed * terms.resident_wait_months_per_year
    floored = terms.resident_wait_floor_years and lapsed >= terms.resident_wait_floor_years
    return max(waits, terms.resident_wait_floor_months) if floored else waits


def _late(starts_on: date, after: date, counts_from: date, waits: int) -> list[Span]:
    """Nothing until it is paid, then the wait, which may run into the next year; paid when it is over, it is lost."""
    if counts_from >= after:
        return [Span(starts_on, after, EntitlementState.arrears)]
    spans = [Span(counts_from, months_later(counts_from, waits), EntitlementState.waiting)] if waits else []
    if starts_on < counts_from:
        spans.append(Span(starts_on, counts_from, EntitlementState.arrears))
    return spans


def _in_window(enrolment: Enrolment, year: int, day: date, begin: int, terms: EntitlementTerms) -> bool:
    if day <= _window_end(year, terms):
        return True
    newborn = year == begin and enrolment.begins_on == enrolment.birth_on
    return newborn and day <= enrolment.birth_on + timedelta(days=terms.newborn_days)


def _window_end(year: int, terms: EntitlementTerms) -> date:
    """The last such day before the insured year begins; the end of February stands for a 29th that is none."""
    starts_on = _first_of(year, terms)
    month, number = (int(part) for part in terms.resident_window_ends.split("-"))
    for calendar_year in (starts_on.year, starts_on.year - 1):
        index = calendar_year * 12 + month - 1
        end = min(first_day(index) + timedelta(days=number - 1), first_day(index + 1) - ONE_DAY)
        if end < starts_on:
            return end
    raise AssertionError("a year has every month")


def _year_of(index: int, terms: EntitlementTerms) -> int:
    """The insured year of a month, named by the calendar year in which it begins."""
    return (index - (terms.resident_year_begins_month - 1)) // 12


def _first_of(year: int, terms: EntitlementTerms) -> date:
    return first_day(year * 12 + terms.resident_year_begins_month - 1)


def years_missing(
    enrolment: Enrolment, contributions: Sequence[Contribution], until: int, terms: EntitlementTerms
) -> list[int]:
    """The first months (running numbers) of insured years up to the month ``until`` that nobody has paid for."""
    begin = _year_of(index_of_day(enrolment.begins_on), terms)
    paid = {
        year
        for one in contributions
        for year in range(_year_of(index_of(one.first_month), terms), _year_of(index_of(one.last_month), terms) + 1)
    }
    years = [year for year in range(begin, _year_of(until, terms) + 1) if year not in paid]
    return [year * 12 + terms.resident_year_begins_month - 1 for year in years]


def insured_year(on: date, terms: EntitlementTerms) -> tuple[int, int]:
    """The first and the last month, yyyymm, of the insured year that a day lies in."""
    first = _year_of(index_of_day(on), terms) * 12 + terms.resident_year_begins_month - 1
    return month_at(first), month_at(first + 11)
