"""Verbs of looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.rooms.looks import store, telling
from openyibao.rooms.looks.records import Look, NewLook


async def note_looks(tx: Tx, clock: Clock, looks: Sequence[NewLook]) -> list[Look]:
    """Keep looks, one answer for each; what their bounds forbid (an empty reason) raises ValidationError before any."""
    checked = [msgspec.convert(msgspec.structs.asdict(one), NewLook) for one in looks]
    at = clock.now()
    made = [
        Look(
            bucket=one.bucket,
            look_id=look_id,
            person_id=one.person_id,
            kind=one.kind,
            looker_kind=one.looker_kind,
            looker=one.looker,
            institution_id=one.institution_id,
            why=one.why,
            looked_at=at,
        )
        for one, look_id in zip(checked, tx.ids.take(len(checked)), strict=True)
    ]
    await store.insert_looks(tx, made)
    tx.audit += [telling.looked_event(one) for one in made]
    return made


async def leave_out_repeats(
    reading: Reading, clock: Clock, looks: Sequence[NewLook], *, within: timedelta
) -> list[NewLook]:
    """The looks whose like (person, looker, kind, reason) was not taken lately: a page loaded again is no new look."""
    names = [(one.bucket, one.person_id) for one in looks]
    had = await store.list_since(reading, names, clock.now() - within) if names else set()
    return [
        one
        for one in looks
        if (one.bucket, one.person_id, one.kind.value, one.institution_id, one.looker, one.why) not in had
    ]


async def find_buckets(reading: Reading, persons: Sequence[int]) -> dict[int, int]:
    """Where people stand, by their ids; who is not there is left out."""
    return await store.list_buckets(reading, persons)
