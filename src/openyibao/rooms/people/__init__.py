"""Insured persons, their enrolments and what they are entitled to on a day.

Keeps: persons (document numbers sealed), enrolments, entitlement periods. Promises: one person per document; enrolments
live in the cell of their pooling area. Units: dates in Shanghai, both ends included. Callers: credentials, presentation,
settlement. 中文: 参保人与参保关系。
"""

from openyibao.rooms.people.importing import PersonName, enter_persons, find_persons
from openyibao.rooms.people.records import (
    BASE_INSURANCES,
    DocumentType,
    Enrolment,
    EntitlementPeriod,
    EntitlementState,
    InsuranceType,
    InsuredPerson,
    NewEnrolment,
    NewPerson,
    PersonCategory,
    PersonChange,
    Sex,
)
from openyibao.rooms.people.rules import (
    IdentityFacts,
    agency_area_unknown,
    check_digit,
    enjoyed_enrolment,
    funds_stopped,
    masked_document,
    masked_name,
    normal_document,
    parse_identity_number,
)
from openyibao.rooms.people.service import (
    add_enrolments,
    change_enrolments,
    change_persons,
    enrol,
    find_by_document,
    find_registered,
    lock_enrolments,
    lock_persons,
    phone_place,
    read_enrolments,
    read_persons,
    register_persons,
)
from openyibao.rooms.people.store import EnrolmentKey, list_enrolments, lock_person_rows
from openyibao.rooms.people.telling import expected_of_enrolments, expected_of_persons

__all__ = [
    "BASE_INSURANCES",
    "DocumentType",
    "Enrolment",
    "EnrolmentKey",
    "EntitlementPeriod",
    "EntitlementState",
    "IdentityFacts",
    "InsuranceType",
    "InsuredPerson",
    "NewEnrolment",
    "NewPerson",
    "PersonCategory",
    "PersonChange",
    "PersonName",
    "Sex",
    "add_enrolments",
    "agency_area_unknown",
    "change_enrolments",
    "change_persons",
    "check_digit",
    "enjoyed_enrolment",
    "enrol",
    "enter_persons",
    "expected_of_enrolments",
    "expected_of_persons",
    "find_by_document",
    "find_persons",
    "find_registered",
    "funds_stopped",
    "list_enrolments",
    "lock_enrolments",
    "lock_person_rows",
    "lock_persons",
    "masked_document",
    "masked_name",
    "normal_document",
    "parse_identity_number",
    "phone_place",
    "read_enrolments",
    "read_persons",
    "register_persons",
]
