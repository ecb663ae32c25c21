"""Employees: contributions month by month, breaks, waiting, arrears. Pure. 中文: 职工按月缴费规则。

A month is paid in time up to the end of the grace months after it. Months that are not form a break together with the
month before, where that was still unpaid when they fell due. A break up to the area's limit that is paid back leaves no
wait; where the area re-prices, the break itself is enjoyed then. Any other break ends in a wait of as many months, up to the
area's longest. In the first months of a break (the grace) the funds go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from openyibao.rooms.entitlement.months import first_day, index_of, index_of_day, last_day
from openyibao.rooms.entitlement.records import Contribution, EntitlementTerms
from openyibao.rooms.entitlement.spans import Span, Spans
from openyibao.rooms.people import Enrolment, EntitlementState

_IN_TIME, _NEVER = date.min, date.max


class _Break(msgspec.Struct):
    first: int
    last: int
    repaired_on: date
    """The day on which its last month was paid; never, where one is not."""

    @property
    def length(self) -> int:
        """How many months."""
        return self.last - self.first + 1


def monthly_spans(enrolment: Enrolment, contributions: Sequence[Contribution], terms: EntitlementTerms) -> Spans:
    """What the months paid for an enrolment leave of it."""
    begin = index_of_day(enrolment.begins_on)
    paid = _paid_days(contributions, begin)
    if not paid:
        return Spans((Span(enrolment.begins_on, None, EntitlementState.arrears),), None, None)
    last, grace = max(paid), terms.employee_grace_months
    spans: list[Span] = []
    starts_on, running_since = enrolment.begins_on, None
    sound: int | None = None  # the last month so far that was paid in time or mended: the grace counts from it
    after = begin
    for one in _breaks(paid, begin, last, grace):
        if one.first > after:
            sound, running_since = one.first - 1, starts_on
        after = one.last + 1
        mended = one.repaired_on < _NEVER and one.length <= terms.employee_break_months
        if not (mended and terms.back_payment_reprices):
            spans += _stop(one, one.first if sound is None else max(one.first, sound + 1 + grace), terms, mended=mended)
        if mended:
            sound, running_since = one.last, starts_on
        else:
            starts_on = first_day(after)
    if last >= after:
        sound, running_since = last, starts_on
    # Months paid late, after too long a break, count for no grace: the funds begin again with the wait.
    stops = begin if sound is None else sound + 1 + grace
    spans.append(Span(first_day(max(stops, begin)), None, EntitlementState.arrears) if stops > last else _tail(last))
    return Spans(tuple(spans), last_day(last + grace if sound == last else last), running_since)


def _tail(last: int) -> Span:
    return Span(first_day(last + 1), None, EntitlementState.arrears)


def _stop(one: _Break, stops: int, terms: EntitlementTerms, *, mended: bool) -> list[Span]:
    """The days of a break on which nothing is enjoyed, and the wait after it."""
    resumes, spans = one.last + 1, []
    if stops <= one.last:
        spans.append(Span(first_day(stops), first_day(resumes), EntitlementState.arrears))
    waits_until = first_day(resumes + min(one.length, terms.employee_wait_months_max))
    if mended:
        waits_until = min(waits_until, one.repaired_on)
    waits_from = first_day(max(resumes, stops))
    if waits_from < waits_until:
        spans.append(Span(waits_from, waits_until, EntitlementState.waiting))
    return spans


def missing_months(enrolment: Enrolment, contributions: Sequence[Contribution], until: int) -> list[int]:
    """The running numbers of the months from an enrolment's first to ``until`` that nobody has paid for."""
    begin = index_of_day(enrolment.begins_on)
    paid = _paid_days(contributions, begin)
    return [month for month in range(begin, until + 1) if month not in paid]


def _paid_days(contributions: Sequence[Contribution], begin: int) -> dict[int, date]:
    """The day on which each month was first paid for; months before the enrolment count for nothing."""
    paid: dict[int, date] = {}
    for one in contributions:
        day = one.paid_on or _IN_TIME
        for month in range(max(begin, index_of(one.first_month)), index_of(one.last_month) + 1):
            paid[month] = min(day, paid.get(month, day))
    return paid


def _breaks(paid: dict[int, date], begin: int, last: int, grace: int) -> list[_Break]:
    breaks: list[_Break] = []
    for month in range(begin, last + 1):
        day = paid.get(month, _NEVER)
        if day == _IN_TIME:
            continue
        due = last_day(month + grace)
        if day <= due:
            continue
        before = breaks[-1] if breaks else None
        if before is not None and before.last == month - 1 and before.repaired_on > due:
            before.last, before.repaired_on = month, max(before.repaired_on, day)
        else:
            breaks.append(_Break(month, month, day))
    # What was still unpaid when the month after the last one fell due belongs to a break that goes on.
    if breaks and breaks[-1].last == last and breaks[-1].repaired_on > last_day(last + 1 + grace):
        breaks[-1].repaired_on = _NEVER
    return breaks
