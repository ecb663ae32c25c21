"""What the audit is told of mandates, and what it must have been told, from the rows. 中文: 亲情账户审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.mandates import store
from openyibao.rooms.mandates.records import FamilyMandate, Kinship, MandateBinding, MandateUse

OFFERED, CONSENTED, OWN_CONSENT, ENDED = (
    "mandate_offered",
    "mandate_consented",
    "mandate_own_consent",
    "mandate_ended",
)
BOUND, USED, KINSHIP = "mandate_bound", "mandate_used", "kinship_entered"


def _content(values: Sequence[Any]) -> bytes:
    return sm3(msgspec.msgpack.encode(tuple(values)))


def _contents(one: FamilyMandate) -> dict[str, bytes]:
    """What was told of a mandate so far, by kind of event: the offer, the consents, the end."""
    fresh = msgspec.structs.replace(
        one,
        consented_at=None,
        consent_way=None,
        own_consent_at=None,
        own_consent_way=None,
        ended_at=None,
        ended_by=None,
    )
    name = (one.bucket, one.mandate_id)
    told = {OFFERED: _content(msgspec.structs.astuple(fresh))}
    if one.consented_at is not None or one.consent_way is not None:
        told[CONSENTED] = _content((*name, one.consented_at, one.consent_way))
    if one.own_consent_at is not None or one.own_consent_way is not None:
        told[OWN_CONSENT] = _content((*name, one.own_consent_at, one.own_consent_way))
    if one.ended_at is not None or one.ended_by is not None:
        told[ENDED] = _content((*name, one.ended_at, one.ended_by))
    return told


def mandate_events(before: FamilyMandate | None, one: FamilyMandate, actor: str) -> list[AuditEvent]:
    """What is new of a mandate since ``before``."""
    known = {} if before is None else _contents(before)
    return [
        AuditEvent(kind=kind, cell=one.bucket, subject_id=one.mandate_id, actor=actor, content=content)
        for kind, content in _contents(one).items()
        if kind not in known
    ]


def binding_event(one: MandateBinding, actor: str) -> AuditEvent:
    """Told when an agent's device gets a principal's credential."""
    content = _content(msgspec.structs.astuple(one))
    return AuditEvent(kind=BOUND, cell=one.bucket, subject_id=one.binding_id, actor=actor, content=content)


def use_event(one: MandateUse, actor: str) -> AuditEvent:
    """Told when a bill was paid by an agent's showing, or given back."""
    content = _content(msgspec.structs.astuple(one))
    return AuditEvent(kind=USED, cell=one.cell, subject_id=one.use_id, actor=actor, content=content)


def kinship_event(one: Kinship) -> AuditEvent:
    """Told when officers enter a guardian."""
    content = _content(msgspec.structs.astuple(one))
    return AuditEvent(kind=KINSHIP, cell=one.bucket, subject_id=one.kinship_id, actor=one.maker, content=content)


async def expected_of_mandates(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every mandate; its pointer in the agent's bucket must stand too."""
    after = (-1, -1)
    while found := await store.list_all_mandates(reading, after=after, most=most):
        after = (found[-1].bucket, found[-1].mandate_id)
        pointed = await store.read_pointers(reading, found)
        yield [
            ExpectedEvent(
                kind=kind,
                subject_id=one.mandate_id,
                content=content,
                where=f"mandate {one.bucket}-{one.mandate_id}",
                stands=kind != OFFERED
                or (one.agent_bucket, one.agent_person_id, one.mandate_id, one.bucket, one.principal_person_id)
                in pointed,
            )
            for one in found
            for kind, content in _contents(one).items()
        ]


async def _expected(
    reading: Reading, most: int, read: Any, kind: str, noun: str, name_of: Callable[[Any], tuple[int, int]]
) -> AsyncIterator[list[ExpectedEvent]]:
    after = (-1, -1)
    while found := await read(reading, after=after, most=most):
        after = name_of(found[-1])
        yield [
            ExpectedEvent(
                kind=kind,
                subject_id=name_of(one)[1],
                content=_content(msgspec.structs.astuple(one)),
                where=f"{noun} {name_of(one)[0]}-{name_of(one)[1]}",
            )
            for one in found
        ]


def expected_of_mandate_bindings(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every device of a mandate."""
    return _expected(
        reading, most, store.list_all_bindings, BOUND, "mandate binding", lambda one: (one.bucket, one.binding_id)
    )


def expected_of_mandate_uses(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every use."""
    return _expected(reading, most, store.list_all_uses, USED, "mandate use", lambda one: (one.cell, one.use_id))


def expected_of_kinships(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every kinship."""
    return _expected(
        reading, most, store.list_all_kinships, KINSHIP, "kinship", lambda one: (one.bucket, one.kinship_id)
    )
