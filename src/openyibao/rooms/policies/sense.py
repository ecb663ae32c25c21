"""A policy document of the right shape, checked for sense: names, rows and segments nobody reaches, shares above the whole.

中文: 政策文档的合理性检查。
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import combinations, product
from typing import Any

import msgspec

from openyibao.kit.money import BP
from openyibao.rooms.institutions import InstitutionLevel
from openyibao.rooms.policies import terms as t
from openyibao.rooms.policies.conditions import When, Who
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
        self.sums_used: set[str] = set()

    def check(self) -> None:
        """Everything, benefit by benefit."""
        policy = self.policy
        if policy.valid_until is not None and policy.valid_until < policy.valid_from:
            self.fault("valid_until", "早于 valid_from", "expected a day not before valid_from")
        self._cites(msgspec.to_builtins(policy.benefits), "benefits")
        kinds: set[str] = set()
        for number, benefit in enumerate(policy.benefits):
            path = f"benefits[{number}]"
            if twice := kinds & set(benefit.kinds):
                self.fault(
                    f"{path}.kinds", "与前面的待遇重复", f"{', '.join(sorted(twice))} stands in an earlier benefit too"
                )
            kinds |= set(benefit.kinds)
            self._benefit(benefit, path)

    def _cites(self, found: Any, path: str) -> None:
        """Every cite in the tree names a source of the document."""
        if isinstance(found, dict):
            if (source := (found.get("cite") or {}).get("source")) and source not in self.policy.sources:
                known = ", ".join(self.policy.sources)
                self.fault(
                    f"{path}.cite.source", f"未列出的来源，可用: {known}", f"expected one of the sources {known}"
                )
            for key, child in found.items():
                self._cites(child, f"{path}.{key}")
        elif isinstance(found, (list, tuple)):
            for number, child in enumerate(found):
                self._cites(child, f"{path}[{number}]")

    def _sum(self, name: str | None, path: str, *, fresh: bool = True) -> None:
        if name is None:
            return
        if name not in self.policy.accumulators or not name.endswith("_fen"):
            self.fault(path, "未列出的累计项", "expected the name of an accumulator of this document, ending in _fen")
        elif fresh and name in self.sums_used:
            self.fault(path, "累计项重复使用", "this accumulator already counts something else")
        self.sums_used |= {name} if fresh else set()

    def _whos(self, benefit: t.Benefit, when: When) -> list[Who]:
        """Every sort of person and visit a layer is for; a layer for groups is asked with its first one."""
        groups = when.group[:1]
        everyone = product(benefit.kinds, map(str, InstitutionLevel), self.policy.categories)
        return [who for kind, level, category in everyone if when.holds(*(who := (kind, level, category, groups)))]

    def _rows(self, rows: Sequence[Any], path: str, whos: Sequence[Who], *, whole: bool = True) -> None:
        """No row behind one that takes everybody before it, and (``whole``) nobody without a row."""
        open_whos = list(whos)
        for number, row in enumerate(rows):
            if row.when.group:  # groups are for some persons: such a row neither needs nor takes a whole sort
                continue
            if not any(row.when.holds(*who) for who in open_whos):
                self.fault(f"{path}[{number}]", "此行永远用不到", "nobody reaches this row: earlier rows take them all")
            open_whos = [who for who in open_whos if not row.when.holds(*who)]
        if whole and open_whos:
            kind, level, category, _ = open_whos[0]
            self.fault(path, f"缺少 {kind}/{level}/{category} 的行", f"expected a row for {kind}, {level}, {category}")

    def _benefit(self, benefit: t.Benefit, path: str) -> None:
        for part, name in benefit.accumulates.items():
            self._sum(name, f"{path}.accumulates.{part}")
        if benefit.counts_year and "in_policy" not in benefit.accumulates:
            self.fault(
                f"{path}.counts", "需要 accumulates.in_policy", "expected accumulates.in_policy, to count a year by"
            )
        lowest_fen = 0
        if (deductible := benefit.deductible) is not None:
            if deductible.per_year and not benefit.counts_year and "deductible" not in benefit.accumulates:
                self.fault(f"{path}.deductible.per", "需要 accumulates.deductible", "expected accumulates.deductible")
            self._rows(deductible.rows, f"{path}.deductible.rows", self._whos(benefit, When()))
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
            ceilings |= {layer.layer_id} if layer.ceiling else set()
            self._layer(benefit, layer, here, lowest_fen if layer.thresholds is None else 0)
        self._shares(benefit, path)

    def _layer(self, benefit: t.Benefit, layer: t.Layer, path: str, starts_fen: int) -> None:
        whos = self._whos(benefit, layer.when)
        if not whos:
            self.fault(f"{path}.when", "无人适用", "nobody of this benefit is meant")
            return
        self._rows(layer.ratios, f"{path}.ratios", whos)
        self._rows(layer.thresholds or (), f"{path}.thresholds", whos, whole=False)
        self._sum(layer.accumulator, f"{path}.accumulator")
        self._sum(layer.counted_by, f"{path}.counted_by")
        on_spending = layer.base is t.LayerBase.in_policy
        if not on_spending and (layer.mode is t.LayerMode.up_to or layer.after_ceiling_of):
            self.fault(
                f"{path}.base", "此基数只能 share 或 points", "a layer on the own share can only pay share or points"
            )
        if on_spending and layer.counted_by:
            self.fault(f"{path}.counted_by", "仅用于自付部分的层", "only a layer on the own share is counted so")
        if (ceiling := layer.ceiling) is not None:
            for number, name in enumerate(ceiling.of):
                self._sum(name, f"{path}.ceiling.of[{number}]", fresh=False)
            if ceiling.per_year and layer.accumulator not in ceiling.of:
                self.fault(f"{path}.ceiling", "of 应含本层累计项", "expected `of` to name this layer's own accumulator")
        for number, row in enumerate(layer.ratios):
            self._segments(row.segments, f"{path}.ratios[{number}].segments", starts_fen if on_spending else 0)
        for factor, row, number in product(layer.own_share_factors, layer.ratios, range(1)):
            if any(factor.ratio_bp * (BP - segment.ratio_bp) % BP for segment in row.segments):
                self.fault(
                    f"{path}.own_share_factors[{number}]", "结果不是整万分比", "expected whole basis points after it"
                )

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

    def _shares(self, benefit: t.Benefit, path: str) -> None:
        """Shares that stand on one another are at most the whole for everybody, groups aside (points are cut off)."""
        for who in self._whos(benefit, When()):
            layers = [a for a in benefit.layers if a.mode is t.LayerMode.share and a.when.holds(*who)]
            spending = [a for a in layers if a.base is t.LayerBase.in_policy and a.after_ceiling_of is None]
            total_bp = sum(max((a.ratio_bp_in(s, who) for s in a.segments_for(who)), default=0) for a in spending)
            if total_bp > BP:
                place = ", ".join(who[:3])
                self.fault(
                    f"{path}.layers", f"{place} 合计超过 100%", f"the shares for {place} are above 100% together"
                )
                return
