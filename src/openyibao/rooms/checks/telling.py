"""What the audit is told of resets, and what it must have been told, from the rows. 中文: 口令重设审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.checks import store
from openyibao.rooms.checks.records import PasswordReset

RESET = "password_reset"


def _content_of(one: PasswordReset) -> bytes:
    return sm3(msgspec.msgpack.encode(msgspec.structs.astuple(one)))


def reset_event(one: PasswordReset) -> AuditEvent:
    """Told with the reset."""
    content = _content_of(one)
    return AuditEvent(kind=RESET, cell=one.bucket, subject_id=one.reset_id, actor=one.asked_by, content=content)


async def expected_of_resets(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every reset, ``most`` rows at a time."""
    after = (-1, -1)
    while found := await store.list_resets(reading, after=after, most=most):
        after = (found[-1].bucket, found[-1].reset_id)
        yield [
            ExpectedEvent(
                kind=RESET,
                subject_id=one.reset_id,
                content=_content_of(one),
                where=f"password reset {one.bucket}-{one.reset_id}",
            )
            for one in found
        ]
