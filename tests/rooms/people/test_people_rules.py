from datetime import date

import pytest

from openyibao.kit.outcome import Refused
from openyibao.rooms.people import (
    Enrolment,
    EntitlementPeriod,
    EntitlementState,
    InsuranceType,
    PersonCategory,
    Sex,
    check_digit,
    enjoyed_enrolment,
    funds_stopped,
    masked_document,
    masked_name,
    parse_identity_number,
)

ON = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("first_17", "last"),
    # The two examples of GB 11643 itself.
    [("11010519491231002", "X"), ("44052418800101001", "4")],
)
def test_the_last_digit_checks_the_others(first_17: str, last: str):
    assert check_digit(first_17) == last


def test_an_identity_number_tells_birth_date_and_sex():
    facts = parse_identity_number("11010519491231002x")
    assert not isinstance(facts, Refused)
    assert (facts.birth_on, facts.sex) == (date(1949, 12, 31), Sex.female)


@pytest.mark.parametrize(
    "number",
    ["110105194912310021", "1101051949123100", "", "１１０１０５１９４９１２３１００２X", "99900120001345001" + "0"],
)
def test_a_wrong_identity_number_is_refused(number: str):
    answer = parse_identity_number(number)
    assert isinstance(answer, Refused)
    assert answer.code == "document_number_invalid"


def test_an_identity_number_of_a_day_that_never_was_is_refused():
    first_17 = "99900120010229001"
    assert isinstance(parse_identity_number(first_17 + check_digit(first_17)), Refused)


PAID, ARREARS, WAITING = EntitlementState.paid, EntitlementState.arrears, EntitlementState.waiting
EMPLOYEE, RESIDENT, CADRE = InsuranceType.employee, InsuranceType.resident, InsuranceType.veteran_cadre


@pytest.mark.parametrize(
    ("rows", "enjoyed"),
    [
        ([(1, RESIDENT, PAID), (2, EMPLOYEE, PAID)], 2),
        ([(1, RESIDENT, PAID), (2, EMPLOYEE, ARREARS)], 1),
        ([(1, RESIDENT, ARREARS), (2, EMPLOYEE, WAITING)], 2),
        ([(1, EMPLOYEE, PAID), (2, CADRE, PAID)], 2),
        ([(1, EMPLOYEE, ARREARS)], 1),
        ([(1, InsuranceType.large_sum, PAID), (2, RESIDENT, PAID)], 2),
        ([(1, EMPLOYEE, PAID), (2, EMPLOYEE, PAID)], 2),
    ],
)
def test_one_base_is_enjoyed_by_state_then_by_kind(
    rows: list[tuple[int, InsuranceType, EntitlementState]], enjoyed: int
):
    enrolments = [_enrolment(number, insurance, state) for number, insurance, state in rows]
    for order in (enrolments, enrolments[::-1]):
        answer = enjoyed_enrolment(order, ON)
        assert isinstance(answer, Enrolment)
        assert answer.enrolment_id == enjoyed


@pytest.mark.parametrize("on", [date(2019, 12, 31), date(2027, 1, 1)])
def test_outside_every_base_enrolment_nobody_is_enrolled(on: date):
    answer = enjoyed_enrolment([_enrolment(1, EMPLOYEE, PAID)], on)
    assert isinstance(answer, Refused)
    assert answer.code == "not_enrolled"
    assert on.isoformat() in answer.sentence("zh")


def test_an_added_insurance_alone_is_no_enrolment():
    assert isinstance(enjoyed_enrolment([_enrolment(1, InsuranceType.civil_servant, PAID)], ON), Refused)


def test_a_fund_in_arrears_rests_and_an_undated_one_pays():
    assert funds_stopped(_enrolment(1, EMPLOYEE, ARREARS), ON) == ("pooled_fund",)
    assert funds_stopped(_enrolment(1, EMPLOYEE, PAID), ON) == ()


@pytest.mark.parametrize(
    ("name", "masked"), [("李", "*"), ("李明", "李*"), ("王小明", "王*明"), ("欧阳文博", "欧**博")]
)
def test_a_name_is_masked(name: str, masked: str):
    assert masked_name(name) == masked


def test_a_document_is_masked():
    assert masked_document("11010519491231002x") == "110***********002X"
    assert masked_document("E1234567") == "******67"


def _enrolment(number: int, insurance: InsuranceType, state: EntitlementState) -> Enrolment:
    begins_on, ends_on = date(2020, 1, 1), date(2026, 12, 31)
    return Enrolment(
        cell=11010000,
        person_id=7,
        enrolment_id=number,
        agency_area=110101,
        pooling_area=110100,
        insurance_type=insurance,
        person_category=PersonCategory.employee,
        groups=(),
        birth_on=date(1980, 1, 1),
        begins_on=begins_on,
        ends_on=ends_on,
        entitlements=(EntitlementPeriod(fund="pooled_fund", begins_on=begins_on, ends_on=None, state=state),),
    )
