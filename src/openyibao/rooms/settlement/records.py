"""Records of settling. 中文: 结算记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from openyibao.rooms.encounters import FeeItem, LineNote, NewEncounter, NewFeeItem
from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.mutual_aid import MutualAid
from openyibao.rooms.policies import AccountUse, Burden, ExplainedStep, Fund, PersonFacts, Sort, Split, VisitFacts
from openyibao.rooms.settlement.parting import WaitingPart

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
    ``visit_token`` proves that the person is here; a stay is settled without, and so is a visit whose person agreed to it
    when it was opened (FIELD 18). ``fee_batch_ids`` chooses batches that wait; none: all of them. ``interim`` says what the
    caller means of a stay (None: what it is): interim while the patient lies there, for good after the discharge.
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
    fee_batch_ids: tuple[int, ...] = ()
    interim: bool | None = None
    token_lasts: bool = False
    expected_total_fen: int | None = None
    grant: AidGrant | None = None
    """What is held in another cell for this bill; the fronts draw it, no caller sends it."""


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
    """Undo, by its key and verb, an act whose answer was lost; one that never came is barred (冲正)."""

    institution_id: int
    operator_code: str
    terminal_code: str
    request_key: str
    digest: bytes
    original_key: str
    original_verb: str = "settle"


class RefundLine(msgspec.Struct, frozen=True, kw_only=True):
    """What of a settled line is given back: quantity and amount above zero, and the packs that return (退费明细)."""

    line_no: int
    quantity_e4: int
    amount_fen: int
    trace_codes: tuple[str, ...] = ()


class RefundRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Take some items of a settlement back and settle the rest, in one act (退费)."""

    institution_id: int
    operator_code: str
    terminal_code: str
    request_key: str
    digest: bytes
    cell: int
    settlement_id: int
    lines: tuple[RefundLine, ...]


class RepriceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The agency prices settlements of one person again, or takes them back out of order; later ones follow (重算).

    ``remove``: the named ones are reversed for good. ``agency``: the pooling area that acts, under whose name the key is.
    """

    agency: int
    request_key: str
    digest: bytes
    cell: int
    settlement_ids: tuple[int, ...]
    remove: bool
    maker: str
    approver: str
    why: str


class AidGrant(msgspec.Struct, frozen=True, kw_only=True):
    """What is held for one bill on a relative's account in another cell (共济预占), under the bill's own key."""

    agreement: MutualAid
    pots: dict[AccountPot, int]
    reference: str


class AidFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whose account may pay for a relative's bill, at most how much, and what each pot paid (共济事实).

    ``reference`` names the holds in the owner's cell; empty where the owner lives in the bill's own.
    """

    agreement_id: int
    owner_cell: int
    owner_person_id: int
    owner_masked: str
    most_fen: int
    current_fen: int = 0
    past_fen: int = 0
    held: dict[AccountPot, int] = {}
    reference: str = ""


class SettlementFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a settlement was computed from, stored with it so that it can be computed again.

    The balances are what the pots had available: what was held on them is taken off.
    ``filing_ids`` are the filings it stands on; ``on_list`` the lines on the list of the visit's disease, None where there
    is no such list; ``home_rows`` the catalogue rows of the insured area, by line, where care was taken elsewhere.
    """

    person: PersonFacts
    visit: VisitFacts
    price_limit_level: str
    accumulators_before: dict[str, int]
    accumulators_after: dict[str, int]
    account_balance_before_fen: int
    account_use: AccountUse
    fee_batch_ids: tuple[int, ...]
    past_account_balance_before_fen: int = 0
    past_account_fen: int = 0
    """What of the person's own account came from past years' pot, or goes back to it."""
    account_year: int = 0
    """The account year the current pot was of: what is returned after its turn belongs to past years."""
    aid: AidFacts | None = None
    borne_lines: tuple[int, ...] = ()
    """Numbers of the lines that the institution bears: their practitioner's payment standing rested."""
    pack_count: int = 0
    """How many packs it moved; each has left a stock movement."""
    filing_ids: tuple[int, ...] = ()
    on_list: tuple[int, ...] | None = None
    home_rows: tuple[tuple[int, int], ...] = ()
    mandate_id: int | None = None
    """Under which family mandate a relative showed the code."""
    printed_id: int | None = None  # the binding of the printed code that was shown


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

    @property
    def past_account_balance_after_fen(self) -> int:
        """What past years' pot had available afterwards; ``account_balance_after_fen`` is of the current one."""
        paid_fen = self.facts.past_account_fen
        back = self.kind is SettlementKind.reversal
        return self.facts.past_account_balance_before_fen + (paid_fen if back else -paid_fen)


class CorrectionKind(StrEnum):
    """Why settlements were reversed and settled again in one act (更正种类)."""

    refund = "refund"
    repricing = "repricing"
    restoration = "restoration"


class CorrectedSettlement(msgspec.Struct, frozen=True, kw_only=True):
    """One settlement of a correction: what it was, its reversal, and what stands in its place, if anything (更正明细)."""

    cell: int
    correction_id: int
    place: int
    settlement_id: int
    reversal_id: int
    new_settlement_id: int | None


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """Settlements reversed and settled again in one act, with who, who approved, and why (更正)."""

    cell: int
    correction_id: int
    kind: CorrectionKind
    person_id: int
    institution_id: int
    maker: str
    approver: str
    why: str
    fee_batch_id: int | None
    """The batch of negative lines that a refund added."""
    corrected_on: date
    corrected_at: datetime


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of refund_items, reprice and of annulling a reversal, with the differences: new less old, in fen."""

    correction: Correction
    settlements: tuple[CorrectedSettlement, ...]
    fund_total_fen: int
    personal_account_fen: int
    cash_fen: int
    """Below zero: the person gets it back; above: the person owes it."""
    repeated: bool = False


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
    past_account_balance_before_fen: int = 0
    past_account_balance_after_fen: int = 0
    aid_owner_masked: str | None = None
    """Whose account mutual aid would come from, masked."""
    notes: tuple[LineNote, ...] = ()
    """What the clerk should know of lines that are taken all the same."""
    rest: tuple[WaitingPart, ...] = ()
    """Of a stay over the year's end: what this bill leaves to settlements of their own."""


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
    corrections: tuple[Corrected, ...] = ()
    """In which acts it was replaced, or made."""


class OutcomeState(StrEnum):
    """What is known of a request (查询结果). ``done`` and ``undone``: of verbs that settle nothing."""

    unknown = "unknown"
    done = "done"
    undone = "undone"
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
