"""What the audit is told of persons and enrolments, and what it must have been told, from the rows as they stand.

One event a row, at registration too: a sum over many rows could be held, but would name none of them.
中文: 人员审计内容。
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.people import store
from openyibao.rooms.people.records import Enrolment

PERSON, ENROLMENT = "person_registered", "enrolled"
POINTER = "person_document_entered"
PERSON_CHANGED, ENROLMENT_CHANGED = "person_changed", "enrolment_changed"
_LASTING = 11
"""So many columns of a person's row are told at registering; what may change stands behind them, ``changes`` last."""


def content_of_person(row: Sequence[Any]) -> bytes:
    """Every column that registering writes, sealed ones as they are sealed; once changed, the changing ones too."""
    whole = tuple(row)
    return sm3(msgspec.msgpack.encode(whole if len(whole) > _LASTING and whole[-1] else whole[:_LASTING]))


def content_of_enrolment(enrolment: Enrolment) -> bytes:
    """The whole enrolment with its entitlement periods, in the order of their key."""
    periods = enrolment.entitlements
    if any((one.fund, one.begins_on) > (other.fund, other.begins_on) for one, other in pairwise(periods)):
        periods = tuple(sorted(periods, key=lambda period: (period.fund, period.begins_on)))
        enrolment = msgspec.structs.replace(enrolment, entitlements=periods)
    return sm3(msgspec.msgpack.encode(enrolment))


def person_event(row: Sequence[Any], actor: str) -> AuditEvent:
    """Told when a person is registered; ``row`` is in the order of the store's columns."""
    return AuditEvent(kind=PERSON, cell=row[0], subject_id=row[1], actor=actor, content=content_of_person(row))


def enrolment_event(one: Enrolment, actor: str) -> AuditEvent:
    """Told when an enrolment is entered."""
    content = content_of_enrolment(one)
    return AuditEvent(kind=ENROLMENT, cell=one.cell, subject_id=one.enrolment_id, actor=actor, content=content)


def person_changed(row: Sequence[Any], actor: str) -> AuditEvent:
    """Told when a person has died or was merged; ``row`` as it stands now, with the columns that change."""
    return AuditEvent(kind=PERSON_CHANGED, cell=row[0], subject_id=row[1], actor=actor, content=content_of_person(row))


def enrolment_changed(one: Enrolment, actor: str) -> AuditEvent:
    """Told whenever an enrolment or its periods change; the content is the whole as it stands now."""
    content = content_of_enrolment(one)
    return AuditEvent(kind=ENROLMENT_CHANGED, cell=one.cell, subject_id=one.enrolment_id, actor=actor, content=content)


async def expected_of_persons(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every person, ``most`` rows at a time."""
    after = (-1, -1)
    while rows := await store.list_persons(reading, after=after, most=most):
        after = (rows[-1][0], rows[-1][1])
        yield [
            ExpectedEvent(
                kind=PERSON,
                subject_id=row[1],
                content=content_of_person(row),
                where=f"person {row[0]}-{row[1]}",
                # Before the first change nothing may stand in the columns that change.
                stands=bool(row["changes"]) or (row["died_on"] is None and row["merged_into"] is None),
                changed=PERSON_CHANGED,
                changes=row["changes"],
            )
            for row in rows
        ]


def pointer_event(row: Sequence[Any], actor: str) -> AuditEvent:
    """Told when a document leads to a person whose row stands elsewhere."""
    content = sm3(msgspec.msgpack.encode(tuple(row)))
    return AuditEvent(kind=POINTER, cell=row[0], subject_id=row[4], actor=actor, content=content)


async def expected_of_documents(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every document that leads elsewhere, ``most`` rows at a time."""
    after = (-1, b"")
    while rows := await store.list_pointers(reading, after=after, most=most):
        after = (rows[-1][0], rows[-1][1])
        yield [
            ExpectedEvent(
                kind=POINTER,
                subject_id=row[4],
                content=sm3(msgspec.msgpack.encode(tuple(row))),
                where=f"person document {row[0]}-{row[4]}",
            )
            for row in rows
        ]


async def expected_of_enrolments(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every enrolment with its periods, ``most`` rows at a time."""
    after = (-1, -1, -1)
    while found := await store.list_enrolments(reading, after=after, most=most):
        after = (found[-1].cell, found[-1].person_id, found[-1].enrolment_id)
        yield [
            ExpectedEvent(
                kind=ENROLMENT,
                subject_id=one.enrolment_id,
                content=content_of_enrolment(one),
                where=f"enrolment {one.cell}-{one.enrolment_id}",
                changed=ENROLMENT_CHANGED,
                changes=one.changes,
            )
            for one in found
        ]
