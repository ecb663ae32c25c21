"""How people move when they are asked to, and what attackers hold before the camera instead. Seeded. 中文: 真人动作与攻击样本。

Each ``Kind`` makes one sequence for a plan. The attackers of ``tilted_photo``, ``bent_photo``, ``screen_right`` and ``print_right``
know the challenge beforehand, which is more than most would.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import cv2
import msgspec
import numpy as np

from openyibao.kit.ids import SeededRandomness
from openyibao.kit.seeing.frames import Frame
from openyibao.kit.seeing.plans import Action, Plan, PlannedAction, draw_plan
from openyibao.kit.seeing.sight import Picture
from openyibao.sandbox.heads import HEIGHT, WIDTH, Chance, Head, Held, Look, backdrop, render, render_flat, taken

FRAME_MS = 200


class Kind(StrEnum):
    """A true person, or a kind of attack (攻击类型)."""

    true_person = "true_person"
    still_photo = "still_photo"
    moved_photo = "moved_photo"
    tilted_photo = "tilted_photo"
    """A print turned and tilted as the challenge asks."""
    bent_photo = "bent_photo"
    """The same print, bent round."""
    other_challenge = "other_challenge"
    """A clean recording of a living person answering another challenge."""
    all_motions = "all_motions"
    """A clean recording of a person who does everything in turn."""
    screen_right = "screen_right"
    """The right motions on a screen whose grid the camera sees."""
    print_right = "print_right"
    """A printed mask with the dots of its print, moved rightly."""
    second_face = "second_face"
    changed_face = "changed_face"
    """One person does the motions, another looks ahead in between."""


ATTACKS = tuple(kind for kind in Kind if kind is not Kind.true_person)


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """One made sequence with the plan it was asked by."""

    kind: Kind
    plan: Plan
    frames: tuple[Frame, ...]


def _look(draw: Chance) -> Look:
    return Look(
        span=draw.between(44, 62),
        backdrop=backdrop(draw),
        gain=draw.between(0.7, 1.15),
        slope=draw.between(-0.2, 0.2),
        noise=draw.between(1.0, 4.0),
        quality=70 + draw.source.below(20),
        blur=draw.between(0.0, 0.8),
    )


class _Act(msgspec.Struct, frozen=True, kw_only=True):
    """One motion with its times and how far it goes."""

    action: Action
    begins: float
    reached: float
    leaves: float
    back: float
    far: float


_FAR = {
    Action.turn_left: (17, 29),
    Action.turn_right: (17, 29),
    Action.look_up: (14, 23),
    Action.tilt_left: (13, 24),
    Action.tilt_right: (13, 24),
    Action.nearer: (0.24, 0.42),
}


def _acts(plan: Plan, draw: Chance) -> list[_Act]:
    acts = []
    for one in plan.actions:
        begins = one.from_ms + draw.between(120, 520)
        reached = begins + draw.between(300, 600)
        leaves = max(reached + 350, one.to_ms + draw.between(-250, 200))
        far = draw.between(*_FAR[one.action])
        acts.append(
            _Act(
                action=one.action,
                begins=begins,
                reached=reached,
                leaves=leaves,
                back=leaves + draw.between(280, 480),
                far=far,
            )
        )
    return acts


def _ease(share: float) -> float:
    return share * share * (3 - 2 * share)


def _held_at(at_ms: float, acts: Sequence[_Act], sway: tuple[float, ...]) -> Held:
    values = {"turn": sway[0], "nod": sway[1], "tilt": sway[2], "right": sway[3], "down": sway[4], "near": 1.0}
    for act in acts:
        if act.begins < at_ms < act.reached:
            share = _ease((at_ms - act.begins) / (act.reached - act.begins))
        elif act.reached <= at_ms <= act.leaves:
            share = 1.0
        elif act.leaves < at_ms < act.back:
            share = 1 - _ease((at_ms - act.leaves) / (act.back - act.leaves))
        else:
            continue
        for name, by in _effect(act).items():
            values[name] += share * by
    return Held(**values)


def _effect(act: _Act) -> dict[str, float]:
    match act.action:
        case Action.turn_left:
            return {"turn": act.far, "tilt": 2.0, "nod": -1.5}
        case Action.turn_right:
            return {"turn": -act.far, "tilt": -2.0, "nod": -1.5}
        case Action.look_up:
            return {"nod": act.far, "turn": 1.0}
        case Action.tilt_left:
            return {"tilt": act.far, "right": 0.12}
        case Action.tilt_right:
            return {"tilt": -act.far, "right": -0.12}
        case Action.nearer:
            return {"near": act.far, "nod": -2.0}


def _sway(at_ms: float, phases: Sequence[float], much: float) -> tuple[float, ...]:
    """Nobody holds quite still."""
    slow = at_ms / 1_000
    scales = (1.6, 1.2, 1.2, 0.05, 0.04)
    return tuple(
        much * scale * float(np.sin(phase + slow * (0.9 + 0.25 * number)))
        for number, (phase, scale) in enumerate(zip(phases, scales, strict=True))
    )


def _times(plan: Plan, draw: Chance) -> list[int]:
    times, at = [], 0
    while at <= plan.total_ms + FRAME_MS:
        times.append(at)
        at += FRAME_MS - 25 + draw.source.below(70)
    return times


def _grid(picture: Picture, period: float, angle: float, depth: float) -> Picture:
    """A screen's grid as a camera sees it: waves over the picture."""
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    along = (x * np.cos(angle) + y * np.sin(angle)) * (2 * np.pi / period)
    across = (y * np.cos(angle) - x * np.sin(angle)) * (2 * np.pi / period)
    wave = 1 + depth * 0.5 * (np.sin(along) + np.sin(across))
    return np.asarray(np.clip(picture * wave[..., None], 0, 255), dtype=np.uint8)


