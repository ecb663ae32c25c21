"""What the audit is told of bindings, and what it must have been told, from the rows as they stand. 中文: 绑定审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import ExpectedEvent
from openyibao.rooms.bindings import store
from openyibao.rooms.bindings.records import Binding


def content_of_binding(binding: Binding, session_digest: bytes | None) -> bytes:
    """What is bound and lasts, the sealed secret as it is sealed: all but the end."""
    lasting = msgspec.structs.replace(binding, ended_at=None, end_ground=None)
    return sm3(msgspec.msgpack.encode((lasting, session_digest)))


def content_of_end(binding: Binding) -> bytes:
    """That a binding ended, when and why."""
    return sm3(msgspec.msgpack.encode((binding.binding_id, binding.ended_at, binding.end_ground)))


def content_of_row(row: Sequence[Any]) -> bytes:
    """A row that never changes, as it was written."""
    return sm3(msgspec.msgpack.encode(tuple(row)))


async def expected_of_bindings(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every binding and its end, ``most`` rows at a time."""
    after = (-1, -1)
    while rows := await store.list_all_bindings(reading, after=after, most=most):
        after = (rows[-1][0].bucket, rows[-1][0].binding_id)
        yield [expected for row in rows for expected in _expected_of_binding(*row)]


def _expected_of_binding(binding: Binding, session_digest: bytes | None, state: str) -> list[ExpectedEvent]:
    where, ended = f"binding {binding.bucket}-{binding.binding_id}", state == "ended"
    facts: dict[str, Any] = {"subject_id": binding.binding_id, "where": where}
    bound = ExpectedEvent(
        kind="credential_bound",
        content=content_of_binding(binding, session_digest),
        stands=ended == (binding.ended_at is not None) == (binding.end_ground is not None),
        changed="binding_renamed",
        changes=binding.renames,
        **facts,
    )
    if not ended:
        return [bound]
    content = content_of_end(binding)
    return [bound, ExpectedEvent(kind="credential_unbound", content=content, **facts)]


async def expected_of_hotline(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every act of the hotline, ``most`` rows at a time."""
    after = (-1, -1)
    while rows := await store.list_acts(reading, after=after, most=most):
        after = (rows[-1][0], rows[-1][1])
        yield [_expected_row("hotline_acted", "hotline act", row) for row in rows]


async def expected_of_calls(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every call to the hotline, ``most`` rows at a time."""
    after = (-1, -1)
    while rows := await store.list_call_rows(reading, after=after, most=most):
        after = (rows[-1][0], rows[-1][1])
        yield [_expected_row("hotline_called", "hotline call", row) for row in rows]


def _expected_row(kind: str, noun: str, row: Sequence[Any]) -> ExpectedEvent:
    where = f"{noun} {row[0]}-{row[1]}"
    return ExpectedEvent(kind=kind, subject_id=row[1], content=content_of_row(row), where=where)
