"""How a head is held, from five landmarks, and whether it moved as the plan says. Pure. 中文: 头部姿态与动作比对。"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import msgspec

from openyibao.kit.seeing.plans import LEAD_MS, Action, Plan
from openyibao.kit.seeing.sight import Face
from openyibao.kit.seeing.verdicts import Thresholds

LATE_MS = 500
"""People begin late: so long after its window a motion still counts, and is not stray."""


class Pose(msgspec.Struct, frozen=True, kw_only=True):
    """A head's pose.

    ``turn`` and ``nod`` are where the foot of the nose stands across and below the line of the eyes, in
    distances of the eyes; ``tilt`` the slope of that line in degrees; ``size`` the logarithm of the face's size.
    """

    at_ms: int
    turn: float
    nod: float
    tilt: float
    size: float


def pose_of(at_ms: int, face: Face) -> Pose:
    """The pose of a face."""
    (ax, ay), (bx, by) = face.eyes
    span = max(face.span, 1.0)
    ux, uy = (bx - ax) / span, (by - ay) / span
    nx, ny = face.nose[0] - (ax + bx) / 2, face.nose[1] - (ay + by) / 2
    across, below = (nx * ux + ny * uy) / span, (ny * ux - nx * uy) / span
    return Pose(
        at_ms=at_ms,
        turn=across,
        nod=below,
        tilt=math.degrees(math.atan2(uy, ux)),
        size=math.log(span),
    )


def rest_of(poses: Sequence[Pose]) -> Pose:
    """The pose before the first motion: the middle of the lead's poses."""
    lead = [one for one in poses if one.at_ms < LEAD_MS] or list(poses[:3])
    middle = {name: median(getattr(one, name) for one in lead) for name in ("turn", "nod", "tilt", "size")}
    return Pose(at_ms=0, **middle)


def amount(action: Action, pose: Pose, rest: Pose, limits: Thresholds) -> float:
    """How much of a motion a pose shows: 1 is what must be seen, negative is the other way."""
    match action:
        # The camera sees the person's left on the picture's right.
        case Action.turn_left:
            return (pose.turn - rest.turn) / limits.turn_min
        case Action.turn_right:
            return (rest.turn - pose.turn) / limits.turn_min
        case Action.look_up:
            return (rest.nod - pose.nod) / limits.nod_min
        case Action.tilt_left:
            return (pose.tilt - rest.tilt) / limits.tilt_min_degrees
        case Action.tilt_right:
            return (rest.tilt - pose.tilt) / limits.tilt_min_degrees
        case Action.nearer:
            return (pose.size - rest.size) / limits.nearer_min


def moved(poses: Sequence[Pose], rest: Pose) -> float:
    """How much the head moved in all, by the kind of motion it moved most."""
    if not poses:
        return 0.0
    return max(
        _spread([one.turn - rest.turn for one in poses]),
        _spread([one.nod - rest.nod for one in poses]),
        _spread([math.radians(one.tilt - rest.tilt) for one in poses]),
        _spread([one.size - rest.size for one in poses]),
    )


def _spread(values: list[float]) -> float:
    """From the tenth to the ninetieth of a hundred: one bad frame is no motion."""
    ordered = sorted(values)
    cut = len(ordered) // 10
    return ordered[-1 - cut] - ordered[cut]


def peaks(plan: Plan, poses: Sequence[Pose], rest: Pose, limits: Thresholds) -> list[tuple[float, int]]:
    """For each motion of the plan the second highest amount in its window, and the instant of the highest."""
    found = []
    for one in plan.actions:
        within = [
            (amount(one.action, pose, rest, limits), pose.at_ms)
            for pose in poses
            if one.from_ms <= pose.at_ms <= one.to_ms + LATE_MS
        ]
        within.sort(reverse=True)
        best = within[1][0] if len(within) > 1 else 0.0
        found.append((best, within[0][1] if within else one.from_ms))
    return found


def stray(plan: Plan, poses: Sequence[Pose], rest: Pose, limits: Thresholds) -> float:
    """The most of a motion that was seen in two frames where it was not asked: in its own windows only what goes with it by nature."""
    worst = 0.0
    for action in Action:
        seen = sorted(
            (
                amount(action, pose, rest, limits)
                for pose in poses
                if not any(
                    one.from_ms <= pose.at_ms <= one.to_ms + LATE_MS + 200 and _goes_with(action, one.action)
                    for one in plan.actions
                )
            ),
            reverse=True,
        )
        worst = max(worst, seen[1] if len(seen) > 1 else 0.0)
    return worst


def _goes_with(action: Action, asked: Action) -> bool:
    """Whether a motion is the one asked, or comes along with it."""
    # Who comes nearer looks up a little, and who looks up, leans.
    return action is asked or {action, asked} == {Action.nearer, Action.look_up}
