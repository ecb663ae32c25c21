"""What a policy needs to know of a stay that is settled in several bills: its day, its parts, what its earlier bills met.

Pure; the callers say which bills came before. 中文: 住院分次结算的政策口径。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from openyibao.rooms.policies.conditions import row_for, who_is
from openyibao.rooms.policies.records import BillLine, Fund, PersonFacts, VisitFacts
from openyibao.rooms.policies.terms import Per, Policy
from openyibao.rooms.policies.timing import DayRule, DecidingDay, StayPart, deciding_day, parts_of_stay, policy_year

_BY_LINES = frozenset({DecidingDay.line, DecidingDay.year_end})


class MetBill(NamedTuple):
    """An earlier bill of the same stay: what it met, and the year's accumulators before and after it."""

    policy_year: int
    in_policy_fen: int
    deductible_fen: int
    funds_fen: Mapping[Fund, int]
    before: Mapping[str, int]
    after: Mapping[str, int]


def day_of_stay(policy: Policy, person: PersonFacts, visit: VisitFacts, bill_on: date) -> date:
    """The day that decides about a stay's bill. ``visit.on`` is the day of admission, which counts where nothing is said."""
    if not policy.decides:
        return visit.on
    asked = msgspec.structs.replace(visit, on=bill_on)
    return deciding_day(policy.decides, who_is(policy.asks, person, asked), asked)


def with_day_rule(policy: Policy, decided_by: str) -> Policy:
    """The document with the area's own word on the day that decides a stay, for where the document says nothing."""
    if decided_by == DecidingDay.admission:
        return policy
    return msgspec.structs.replace(policy, decides=(*policy.decides, DayRule(day=DecidingDay(decided_by))))


def parts_of_days(policy: Policy, person: PersonFacts, visit: VisitFacts, days: Sequence[date]) -> list[int]:
    """For each day of a stay in which of its parts it lies, from 0; all in the first where the document parts nothing."""
    who = who_is(policy.asks, person, visit)
    rule: DayRule | None = row_for(policy.decides, who)
    if rule is None or rule.day not in _BY_LINES:
        return [0] * len(days)
    named = [policy_year(policy.year_starts, day, who) if rule.day is DecidingDay.year_end else day for day in days]
    places = {name: place for place, name in enumerate(sorted(set(named), key=str))}
    return [places[name] for name in named]


def parts_of_bill(
    policy: Policy, person: PersonFacts, visit: VisitFacts, lines: Sequence[BillLine]
) -> tuple[StayPart, ...]:
    """The parts in which a stay's bill must be settled, each with its deciding day and policy year."""
    who = who_is(policy.asks, person, visit)
    return parts_of_stay(policy.decides, policy.year_starts, who, visit, lines)


def met_so_far(
    policy: Policy, person: PersonFacts, visit: VisitFacts, policy_year: int, bills: Sequence[MetBill]
) -> dict[str, int]:
    """``VisitFacts.stay_so_far`` from the earlier bills of the stay.

    Where the document parts a stay by its lines and asks a deductible of each part, bills of other years don't count.
    What was laid on the line of the year is read off its accumulator, since that leaves out what an account paid before
    the deductible, and what came while the funds were stopped.
    """
    who = who_is(policy.asks, person, visit)
    rule: DayRule | None = row_for(policy.decides, who)
    if rule is not None and rule.day in _BY_LINES and not rule.deductible_once:
        bills = [bill for bill in bills if bill.policy_year == policy_year]
    if not bills:
        return {}
    benefit = policy.benefit_of(who)
    spending = benefit.accumulates.get("in_policy")
    met = {
        "deductible": sum(bill.deductible_fen for bill in bills),
        "in_policy": sum(_gained(bill, spending) if spending else bill.in_policy_fen for bill in bills),
    }
    for layer in benefit.layers:
        accumulators, funds = [each.accumulator for each in benefit.layers], [each.fund for each in benefit.layers]
        if layer.accumulator is not None and accumulators.count(layer.accumulator) == 1:
            met[layer.layer_id] = sum(_gained(bill, layer.accumulator) for bill in bills)
        elif funds.count(layer.fund) == 1:
            met[layer.layer_id] = sum(bill.funds_fen.get(layer.fund, 0) for bill in bills)
        elif any(ceiling.per is Per.visit for ceiling in layer.ceilings):
            # Layers that share fund and accumulator can't be told apart: at most so much was paid.
            met[layer.layer_id] = sum(bill.funds_fen.get(layer.fund, 0) for bill in bills)
        if layer.counted_by is not None:
            met[f"{layer.layer_id}.base"] = sum(_gained(bill, layer.counted_by) for bill in bills)
    return met


def _gained(bill: MetBill, name: str) -> int:
    return bill.after.get(name, 0) - bill.before.get(name, 0)
