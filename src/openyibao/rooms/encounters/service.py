"""Verbs of encounters: open a visit or stay, add lines. Plural; refusals are stored and answered.

What happens to a visit later (change, close, reopen, cancel) is in ``steps``, taking lines back in ``batches``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import ClaimedKey
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.encounters import store, telling
from openyibao.rooms.encounters.agreeing import judge_filed, stands_on_filings
from openyibao.rooms.encounters.judging import (
    Opened,
    References,
    Uploaded,
    borne_lines,
    borne_note,
    items_content,
    judge_lines,
    judge_opening,
    new_encounter,
    new_items,
    refuse_used,
)
from openyibao.rooms.encounters.lives import BED_KINDS, Act, judge_act
from openyibao.rooms.encounters.open_stays import open_stay, refuse_beside_stay
from openyibao.rooms.encounters.records import (
    VISIT_LINES_MAX,
    AddItemsRequest,
    Encounter,
    FeeBatch,
    FeeBatchState,
    FeeItem,
    LineNote,
    NewEncounter,
    NewFeeItem,
    OpenRequest,
)
from openyibao.rooms.encounters.refusing import claim_or_refuse, known_refusal, refuse
from openyibao.rooms.encounters.rules import ENCOUNTER_UNKNOWN, LINES_MANY, STAYS
from openyibao.rooms.encounters.steps import take_first_step
from openyibao.rooms.filings import Filing, read_of_persons, settings_of
from openyibao.rooms.institutions import may_act
from openyibao.rooms.people import Enrolment, lock_enrolments
from openyibao.rooms.presentation import TokenFacts, read_tokens

JudgeMore = Callable[[Encounter, Sequence[NewFeeItem], Sequence[FeeItem]], Refused | None]
"""What a room after this one has to say of uploaded lines."""


async def admission_number(tx: Tx, encounter: NewEncounter, enrolment: Enrolment, policy_year: int) -> int:
    """Which stay of the year this one is; 0 for a visit that is no stay. The person must be locked."""
    if encounter.kind not in STAYS:
        return 0
    had = await store.count_stays(tx, [(enrolment.cell, enrolment.person_id)], policy_year)
    return had.get((enrolment.cell, enrolment.person_id), 0) + 1


async def open_encounters(
    tx: Tx, clock: Clock, references: References, requests: Sequence[OpenRequest], *, year_of: Any
) -> list[Opened | Refused]:
    """Open visits for the people whose tokens these are. ``year_of(enrolment, on)`` is the policy year of a stay.

    Reasons: the visit token's · token_already_used · then those of ``judge_opening`` · those of ``judge_filed`` · stay_open ·
    visit_during_stay · admission_incomplete.
    """
    tokens = await read_tokens(tx, clock, tokens=[(one.visit_token, one.institution_id) for one in requests])
    present = [token for token in tokens if isinstance(token, TokenFacts)]
    # Persons before keys, keys before visits: the order of all verbs (docs/adr/0005).
    held = await lock_enrolments(tx, {(token.cell, token.person_id) for token in present}) if present else {}
    used = await store.find_opened(tx, [(one.cell, one.presentation_id) for one in present]) if present else {}
    cells = [token.cell if isinstance(token, TokenFacts) else 0 for token in tokens]
    claims = await claim_or_refuse(tx, clock, "open_encounter", requests, cells)
    filed = await _read_filed(tx, clock, references, requests, tokens, held)
    answers: list[Opened | Refused] = []
    for request, token, claim in zip(requests, tokens, claims, strict=True):
        if isinstance(claim, Refused):
            answers.append(claim)
        elif not claim.fresh:
            answers.append(await _known_opening(tx, claim.cell, claim.outcome_id))
        else:
            answers.append(await _open_one(tx, clock, references, request, token, claim, held, filed, used, year_of))
    return answers


async def _read_filed(
    tx: Tx,
    clock: Clock,
    references: References,
    requests: Sequence[OpenRequest],
    tokens: Sequence[TokenFacts | Refused],
    held: Mapping[tuple[int, int], Sequence[Enrolment]],
) -> Mapping[tuple[int, int], Sequence[Filing]]:
    """The filings of those whose visits stand on some; no statement where none does."""
    persons = {
        (token.cell, token.person_id)
        for request, token in zip(requests, tokens, strict=True)
        if isinstance(token, TokenFacts)
        and any(
            stands_on_filings(
                settings_of(references.areas, one.pooling_area), request.encounter.kind, request.encounter.grounds
            )
            for one in held[token.cell, token.person_id]
        )
    }
    return await read_of_persons(tx, sorted(persons), clock.today()) if persons else {}


async def _open_one(
    tx: Tx,
    clock: Clock,
    references: References,
    request: OpenRequest,
    presented: TokenFacts | Refused,
    claimed: ClaimedKey,
    held: Mapping[tuple[int, int], Sequence[Enrolment]],
    filed: Mapping[tuple[int, int], Sequence[Filing]],
    used: Mapping[tuple[int, int], int],
    year_of: Any,
) -> Opened | Refused:
    enrolment: Enrolment | Refused = (
        presented
        if isinstance(presented, Refused)
        else refuse_used(presented, {} if request.token_lasts else used)
        or await _judge_one(tx, clock, references, request, presented, claimed.outcome_id, held, filed)
    )
    if isinstance(enrolment, Refused) or isinstance(presented, Refused):
        assert isinstance(enrolment, Refused)
        return await refuse(
            tx,
            clock,
            "open_encounter",
            cell=claimed.cell,
            institution_id=request.institution_id,
            refusal_id=claimed.outcome_id,
            refused=enrolment,
            person_id=presented.person_id if isinstance(presented, TokenFacts) else None,
        )
    year = year_of(enrolment, request.encounter.kind, clock.today())
    number = await admission_number(tx, request.encounter, enrolment, year)
    encounter = new_encounter(
        claimed.outcome_id,
        references,
        request.encounter,
        enrolment,
        clock,
        institution_id=request.institution_id,
        presentation_id=presented.presentation_id,
        admission_no=number,
    )
    await store.insert_encounters(tx, [(encounter, request.encounter.diagnoses)])
    if number:
        await store.insert_stays(tx, [(encounter.cell, encounter.person_id, year, encounter.encounter_id, number)])
    tx.audit.append(telling.opened_event(encounter, request.encounter.diagnoses, actor=request.operator_code))
    if encounter.kind in BED_KINDS:
        await take_first_step(tx, clock, encounter, request)
    return Opened(encounter=encounter)


async def open_claimed(
    tx: Tx,
    clock: Clock,
    references: References,
    request: OpenRequest,
    presented: TokenFacts,
    claimed: ClaimedKey,
    held: Mapping[tuple[int, int], Sequence[Enrolment]],
    year_of: Any,
) -> Opened | Refused:
    """Open one visit under a key that was claimed, in the place of one that the same showing had opened; its person is locked."""
    filed = await _read_filed(tx, clock, references, [request], [presented], held)
    return await _open_one(tx, clock, references, request, presented, claimed, held, filed, {}, year_of)


async def _judge_one(
    tx: Tx,
    clock: Clock,
    references: References,
    request: OpenRequest,
    presented: TokenFacts,
    encounter_id: int,
    held: Mapping[tuple[int, int], Sequence[Enrolment]],
    filed: Mapping[tuple[int, int], Sequence[Filing]],
) -> Enrolment | Refused:
    """The enrolment it is opened under; of a stay, the place in the nation is taken last: what is refused leaves none behind."""
    new, mine = request.encounter, held.get((presented.cell, presented.person_id), [])
    enrolment = judge_opening(references, request.institution_id, new, mine, on=clock.today())
    if isinstance(enrolment, Refused):
        return enrolment
    refused = _judge_filed(clock, references, request, enrolment, filed)
    if refused is None:
        refused = await refuse_beside_stay(tx, references, new, enrolment)
    if refused is None and new.kind in BED_KINDS:
        refused = await open_stay(tx, clock, references, new, enrolment, encounter_id, request.institution_id)
    return enrolment if refused is None else refused


def _judge_filed(
    clock: Clock,
    references: References,
    request: OpenRequest,
    enrolment: Enrolment,
    filed: Mapping[tuple[int, int], Sequence[Filing]],
) -> Refused | None:
    institution = references.directory.by_id(request.institution_id)
    assert institution is not None
    mine = filed.get((enrolment.cell, enrolment.person_id), ())
    return judge_filed(references.areas, institution, enrolment, request.encounter, mine, on=clock.today())


async def _known_opening(reading: Reading, cell: int, outcome_id: int) -> Opened | Refused:
    known = await store.read_encounters(reading, [(cell, outcome_id)])
    if known:
        return Opened(encounter=known[cell, outcome_id], repeated=True)
    return await known_refusal(reading, cell, outcome_id)


async def add_items(
    tx: Tx,
    clock: Clock,
    references: References,
    requests: Sequence[AddItemsRequest],
    *,
    judge_more: JudgeMore = lambda _encounter, _lines, _earlier: None,
) -> list[Uploaded | Refused]:
    """Upload batches of lines.

    Reasons: encounter_unknown · those of ``lives`` · lines_many · those of ``judge_items``, of ``judge_more``:
    ``judge_more(encounter, lines, earlier)`` is what a later room has to say of lines.
    """
    claims = await claim_or_refuse(tx, clock, "add_items", requests, [one.cell for one in requests])
    visits = await store.read_encounters(tx, [(one.cell, one.encounter_id) for one in requests], lock=True)
    answers: list[Uploaded | Refused] = []
    for request, claim in zip(requests, claims, strict=True):
        if isinstance(claim, Refused):
            answers.append(claim)
        elif not claim.fresh:
            encounter = visits.get((request.cell, request.encounter_id))
            answers.append(await _known_upload(tx, references, request, claim, encounter))
        else:
            encounter = visits.get((request.cell, request.encounter_id))
            answers.append(await _add_one(tx, clock, references, request, claim, encounter, judge_more))
    return answers


async def _known_upload(
    reading: Reading,
    references: References,
    request: AddItemsRequest,
    claimed: ClaimedKey,
    encounter: Encounter | None,
) -> Uploaded | Refused:
    batches = await store.read_fee_batches(reading, [(request.cell, request.encounter_id)])
    for batch in batches:
        if batch.fee_batch_id == claimed.outcome_id:
            items = [item for each in batches for item in each.items]
            return _uploaded(batch, repeated=True, notes=_notes_of(references, encounter, batch.items, items))
    return await known_refusal(reading, claimed.cell, claimed.outcome_id)


async def _add_one(
    tx: Tx,
    clock: Clock,
    references: References,
    request: AddItemsRequest,
    claimed: ClaimedKey,
    encounter: Encounter | None,
    judge_more: JudgeMore,
) -> Uploaded | Refused:
    # The visit is locked: what another upload has just added is read.
    batches = await store.read_fee_batches(tx, [(request.cell, request.encounter_id)])
    earlier = [item for batch in batches if batch.state is not FeeBatchState.removed for item in batch.items]
    rows = _judge_upload(references, request, encounter, batches, earlier, clock.today())
    if encounter is not None and not isinstance(rows, Refused):
        rows = judge_more(encounter, request.items, earlier) or rows
    if isinstance(rows, Refused):
        return await refuse(
            tx,
            clock,
            "add_items",
            cell=request.cell,
            institution_id=request.institution_id,
            refusal_id=claimed.outcome_id,
            refused=rows,
            person_id=encounter.person_id if encounter else None,
            encounter_id=request.encounter_id,
        )
    assert encounter is not None
    stay_day = clock.today() if encounter.kind in BED_KINDS else None
    name = (request.cell, request.encounter_id, claimed.outcome_id)
    ids = tx.ids.take(len(request.items))
    items = new_items(ids, *name, request.items, rows, earlier, stay_day=stay_day)
    await store.insert_fee_batches(tx, [(*name, FeeBatchState.open.value, None)], items)
    tx.audit.append(
        AuditEvent(
            kind="items_added",
            cell=request.cell,
            subject_id=claimed.outcome_id,
            actor=str(request.institution_id),
            content=items_content(items),
        )
    )
    batch = FeeBatch(
        cell=request.cell,
        encounter_id=request.encounter_id,
        fee_batch_id=claimed.outcome_id,
        state=FeeBatchState.open,
        settlement_id=None,
        items=tuple(items),
    )
    return _uploaded(batch, repeated=False, notes=_notes_of(references, encounter, items, earlier))


def _notes_of(
    references: References, encounter: Encounter | None, items: Sequence[FeeItem], earlier: Sequence[FeeItem]
) -> tuple[LineNote, ...]:
    """Which of the lines the institution will bear."""
    assert encounter is not None
    return tuple(borne_note(line_no) for line_no in borne_lines(references, encounter, items, earlier))


def _judge_upload(
    references: References,
    request: AddItemsRequest,
    encounter: Encounter | None,
    batches: Sequence[FeeBatch],
    earlier: Sequence[FeeItem],
    today: date,
) -> Refused | list[Any]:
    institution = references.directory.by_id(request.institution_id)
    refused = may_act(institution) if institution else Refused(ENCOUNTER_UNKNOWN)
    if refused is not None:
        return refused
    if encounter is None or encounter.institution_id != request.institution_id:
        return Refused(ENCOUNTER_UNKNOWN)
    refused = judge_act(Act.add_items, encounter, batches)
    if refused is not None:
        return refused
    if len(earlier) + len(request.items) > VISIT_LINES_MAX:
        return Refused(LINES_MANY, {"most": VISIT_LINES_MAX})
    return judge_lines(references, encounter, request.items, earlier, today=today)


def _uploaded(batch: FeeBatch, *, repeated: bool, notes: tuple[LineNote, ...] = ()) -> Uploaded:
    return Uploaded(
        encounter_id=batch.encounter_id,
        cell=batch.cell,
        fee_batch_id=batch.fee_batch_id,
        line_count=len(batch.items),
        amount_fen=sum(item.amount_fen for item in batch.items),
        notes=notes,
        repeated=repeated,
    )
