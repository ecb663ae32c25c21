"""The nouns of a policy document: layers, benefits, items, time, the account's rules, the slip's labels.

中文: 待遇政策文档的内容。
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from openyibao.kit.money import BP
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.people import InsuranceType
from openyibao.rooms.policies.conditions import (
    AmountRow,
    Asks,
    Cite,
    Confidence,
    Source,
    When,
    Who,
    Words,
    row_for,
)
from openyibao.rooms.policies.lines import ItemRules
from openyibao.rooms.policies.records import Fund
from openyibao.rooms.policies.timing import DayRule, Entitlement, YearStart, policy_year, policy_year_start


class LayerMode(StrEnum):
    """How a layer's ratio counts: a share of its own, points on top of the layers before, or lifting their sum so far."""

    share = "share"
    points = "points"
    up_to = "up_to"


class Per(StrEnum):
    """Over what a deductible or ceiling runs."""

    year = "year"
    visit = "visit"
    month = "month"
    disease = "disease"


class Need(StrEnum):
    """What a benefit asks before it is given; what is missing is a refusal."""

    listed_disease = "listed_disease"
    filing = "filing"
    designation = "designation"
    prescription = "prescription"


class AccountTurn(StrEnum):
    """When the personal account pays (个人账户支付顺序)."""

    before_deductible = "before_deductible"
    after_funds = "after_funds"


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


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """A change to a layer's ratios for those it is for; all that fit are made, in order.

    ``own_share_bp`` scales what the ratio leaves to the person (retired pay 60 % of it), ``factor_bp`` the ratio itself,
    ``points_bp`` is added to it (negative: taken off).
    """

    when: When = When()
    own_share_bp: int | None = None
    factor_bp: int | None = None
    points_bp: int | None = None
    cite: Cite | None = None

    def exact(self, ratio_e8: int) -> int:
        """The changed ratio, in 10⁻⁸ of the whole."""
        whole = BP * BP
        if self.own_share_bp is not None:
            ratio_e8 = whole - (whole - ratio_e8) * self.own_share_bp // BP
        if self.factor_bp is not None:
            ratio_e8 = ratio_e8 * self.factor_bp // BP
        return ratio_e8 + (self.points_bp or 0) * BP


class Deductible(msgspec.Struct, frozen=True, kw_only=True):
    """What comes before the funds, per policy year or per visit (起付线).

    ``most_per_year`` bounds the sum of a year's deductibles per visit; ``cycle_days`` charges a stay once more for each
    further cycle, as if it were the next admission; a stay within ``readmission_days`` of the last discharge pays none.
    """

    per: Per
    rows: tuple[AmountRow, ...]
    cite: Cite
    most_per_year: tuple[AmountRow, ...] = ()
    cycle_days: int | None = None
    readmission_days: int | None = None


