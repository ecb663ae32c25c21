"""Designated hospitals and pharmacies, what they agreed, who works there, and the keys of their messages.

Keeps: institutions, service agreements, practitioners and the decisions on their payment standing, terminals, operators,
session keys. Promises: a suspended institution acts no more from the next batch on; how a practitioner stood on a past
day never changes. Units: dates in Shanghai, both ends included.
Callers: presentation, encounters, settlement, the fronts' authentication. 中文: 定点医药机构。
"""

from openyibao.rooms.institutions.records import (
    Institution,
    InstitutionKind,
    InstitutionLevel,
    InstitutionState,
    NewOperator,
    NewStandingDecision,
    Operator,
    PaymentStanding,
    Practitioner,
    PractitionerKind,
    Service,
    ServiceAgreement,
    SessionKey,
    StandingDecision,
    Terminal,
)
from openyibao.rooms.institutions.roles import OperatorRole, expected_of_roles, give_roles, has_role, take_role
from openyibao.rooms.institutions.rules import (
    INSTITUTION_SUSPENDED,
    agreement_for,
    check_password,
    check_second_factor,
    hash_password,
    judge_service,
    may_act,
    practitioner_known,
    second_factor_code,
)
from openyibao.rooms.institutions.service import (
    Directory,
    add_operators,
    add_practitioners,
    add_terminals,
    agree_services,
    issue_session_keys,
    register_institutions,
    resume,
    set_public_key,
    sign_in,
    suspend,
)
from openyibao.rooms.institutions.sessions import agree_session
from openyibao.rooms.institutions.standing import (
    POINTS_MAX,
    decide_standings,
    expected_of_decisions,
    find_lost_decisions,
)
from openyibao.rooms.institutions.telling import expected_of_institutions

__all__ = [
    "INSTITUTION_SUSPENDED",
    "POINTS_MAX",
    "Directory",
    "Institution",
    "InstitutionKind",
    "InstitutionLevel",
    "InstitutionState",
    "NewOperator",
    "NewStandingDecision",
    "Operator",
    "OperatorRole",
    "PaymentStanding",
    "Practitioner",
    "PractitionerKind",
    "Service",
    "ServiceAgreement",
    "SessionKey",
    "StandingDecision",
    "Terminal",
    "add_operators",
    "add_practitioners",
    "add_terminals",
    "agree_services",
    "agree_session",
    "agreement_for",
    "check_password",
    "check_second_factor",
    "decide_standings",
    "expected_of_decisions",
    "expected_of_institutions",
    "expected_of_roles",
    "find_lost_decisions",
    "give_roles",
    "has_role",
    "hash_password",
    "issue_session_keys",
    "judge_service",
    "may_act",
    "practitioner_known",
    "register_institutions",
    "resume",
    "second_factor_code",
    "set_public_key",
    "sign_in",
    "suspend",
    "take_role",
]
