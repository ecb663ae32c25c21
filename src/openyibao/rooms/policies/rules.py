"""The split of a bill under a policy: pure, in integers, the same answer for the same inputs.

How it is done. A bill's in-policy spending is a stretch of a line, laid from the **position** (what the year has already
seen, or zero for a visit of its own) upwards. The points of the line where something changes (deductible, thresholds,
ends of segments, a ceiling reached) cut the stretch into parts. In each part the layers stand on one another: every
layer has a **cumulative** ratio, and pays the rounded cumulative sum less that of the layer before.

Why so. A fen more on the bill lengthens the last part or begins a new one and leaves all others alone, and a rounded
cumulative sum with a ratio of at most 100 % grows by at most a fen. So more spending never lowers what the person pays,
however many layers there are; had each layer been rounded alone, two could have risen by the same fen. Layers on the
person's own share come after, one on what the other leaves, by the same argument.

Decisions. A fund that is stopped pays zero and nobody steps in for it: the later layers pay what they would have paid
beside it. Where the first fund of the chain is stopped, the bill moves neither deductible nor spending of the year:
only insured days count; and the layers on the own share rest too, or they would pay in its stead. A bill whose in-policy
sum is negative (refund lines above new ones) gets nothing from the walking layers and moves neither deductible nor
spending; real refunds are reversals. 中文: 待遇计算。
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from openyibao.kit.money import BP, divide_half_up
from openyibao.rooms.policies.plan import Plan, plan_for
from openyibao.rooms.policies.records import (
    AccountUse,
    BillLine,
    Fund,
    PersonFacts,
    Split,
    VisitFacts,
)
from openyibao.rooms.policies.terms import LayerBase, Policy

_HALF_UP = BP // 2

Recorder = list[tuple[Any, ...]]
"""What the split tells the explanation while it works: one tuple an event, its name first."""


def _deductible(plan: Plan, visit: VisitFacts, accumulators: Mapping[str, int], position_fen: int) -> tuple[int, int]:
    """The deductible for this visit and what of it is left before the bill, in fen."""
    deductible = plan.benefit.deductible
    if deductible is None or not plan.deductibles:
        return 0, 0
    full_fen = plan.deductibles[min(max(visit.admission_no, 1), len(plan.deductibles)) - 1]
    if not deductible.per_year:
        return full_fen, full_fen
    name = plan.benefit.accumulates.get("deductible")
    used_fen = position_fen if name is None else accumulators.get(name, 0)
    return full_fen, max(0, full_fen - used_fen)


def _fit(plan: Plan, chain: tuple[tuple[int, int], ...], part_fen: int, rooms: list[int]) -> tuple[int, int]:
    """How much of a part fits below all ceilings, and the owners (bits) whose ceiling ends it.

    Where those who use a ceiling up stand first in the chain, their sum is one rounded product and the ceiling is met
    to the fen. Otherwise it is a difference of two; a fen of each is left, so that no ceiling is ever passed.
    """
    reached = 0
    for number, limit in enumerate(plan.limits):
        rate_bp = runs = previous_bp = 0
        pays = outside = False
        for index, whole_bp in chain:
            pays = pays or index == limit.owner
            if index in limit.members:
                rate_bp += whole_bp - previous_bp
                runs += outside
            else:
                outside = True
            previous_bp = whole_bp
        if not pays:
            continue
        room_fen = rooms[number]
        fits_fen = max(0, (room_fen - runs) * BP // rate_bp) if runs else divide_half_up(max(0, room_fen) * BP, rate_bp)
        if fits_fen < part_fen:
            part_fen, reached = fits_fen, 1 << limit.owner
        elif fits_fen == part_fen and reached:
            reached |= 1 << limit.owner
    return part_fen, reached


def _use_up(plan: Plan, chain: tuple[tuple[int, int], ...], pays: list[int], rooms: list[int]) -> int:
    """Take what a part cost off the rooms; returns the owners (bits) of the ceilings that are now reached."""
    reached = 0
    for number, limit in enumerate(plan.limits):
        rooms[number] -= sum(pay for (index, _), pay in zip(chain, pays, strict=True) if index in limit.members)
        reached |= (rooms[number] <= 0) << limit.owner
    return reached


def _walk(
    plan: Plan, start_fen: int, amount_fen: int, deductible_end_fen: int, rooms: list[int], recorder: Recorder | None
) -> list[int]:
    """Lay the amount on the line from the start and let the layers pay; returns what each walking layer pays."""
    paid = [0] * len(plan.walking)
    bounds, chains = plan.bounds, plan.chains
    position_fen, end_fen = start_fen, start_fen + amount_fen
    piece = bisect_right(bounds, position_fen)
    reached = _use_up(plan, (), [], rooms)
    while position_fen < end_fen:
        stop_fen = min(end_fen, bounds[piece])
        below = position_fen < deductible_end_fen
        if below and deductible_end_fen < stop_fen:
            stop_fen = deductible_end_fen
        chain = chains.get((piece, below, reached))
        if chain is None:
            chain = plan.chain(piece, below=below, reached=reached)
        part_fen = stop_fen - position_fen
        if rooms:
            part_fen, ended = _fit(plan, chain, part_fen, rooms)
            reached |= ended
        total_before = 0
        pays = []
        for index, whole_bp in chain:
            total = (part_fen * whole_bp + _HALF_UP) // BP
            paid[index] += total - total_before
            pays.append(total - total_before)
            total_before = total
        if rooms:
            reached |= _use_up(plan, chain, pays, rooms)
        if recorder is not None:
            recorder.append(("part", position_fen, part_fen, below, chain, pays, list(rooms)))
        position_fen += part_fen
        piece += position_fen == bounds[piece]
    return paid


def _add(amounts_fen: dict[Any, int], name: str | None, amount_fen: int) -> None:
    if amount_fen and name:
        amounts_fen[name] = amounts_fen.get(name, 0) + amount_fen


def _after(
    plan: Plan,
    accumulators: Mapping[str, int],
    funds: dict[Fund, int],
    increments: dict[str, int],
    left: dict[str, int],
    recorder: Recorder | None,
) -> None:
    """Let the layers on the person's own share pay, each on what is left, and take it off ``left``."""
    for layer, limit, ratios in zip(plan.after, plan.after_limits, plan.after_ratios, strict=True):
        both = layer.base is LayerBase.own_and_first_share
        base_fen = max(0, left["own_share"] + (left["first_share"] if both else 0))
        start_fen = 0
        if layer.counted_by is not None:
            start_fen = accumulators.get(layer.counted_by, 0)
            _add(increments, layer.counted_by, base_fen)
        if layer.fund in plan.stopped:
            continue
        end_fen = start_fen + base_fen
        start_fen = at_fen = min(end_fen, max(start_fen, layer.threshold_fen(plan.who)))
        pay_fen = 0
        for up_to_fen, ratio_bp in ratios:
            stop_fen = min(end_fen, up_to_fen)
            if stop_fen > at_fen:
                pay_fen += divide_half_up((stop_fen - at_fen) * ratio_bp, BP)
                at_fen = stop_fen
        room_fen = None
        if limit is not None:
            room_fen = limit.room_fen(accumulators, increments)
            pay_fen = min(pay_fen, room_fen)
            room_fen -= pay_fen
        from_own_fen = max(0, min(pay_fen, left["own_share"]))
        left["own_share"] -= from_own_fen
        left["first_share"] -= pay_fen - from_own_fen
        _add(funds, layer.fund, pay_fen)
        _add(increments, layer.accumulator, pay_fen)
        if recorder is not None:
            recorder.append(("after", layer, start_fen, end_fen - start_fen, pay_fen, room_fen))


