"""Periods of any contributions: whole, without overlap, and never the worse for a contribution more."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from openyibao.rooms.areas import AreaSettings
from openyibao.rooms.entitlement import (
    Circumstance,
    CircumstanceKind,
    Contribution,
    Derived,
    EntitlementTerms,
    derive,
    month_at,
    terms_of,
)
from openyibao.rooms.people import Enrolment, EntitlementState, InsuranceType, PersonCategory

FIRST = 2023 * 12
RANK = [EntitlementState.paid, EntitlementState.waiting, EntitlementState.arrears, EntitlementState.suspended]
CATEGORY = {
    InsuranceType.employee: PersonCategory.employee,
    InsuranceType.resident: PersonCategory.resident_adult,
    InsuranceType.civil_servant: PersonCategory.employee,
}


@st.composite
def enrolments(draw: st.DrawFn) -> Enrolment:
    insurance = draw(st.sampled_from(sorted(CATEGORY)))
    begins_on = date(2023, 1, 1) + timedelta(days=draw(st.integers(0, 400)))
    born = draw(st.booleans())
    length = draw(st.none() | st.integers(0, 1_200))
    return Enrolment(
        cell=1,
        person_id=1,
        enrolment_id=1,
        agency_area=110101,
        pooling_area=110100,
        insurance_type=insurance,
        person_category=CATEGORY[insurance],
        groups=(),
        birth_on=begins_on if born else date(1980, 5, 1),
        begins_on=begins_on,
        ends_on=None if length is None else begins_on + timedelta(days=length),
    )


@st.composite
def contributions(draw: st.DrawFn) -> Contribution:
    first = FIRST + draw(st.integers(0, 40))
    last = first + draw(st.sampled_from([0, 0, 0, 1, 2, 11]))
    late = draw(st.none() | st.integers(-120, 500))
    paid_on = None if late is None else date(2023 + (last - FIRST) // 12, last % 12 + 1, 15) + timedelta(days=late)
    return Contribution(
        cell=1,
        person_id=1,
        enrolment_id=1,
        contribution_id=1,
        first_month=month_at(first),
        last_month=month_at(last),
        base_fen=1,
        employer_fen=1,
        personal_fen=1,
        paid_on=paid_on,
    )


TERMS = st.builds(
    lambda **chosen: terms_of(AreaSettings(**chosen)),
    employee_grace_months=st.integers(0, 3),
    employee_break_months=st.integers(0, 4),
    employee_wait_months_max=st.integers(0, 6),
    resident_year_begins_month=st.sampled_from([1, 7, 9]),
    resident_window_ends=st.sampled_from(["12-31", "02-29", "06-30"]),
    resident_wait_months=st.integers(0, 4),
    resident_wait_months_per_year=st.integers(0, 2),
    resident_wait_floor_years=st.integers(0, 3),
    resident_wait_floor_months=st.integers(0, 7),
    newborn_days=st.sampled_from([0, 28, 90]),
    back_payment_reprices=st.booleans(),
)


def ranks(enrolment: Enrolment, derived: Derived) -> list[int]:
    """The state of the first fund on each day, for five years; -1 outside the enrolment."""
    fund = derived.entitlements[0].fund
    periods = [one for one in derived.entitlements if one.fund == fund]
    days = []
    for n in range(5 * 366):
        on = enrolment.begins_on + timedelta(days=n)
        here = [one for one in periods if one.begins_on <= on and (one.ends_on is None or on <= one.ends_on)]
        assert len(here) <= 1, (on, here)
        days.append(RANK.index(here[0].state) if here else -1)
    return days


@settings(max_examples=150, deadline=None)
@given(enrolments(), st.lists(contributions(), max_size=8), TERMS)
def test_periods_cover_an_enrolment_whole_and_never_overlap(
    enrolment: Enrolment, paid: list[Contribution], terms: EntitlementTerms
) -> None:
    derived = derive(enrolment, paid, (), terms)
    for fund in {one.fund for one in derived.entitlements}:
        periods = [one for one in derived.entitlements if one.fund == fund]
        assert (periods[0].begins_on, periods[-1].ends_on) == (enrolment.begins_on, enrolment.ends_on)
        for before, after in pairwise(periods):
            assert before.ends_on is not None
            assert after.begins_on == before.ends_on + timedelta(days=1)
            assert before.state is not after.state
        assert all(one.ends_on is None or one.begins_on <= one.ends_on for one in periods)
    assert derived == derive(enrolment, list(reversed(paid)), (), terms)


@settings(max_examples=300, deadline=None)
@given(enrolments(), st.lists(contributions(), max_size=8), contributions(), TERMS)
def test_a_contribution_more_never_makes_a_day_worse(
    enrolment: Enrolment, paid: list[Contribution], more: Contribution, terms: EntitlementTerms
) -> None:
    before = derive(enrolment, paid, (), terms)
    after = derive(enrolment, [*paid, more], (), terms)
    worse = [
        enrolment.begins_on + timedelta(days=n)
        for n, (one, other) in enumerate(zip(ranks(enrolment, before), ranks(enrolment, after), strict=True))
        if other > one
    ]
    assert not worse, (worse[0], before, after)


@settings(max_examples=50, deadline=None)
@given(enrolments(), st.lists(contributions(), max_size=4), st.integers(0, 700), TERMS)
def test_a_suspension_holds_on_its_days_and_changes_no_other(
    enrolment: Enrolment, paid: list[Contribution], begin: int, terms: EntitlementTerms
) -> None:
    begins_on = enrolment.begins_on + timedelta(days=begin)
    stop = Circumstance(
        cell=1,
        person_id=1,
        enrolment_id=1,
        circumstance_id=1,
        kind=CircumstanceKind.suspended,
        ground="test",
        begins_on=begins_on,
        ends_on=begins_on + timedelta(days=30),
    )
    before = ranks(enrolment, derive(enrolment, paid, (), terms))
    after = ranks(enrolment, derive(enrolment, paid, (stop,), terms))
    for n, (one, other) in enumerate(zip(before, after, strict=True)):
        inside = begin <= n <= begin + 30
        assert other == (3 if inside and one >= 0 else one)


def test_a_term_changed_changes_its_digest() -> None:
    terms = terms_of(AreaSettings())
    assert msgspec.json.encode(terms) != msgspec.json.encode(terms_of(AreaSettings(newborn_days=28)))
