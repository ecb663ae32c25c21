"""A policy document of the right shape, checked for sense: rows and segments nobody reaches, shares above the whole.

中文: 政策文档的合理性检查。
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import combinations, product
from typing import Any

from openyibao.kit.money import BP
from openyibao.rooms.institutions import InstitutionLevel
from openyibao.rooms.policies import terms as t
from openyibao.rooms.policies.conditions import FLAG_FACETS, LOCAL, SPAN_FACETS, When, Who, whens_in
from openyibao.rooms.policies.naming import Names
from openyibao.rooms.policies.reading import Faults


def find_overlaps(policies: Sequence[t.Policy]) -> tuple[tuple[t.Policy, t.Policy], ...]:
    """Pairs of policies that both speak for one area, insurance and encounter kind on some day."""

    def meet(a: t.Policy, b: t.Policy) -> bool:
        same = a.area == b.area and a.insurance == b.insurance and bool(set(a.encounter_kinds) & set(b.encounter_kinds))
        return same and a.valid_from <= (b.valid_until or date.max) and b.valid_from <= (a.valid_until or date.max)

    return tuple(pair for pair in combinations(policies, 2) if meet(*pair))


class Sense:
    """Checks a document of the right shape for sense; paths as in the text."""

    def __init__(self, policy: t.Policy, faults: Faults) -> None:
        self.policy = policy
        self.fault = faults.at
        self.sums_used: dict[str, str] = {}

    def check(self) -> None:
        """Everything, benefit by benefit."""
        policy = self.policy
        if policy.valid_until is not None and policy.valid_until < policy.valid_from:
            self.fault("valid_until", "早于 valid_from", "expected a day not before valid_from")
        Names(policy, self.fault).check()
        taken: set[str] = set()
        for number, benefit in enumerate(policy.benefits):
            path = f"benefits[{number}]"
            if twice := taken & set(benefit.kinds):
                self.fault(
                    f"{path}.kinds", "与前面的待遇重复", f"{', '.join(sorted(twice))} stands in an earlier benefit too"
                )
            if benefit.when == When():
                taken |= set(benefit.kinds)
            self._benefit(benefit, path)
        for kind in policy.encounter_kinds:
            if kind not in taken:
                self.fault(
                    "benefits", f"缺少 {kind} 的无条件待遇", f"expected a last benefit for {kind} without `when`"
                )
        if policy.year_starts[-1].when != When():
            self.fault("policy_year", "末行不得有 when", "expected a last row without `when`")
        for number, rule in enumerate(policy.account_rules):
            if rule.turn is t.AccountTurn.before_deductible and rule.pays != ("own_share",):
                self.fault(
                    f"account[{number}].pays",
                    "起付前只能付 own_share",
                    "before the deductible only own_share can be paid",
                )

    def _sum(self, name: str | None, path: str, noun: str, own: set[str]) -> None:
        """An accumulator counts one thing in a benefit; another benefit may share it for the same thing."""
        if name is None:
            return
        if name not in self.policy.accumulators or not name.endswith("_fen"):
            self.fault(path, "未列出的累计项", "expected the name of an accumulator of this document, ending in _fen")
        elif name in own:
            self.fault(path, "累计项重复使用", "this accumulator already counts something else")
        elif self.sums_used.setdefault(name, noun) != noun:
            self.fault(
                path,
                f"累计项已用于 {self.sums_used[name]}",
                f"this accumulator counts {self.sums_used[name]} elsewhere",
            )
        own.add(name)

    def _whos(self, benefit: t.Benefit, *whens: When, rows: Any = ()) -> list[Who]:
        """Every sort of person and visit meant by all conditions; groups are asked with the first one named.

        Facets that rows ask are told apart too.
        """
        kinds = benefit.kinds or tuple(map(str, self.policy.encounter_kinds))
        asked = [*whens, benefit.when, *whens_in(rows)]
        group = next((when.group[:1] for when in whens if when.group), ())
        facets = {name for when in asked for name in when.facets()} - {"kind", "level", "category", "group"}
        values = [_values(facet, asked) for facet in sorted(facets)]
        whos = [
            Who(kind, level, category, group)._replace(**dict(zip(sorted(facets), chosen, strict=True)))
            for kind, level, category in product(kinds, map(str, InstitutionLevel), self.policy.categories)
            for chosen in product(*values)
        ]
        return [who for who in whos if all(when.holds(who) for when in (*whens, benefit.when))]

    def _rows(self, benefit: t.Benefit, when: When, rows: Sequence[Any], path: str, *, whole: bool = True) -> None:
        """No row behind one that takes everybody before it, and (``whole``) nobody without a row."""
        open_whos = self._whos(benefit, when, rows=rows)
        for number, row in enumerate(rows):
            if row.when.group:  # groups are for some persons: such a row neither needs nor takes a whole sort
                continue
            if not any(row.when.holds(who) for who in open_whos):
                self.fault(f"{path}[{number}]", "此行永远用不到", "nobody reaches this row: earlier rows take them all")
            open_whos = [who for who in open_whos if not row.when.holds(who)]
        if whole and open_whos:
            kind, level, category = open_whos[0][:3]
            self.fault(path, f"缺少 {kind}/{level}/{category} 的行", f"expected a row for {kind}, {level}, {category}")

    def _benefit(self, benefit: t.Benefit, path: str) -> None:
        own: set[str] = set()
        for part, name in benefit.accumulates.items():
            self._sum(name, f"{path}.accumulates.{part}", part, own)
        if benefit.counts_year and "in_policy" not in benefit.accumulates:
            self.fault(
                f"{path}.counts", "需要 accumulates.in_policy", "expected accumulates.in_policy, to count a year by"
            )
        if not benefit.kinds and (any(layer.base for layer in benefit.layers) or benefit.fixed or benefit.needs):
            self.fault(
                path, "无 kinds 的待遇只能有政策范围内的层", "a benefit for lines alone has only layers on in_policy"
            )
        lowest_fen = 0
        if (deductible := benefit.deductible) is not None:
            needs = deductible.per is t.Per.year and not benefit.counts_year
            if (needs or deductible.most_per_year) and "deductible" not in benefit.accumulates:
                self.fault(f"{path}.deductible.per", "需要 accumulates.deductible", "expected accumulates.deductible")
            self._rows(benefit, When(), deductible.rows, f"{path}.deductible.rows")
            lowest_fen = min(min(row.amounts_fen) for row in deductible.rows)
        ceilings: set[str] = set()
        ids: set[str] = set()
        for number, layer in enumerate(benefit.layers):
            here = f"{path}.layers[{number}]"
            if layer.layer_id in ids:
                self.fault(f"{here}.id", "层名重复", "this id is taken by an earlier layer")
            ids.add(layer.layer_id)
            if layer.after_ceiling_of is not None and layer.after_ceiling_of not in ceilings:
                self.fault(
                    f"{here}.after_ceiling_of", "应为前面有封顶线的层", "expected an earlier layer with a ceiling"
                )
            ceilings |= {layer.layer_id} if layer.ceilings else set()
            self._layer(benefit, layer, here, lowest_fen if layer.thresholds is None else 0, own)
        self._shares(benefit, path)

    def _layer(self, benefit: t.Benefit, layer: t.Layer, path: str, starts_fen: int, own: set[str]) -> None:
        if not self._whos(benefit, layer.when):
            self.fault(f"{path}.when", "无人适用", "nobody of this benefit is meant")
            return
        self._rows(benefit, layer.when, layer.ratios, f"{path}.ratios")
        self._rows(benefit, layer.when, layer.thresholds or (), f"{path}.thresholds", whole=False)
        self._sum(layer.accumulator, f"{path}.accumulator", layer.fund, own)
        self._sum(layer.counted_by, f"{path}.counted_by", "+".join(layer.base), own)
        if layer.base and (layer.mode is t.LayerMode.up_to or layer.after_ceiling_of):
            self.fault(
                f"{path}.base", "此基数只能 share 或 points", "a layer on the own share can only pay share or points"
            )
        if not layer.base and layer.counted_by:
            self.fault(f"{path}.counted_by", "仅用于自付部分的层", "only a layer on the own share is counted so")
        for ceiling in layer.ceilings:
            self._ceiling(benefit, layer, ceiling, f"{path}.ceiling")
        for number, row in enumerate(layer.ratios):
            self._segments(row.segments, f"{path}.ratios[{number}].segments", 0 if layer.base else starts_fen)
        self._adjustments(benefit, layer, path)

    def _ceiling(self, benefit: t.Benefit, layer: t.Layer, ceiling: t.Ceiling, path: str) -> None:
        for number, name in enumerate(ceiling.of):
            if name not in self.policy.accumulators:
                self.fault(
                    f"{path}.of[{number}]", "未列出的累计项", "expected the name of an accumulator of this document"
                )
        if ceiling.per is not t.Per.visit and layer.accumulator not in ceiling.of:
            self.fault(path, "of 应含本层累计项", "expected `of` to name this layer's own accumulator")
        if ceiling.per is t.Per.disease and t.Need.listed_disease not in benefit.needs:
            self.fault(path, "按病种封顶需 needs: [listed_disease]", "a ceiling per disease needs listed_disease")

    def _segments(self, segments: Sequence[t.Segment], path: str, starts_fen: int) -> None:
        for number, segment in enumerate(segments):
            last = number == len(segments) - 1
            if last != (segment.up_to_fen is None):
                self.fault(f"{path}[{number}]", "仅末段不写 up_to", "expected up_to in all segments but the last")
            elif segment.up_to_fen is not None and segment.up_to_fen <= starts_fen:
                self.fault(
                    f"{path}[{number}].up_to", "此段永远用不到", "nobody reaches this segment: it ends where it begins"
                )
            starts_fen = segment.up_to_fen or starts_fen

    def _adjustments(self, benefit: t.Benefit, layer: t.Layer, path: str) -> None:
        """After all adjustments that fit together a ratio is still one, in whole basis points."""
        if not layer.adjustments:
            return
        whos = self._whos(benefit, layer.when, rows=(layer.adjustments, layer.ratios))
        groups = {group for adjustment in layer.adjustments for group in adjustment.when.group}
        whos += [who._replace(groups=tuple(groups)) for who in whos]
        for who in whos:
            for segment in layer.segments_for(who):
                ratio_e8 = layer.ratio_e8_in(segment, who)
                place = ", ".join(who[:3])
                if not 0 <= ratio_e8 <= BP * BP:
                    self.fault(
                        f"{path}.adjustments",
                        f"{place} 的比例不在 0% 到 100%",
                        f"for {place} the ratio leaves 0% to 100%",
                    )
                    return
                if ratio_e8 % BP:
                    self.fault(
                        f"{path}.adjustments", "结果不是整万分比", f"expected whole basis points after it, for {place}"
                    )
                    return

    def _shares(self, benefit: t.Benefit, path: str) -> None:
        """Shares that stand on one another are at most the whole for everybody, groups aside (points are cut off)."""
        layers = [a for a in benefit.layers if a.mode is t.LayerMode.share and not a.base and not a.after_ceiling_of]
        for who in self._whos(benefit, rows=layers):
            meant = [a for a in layers if a.when.holds(who)]
            total_bp = sum(max((a.ratio_bp_in(s, who) for s in a.segments_for(who)), default=0) for a in meant)
            if total_bp > BP:
                place = ", ".join(who[:3])
                self.fault(
                    f"{path}.layers", f"{place} 合计超过 100%", f"the shares for {place} are above 100% together"
                )
                return


def _values(facet: str, whens: Sequence[When]) -> list[Any]:
    """Values of a facet between which conditions can tell, one not named by any among them."""
    if facet in FLAG_FACETS:
        return [False, True]
    if facet in SPAN_FACETS:
        spans = [span for when in whens if (span := getattr(when, facet)) is not None]
        return sorted(
            {0 if facet != "admission" else 1, *(s.from_ for s in spans), *(s.below for s in spans if s.below)}
        )
    words = {word for when in whens for word in getattr(when, facet)}
    return sorted(words | {LOCAL if facet == "remote" else ""})
