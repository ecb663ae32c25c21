"""Insured persons, their enrolments and what they are entitled to on a day.

Keeps: persons (document numbers sealed), enrolments, entitlement periods. Promises: one person per document; enrolments
live in the cell of their pooling area. Units: dates in Shanghai, both ends included. Callers: credentials, presentation,
settlement. 中文: 参保人与参保关系。
"""

from openyibao.rooms.people.records import (
    BASE_INSURANCES,
    DocumentType,
    Enrolment,
    EntitlementPeriod,
    EntitlementState,
    InsuranceType,
    InsuredPerson,
    PersonCategory,
    Sex,
)

__all__ = [
    "BASE_INSURANCES",
    "DocumentType",
    "Enrolment",
    "EntitlementPeriod",
    "EntitlementState",
    "InsuranceType",
    "InsuredPerson",
    "PersonCategory",
    "Sex",
]
