"""What the audit is told of offline acceptances, and what it must have been told, from the rows. 中文: 离线受理审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.acceptances import store
from openyibao.rooms.audit import AuditEvent, ExpectedEvent

SYNCED = "offline_acceptance_synced"


def _content(row: Sequence[Any]) -> bytes:
    """The whole row, in the order of the store's columns; the facts by their names, since the database keeps no order."""
    return sm3(msgspec.msgpack.encode(tuple(row), order="deterministic"))


def synced_event(row: Sequence[Any], actor: str) -> AuditEvent:
    """Told when it is sent in."""
    return AuditEvent(kind=SYNCED, cell=row[0], subject_id=row[1], actor=actor, content=_content(row))


async def expected_of_acceptances(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every acceptance that was sent in."""
    after = (-1, -1)
    while rows := await store.list_rows(reading, after=after, most=most):
        after = (rows[-1][0], rows[-1][1])
        yield [
            ExpectedEvent(
                kind=SYNCED,
                subject_id=row["acceptance_id"],
                content=_content(tuple(row)),
                where=f"offline acceptance {row['bucket']}-{row['acceptance_id']}",
            )
            for row in rows
        ]
