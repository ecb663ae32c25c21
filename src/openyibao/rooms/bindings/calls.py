"""Calls to the hotline: each is kept, proved or not; too many that prove nothing end the hotline for that person's day. 中文: 热线来电。

What the caller says is compared by machine and never shown to the officer, so that nobody can be talked into reading it out.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from openyibao.kit.clock import SHANGHAI, Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.bindings import records, rules, store, telling
from openyibao.rooms.bindings.records import HotlineCall, NewCall
from openyibao.rooms.bindings.service import note

CALL_GOOD_FOR = timedelta(minutes=15)
"""So long an officer may act on a call that was proved."""


def _midnight(clock: Clock) -> datetime:
    return datetime.combine(clock.today(), time(), tzinfo=SHANGHAI)


async def take_call(tx: Tx, clock: Clock, sealer: Sealer, *, new: NewCall) -> HotlineCall | Refused:
    """Keep a call. Refused, in order: calls_too_many · caller_not_proved (no number to call back, or no reason)."""
    unproved = await store.count_unproved(tx, new.bucket, new.person_id, since=_midnight(clock))
    if unproved >= rules.CALLS_UNPROVED_MAX:
        return Refused(records.CALLS_TOO_MANY, {"calls": unproved})
    if not new.call_back_number.strip() or not new.why.strip():
        return Refused(records.CALLER_UNPROVED, {"least": rules.FACTS_LEAST})
    asked = tuple(sorted(set(new.facts_asked)))
    right = tuple(one for one in asked if one in new.facts_right)
    made = HotlineCall(
        bucket=new.bucket,
        call_id=tx.ids.next(),
        person_id=new.person_id,
        facts_asked=asked,
        facts_right=right,
        call_back_digest=sealer.digest(new.call_back_number.strip(), purpose="hotline_calls.call_back"),
        institution_id=new.institution_id,
        officer=new.officer,
        why=new.why.strip()[:200],
        proved=len(right) >= rules.FACTS_LEAST,
        called_at=clock.now(),
    )
    row = [getattr(made, name) for name in store.CALL_COLUMNS]
    row = [[fact.value for fact in one] if isinstance(one, tuple) else one for one in row]
    await store.insert_call(tx, row)
    note(tx, "hotline_called", made.bucket, made.call_id, made.officer, telling.content_of_row(row))
    return made


async def find_call(reading: Reading, clock: Clock, *, bucket: int, call_id: int, officer: str) -> HotlineCall | None:
    """A proved call that this officer took within the last quarter of an hour, or None."""
    found = await store.find_call(reading, bucket, call_id)
    if found is None or found.officer != officer or not found.proved:
        return None
    return found if clock.now() - found.called_at < CALL_GOOD_FOR else None


async def list_calls(reading: Reading, clock: Clock, *, institution_id: int) -> list[HotlineCall]:
    """The calls a desk took in the last seven days, the newest first; at most a hundred."""
    since = clock.now() - timedelta(days=7)
    return await store.list_calls(reading, institution_id, since=since, most=rules.CALLS_LISTED_MAX)