def _funds(
    plan: Plan,
    visit: VisitFacts,
    accumulators: Mapping[str, int],
    funds: dict[Fund, int],
    increments: dict[str, int],
    left: dict[str, int],
    recorder: Recorder | None,
) -> int:
    """Let all layers pay: fills funds and increments, takes off ``left``; returns the deductible this bill met."""
    in_policy_fen = left["own_share"]
    deductible_fen = 0
    if in_policy_fen > 0:
        position_fen = accumulators.get(plan.spending, 0) if plan.benefit.counts_year else 0
        full_fen, open_fen = _deductible(plan, visit, accumulators, position_fen)
        if not plan.lead_stopped:
            deductible_fen = min(open_fen, in_policy_fen)
        if recorder is not None:
            recorder.append(("deductible", full_fen, open_fen - deductible_fen, deductible_fen, in_policy_fen))
        rooms = [limit.room_fen(accumulators, increments) for limit in plan.limits]
        paid = _walk(plan, position_fen, in_policy_fen, position_fen + open_fen, rooms, recorder)
        for layer, pay_fen in zip(plan.walking, paid, strict=True):
            left["own_share"] -= pay_fen
            _add(funds, layer.fund, pay_fen)
            _add(increments, layer.accumulator, pay_fen)
    if plan.after and not plan.lead_stopped:
        _after(plan, accumulators, funds, increments, left, recorder)
    if in_policy_fen > 0 and not plan.lead_stopped:
        amounts = {"in_policy": in_policy_fen, "deductible": deductible_fen, **left}
        for part_name, name in plan.accumulates:
            _add(increments, name, amounts[part_name])
    return deductible_fen


