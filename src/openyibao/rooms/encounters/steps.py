"""Steps in the life of a visit or stay: admitted, changed, closed (discharged), reopened, cancelled. Every one is kept.

The visit is locked, judged by the table of ``lives``, and the step written beside its new state. 中文: 就诊经过。
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import ClaimedKey
from openyibao.rooms.encounters import store, telling
from openyibao.rooms.encounters.judging import References
from openyibao.rooms.encounters.lives import BED_KINDS, Act, judge_act
from openyibao.rooms.encounters.open_stays import end_stay, reopen_stay
from openyibao.rooms.encounters.records import (
    ChangeRequest,
    CloseRequest,
    Encounter,
    EncounterState,
    EncounterStep,
    FeeBatch,
    FeeBatchState,
    OpenRequest,
    StepKind,
    UndoRequest,
)
from openyibao.rooms.encounters.refusing import claim_or_refuse, known_refusal, refuse
from openyibao.rooms.encounters.rules import CLOSE_DAY_UNSOUND, ENCOUNTER_UNKNOWN
from openyibao.rooms.institutions import may_act, practitioner_known

StepRequest = ChangeRequest | CloseRequest | UndoRequest
Found = tuple[Encounter, list[FeeBatch]]
AskFurther = Callable[[Encounter, Sequence[FeeBatch]], Awaitable[Refused | None]]


class Stepped(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of change, close, reopen and cancel: the visit as it stands, and the step."""

    encounter: Encounter
    step: EncounterStep
    repeated: bool = False


async def change_encounters(
    tx: Tx, clock: Clock, references: References, requests: Sequence[ChangeRequest]
) -> list[Stepped | Refused]:
    """Change ward, bed, doctor, diagnoses. Reasons: those of ``_find`` · practitioner_unknown · those of ``lives``."""

    async def judge(request: ChangeRequest, found: Found) -> Refused | None:
        code = request.practitioner_code
        if code is not None:
            refused = practitioner_known(references.directory.practitioner(request.institution_id, code), code)
            if refused is not None:
                return refused
        return judge_act(Act.change, *found)

    return await _step_each(tx, clock, references, requests, StepKind.changed, judge)


async def close_encounters(
    tx: Tx, clock: Clock, references: References, requests: Sequence[CloseRequest]
) -> list[Stepped | Refused]:
    """Close visits, discharge stays. Reasons: those of ``_find`` · those of ``lives`` · close_day_unsound."""

    async def judge(request: CloseRequest, found: Found) -> Refused | None:
        return judge_act(Act.close, *found) or _judge_day(request, *found, today=clock.today())

    return await _step_each(tx, clock, references, requests, StepKind.closed, judge)


async def cancel_encounters(
    tx: Tx, clock: Clock, references: References, requests: Sequence[UndoRequest]
) -> list[Stepped | Refused]:
    """Cancel a registration or an admission. Reasons: those of ``_find`` · those of ``lives``."""

    async def judge(request: UndoRequest, found: Found) -> Refused | None:
        return judge_act(Act.cancel, *found)

    return await _step_each(tx, clock, references, requests, StepKind.cancelled, judge)


async def reopen_encounters(
    tx: Tx, clock: Clock, references: References, requests: Sequence[UndoRequest], *, ask_further: AskFurther
) -> list[Stepped | Refused]:
    """Undo a close or a discharge. Reasons: those of ``_find`` · those of ``ask_further`` (settlement knows what was
    settled after the close, and which days are closed) · stay_open.
    """  # noqa: D205 one sentence

    async def judge(request: UndoRequest, found: Found) -> Refused | None:
        refused = await ask_further(*found)
        if refused is None and found[0].kind in BED_KINDS:
            refused = await reopen_stay(tx, references, found[0])
        return refused

    return await _step_each(tx, clock, references, requests, StepKind.reopened, judge)


def _judge_day(
    request: CloseRequest, encounter: Encounter, batches: Sequence[FeeBatch], *, today: date
) -> Refused | None:
    day = request.closed_on or today
    lines = [
        item.incurred_on
        for batch in batches
        if batch.state is not FeeBatchState.removed
        for item in batch.items
        if item.incurred_on is not None
    ]
    first = max([encounter.opened_on, *lines])
    if first <= day <= today:
        return None
    facts = {"closed_on": day.isoformat(), "from_on": first.isoformat(), "until_on": today.isoformat()}
    return Refused(CLOSE_DAY_UNSOUND, facts)


_VERBS = {
    StepKind.changed: "change_encounter",
    StepKind.closed: "close_encounter",
    StepKind.reopened: "reopen_encounter",
    StepKind.cancelled: "cancel_encounter",
}


async def _step_each(
    tx: Tx,
    clock: Clock,
    references: References,
    requests: Sequence[Any],
    kind: StepKind,
    judge: Callable[[Any, Found], Awaitable[Refused | None]],
) -> list[Stepped | Refused]:
    """Claim the keys, then take each step under the lock of its visit."""
    verb = _VERBS[kind]
    answers: list[Stepped | Refused] = []
    for request, claim in zip(
        requests, await claim_or_refuse(tx, clock, verb, requests, [one.cell for one in requests]), strict=True
    ):
        if isinstance(claim, Refused):
            answers.append(claim)
            continue
        if not claim.fresh:
            answers.append(await _known(tx, claim, (request.cell, request.encounter_id)))
            continue
        found = await _find(tx, references, request)
        refused = found if isinstance(found, Refused) else await judge(request, found)
        if refused is not None:
            encounter = None if isinstance(found, Refused) else found[0]
            answers.append(
                await refuse(
                    tx,
                    clock,
                    verb,
                    cell=request.cell,
                    institution_id=request.institution_id,
                    refusal_id=claim.outcome_id,
                    refused=refused,
                    person_id=None if encounter is None else encounter.person_id,
                    encounter_id=request.encounter_id,
                )
            )
            continue
        assert not isinstance(found, Refused)
        answers.append(await take_step(tx, clock, found[0], kind, request, step_id=claim.outcome_id))
    return answers


