"""Verbs of encounters: open a visit, add lines, close it. Plural; refusals are stored and answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import REASONS, Refused
from openyibao.kit.requests import KEY_CONFLICT, ClaimedKey, KeyedRequest, claim_keys
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.encounters import store, telling
from openyibao.rooms.encounters.agreeing import judge_filed, stands_on_filings
from openyibao.rooms.encounters.judging import (
    Opened,
    References,
    Uploaded,
    items_content,
    judge_lines,
    judge_opening,
    new_encounter,
    new_items,
)
from openyibao.rooms.encounters.records import (
    AddItemsRequest,
    CloseRequest,
    Encounter,
    EncounterState,
    FeeBatch,
    FeeBatchState,
    FeeItem,
    NewEncounter,
    OpenRequest,
)
from openyibao.rooms.encounters.rules import (
    ENCOUNTER_CLOSED,
    ENCOUNTER_UNKNOWN,
    STAYS,
)
from openyibao.rooms.filings import Filing, read_of_persons, settings_of
from openyibao.rooms.institutions import may_act
from openyibao.rooms.people import Enrolment, lock_enrolments
from openyibao.rooms.presentation import TokenFacts, read_tokens


async def admission_number(tx: Tx, encounter: NewEncounter, enrolment: Enrolment, policy_year: int) -> int:
    """Which stay of the year this one is; 0 for a visit that is no stay. The person must be locked."""
    if encounter.kind not in STAYS:
        return 0
    had = await store.count_stays(tx, [(enrolment.cell, enrolment.person_id)], policy_year)
    return had.get((enrolment.cell, enrolment.person_id), 0) + 1


async def refuse(
    tx: Tx,
    clock: Clock,
    verb: str,
    *,
    cell: int,
    institution_id: int,
    refusal_id: int,
    refused: Refused,
    person_id: int | None = None,
    encounter_id: int | None = None,
) -> Refused:
    """Store a refusal under its id and tell the audit; returns it."""
    at = clock.now()
    row = (cell, refusal_id, institution_id, verb, person_id, encounter_id, refused.code, dict(refused.facts), at)
    await store.insert_refusals(tx, [row])
    tx.audit.append(
        AuditEvent(
            kind="refused",
            cell=cell,
            subject_id=refusal_id,
            actor=str(institution_id),
            content=telling.content_of_refusal(row),
        )
    )
    return refused


def stored_refusal(code: str, facts: dict[str, Any]) -> Refused:
    """A refusal as it was answered the first time."""
    return Refused(REASONS[code], facts)


async def open_encounters(
    tx: Tx, clock: Clock, references: References, requests: Sequence[OpenRequest], *, year_of: Any
) -> list[Opened | Refused]:
    """Open visits for the people whose tokens these are. ``year_of(enrolment, on)`` is the policy year of a stay.

    Reasons: the visit token's · then those of ``judge_opening`` · those of ``judge_filed``.
    """
    tokens = await read_tokens(tx, clock, tokens=[(one.visit_token, one.institution_id) for one in requests])
    present = [token for token in tokens if isinstance(token, TokenFacts)]
    # Persons before keys, keys before visits: the order of all verbs (docs/adr/0005).
    held = await lock_enrolments(tx, {(token.cell, token.person_id) for token in present}) if present else {}
    cells = [token.cell if isinstance(token, TokenFacts) else 0 for token in tokens]
    claims = await _claim_keys(tx, clock, "open_encounter", requests, cells)
    filed = await _read_filed(tx, clock, references, requests, tokens, held)
    answers: list[Opened | Refused] = []
    for request, token, claim in zip(requests, tokens, claims, strict=True):
        if isinstance(claim, Refused):
            answers.append(claim)
        elif not claim.fresh:
            answers.append(await _known_opening(tx, claim.cell, claim.outcome_id))
        else:
            answers.append(await _open_one(tx, clock, references, request, token, claim, held, filed, year_of))
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
    year_of: Any,
) -> Opened | Refused:
    enrolment: Enrolment | Refused
    if isinstance(presented, Refused):
        enrolment = presented
    else:
        mine = held.get((presented.cell, presented.person_id), [])
        enrolment = judge_opening(references, request.institution_id, request.encounter, mine, on=clock.today())
        if not isinstance(enrolment, Refused):
            enrolment = _judge_filed(clock, references, request, enrolment, filed) or enrolment
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
    return Opened(encounter=encounter)


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
    return await _known_refusal(reading, cell, outcome_id)


async def add_items(
    tx: Tx, clock: Clock, references: References, requests: Sequence[AddItemsRequest]
) -> list[Uploaded | Refused]:
    """Upload batches of lines. Reasons: encounter_unknown · encounter_closed · those of ``judge_items``."""
    claims = await _claim_keys(tx, clock, "add_items", requests, [one.cell for one in requests])
    visits = await store.read_encounters(tx, [(one.cell, one.encounter_id) for one in requests], lock=True)
    answers: list[Uploaded | Refused] = []
    for request, claim in zip(requests, claims, strict=True):
        if isinstance(claim, Refused):
            answers.append(claim)
        elif not claim.fresh:
            answers.append(await _known_upload(tx, request, claim))
        else:
            encounter = visits.get((request.cell, request.encounter_id))
            answers.append(await _add_one(tx, clock, references, request, claim, encounter))
    return answers


async def _known_upload(reading: Reading, request: AddItemsRequest, claimed: ClaimedKey) -> Uploaded | Refused:
    for batch in await store.read_fee_batches(reading, [(request.cell, request.encounter_id)]):
        if batch.fee_batch_id == claimed.outcome_id:
            return _uploaded(batch, repeated=True)
    return await _known_refusal(reading, claimed.cell, claimed.outcome_id)


async def _add_one(
    tx: Tx,
    clock: Clock,
    references: References,
    request: AddItemsRequest,
    claimed: ClaimedKey,
    encounter: Encounter | None,
) -> Uploaded | Refused:
    # The visit is locked: what another upload has just added is read.
    batches = await store.read_fee_batches(tx, [(request.cell, request.encounter_id)])
    earlier = [item for batch in batches if batch.state is not FeeBatchState.removed for item in batch.items]
    rows = _judge_upload(references, request, encounter, earlier)
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
    ids = tx.ids.take(len(request.items))
    items = new_items(ids, request.cell, request.encounter_id, claimed.outcome_id, request.items, rows, earlier)
    row = (request.cell, request.encounter_id, claimed.outcome_id, FeeBatchState.open.value, None)
    await store.insert_fee_batches(tx, [row], items)
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
    return _uploaded(batch, repeated=False)


def _judge_upload(
    references: References, request: AddItemsRequest, encounter: Encounter | None, earlier: Sequence[FeeItem]
) -> Refused | list[Any]:
    institution = references.directory.by_id(request.institution_id)
    refused = may_act(institution) if institution else Refused(ENCOUNTER_UNKNOWN)
    if refused is not None:
        return refused
    if encounter is None or encounter.institution_id != request.institution_id:
        return Refused(ENCOUNTER_UNKNOWN)
    if encounter.state is EncounterState.closed:
        return Refused(ENCOUNTER_CLOSED, {"closed_on": str(encounter.closed_on)})
    return judge_lines(references, encounter, request.items, earlier)


async def close_encounters(
    tx: Tx, clock: Clock, references: References, requests: Sequence[CloseRequest]
) -> list[Encounter | Refused]:
    """Close visits; closing a closed one changes nothing. Reasons: institution_suspended · encounter_unknown."""
    answers: list[Encounter | Refused] = []
    for request in requests:
        name = (request.cell, request.encounter_id)
        found = (await store.read_encounters(tx, [name], lock=True)).get(name)
        institution = references.directory.by_id(request.institution_id)
        refused = may_act(institution) if institution else None
        if refused is None and (found is None or found.institution_id != request.institution_id):
            refused = Refused(ENCOUNTER_UNKNOWN)
        if refused is not None:
            answers.append(
                await refuse(
                    tx,
                    clock,
                    "close_encounter",
                    cell=request.cell,
                    institution_id=request.institution_id,
                    refusal_id=tx.ids.next(),
                    refused=refused,
                    encounter_id=request.encounter_id,
                )
            )
            continue
        assert found is not None
        if found.state is EncounterState.open:
            on = clock.today()
            await store.close_encounters(tx, [name], on)
            tx.audit.append(
                AuditEvent(
                    kind="encounter_closed",
                    cell=found.cell,
                    subject_id=found.encounter_id,
                    actor=str(request.institution_id),
                    content=telling.content_of_close(found.encounter_id, on),
                )
            )
            found = msgspec.structs.replace(found, state=EncounterState.closed, closed_on=on)
        answers.append(found)
    return answers


async def _claim_keys(
    tx: Tx, clock: Clock, verb: str, requests: Sequence[Any], cells: Sequence[int]
) -> list[ClaimedKey | Refused]:
    """Claim the keys of a batch; one with other content than before is refused."""
    keyed = [
        KeyedRequest(cell=cell, institution_id=one.institution_id, request_key=one.request_key, digest=one.digest)
        for one, cell in zip(requests, cells, strict=True)
    ]
    answers: list[ClaimedKey | Refused] = []
    for one, claim in zip(keyed, await claim_keys(tx, verb, keyed, at=clock.now()), strict=True):
        if claim.fresh or claim.digest == one.digest:
            answers.append(claim)
            continue
        conflict = await refuse(
            tx,
            clock,
            verb,
            cell=one.cell,
            institution_id=one.institution_id,
            refusal_id=tx.ids.next(),
            refused=Refused(KEY_CONFLICT, {"request_key": one.request_key}),
        )
        answers.append(conflict)
    return answers


async def _known_refusal(reading: Reading, cell: int, refusal_id: int) -> Refused:
    code, facts = (await store.read_refusals(reading, [(cell, refusal_id)]))[refusal_id]
    return stored_refusal(code, facts)


def _uploaded(batch: FeeBatch, *, repeated: bool) -> Uploaded:
    return Uploaded(
        encounter_id=batch.encounter_id,
        cell=batch.cell,
        fee_batch_id=batch.fee_batch_id,
        line_count=len(batch.items),
        amount_fen=sum(item.amount_fen for item in batch.items),
        repeated=repeated,
    )
