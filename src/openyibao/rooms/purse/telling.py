"""What the audit is told of transfers, and what it must have been told, from the rows. 中文: 钱包审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.purse import store
from openyibao.rooms.purse.records import PurseTransfer, TransferState

SENT, ENDED = "purse_sent", "purse_ended"


def _content(values: Sequence[Any]) -> bytes:
    return sm3(msgspec.msgpack.encode(tuple(values)))


def _content_of_sent(one: PurseTransfer) -> bytes:
    fresh = msgspec.structs.replace(one, state=TransferState.sent, ended_at=None)
    return _content(msgspec.structs.astuple(fresh))


def _content_of_end(one: PurseTransfer) -> bytes:
    return _content((one.cell, one.transfer_id, one.state.value, one.ended_at))


def sent_event(one: PurseTransfer) -> AuditEvent:
    """Told when it is sent."""
    actor = str(one.sender_person_id)
    return AuditEvent(kind=SENT, cell=one.cell, subject_id=one.transfer_id, actor=actor, content=_content_of_sent(one))


def ended_event(one: PurseTransfer, actor: str) -> AuditEvent:
    """Told when it is accepted, refused or returned."""
    return AuditEvent(kind=ENDED, cell=one.cell, subject_id=one.transfer_id, actor=actor, content=_content_of_end(one))


async def expected_of_transfers(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every transfer; its pointer in the receiver's cell must stand too."""
    after = (-1, -1)
    while found := await store.list_transfers(reading, after=after, most=most):
        after = (found[-1].cell, found[-1].transfer_id)
        pointed = await store.list_pointed(reading, found)
        expected = []
        for one in found:
            where, name = f"purse transfer {one.cell}-{one.transfer_id}", one.transfer_id
            stands = (one.receiver_cell, one.receiver_person_id, name, one.cell) in pointed
            expected.append(
                ExpectedEvent(kind=SENT, subject_id=name, content=_content_of_sent(one), where=where, stands=stands)
            )
            if one.state is not TransferState.sent:
                content = _content_of_end(one)
                expected.append(ExpectedEvent(kind=ENDED, subject_id=name, content=content, where=where))
        yield expected
