"""From contributions to dated entitlement periods. Pure. 中文: 缴费到待遇享受期的规则。

Periods cover an enrolment from its first day to its last, without a gap or an overlap. Where several things hold on a day,
the worst counts: suspended, arrears, waiting, else paid. Another contribution never makes a day worse; a property holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from openyibao.kit.crypto import sm3_hex
from openyibao.rooms.areas import AreaSettings
from openyibao.rooms.entitlement.monthly import monthly_spans
from openyibao.rooms.entitlement.months import ONE_DAY
from openyibao.rooms.entitlement.records import (
    FUND_OF,
    Circumstance,
    CircumstanceKind,
    Contribution,
    Derived,
    EntitlementTerms,
)
from openyibao.rooms.entitlement.spans import Span, Spans
from openyibao.rooms.entitlement.yearly import yearly_spans
from openyibao.rooms.people import (
    BASE_INSURANCES,
    Enrolment,
    EntitlementPeriod,
    EntitlementState,
    InsuranceType,
    NewEnrolment,
    PersonCategory,
)

TERMS_HASH_DIGITS = 16
_WORST_LAST = (
    EntitlementState.paid,
    EntitlementState.waiting,
    EntitlementState.arrears,
    EntitlementState.suspended,
)


def terms_of(settings: AreaSettings) -> EntitlementTerms:
    """What of an area's settings periods are derived with."""
    return EntitlementTerms(**{name: getattr(settings, name) for name in EntitlementTerms.__struct_fields__})


def hash_terms(stored: bytes) -> str:
    """The digest by which terms are kept, of their JSON."""
    return sm3_hex(stored)[:TERMS_HASH_DIGITS]


def pays_nothing(enrolment: Enrolment | NewEnrolment) -> bool:
    """Whether somebody is insured without contributions: retired employees and veteran cadres."""
    return (
        enrolment.insurance_type is InsuranceType.veteran_cadre or enrolment.person_category is PersonCategory.retired
    )


def derive(
    enrolment: Enrolment,
    contributions: Sequence[Contribution],
    circumstances: Sequence[Circumstance],
    terms: EntitlementTerms,
) -> Derived:
    """The periods of each fund, the last day paid for, and since when without a break."""
    if pays_nothing(enrolment):
        found = Spans((), None, enrolment.begins_on)
    elif enrolment.insurance_type is InsuranceType.resident:
        found = yearly_spans(enrolment, contributions, terms)
    else:
        found = monthly_spans(enrolment, contributions, terms)
    spans, running_since = found.spans, found.running_since
    for one in circumstances:
        if one.kind is CircumstanceKind.suspended:
            after = None if one.ends_on is None else one.ends_on + ONE_DAY
            spans = (*spans, Span(one.begins_on, after, EntitlementState.suspended))
        elif one.kind is CircumstanceKind.carried and running_since == enrolment.begins_on:
            running_since = min(running_since, one.begins_on)
    periods = _periods(enrolment, spans)
    funds = funds_of(enrolment.insurance_type, terms)
    return Derived(
        entitlements=tuple(
            EntitlementPeriod(fund=fund, begins_on=begins_on, ends_on=ends_on, state=state)
            for fund in funds
            for begins_on, ends_on, state in periods
        ),
        paid_until=found.paid_until,
        running_since=running_since,
    )


def funds_of(insurance_type: InsuranceType, terms: EntitlementTerms) -> tuple[str, ...]:
    """The funds that an insurance keeps by date, sorted."""
    if insurance_type is InsuranceType.resident:
        return tuple(sorted(terms.resident_funds))
    if insurance_type in BASE_INSURANCES:
        return tuple(sorted(terms.employee_funds))
    return (FUND_OF[insurance_type],)


