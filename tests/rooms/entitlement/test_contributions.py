"""What paying, not paying and paying back makes of an enrolment. Today is 23 November 2026."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from agency import TIANJIN, Agency, said

from openyibao.kit.outcome import Refused
from openyibao.rooms import entitlement
from openyibao.rooms.areas import AreaSettings, set_area_settings
from openyibao.rooms.entitlement import EntitlementTerms, Repaired, RepairRequest, terms_of
from openyibao.rooms.people import Enrolment, InsuranceType, PersonCategory, read_enrolments

RESIDENT = {"insurance_type": InsuranceType.resident, "person_category": PersonCategory.resident_adult}


async def stored(agency: Agency, one: Enrolment) -> Enrolment:
    found = await read_enrolments(agency.tx, [(one.cell, one.person_id)])
    return next(each for each in found[one.cell, one.person_id] if each.enrolment_id == one.enrolment_id)


async def test_nothing_is_enjoyed_before_something_is_paid(agency: Agency) -> None:
    one = await agency.enrol(await agency.person())
    assert said(one) == [("arrears", "2026-01-01", "")]
    one = await agency.paid(one, 202601, 202610)
    # The month after the last one paid is still enjoyed: November's contribution comes in November.
    assert said(one) == [("paid", "2026-01-01", "2026-11-30"), ("arrears", "2026-12-01", "")]
    assert said(one, "large_sum") == said(one)
    assert (one.paid_until, one.running_since) == (date(2026, 11, 30), date(2026, 1, 1))
    assert await stored(agency, one) == one


async def test_a_retired_person_pays_nothing_and_is_insured(agency: Agency) -> None:
    one = await agency.enrol(await agency.person(), person_category=PersonCategory.retired)
    assert said(one) == [("paid", "2026-01-01", "")]


async def test_a_short_break_paid_back_leaves_no_wait_and_is_enjoyed_afterwards(agency: Agency) -> None:
    one = await agency.enrol(await agency.person())
    one = await agency.paid(one, 202601, 202605)
    one = await agency.paid(one, 202609, 202611)
    # June is within the grace; July and August are lost; then as many months of waiting as the break had.
    assert said(one) == [
        ("paid", "2026-01-01", "2026-06-30"),
        ("arrears", "2026-07-01", "2026-08-31"),
        ("waiting", "2026-09-01", "2026-11-30"),
        ("paid", "2026-12-01", "2026-12-31"),
        ("arrears", "2027-01-01", ""),
    ]
    one = await agency.paid(one, 202606, 202608, date(2026, 11, 20))
    assert said(one) == [("paid", "2026-01-01", "2026-12-31"), ("arrears", "2027-01-01", "")]


async def test_where_the_area_does_not_re_price_funds_resume_on_the_day_of_the_payment(agency: Agency) -> None:
    await set_area_settings(agency.tx, agency.clock, pooling_area=110100, changes={"back_payment_reprices": False})
    await agency.areas.fresh(agency.tx)
    one = await agency.enrol(await agency.person())
    one = await agency.paid(one, 202601, 202605)
    one = await agency.paid(one, 202609, 202611)
    one = await agency.paid(one, 202606, 202608, date(2026, 11, 20))
    assert said(one) == [
        ("paid", "2026-01-01", "2026-06-30"),
        ("arrears", "2026-07-01", "2026-08-31"),
        ("waiting", "2026-09-01", "2026-11-19"),
        ("paid", "2026-11-20", "2026-12-31"),
        ("arrears", "2027-01-01", ""),
    ]


async def test_a_long_break_ends_in_a_wait_of_six_months_at_most_though_it_is_paid_back(agency: Agency) -> None:
    one = await agency.enrol(await agency.person(), begins_on=date(2025, 1, 1))
    one = await agency.paid(one, 202501, 202503)
    one = await agency.paid(one, 202504, 202512, date(2026, 2, 10))
    one = await agency.paid(one, 202601, 202611)
    assert said(one)[1:4] == [
        ("arrears", "2025-05-01", "2025-12-31"),
        ("waiting", "2026-01-01", "2026-06-30"),
        ("paid", "2026-07-01", "2026-12-31"),
    ]
    assert one.running_since == date(2026, 1, 1)


async def test_a_month_late_every_month_is_no_long_break(agency: Agency) -> None:
    one = await agency.enrol(await agency.person())
    for month in range(1, 9):
        one = await agency.paid(one, 202600 + month, 202600 + month, date(2026, month + 2, 20))
    assert said(one)[0] == ("paid", "2026-01-01", "2026-09-30")


async def test_residents_wait_outside_the_window_and_longer_for_each_missed_year(agency: Agency) -> None:
    early = await agency.enrol(await agency.person(), **RESIDENT)
    early = await agency.paid(early, 202601, 202612, date(2025, 12, 20))
    assert said(early) == [("paid", "2026-01-01", "2026-12-31"), ("arrears", "2027-01-01", "")]

    late = await agency.enrol(await agency.person(), **RESIDENT)
    late = await agency.paid(late, 202601, 202612, date(2026, 3, 10))
    assert said(late)[:3] == [
        ("arrears", "2026-01-01", "2026-03-09"),
        ("waiting", "2026-03-10", "2026-06-09"),
        ("paid", "2026-06-10", "2026-12-31"),
    ]

    missed = await agency.enrol(await agency.person(), begins_on=date(2023, 1, 1), **RESIDENT)
    missed = await agency.paid(missed, 202301, 202312, date(2022, 12, 1))
    missed = await agency.paid(missed, 202601, 202612, date(2025, 12, 20))
    # Two years missed: three months and two.
    assert ("waiting", "2026-01-01", "2026-05-31") in said(missed)
    repaired = await agency.paid(missed, 202501, 202512, date(2026, 1, 5))
    repaired = await agency.paid(repaired, 202401, 202412, date(2026, 1, 5))
    assert ("waiting", "2026-01-01", "2026-03-31") in said(repaired)
    assert said(repaired)[0] == ("paid", "2023-01-01", "2023-12-31")


async def test_after_four_missed_years_residents_wait_six_months_even_when_all_is_paid_back(agency: Agency) -> None:
    missed = await agency.enrol(await agency.person(), begins_on=date(2021, 1, 1), **RESIDENT)
    missed = await agency.paid(missed, 202101, 202112, date(2020, 12, 1))
    missed = await agency.paid(missed, 202601, 202612, date(2025, 12, 20))
    assert ("waiting", "2026-01-01", "2026-07-31") in said(missed)  # three months, and one for each of four years
    repaired = await agency.paid(missed, 202201, 202212, date(2026, 1, 5))
    for year in (2023, 2024, 2025):
        repaired = await agency.paid(repaired, year * 100 + 1, year * 100 + 12, date(2026, 1, 5))
    assert ("waiting", "2026-01-01", "2026-06-30") in said(repaired)
    three = await agency.enrol(await agency.person(), begins_on=date(2022, 1, 1), **RESIDENT)
    three = await agency.paid(three, 202201, 202212, date(2021, 12, 1))
    three = await agency.paid(three, 202601, 202612, date(2025, 12, 20))
    for year in (2023, 2024, 2025):
        three = await agency.paid(three, year * 100 + 1, year * 100 + 12, date(2026, 1, 5))
    assert ("waiting", "2026-01-01", "2026-03-31") in said(three)


def test_terms_that_were_kept_before_there_was_a_floor_are_read_and_have_none() -> None:
    now = msgspec.to_builtins(terms_of(AreaSettings()))
    before = {name: value for name, value in now.items() if "floor" not in name}
    terms = msgspec.convert(before, EntitlementTerms)
    assert (terms.resident_wait_floor_years, terms.resident_wait_floor_months) == (0, 0)
    assert (now["resident_wait_floor_years"], now["resident_wait_floor_months"]) == (4, 6)


async def test_arrears_are_repaired_by_paying_every_missing_month_today(agency: Agency) -> None:
    one = await agency.enrol(await agency.person())
    one = await agency.paid(one, 202601, 202608)
    ask = RepairRequest(
        cell=one.cell,
        person_id=one.person_id,
        enrolment_id=one.enrolment_id,
        until_month=202610,
        base_fen=800_000,
        employer_fen_a_month=78_400,
        personal_fen_a_month=16_000,
    )
    done, again = await entitlement.repair_arrears(
        agency.tx, agency.clock, agency.areas, requests=[ask, ask], actor="agency"
    )
    assert isinstance(done, Repaired)
    assert (done.months, done.enjoyed_since) == ((202609, 202610), date(2026, 1, 1))
    assert isinstance(again, Refused)
    assert again.code == "nothing_in_arrears"


@pytest.mark.parametrize(
    ("code", "months"),
    [
        ("contribution_month_invalid", (202613, 202614)),
        ("contribution_month_invalid", (202604, 202603, date(2030, 1, 1))),
        ("contribution_before_enrolment", (202501, 202512, date(2030, 1, 1))),
        ("contribution_before_enrolment", (202701, 202712, date(2030, 1, 1))),
        ("contribution_paid_in_future", (202603, 202604, date(2030, 1, 1))),
        ("months_paid_already", (202603, 202604)),
    ],
)
async def test_what_is_not_to_be_paid_is_refused_in_order(agency: Agency, code: str, months: Any) -> None:
    one = await agency.enrol(await agency.person(), ends_on=date(2026, 12, 31))
    one = await agency.paid(one, 202601, 202603)
    answer = await agency.pay(one, *months)
    assert isinstance(answer, Refused)
    assert answer.code == code
    assert "—" not in answer.sentence("zh") + answer.sentence("en")


async def test_a_payment_for_an_enrolment_that_is_not_there_is_refused(agency: Agency) -> None:
    one = await agency.enrol(await agency.person())
    stranger = agency.months(one, 202601, 202613)
    bad = type(stranger)(**{name: getattr(stranger, name) for name in stranger.__struct_fields__} | {"enrolment_id": 7})
    (answer,) = await entitlement.pay(agency.tx, agency.clock, agency.areas, contributions=[bad], actor="agency")
    assert isinstance(answer, Refused)
    assert answer.code == "enrolment_unknown"


async def test_the_same_months_again_are_refused(agency: Agency) -> None:
    one = await agency.enrol(await agency.person())
    one = await agency.paid(one, 202601, 202603)
    for again in (await agency.pay(one, 202601, 202603), await agency.pay(one, 202603, 202604)):
        assert isinstance(again, Refused)
        assert again.code == "months_paid_already"


async def test_an_added_insurance_rests_with_its_base_and_where_it_is_not_paid(agency: Agency) -> None:
    person = await agency.person()
    base = await agency.paid(await agency.enrol(person), 202601, 202610)
    added = await agency.enrol(person, insurance_type=InsuranceType.civil_servant)
    on = date(2026, 11, 23)
    assert entitlement.bill_standing([base, added], base, on).funds_stopped == ("civil_servant",)
    added = await agency.paid(added, 202601, 202610)
    stands = entitlement.bill_standing([base, added], base, on)
    assert (stands.funds_stopped, stands.paid_until, stands.years_running) == ((), date(2026, 11, 30), 0)
    # Where the base rests, everything that can follow it does, with an enrolment of its own or by group alone.
    for enrolments in ([base, added], [base]):
        resting = entitlement.bill_standing(enrolments, base, date(2026, 12, 2)).funds_stopped
        assert set(resting) == {"pooled_fund", *entitlement.FUND_OF.values()}
    elsewhere = await agency.enrol(person, agency_area=TIANJIN, insurance_type=InsuranceType.large_sum)
    assert entitlement.bill_standing([base, elsewhere], base, on).funds_stopped == ()


async def test_a_changed_setting_counts_for_everybody_once_it_is_reapplied(agency: Agency) -> None:
    people = [await agency.enrol(await agency.person()) for _ in range(3)]
    kept = [await agency.paid(one, 202601, 202609) for one in people[:2]]
    await set_area_settings(agency.tx, agency.clock, pooling_area=110100, changes={"employee_grace_months": 3})
    await agency.areas.fresh(agency.tx)
    # Nothing moves by itself, not even where something is entered for another.
    assert await stored(agency, kept[0]) == kept[0]
    count, after = await entitlement.reapply_settings(
        agency.tx, agency.clock, agency.areas, pooling_area=110100, after=None, actor="agency"
    )
    # Who has paid nothing has no grace either, and is left alone.
    assert (count, after) == (2, None)
    again = await stored(agency, kept[0])
    assert said(again)[0] == ("paid", "2026-01-01", "2026-12-31")
    assert again.terms_hash != kept[0].terms_hash
    assert await stored(agency, people[2]) == people[2]
    count, _ = await entitlement.reapply_settings(
        agency.tx, agency.clock, agency.areas, pooling_area=110100, after=None, actor="agency"
    )
    assert count == 0
