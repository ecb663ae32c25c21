"""What the audit is told of mutual aid, and what it must have been told, from the rows. 中文: 家庭共济审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.mutual_aid import store
from openyibao.rooms.mutual_aid.records import AgreementState, AidUse, MutualAid

PROPOSED, AGREED, ENDED, USED = "mutual_aid_proposed", "mutual_aid_agreed", "mutual_aid_ended", "mutual_aid_used"


def _content(values: Sequence[Any]) -> bytes:
    return sm3(msgspec.msgpack.encode(tuple(values)))


def _event(kind: str, one: MutualAid, content: bytes, actor: str) -> AuditEvent:
    return AuditEvent(kind=kind, cell=one.cell, subject_id=one.agreement_id, actor=actor, content=content)


def _content_of_proposal(one: MutualAid) -> bytes:
    """The agreement as it was proposed."""
    fresh = msgspec.structs.replace(one, state=AgreementState.proposed, agreed_at=None, ended_at=None, ended_by=None)
    return _content(msgspec.structs.astuple(fresh))


def _content_of_agreeing(one: MutualAid) -> bytes:
    return _content((one.cell, one.agreement_id, one.relative_person_id, one.agreed_at))


def _content_of_end(one: MutualAid) -> bytes:
    return _content((one.cell, one.agreement_id, one.ended_at, one.ended_by))


def proposed_event(one: MutualAid) -> AuditEvent:
    """Told when the owner proposes: the first consent."""
    return _event(PROPOSED, one, _content_of_proposal(one), str(one.owner_person_id))


def agreed_event(one: MutualAid) -> AuditEvent:
    """Told when the relative agrees: the second consent."""
    return _event(AGREED, one, _content_of_agreeing(one), str(one.relative_person_id))


def ended_event(one: MutualAid, actor: str) -> AuditEvent:
    """Told when either ends it."""
    return _event(ENDED, one, _content_of_end(one), actor)


def use_event(one: AidUse, actor: str) -> AuditEvent:
    """Told when the owner's account paid, or got back."""
    content = _content(msgspec.structs.astuple(one))
    return AuditEvent(kind=USED, cell=one.cell, subject_id=one.use_id, actor=actor, content=content)


async def expected_of_agreements(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every agreement; its pointer in the relative's cell must stand too."""
    after = (-1, -1)
    while found := await store.list_agreements(reading, after=after, most=most):
        after = (found[-1].cell, found[-1].agreement_id)
        pointed = await store.list_pointed(reading, found)
        expected = []
        for one in found:
            where = f"mutual aid {one.cell}-{one.agreement_id}"
            pointer = (one.relative_cell, one.relative_person_id, one.agreement_id, one.cell, one.owner_person_id)
            contents = [(PROPOSED, _content_of_proposal(one))]
            if one.agreed_at is not None:
                contents.append((AGREED, _content_of_agreeing(one)))
            if one.ended_at is not None:
                contents.append((ENDED, _content_of_end(one)))
            expected += [
                ExpectedEvent(
                    kind=kind,
                    subject_id=one.agreement_id,
                    content=content,
                    where=where,
                    stands=kind != PROPOSED or pointer in pointed,
                )
                for kind, content in contents
            ]
        yield expected


async def expected_of_uses(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every use."""
    after = (-1, -1)
    while found := await store.list_all_uses(reading, after=after, most=most):
        after = (found[-1].cell, found[-1].use_id)
        yield [
            ExpectedEvent(
                kind=USED,
                subject_id=one.use_id,
                content=_content(msgspec.structs.astuple(one)),
                where=f"mutual aid use {one.cell}-{one.use_id}",
            )
            for one in found
        ]
