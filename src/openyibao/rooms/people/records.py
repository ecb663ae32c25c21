"""Records of people and what they are enrolled in. 中文: 人员与参保记录。"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec


class DocumentType(StrEnum):
    """Kinds of identity document (证件类型)."""

    identity_card = "identity_card"
    hong_kong_macao_permit = "hong_kong_macao_permit"
    taiwan_permit = "taiwan_permit"
    foreign_permanent_residence = "foreign_permanent_residence"
    passport = "passport"
    residence_permit = "residence_permit"
    birth_certificate = "birth_certificate"
    household_register = "household_register"


class Sex(StrEnum):
    """Sex as the identity document states it (性别)."""

    male = "male"
    female = "female"
    unknown = "unknown"


class InsuranceType(StrEnum):
    """Base and added insurances (险种)."""

    employee = "employee"
    resident = "resident"
    veteran_cadre = "veteran_cadre"
    civil_servant = "civil_servant"
    large_sum = "large_sum"
    employer_supplement = "employer_supplement"
    serious_illness = "serious_illness"
    long_term_care = "long_term_care"
    maternity = "maternity"


BASE_INSURANCES = (InsuranceType.veteran_cadre, InsuranceType.employee, InsuranceType.resident)
"""Base insurances in the order in which one is enjoyed when several are active (FIELD 2) and the area sets no other order."""


class PersonCategory(StrEnum):
    """What the policy asks of a person (人员类别)."""

    employee = "employee"
    retired = "retired"
    resident_adult = "resident_adult"
    resident_elder = "resident_elder"
    resident_student = "resident_student"
    resident_child = "resident_child"
    newborn = "newborn"


class EntitlementState(StrEnum):
    """Why a fund pays or does not on a day (待遇状态)."""

    paid = "paid"
    waiting = "waiting"
    arrears = "arrears"
    suspended = "suspended"
    ended = "ended"


class InsuredPerson(msgspec.Struct, frozen=True, kw_only=True):
    """An insured person (参保人). The document number is sealed in the database; here it is clear and never printed whole."""

    bucket: int
    person_id: int
    name: str
    document_type: DocumentType
    document_number: str
    sex: Sex
    birth_on: date
    died_on: date | None = None
    merged_into: tuple[int, int] | None = None
    """(bucket, person_id) of the record that goes on, where this one turned out to be the same person."""


class EntitlementPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """From when until when a fund is enjoyed, and why (待遇享受期). ``ends_on`` is the last day; None is open."""

    fund: str
    begins_on: date
    ends_on: date | None
    state: EntitlementState


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """One enrolment of a person in one pooling area (参保关系). ``ends_on`` is the last day; None is open.

    Where it is kept by contributions, ``entitlements``, ``paid_until`` (the last day paid for, grace included) and
    ``running_since`` (insured without a break since then) are derived from them under the area's terms ``terms_hash``.
    ``changes`` counts what the audit was told of it since it was entered.
    """

    cell: int
    person_id: int
    enrolment_id: int
    agency_area: int
    pooling_area: int
    insurance_type: InsuranceType
    person_category: PersonCategory
    groups: tuple[str, ...]
    birth_on: date
    begins_on: date
    ends_on: date | None
    entitlements: tuple[EntitlementPeriod, ...] = ()
    paid_until: date | None = None
    running_since: date | None = None
    terms_hash: str | None = None
    changes: int = 0


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Someone to register. ``phone`` is the mobile number in digits, or None."""

    name: str
    document_type: DocumentType
    document_number: str
    sex: Sex
    birth_on: date
    phone: str | None = None


class PersonChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is noted of a person later: the day of death, or the record they go on under; None leaves it as it is."""

    died_on: date | None = None
    merged_into: tuple[int, int] | None = None


class NewIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """A person's name and document as they are from now on (姓名或证件变更)."""

    name: str
    document_type: DocumentType
    document_number: str


class NewEnrolment(msgspec.Struct, frozen=True, kw_only=True):
    """An enrolment to enter; its pooling area and cell follow from the agency area on ``begins_on``."""

    person_id: int
    agency_area: int
    insurance_type: InsuranceType
    person_category: PersonCategory
    birth_on: date
    begins_on: date
    ends_on: date | None = None
    groups: tuple[str, ...] = ()
    entitlements: tuple[EntitlementPeriod, ...] = ()
