"""What the audit is told of faces, and what it must have been told, from the rows. A template is told by its digest. 中文: 人脸审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.faces import store
from openyibao.rooms.faces.records import FaceShowing, FaceTemplate

ENTERED, DELETED, SHOWN = "face_entered", "face_deleted", "face_shown"


def _content_of_template(one: FaceTemplate) -> bytes:
    """All that lasts: what is taken away at deletion is told by its digest."""
    told = (
        one.bucket,
        one.template_id,
        one.person_id,
        one.person_digest,
        one.model,
        one.template_digest,
        one.consent_id,
    )
    return sm3(msgspec.msgpack.encode((*told, one.entered_by, one.entered_at)))


def _content_of_end(one: FaceTemplate) -> bytes:
    return sm3(msgspec.msgpack.encode((one.bucket, one.template_id, one.deleted_by, one.deleted_at)))


def _content_of_showing(one: FaceShowing) -> bytes:
    return sm3(msgspec.msgpack.encode(msgspec.structs.astuple(one)))


def entered_event(one: FaceTemplate) -> AuditEvent:
    """Told when a face is kept."""
    content = _content_of_template(one)
    return AuditEvent(kind=ENTERED, cell=one.bucket, subject_id=one.template_id, actor=one.entered_by, content=content)


def deleted_event(one: FaceTemplate) -> AuditEvent:
    """Told when it is deleted."""
    actor, content = one.deleted_by or "", _content_of_end(one)
    return AuditEvent(kind=DELETED, cell=one.bucket, subject_id=one.template_id, actor=actor, content=content)


def shown_event(one: FaceShowing) -> AuditEvent:
    """Told when somebody was known by their face."""
    content = _content_of_showing(one)
    return AuditEvent(kind=SHOWN, cell=one.bucket, subject_id=one.presentation_id, actor=one.way.value, content=content)


async def expected_of_templates(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every template and its deletion."""
    after = (-1, -1)
    while found := await store.list_templates(reading, after=after, most=most):
        after = (found[-1].bucket, found[-1].template_id)
        expected = []
        for one in found:
            where, name = f"face template {one.bucket}-{one.template_id}", one.template_id
            stands = one.template_sealed is None or sm3(one.template_sealed) == one.template_digest
            content = _content_of_template(one)
            expected.append(ExpectedEvent(kind=ENTERED, subject_id=name, content=content, where=where, stands=stands))
            if one.deleted_at is not None:
                content = _content_of_end(one)
                expected.append(ExpectedEvent(kind=DELETED, subject_id=name, content=content, where=where))
        yield expected


async def expected_of_showings(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every showing by face."""
    after = (-1, -1)
    while found := await store.list_showings(reading, after=after, most=most):
        after = (found[-1].bucket, found[-1].presentation_id)
        yield [
            ExpectedEvent(
                kind=SHOWN,
                subject_id=one.presentation_id,
                content=_content_of_showing(one),
                where=f"face showing {one.bucket}-{one.presentation_id}",
            )
            for one in found
        ]
