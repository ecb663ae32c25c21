"""What the audit is told of printed codes, and what it must have been told, from the rows. 中文: 纸质码审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.papers import store
from openyibao.rooms.papers.records import PaperUse

PRINTED, USED = "printed_limit_set", "printed_used"
_BEFORE_PLACES = 7
"""So many columns a row had before it named places."""
_PERSON = store.CODE_COLUMNS.index("person_id")


def content_of_code(row: Sequence[Any]) -> bytes:
    """A printed code as it was written."""
    told = tuple(row) if row[_PERSON] is not None else tuple(row[:_BEFORE_PLACES])
    return sm3(msgspec.msgpack.encode(told))


def printed_event(row: Sequence[Any], actor: str) -> AuditEvent:
    """Told when a code is printed."""
    return AuditEvent(kind=PRINTED, cell=row[0], subject_id=row[1], actor=actor, content=content_of_code(row))


def _content_of_use(one: PaperUse) -> bytes:
    return sm3(msgspec.msgpack.encode(msgspec.structs.astuple(one)))


def use_event(one: PaperUse, actor: str) -> AuditEvent:
    """Told with the bill."""
    return AuditEvent(kind=USED, cell=one.cell, subject_id=one.use_id, actor=actor, content=_content_of_use(one))


async def expected_of_printed_codes(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every printed code, ``most`` rows at a time."""
    after = (-1, -1)
    while rows := await store.list_all_codes(reading, after=after, most=most):
        after = (rows[-1][0], rows[-1][1])
        yield [
            ExpectedEvent(
                kind=PRINTED,
                subject_id=row[1],
                content=content_of_code(tuple(row)),
                where=f"printed code {row[0]}-{row[1]}",
            )
            for row in rows
        ]


async def expected_of_paper_uses(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every use, ``most`` rows at a time."""
    after = (-1, -1)
    while found := await store.list_all_uses(reading, after=after, most=most):
        after = (found[-1].cell, found[-1].use_id)
        yield [
            ExpectedEvent(
                kind=USED,
                subject_id=one.use_id,
                content=_content_of_use(one),
                where=f"printed use {one.cell}-{one.use_id}",
            )
            for one in found
        ]
