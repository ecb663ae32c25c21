"""The nouns of a policy document: layers, benefits, the account's rules, the slip's labels. 中文: 待遇政策文档的内容。"""

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
    Cite,
    Confidence,
    RatioRow,
    Source,
    When,
    Who,
    Words,
    row_for,
)
from openyibao.rooms.policies.records import Fund


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
