"""What the audit is told of channels and their keys, and what it must have been told. 中文: 渠道审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.channels import store
from openyibao.rooms.channels.records import Channel, ChannelKey, KeptAssertion

REGISTERED, CHANGED, KEY_MADE, KEY_ENDED = (
    "channel_registered",
    "channel_changed",
    "channel_key_made",
    "channel_key_ended",
)
ENDPOINT_SET, ASSERTED = "channel_endpoint_set", "channel_asserted"


def _content_of(channel: Channel) -> bytes:
    terms = channel.terms
    agreed = msgspec.structs.asdict(terms) | {"scopes": sorted(terms.scopes), "steps": sorted(terms.steps)}
    return sm3(msgspec.msgpack.encode(msgspec.structs.asdict(channel) | {"terms": agreed}))


def _content_of_key(key: ChannelKey) -> bytes:
    return sm3(msgspec.msgpack.encode(msgspec.structs.replace(key, ended_at=None)))


def _content_of_end(key: ChannelKey) -> bytes:
    return sm3(msgspec.msgpack.encode((key.key_id, key.ended_at)))


def channel_event(channel: Channel, actor: str) -> AuditEvent:
    """Told when it is registered, and of each later state."""
    kind = CHANGED if channel.changes else REGISTERED
    return AuditEvent(kind=kind, cell=0, subject_id=channel.channel_id, actor=actor, content=_content_of(channel))


def key_event(key: ChannelKey, actor: str) -> AuditEvent:
    """Told when a key is made, and when an end is set to it."""
    if key.ended_at is None:
        return AuditEvent(kind=KEY_MADE, cell=0, subject_id=key.key_id, actor=actor, content=_content_of_key(key))
    return AuditEvent(kind=KEY_ENDED, cell=0, subject_id=key.key_id, actor=actor, content=_content_of_end(key))


async def expected_of_channels(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every channel as it stands."""
    after = ""
    while found := await store.list_channels(reading, after=after, most=most):
        after = found[-1].channel_code
        yield [
            ExpectedEvent(
                kind=REGISTERED,
                subject_id=one.channel_id,
                content=_content_of(one),
                where=f"channel {one.channel_code}",
                changed=CHANGED,
                changes=one.changes,
            )
            for one in found
        ]


async def expected_of_keys(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every key and its end."""
    after = -1
    while found := await store.list_keys(reading, after=after, most=most):
        after = found[-1].key_id
        expected = []
        for one in found:
            where = f"channel key {one.key_id}"
            expected.append(
                ExpectedEvent(kind=KEY_MADE, subject_id=one.key_id, content=_content_of_key(one), where=where)
            )
            if one.ended_at is not None:
                content = _content_of_end(one)
                expected.append(ExpectedEvent(kind=KEY_ENDED, subject_id=one.key_id, content=content, where=where))
        yield expected


def assertion_event(one: KeptAssertion, actor: str) -> AuditEvent:
    """Told of every assertion whose signature held, taken or refused."""
    content = sm3(msgspec.msgpack.encode(one))
    return AuditEvent(kind=ASSERTED, cell=one.bucket, subject_id=one.assertion_id, actor=actor, content=content)


def told_of_endpoint(row: Mapping[str, Any]) -> ExpectedEvent:
    """Where a channel is told, of what, and the secret as it is sealed: whole, whenever it is set (ADR 22)."""
    content = sm3(msgspec.msgpack.encode(dict(row)))
    where = f"channel endpoint {row['channel_id']}"
    return ExpectedEvent(kind=ENDPOINT_SET, subject_id=row["channel_id"], content=content, where=where)


async def expected_of_endpoints(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told last of every endpoint."""
    after = (-1, -1)
    while rows := await store.list_endpoint_rows(reading, after=after, most=most):
        after = (rows[-1]["bucket"], rows[-1]["channel_id"])
        yield [told_of_endpoint(row) for row in rows]


async def expected_of_assertions(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every assertion that is kept."""
    after = (-1, -1, "")
    while found := await store.list_assertions(reading, after=after, most=most):
        after = (found[-1].bucket, found[-1].channel_id, found[-1].nonce)
        yield [
            ExpectedEvent(
                kind=ASSERTED,
                subject_id=one.assertion_id,
                content=sm3(msgspec.msgpack.encode(one)),
                where=f"channel assertion {one.bucket}-{one.assertion_id}",
            )
            for one in found
        ]