def split(
    policy: Policy,
    person: PersonFacts,
    visit: VisitFacts,
    lines: Sequence[BillLine],
    accumulators: Mapping[str, int],
    *,
    account_balance_fen: int,
    account_use: AccountUse,
    recorder: Recorder | None = None,
) -> Split:
    """Who pays how many fen of a bill. Pure; all identities of the glossary hold to the fen.

    ``accumulators`` is the policy year so far; ``account_balance_fen`` what the account that is to pay holds (the
    relative's, for mutual aid). ``recorder`` takes the explanation's events. Raises LookupError for an encounter kind
    outside ``policy.encounter_kinds``: the caller refuses such a visit before.
    """
    plan = plan_for(policy, person, visit)
    parts = tuple([line.parts() for line in lines])
    first_share_fen = sum([part.first_share_fen for part in parts])
    over_limit_fen = sum([part.over_limit_fen for part in parts])
    excluded_fen = sum([part.excluded_fen for part in parts])
    in_policy_fen = sum([part.in_policy_fen for part in parts])
    if recorder is not None:
        recorder.extend(("line", line, part) for line, part in zip(lines, parts, strict=True))
    left = {"own_share": in_policy_fen, "first_share": first_share_fen}
    left |= {"over_limit": over_limit_fen, "excluded": excluded_fen}
    funds: dict[Fund, int] = {}
    increments: dict[str, int] = {}
    deductible_fen = _funds(plan, visit, accumulators, funds, increments, left, recorder)
    fund_total_fen = sum(funds.values())
    fee_total_fen = excluded_fen + over_limit_fen + first_share_fen + in_policy_fen
    person_total_fen = fee_total_fen - fund_total_fen
    account_fen = 0
    if account_use is not AccountUse.none and account_balance_fen > 0:
        may_fen = sum([left[name] for name in policy.account.pays])
        account_fen = max(0, min(account_balance_fen, may_fen, person_total_fen))
    if recorder is not None:
        recorder.append(("left", left, account_fen, person_total_fen - account_fen))
    return Split(
        fee_total_fen=fee_total_fen,
        excluded_fen=excluded_fen,
        over_limit_fen=over_limit_fen,
        first_share_fen=first_share_fen,
        in_policy_fen=in_policy_fen,
        deductible_fen=deductible_fen,
        funds_fen=funds,
        fund_total_fen=fund_total_fen,
        institution_borne_fen=0,
        person_total_fen=person_total_fen,
        own_share_fen=left["own_share"],
        personal_account_fen=account_fen,
        mutual_aid_fen=account_fen if account_use is AccountUse.mutual_aid else 0,
        cash_fen=person_total_fen - account_fen,
        lines=parts,
        accumulators_after={**accumulators, **{n: accumulators.get(n, 0) + x for n, x in increments.items()}},
    )


def reversal_delta(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What a reversal adds to the accumulators: the settlement's own increments, negated; zero ones are left out.

    A split only ever adds to accumulators (``after = before + increments``), never sets or drops one, so taking the
    increments away restores the map that a run without the settlement would have had, provided that none of the later
    settlements was computed on it: latest first is the settlement room's to enforce.
    """
    return {name: before.get(name, 0) - now for name, now in after.items() if now != before.get(name, 0)}