async def _find(tx: Tx, references: References, request: StepRequest) -> Found | Refused:
    """The visit, locked, with its batches. Reasons: institution_suspended · encounter_unknown."""
    name = (request.cell, request.encounter_id)
    encounter = (await store.read_encounters(tx, [name], lock=True)).get(name)
    institution = references.directory.by_id(request.institution_id)
    refused = may_act(institution) if institution else None
    if refused is not None:
        return refused
    if encounter is None or encounter.institution_id != request.institution_id:
        return Refused(ENCOUNTER_UNKNOWN)
    return encounter, await store.read_fee_batches(tx, [name])


async def _known(reading: Reading, claimed: ClaimedKey, name: tuple[int, int]) -> Stepped | Refused:
    steps = {step.step_id: step for step in await store.read_steps(reading, [name])}
    if claimed.outcome_id not in steps:
        return await known_refusal(reading, claimed.cell, claimed.outcome_id)
    encounter = (await store.read_encounters(reading, [name]))[name]
    return Stepped(encounter=encounter, step=steps[claimed.outcome_id], repeated=True)


async def take_step(
    tx: Tx, clock: Clock, encounter: Encounter, kind: StepKind, request: Any, *, step_id: int
) -> Stepped:
    """Write a step that is allowed, and the state it leads to. The visit is locked."""
    name = (encounter.cell, encounter.encounter_id)
    earlier = await store.read_steps(tx, [name])
    last = earlier[-1] if earlier else None
    closed_on = (getattr(request, "closed_on", None) or clock.today()) if kind is StepKind.closed else None
    practitioner = getattr(request, "practitioner_code", None)
    diagnoses = getattr(request, "diagnoses", None)
    if diagnoses is None:
        diagnoses = last.diagnoses if last else await store.read_diagnoses(tx, *name)
    step = EncounterStep(
        cell=encounter.cell,
        encounter_id=encounter.encounter_id,
        step_no=len(earlier) + 1,
        step_id=step_id,
        kind=kind,
        step_on=closed_on or clock.today(),
        ward=_first(getattr(request, "ward", None), last.ward if last else ""),
        bed=_first(getattr(request, "bed", None), last.bed if last else ""),
        practitioner_code=practitioner or (last.practitioner_code if last else encounter.practitioner_code),
        diagnoses=diagnoses,
        operator_code=request.operator_code,
        stepped_at=clock.now(),
    )
    await store.insert_steps(tx, [step])
    tx.audit.append(telling.step_event(step))
    if kind is StepKind.changed:
        return Stepped(encounter=encounter, step=step)
    state = {StepKind.closed: EncounterState.closed, StepKind.cancelled: EncounterState.cancelled}.get(kind)
    moved = msgspec.structs.replace(encounter, state=state or EncounterState.open, closed_on=closed_on)
    await store.set_state(tx, moved)
    if encounter.kind in BED_KINDS and state is not None:
        await end_stay(tx, encounter)
    if encounter.admission_no:
        # A stay that never was does not make the next one cheaper.
        stay = (encounter.cell, encounter.person_id, encounter.encounter_id)
        if kind is StepKind.cancelled:
            await store.set_stays_count(tx, [stay], counts=False)
    return Stepped(encounter=moved, step=step)


def _first(given: str | None, kept: str) -> str:
    return kept if given is None else given


async def take_first_step(tx: Tx, clock: Clock, encounter: Encounter, request: OpenRequest) -> None:
    """Write that a patient was admitted: where they lie, and what was diagnosed."""
    admission = request.encounter.admission
    assert admission is not None
    step = EncounterStep(
        cell=encounter.cell,
        encounter_id=encounter.encounter_id,
        step_no=1,
        step_id=tx.ids.next(),
        kind=StepKind.admitted,
        step_on=encounter.opened_on,
        ward=admission.ward,
        bed=admission.bed,
        practitioner_code=encounter.practitioner_code,
        diagnoses=request.encounter.diagnoses,
        operator_code=request.operator_code,
        stepped_at=clock.now(),
    )
    await store.insert_steps(tx, [step])
    tx.audit.append(telling.step_event(step))


def closing_step(tx: Tx, encounter: Encounter, *, operator_code: str, diagnoses: Sequence[Any]) -> EncounterStep:
    """The step of a stay that comes whole with its settlement: it is discharged as it is opened."""
    assert encounter.closed_on is not None
    return EncounterStep(
        cell=encounter.cell,
        encounter_id=encounter.encounter_id,
        step_no=1,
        step_id=tx.ids.next(),
        kind=StepKind.closed,
        step_on=encounter.closed_on,
        ward="",
        bed="",
        practitioner_code=encounter.practitioner_code,
        diagnoses=tuple(diagnoses),
        operator_code=operator_code,
        stepped_at=encounter.opened_at,
    )


async def was_reopened(reading: Reading, step: EncounterStep) -> bool:
    """Whether a later step undid a close."""
    steps = await store.read_steps(reading, [(step.cell, step.encounter_id)])
    return any(each.step_no > step.step_no and each.kind.value == "reopened" for each in steps)
