"""What the audit is told of holds and crossings, and what it must have been told, from the rows. 中文: 预占审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.holds import store
from openyibao.rooms.holds.records import Crossing, CrossingState, Hold, HoldState

MADE, ORDERED, RECEIVED = "hold_made", "crossing_ordered", "crossing_received"
ENDED: dict[HoldState, str] = {state: f"hold_{state.value}" for state in HoldState}


def _content(values: Sequence[Any]) -> bytes:
    return sm3(msgspec.msgpack.encode(tuple(values)))


def _content_of_made(one: Hold) -> bytes:
    """The whole hold as it was when it was made."""
    fresh = msgspec.structs.replace(one, state=HoldState.open, posted_fen=0, ended_at=None)
    return _content(msgspec.structs.astuple(fresh))


def _content_of_end(one: Hold) -> bytes:
    return _content((one.cell, one.hold_id, one.state.value, one.posted_fen, one.ended_at))


def _content_of_crossing(one: Crossing) -> bytes:
    """The order without its state: that it was done, its receipt says."""
    return _content(msgspec.structs.astuple(msgspec.structs.replace(one, state=CrossingState.due)))


def made_event(one: Hold, actor: str) -> AuditEvent:
    """Told when an amount is held."""
    return AuditEvent(kind=MADE, cell=one.cell, subject_id=one.hold_id, actor=actor, content=_content_of_made(one))


def ended_event(one: Hold, actor: str) -> AuditEvent:
    """Told when a hold ends."""
    kind = ENDED[one.state]
    return AuditEvent(kind=kind, cell=one.cell, subject_id=one.hold_id, actor=actor, content=_content_of_end(one))


def crossing_event(one: Crossing, actor: str) -> AuditEvent:
    """Told when something is ordered of another cell."""
    content = _content_of_crossing(one)
    return AuditEvent(kind=ORDERED, cell=one.cell, subject_id=one.crossing_id, actor=actor, content=content)


def receipt_event(row: Sequence[Any], actor: str) -> AuditEvent:
    """Told when it has arrived; ``row`` in the order of the store's columns."""
    return AuditEvent(kind=RECEIVED, cell=row[0], subject_id=row[1], actor=actor, content=_content(row))


async def expected_of_holds(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every hold and of its end."""
    after = (-1, -1)
    while found := await store.list_holds(reading, after=after, most=most):
        after = (found[-1].cell, found[-1].hold_id)
        expected = []
        for one in found:
            where = f"hold {one.cell}-{one.hold_id}"
            made = ExpectedEvent(kind=MADE, subject_id=one.hold_id, content=_content_of_made(one), where=where)
            expected.append(made)
            if one.state is not HoldState.open:
                ended = ExpectedEvent(
                    kind=ENDED[one.state], subject_id=one.hold_id, content=_content_of_end(one), where=where
                )
                expected.append(ended)
        yield expected


async def expected_of_crossings(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every order to another cell."""
    after = (-1, -1)
    while found := await store.list_crossings(reading, after=after, most=most):
        after = (found[-1].cell, found[-1].crossing_id)
        yield [
            ExpectedEvent(
                kind=ORDERED,
                subject_id=one.crossing_id,
                content=_content_of_crossing(one),
                where=f"crossing {one.cell}-{one.crossing_id}",
            )
            for one in found
        ]


async def expected_of_receipts(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of everything that arrived."""
    after = (-1, -1)
    while rows := await store.list_receipts(reading, after=after, most=most):
        after = (rows[-1][0], rows[-1][1])
        yield [
            ExpectedEvent(
                kind=RECEIVED,
                subject_id=row[1],
                content=_content(row),
                where=f"crossing receipt {row[0]}-{row[1]}",
            )
            for row in rows
        ]
