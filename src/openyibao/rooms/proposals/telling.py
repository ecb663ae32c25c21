"""What the audit is told of proposals, and what it must have been told, from the rows. 中文: 双人复核审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.proposals import store

_KINDS: Mapping[str, tuple[str, ...]] = {
    "proposal_made": store.MADE,
    "proposal_decided": ("proposal_id", *store.DECIDED),
    "proposal_done": ("proposal_id", "done_at"),
}


def _content(kind: str, row: Mapping[str, Any]) -> bytes:
    return sm3(msgspec.msgpack.encode([row[name] for name in _KINDS[kind]]))


def _event(kind: str, row: Mapping[str, Any], actor: str) -> AuditEvent:
    content = _content(kind, row)
    return AuditEvent(kind=kind, cell=row["bucket"], subject_id=row["proposal_id"], actor=actor, content=content)


def made_event(row: Mapping[str, Any]) -> AuditEvent:
    """Told when it is proposed."""
    return _event("proposal_made", row, row["maker"])


def decided_event(row: Mapping[str, Any]) -> AuditEvent:
    """Told when it is decided."""
    return _event("proposal_decided", row, row["decided_by"])


def done_event(row: Mapping[str, Any]) -> AuditEvent:
    """Told when what was approved is done."""
    return _event("proposal_done", row, row["maker"])


async def expected_of_proposals(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every proposal, ``most`` rows at a time."""
    after = (-1, -1)
    while found := await store.list_rows(reading, after=after, most=most):
        after = (found[-1]["bucket"], found[-1]["proposal_id"])
        expected = []
        for row in found:
            told = {
                "proposal_made": True,
                "proposal_decided": row["decided_at"] is not None,
                "proposal_done": row["done_at"] is not None,
            }
            name, where = row["proposal_id"], f"proposal {row['bucket']}-{row['proposal_id']}"
            expected += [
                ExpectedEvent(kind=kind, subject_id=name, content=_content(kind, row), where=where)
                for kind, stands in told.items()
                if stands
            ]
        yield expected
