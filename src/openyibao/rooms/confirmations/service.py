"""Verbs of confirmations: ask, answer, list what waits."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.confirmations import rules, store, telling
from openyibao.rooms.confirmations.records import BillConfirmation, ConfirmationState, NewConfirmation
from openyibao.rooms.people import lock_persons

LISTED_MAX = 20


async def ask(tx: Tx, clock: Clock, new: NewConfirmation) -> BillConfirmation:
    """Ask the phone; the person is locked, and the key was not asked under before."""
    made = BillConfirmation(
        confirmation_id=tx.ids.next(),
        asked_at=clock.now(),
        expires_at=clock.now() + rules.ASKED_LIFETIME,
        **msgspec.structs.asdict(new),
    )
    await store.insert(tx, made)
    tx.audit.append(telling.asked_event(made))
    return made


async def answer(
    tx: Tx, clock: Clock, *, cell: int, confirmation_id: int, person_id: int, mandate_ids: Sequence[int], confirms: bool
) -> BillConfirmation | Refused:
    """The phone's answer: the person's own, or a relative's under one of ``mandate_ids``. Reasons as ``judge_answer``.

    The same answer twice is one answer.
    """
    one = await _locked(tx, cell, confirmation_id)
    if one is not None and one.person_id != person_id and one.mandate_id not in mandate_ids:
        one = None
    refused = rules.judge_answer(one, confirms=confirms, at=clock.now())
    if refused is not None:
        return refused
    assert one is not None
    if one.state is not ConfirmationState.asked:
        return one
    done = msgspec.structs.replace(
        one,
        state=ConfirmationState.confirmed if confirms else ConfirmationState.refused,
        answered_at=clock.now(),
        answered_by=person_id,
        expires_at=clock.now() + rules.CONFIRMED_LIFETIME if confirms else one.expires_at,
    )
    await store.set_answer(tx, done)
    tx.audit.append(telling.answered_event(done))
    return done


async def _locked(tx: Tx, cell: int, confirmation_id: int) -> BillConfirmation | None:
    """The confirmation, its person locked: no bill of theirs is settled meanwhile."""
    found = await store.find(tx, cell, confirmation_id)
    if found is None:
        return None
    await lock_persons(tx, [(cell, found.person_id)])
    return await store.find(tx, cell, confirmation_id)


async def list_waiting(reading: Reading, clock: Clock, *, persons: Sequence[tuple[int, int]]) -> list[BillConfirmation]:
    """What waits for an answer of these (cell, person_id), the newest first."""
    return await store.list_asked(reading, persons, at=clock.now(), most=LISTED_MAX) if persons else []
