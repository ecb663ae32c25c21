"""Records of a bill's split: facts in, amounts out. 中文: 待遇计算的输入与结果。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from openyibao.kit.money import BP, line_amount_fen, share_fen
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


class Confidence(StrEnum):
    """How sure a parameter is (可信度): read or reproduced by a real settlement, or a reading to be confirmed."""

    verified = "verified"
    illustrative = "illustrative"


class LayerMode(StrEnum):
    """How a layer's ratio counts: a share of its own, points on top of the layers before, or lifting their sum so far."""

    share = "share"
    points = "points"
    up_to = "up_to"


class LayerBase(StrEnum):
    """What a layer looks at: the in-policy spending, or what is left of the person's part after the layers before."""

    in_policy = "in_policy"
    own_share = "own_share"
    own_and_first_share = "own_and_first_share"


class Words(msgspec.Struct, frozen=True):
    """A name in both languages."""

    zh: str
    en: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a parameter was read."""

    title: str
    where: str
    as_of: str


class Cite(msgspec.Struct, frozen=True, kw_only=True):
    """What a parameter stands on: a source of the document, the article where known, how sure, and a word on it."""

    source: str
    article: str = ""
    confidence: Confidence = Confidence.verified
    note: str = ""


class When(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a row or layer is for; an empty tuple means any. Of several groups one is enough."""

    kind: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    group: tuple[str, ...] = ()

    def holds(self, kind: str, level: str, category: str, groups: tuple[str, ...]) -> bool:
        """Whether this sort of person and visit is meant."""
        return (
            (not self.kind or kind in self.kind)
            and (not self.level or level in self.level)
            and (not self.category or category in self.category)
            and (not self.group or any(group in self.group for group in groups))
        )


Who = tuple[str, str, str, tuple[str, ...]]
"""One sort of person and visit: kind, level, category, groups, as ``When.holds`` asks for them."""


class AmountRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sum for those it is for, in fen; a deductible may list one for each admission of the year, the last repeating."""

    amounts_fen: tuple[int, ...]
    when: When = When()
    cite: Cite | None = None


class RatioRow(msgspec.Struct, frozen=True, kw_only=True):
    """One ratio for those it is for, in basis points."""

    ratio_bp: int
    when: When = When()
    cite: Cite | None = None


def row_for(rows: Sequence[Any], who: Who) -> Any:
    """The first row (each has a ``when``) that is for this sort of person and visit, or None."""
    return next((row for row in rows if row.when.holds(*who)), None)


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A ratio up to a point of the spending, which is counted from zero and not from the deductible; None is open."""

    ratio_bp: int
    up_to_fen: int | None = None
    cite: Cite | None = None


class SegmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """The segments for those they are for."""

    segments: tuple[Segment, ...]
    when: When = When()
    cite: Cite | None = None


class Deductible(msgspec.Struct, frozen=True, kw_only=True):
    """What comes before the funds, per policy year or per visit (起付线)."""

    per_year: bool
    rows: tuple[AmountRow, ...]
    cite: Cite


class Ceiling(msgspec.Struct, frozen=True, kw_only=True):
    """The most a layer pays per year or visit, measured by the accumulators named in ``of`` together (封顶线)."""

    per_year: bool
    rows: tuple[AmountRow, ...]
    cite: Cite
    of: tuple[str, ...] = ()


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One payer in the chain (待遇层). Layers pay in the order of the document, each after those before it.

    ``thresholds`` None means: from the deductible on. ``after_ceiling_of`` lets a layer begin where another's ceiling
    ended. ``own_share_factors`` scale what the ratio leaves to the person (retired pay 60 % of it). ``accumulator`` takes
    what the layer paid, ``counted_by`` the base of an own-share layer whose threshold runs over the year.
    """

    layer_id: str
    title: Words
    fund: Fund
    mode: LayerMode
    ratios: tuple[SegmentRow, ...]
    cite: Cite
    base: LayerBase = LayerBase.in_policy
    when: When = When()
    thresholds: tuple[AmountRow, ...] | None = None
    own_share_factors: tuple[RatioRow, ...] = ()
    ceiling: Ceiling | None = None
    after_ceiling_of: str | None = None
    accumulator: str | None = None
    counted_by: str | None = None

    def segments_for(self, who: Who) -> tuple[Segment, ...]:
        """The segments for one sort of person and visit; none where no row is for them."""
        row: SegmentRow | None = row_for(self.ratios, who)
        return row.segments if row else ()

    def threshold_fen(self, who: Who) -> int:
        """The layer's own threshold, zero where it begins at the deductible."""
        row: AmountRow | None = row_for(self.thresholds or (), who)
        return row.amounts_fen[0] if row else 0

    def ratio_bp_in(self, segment: Segment, who: Who) -> int:
        """A segment's ratio after the own-share factor; whole basis points, as the document's check holds."""
        factor: RatioRow | None = row_for(self.own_share_factors, who)
        return BP - (BP if factor is None else factor.ratio_bp) * (BP - segment.ratio_bp) // BP

    def cite_for(self, segment: Segment | None, who: Who) -> Cite:
        """What a ratio stands on: the segment's word, else the row's, else the layer's."""
        row: SegmentRow | None = row_for(self.ratios, who)
        return (segment and segment.cite) or (row and row.cite) or self.cite


class Benefit(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of some encounter kinds (待遇). ``accumulates`` maps an amount of the split to its accumulator.

    With ``counts_year`` the segments run over the year's in-policy spending, else over that of the one visit.
    """

    benefit_id: str
    title: Words
    kinds: tuple[str, ...]
    counts_year: bool
    layers: tuple[Layer, ...]
    accumulates: Mapping[str, str] = {}
    deductible: Deductible | None = None


class AccountRule(msgspec.Struct, frozen=True, kw_only=True):
    """What the personal account may pay, after the funds: parts of the person's burden (个人账户支付范围)."""

    pays: tuple[str, ...]


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A word of the area's slip (自付一 …): some amounts of the split added, some taken off."""

    title: Words
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()


class Policy(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A checked policy document (待遇政策). ``valid_until`` is the last day; None is open.

    ``plans`` is the engine's memory (what the document means for one sort of person and visit); no answer depends on it.
    """

    policy_id: str
    title: Words
    area: int
    insurance: InsuranceType
    valid_from: date
    confidence: Confidence
    categories: tuple[str, ...]
    policy_year_starts: tuple[int, int]  # month and day
    rounding: str
    sources: Mapping[str, Source]
    account: AccountRule
    benefits: tuple[Benefit, ...]
    valid_until: date | None = None
    documents: tuple[str, ...] = ()
    accumulators: Mapping[str, Words] = {}
    labels: tuple[Label, ...] = ()
    plans: dict[Any, Any] = msgspec.field(default_factory=dict)

    @property
    def encounter_kinds(self) -> tuple[EncounterKind, ...]:
        """The kinds of visit the document speaks of; ``split`` may be asked for no other."""
        return tuple(EncounterKind(kind) for benefit in self.benefits for kind in benefit.kinds)

    def benefit_of(self, kind: str) -> Benefit:
        """The benefit for an encounter kind. Raises LookupError for a kind the document doesn't speak of."""
        for benefit in self.benefits:
            if kind in benefit.kinds:
                return benefit
        raise LookupError(f"{self.policy_id} says nothing of {kind}")

    def policy_year(self, on: date) -> int:
        """The policy year a day belongs to, named by the calendar year in which it starts."""
        return on.year if (on.month, on.day) >= self.policy_year_starts else on.year - 1
