"""What the audit is told of visits, uploads and refusals, and what it must have been told, from the rows as they stand.

A visit that came whole with its settlement has its opening told too; of its lines the settlement's event tells. 中文: 就诊审计内容。
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.encounters import store
from openyibao.rooms.encounters.records import Diagnosis, Encounter, EncounterState


def content_of_encounter(encounter: Encounter, diagnoses: Sequence[Diagnosis]) -> bytes:
    """What is opened and lasts, with its diagnoses: all but the close."""
    lasting = msgspec.structs.replace(encounter, state=EncounterState.open, closed_on=None)
    return sm3(msgspec.msgpack.encode((lasting, tuple(diagnoses))))


def opened_event(encounter: Encounter, diagnoses: Sequence[Diagnosis], *, actor: str) -> AuditEvent:
    """What the audit is told when a visit is opened."""
    return AuditEvent(
        kind="encounter_opened",
        cell=encounter.cell,
        subject_id=encounter.encounter_id,
        actor=actor,
        content=content_of_encounter(encounter, diagnoses),
    )


def content_of_close(encounter_id: int, closed_on: date | None) -> bytes:
    """That a visit was closed, and on which day."""
    return sm3(msgspec.msgpack.encode((encounter_id, closed_on)))


def content_of_refusal(row: Sequence[Any]) -> bytes:
    """The whole row, in the order of the store's columns; the facts by their names, since the database keeps no order."""
    return sm3(msgspec.msgpack.encode(tuple(row), order="deterministic"))


def expected_of_visit(encounter: Encounter, diagnoses: Sequence[Diagnosis]) -> list[ExpectedEvent]:
    """What must have been told of one visit: that it was opened and, where it is, closed."""
    name, where = encounter.encounter_id, f"encounter {encounter.cell}-{encounter.encounter_id}"
    content, closed = content_of_encounter(encounter, diagnoses), encounter.state is EncounterState.closed
    stands = closed == (encounter.closed_on is not None)
    opened = ExpectedEvent(kind="encounter_opened", subject_id=name, content=content, where=where, stands=stands)
    if not closed:
        return [opened]
    content = content_of_close(name, encounter.closed_on)
    return [opened, ExpectedEvent(kind="encounter_closed", subject_id=name, content=content, where=where)]


async def expected_of_refusals(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every refused request about money, ``most`` rows at a time."""
    after = (-1, -1)
    while rows := await store.list_refusals(reading, after=after, most=most):
        after = (rows[-1][0], rows[-1][1])
        yield [
            ExpectedEvent(
                kind="refused",
                subject_id=row[1],
                content=content_of_refusal(row),
                where=f"refusal {row[0]}-{row[1]}",
            )
            for row in rows
        ]
