"""What the audit is told of consents, and what it must have been told, from the rows. 中文: 同意审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.consents import store
from openyibao.rooms.consents.records import Consent

GIVEN, WITHDRAWN = "consent_given", "consent_withdrawn"


def _content_of_consent(one: Consent) -> bytes:
    fresh = msgspec.structs.replace(one, withdrawn_by=None, withdrawn_at=None)
    return sm3(msgspec.msgpack.encode(msgspec.structs.astuple(fresh)))


def _content_of_end(one: Consent) -> bytes:
    return sm3(msgspec.msgpack.encode((one.bucket, one.consent_id, one.withdrawn_by, one.withdrawn_at)))


def given_event(one: Consent) -> AuditEvent:
    """Told when it is given."""
    content = _content_of_consent(one)
    return AuditEvent(kind=GIVEN, cell=one.bucket, subject_id=one.consent_id, actor=one.given_by, content=content)


def withdrawn_event(one: Consent) -> AuditEvent:
    """Told when it is taken back."""
    actor, content = one.withdrawn_by or "", _content_of_end(one)
    return AuditEvent(kind=WITHDRAWN, cell=one.bucket, subject_id=one.consent_id, actor=actor, content=content)


async def expected_of_consents(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every consent and its withdrawal."""
    after = (-1, -1)
    while found := await store.list_consents(reading, after=after, most=most):
        after = (found[-1].bucket, found[-1].consent_id)
        expected = []
        for one in found:
            where, name = f"consent {one.bucket}-{one.consent_id}", one.consent_id
            given = ExpectedEvent(kind=GIVEN, subject_id=name, content=_content_of_consent(one), where=where)
            expected.append(given)
            if one.withdrawn_at is not None:
                content = _content_of_end(one)
                expected.append(ExpectedEvent(kind=WITHDRAWN, subject_id=name, content=content, where=where))
        yield expected
