"""An invented area whose document uses every construct of the format: adding it took no code. Amounts by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from policy_samples import EVERY, EVERY_TEXT, line, read, settle

from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.institutions import InstitutionLevel
from openyibao.rooms.people import InsuranceType, PersonCategory
from openyibao.rooms.policies import (
    AccountUse,
    PersonFacts,
    Split,
    VisitFacts,
    explain,
    label_amounts,
    list_differences,
    list_statements,
    parts_of_stay,
    read_cases,
    read_document,
    run_case,
)
from openyibao.rooms.policies.conditions import Who
from openyibao.rooms.policies.timing import DayRule, DecidingDay

TEXT = EVERY_TEXT
POLICY = EVERY

_OP = {"kind": "outpatient", "level": "tertiary"}
_IP = {"kind": "inpatient", "level": "tertiary", "admission_no": 1}
_EM = {"kind": "emergency", "level": "tertiary"}
_CHRONIC = {"kind": "chronic", "level": "secondary", "disease": "M03900", "filed": ["M03900"]}
_RX = {"kind": "pharmacy", "level": "community"}


def whole(total: str, **parts: str) -> dict[str, Any]:
    """A bill by its sums."""
    rest = float(total) - sum(float(part) for part in parts.values())
    return {"fee_total": total, "in_policy": f"{rest:.2f}", **parts}


def items(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"items": [{"class": "a", **row} for row in rows]}


_CASES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], dict[str, str], dict[str, Any]]] = [
    # why (the arithmetic), person, visit, bill, expect, more
    ("deductible of the year: (500 - 300) x 60 %", {}, _OP, whole("500.00"), {"deductible": "300.00", "pooled_fund": "120.00"}, {}),
    ("a group has its own deductible: (500 - 100) x 60 %", {"groups": ["contracted"]}, _OP, whole("500.00"), {"pooled_fund": "240.00"}, {}),
    ("age 60 on the day: (500 - 200) x 60 %", {"birth_on": "1965-06-03"}, _OP, whole("500.00"), {"pooled_fund": "180.00"}, {}),
    ("age 59 the day before: (500 - 300) x 60 %", {"birth_on": "1965-06-04"}, _OP, whole("500.00"), {"pooled_fund": "120.00"}, {}),
    ("age band 70+: (500 - 200) x 80 %", {"birth_on": "1950-01-01"}, _OP, whole("500.00"), {"pooled_fund": "240.00"}, {}),
    ("segments of the year: 900 seen, 100 x 60 % + 400 x 50 %", {}, _OP, whole("500.00"), {"deductible": "0.00", "pooled_fund": "260.00"}, {"so_far": {"deductible": "300.00", "in_policy": "900.00"}}),
    ("own institution at the community: (500 - 300) x 75 %", {}, {**_OP, "level": "community"}, whole("500.00"), {"pooled_fund": "150.00"}, {}),
    ("not the own institution: (500 - 300) x 60 %", {}, {**_OP, "level": "community", "designated": False}, whole("500.00"), {"pooled_fund": "120.00"}, {}),
    ("the deductible is shared with emergencies: (500 - 50) x 60 %", {}, _EM, whole("500.00"), {"deductible": "50.00", "pooled_fund": "270.00"}, {"so_far": {"deductible": "250.00"}}),
    ("class B of an emergency is paid by other rules: (400 - 300) x 60 % + 100 x 90 % x 40 %", {}, _EM, {"items": [{"class": "a", "amount": "400.00"}, {"class": "b", "amount": "100.00", "first_share_ratio": "0.10"}]}, {"deductible": "300.00", "first_share": "10.00", "in_policy": "490.00", "pooled_fund": "96.00", "person_total": "404.00"}, {}),
    ("pharmacy with a prescription: 200 x 85 %", {}, {**_RX, "prescription": "external"}, whole("200.00"), {"pooled_fund": "170.00"}, {}),
    ("dual-channel pharmacy: 200 x 70 %", {}, {**_RX, "prescription": "own", "institution": "dual_channel"}, whole("200.00"), {"pooled_fund": "140.00"}, {}),
    ("pharmacy without prescription: only the account, excluded goods too", {}, {**_RX, "prescription": "none"}, whole("200.00", excluded="50.00"), {"fund_total": "0.00", "personal_account": "190.00", "cash": "10.00"}, {"account": "190.00", "account_use": "own"}),
    # chronic disease: per disease, per month, list, filing
    ("chronic: 400 x 70 % = 280", {}, _CHRONIC, whole("400.00"), {"pooled_fund": "280.00"}, {}),
    ("the month's ceiling: 500 x 70 % = 350 is cut to 300", {}, _CHRONIC, whole("500.00"), {"pooled_fund": "300.00", "person_total": "200.00"}, {}),
    ("a line that isn't on the disease's list is excluded", {}, _CHRONIC, items({"amount": "100.00", "chronic_list": True}, {"amount": "40.00", "chronic_list": False}), {"excluded": "40.00", "pooled_fund": "70.00"}, {}),
    ("not filed", {}, {**_CHRONIC, "filed": ["M01600"]}, whole("400.00"), {"refused": "filing_needed"}, {}),
    ("not on the list", {}, {**_CHRONIC, "disease": "M99999"}, whole("400.00"), {"refused": "disease_not_listed"}, {}),
    ("not the institution chosen", {}, {**_CHRONIC, "designated": False}, whole("400.00"), {"refused": "not_your_designated_institution"}, {}),
    ("a kind that no benefit speaks of", {}, {"kind": "home_bed", "level": "primary"}, whole("400.00"), {"refused": "no_policy"}, {}),
    # stays
    ("first stay: (5000 - 800) x 80 % + 1000 x 90 % = 4260; own share 1740 is below 2000", {}, _IP, whole("6000.00"), {"deductible": "800.00", "pooled_fund": "4260.00", "person_total": "1740.00"}, {}),
    ("second stay: 400 left to 1000 a year is 200: (3000 - 200) x 80 %", {}, {**_IP, "admission_no": 2}, whole("3000.00"), {"deductible": "200.00", "pooled_fund": "2240.00"}, {"so_far": {"deductible": "800.00"}}),
    ("third stay: a row by admission: (3000 - 100) x 80 %", {}, {**_IP, "admission_no": 3}, whole("3000.00"), {"deductible": "100.00", "pooled_fund": "2320.00"}, {}),
    ("the year's 1000 is met: 3000 x 80 %", {}, {**_IP, "admission_no": 3}, whole("3000.00"), {"deductible": "0.00", "pooled_fund": "2400.00"}, {"so_far": {"deductible": "1000.00"}}),
    ("100 days are two cycles: 800 + 400, of it 1000 a year: (3000 - 1000) x 80 %", {}, {**_IP, "admitted_on": "2025-02-23", "discharged_on": "2025-06-03"}, whole("3000.00"), {"deductible": "1000.00", "pooled_fund": "1600.00"}, {}),
    ("interim: the stay has met 800 and 2000: 3000 x 80 % + 1000 x 90 %", {}, {**_IP, "interim": True}, whole("4000.00"), {"deductible": "0.00", "pooled_fund": "3300.00"}, {"so_far": {"deductible": "800.00", "in_policy": "2000.00"}}),
    ("destitute: no deductible: 1000 x 80 %; aid 100 % of 200", {"groups": ["destitute"]}, _IP, whole("1000.00"), {"deductible": "0.00", "pooled_fund": "800.00", "medical_aid": "200.00", "person_total": "0.00"}, {}),
    ("retired: own share x 60 %: 80 % becomes 88 %: 2200 x 88 %", {"category": "retired"}, _IP, whole("3000.00"), {"pooled_fund": "1936.00"}, {}),
    # care elsewhere, four ways
    ("long-term elsewhere has its own deductible: 1500, but 1000 a year: 2000 x 80 %", {}, {**_IP, "remote": "long_term"}, whole("3000.00"), {"deductible": "1000.00", "pooled_fund": "1600.00"}, {}),
    ("transferred: 10 points off: 2200 x 70 %", {}, {**_IP, "remote": "transfer"}, whole("3000.00"), {"pooled_fund": "1540.00"}, {}),
    ("not filed: factor 80 %: 2200 x 64 %", {}, {**_IP, "remote": "unfiled"}, whole("3000.00"), {"pooled_fund": "1408.00"}, {}),
    ("temporary: 10 % off the base: 300 first share, (2700 - 800) x 80 %", {}, {**_IP, "remote": "temporary"}, whole("3000.00"), {"first_share": "300.00", "in_policy": "2700.00", "pooled_fund": "1520.00", "person_total": "1480.00"}, {}),
    ("emergency elsewhere counts as filed: 2200 x 80 %", {}, {**_IP, "remote": "emergency"}, whole("3000.00"), {"pooled_fund": "1760.00"}, {}),
    # the chain
    ("ceiling 10000, 9000 used: 1000 at 1250 above 800; 2950 x 70 % = 2065 large sum; own share 1935", {}, _IP, whole("5000.00"), {"pooled_fund": "1000.00", "large_sum": "2065.00", "person_total": "1935.00"}, {"so_far": {"pooled_fund": "9000.00"}}),
    ("six years running lift the ceiling by 2000: 3000 left: 3000 / 0.8 = 3750; 450 x 70 %", {"years_running": 6}, _IP, whole("5000.00"), {"pooled_fund": "3000.00", "large_sum": "315.00"}, {"so_far": {"pooled_fund": "9000.00"}}),
    ("nine years lift it no further than 2000", {"years_running": 9}, _IP, whole("5000.00"), {"pooled_fund": "3000.00"}, {"so_far": {"pooled_fund": "9000.00"}}),
    ("five years lift it by 1000: 2000 / 0.8 = 2500; 1700 x 70 %", {"years_running": 5}, _IP, whole("5000.00"), {"pooled_fund": "2000.00", "large_sum": "1190.00"}, {"so_far": {"pooled_fund": "9000.00"}}),
    ("above both ceilings nobody pays: large sum's last 100; own share 4900: 2000 x 60 % + 900 x 70 % serious", {}, _IP, whole("5000.00"), {"pooled_fund": "0.00", "large_sum": "100.00", "serious_illness": "1830.00", "person_total": "3070.00"}, {"so_far": {"pooled_fund": "10000.00", "large_sum": "2900.00"}}),
    ("employer lifts to 95 %: 2200 x 15 % = 330", {"groups": ["employer_supplement"]}, _IP, whole("3000.00"), {"pooled_fund": "1760.00", "employer_supplement": "330.00"}, {}),
    ("at most 500 a visit: 4200 x 15 % = 630 is cut to 500", {"groups": ["employer_supplement"]}, _IP, whole("5000.00"), {"pooled_fund": "3360.00", "employer_supplement": "500.00"}, {}),
    ("veteran: 5 points on top: 2200 x 5 %", {"groups": ["veteran"]}, _IP, whole("3000.00"), {"pooled_fund": "1760.00", "disabled_veterans": "110.00"}, {}),
    ("paid in full within scope, deductible too; first share stays", {"groups": ["full_scope"]}, _IP, whole("3000.00", first_share="50.00"), {"pooled_fund": "1720.00", "veteran_cadre": "1230.00", "person_total": "50.00"}, {}),
    ("serious illness: own share 800 + 840 + 1500 first share = 3140: 1140 x 60 % = 684", {}, _IP, whole("6500.00", first_share="1500.00"), {"pooled_fund": "3360.00", "serious_illness": "684.00", "person_total": "2456.00"}, {}),
    ("low income begins at 1000: own share 1240: 240 x 60 % = 144; aid 1096 x 70 % = 767.20", {"groups": ["low_income"]}, _IP, whole("3000.00"), {"serious_illness": "144.00", "medical_aid": "767.20", "person_total": "328.80"}, {}),
    ("civil servant: above the deductible: 440 x 50 %", {"groups": ["civil_servant"]}, _IP, whole("3000.00"), {"civil_servant": "220.00", "person_total": "1020.00"}, {}),
    ("military retired: own share 1240 + over-limit 60 + excluded 100: 1400 x 90 %", {"groups": ["military_retired"]}, _IP, whole("3160.00", over_limit="60.00", excluded="100.00"), {"other_funds": "1260.00", "person_total": "140.00"}, {}),
    # fixed prices
    ("fixed price 6000: 8000 + 500 first share; 2500 are the hospital's; 5500 x 75 %", {}, {"kind": "day_surgery", "level": "secondary", "disease": "K80"}, whole("8500.00", first_share="500.00"), {"institution_borne": "2500.00", "pooled_fund": "4125.00", "person_total": "1875.00"}, {}),
    ("below the fixed price nothing is borne: 4000 x 75 %", {}, {"kind": "day_surgery", "level": "secondary", "disease": "K80"}, whole("4000.00"), {"institution_borne": "0.00", "pooled_fund": "3000.00"}, {}),
    ("no fixed price for this disease here: 8000 x 75 %", {}, {"kind": "day_surgery", "level": "secondary"}, whole("8000.00"), {"institution_borne": "0.00", "pooled_fund": "6000.00"}, {}),
    ("antenatal care up to 300", {}, {"kind": "maternity_outpatient", "level": "secondary"}, whole("420.00"), {"maternity": "300.00", "person_total": "120.00"}, {}),
    ("childbirth up to 4000", {}, {"kind": "maternity_inpatient", "level": "secondary"}, whole("3900.00"), {"maternity": "3900.00", "person_total": "0.00"}, {}),
    # lines
    ("negotiated: 5 % for employees", {}, _OP, items({"class": "b", "amount": "400.00", "negotiated": True, "first_share_ratio": "0.30"}), {"first_share": "20.00", "in_policy": "380.00", "pooled_fund": "48.00"}, {}),
    ("negotiated: 2 % for the others", {"category": "retired"}, _OP, items({"class": "b", "amount": "400.00", "negotiated": True}), {"first_share": "8.00"}, {}),
    ("a fixed sum of each whole unit: 5.00 x 3", {}, _OP, items({"class": "b", "amount": "400.00", "code": "FIXED1", "quantity": "3.5"}), {"first_share": "15.00"}, {}),
    ("a price limit of the document: 10 x 3 of 42", {}, _OP, items({"amount": "42.00", "code": "LIMIT", "quantity": "3"}), {"over_limit": "12.00", "in_policy": "30.00", "person_total": "42.00"}, {}),
    ("over the limit as sent", {}, _OP, items({"amount": "42.00", "over_limit": "2.00"}), {"over_limit": "2.00", "in_policy": "40.00"}, {}),
    ("the over-limit part is the institution's", {}, _OP, items({"amount": "42.00", "code": "BULK", "price_limit": "40.00"}), {"over_limit": "2.00", "institution_borne": "2.00", "person_total": "40.00"}, {}),
    ("the over-limit part counts as excluded", {}, _OP, items({"amount": "42.00", "code": "DEAR", "price_limit": "40.00"}), {"over_limit": "0.00", "excluded": "2.00", "person_total": "42.00"}, {}),
    ("84 of 90 pills are supplied: 6 x 1.00 excluded", {}, _OP, items({"amount": "90.00", "code": "PILLS", "quantity": "90"}), {"excluded": "6.00", "in_policy": "84.00"}, {}),
    ("restricted use: approved pays half first, not approved is excluded", {}, _OP, items({"amount": "10.00", "restricted": True}, {"amount": "20.00", "restricted": True, "hospital_approved": False}), {"first_share": "5.00", "excluded": "20.00", "in_policy": "5.00"}, {}),
    # the account
    ("current pot 150 first, outside the deductible: (500 - 150 - 300) x 60 % = 30; past pot 100 after the funds", {}, _OP, whole("500.00"), {"deductible": "300.00", "pooled_fund": "30.00", "personal_account": "250.00", "past_account": "100.00", "cash": "220.00"}, {"account": {"current": "150.00", "past": "100.00"}, "account_use": "own"}),
    ("mutual aid pays after the funds, here first share and over-limit only", {}, _OP, whole("450.00", first_share="30.00", over_limit="20.00"), {"deductible": "300.00", "pooled_fund": "60.00", "personal_account": "50.00", "mutual_aid": "50.00", "cash": "340.00"}, {"aid": "500.00", "account_use": "mutual_aid"}),
    # entitlement
    ("within six months of the enrolment the pooled fund waits, the account pays", {"enrolled_on": "2025-01-04"}, _OP, whole("500.00"), {"pooled_fund": "0.00", "deductible": "0.00", "personal_account": "80.00"}, {"account": "80.00", "account_use": "own"}),
    ("six months are over on the day", {"enrolled_on": "2024-12-03"}, _OP, whole("500.00"), {"pooled_fund": "120.00"}, {}),
    ("a waiting period set by the agency", {"waiting_until": "2025-06-04"}, _OP, whole("500.00"), {"pooled_fund": "0.00"}, {}),
    ("it ends the day before", {"waiting_until": "2025-06-03"}, _OP, whole("500.00"), {"pooled_fund": "120.00"}, {}),
    ("arrears within the three months of grace", {"paid_until": "2025-03-03"}, _OP, whole("500.00"), {"pooled_fund": "120.00"}, {}),
    ("arrears past them", {"paid_until": "2025-03-02"}, _OP, whole("500.00"), {"pooled_fund": "0.00"}, {}),
    ("only the named funds wait: maternity pays", {"enrolled_on": "2025-05-01"}, {"kind": "maternity_outpatient", "level": "secondary"}, whole("200.00"), {"maternity": "200.00"}, {}),
    ("a newborn enrolled within 90 days is insured from birth", {"category": "newborn", "birth_on": "2025-06-01", "enrolled_on": "2025-08-30"}, _OP, whole("500.00"), {"pooled_fund": "120.00"}, {}),
    ("one enrolled later is not insured yet", {"category": "newborn", "birth_on": "2025-06-01", "enrolled_on": "2025-08-31"}, _OP, whole("500.00"), {"pooled_fund": "0.00"}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("why", "person", "visit", "bill", "expect", "more"), _CASES, ids=[case[0] for case in _CASES])
def test_each_construct_pays_what_the_hand_computes(
    why: str,
    person: dict[str, Any],
    visit: dict[str, Any],
    bill: dict[str, Any],
    expect: dict[str, str],
    more: dict[str, Any],
):
    case = {
        "id": "X",
        "source": why,
        "policy": {"area": "990200", "insurance": "employee", "on": "2025-06-03"},
        "person": {"category": "employee", **person},
        "visit": visit,
        "bill": bill,
        "expect": expect,
        **more,
    }
    outcome = run_case(read_cases(msgspec.json.encode([case]))[0], [POLICY])
    assert outcome.differences == ()


def _visit(**more: Any) -> VisitFacts:
    basis = {"kind": EncounterKind.inpatient, "level": InstitutionLevel.tertiary, "on": date(2025, 6, 3)}
    return VisitFacts(**(basis | more))


_PERSON = PersonFacts(insurance_type=InsuranceType.employee, person_category=PersonCategory.employee)


def test_a_stay_soon_after_a_discharge_pays_no_deductible_again():
    stay = {"admitted_on": date(2025, 5, 20)}
    soon = settle(POLICY, _PERSON, _visit(last_discharge_on=date(2025, 5, 5), **stay), [line(1, 100_000)], {})
    late = settle(POLICY, _PERSON, _visit(last_discharge_on=date(2025, 5, 4), **stay), [line(1, 100_000)], {})
    assert (soon.deductible_fen, late.deductible_fen) == (0, 80_000)


def test_a_ceiling_per_visit_goes_on_over_interim_settlements():
    person = msgspec.structs.replace(_PERSON, groups=("employer_supplement",))
    stay = {"deductible": 80_000, "in_policy": 100_000, "employer": 45_000}
    done = settle(POLICY, person, _visit(stay_so_far=stay), [line(1, 100_000)], {})
    assert done.funds_fen["employer_supplement"] == 5_000  # 1000 x 15 % = 150, 50 are left of 500


def test_the_price_limit_level_is_apart_from_the_deductible_level():
    limited = line(1, 4_200, quantity_e4=30_000)
    limited = msgspec.structs.replace(limited, item_code="LIMIT")
    own = settle(POLICY, _PERSON, _visit(), [limited], {})
    lower = settle(POLICY, _PERSON, _visit(price_level=InstitutionLevel.community), [limited], {})
    assert (own.over_limit_fen, lower.over_limit_fen) == (1_200, 1_800)


def test_lines_of_a_suspended_practitioner_are_the_institutions():
    done = settle(POLICY, _PERSON, _visit(), [line(1, 5_000, institution_borne=True), line(2, 1_000)], {})
    assert (done.institution_borne_fen, done.person_total_fen, done.fee_total_fen) == (5_000, 1_000, 6_000)
    assert {label.title.en: amount for label, amount in label_amounts(POLICY, done)} == {
        "own share": 1_000,
        "borne by the hospital": 5_000,
    }


def test_months_and_diseases_are_counted_by_themselves_and_reverse_exactly():
    visit = _visit(kind=EncounterKind.chronic, disease_code="M03900", filed=("M03900",))
    june = settle(POLICY, _PERSON, visit, [line(1, 40_000)], {})
    assert dict(june.accumulators_after) == {
        "chronic_fen": 28_000,
        "chronic_fen:M03900": 28_000,
        "chronic_fen:2025-06": 28_000,
    }
    again = settle(POLICY, _PERSON, visit, [line(1, 40_000)], dict(june.accumulators_after))
    july = settle(
        POLICY,
        _PERSON,
        msgspec.structs.replace(visit, on=date(2025, 7, 1)),
        [line(1, 40_000)],
        dict(june.accumulators_after),
    )
    assert (again.fund_total_fen, july.fund_total_fen) == (2_000, 28_000)
    full = settle(POLICY, _PERSON, visit, [line(1, 40_000)], {"chronic_fen:M03900": 99_000, "chronic_fen": 150_000})
    assert full.fund_total_fen == 1_000


def test_a_policy_year_starts_by_the_category():
    assert POLICY.policy_year(date(2025, 8, 31)) == 2025
    assert POLICY.policy_year(date(2025, 8, 31), "newborn") == 2024
    assert POLICY.policy_year(date(2025, 6, 30)) == 2024


def test_a_stay_over_the_years_end_is_parted_where_the_document_says_so():
    days = [date(2025, 6, 29), date(2025, 7, 2), date(2025, 6, 30)]
    lines = [msgspec.structs.replace(line(number, 1_000), on=on) for number, on in enumerate(days, 1)]
    who = Who("inpatient", "tertiary", "employee")
    whole_stay = parts_of_stay(POLICY.decides, POLICY.year_starts, who, _visit(discharged_on=date(2025, 7, 3)), lines)
    assert [(part.on, part.policy_year, len(part.lines)) for part in whole_stay] == [(date(2025, 7, 3), 2025, 3)]
    for once in (True, False):
        rules = (DayRule(day=DecidingDay.year_end, deductible_once=once),)
        parts = parts_of_stay(rules, POLICY.year_starts, who, _visit(), lines)
        assert [(part.policy_year, len(part.lines), part.carries) for part in parts] == [
            (2024, 2, False),
            (2025, 1, once),
        ]
    by_line = parts_of_stay((DayRule(day=DecidingDay.line),), POLICY.year_starts, who, _visit(), lines)
    assert [part.on for part in by_line] == sorted(days)


def test_each_line_that_is_not_paid_is_told_why_in_both_languages():
    lines = [
        line(1, 1_000, "c"),
        msgspec.structs.replace(line(2, 9_000, quantity_e4=900_000), item_code="PILLS"),
        msgspec.structs.replace(line(3, 4_200, price_limit_micro=40_000_000), item_code="BULK"),
        line(4, 1_000, restricted=True, hospital_approved=False),
        line(5, 1_000, "b", negotiated=True),
        line(6, 1_000, institution_borne=True),
    ]
    steps = explain(
        POLICY, _PERSON, _visit(remote="temporary"), lines, {}, account_balance_fen=0, account_use=AccountUse.none
    )
    told = {(step.line_no, step.rule): step for step in steps if step.line_no}
    assert told[1, "line.excluded"].zh == "第 1 行 X1：丙类，医保不支付，10.00 元由个人负担。"
    assert told[2, "line.excluded"].amount_fen == 600
    assert told[3, "line.over_limit"].en.endswith("2.00 yuan are the institution's.")
    assert "审批" in told[4, "line.excluded"].zh
    assert told[6, "line.excluded"].en.endswith("10.00 yuan are the institution's.")
    fifth = [step for step in steps if step.line_no == 5]
    assert [(step.ratio_bp, step.amount_fen) for step in fifth] == [(500, 50), (1_000, 95)]
    assert [step.article for step in fifth] == ["虚构文件 · 第九条", "虚构文件 · 第八条"]
    assert sum(step.amount_fen for step in steps if step.payer == "institution") == 1_200


def test_a_fund_that_waits_is_told():
    person = msgspec.structs.replace(_PERSON, enrolled_on=date(2025, 5, 1))
    steps = explain(POLICY, person, _visit(), [line(1, 1_000)], {}, account_balance_fen=0, account_use=AccountUse.none)
    assert "统筹基金处于等待期，本次不支付；个人账户仍可使用。" in [step.zh for step in steps]


def test_show_and_diff_speak_of_every_part():
    said = " ".join(f"{each.place} {each.name} {each.who} {each.value}" for each in list_statements(POLICY, "en"))
    for words in (
        "own share × 60%",
        "−10%",
        "× 80%",
        "newborn window 90 days",
        "hypertension",
        "at most 84",
        "age 60+",
    ):
        assert words in said
    other = read(TEXT.replace("amounts: [800, 400]", "amounts: [900, 400]").replace("points: -10%", "points: -15%"))
    assert list_differences(POLICY, other, "en") == (
        "inpatient deductible: a visit 800 → 400 → a visit 900 → 400",
        "inpatient · pooled fund adjustment [transferred elsewhere]: −10% → −15%",
    )
    assert list_differences(POLICY, POLICY) == ()


def test_one_rounding_a_bill_is_told_apart_from_one_a_segment():
    text = TEXT.replace("rounding: segment", "rounding: bill")
    # (1000.00 - 999.99) x 60 % + 0.01 x 50 %: by segment 0.006 -> 0.01 and 0.005 -> 0.01; once 0.011 -> 0.01
    so_far = {"deductible_fen": 30_000, "outpatient_spending_fen": 99_999}
    visit = _visit(kind=EncounterKind.outpatient)
    paid = [settle(read(each), _PERSON, visit, [line(1, 2)], so_far).fund_total_fen for each in (TEXT, text)]
    assert paid == [2, 1]
    steps = explain(
        read(text), _PERSON, visit, [line(1, 2)], so_far, account_balance_fen=0, account_use=AccountUse.none
    )
    assert sum(step.amount_fen for step in steps if step.payer == "pooled_fund") == 1


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("group: [contracted]", "group: [contractd]", "benefits[3].deductible.rows[0].when.group[0]"),
        ("disease: [M03900]", "disease: [M03901]", "benefits[0].layers[0].ceiling[0].rows[0].when.disease[0]"),
        ("benefit: class_b", "benefit: class_c", "items.rules[9].benefit"),
        ("points: -10%", "points: -95%", "benefits[6].layers[0].adjustments"),
        ("points: -10%", "points: 10%", "benefits[6].layers[0].adjustments[1].points"),
        ("factor: 80%", "factor: 80.01%", "benefits[6].layers[0].adjustments"),
        ("age: {from: 60}", "age: {from: sixty}", "benefits[3].deductible.rows[1].when.age.from"),
        ("    when: {prescription: [own, external]}\n", "", "benefits[2].kinds"),
        ("kinds: [pharmacy]}", "kinds: [pharmacy], when: {prescription: [none]}}", "benefits"),
        ("when: {age: {from: 70}}", "when: {age: {from: 0}}", "benefits[3].layers[0].ratios[1]"),
        (
            "order: before_deductible, pays: [own_share]",
            "order: before_deductible, pays: [excluded]",
            "account[0].pays",
        ),
        ("{starts: 07-01}", "{when: {category: [retired]}, starts: 07-01}", "policy_year"),
        ("needs: [listed_disease, filing, designation]", "needs: [filing]", "benefits[0].layers[0].ceiling"),
        ("accumulates: {deductible: stays_deductible_fen}", "accumulates: {}", "benefits[6].deductible.per"),
        ("accumulator: aid_fen", "accumulator: large_fen", "benefits[6].layers[8].accumulator"),
        (
            "accumulates: {deductible: deductible_fen}",
            "accumulates: {deductible: aid_fen}",
            "benefits[6].layers[8].accumulator",
        ),
    ],
)
def test_what_makes_no_sense_is_found(old: str, new: str, path: str):
    assert old in TEXT
    faults = read_document(TEXT.replace(old, new, 1))
    assert isinstance(faults, tuple), "the document was taken"
    assert path in [fault.path for fault in faults], faults


def test_the_split_of_every_case_is_a_split():
    assert all(isinstance(settle(POLICY, _PERSON, _visit(), [line(1, amount)], {}), Split) for amount in (0, 1, 99_999))
