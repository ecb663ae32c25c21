"""What the audit is told of passwords and agreements, and what it must have been told of them. 中文: 激活审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.activations import store
from openyibao.rooms.activations.records import SetPassword, StoredAgreement
from openyibao.rooms.audit import ExpectedEvent


def content_of_password(password: SetPassword) -> bytes:
    """A password as it is sealed, by which proof it was set, and how often it had changed."""
    return sm3(msgspec.msgpack.encode(password))


def content_of_agreement(agreed: StoredAgreement) -> bytes:
    """What was agreed to, when and where. One from before consents led tells as it was told then, with its words."""
    facts = msgspec.structs.asdict(agreed)
    facts.pop("agreement" if agreed.consent_id is not None else "consent_id")
    return sm3(msgspec.msgpack.encode(facts))


async def expected_of_passwords(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every password as it stands, ``most`` rows at a time."""
    after = (-1, -1)
    while rows := await store.list_passwords(reading, after=after, most=most):
        after = (rows[-1].bucket, rows[-1].credential_id)
        yield [
            ExpectedEvent(
                kind="password_set",
                subject_id=row.credential_id,
                content=content_of_password(row),
                where=f"password {row.bucket}-{row.credential_id}",
                changes=row.changes,
                changed="password_changed",
            )
            for row in rows
        ]


async def expected_of_agreements(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every agreement, ``most`` rows at a time."""
    after = (-1, -1)
    while rows := await store.list_agreements(reading, after=after, most=most):
        after = (rows[-1].bucket, rows[-1].activation_id)
        yield [
            ExpectedEvent(
                kind="activation_agreed",
                subject_id=row.activation_id,
                content=content_of_agreement(row),
                where=f"agreement {row.bucket}-{row.activation_id}",
            )
            for row in rows
        ]
