"""Seeing a face move: a plan of motions, a sequence of frames, and what can be measured in them.

Keeps: nothing, pictures least of all. Promises: a plan says what is to be done and when; ``judge`` (in ``judging``) names the
first thing that speaks against a living face doing it. ``plans`` and ``frames`` need nothing; ``sight``, ``surface`` and
``judging`` need the extra ``face`` and run in a process of their own. Units: milliseconds since the first frame; lengths in
distances between the eyes; angles in degrees. Callers: the faces room (plans), the face worker. 中文: 人脸动作的观察。
"""

from openyibao.kit.seeing.frames import CAPTURE_MAX, Frame, FramesFault, pack_frames, read_frames
from openyibao.kit.seeing.plans import Action, Plan, PlannedAction, draw_plan
from openyibao.kit.seeing.verdicts import Against, Measures, Seen, Thresholds

__all__ = [
    "CAPTURE_MAX",
    "Action",
    "Against",
    "Frame",
    "FramesFault",
    "Measures",
    "Plan",
    "PlannedAction",
    "Seen",
    "Thresholds",
    "draw_plan",
    "pack_frames",
    "read_frames",
]