def _flat_acts(acts: list[_Act]) -> list[_Act]:
    """A print must be tilted further than a head to look as far turned."""
    far = {Action.turn_left: 1.7, Action.turn_right: 1.7, Action.look_up: 2.0}
    return [msgspec.structs.replace(act, far=act.far * far.get(act.action, 1.0)) for act in acts]


def _all_motions(plan: Plan) -> Plan:
    each = plan.total_ms / (len(Action) + 1)
    actions = tuple(
        PlannedAction(action=action, from_ms=int(600 + at * each), to_ms=int(600 + (at + 0.6) * each))
        for at, action in enumerate(Action)
    )
    return Plan(actions=actions, total_ms=plan.total_ms)


def other_plan(plan: Plan, randomness: SeededRandomness) -> Plan:
    """A plan that asks for something else."""
    while True:
        drawn = draw_plan(randomness)
        if [one.action for one in drawn.actions] != [one.action for one in plan.actions]:
            return drawn


def make(kind: Kind, heads: Sequence[Head], seed: int, plan: Plan | None = None) -> Made:
    """One sequence of a kind; the same for the same seed."""
    draw = Chance(seed)
    plan = plan or draw_plan(draw.source)
    head = heads[draw.source.below(len(heads))]
    others = [one for one in heads if one.person != head.person] or list(heads)
    other = others[draw.source.below(len(others))]
    look = _look(draw)
    moved_by = {Kind.other_challenge: other_plan(plan, draw.source), Kind.all_motions: _all_motions(plan)}.get(
        kind, plan
    )
    acts = _acts(moved_by, draw)
    if kind in {Kind.tilted_photo, Kind.bent_photo}:
        acts = _flat_acts(acts)
    maker = _Maker(kind=kind, head=head, other=other, look=look, acts=acts, draw=draw)
    frames = [taken(maker.picture(at), look, at, draw) for at in _times(plan, draw)]
    return Made(kind=kind, plan=plan, frames=tuple(frames))


def film(head: Head, plan: Plan, *, seed: int, every_ms: int, before_ms: int, after_ms: int) -> list[Picture]:
    """A true person before the lens from ``before_ms`` before the plan begins until ``after_ms`` after it ends: for a camera's file."""
    draw = Chance(seed)
    look = msgspec.structs.replace(_look(draw), span=56.0, gain=1.0, blur=0.0)
    maker = _Maker(kind=Kind.true_person, head=head, other=head, look=look, acts=_acts(plan, draw), draw=draw)
    return [maker.picture(at) for at in range(-before_ms, plan.total_ms + after_ms, every_ms)]


class _Maker:
    """The pictures of one sequence."""

    def __init__(self, *, kind: Kind, head: Head, other: Head, look: Look, acts: list[_Act], draw: Chance) -> None:
        self._kind, self._head, self._other, self._look, self._acts = kind, head, other, look, acts
        self._phases = [draw.between(0, 6) for _ in range(5)]
        self._period, self._angle = draw.between(2.6, 5.5), draw.between(0.15, 1.4)
        self._depth, self._bend = draw.between(0.1, 0.25), draw.between(0.1, 0.5)
        self._skew = draw.between(-18, 18)

    def picture(self, at_ms: int) -> Picture:
        """What is before the lens at this instant."""
        kind, look = self._kind, self._look
        if kind is Kind.still_photo:
            return render_flat(self._head, Held(), look)
        sway = _sway(at_ms, self._phases, 1.0)
        if kind is Kind.moved_photo:
            wild = _sway(at_ms * 1.7, self._phases, 6.0)
            near = 1.1 + 0.15 * float(np.sin(at_ms / 900))
            return render_flat(
                self._head, Held(turn=wild[0], nod=wild[1], tilt=wild[2], right=wild[3], down=wild[4], near=near), look
            )
        held = _held_at(at_ms, self._acts, sway)
        if kind is Kind.tilted_photo:
            # About a slanting axis, which also shears the picture: the best a flat thing can do.
            skewed = msgspec.structs.replace(held, nod=held.nod + self._skew * abs(held.turn) / 40)
            return render_flat(self._head, skewed, look)
        if kind is Kind.bent_photo:
            return render_flat(self._head, held, look, bend=self._bend)
        if kind is Kind.changed_face and any(act.begins < at_ms < act.back for act in self._acts):
            return render(self._other, held, look)
        shown = render(self._head, held, look)
        if kind in {Kind.screen_right, Kind.print_right}:
            return _grid(shown, self._period, self._angle, self._depth)
        if kind is Kind.second_face:
            return _beside(shown, render(self._other, Held(turn=sway[1], near=0.9), look))
        return shown


def _beside(shown: Picture, other: Picture) -> Picture:
    """Two people in one picture, each in half of it."""
    half = WIDTH // 4
    both = np.concatenate([shown[:, half:-half], other[:, half:-half]], axis=1)
    return np.asarray(cv2.resize(both, (WIDTH, HEIGHT)), dtype=np.uint8)
