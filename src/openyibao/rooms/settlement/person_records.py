"""Records of what a person is told outside a bill: eligibility, account movements, merged records. 中文: 个人查询记录。"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from openyibao.kit.outcome import Refused
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.entitlement import Carried
from openyibao.rooms.people import InsuranceType, PersonCategory
from openyibao.rooms.policies import Fund


class EligibleAs(StrEnum):
    """What an enrolment is on a day (参保关系当日状态)."""

    enjoyed = "enjoyed"
    follows_base = "follows_base"
    second_base = "second_base"
    other_area = "other_area"
    not_begun = "not_begun"
    ended = "ended"


class EnrolmentStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One of a person's enrolments, wherever it is, and what it is on the day."""

    enrolment_id: int
    agency_area: int
    pooling_area: int
    insurance_type: InsuranceType
    person_category: PersonCategory
    begins_on: date
    ends_on: date | None
    eligible_as: EligibleAs


class FundStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a fund is enjoyed, or why not; since when, until when, and what comes then (None: nothing known ends it)."""

    fund: Fund
    enjoyed: bool
    why: str | None
    since: date
    until: date | None
    then: str | None
    ceiling_left_fen: int | None


class Eligibility(msgspec.Struct, frozen=True, kw_only=True):
    """What a person enjoys on a day for a kind of visit (待遇资格). The personal account pays whatever the funds do."""

    on: date
    kind: EncounterKind
    refused: Refused | None
    """Why no base insurance is enjoyed in the area that the credential leads to."""
    enrolments: tuple[EnrolmentStanding, ...]
    findings: tuple[str, ...]
    funds: tuple[FundStanding, ...]
    paid_until: date | None
    years_running: int | None
    deductible_fen: int | None
    deductible_left_fen: int | None
    account_balance_fen: int | None
    balances_elsewhere_fen: dict[int, int]
    """Balances that stayed behind, by pooling area."""


class MergeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Two records of one person: the first goes, the other goes on."""

    bucket: int
    person_id: int
    into_bucket: int
    into_person_id: int


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge carried over, and what it stopped."""

    carried: tuple[Carried, ...]
    balance_carried_fen: int
    credential_revoked: bool


class MovementKind(StrEnum):
    """What moved a person's account (账户变动)."""

    credited = "credited"
    interest = "interest"
    carried = "carried"
    paid = "paid"
    returned = "returned"
    aided = "aided"
    aid_returned = "aid_returned"
    purse_sent = "purse_sent"
    purse_received = "purse_received"


class AccountMovement(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a person's statement (账户明细): below zero where it went out; carrying over moves nothing in sum."""

    movement_id: int
    kind: MovementKind
    moved_on: date
    amount_fen: int
    institution_id: int | None = None
