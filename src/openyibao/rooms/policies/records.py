"""Records of a bill's split: facts in, amounts out. 中文: 待遇计算的输入与结果。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import msgspec

from openyibao.kit.money import line_amount_fen, share_fen
from openyibao.rooms.catalogue import PaymentClass
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.institutions import InstitutionLevel
from openyibao.rooms.people import InsuranceType, PersonCategory


class Fund(StrEnum):
    """Who pays beside the person (基金), in the order of a settlement's columns."""

    pooled_fund = "pooled_fund"
    large_sum = "large_sum"
    serious_illness = "serious_illness"
    civil_servant = "civil_servant"
    employer_supplement = "employer_supplement"
    disabled_veterans = "disabled_veterans"
    medical_aid = "medical_aid"
    maternity = "maternity"
    veteran_cadre = "veteran_cadre"
    other_funds = "other_funds"


class AccountUse(StrEnum):
    """Whether a personal account pays (账户使用)."""

    none = "none"
    own = "own"
    mutual_aid = "mutual_aid"


class PersonFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy may ask of the person on the day of the bill. Stored with each settlement."""

    insurance_type: InsuranceType
    person_category: PersonCategory
    groups: tuple[str, ...] = ()
    birth_on: date | None = None
    funds_stopped: tuple[str, ...] = ()
    """Funds not enjoyed on the day; they pay zero (FIELD 3)."""


class VisitFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy may ask of the visit. ``admission_no`` counts stays of the policy year, this one included."""

    kind: EncounterKind
    level: InstitutionLevel
    on: date
    admission_no: int = 1
    disease_code: str | None = None
    remote: str | None = None


class LineSplit(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of one line; they sum to its amount (费用明细分割)."""

    line_no: int
    excluded_fen: int = 0
    over_limit_fen: int = 0
    first_share_fen: int = 0
    in_policy_fen: int = 0


class BillLine(msgspec.Struct, frozen=True, kw_only=True):
    """One fee line with what the catalogue says of it, ready to be split.

    ``amount_fen`` as sent rules. ``price_limit_micro`` is that of the institution's level, None for no limit; the over-limit
    part is what the amount exceeds limit x quantity. First share as ``CatalogueItem``. ``excluded`` lines (class C,
    restricted use without approval) count wholly as excluded. Negative lines carry negative quantity and amount.
    """

    line_no: int
    item_code: str
    payment_class: PaymentClass
    amount_fen: int
    quantity_e4: int
    price_limit_micro: int | None = None
    first_share_bp: int = 0
    first_share_fixed_fen: int = 0
    restricted: bool = False
    hospital_approved: bool = True

    def parts(self) -> LineSplit:
        """Excluded, then over the limit, then first share, then in policy; a negative line mirrors the positive one."""
        amount_fen = self.amount_fen
        if self.payment_class is PaymentClass.c or (self.restricted and not self.hospital_approved):
            return LineSplit(line_no=self.line_no, excluded_fen=amount_fen)
        sign = -1 if amount_fen < 0 else 1
        rest_fen, quantity_e4 = sign * amount_fen, sign * self.quantity_e4
        over_fen = first_fen = 0
        if self.price_limit_micro is not None:
            limit_fen = max(0, line_amount_fen(self.price_limit_micro, quantity_e4))
            over_fen = max(0, rest_fen - limit_fen)
            rest_fen -= over_fen
        if self.payment_class is PaymentClass.b:
            if self.first_share_fixed_fen:
                # Whole units only, and never more than what there is.
                first_fen = min(rest_fen, max(0, self.first_share_fixed_fen * (quantity_e4 // 10_000)))
            else:
                first_fen = share_fen(rest_fen, self.first_share_bp)
        return LineSplit(
            line_no=self.line_no,
            over_limit_fen=sign * over_fen,
            first_share_fen=sign * first_fen,
            in_policy_fen=sign * (rest_fen - first_fen),
        )


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """Who pays how many fen of a bill (待遇计算结果). The identities of GLOSSARY hold to the fen.

    ``accumulators_after`` is the whole map after the bill; reversal restores it by subtracting ``after - before``.
    """

    fee_total_fen: int
    excluded_fen: int
    over_limit_fen: int
    first_share_fen: int
    in_policy_fen: int
    deductible_fen: int
    funds_fen: Mapping[Fund, int]
    """Only funds that pay something."""
    fund_total_fen: int
    institution_borne_fen: int
    person_total_fen: int
    own_share_fen: int
    personal_account_fen: int
    mutual_aid_fen: int
    cash_fen: int
    lines: tuple[LineSplit, ...]
    accumulators_after: Mapping[str, int]


class ExplainedStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the explanation: which rule, from which article, on what base, at what rate, how much, what is left.

    ``payer`` is a fund, ``person`` (what stays with the person, one step a part, summing to the person total),
    ``personal_account`` and ``cash`` (how the person total is met), or ``none``: a step that sorts or counts, by which
    nobody pays. So the amounts of each payer sum to the split.
    """

    rule: str
    article: str
    zh: str
    en: str
    base_fen: int
    ratio_bp: int | None
    amount_fen: int
    payer: str
    left_fen: int | None = None
    """What is left of the deductible or ceiling this step used; None where neither is meant."""
    line_no: int | None = None
