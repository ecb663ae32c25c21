"""Records of faces. 中文: 人脸记录。"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from openyibao.kit.seeing import Plan


class ShowingWay(StrEnum):
    """How a face was held against templates (比对方式: 一对一 / 一对少)."""

    one_to_one = "one_to_one"
    one_to_few = "one_to_few"


class FaceTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """What a face is known by (人脸模板). Of a deleted one only the digest is left."""

    bucket: int
    template_id: int
    person_id: int
    person_digest: bytes
    model: str
    template_sealed: bytes | None
    template_digest: bytes
    tail_digest: bytes | None
    consent_id: int
    entered_by: str
    entered_at: datetime
    deleted_by: str | None = None
    deleted_at: datetime | None = None

    def __repr__(self) -> str:
        return f"FaceTemplate(template_id={self.template_id})"


class NewFace(msgspec.Struct, frozen=True, kw_only=True):
    """A face to keep, of whom, with consent to which text in which channel; ``template_sealed`` is of the face worker."""

    bucket: int
    person_id: int
    template_id: int
    template_sealed: bytes
    language: str
    channel_code: str
    entered_by: str

    def __repr__(self) -> str:
        return f"NewFace(template_id={self.template_id})"


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A template that a face may be held against (候选模板): sealed as it lies."""

    bucket: int
    template_id: int
    person_id: int
    template_sealed: bytes

    def __repr__(self) -> str:
        return f"Candidate(template_id={self.template_id})"


class FaceChallenge(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is asked to do before the camera (活体挑战): for which reference, about whom, when it was drawn."""

    bucket: int
    reference: str
    challenge_id: str
    person: str
    plan: Plan
    issued_at: datetime
    used_at: datetime | None = None


class FaceShowing(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody was known by their face in place of the code (刷脸出示记录)."""

    bucket: int
    presentation_id: int
    person_id: int
    template_id: int
    way: ShowingWay
    candidates: int
    distance_e4: int
    password_given: bool
    evidence_digest: bytes
    shown_at: datetime
