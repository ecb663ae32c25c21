"""Sums of who gains and loses: persons by what all their bills come to, payers, the largest changes."""

from __future__ import annotations

from datetime import date

import pytest

from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.institutions import InstitutionLevel
from openyibao.rooms.people import InsuranceType, PersonCategory
from openyibao.rooms.policies import (
    Burden,
    Fund,
    Gathered,
    PersonFacts,
    Sort,
    VisitFacts,
    burden_without_benefit,
    sort_of,
)

HOSPITAL = Sort("employee", "tertiary", "18-44", "outpatient")
COMMUNITY = HOSPITAL._replace(level="community")


def bears(person_fen: int, *, of_fen: int = 10_000) -> Burden:
    return Burden(
        funds_fen={Fund.pooled_fund: of_fen - person_fen},
        fund_total_fen=of_fen - person_fen,
        institution_borne_fen=0,
        person_total_fen=person_fen,
        personal_account_fen=0,
        cash_fen=person_fen,
    )


def test_a_person_is_counted_by_what_all_their_bills_come_to() -> None:
    gathered = Gathered()
    gathered.add(HOSPITAL, bears(3_000), bears(2_000), "a")
    gathered.add(COMMUNITY, bears(1_000), bears(1_400), "b")
    gathered.end_person()
    gathered.add(HOSPITAL, bears(500), bears(800), "c")
    gathered.end_person()
    gathered.add(HOSPITAL, bears(500), bears(500), "d")
    gathered.end_person()
    whole = gathered.whole
    assert (whole.settlements, whole.changed, whole.persons, whole.gaining, whole.losing) == (4, 3, 3, 1, 1)
    assert (whole.gained_fen, whole.lost_fen, whole.net_fen) == (600, 300, 300)
    assert whole.fund_after_fen - whole.fund_before_fen == 300
    hospital, community = gathered.groups["level", "tertiary"], gathered.groups["level", "community"]
    assert (hospital.persons, hospital.gained_fen, hospital.lost_fen) == (3, 1_000, 300)
    assert (community.persons, community.gaining, community.lost_fen) == (1, 0, 400)
    assert gathered.payers == {"pooled_fund": [35_000, 35_300], "cash": [5_000, 4_700]}


def test_the_ten_largest_are_kept_gains_and_losses_alike_and_of_equals_the_earlier() -> None:
    gathered = Gathered()
    changes = [5, -40, 10, 10, 10, 0, 30, -20, 25, 1, 2, 10, 10, 10]
    for number, gain_fen in enumerate(changes):
        gathered.add(HOSPITAL, bears(5_000), bears(5_000 - gain_fen), number)
    assert [change.gain_fen for change in gathered.largest()] == [-40, 30, 25, -20, 10, 10, 10, 10, 10, 10]
    assert [change.subject for change in gathered.largest()][4:] == [2, 3, 4, 11, 12, 13]
    more = Gathered()
    for number in range(12):
        more.add(HOSPITAL, bears(5_000), bears(4_990), number)
    assert [change.subject for change in more.largest()] == list(range(10))


def test_a_bill_without_benefit_falls_on_the_person_whole() -> None:
    gathered = Gathered()
    gathered.add(HOSPITAL, bears(3_000), burden_without_benefit(10_000), None)
    assert gathered.whole.net_fen == -7_000


@pytest.mark.parametrize(
    ("birth_on", "band"),
    [
        (date(2026, 11, 23), "0-17"),
        (date(2008, 11, 24), "0-17"),
        (date(2008, 11, 23), "18-44"),
        (date(1966, 11, 24), "45-59"),
        (date(1966, 11, 23), "60-69"),
        (date(1926, 1, 1), "80+"),
        (None, "unknown"),
    ],
)
def test_the_age_band_is_that_of_the_day_of_the_visit(birth_on: date | None, band: str) -> None:
    person = PersonFacts(
        insurance_type=InsuranceType.employee, person_category=PersonCategory.employee, birth_on=birth_on
    )
    visit = VisitFacts(kind=EncounterKind.outpatient, level=InstitutionLevel.primary, on=date(2026, 11, 23))
    assert sort_of(person, visit) == Sort("employee", "primary", band, "outpatient")
