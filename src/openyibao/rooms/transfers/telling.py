"""What the audit is told of transfers, and what it must have been told, from the rows. 中文: 转移接续审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.transfers import store
from openyibao.rooms.transfers.records import EnrolmentTransfer

_ASKED = store.COLUMNS[: store.COLUMNS.index("taken_up_by")]
_KINDS: Mapping[str, tuple[str, ...]] = {
    "transfer_asked": _ASKED,
    "transfer_taken_up": ("transfer_id", "taken_up_by", "taken_up_at"),
    "transfer_closed": ("transfer_id", "closed_by", "closed_at", "moves_on", "done_at", "new_enrolment_id"),
    "transfer_stopped": ("transfer_id", "stopped_by", "stopped_at", "stop_ground", "stop_words"),
}


def _content(kind: str, one: EnrolmentTransfer) -> bytes:
    return sm3(msgspec.msgpack.encode([getattr(one, name) for name in _KINDS[kind]]))


def _event(kind: str, one: EnrolmentTransfer, actor: str | None) -> AuditEvent:
    content = _content(kind, one)
    return AuditEvent(kind=kind, cell=one.bucket, subject_id=one.transfer_id, actor=actor or "", content=content)


def asked_event(one: EnrolmentTransfer) -> AuditEvent:
    """Told when the person asks."""
    return _event("transfer_asked", one, one.asked_by)


def taken_up_event(one: EnrolmentTransfer) -> AuditEvent:
    """Told when it is taken up."""
    return _event("transfer_taken_up", one, one.taken_up_by)


def closed_event(one: EnrolmentTransfer) -> AuditEvent:
    """Told when it is closed, and the enrolment moved."""
    return _event("transfer_closed", one, one.closed_by)


def stopped_event(one: EnrolmentTransfer) -> AuditEvent:
    """Told when it is stopped."""
    return _event("transfer_stopped", one, one.stopped_by)


async def expected_of_transfers(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every transfer, ``most`` rows at a time."""
    after = (-1, -1)
    while found := await store.list_rows(reading, after=after, most=most):
        after = (found[-1].bucket, found[-1].transfer_id)
        yield [
            ExpectedEvent(
                kind=kind,
                subject_id=one.transfer_id,
                content=_content(kind, one),
                where=f"transfer {one.bucket}-{one.transfer_id}",
            )
            for one in found
            for kind, at in (
                ("transfer_asked", one.asked_at),
                ("transfer_taken_up", one.taken_up_at),
                ("transfer_closed", one.closed_at),
                ("transfer_stopped", one.stopped_at),
            )
            if at is not None
        ]
