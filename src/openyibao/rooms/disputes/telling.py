"""What the audit is told of disputes, and what it must have been told, from the rows. 中文: 异议审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.disputes import store

RAISED, ANSWERED = "dispute_raised", "dispute_answered"
_ANSWER = ("finding", "answer_sealed", "answered_by", "answered_at")


def _content_of_dispute(row: Mapping[str, Any]) -> bytes:
    return sm3(msgspec.msgpack.encode([row[name] for name in store.COLUMNS if name not in _ANSWER]))


def _content_of_answer(row: Mapping[str, Any]) -> bytes:
    return sm3(msgspec.msgpack.encode([row[name] for name in ("dispute_id", *_ANSWER)]))


def raised_event(row: Mapping[str, Any]) -> AuditEvent:
    """Told when it is raised."""
    bucket, name, actor = row["bucket"], row["dispute_id"], row["raised_by"]
    return AuditEvent(kind=RAISED, cell=bucket, subject_id=name, actor=actor, content=_content_of_dispute(row))


def answered_event(row: Mapping[str, Any]) -> AuditEvent:
    """Told when it is answered."""
    bucket, name, actor = row["bucket"], row["dispute_id"], row["answered_by"]
    return AuditEvent(kind=ANSWERED, cell=bucket, subject_id=name, actor=actor, content=_content_of_answer(row))


async def expected_of_disputes(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every dispute and its answer."""
    after = (-1, -1)
    while found := await store.list_rows(reading, after=after, most=most):
        after = (found[-1]["bucket"], found[-1]["dispute_id"])
        expected = []
        for row in found:
            name = row["dispute_id"]
            where = f"dispute {row['bucket']}-{name}"
            content = _content_of_dispute(row)
            expected.append(ExpectedEvent(kind=RAISED, subject_id=name, content=content, where=where))
            if row["answered_at"] is not None:
                content = _content_of_answer(row)
                expected.append(ExpectedEvent(kind=ANSWERED, subject_id=name, content=content, where=where))
        yield expected
