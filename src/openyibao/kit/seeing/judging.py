"""The judgement of a capture against a plan: the first thing that speaks against it, in a written order. 中文: 活体判定。"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from statistics import fmean, median
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from openyibao.kit.seeing import poses, surface
from openyibao.kit.seeing.frames import FramesFault, read_frames
from openyibao.kit.seeing.plans import LEAD_MS, TURNS, Plan
from openyibao.kit.seeing.poses import Pose
from openyibao.kit.seeing.sight import Face, Picture, Sight, distance, read_picture
from openyibao.kit.seeing.surface import Relief
from openyibao.kit.seeing.verdicts import Against, Measures, Seen, Thresholds, decide

WHOLE_EVERY = 4
"""Each so many frames the whole picture is searched, for a second face too."""
FACES_MIN = 0.8
SPAN_MIN = 26.0
SECOND_MIN = 0.4
"""Another face counts from this part of the first one's width on."""
CHAIN_MAX = 14
DARK = 35.0


class _Shot(msgspec.Struct):
    at_ms: int
    picture: Picture
    gray: Any
    face: Face | None = None


def judge(sight: Sight, capture: bytes, plan: Plan, limits: Thresholds | None = None, *, identity: bool = True) -> Seen:
    """What a capture shows. Looked at in the order of ``Against``; what comes after the first is not measured.

    ``identity`` False leaves the embeddings out (half a second): for measuring motion alone, never for a person.
    """
    limits = limits or Thresholds()
    try:
        frames = read_frames(capture)
    except FramesFault:
        return Seen(against=Against.unreadable, measures=Measures())
    if frames[-1].at_ms < plan.total_ms - 500:
        return Seen(against=Against.unreadable, measures=Measures(frames=len(frames)))
    shots: list[_Shot] = []
    for frame in frames:
        picture = read_picture(frame.jpeg)
        if picture is None or (shots and picture.shape != shots[0].picture.shape):
            return Seen(against=Against.unreadable, measures=Measures(frames=len(frames)))
        shots.append(_Shot(at_ms=frame.at_ms, picture=picture, gray=surface.gray(picture)))
    second = _find_faces(sight, shots)
    held = [shot for shot in shots if shot.face is not None]
    measures = Measures(frames=len(frames), faces=len(held) / len(shots), second=second)
    if measures.faces < FACES_MIN or not _good(held):
        return Seen(against=Against.no_face, measures=measures)
    if second > 1:
        return Seen(against=Against.second_face, measures=measures)
    measures = _measure_motion(held, plan, limits, measures)
    against = decide(measures, limits)
    if against is not None or not identity:
        return Seen(against=against, measures=measures)
    return _judge_identity(sight, held, plan, limits, measures)


def _good(held: list[_Shot]) -> bool:
    lead = [shot for shot in held if shot.at_ms < LEAD_MS] or held[:2]
    spans = [shot.face.span for shot in lead if shot.face is not None]
    return bool(spans) and median(spans) >= SPAN_MIN and float(np.mean(lead[0].gray)) >= DARK


def _find_faces(sight: Sight, shots: list[_Shot]) -> int:
    """Give each shot its face; in how many of the whole pictures there was another one."""
    second, last = 0, None
    for number, shot in enumerate(shots):
        whole = last is None or number % WHOLE_EVERY == 0
        found = sight.faces(shot.picture, near=None if whole else last)
        if not whole and not found:
            found, whole = sight.faces(shot.picture), True
        if whole:
            widths = [face.box[2] - face.box[0] for face in found]
            second += len(found) > 1 and widths[1] >= SECOND_MIN * widths[0]
        if not found:
            continue
        shot.face = found[0] if last is None else min(found, key=lambda face: _apart(face, last))
        last = shot.face
    return second


def _apart(face: Face, other: Face | None) -> float:
    assert other is not None
    return abs(face.box[0] - other.box[0]) + abs(face.box[1] - other.box[1])


def _measure_motion(held: list[_Shot], plan: Plan, limits: Thresholds, measures: Measures) -> Measures:
    """Screen, motion, likeness from frame to frame, relief at the furthest turn and at those asked for."""
    some = held[:: max(1, len(held) // 6)]
    chips = [surface.chip(shot.gray, shot.face) for shot in held if shot.face is not None]
    seen = [poses.pose_of(shot.at_ms, shot.face) for shot in held if shot.face is not None]
    rest = poses.rest_of(seen)
    furthest = _relief_at(held, seen, rest, max(range(len(seen)), key=lambda at: abs(seen[at].turn - rest.turn)))
    peaks = poses.peaks(plan, seen, rest, limits)
    by_instant = {pose.at_ms: at for at, pose in enumerate(seen)}
    asked = [
        _relief_at(held, seen, rest, by_instant[at_ms]) if at_ms in by_instant else surface.NONE
        for one, (_, at_ms) in zip(plan.actions, peaks, strict=True)
        if one.action in TURNS
    ]
    return msgspec.structs.replace(
        measures,
        screen=median(surface.screen(shot.gray, shot.face) for shot in some if shot.face is not None),
        moved=poses.moved(seen, rest),
        continuity=min(surface.alike(one, other) for one, other in itertools.pairwise(chips)),
        relief=furthest.flat,
        nose=furthest.nose,
        asked_relief=fmean(one.flat for one in asked),
        asked_nose=fmean(one.nose for one in asked),
        done=tuple(best for best, _ in peaks),
        stray=poses.stray(plan, seen, rest, limits),
    )


def _relief_at(held: list[_Shot], seen: Sequence[Pose], rest: Pose, peak: int) -> Relief:
    """The relief between a turned head and the last frame before in which it looked ahead; the nose's towards the turn."""
    turned = seen[peak].turn - rest.turn
    begin = peak
    while begin > max(0, peak - CHAIN_MAX) and abs(seen[begin].turn - rest.turn) > 0.25 * abs(turned):
        begin -= 1
    face = held[begin].face
    if face is None or begin == peak:
        return surface.NONE
    found = surface.relief([shot.gray for shot in held[begin : peak + 1]], face)
    return found if turned > 0 else msgspec.structs.replace(found, nose=-found.nose)


def _judge_identity(sight: Sight, held: list[_Shot], plan: Plan, limits: Thresholds, measures: Measures) -> Seen:
    """One face from first to last, at rest and at each motion, by its 128 numbers."""
    lead = _template(sight, held[1])
    others = [_template(sight, _nearest(held, (one.from_ms + one.to_ms) // 2 + 200)) for one in plan.actions]
    last = _template(sight, held[-1])
    measures = msgspec.structs.replace(measures, changed=max(distance(lead, other) for other in (*others, last)))
    if decide(measures, limits) is not None:
        return Seen(against=Against.changed, measures=measures)
    return Seen(against=None, measures=measures, template=tuple(float(one) for one in (lead + last) / 2))


def _nearest(held: list[_Shot], at_ms: int) -> _Shot:
    return min(held, key=lambda shot: abs(shot.at_ms - at_ms))


def _template(sight: Sight, shot: _Shot) -> npt.NDArray[np.float64]:
    assert shot.face is not None
    return sight.template(shot.picture, shot.face)
