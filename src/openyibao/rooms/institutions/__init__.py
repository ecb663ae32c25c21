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
    NewOperator,
    Operator,
    PaymentStanding,
    Practitioner,
    PractitionerKind,
    Service,
    ServiceAgreement,
    SessionKey,
    Terminal,
)
from openyibao.rooms.institutions.rules import (
    agreement_for,
    check_password,
    check_second_factor,
    hash_password,
    may_act,
    practitioner_known,
    second_factor_code,
)
from openyibao.rooms.institutions.service import (
    Directory,
    add_operators,
    add_practitioners,
    add_terminals,
    issue_session_keys,
    register_institutions,
    resume,
    sign_in,
    suspend,
)

__all__ = [
    "Directory",
    "Institution",
    "InstitutionKind",
    "InstitutionLevel",
    "InstitutionState",
    "NewOperator",
    "Operator",
    "PaymentStanding",
    "Practitioner",
    "PractitionerKind",
    "Service",
    "ServiceAgreement",
    "SessionKey",
    "Terminal",
    "add_operators",
    "add_practitioners",
    "add_terminals",
    "agreement_for",
    "check_password",
    "check_second_factor",
    "hash_password",
    "issue_session_keys",
    "may_act",
    "practitioner_known",
    "register_institutions",
    "resume",
    "second_factor_code",
    "sign_in",
    "suspend",
]
