"""Settling by the names institutions use: a plural verb of the lane. 中文: 按机构编号结算。

Promises: names lead to what the rooms keep, or the bill is refused; reads of names and persons are one statement a batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from openyibao.fronts.national.reasons import LINE_NAME_UNKNOWN, PERSON_UNKNOWN
from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, exchange, people, settlement
from openyibao.rooms.encounters import ENCOUNTER_UNKNOWN
from openyibao.rooms.exchange import LineName, VisitNote
from openyibao.rooms.people import InsuredPerson
from openyibao.rooms.presentation import TokenFacts, read_tokens
from openyibao.rooms.settlement import Desk, Settled, SettleRequest
from openyibao.wire.national.lines import WireLine

Visit = tuple[int, int]


class SettleNamed(msgspec.Struct, frozen=True, kw_only=True):
    """Settle a visit by the names the institution's software knows it under, or a whole new one with named lines.

    ``own_batch`` chooses a batch, empty all.
    """

    request: SettleRequest
    person: tuple[int, int] | None
    visit: Visit | None = None
    own_batch: str = ""
    lines: tuple[WireLine, ...] = ()

    @property
    def institution_id(self) -> int:
        """Whose request."""
        return self.request.institution_id

    @property
    def request_key(self) -> str:
        """Its key."""
        return self.request.request_key


class SettledNamed(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement with whom it is of."""

    settled: Settled
    person: InsuredPerson | None
    bucket: int


async def settle_named(tx: Tx, clock: Clock, desk: Desk, sealer: Sealer, requests: Sequence[SettleNamed]) -> list[Any]:
    """Settle by own names. Reasons: encounter_unknown · wire_person_unknown · line_name_unknown · those of ``settle``."""
    notes = await exchange.read_notes(tx, [one.visit for one in requests if one.visit is not None])
    resolved: list[SettleRequest | Refused] = await _resolve(tx, requests, notes)
    going = [one for one in resolved if isinstance(one, SettleRequest)]
    settled = iter(await settlement.settle(tx, clock, desk, going) if going else [])
    answers: list[Any] = [one if isinstance(one, Refused) else next(settled) for one in resolved]
    buckets = await _buckets(tx, clock, requests, notes)
    done = [
        (bucket, answer.settlement.person_id)
        for bucket, answer in zip(buckets, answers, strict=True)
        if isinstance(answer, Settled)
    ]
    persons = await people.read_persons(tx, sealer, done) if done else {}
    names = [
        name
        for request, answer in zip(requests, answers, strict=True)
        if isinstance(answer, Settled) and not answer.repeated
        for name in _names_of(request, answer)
    ]
    if names:
        await exchange.insert_names(tx, names)
    return [
        SettledNamed(settled=answer, person=persons.get((bucket, answer.settlement.person_id)), bucket=bucket)
        if isinstance(answer, Settled)
        else answer
        for bucket, answer in zip(buckets, answers, strict=True)
    ]


def _names_of(request: SettleNamed, answer: Settled) -> list[LineName]:
    done = answer.settlement
    return [
        LineName(
            cell=done.cell,
            encounter_id=done.encounter_id,
            line_no=one.line.line_no,
            fee_batch_id=done.facts.fee_batch_ids[0],
            own_line=one.own_line,
            own_batch=one.own_batch,
            own_code=one.own_code,
        )
        for one in request.lines
    ]


async def _buckets(
    tx: Tx, clock: Clock, requests: Sequence[SettleNamed], notes: Mapping[Visit, VisitNote]
) -> list[int]:
    """Where each one's person is: by the note, by the request, else by the token."""
    known = [
        notes[one.visit].bucket
        if one.visit is not None and one.visit in notes
        else (one.person[0] if one.person else -1)
        for one in requests
    ]
    unknown = [n for n, bucket in enumerate(known) if bucket < 0 and requests[n].request.visit_token]
    if unknown:
        tokens = await read_tokens(
            tx, clock, tokens=[(requests[n].request.visit_token or "", requests[n].institution_id) for n in unknown]
        )
        for n, token in zip(unknown, tokens, strict=True):
            known[n] = token.bucket if isinstance(token, TokenFacts) else 0
    return known


async def _resolve(
    tx: Tx, requests: Sequence[SettleNamed], notes: Mapping[Visit, VisitNote]
) -> list[SettleRequest | Refused]:
    """Each request by the rooms' names."""
    asked = [
        (note.cell, note.encounter_id, one.own_batch)
        for one in requests
        if one.own_batch and one.visit is not None and (note := notes.get(one.visit)) is not None
    ]
    batches = await exchange.list_batches_of(tx, asked) if asked else {}
    several = sorted({(cell, encounter_id) for (cell, encounter_id, _), found in batches.items() if len(found) > 1})
    # A number may be used again for what is uploaded in the place of lines that were taken back.
    waiting = await waiting_batches(tx, several) if several else set()
    chosen = {
        name: tuple(one for one in found if (name[0], one) in waiting) if len(found) > 1 else found
        for name, found in batches.items()
    }
    return [_resolve_one(one, notes, chosen) for one in requests]


async def waiting_batches(reading: Reading, visits: Sequence[Visit]) -> set[tuple[int, int]]:
    """Which fee batches (cell, id) of some visits wait to be settled."""
    return {
        (batch.cell, batch.fee_batch_id)
        for batch in await encounters.read_fee_batches(reading, visits)
        if batch.state is encounters.FeeBatchState.open
    }


def _resolve_one(
    one: SettleNamed,
    notes: Mapping[Visit, VisitNote],
    batches: Mapping[tuple[int, int, str], tuple[int, ...]],
) -> SettleRequest | Refused:
    if one.visit is None:
        return one.request
    note = notes.get(one.visit)
    if note is None or note.institution_id != one.institution_id:
        return Refused(ENCOUNTER_UNKNOWN)
    if one.person is not None and one.person != (note.bucket, note.person_id):
        return Refused(PERSON_UNKNOWN)
    chosen: tuple[int, ...] = ()
    if one.own_batch:
        chosen = batches.get((note.cell, note.encounter_id, one.own_batch), ())
        if not chosen:
            return Refused(LINE_NAME_UNKNOWN, {"own_line": one.own_batch})
    return msgspec.structs.replace(one.request, cell=note.cell, encounter_id=note.encounter_id, fee_batch_ids=chosen)
