"""What a year has left for somebody: deductible to meet, room below ceilings. Pure. 中文: 起付线与封顶线余额。"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from openyibao.rooms.policies.plan import plan_for
from openyibao.rooms.policies.records import Fund, PersonFacts, VisitFacts
from openyibao.rooms.policies.terms import Per, Policy


class Remaining(msgspec.Struct, frozen=True, kw_only=True):
    """Before a bill: the deductible and what of it is left, each paying fund's room (None: no ceiling), funds that rest."""

    deductible_fen: int
    deductible_left_fen: int
    ceiling_left_fen: Mapping[Fund, int | None]
    stopped: Mapping[str, str]
    """Fund → why: ``stopped`` by its periods, or the reason of the document's own rules."""


def remaining(policy: Policy, person: PersonFacts, visit: VisitFacts, accumulators: Mapping[str, int]) -> Remaining:
    """What is left for a visit of this kind. Raises LookupError for a kind the policy doesn't speak of."""
    plan = plan_for(policy, person, visit)
    full_fen = left_fen = plan.deductible_fen(visit)
    rule = plan.benefit.deductible
    name = plan.benefit.accumulates.get("deductible", "") or plan.spending
    used_fen = accumulators.get(name, 0)
    if rule is not None and rule.per is not Per.visit:
        left_fen = max(0, full_fen - used_fen)
    elif plan.deductible_most_fen is not None:
        left_fen = min(full_fen, max(0, plan.deductible_most_fen - used_fen))
    rooms: dict[Fund, int | None] = {layer.fund: None for layer in (*plan.walking, *plan.after)}
    owned = [(plan.walking[limit.owner].fund, limit) for limit in plan.limits]
    owned += [(plan.after[limit.owner].fund, limit) for own in plan.after_limits for limit in own]
    for fund, limit in owned:
        room_fen, known = limit.room_fen(visit, accumulators, {}), rooms[fund]
        rooms[fund] = room_fen if known is None else min(known, room_fen)
    return Remaining(
        deductible_fen=full_fen, deductible_left_fen=left_fen, ceiling_left_fen=rooms, stopped=plan.stopped
    )
