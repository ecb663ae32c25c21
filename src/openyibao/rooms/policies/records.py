"""Records of a bill's split: facts in, amounts out. 中文: 待遇计算的输入与结果。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import msgspec

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


class Remote(StrEnum):
    """On what ground care is taken outside the insured area (异地就医类型)."""

    long_term = "long_term"
    transfer = "transfer"
    emergency = "emergency"
    temporary = "temporary"
    unfiled = "unfiled"


class PrescriptionKind(StrEnum):
    """What a pharmacy's sale stands on: its own doctor's prescription, one from outside, or none (处方来源)."""

    own = "own"
    external = "external"
    none = "none"


class PlaceKind(StrEnum):
    """What sort of place it is, where the level says too little (机构类型)."""

    hospital = "hospital"
    community = "community"
    pharmacy = "pharmacy"
    dual_channel = "dual_channel"


class PersonFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a policy may ask of the person on the day of the bill. Stored with each settlement."""

    insurance_type: InsuranceType
    person_category: PersonCategory
    groups: tuple[str, ...] = ()
    birth_on: date | None = None
    funds_stopped: tuple[str, ...] = ()
    """Funds not enjoyed on the day; they pay zero (FIELD 3). The document's own entitlement rules may stop more."""
    enrolled_on: date | None = None
    paid_until: date | None = None
    """The last day that contributions are paid for."""
    waiting_until: date | None = None
    """The first day after a waiting period that the agency has set."""
    years_running: int | None = None
    """Whole years insured without a break."""


class VisitFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a policy may ask of the visit. ``admission_no`` counts stays of the policy year, this one included.

    ``on`` is the deciding day (``deciding_day``). ``remote`` None is care in the insured area. ``filed`` are the
    diseases with a filing on the day. ``price_level`` is the level whose price limits hold, where it differs from
    ``level``. ``stay_so_far`` is what earlier settlements of the same stay have met: ``in_policy``, ``deductible``, by
    layer id what each layer has paid, and as ``<layer id>.base`` what a layer on the person's burden has counted.
    """

    kind: EncounterKind
    level: InstitutionLevel
    on: date
    admission_no: int = 1
    disease_code: str | None = None
    remote: Remote | None = None
    prescription: PrescriptionKind | None = None
    institution: PlaceKind | None = None
    price_level: InstitutionLevel | None = None
    filed: tuple[str, ...] = ()
    designated: bool = True
    admitted_on: date | None = None
    discharged_on: date | None = None
    last_discharge_on: date | None = None
    stay_so_far: Mapping[str, int] = {}
    account_only: bool = False
    """The institution's agreement is for the personal account only: every fund pays zero."""


class LineSplit(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of one line; they sum to its amount (费用明细分割).

    ``institution_borne_fen`` is what of the over-limit or excluded part the institution bears; it is inside them.
    """

    line_no: int
    excluded_fen: int = 0
    over_limit_fen: int = 0
    first_share_fen: int = 0
    in_policy_fen: int = 0
    institution_borne_fen: int = 0


class BillLine(msgspec.Struct, frozen=True, kw_only=True):
    """One fee line with what the catalogue says of it, ready to be split.

    ``amount_fen`` as sent rules. ``price_limit_micro`` is that of the institution's level, None for no limit; the over-limit
    part is what the amount exceeds limit x quantity, unless the sender gives it as ``over_limit_fen``. First share as
    ``CatalogueItem``; a rule of the document may set another. ``chronic_list`` says whether the item stands on the list
    of the visit's disease, None where nobody has looked. ``institution_borne`` lines are the institution's loss (a
    suspended practitioner). Negative lines carry negative quantity and amount.
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
    negotiated: bool = False
    chronic_list: bool | None = None
    over_limit_fen: int | None = None
    institution_borne: bool = False
    on: date | None = None
    wellness: bool = False
    """Wellness goods (保健品): outside the catalogue, and no personal account ever pays for them."""


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
    past_account_fen: int
    """What of the personal account comes from past years' pot."""
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
