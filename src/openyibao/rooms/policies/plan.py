"""What a policy means for one sort of person and visit, made once and asked by every bill. 中文: 待遇方案。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openyibao.kit.money import BP
from openyibao.rooms.policies.conditions import Who, row_for, who_is
from openyibao.rooms.policies.lines import LineRules
from openyibao.rooms.policies.records import Fund, PersonFacts, VisitFacts
from openyibao.rooms.policies.terms import (
    AccountRule,
    AccountTurn,
    Benefit,
    Ceiling,
    Layer,
    LayerMode,
    Per,
    Policy,
    Segment,
)
from openyibao.rooms.policies.timing import cycles, stopped_funds

OPEN = 10**18  # the end of an open segment, in fen: above any spending
_PLANS_KEPT = 4096  # sorts of person and visit remembered per policy: a bound on memory


def period_suffix(per: Per, visit: VisitFacts) -> str:
    """What an accumulator's name ends in, to count a period or disease by itself (``pooled_fen:2025-06``)."""
    if per is Per.month:
        return f":{visit.on:%Y-%m}"
    return f":{visit.disease_code}" if per is Per.disease else ""


class Limit:
    """A ceiling of one layer: who owns it (index), how much, which accumulators and which layers use it up.

    ``runs`` counts groups of members that stand behind layers that don't use it: each may cost a fen of rounding.
    """

    def __init__(self, layers: Sequence[Layer], owner: int, ceiling: Ceiling, amount_fen: int) -> None:
        self.owner = owner
        self.layer_id = layers[owner].layer_id
        self.amount_fen = amount_fen
        self.per = ceiling.per
        self.names = ceiling.of
        uses = {index for index, layer in enumerate(layers) if layer.accumulator in ceiling.of}
        self.members = frozenset(uses | {owner}) if ceiling.per is not Per.visit else frozenset({owner})
        outside, self.runs = False, 0
        for index in range(len(layers)):
            self.runs += outside and index in self.members
            outside = outside or index not in self.members

    def room_fen(self, visit: VisitFacts, accumulators: Mapping[str, int], increments: Mapping[str, int]) -> int:
        """What the ceiling leaves, given the year so far and what this bill has added; never below zero."""
        return max(0, self.left_fen(visit, accumulators, increments))

    def left_fen(self, visit: VisitFacts, accumulators: Mapping[str, int], increments: Mapping[str, int]) -> int:
        """The same, below zero where more was used up than it allows."""
        if self.per is Per.visit:
            return self.amount_fen - visit.stay_so_far.get(self.layer_id, 0)
        suffix = period_suffix(self.per, visit)
        names = [name + suffix for name in self.names]
        used_fen = sum(accumulators.get(name, 0) + increments.get(name, 0) for name in names)
        return self.amount_fen - used_fen


