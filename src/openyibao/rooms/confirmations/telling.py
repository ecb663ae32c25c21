"""What the audit is told of confirmations, and what it must have been told, from the rows. 中文: 结算确认审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.confirmations import store
from openyibao.rooms.confirmations.records import BillConfirmation, ConfirmationState

ASKED, ANSWERED = "confirmation_asked", "confirmation_answered"


def _asked(one: BillConfirmation) -> bytes:
    """What was asked; how long it stands moves with the answer and is told with it."""
    names = [name for name in one.__struct_fields__ if name not in _ANSWER]
    return sm3(msgspec.msgpack.encode([getattr(one, name) for name in names]))


_ANSWER = frozenset({"state", "answered_at", "answered_by", "expires_at"})


def _answered(one: BillConfirmation) -> bytes:
    return sm3(
        msgspec.msgpack.encode((one.confirmation_id, one.state, one.answered_at, one.answered_by, one.expires_at))
    )


def asked_event(one: BillConfirmation) -> AuditEvent:
    """Told when the phone is asked."""
    return AuditEvent(
        kind=ASKED, cell=one.cell, subject_id=one.confirmation_id, actor=one.operator_code, content=_asked(one)
    )


def answered_event(one: BillConfirmation) -> AuditEvent:
    """Told when it has answered."""
    return AuditEvent(
        kind=ANSWERED,
        cell=one.cell,
        subject_id=one.confirmation_id,
        actor=str(one.answered_by),
        content=_answered(one),
    )


async def expected_of_confirmations(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every confirmation and its answer."""
    after = (-1, -1)
    while found := await store.list_all(reading, after=after, most=most):
        after = (found[-1].cell, found[-1].confirmation_id)
        yield [event for one in found for event in _expected(one)]


def _expected(one: BillConfirmation) -> list[ExpectedEvent]:
    where = f"confirmation {one.cell}-{one.confirmation_id}"
    events = [ExpectedEvent(kind=ASKED, subject_id=one.confirmation_id, content=_asked(one), where=where)]
    if one.state is not ConfirmationState.asked:
        content = _answered(one)
        events.append(ExpectedEvent(kind=ANSWERED, subject_id=one.confirmation_id, content=content, where=where))
    return events
