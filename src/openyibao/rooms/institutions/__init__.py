"""Designated hospitals and pharmacies, what they agreed, who works there, and the keys of their messages.

Keeps: institutions, service agreements, practitioners, terminals, operators, session keys. Promises: a suspended
institution acts no more from the next batch on. Units: dates in Shanghai, both ends included.
Callers: presentation, encounters, settlement, the fronts' authentication. 中文: 定点医药机构。
"""

from openyibao.rooms.institutions.records import (
    Institution,
    InstitutionKind,
    InstitutionLevel,
    InstitutionState,
    Operator,
    PaymentStanding,
    Practitioner,
    PractitionerKind,
    Service,
    ServiceAgreement,
    SessionKey,
    Terminal,
)

__all__ = [
    "Institution",
    "InstitutionKind",
    "InstitutionLevel",
    "InstitutionState",
    "Operator",
    "PaymentStanding",
    "Practitioner",
    "PractitionerKind",
    "Service",
    "ServiceAgreement",
    "SessionKey",
    "Terminal",
]
