"""What a person is asked to do before the camera, and when: drawn at random, so that no recording fits. 中文: 动作计划。

Three motions in random order, each in a window of random length after a rest of random length, with at least one turn of the
head, which no flat picture can do. There are some two hundred orders, times the timing.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from openyibao.kit.ids import Randomness


class Action(StrEnum):
    """One motion of the head, as the person sees it (left is their left).

    Looking down is not among them: five landmarks hardly show it.
    """

    turn_left = "turn_left"
    turn_right = "turn_right"
    look_up = "look_up"
    tilt_left = "tilt_left"
    tilt_right = "tilt_right"
    nearer = "nearer"


TURNS = (Action.turn_left, Action.turn_right)
ACTIONS = 3
LEAD_MS = 1_200
"""The face is still and looks ahead before the first motion."""
TAIL_MS = 600


class PlannedAction(msgspec.Struct, frozen=True, kw_only=True):
    """A motion and its window."""

    action: Action
    from_ms: int
    to_ms: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Motions in their order, and when it is over."""

    actions: tuple[PlannedAction, ...]
    total_ms: int

    def text(self) -> str:
        """One line that says all of it: what is signed and stored."""
        return ";".join(f"{one.action.value}:{one.from_ms}-{one.to_ms}" for one in self.actions) + f";{self.total_ms}"


def plan_of(text: str) -> Plan:
    """The plan of a line that ``Plan.text`` made. Raises ValueError where it is none."""
    *parts, total = text.split(";")
    actions = []
    for part in parts:
        name, _, window = part.partition(":")
        begin, _, end = window.partition("-")
        actions.append(PlannedAction(action=Action(name), from_ms=int(begin), to_ms=int(end)))
    return Plan(actions=tuple(actions), total_ms=int(total))


def draw_plan(randomness: Randomness) -> Plan:
    """A new plan."""
    chosen = [TURNS[randomness.below(len(TURNS))]]
    others = [one for one in Action if one not in chosen]
    while len(chosen) < ACTIONS:
        chosen.append(others.pop(randomness.below(len(others))))
    for last in range(len(chosen) - 1, 0, -1):
        other = randomness.below(last + 1)
        chosen[last], chosen[other] = chosen[other], chosen[last]
    at, actions = LEAD_MS, []
    for action in chosen:
        begin = at + 100 * randomness.below(6)
        end = begin + 1_500 + 100 * randomness.below(6)
        actions.append(PlannedAction(action=action, from_ms=begin, to_ms=end))
        at = end + 700
    return Plan(actions=tuple(actions), total_ms=at - 700 + TAIL_MS)
