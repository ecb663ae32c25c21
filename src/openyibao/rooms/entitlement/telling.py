"""What the audit is told of contributions and circumstances, and periods recomputed from them. 中文: 缴费审计与待遇核验。"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.entitlement import store
from openyibao.rooms.entitlement.records import Circumstance, Contribution, EntitlementTerms
from openyibao.rooms.entitlement.rules import derive, hash_terms
from openyibao.rooms.people import Enrolment, list_enrolments

CONTRIBUTION, CIRCUMSTANCE = "contribution_entered", "circumstance_entered"


def content_of(one: Contribution | Circumstance) -> bytes:
    """The whole row but the instant of entering, which the event has."""
    return sm3(msgspec.msgpack.encode(one))


def contribution_event(one: Contribution, actor: str) -> AuditEvent:
    """Told of each run of months that is entered."""
    return AuditEvent(
        kind=CONTRIBUTION, cell=one.cell, subject_id=one.contribution_id, actor=actor, content=content_of(one)
    )


def circumstance_event(one: Circumstance, actor: str) -> AuditEvent:
    """Told of each circumstance."""
    return AuditEvent(
        kind=CIRCUMSTANCE, cell=one.cell, subject_id=one.circumstance_id, actor=actor, content=content_of(one)
    )


async def expected_of_contributions(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every contribution, ``most`` rows at a time."""
    after: tuple[int, ...] = (-1, -1, -1, -1)
    while found := await store.list_contributions(reading, after=after, most=most):
        after = (found[-1].cell, found[-1].person_id, found[-1].enrolment_id, found[-1].contribution_id)
        yield [
            ExpectedEvent(
                kind=CONTRIBUTION,
                subject_id=one.contribution_id,
                content=content_of(one),
                where=f"contribution {one.cell}-{one.contribution_id}",
            )
            for one in found
        ]


async def expected_of_circumstances(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every circumstance, ``most`` rows at a time."""
    after: tuple[int, ...] = (-1, -1, -1, -1)
    while found := await store.list_circumstances(reading, after=after, most=most):
        after = (found[-1].cell, found[-1].person_id, found[-1].enrolment_id, found[-1].circumstance_id)
        yield [
            ExpectedEvent(
                kind=CIRCUMSTANCE,
                subject_id=one.circumstance_id,
                content=content_of(one),
                where=f"circumstance {one.cell}-{one.circumstance_id}",
            )
            for one in found
        ]


async def check_entitlements(reading: Reading, *, most: int) -> AsyncIterator[tuple[int, list[str]]]:
    """(how many enrolments kept by contributions, those whose periods are not what follows from them), bit by bit."""
    terms = await store.read_terms(reading)
    sound = {name for name, one in terms.items() if hash_terms(msgspec.json.encode(one)) == name}
    after = (-1, -1, -1)
    while found := await list_enrolments(reading, after=after, most=most):
        last = (found[-1].cell, found[-1].person_id, found[-1].enrolment_id)
        contributions, circumstances = await store.read_between(reading, after, last)
        after, kept, wrong = last, 0, []
        for one in found:
            name = (one.cell, one.person_id, one.enrolment_id)
            if one.terms_hash is None:
                if name in contributions or one.paid_until or one.running_since:
                    wrong.append(f"enrolment {one.cell}-{one.enrolment_id}")
                continue
            kept += 1
            own = terms.get(one.terms_hash) if one.terms_hash in sound else None
            if own is None or not follows(one, contributions.get(name, []), circumstances.get(name, []), own):
                wrong.append(f"enrolment {one.cell}-{one.enrolment_id}")
        yield kept, wrong


def follows(
    enrolment: Enrolment, contributions: list[Contribution], circumstances: list[Circumstance], terms: EntitlementTerms
) -> bool:
    """Whether what an enrolment says follows from its contributions."""
    again = derive(enrolment, contributions, circumstances, terms)
    return (again.entitlements, again.paid_until, again.running_since) == (
        enrolment.entitlements,
        enrolment.paid_until,
        enrolment.running_since,
    )
