"""What the audit is told of freezes, and what it must have been told, from the rows. 中文: 冻结审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.freezes import store
from openyibao.rooms.freezes.records import Freeze

FROZEN, LIFTED = "freeze_made", "freeze_lifted"


def _content_of_freeze(one: Freeze) -> bytes:
    made = (one.bucket, one.freeze_id, one.credential_id, one.person_id, one.frozen_by, one.frozen_at)
    return sm3(msgspec.msgpack.encode(made))


def _content_of_lift(one: Freeze) -> bytes:
    lifted = (one.freeze_id, one.lifted_at, one.lift_proof, one.lifted_by, one.approved_by, one.why)
    return sm3(msgspec.msgpack.encode(lifted))


def frozen_event(one: Freeze) -> AuditEvent:
    """Told when the person freezes."""
    content = _content_of_freeze(one)
    return AuditEvent(kind=FROZEN, cell=one.bucket, subject_id=one.freeze_id, actor=one.frozen_by, content=content)


def lifted_event(one: Freeze) -> AuditEvent:
    """Told when it is lifted."""
    actor, content = one.lifted_by or "", _content_of_lift(one)
    return AuditEvent(kind=LIFTED, cell=one.bucket, subject_id=one.freeze_id, actor=actor, content=content)


async def expected_of_freezes(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every freeze; the credential of an open one must say so, and of none else."""
    after = (-1, -1)
    while found := await store.list_freezes(reading, after=after, most=most):
        after = (found[-1][0].bucket, found[-1][0].freeze_id)
        expected = []
        for one, stands_at in found:
            where, name = f"freeze {one.bucket}-{one.freeze_id}", one.freeze_id
            stands = one.lifted_at is not None or stands_at == one.frozen_at
            content = _content_of_freeze(one)
            expected.append(ExpectedEvent(kind=FROZEN, subject_id=name, content=content, where=where, stands=stands))
            if one.lifted_at is not None:
                content = _content_of_lift(one)
                expected.append(ExpectedEvent(kind=LIFTED, subject_id=name, content=content, where=where))
        yield expected
    yield [
        ExpectedEvent(kind=FROZEN, subject_id=name, content=b"", where=f"freeze of credential {bucket}-{name}")
        for bucket, name in await store.list_unfounded(reading, most=most)
    ]
