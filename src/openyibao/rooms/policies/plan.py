"""What a policy means for one sort of person and visit, made once and asked by every bill. 中文: 待遇方案。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openyibao.kit.money import BP
from openyibao.rooms.policies.conditions import Who, row_for
from openyibao.rooms.policies.records import PersonFacts, VisitFacts
from openyibao.rooms.policies.terms import Layer, LayerBase, LayerMode, Policy, Segment

OPEN = 10**18  # the end of an open segment, in fen: above any spending
_PLANS_KEPT = 4096  # sorts of person and visit remembered per policy: a bound on memory


class Limit:
    """A ceiling of one layer: who owns it (index), how much, which accumulators and which layers use it up."""

    def __init__(self, layers: Sequence[Layer], owner: int, amount_fen: int) -> None:
        ceiling = layers[owner].ceiling
        assert ceiling is not None
        self.owner = owner
        self.amount_fen = amount_fen
        self.per_year = ceiling.per_year
        self.names = ceiling.of
        uses = {index for index, layer in enumerate(layers) if layer.accumulator in ceiling.of}
        self.members = frozenset(uses | {owner})

    def room_fen(self, accumulators: Mapping[str, int], increments: Mapping[str, int]) -> int:
        """What the ceiling leaves, given the year so far and what this bill has added; never below zero."""
        if not self.per_year:
            return self.amount_fen
        used_fen = sum(accumulators.get(name, 0) + increments.get(name, 0) for name in self.names)
        return max(0, self.amount_fen - used_fen)


class Plan:
    """What a policy means for one sort of person and visit, in flat tuples, made once.

    ``bounds`` are the upper ends of the pieces of the spending line, ``specs[piece]`` the layers' ratios in each;
    ``chains`` remembers, for a piece (above or below the deductible, with these ceilings reached), the layers that pay
    and their cumulative ratios.
    """

    def __init__(self, policy: Policy, who: Who, stopped: frozenset[str]) -> None:
        self.who = who
        self.stopped = stopped
        self.benefit = policy.benefit_of(who[0])
        self.spending = self.benefit.accumulates.get("in_policy", "")
        self.accumulates = tuple(self.benefit.accumulates.items())
        meant = [layer for layer in self.benefit.layers if layer.when.holds(*who)]
        self.walking = tuple(layer for layer in meant if layer.base is LayerBase.in_policy)
        self.after = tuple(layer for layer in meant if layer.base is not LayerBase.in_policy)
        self.lead_stopped = bool(self.walking) and self.walking[0].fund in stopped
        self.deductibles: tuple[int, ...] = ()
        if self.benefit.deductible is not None:
            row = row_for(self.benefit.deductible.rows, who)
            self.deductibles = row.amounts_fen if row else ()
        self.limits = tuple(limit for i in range(len(self.walking)) if (limit := self._limit(self.walking, i)))
        self.after_limits = tuple(self._limit(self.after, i) for i in range(len(self.after)))
        self.after_ratios = tuple(
            tuple((s.up_to_fen or OPEN, layer.ratio_bp_in(s, who)) for s in layer.segments_for(who))
            for layer in self.after
        )
        points = {OPEN}
        for layer in self.walking:
            points.add(layer.threshold_fen(who))
            points.update(segment.up_to_fen or OPEN for segment in layer.segments_for(who))
        self.bounds = tuple(sorted(points - {0}))
        starts = (0, *self.bounds[:-1])
        self.specs = tuple(tuple(self._ratio_bp(layer, start) for layer in self.walking) for start in starts)
        self.chains: dict[tuple[int, bool, int], tuple[tuple[int, int], ...]] = {}

    def _limit(self, layers: tuple[Layer, ...], owner: int) -> Limit | None:
        ceiling = layers[owner].ceiling
        row = None if ceiling is None else row_for(ceiling.rows, self.who)
        return None if row is None else Limit(layers, owner, row.amounts_fen[0])

    def segment_at(self, layer: Layer, start_fen: int) -> Segment | None:
        """The segment that covers the spending from a point on; None before the layer's threshold."""
        if start_fen < layer.threshold_fen(self.who):
            return None
        return next((s for s in layer.segments_for(self.who) if s.up_to_fen is None or s.up_to_fen > start_fen), None)

    def _ratio_bp(self, layer: Layer, start_fen: int) -> int:
        segment = self.segment_at(layer, start_fen)
        return 0 if segment is None else layer.ratio_bp_in(segment, self.who)

    def chain(self, piece: int, *, below: bool, reached: int) -> tuple[tuple[int, int], ...]:
        """The layers that pay in a piece, with cumulative ratios; ``reached`` has a bit for each ceiling owner."""
        whole_bp = paid_bp = 0
        ids = [layer.layer_id for layer in self.walking]
        paying = []
        for index, layer in enumerate(self.walking):
            ratio_bp = self.specs[piece][index]
            waits = below and layer.thresholds is None
            before = layer.after_ceiling_of
            early = before is not None and not (before in ids and reached >> ids.index(before) & 1)
            if waits or early or reached >> index & 1:
                continue
            up_to = layer.mode is LayerMode.up_to
            next_bp = max(whole_bp, ratio_bp) if up_to else min(BP, whole_bp + ratio_bp)
            if next_bp > whole_bp and layer.fund not in self.stopped:
                paid_bp += next_bp - whole_bp
                paying.append((index, paid_bp))
            whole_bp = next_bp
        made = tuple(paying)
        self.chains[piece, below, reached] = made
        return made


def plan_for(policy: Policy, person: PersonFacts, visit: VisitFacts) -> Plan:
    """The plan, made on first use. Raises LookupError for a kind the policy doesn't speak of."""
    key = (visit.kind, visit.level, person.person_category, person.groups, person.funds_stopped)
    plan: Plan | None = policy.plans.get(key)
    if plan is None:
        plan = Plan(policy, key[:4], frozenset(person.funds_stopped))
        if len(policy.plans) >= _PLANS_KEPT:
            policy.plans.clear()
        policy.plans[key] = plan
    return plan