def _periods(enrolment: Enrolment, spans: Iterable[Span]) -> list[tuple[date, date | None, EntitlementState]]:
    begins_on, after = enrolment.begins_on, None if enrolment.ends_on is None else enrolment.ends_on + ONE_DAY
    held = [
        span
        for span in spans
        if (after is None or span.begins_on < after) and (span.after is None or span.after > begins_on)
    ]
    cuts = {begins_on}
    for span in held:
        cuts.add(max(span.begins_on, begins_on))
        if span.after is not None and (after is None or span.after < after):
            cuts.add(span.after)
    periods: list[tuple[date, date | None, EntitlementState]] = []
    for cut in sorted(cuts):
        ranks = [
            _WORST_LAST.index(span.state)
            for span in held
            if span.begins_on <= cut and (span.after is None or cut < span.after)
        ]
        state = _WORST_LAST[max(ranks, default=0)]
        if periods and periods[-1][2] is state:
            continue
        if periods:
            periods[-1] = (periods[-1][0], cut - ONE_DAY, periods[-1][2])
        periods.append((cut, None, state))
    periods[-1] = (periods[-1][0], enrolment.ends_on, periods[-1][2])
    return periods


def rest_as_entered(enrolment: Enrolment, circumstances: Sequence[Circumstance]) -> Enrolment:
    """An enrolment that is not kept by contributions: the periods the agency gave it, up to its end, without suspended days."""
    stops = [(one.begins_on, one.ends_on) for one in circumstances if one.kind is CircumstanceKind.suspended]
    periods: list[EntitlementPeriod] = []
    for period in enrolment.entitlements:
        last_on = min(period.ends_on or date.max, enrolment.ends_on or date.max)
        pieces = [(period.begins_on, last_on, period.state)] if period.begins_on <= last_on else []
        for begins_on, ends_on in stops:
            pieces = [part for piece in pieces for part in _parts(piece, begins_on, ends_on or date.max)]
        periods += [
            EntitlementPeriod(fund=period.fund, begins_on=begin, ends_on=None if end == date.max else end, state=state)
            for begin, end, state in pieces
        ]
    return msgspec.structs.replace(enrolment, entitlements=tuple(periods))


_Piece = tuple[date, date, EntitlementState]


def _parts(piece: _Piece, begins_on: date, ends_on: date) -> list[_Piece]:
    begin, end, state = piece
    if ends_on < begin or end < begins_on or state is EntitlementState.suspended:
        return [piece]
    parts = [(max(begin, begins_on), min(end, ends_on), EntitlementState.suspended)]
    if begin < begins_on:
        parts.insert(0, (begin, begins_on - ONE_DAY, state))
    if ends_on < end:
        parts.append((ends_on + ONE_DAY, end, state))
    return parts


class StandingOn(NamedTuple):
    """How an enrolment stands on a day: its state, since when, and the last day of it (None open)."""

    state: EntitlementState
    begins_on: date
    ends_on: date | None


def standing_on(enrolment: Enrolment, fund: str, on: date) -> StandingOn | None:
    """The period of a fund that a day lies in; None where the fund is not kept by date, or the day lies outside."""
    for period in enrolment.entitlements:
        if period.fund == fund and period.begins_on <= on and (period.ends_on is None or on <= period.ends_on):
            return StandingOn(period.state, period.begins_on, period.ends_on)
    return None


def waiting_until(enrolment: Enrolment, on: date) -> date | None:
    """The first day after the waiting period that a day lies in, or None."""
    for period in enrolment.entitlements:
        if (
            period.state is EntitlementState.waiting
            and period.begins_on <= on
            and (period.ends_on is not None and on <= period.ends_on)
        ):
            return period.ends_on + timedelta(days=1)
    return None


def years_running(enrolment: Enrolment, on: date) -> int | None:
    """Whole years insured without a break on a day; None where contributions are not kept."""
    since = enrolment.running_since
    if since is None:
        return None
    return max(0, on.year - since.year - ((on.month, on.day) < (since.month, since.day)))


def added_of(enrolments: Sequence[Enrolment], base: Enrolment, on: date) -> list[Enrolment]:
    """The added insurances that follow a base on a day: in the same pooling area and in force."""
    return [
        one
        for one in enrolments
        if one.insurance_type not in BASE_INSURANCES
        and one.pooling_area == base.pooling_area
        and one.begins_on <= on
        and (one.ends_on is None or on <= one.ends_on)
    ]


def double_bases(enrolments: Sequence[Enrolment], on: date) -> list[Enrolment]:
    """The base enrolments in force on a day, where there is more than one: a finding for the agency."""
    active = [
        one
        for one in enrolments
        if one.insurance_type in BASE_INSURANCES and one.begins_on <= on and (one.ends_on is None or on <= one.ends_on)
    ]
    return active if len(active) > 1 else []