class Bonus(msgspec.Struct, frozen=True, kw_only=True):
    """What a ceiling gains for each year insured without a break beyond some, at most so much (连续参保激励)."""

    per_year_fen: int
    after_years: int
    at_most_fen: int

    def fen(self, years: int | None) -> int:
        """The bonus for so many years."""
        return min(self.at_most_fen, max(0, (years or 0) - self.after_years) * self.per_year_fen)

    def years(self) -> range:
        """The years at which the bonus changes."""
        return range(self.after_years, self.after_years + self.at_most_fen // max(self.per_year_fen, 1) + 2)


class Ceiling(msgspec.Struct, frozen=True, kw_only=True):
    """The most a layer pays per year, visit, month or disease (封顶线).

    ``of`` names the accumulators that use it up together; per visit only the layer itself does.
    """

    per: Per
    rows: tuple[AmountRow, ...]
    cite: Cite
    of: tuple[str, ...] = ()
    bonus: Bonus | None = None


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One payer in the chain (待遇层). Layers pay in the order of the document, each after those before it.

    ``base`` empty means the in-policy spending; else the parts of the person's burden that the layer looks at, after the
    layers before. ``thresholds`` None means: from the deductible on. ``after_ceiling_of`` lets a layer begin where
    another's ceiling ended. ``accumulator`` takes what the layer paid, ``counted_by`` the base of a layer on the
    person's burden whose threshold runs over the year.
    """

    layer_id: str
    title: Words
    fund: Fund
    mode: LayerMode
    ratios: tuple[SegmentRow, ...]
    cite: Cite
    base: tuple[str, ...] = ()
    when: When = When()
    thresholds: tuple[AmountRow, ...] | None = None
    adjustments: tuple[Adjustment, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
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

    def ratio_e8_in(self, segment: Segment, who: Who) -> int:
        """A segment's ratio after the adjustments, in 10⁻⁸ of the whole: the document's check holds it in bounds."""
        ratio_e8 = segment.ratio_bp * BP
        for adjustment in self.adjustments:
            if adjustment.when.holds(who):
                ratio_e8 = adjustment.exact(ratio_e8)
        return ratio_e8

    def ratio_bp_in(self, segment: Segment, who: Who) -> int:
        """A segment's ratio after the adjustments; whole basis points, as the document's check holds."""
        return self.ratio_e8_in(segment, who) // BP

    def cite_for(self, segment: Segment | None, who: Who) -> Cite:
        """What a ratio stands on: the segment's word, else the row's, else the layer's."""
        row: SegmentRow | None = row_for(self.ratios, who)
        return (segment and segment.cite) or (row and row.cite) or self.cite


class FixedPrice(msgspec.Struct, frozen=True, kw_only=True):
    """A price agreed for the whole visit (单病种、定额): what the covered parts exceed it, the institution bears."""

    rows: tuple[AmountRow, ...]
    cite: Cite
    covers: tuple[str, ...] = ("in_policy",)


class Benefit(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of some encounter kinds (待遇). ``accumulates`` maps an amount of the split to its accumulator.

    The first benefit whose kinds and ``when`` fit a visit is its own; one without kinds is only for lines that a rule of
    the items sends to it. With ``counts_year`` the segments run over the year's in-policy spending, else over the
    visit's. A benefit without layers leaves all to the person.
    """

    benefit_id: str
    title: Words
    kinds: tuple[str, ...] = ()
    when: When = When()
    needs: tuple[Need, ...] = ()
    diseases: Mapping[str, Words] = {}
    counts_year: bool = False
    layers: tuple[Layer, ...] = ()
    accumulates: Mapping[str, str] = {}
    deductible: Deductible | None = None
    fixed: FixedPrice | None = None


class AccountRule(msgspec.Struct, frozen=True, kw_only=True):
    """What the personal account pays, from which pots in order, and when (个人账户支付范围)."""

    pays: tuple[str, ...]
    pots: tuple[str, ...] = ("current", "past")
    turn: AccountTurn = AccountTurn.after_funds
    uses: tuple[str, ...] = ("own", "mutual_aid")
    when: When = When()
    cite: Cite | None = None


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A word of the area's slip (自付一 …): some amounts of the split added, some taken off."""

    title: Words
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()


class Policy(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A checked policy document (待遇政策). ``valid_until`` is the last day; None is open.

    ``asks`` is worked out when it is read. ``plans`` is the engine's memory (what the document means for one sort of
    person and visit); no answer depends on it.
    """

    policy_id: str
    title: Words
    area: int
    insurance: InsuranceType
    valid_from: date
    confidence: Confidence
    categories: tuple[str, ...]
    year_starts: tuple[YearStart, ...]
    rounding: str
    sources: Mapping[str, Source]
    account_rules: tuple[AccountRule, ...]
    benefits: tuple[Benefit, ...]
    valid_until: date | None = None
    documents: tuple[str, ...] = ()
    groups: Mapping[str, Words] = {}
    accumulators: Mapping[str, Words] = {}
    labels: tuple[Label, ...] = ()
    items: ItemRules = ItemRules()
    decides: tuple[DayRule, ...] = ()
    entitlements: tuple[Entitlement, ...] = ()
    asks: Asks = Asks()
    plans: dict[Any, Any] = msgspec.field(default_factory=dict)

    @property
    def encounter_kinds(self) -> tuple[EncounterKind, ...]:
        """The kinds of visit the document speaks of; ``split`` may be asked for no other."""
        return tuple(dict.fromkeys(EncounterKind(kind) for benefit in self.benefits for kind in benefit.kinds))

    def policy_year(self, on: date, category: str = "") -> int:
        """The policy year a day belongs to for a person category, named by the calendar year in which it starts."""
        year: int | None = self.plans.get((on, category))
        if year is None:
            year = self.plans[on, category] = policy_year(self.year_starts, on, Who("", "", category))
        return year

    def policy_year_start(self, on: date, category: str) -> date:
        """The first day of the policy year that a day belongs to for a person category."""
        return policy_year_start(self.year_starts, on, Who("", "", category))

    def benefit_of(self, who: Who) -> Benefit:
        """The benefit for a sort of visit. Raises LookupError for a kind the document doesn't speak of."""
        for benefit in self.benefits:
            if who.kind in benefit.kinds and benefit.when.holds(who):
                return benefit
        raise LookupError(f"{self.policy_id} says nothing of {who.kind}")

    def benefit_named(self, benefit_id: str) -> Benefit:
        """The benefit of an id that the document has."""
        return next(benefit for benefit in self.benefits if benefit.benefit_id == benefit_id)
