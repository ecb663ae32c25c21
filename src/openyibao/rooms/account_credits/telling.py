"""What the audit is told of credits and turns, and what it must have been told, from the rows. 中文: 划账审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.account_credits import store
from openyibao.rooms.account_credits.records import CreditBatch, CreditedLine, RolledChunk
from openyibao.rooms.audit import AuditEvent, ExpectedEvent

BATCH, LINE, CHUNK = "credit_batch_begun", "credit_line_entered", "year_rolled"


def _content(values: Sequence[Any]) -> bytes:
    return sm3(msgspec.msgpack.encode(tuple(values)))


def batch_event(one: CreditBatch, actor: str) -> AuditEvent:
    """Told when a batch begins."""
    content = _content(msgspec.structs.astuple(one))
    return AuditEvent(kind=BATCH, cell=one.cell, subject_id=one.batch_id, actor=actor, content=content)


def line_event(one: CreditedLine, actor: str) -> AuditEvent:
    """Told when a line is credited; its subject is its posting, which has an event of its own kind."""
    content = _content(msgspec.structs.astuple(one))
    return AuditEvent(kind=LINE, cell=one.cell, subject_id=one.posting_id, actor=actor, content=content)


def chunk_event(one: RolledChunk) -> AuditEvent:
    """Told with each chunk of a year's turn."""
    content = _content(msgspec.structs.astuple(one))
    return AuditEvent(kind=CHUNK, cell=one.cell, subject_id=one.chunk_id, actor="platform", content=content)


async def expected_of_batches(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every batch."""
    after = (-1, -1)
    while found := await store.list_batches(reading, after=after, most=most):
        after = (found[-1].cell, found[-1].batch_id)
        yield [
            ExpectedEvent(
                kind=BATCH,
                subject_id=one.batch_id,
                content=_content(msgspec.structs.astuple(one)),
                where=f"credit batch {one.cell}-{one.batch_id}",
            )
            for one in found
        ]


async def expected_of_lines(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every credited line; its posting must be to this pot and of this sum."""
    after = (-1, -1, -1)
    while found := await store.list_lines(reading, after=after, most=most):
        last = found[-1][0]
        after = (last.cell, last.batch_id, last.line_no)
        yield [
            ExpectedEvent(
                kind=LINE,
                subject_id=one.posting_id,
                content=_content(msgspec.structs.astuple(one)),
                where=f"credit line {one.cell}-{one.batch_id}-{one.line_no}",
                stands=stands,
            )
            for one, stands in found
        ]


async def expected_of_chunks(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every chunk of every turn."""
    after = (-1, -1, -1)
    while found := await store.list_chunks(reading, after=after, most=most):
        last = found[-1]
        after = (last.cell, last.account_year, last.chunk_id)
        yield [
            ExpectedEvent(
                kind=CHUNK,
                subject_id=one.chunk_id,
                content=_content(msgspec.structs.astuple(one)),
                where=f"year roll {one.cell}-{one.account_year}-{one.chunk_id}",
            )
            for one in found
        ]
