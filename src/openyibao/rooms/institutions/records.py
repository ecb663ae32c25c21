"""Records of designated institutions and who works there. 中文: 定点医药机构记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec


class InstitutionKind(StrEnum):
    """Hospital or pharmacy (定点医疗机构 / 定点零售药店)."""

    hospital = "hospital"
    pharmacy = "pharmacy"


class InstitutionLevel(StrEnum):
    """The level by which deductible and ratio are read (起付线与比例等级)."""

    community = "community"
    primary = "primary"
    secondary = "secondary"
    tertiary = "tertiary"
    ministry = "ministry"


class InstitutionState(StrEnum):
    """Whether the institution may act (机构状态)."""

    active = "active"
    suspended = "suspended"
    ended = "ended"


class Service(StrEnum):
    """What an agreement covers (协议服务)."""

    outpatient = "outpatient"
    inpatient = "inpatient"
    chronic = "chronic"
    dual_channel = "dual_channel"
    account_only = "account_only"
    cross_region = "cross_region"
    maternity = "maternity"


class PractitionerKind(StrEnum):
    """What a practitioner is (医保医师/护士/药师/技师)."""

    doctor = "doctor"
    nurse = "nurse"
    pharmacist = "pharmacist"
    technician = "technician"


class PaymentStanding(StrEnum):
    """Whether insurance pays this practitioner's lines (支付资格)."""

    good = "good"
    suspended = "suspended"
    ended = "ended"


class ServiceAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """What an institution agreed with an area's agency (医保服务协议). ``valid_until`` is the last day; None is open."""

    institution_id: int
    pooling_area: int
    service: Service
    valid_from: date
    valid_until: date | None


class Practitioner(msgspec.Struct, frozen=True, kw_only=True):
    """A doctor, nurse, pharmacist or technician at one institution (医保医师等)."""

    institution_id: int
    practitioner_code: str
    name: str
    kind: PractitionerKind
    payment_standing: PaymentStanding
    suspended_until: date | None = None


class StandingDecision(msgspec.Struct, frozen=True, kw_only=True):
    """An agency's word on a practitioner's payment standing (支付资格处理), nationwide, from a day after it was decided on.

    ``points`` are the points this decision adds (记分); ``until_on`` is the last day it holds, None for good or until the
    next. ``turn`` counts the decisions on one practitioner.
    """

    decision_id: int
    practitioner_code: str
    turn: int
    standing: PaymentStanding
    points: int
    begins_on: date
    until_on: date | None
    ground: str
    decided_on: date
    actor: str


class NewStandingDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as an agency gives it."""

    practitioner_code: str
    standing: PaymentStanding
    points: int = 0
    begins_on: date
    until_on: date | None = None
    ground: str


class Terminal(msgspec.Struct, frozen=True, kw_only=True):
    """A registered place where codes are scanned (终端)."""

    institution_id: int
    terminal_code: str
    kind: str
    active: bool


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """A person at a counter who signs in (操作员)."""

    institution_id: int
    operator_code: str
    name: str
    role: str
    active: bool


class SessionKey(msgspec.Struct, frozen=True, kw_only=True):
    """The key an institution's messages are authenticated with (会话密钥); agreed at sign-in under SM2."""

    session_key_id: int
    institution_id: int
    secret: bytes
    expires_at: datetime


class Institution(msgspec.Struct, frozen=True, kw_only=True):
    """A designated hospital or pharmacy (定点医药机构).

    ``grade`` is one of the 14 grades (等级, 1 tertiary special … 14); the three levels are read by policies and price
    limits, and stand apart from the grade (FIELD 7).
    """

    institution_id: int
    institution_code: str
    name: str
    kind: InstitutionKind
    grade: int
    level: InstitutionLevel
    price_limit_level: InstitutionLevel
    treatment_area: int
    state: InstitutionState
    public_key: bytes | None
    agreements: tuple[ServiceAgreement, ...]


class NewOperator(msgspec.Struct, frozen=True, kw_only=True):
    """An operator to enter. ``second_factor_secret`` is the shared secret of the authenticator app (20 octets)."""

    institution_id: int
    operator_code: str
    name: str
    role: str
    password_hash: str
    second_factor_secret: bytes

    def __repr__(self) -> str:
        return f"NewOperator({self.institution_id}, {self.operator_code})"


class SignInFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a sign-in is decided on, read under the operator's row lock."""

    operator: Operator
    password_hash: str
    second_factor_sealed: bytes
    failures: int
    locked_until: datetime | None
    last_second_factor_step: int
