"""Acts of the national wire that two rooms share in one transaction: plural verbs of the lane. 中文: 国家接口合并动作。

Keeps: nothing. Promises: a visit and its note, lines and their names are there together or not at all; reads of names and
persons are one statement a batch. Callers: ``verbs`` binds them to the caches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from openyibao.fronts.national.reasons import LINE_NAME_TAKEN, LINE_NAME_UNKNOWN, PERSON_UNKNOWN
from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, exchange, settlement
from openyibao.rooms.encounters import (
    BED_KINDS,
    ENCOUNTER_UNKNOWN,
    AddItemsRequest,
    ChangeRequest,
    Encounter,
    EncounterKind,
    NewFeeItem,
    Opened,
    OpenRequest,
    RecastRequest,
)
from openyibao.rooms.exchange import LineName, VisitNote
from openyibao.rooms.filings import CareGrounds
from openyibao.rooms.presentation import TokenFacts, read_tokens
from openyibao.rooms.settlement import Desk
from openyibao.wire.national.lines import WireLine

Visit = tuple[int, int]


class OpenNoted(msgspec.Struct, frozen=True, kw_only=True):
    """Open a visit and keep what the institution's software said of it."""

    opening: OpenRequest
    own_number: str
    said: Mapping[str, Any]
    person: tuple[int, int] | None = None
    """(bucket, person_id) as the message names them; None where it names nobody."""

    @property
    def institution_id(self) -> int:
        """Whose request."""
        return self.opening.institution_id

    @property
    def request_key(self) -> str:
        """Its key."""
        return self.opening.request_key

    @property
    def visit_token(self) -> str:
        """For whom."""
        return self.opening.visit_token


class OpenedNoted(msgspec.Struct, frozen=True, kw_only=True):
    """A visit with its note."""

    encounter: Encounter
    note: VisitNote


class ChangeNoted(msgspec.Struct, frozen=True, kw_only=True):
    """Change a visit or stay and what is said of it; a visit of another ``kind`` is opened anew while nothing is charged."""

    change: ChangeRequest
    note: VisitNote
    kind: EncounterKind
    grounds: CareGrounds | None = None

    @property
    def institution_id(self) -> int:
        """Whose request."""
        return self.change.institution_id

    @property
    def request_key(self) -> str:
        """Its key."""
        return self.change.request_key

    @property
    def cell(self) -> int:
        """Where the visit is."""
        return self.note.cell

    @property
    def encounter_id(self) -> int:
        """Which visit, by the name it keeps."""
        return self.note.visit_id


class UploadNamed(msgspec.Struct, frozen=True, kw_only=True):
    """Upload lines under their own names to a visit that is known by its note; one own batch at a time."""

    institution_id: int
    request_key: str
    digest: bytes
    visit: VisitNote
    lines: tuple[WireLine, ...]

    @property
    def cell(self) -> int:
        """Where the visit is."""
        return self.visit.cell

    @property
    def encounter_id(self) -> int:
        """Which visit."""
        return self.visit.encounter_id


class UploadedNamed(msgspec.Struct, frozen=True, kw_only=True):
    """What was uploaded: the batch, and the names its lines have."""

    fee_batch_id: int
    names: tuple[LineName, ...]


async def open_noted(tx: Tx, clock: Clock, desk: Desk, requests: Sequence[OpenNoted]) -> list[OpenedNoted | Refused]:
    """Open visits, each with its note. Reasons: wire_person_unknown · those of ``open_encounters``."""
    await desk.fresh(tx)
    tokens = await read_tokens(tx, clock, tokens=[(one.visit_token, one.institution_id) for one in requests])
    others = [
        one.person is not None and isinstance(token, TokenFacts) and one.person != (token.bucket, token.person_id)
        for one, token in zip(requests, tokens, strict=True)
    ]
    going = [one.opening for one, other in zip(requests, others, strict=True) if not other]
    opened = iter(await encounters.open_encounters(tx, clock, desk.references, going, year_of=desk.year_of))
    answers = [Refused(PERSON_UNKNOWN) if other else next(opened) for other in others]
    notes: list[VisitNote] = []
    for request, answer, token in zip(requests, answers, tokens, strict=True):
        if not isinstance(answer, Opened) or answer.repeated or not isinstance(token, TokenFacts):
            continue
        notes.append(_note_of(request, answer.encounter, token.bucket, clock))
    await exchange.insert_notes(tx, notes)
    names = [(one.encounter.cell, one.encounter.encounter_id) for one in answers if isinstance(one, Opened)]
    known = await exchange.read_notes_of(tx, names) if names else {}
    return [
        answer
        if isinstance(answer, Refused)
        else OpenedNoted(encounter=answer.encounter, note=known[answer.encounter.cell, answer.encounter.encounter_id])
        for answer in answers
    ]


def _note_of(request: OpenNoted, encounter: Encounter, bucket: int, clock: Clock) -> VisitNote:
    return VisitNote(
        cell=encounter.cell,
        visit_id=encounter.encounter_id,
        encounter_id=encounter.encounter_id,
        institution_id=encounter.institution_id,
        bucket=bucket,
        person_id=encounter.person_id,
        own_number=request.own_number,
        said=request.said,
        noted_at=clock.now(),
    )


