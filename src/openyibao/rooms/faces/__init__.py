"""Faces: what a person's face is known by, and the challenge that tells a living face from a picture of one.

Keeps: templates (128 numbers, sealed to their row), challenges under way, that somebody was known by their face. Promises: no
picture is kept anywhere; no template without a consent of its own, and a deleted one is gone at once; a challenge is drawn at
random, signed, good for two minutes and answered once; templates are unsealed in the face worker alone, at most 500 for one
question; at 100,000 no more are taken before the filing with the authority is entered. A face is never the only way (S1).
Units: UTC instants; distances of templates in 10⁻⁴.
Callers: the face worker, activations (reasons), presentation, counters, wards, the wallet. 中文: 人脸。
"""

from openyibao.rooms.faces.reasons import (
    FACE_AGAINST,
    FACE_CHALLENGE_UNKNOWN,
    FACE_NOT_KNOWN,
    FACE_NOT_REGISTERED,
    FACE_TOO_MANY,
    reason_against,
)
from openyibao.rooms.faces.records import (
    Candidate,
    FaceChallenge,
    FaceShowing,
    FaceTemplate,
    NewFace,
    ShowingWay,
)
from openyibao.rooms.faces.rules import (
    FACE_CONSENT_VERSION,
    TEMPLATES_MAX,
    open_template,
    person_name,
    seal_template,
)
from openyibao.rooms.faces.service import (
    clear_challenges,
    count_faces,
    delete_face,
    draw_challenge,
    enter_face,
    find_by_name,
    find_face,
    list_by_tail,
    list_of_persons,
    note_showing,
    take_challenge,
)
from openyibao.rooms.faces.telling import expected_of_showings, expected_of_templates

__all__ = [
    "FACE_AGAINST",
    "FACE_CHALLENGE_UNKNOWN",
    "FACE_CONSENT_VERSION",
    "FACE_NOT_KNOWN",
    "FACE_NOT_REGISTERED",
    "FACE_TOO_MANY",
    "TEMPLATES_MAX",
    "Candidate",
    "FaceChallenge",
    "FaceShowing",
    "FaceTemplate",
    "NewFace",
    "ShowingWay",
    "clear_challenges",
    "count_faces",
    "delete_face",
    "draw_challenge",
    "enter_face",
    "expected_of_showings",
    "expected_of_templates",
    "find_by_name",
    "find_face",
    "list_by_tail",
    "list_of_persons",
    "note_showing",
    "open_template",
    "person_name",
    "reason_against",
    "seal_template",
    "take_challenge",
]
