"""What the audit is told of closed periods, and what it must have been told. 中文: 关账审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.periods import store
from openyibao.rooms.periods.records import PeriodAct


def content_of(act: PeriodAct) -> bytes:
    """The whole row."""
    return sm3(msgspec.msgpack.encode(act))


def acted_event(act: PeriodAct) -> AuditEvent:
    """What the audit is told when a period is closed or reopened."""
    return AuditEvent(
        kind="period_acted",
        cell=act.bucket,
        subject_id=act.period_act_id,
        actor=f"{act.maker}/{act.approver}",
        content=content_of(act),
    )


async def expected_of_periods(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every act, ``most`` rows at a time."""
    after = (-1, -1)
    while acts := await store.list_all(reading, after=after, most=most):
        after = (acts[-1].bucket, acts[-1].period_act_id)
        yield [
            ExpectedEvent(
                kind="period_acted",
                subject_id=act.period_act_id,
                content=content_of(act),
                where=f"period act {act.bucket}-{act.period_act_id}",
            )
            for act in acts
        ]
