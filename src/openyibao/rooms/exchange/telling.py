"""What the audit is told of registered software: each row whole, whenever it is set. 中文: 对接方审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.exchange import store

CLIENT_SET = "wire_client_set"


def _content(row: Mapping[str, Any]) -> bytes:
    return sm3(msgspec.json.encode(dict(row), order="sorted"))


def client_event(row: Mapping[str, Any], *, actor: str) -> AuditEvent:
    """Told when an institution's software is registered or speaks otherwise from now on."""
    return AuditEvent(kind=CLIENT_SET, cell=0, subject_id=row["institution_id"], actor=actor, content=_content(row))


async def expected_of_clients(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told last of every registered software."""
    rows = await store.list_client_rows(reading)
    for begin in range(0, len(rows), most):
        yield [
            ExpectedEvent(
                kind=CLIENT_SET,
                subject_id=row["institution_id"],
                content=_content(row),
                where=f"wire client {row['institution_id']}",
            )
            for row in rows[begin : begin + most]
        ]
