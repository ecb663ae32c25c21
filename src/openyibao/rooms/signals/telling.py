"""What the audit is told of signals, and what it must have been told, from the rows. 中文: 监测信号审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.signals import store

RAISED, JUDGED = "signal_raised", "signal_judged"
_JUDGEMENT = ("finding", "judged_by", "judged_at", "judged_why")


def _raised(row: Mapping[str, Any]) -> bytes:
    told = [row[name] for name in store.COLUMNS if name not in _JUDGEMENT]
    return sm3(msgspec.msgpack.encode(told, order="deterministic"))


def _judged(row: Mapping[str, Any]) -> bytes:
    return sm3(msgspec.msgpack.encode([row[name] for name in ("signal_id", *_JUDGEMENT)]))


def raised_event(row: Mapping[str, Any]) -> AuditEvent:
    """Told when it is raised."""
    bucket, name = row["bucket"], row["signal_id"]
    return AuditEvent(kind=RAISED, cell=bucket, subject_id=name, actor="signals", content=_raised(row))


def judged_event(row: Mapping[str, Any]) -> AuditEvent:
    """Told when an officer judged it."""
    bucket, name, actor = row["bucket"], row["signal_id"], row["judged_by"]
    return AuditEvent(kind=JUDGED, cell=bucket, subject_id=name, actor=actor, content=_judged(row))


async def expected_of_signals(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every signal and its judgement."""
    after = (-1, -1)
    while found := await store.list_rows(reading, after=after, most=most):
        after = (found[-1]["bucket"], found[-1]["signal_id"])
        expected = []
        for row in found:
            name, where = row["signal_id"], f"signal {row['bucket']}-{row['signal_id']}"
            expected.append(ExpectedEvent(kind=RAISED, subject_id=name, content=_raised(row), where=where))
            if row["judged_at"] is not None:
                expected.append(ExpectedEvent(kind=JUDGED, subject_id=name, content=_judged(row), where=where))
        yield expected
