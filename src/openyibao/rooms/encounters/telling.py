"""What the audit is told of visits, uploads and refusals, and what it must have been told, from the rows as they stand.

A visit that came whole with its settlement is told of at the end of the settlement's event, as its lines are within it. 中文: 就诊审计内容。
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
from openyibao.rooms.encounters.records import Diagnosis, Encounter, EncounterState, EncounterStep, StepKind


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


def opening_told(encounter: Encounter, diagnoses: Sequence[Diagnosis]) -> bytes:
    """What the event of a settlement ends with where its visit came whole with it: the visit's id and its content."""
    return encounter.encounter_id.to_bytes(8, "big") + content_of_encounter(encounter, diagnoses)


def read_opening(told: bytes) -> tuple[int, bytes]:
    """The visit's id and content, of what ``opening_told`` made."""
    return int.from_bytes(told[:8], "big"), told[8:]


def content_of_step(step: EncounterStep) -> bytes:
    """The whole row."""
    return sm3(msgspec.msgpack.encode(step))


def step_event(step: EncounterStep) -> AuditEvent:
    """What the audit is told of a step in a visit's life."""
    return AuditEvent(
        kind="encounter_stepped",
        cell=step.cell,
        subject_id=step.step_id,
        actor=step.operator_code,
        content=content_of_step(step),
    )


def content_of_removal(fee_batch_id: int, removal_id: int | None) -> bytes:
    """That a batch was taken back, and by which act."""
    return sm3(msgspec.msgpack.encode((fee_batch_id, removal_id)))


def content_of_refusal(row: Sequence[Any]) -> bytes:
    """The whole row, in the order of the store's columns; the facts by their names, since the database keeps no order."""
    return sm3(msgspec.msgpack.encode(tuple(row), order="deterministic"))


def expected_of_visit(
    encounter: Encounter, diagnoses: Sequence[Diagnosis], steps: Sequence[EncounterStep] = ()
) -> list[ExpectedEvent]:
    """What must have been told of one visit: that it was opened, and each of its steps; its state is that of the last."""
    where = f"encounter {encounter.cell}-{encounter.encounter_id}"
    content = content_of_encounter(encounter, diagnoses)
    opened = ExpectedEvent(
        kind="encounter_opened",
        subject_id=encounter.encounter_id,
        content=content,
        where=where,
        stands=(encounter.state, encounter.closed_on) == _state_after(steps),
    )
    return [
        opened,
        *(
            ExpectedEvent(
                kind="encounter_stepped",
                subject_id=step.step_id,
                content=content_of_step(step),
                where=f"encounter step {step.cell}-{step.encounter_id}-{step.step_no}",
                stands=step.step_no == place,
            )
            for place, step in enumerate(steps, start=1)
        ),
    ]


def _state_after(steps: Sequence[EncounterStep]) -> tuple[EncounterState, date | None]:
    """The state and the closing day that the steps have led to."""
    state: tuple[EncounterState, date | None] = (EncounterState.open, None)
    for step in steps:
        if step.kind is StepKind.closed:
            state = (EncounterState.closed, step.step_on)
        elif step.kind is StepKind.reopened:
            state = (EncounterState.open, None)
        elif step.kind is StepKind.cancelled:
            state = (EncounterState.cancelled, None)
    return state


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
