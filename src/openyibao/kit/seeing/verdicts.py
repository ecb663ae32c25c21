"""What was seen in a capture: measures, thresholds, and the first thing that speaks against it. 中文: 活体观察结论。"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Against(StrEnum):
    """Why a capture is not taken for a living face doing what was asked, in the order in which it is looked at."""

    unreadable = "unreadable"
    """No sequence of frames, or one that doesn't last as long as was asked."""
    no_face = "no_face"
    """No face in too many frames, too small, too dark or out of the picture."""
    second_face = "second_face"
    screen = "screen"
    """The regular pattern of a screen or a print lies over the face."""
    still = "still"
    """Nothing moved: a picture."""
    flat = "flat"
    """It moved as a flat thing moves: a picture held before the camera."""
    other_motion = "other_motion"
    """It moved, but not as this challenge asked: a recording of another one."""
    changed = "changed"
    """Not the same face from the first frame to the last."""


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """From where on a measure counts. Chosen on one half of the sequences of ``openyibao faces attacks``, reported on the other."""

    still_max: float = 0.05
    """Less movement of the head in all than this is none."""
    relief_min: float = 0.018
    """How far points of a solid face stray from any flat picture's motion, at least."""
    nose_min: float = 0.0085
    """How far the nose goes before a bent sheet, at least."""
    screen_max: float = 5.0
    """A regular pattern so many times above its surroundings in the spectrum is none of a face."""
    turn_min: float = 0.075
    nod_min: float = 0.06
    tilt_min_degrees: float = 9.0
    nearer_min: float = 0.13
    stray_max: float = 1.0
    """Motion where none was asked, as a part of what was asked."""
    same_max: float = 0.62
    """How far templates of one sequence may be apart: turned heads are further from themselves."""
    person_max: float = 0.5
    """The distance of two templates of one person who looks ahead."""
    continuity_min: float = 0.38
    """How alike the face is from frame to frame."""


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured; nothing of it tells who it is."""

    frames: int = 0
    faces: float = 0.0
    """The part of the frames with a face."""
    second: int = 0
    screen: float = 0.0
    moved: float = 0.0
    relief: float = 0.0
    """At the furthest turn of all: how far points stray from a flat thing's motion."""
    nose: float = 0.0
    """And how far the nose goes before a bent sheet."""
    asked_relief: float = 0.0
    asked_nose: float = 0.0
    """The same at the turns that were asked for."""
    done: tuple[float, ...] = ()
    """Each motion that was asked: how much of it was seen, as a part of what must be."""
    stray: float = 0.0
    changed: float = 0.0
    """The largest distance between templates of its frames."""
    continuity: float = 1.0


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one capture. ``template`` is the face as 128 numbers, where it was asked for and nothing speaks against it."""

    against: Against | None
    measures: Measures
    template: tuple[float, ...] = ()

    def __repr__(self) -> str:
        return f"Seen(against={self.against})"


def decide(measures: Measures, limits: Thresholds) -> Against | None:
    """What speaks against these measures of motion, surface and identity first, in the order of ``Against``."""
    if measures.screen > limits.screen_max:
        return Against.screen
    if measures.moved < limits.still_max:
        return Against.still
    if measures.continuity < limits.continuity_min:
        return Against.changed
    if measures.relief < limits.relief_min or measures.nose < limits.nose_min:
        return Against.flat
    if not measures.done or min(measures.done) < 1 or measures.stray > limits.stray_max:
        return Against.other_motion
    if measures.asked_relief < limits.relief_min or measures.asked_nose < limits.nose_min:
        return Against.flat
    return Against.changed if measures.changed > limits.same_max else None