async def change_noted(tx: Tx, clock: Clock, desk: Desk, requests: Sequence[ChangeNoted]) -> list[VisitNote | Refused]:
    """Change visits with their notes. Reasons: those of ``change_encounters``, or of ``recast_encounter``."""
    await desk.fresh(tx)
    return [await _change_one(tx, clock, desk, one) for one in requests]


async def _change_one(tx: Tx, clock: Clock, desk: Desk, request: ChangeNoted) -> VisitNote | Refused:
    note, change = request.note, request.change
    name = (note.cell, note.encounter_id)
    visit = (await encounters.read_encounters(tx, [name])).get(name)
    if visit is None:
        return Refused(ENCOUNTER_UNKNOWN)
    grounds_differ = request.grounds is not None and request.grounds != visit.grounds
    if visit.kind in BED_KINDS or (visit.kind is request.kind and not grounds_differ):
        (stepped,) = await encounters.change_encounters(tx, clock, desk.references, [change])
        if isinstance(stepped, Refused):
            return stepped
    else:
        asked = RecastRequest(change=change, bucket=note.bucket, kind=request.kind, grounds=request.grounds)
        opened = await encounters.recast_encounter(tx, clock, desk.references, asked, year_of=desk.year_of)
        if isinstance(opened, Refused):
            return opened
        note = msgspec.structs.replace(note, encounter_id=opened.encounter.encounter_id)
    await exchange.set_note(tx, note)
    return note


async def upload_named(
    tx: Tx, clock: Clock, desk: Desk, requests: Sequence[UploadNamed]
) -> list[UploadedNamed | Refused]:
    """Upload batches of named lines. Reasons: line_name_taken · line_name_unknown · those of ``add_items``."""
    await desk.fresh(tx)
    visits = [(one.cell, one.encounter_id) for one in requests]
    await encounters.read_encounters(tx, visits, lock=True)
    known: dict[Visit, list[LineName]] = {}
    for name in await exchange.read_names(tx, visits):
        known.setdefault((name.cell, name.encounter_id), []).append(name)
    standing = {
        (batch.cell, batch.fee_batch_id)
        for batch in await encounters.read_fee_batches(tx, visits)
        if batch.state is not encounters.FeeBatchState.removed
    }
    answers: list[UploadedNamed | Refused] = []
    for request in requests:
        mine = known.get((request.cell, request.encounter_id), [])
        answers.append(await _upload_one(tx, clock, desk, request, mine, standing))
    return answers


async def _upload_one(
    tx: Tx, clock: Clock, desk: Desk, request: UploadNamed, mine: Sequence[LineName], standing: set[tuple[int, int]]
) -> UploadedNamed | Refused:
    live = {one.own_line: one for one in mine if (one.cell, one.fee_batch_id) in standing}
    lines = _numbered(request.lines, live, next_no=max((one.line_no for one in mine), default=0) + 1)
    asked = AddItemsRequest(
        institution_id=request.institution_id,
        request_key=request.request_key,
        digest=request.digest,
        cell=request.cell,
        encounter_id=request.encounter_id,
        items=lines if isinstance(lines, tuple) else tuple(one.line for one in request.lines),
    )
    if isinstance(lines, Refused) and not await _was_asked(tx, request, mine):
        return lines
    (answer,) = await encounters.add_items(
        tx,
        clock,
        desk.references,
        [asked],
        judge_more=lambda *judged: settlement.judge_uploaded(desk, *judged),
    )
    if isinstance(answer, Refused):
        return answer
    if answer.repeated:
        return UploadedNamed(
            fee_batch_id=answer.fee_batch_id,
            names=tuple(one for one in mine if one.fee_batch_id == answer.fee_batch_id),
        )
    assert isinstance(lines, tuple)
    names = tuple(
        LineName(
            cell=request.cell,
            encounter_id=request.encounter_id,
            line_no=line.line_no,
            fee_batch_id=answer.fee_batch_id,
            own_line=sent.own_line,
            own_batch=sent.own_batch,
            own_code=sent.own_code,
        )
        for sent, line in zip(request.lines, lines, strict=True)
    )
    await exchange.insert_names(tx, names)
    return UploadedNamed(fee_batch_id=answer.fee_batch_id, names=names)


async def _was_asked(tx: Tx, request: UploadNamed, mine: Sequence[LineName]) -> bool:
    """Whether this very message brought those lines before: then it gets its first answer."""
    found = await settlement.find_outcome(tx, request.institution_id, request.request_key, "add_items")
    return found.state is settlement.OutcomeState.done and bool(mine)


def _numbered(
    sent: Sequence[WireLine], live: Mapping[str, LineName], *, next_no: int
) -> tuple[NewFeeItem, ...] | Refused:
    """The lines with numbers of ours. Reasons: line_name_taken · line_name_unknown (the original of a negative line)."""
    numbers = {own: one.line_no for own, one in live.items()}
    lines = []
    for at, one in enumerate(sent):
        if one.own_line in numbers:
            return Refused(LINE_NAME_TAKEN, {"own_line": one.own_line})
        original = None
        if one.line.quantity_e4 < 0 or one.own_original:
            original = numbers.get(one.own_original)
            if original is None:
                return Refused(LINE_NAME_UNKNOWN, {"own_line": one.own_original or one.own_line})
        numbers[one.own_line] = next_no + at
        lines.append(msgspec.structs.replace(one.line, line_no=next_no + at, original_line_no=original))
    return tuple(lines)