class Plan:
    """What a benefit means for one sort of person and visit, in flat tuples, made once.

    ``bounds`` are the upper ends of the pieces of the spending line, ``specs[piece]`` the layers' ratios in each;
    ``chains`` remembers, for a piece (above or below the deductible, with these ceilings reached), the layers that pay
    and their cumulative ratios.
    """

    def __init__(self, policy: Policy, benefit: Benefit, who: Who, stopped: Mapping[str, str]) -> None:
        self.who = who
        self.stopped = stopped
        self.benefit = benefit
        self.rounds_once = policy.rounding == "bill"
        self.spending = benefit.accumulates.get("in_policy", "")
        self.accumulates = tuple(benefit.accumulates.items())
        meant = [layer for layer in benefit.layers if layer.when.holds(who)]
        self.walking = tuple(layer for layer in meant if not layer.base)
        self.after = tuple(layer for layer in meant if layer.base)
        self.lead_stopped = bool(self.walking) and self.walking[0].fund in stopped
        self.lines = LineRules(policy.items, who)
        self.accounts: tuple[AccountRule, ...] = tuple(r for r in policy.account_rules if r.when.holds(who))
        self.accounts_first = any(rule.turn is AccountTurn.before_deductible for rule in self.accounts)
        self._deductible(policy)
        price = None if benefit.fixed is None else row_for(benefit.fixed.rows, who)
        self.fixed_fen: int | None = None if price is None else price.amounts_fen[0]
        self.limits = tuple(limit for i in range(len(self.walking)) for limit in self._limits(self.walking, i))
        self.after_limits = tuple(self._limits(self.after, i) for i in range(len(self.after)))
        self.after_ratios = tuple(
            tuple((s.up_to_fen or OPEN, layer.ratio_bp_in(s, who)) for s in layer.segments_for(who))
            for layer in self.after
        )
        self.suffixed: dict[str, set[Per]] = {}
        for ceiling in (ceiling for layer in benefit.layers for ceiling in layer.ceilings):
            if ceiling.per in {Per.month, Per.disease}:
                for name in ceiling.of:
                    self.suffixed.setdefault(name, set()).add(ceiling.per)
        points = {OPEN}
        for layer in self.walking:
            points.add(layer.threshold_fen(who))
            points.update(segment.up_to_fen or OPEN for segment in layer.segments_for(who))
        self.bounds = tuple(sorted(points - {0}))
        starts = (0, *self.bounds[:-1])
        self.specs = tuple(tuple(self._ratio_bp(layer, start) for layer in self.walking) for start in starts)
        self.chains: dict[tuple[int, bool, int], tuple[tuple[int, int], ...]] = {}
        self.others: dict[str, Plan] = {}
        """Plans of benefits that lines of such a visit were sent to."""

    def _deductible(self, policy: Policy) -> None:
        deductible = self.benefit.deductible
        self.deductibles: tuple[int, ...] = ()
        self.deductible_most_fen: int | None = None
        if deductible is None:
            return
        # Admission is counted by the list of amounts, so a plan serves all admissions that no row tells apart.
        row = row_for(deductible.rows, self.who)
        self.deductibles = row.amounts_fen if row else ()
        most = row_for(deductible.most_per_year, self.who)
        self.deductible_most_fen = None if most is None else most.amounts_fen[0]

    def _limits(self, layers: tuple[Layer, ...], owner: int) -> tuple[Limit, ...]:
        made = []
        for ceiling in layers[owner].ceilings:
            row = row_for(ceiling.rows, self.who)
            if row is not None:
                bonus_fen = ceiling.bonus.fen(self.who.years_running) if ceiling.bonus else 0
                made.append(Limit(layers, owner, ceiling, row.amounts_fen[0] + bonus_fen))
        return tuple(made)

    def deductible_fen(self, visit: VisitFacts) -> int:
        """The whole deductible of this visit, before anything was met: by admission, and once more a further cycle."""
        rule, amounts = self.benefit.deductible, self.deductibles
        if rule is None or not amounts:
            return 0
        last, admitted = visit.last_discharge_on, visit.admitted_on
        again = rule.readmission_days is not None and last is not None and admitted is not None
        if again and (admitted - last).days <= rule.readmission_days:  # type: ignore[operator]
            return 0
        first = max(visit.admission_no, 1) - 1
        if rule.cycle_days is None:
            return amounts[min(first, len(amounts) - 1)]
        many = cycles(visit.admitted_on, visit.discharged_on or visit.on, rule.cycle_days)
        return sum(amounts[min(first + n, len(amounts) - 1)] for n in range(many))

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

    def other(self, policy: Policy, benefit_id: str) -> Plan:
        """The plan of another benefit for the same sort, for lines that a rule of the items sends there."""
        if benefit_id not in self.others:
            self.others[benefit_id] = Plan(policy, policy.benefit_named(benefit_id), self.who, self.stopped)
        return self.others[benefit_id]


_ALL_FUNDS = tuple(fund.value for fund in Fund)
"""All stopped where the institution's agreement is for the personal account only."""


def plan_for(policy: Policy, person: PersonFacts, visit: VisitFacts) -> Plan:
    """The plan, made on first use. Raises LookupError for a kind the policy doesn't speak of."""
    who = who_is(policy.asks, person, visit)
    ruled: dict[Any, str] = {}
    if policy.entitlements or person.waiting_until is not None or person.paid_until is not None:
        ruled = stopped_funds(policy.entitlements, who, person, visit.on)
    key = (who, person.funds_stopped, tuple(ruled.items())) if ruled else (who, person.funds_stopped)
    if visit.account_only:
        key = (who, _ALL_FUNDS)
    plan: Plan | None = policy.plans.get(key)
    if plan is None:
        stopped = dict.fromkeys(person.funds_stopped, "stopped") | {str(fund): why for fund, why in ruled.items()}
        if visit.account_only:
            stopped = dict.fromkeys(_ALL_FUNDS, "account_only")
        plan = Plan(policy, policy.benefit_of(who), who, stopped)
        if len(policy.plans) >= _PLANS_KEPT:
            policy.plans.clear()
        policy.plans[key] = plan
    return plan
