"""Records of settling. 中文: 结算记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from openyibao.kit.outcome import Refused
from openyibao.rooms.encounters import EncounterKind, FeeItem, NewEncounter, NewFeeItem
from openyibao.rooms.entitlement import Carried
from openyibao.rooms.people import InsuranceType, PersonCategory
from openyibao.rooms.policies import AccountUse, Burden, ExplainedStep, Fund, PersonFacts, Sort, Split, VisitFacts

FUND_COLUMNS = tuple((fund, f"{fund.value}_fen") for fund in Fund)
"""Each fund with its column in a settlement."""


class SettlementKind(StrEnum):
    """A settlement, or the reversal of one (结算 / 结算撤销)."""

    settlement = "settlement"
    reversal = "reversal"


class ExpectedSplit(msgspec.Struct, frozen=True, kw_only=True):
    """The three sums of the pre-settlement that the person agreed to; another split is refused as changed."""

    fund_total_fen: int
    personal_account_fen: int
    cash_fen: int


class SettleRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Settle a visit's open lines, or a whole visit in one call.

    Either ``cell`` and ``encounter_id`` of a visit with uploaded lines, or ``encounter`` and ``items`` of a new one.
    ``visit_token`` proves that the person is here; a stay is settled without (FIELD 18).
    """

    institution_id: int
    operator_code: str
    terminal_code: str
    request_key: str
    digest: bytes
    visit_token: str | None = None
    cell: int | None = None
    encounter_id: int | None = None
    encounter: NewEncounter | None = None
    items: tuple[NewFeeItem, ...] = ()
    account_use: AccountUse = AccountUse.own
    expected: ExpectedSplit | None = None


class ReverseRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Undo a settlement of this institution; the latest first."""

    institution_id: int
    operator_code: str
    terminal_code: str
    request_key: str
    digest: bytes
    cell: int
    settlement_id: int


class AnnulRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Undo, by its key, a settling whose answer was lost; one that never came is barred (冲正)."""

    institution_id: int
    operator_code: str
    terminal_code: str
    request_key: str
    digest: bytes
    original_key: str


class SettlementFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a settlement was computed from, stored with it so that it can be computed again."""

    person: PersonFacts
    visit: VisitFacts
    price_limit_level: str
    accumulators_before: dict[str, int]
    accumulators_after: dict[str, int]
    account_balance_before_fen: int
    account_use: AccountUse
    fee_batch_ids: tuple[int, ...]


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """One settlement or reversal (结算), field by field as its row. A reversal carries its original's amounts."""

    cell: int
    settlement_id: int
    kind: SettlementKind
    original_settlement_id: int | None
    encounter_id: int
    person_id: int
    enrolment_id: int
    institution_id: int
    operator_code: str
    terminal_code: str
    pooling_area: int
    treatment_area: int
    insurance_type: str
    policy_year: int
    turn: int
    """Its place among all that changed this person's accumulators of the insurance and year, from 1."""
    settled_on: date
    settled_at: datetime
    document_hash: str
    facts: SettlementFacts
    fee_total_fen: int
    excluded_fen: int
    over_limit_fen: int
    first_share_fen: int
    in_policy_fen: int
    deductible_fen: int
    pooled_fund_fen: int
    large_sum_fen: int
    serious_illness_fen: int
    civil_servant_fen: int
    employer_supplement_fen: int
    disabled_veterans_fen: int
    medical_aid_fen: int
    maternity_fen: int
    veteran_cadre_fen: int
    other_funds_fen: int
    fund_total_fen: int
    institution_borne_fen: int
    person_total_fen: int
    own_share_fen: int
    personal_account_fen: int
    mutual_aid_fen: int
    cash_fen: int
    account_balance_after_fen: int

    def funds_fen(self) -> dict[Fund, int]:
        """The funds that paid something."""
        return {fund: amount for fund, column in FUND_COLUMNS if (amount := getattr(self, column))}


class PastBill(msgspec.Struct, frozen=True, kw_only=True):
    """What running a stored settlement again under another policy needs of its row (历史结算)."""

    cell: int
    settlement_id: int
    encounter_id: int
    person_id: int
    policy_year: int
    turn: int
    settled_on: date
    document_hash: str
    facts: SettlementFacts
    fee_total_fen: int
    burden: Burden
    """Who bore it, as stored."""


class ExplainedChange(msgspec.Struct, frozen=True, kw_only=True):
    """One settlement under its own policy and under a draft, with the steps of both (测算举例).

    ``gain_fen`` is what less the person bears. ``refused`` is the code for which the draft gives no benefit.
    """

    cell: int
    settlement_id: int
    settled_on: date
    sort: Sort
    gain_fen: int
    fee_total_fen: int
    before: Burden
    after: Burden
    steps_before: tuple[ExplainedStep, ...]
    steps_after: tuple[ExplainedStep, ...]
    refused: str | None


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of settle, reverse and annul; ``repeated`` when the key was known."""

    settlement: Settlement
    repeated: bool = False


class SlipLabel(msgspec.Struct, frozen=True, kw_only=True):
    """A word of the area's slip (自付一 …) in both languages, with its amount in fen."""

    zh: str
    en: str
    amount_fen: int


class PreSettled(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of pre_settle: the split as it would be now, explained; nothing was written."""

    split: Split
    steps: tuple[ExplainedStep, ...]
    labels: tuple[SlipLabel, ...]
    document_hash: str
    document_title_zh: str
    document_title_en: str
    account_balance_before_fen: int
    account_balance_after_fen: int


class ExplainedSettlement(msgspec.Struct, frozen=True, kw_only=True):
    """A stored settlement with its lines and its explanation, derived again."""

    settlement: Settlement
    items: tuple[FeeItem, ...]
    item_names: dict[str, str]
    steps: tuple[ExplainedStep, ...]
    labels: tuple[SlipLabel, ...]
    reversed_by: int | None
    document_title_zh: str
    document_title_en: str


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


class OutcomeState(StrEnum):
    """What is known of a request (查询结果)."""

    unknown = "unknown"
    settled = "settled"
    reversed = "reversed"
    refused = "refused"
    barred = "barred"


class FoundOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request key; ``next_actions`` names what is allowed now."""

    state: OutcomeState
    settlement: Settlement | None
    reason: str | None
    next_actions: tuple[str, ...]


class VerifyFault(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that does not hold: stable ``kind``, where, and a sentence."""

    kind: str
    where: str
    zh: str
    en: str
