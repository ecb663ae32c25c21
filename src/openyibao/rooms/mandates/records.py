"""Records of family mandates. 中文: 亲情账户授权记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec


class MandateBasis(StrEnum):
    """Why this relative may act: what the agent is to the principal (授权依据)."""

    parent = "parent"
    guardian = "guardian"
    spouse = "spouse"
    child = "child"
    other = "other"


class MandateSight(StrEnum):
    """What the agent sees of the principal's insurance: nothing, bills, or bills and balance (可查看范围)."""

    nothing = "nothing"
    bills = "bills"
    balance = "balance"


class ConsentWay(StrEnum):
    """How consent was given: a guardian's for a child, on the principal's own device, by live face, before officers."""

    guardian = "guardian"
    own_device = "own_device"
    face = "face"
    officer = "officer"


class MandateParty(StrEnum):
    """Who acts: the one whose code it is, the relative who shows it, or the agency (授权各方)."""

    principal = "principal"
    agent = "agent"
    agency = "agency"


class MandateState(StrEnum):
    """Where a mandate stands on a day; derived from its dates, never stored (授权状态)."""

    offered = "offered"
    active = "active"
    paused = "paused"
    refused = "refused"
    ended = "ended"
    expired = "expired"


class KinshipProof(StrEnum):
    """What proves a guardian: the birth certificate, the household register, a court's or committee's appointment."""

    birth_certificate = "birth_certificate"
    household_register = "household_register"
    appointment = "appointment"


class Kinship(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is a child's parent or guardian by a document that two officers saw (监护关系), in the child's bucket."""

    bucket: int
    kinship_id: int
    child_person_id: int
    guardian_bucket: int
    guardian_person_id: int
    basis: MandateBasis
    proof: KinshipProof
    proof_digest: bytes
    entered_at: datetime
    maker: str
    approver: str


class NewMandate(msgspec.Struct, frozen=True, kw_only=True):
    """What is offered. ``per_bill_fen`` 0: the agent pays nothing; None: no limit. ``valid_until`` is the last day."""

    bucket: int
    principal_person_id: int
    principal_masked: str
    principal_birth_on: date
    agent_bucket: int
    agent_person_id: int
    agent_masked: str
    basis: MandateBasis
    purposes: tuple[str, ...]
    per_bill_fen: int | None = None
    per_day_fen: int | None = None
    sees: MandateSight = MandateSight.nothing
    may_file: bool = False
    valid_from: date
    valid_until: date | None = None


class FamilyMandate(NewMandate, frozen=True, kw_only=True):
    """A relative may show a person's code within edges (亲情账户授权), in the principal's bucket."""

    mandate_id: int
    offered_at: datetime
    offered_by: MandateParty
    consented_at: datetime | None = None
    consent_way: ConsentWay | None = None
    own_consent_at: datetime | None = None
    own_consent_way: ConsentWay | None = None
    ended_at: datetime | None = None
    ended_by: MandateParty | None = None


class MandateBinding(msgspec.Struct, frozen=True, kw_only=True):
    """The principal's credential on the agent's device: it lives no longer than the agent's own binding there."""

    bucket: int
    binding_id: int
    mandate_id: int
    agent_bucket: int
    agent_binding_id: int
    bound_at: datetime


class MandateUseKind(StrEnum):
    """A bill paid by a relative's showing, or given back by a reversal (使用 / 退回)."""

    used = "used"
    refunded = "refunded"


class MandateUse(msgspec.Struct, frozen=True, kw_only=True):
    """What the principal's account paid when a relative showed the code (亲情账户使用记录), in the principal's cell."""

    cell: int
    use_id: int
    mandate_id: int
    principal_person_id: int
    kind: MandateUseKind
    amount_fen: int
    settlement_id: int
    institution_id: int
    used_on: date


class MandateSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How many relatives one may show, and by how many one may be shown."""

    relatives_max: int = 5
    agents_max: int = 3
