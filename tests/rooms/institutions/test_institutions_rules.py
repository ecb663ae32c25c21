from datetime import date

import msgspec
import pytest

from openyibao.rooms.institutions import (
    Institution,
    InstitutionKind,
    InstitutionLevel,
    InstitutionState,
    Service,
    ServiceAgreement,
    agreement_for,
    check_password,
    check_second_factor,
    hash_password,
    may_act,
    practitioner_known,
    second_factor_code,
)

SECRET = b"12345678901234567890"


def _place() -> Institution:
    agreement = ServiceAgreement(
        institution_id=1,
        pooling_area=110100,
        service=Service.outpatient,
        valid_from=date(2025, 1, 1),
        valid_until=date(2026, 6, 30),
    )
    return Institution(
        institution_id=1,
        institution_code="H99900100001",
        name="云溪区医院",
        kind=InstitutionKind.hospital,
        grade=5,
        level=InstitutionLevel.secondary,
        price_limit_level=InstitutionLevel.secondary,
        treatment_area=110100,
        state=InstitutionState.active,
        public_key=None,
        agreements=(agreement,),
    )


@pytest.mark.parametrize(
    ("area", "service", "on", "code"),
    [
        (110100, Service.outpatient, date(2025, 1, 1), None),
        (110100, Service.outpatient, date(2026, 6, 30), None),
        (110100, Service.outpatient, date(2026, 7, 1), "agreement_ended"),
        (110100, Service.outpatient, date(2024, 12, 31), "agreement_ended"),
        (110100, Service.inpatient, date(2026, 7, 1), "service_not_agreed"),
        (310100, Service.outpatient, date(2026, 1, 1), "service_not_agreed"),
    ],
)
def test_a_service_needs_an_agreement_in_force(area: int, service: Service, on: date, code: str | None):
    answer = agreement_for(_place(), area, service, on)
    assert (answer.code if answer else None) == code


def test_a_suspended_or_ended_institution_may_not_act():
    assert may_act(_place()) is None
    for state in (InstitutionState.suspended, InstitutionState.ended):
        answer = may_act(msgspec.structs.replace(_place(), state=state))
        assert answer is not None
        assert answer.code == "institution_suspended"
        assert "云溪区医院" in answer.sentence("zh")


def test_an_unknown_practitioner_is_refused_by_code():
    answer = practitioner_known(None, "D1")
    assert answer is not None
    assert answer.code == "practitioner_unknown"


@pytest.mark.parametrize(("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_second_factors_follow_the_published_examples(seconds: int, code: str):
    assert second_factor_code(SECRET, seconds // 30) == code


@pytest.mark.parametrize(("apart", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_counts_one_step_early_or_late(apart: int, accepted: bool):
    code = second_factor_code(SECRET, 1000 + apart)
    assert (check_second_factor(SECRET, code, unix_seconds=30_000, last_step=0) is not None) is accepted


def test_a_code_counts_once():
    code = second_factor_code(SECRET, 1000)
    assert check_second_factor(SECRET, code, unix_seconds=30_000, last_step=999) == 1000
    assert check_second_factor(SECRET, code, unix_seconds=30_000, last_step=1000) is None


def test_a_password_belongs_to_its_hash_alone():
    stored = hash_password("open sesame", b"s" * 16, cost=4)
    assert check_password("open sesame", stored)
    assert not check_password("open sesam", stored)
    assert not check_password("open sesame", "scrypt$99$x$y")
    assert not check_password("open sesame", "")
