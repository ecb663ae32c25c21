"""What looks like misuse, and what only nearly does (S4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from openyibao.rooms.signals import rules
from openyibao.rooms.signals.records import RefusedShowing, Sale, Showing, Thresholds

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
LIMITS = Thresholds(persons_an_hour=3, persons_an_hour_by_face=2, refusals_of_person=3, refusals_of_terminal=5)
HAIDIAN, CHAOYANG, SHIJIAZHUANG, TANGSHAN = 110108, 110105, 130102, 130202


def showing(number: int, minutes: int = 0, **fields: Any) -> Showing:
    given = {
        "bucket": 3,
        "person_id": 1,
        "cell": 7,
        "presentation_id": number,
        "institution_id": number,
        "terminal_code": "T1",
        "at": NOW + timedelta(minutes=minutes),
        "area": HAIDIAN,
    }
    return Showing(**{**given, **fields})


@pytest.mark.parametrize(
    ("second", "found"),
    [
        ({"area": SHIJIAZHUANG, "minutes": 59}, 1),
        ({"area": SHIJIAZHUANG, "minutes": 60}, 0),
        ({"area": CHAOYANG, "minutes": 1}, 0),  # one city
        ({"area": 0, "minutes": 1}, 0),  # nobody knows where
        ({"area": SHIJIAZHUANG, "minutes": 1, "person_id": 2}, 0),
        ({"area": SHIJIAZHUANG, "minutes": 1, "bucket": 4}, 0),  # one number in two buckets is two persons
        ({"area": SHIJIAZHUANG, "minutes": 1, "by_relative": True}, 0),
    ],
)
def test_travel_is_impossible_between_cities_and_too_soon(second: dict[str, Any], found: int) -> None:
    minutes = second.pop("minutes")
    assert len(rules.find_travel([showing(1), showing(2, minutes, **second)], LIMITS)) == found


def test_within_a_province_half_an_hour_is_enough_and_the_evidence_names_both_places() -> None:
    near = [showing(1, area=SHIJIAZHUANG), showing(2, 29, area=TANGSHAN)]
    (signal,) = rules.find_travel(near, LIMITS)
    assert [fact["institution_id"] for fact in signal.evidence] == [1, 2]
    assert (signal.person_id, signal.sign, signal.happened_at) == (1, "1-2", near[1].at)
    assert rules.find_travel([near[0], showing(2, 30, area=TANGSHAN)], LIMITS) == []


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [showing(1), showing(2, 10, area=SHIJIAZHUANG), showing(3, 20)]
    assert rules.find_travel(rows, LIMITS) == rules.find_travel(rows[::-1], LIMITS)
    assert len(rules.find_travel(rows, LIMITS)) == 2


def test_a_crowd_counts_persons_not_showings_and_faces_by_their_own_limit() -> None:
    same = {"institution_id": 9}
    regulars = [showing(n, n, person_id=n % 3, **same) for n in range(30)]
    assert rules.find_crowds(regulars, LIMITS) == []
    (signal,) = rules.find_crowds([*regulars, showing(99, 1, person_id=77, **same)], LIMITS)
    assert (signal.institution_id, signal.evidence[0]["persons"], signal.person_id) == (9, 4, None)
    faces = [showing(n, n, person_id=n, carrier="face", **same) for n in range(3)]
    assert [each.evidence[0]["by_face"] for each in rules.find_crowds(faces, LIMITS)] == [True]
    assert rules.find_crowds([showing(n, 59 + n, person_id=n, **same) for n in range(4)], LIMITS) == []


def refusal(number: int, minutes: int = 0, **fields: Any) -> RefusedShowing:
    given = {
        "bucket": 3,
        "refusal_id": number,
        "person_id": 1,
        "institution_id": 9,
        "terminal_code": "T1",
        "at": NOW + timedelta(minutes=minutes),
        "reason": "code_expired",
        "facts": {},
    }
    return RefusedShowing(**{**given, **fields})


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"reason": "code_already_used", "facts": {"institution_id": 8, "terminal_code": "T4", "at": "x"}}, 1),
        (
            {"reason": "code_already_used", "facts": {"institution_id": 9, "terminal_code": "T4"}},
            0,
        ),  # one place's two desks
        ({"reason": "code_already_used"}, 0),
        ({"reason": "code_expired", "facts": {"institution_id": 8}}, 0),
    ],
)
def test_a_code_is_shown_twice_where_another_institution_had_it(fields: Any, found: int) -> None:
    assert len(rules.find_twice([refusal(1, **fields)])) == found


def test_refusals_of_a_day_are_counted_by_person_and_by_terminal() -> None:
    rows = [refusal(n, n, institution_id=n) for n in range(3)]
    (signal,) = rules.find_refusals(rows, LIMITS)
    assert (signal.person_id, signal.institution_id, signal.evidence[0]) == (1, None, {"refusals": 3})
    many = [refusal(n, n, person_id=n) for n in range(5)]
    (signal,) = rules.find_refusals(many, LIMITS)
    assert (signal.person_id, signal.institution_id) == (None, 9)
    # Shanghai's midnight parts them.
    across = [refusal(n, 12 * 60 - 1 + n) for n in range(3)]
    assert rules.find_refusals(across, LIMITS) == []


def sale(number: int, days: int = 0, **fields: Any) -> Sale:
    given = {
        "bucket": 3,
        "person_id": 1,
        "cell": 7,
        "settlement_id": number,
        "institution_id": number,
        "at": NOW - timedelta(days=days, minutes=1),
        "item_code": "XA01",
        "quantity_e4": 10_000,
    }
    return Sale(**{**given, **fields})


@pytest.mark.parametrize(
    ("sales", "found"),
    [
        ([sale(1), sale(2, 1), sale(3, 6)], 1),
        ([sale(1), sale(2, 1), sale(3, 7)], 0),
        ([sale(1), sale(2, 1)], 0),
        ([sale(1), sale(2, 1), sale(3, 2, item_code="XA02")], 0),
        ([sale(1, institution_id=5), sale(2, 1, institution_id=5), sale(3, 2)], 0),
        ([sale(1), sale(2, 1), sale(3, 2, person_id=2)], 0),
    ],
)
def test_one_drug_from_three_places_in_a_week_may_be_resold(sales: Any, found: int) -> None:
    assert len(rules.find_resale(sales, LIMITS, NOW)) == found


def test_a_week_of_buying_on_is_one_signal() -> None:
    signs = {rules.find_resale([sale(n, 1) for n in range(1, many)], LIMITS, NOW)[0].sign for many in (4, 5, 9)}
    assert len(signs) == 1
