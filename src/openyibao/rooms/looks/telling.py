"""What the audit is told of looks, and what it must have been told, from the rows. 中文: 查询留痕审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.looks import store
from openyibao.rooms.looks.records import Look

LOOKED = "looked"


def _content_of_look(one: Look) -> bytes:
    return sm3(msgspec.msgpack.encode(msgspec.structs.astuple(one)))


def looked_event(one: Look) -> AuditEvent:
    """Told with the look."""
    actor, content = f"{one.looker_kind.value}/{one.looker}", _content_of_look(one)
    return AuditEvent(kind=LOOKED, cell=one.bucket, subject_id=one.look_id, actor=actor, content=content)


async def expected_of_looks(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every look."""
    after = (-1, -1)
    while found := await store.list_looks(reading, after=after, most=most):
        after = (found[-1].bucket, found[-1].look_id)
        yield [
            ExpectedEvent(
                kind=LOOKED,
                subject_id=one.look_id,
                content=_content_of_look(one),
                where=f"look {one.bucket}-{one.look_id}",
            )
            for one in found
        ]
