"""Laying a bill's in-policy spending on the line of the year and letting the layers pay: the innermost loop.

How it is done. The spending is a stretch of a line, laid from the **position** (what the year has already seen, or zero
for a visit of its own) upwards. The points of the line where something changes (deductible, thresholds, ends of
segments, a ceiling reached) cut the stretch into parts. In each part the layers stand on one another: every layer has a
**cumulative** ratio, and pays the rounded cumulative sum less that of the layer before.

Why so. A fen more on the bill lengthens the last part or begins a new one and leaves all others alone, and a rounded
cumulative sum with a ratio of at most 100 % grows by at most a fen. So more spending never lowers what the person pays,
however many layers there are; had each layer been rounded alone, two could have risen by the same fen.

Where the document rounds once a bill, the parts are summed exactly (10⁻⁴ fen) and each layer takes the rounded
cumulative sum of all layers up to it, less that of those before it: the same argument, one rounding. 中文: 分段计算。
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from openyibao.kit.money import BP, divide_half_up
from openyibao.rooms.policies.plan import Plan

_HALF_UP = BP // 2

Recorder = list[tuple[Any, ...]]
"""What the split tells the explanation while it works: one tuple an event, its name first."""

Chain = tuple[tuple[int, int], ...]
"""Layers that pay (by index), each with the cumulative ratio up to it, in basis points."""


def walk(
    plan: Plan, start_fen: int, amount_fen: int, deductible_end_fen: int, rooms: list[int], recorder: Recorder | None
) -> list[int]:
    """Lay the amount on the line from the start and let the layers pay; returns what each walking layer pays.

    ``rooms`` is what each limit of the plan leaves; it is used up.
    """
    if plan.rounds_once:
        return _walk_exactly(plan, start_fen, amount_fen, deductible_end_fen, rooms, recorder)
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
            recorder.append(("part", plan, position_fen, part_fen, below, chain, pays, list(rooms)))
        position_fen += part_fen
        piece += position_fen == bounds[piece]
    return paid


def _fit(plan: Plan, chain: Chain, part_fen: int, rooms: list[int]) -> tuple[int, int]:
    """How much of a part fits below all ceilings, and the owners (bits) whose ceiling ends it.

    Where those who use a ceiling up stand first in the chain, their sum is one rounded product and the ceiling is met
    to the fen. Where others stand before them it is a difference of two, and the first point that meets the ceiling is
    looked for; where they stand in several groups, that point may be jumped over, and a fen stays below the ceiling.
    """
    reached = 0
    for number, limit in enumerate(plan.limits):
        rate_bp = previous_bp = 0
        pays = False
        runs: list[tuple[int, int]] = []
        for index, whole_bp in chain:
            pays = pays or index == limit.owner
            if index in limit.members:
                rate_bp += whole_bp - previous_bp
                if runs and runs[-1][1] == previous_bp:
                    runs[-1] = (runs[-1][0], whole_bp)
                else:
                    runs.append((previous_bp, whole_bp))
            previous_bp = whole_bp
        if not pays:
            continue
        room_fen = max(0, rooms[number])
        if runs == [(0, rate_bp)]:
            fits_fen = divide_half_up(room_fen * BP, rate_bp)
        else:
            fits_fen = _first_meeting(runs, rate_bp, room_fen, part_fen)
        if fits_fen < part_fen:
            part_fen, reached = fits_fen, 1 << limit.owner
        elif fits_fen == part_fen and reached:
            reached |= 1 << limit.owner
    return part_fen, reached


def _first_meeting(runs: list[tuple[int, int]], rate_bp: int, room_fen: int, part_fen: int) -> int:
    """The shortest part for which the groups' rounded differences meet the room, or the whole part."""
    at_fen = max(0, (room_fen - len(runs)) * BP // rate_bp)
    while at_fen < part_fen:
        sum_fen = sum([(at_fen * b + _HALF_UP) // BP - (at_fen * a + _HALF_UP) // BP for a, b in runs])
        if sum_fen >= room_fen:
            return at_fen if sum_fen == room_fen else at_fen - 1
        at_fen += 1
    return part_fen


def _use_up(plan: Plan, chain: Chain, pays: list[int], rooms: list[int]) -> int:
    """Take what a part cost off the rooms; returns the owners (bits) of the ceilings that are now reached."""
    reached = 0
    for number, limit in enumerate(plan.limits):
        rooms[number] -= sum(pay for (index, _), pay in zip(chain, pays, strict=True) if index in limit.members)
        reached |= (rooms[number] <= 0) << limit.owner
    return reached


def _walk_exactly(
    plan: Plan, start_fen: int, amount_fen: int, deductible_end_fen: int, rooms: list[int], recorder: Recorder | None
) -> list[int]:
    """The walk with one rounding a bill. Sums are in 10⁻⁴ fen (fen times basis points) until the end."""
    exact = [0] * len(plan.walking)
    bases = [0] * len(plan.walking)
    exact_rooms = [
        (room_fen - limit.runs) * BP + _HALF_UP - 1 for room_fen, limit in zip(rooms, plan.limits, strict=True)
    ]
    position_fen, end_fen = start_fen, start_fen + amount_fen
    piece = bisect_right(plan.bounds, position_fen)
    reached = sum({1 << limit.owner for limit, room in zip(plan.limits, rooms, strict=True) if room <= 0})
    while position_fen < end_fen:
        stop_fen = min(end_fen, plan.bounds[piece])
        below = position_fen < deductible_end_fen
        if below and deductible_end_fen < stop_fen:
            stop_fen = deductible_end_fen
        chain = plan.chain(piece, below=below, reached=reached)
        rates = _rates(plan, chain)
        part_fen, ended = _fit_exactly(plan, chain, stop_fen - position_fen, rates, exact_rooms)
        before_bp = 0
        for index, whole_bp in chain:
            exact[index] += part_fen * (whole_bp - before_bp)
            bases[index] += part_fen
            before_bp = whole_bp
        for number, rate_bp in enumerate(rates):
            exact_rooms[number] -= part_fen * rate_bp
        reached |= ended
        position_fen += part_fen
        piece += position_fen == plan.bounds[piece]
    paid, total = [], 0
    for each in exact:
        rounded = (total + _HALF_UP) // BP
        total += each
        paid.append((total + _HALF_UP) // BP - rounded)
    for number, limit in enumerate(plan.limits):
        rooms[number] -= sum(paid[index] for index in limit.members)
    if recorder is not None:
        recorder.append(("sums", plan, start_fen, bases, exact, paid, list(rooms)))
    return paid


def _fit_exactly(plan: Plan, chain: Chain, part_fen: int, rates: list[int], exact_rooms: list[int]) -> tuple[int, int]:
    """How much of a part fits below all ceilings, in exact sums, and the owner (bit) whose ceiling ends it."""
    ended = 0
    for number, (limit, rate_bp) in enumerate(zip(plan.limits, rates, strict=True)):
        if rate_bp and any(index == limit.owner for index, _ in chain):
            fits_fen = max(0, exact_rooms[number]) // rate_bp
            if fits_fen < part_fen:
                part_fen, ended = fits_fen, 1 << limit.owner
    return part_fen, ended


def _rates(plan: Plan, chain: Chain) -> list[int]:
    """For each limit, the ratio by which a part uses it up."""
    rates = []
    for limit in plan.limits:
        before_bp = rate_bp = 0
        for index, whole_bp in chain:
            rate_bp += whole_bp - before_bp if index in limit.members else 0
            before_bp = whole_bp
        rates.append(rate_bp)
    return rates
