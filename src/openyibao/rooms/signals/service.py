"""Verbs of signals: read on, judge, list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from openyibao.kit.clock import Clock, shanghai_date, shanghai_noon
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials
from openyibao.rooms.credentials import StopGround
from openyibao.rooms.signals import records, rules, store, telling
from openyibao.rooms.signals.records import (
    ReadOn,
    RefusedShowing,
    Sale,
    Showing,
    Signal,
    SignalDraft,
    SignalFinding,
    SignalKind,
    Thresholds,
)

_JOB = 0
"""The bucket of the one row that says how far the job has read."""
AreaOf = Callable[[int], int]
Blocks = Callable[[int, str], bool]


async def read_on(tx: Tx, clock: Clock, *, area_of: AreaOf, blocks: Blocks, limits: Thresholds | None = None) -> ReadOn:
    """Read one hour more of what is kept, and keep what looks like misuse. Broken off and begun again it comes out the same.

    ``area_of`` is an institution's treatment area; ``blocks`` whether an insured area lets a kind stop a person's codes.
    """
    limits = limits or Thresholds()
    newest = clock.now() - rules.LAG
    since = await store.lock_read(tx, _JOB) or newest - rules.FIRST_LOOK
    until = min(since + rules.WINDOW, newest)
    if until <= since:
        return ReadOn(read_until=since, raised=0, behind=False)
    drafts = await _find(tx, area_of, limits, since, until)
    raised = await _keep(tx, clock, drafts, blocks)
    await store.set_read(tx, _JOB, until)
    return ReadOn(read_until=until, raised=raised, behind=until < newest)


async def _find(
    reading: Reading, area_of: AreaOf, limits: Thresholds, since: datetime, until: datetime
) -> list[SignalDraft]:
    # Journeys begin before the hour; a crowd is one of an hour of the clock, refusals are those of a day.
    back = since - timedelta(minutes=limits.minutes_between_provinces)
    hour = since.replace(minute=0, second=0, microsecond=0)
    midnight = shanghai_noon(shanghai_date(since)) - timedelta(hours=12)
    rows = await store.list_showings(reading, min(back, hour), until)
    showings = [_showing(row, area_of) for row in rows]
    late = [_showing(row, area_of) for row in await store.list_around_sent_in(reading, since, until)]
    refusals = [_refusal(row) for row in await store.list_refusals(reading, midnight, until)]
    buyers = {(one.cell, one.person_id): one.bucket for one in showings if one.at >= since and one.cell}
    sold = await store.list_sales(reading, list(buyers), until - timedelta(days=limits.resale_days), until)
    sales = [
        _sale(row, buyers[row["cell"], row["person_id"]]) for row in sold if (row["cell"], row["person_id"]) in buyers
    ]
    return [
        *rules.find_travel([one for one in showings if one.at >= back], limits),
        *rules.find_travel(late, limits),
        *rules.find_twice([one for one in refusals if one.at >= since]),
        *rules.find_crowds([one for one in showings if one.at >= hour], limits),
        *rules.find_refusals(refusals, limits),
        *rules.find_resale(sales, limits, until),
    ]


async def _keep(tx: Tx, clock: Clock, drafts: Sequence[SignalDraft], blocks: Blocks) -> int:
    """Keep the new ones, and stop the codes of whose area says so."""
    persons = sorted({(one.bucket, one.person_id) for one in drafts if one.person_id is not None})
    areas = await store.find_insured_areas(tx, persons) if persons else {}
    rows: dict[int, dict[str, Any]] = {}
    for one in drafts:
        area = areas.get((one.bucket, one.person_id or 0), 0)
        row: dict[str, Any] = {
            "bucket": one.bucket,
            "signal_id": tx.ids.next(),
            "kind": one.kind.value,
            "sign": one.sign,
            "person_id": one.person_id,
            "institution_id": one.institution_id,
            "terminal_code": one.terminal_code,
            "happened_at": one.happened_at,
            "evidence": list(one.evidence),
            "blocked": one.person_id is not None and blocks(area, one.kind.value),
            "raised_at": clock.now(),
            **dict.fromkeys(("finding", "judged_by", "judged_at", "judged_why")),
        }
        rows[row["signal_id"]] = row
    made = await store.insert_signals(tx, [[row[name] for name in store.COLUMNS] for row in rows.values()])
    for signal_id in sorted(made):
        row = rows[signal_id]
        tx.audit.append(telling.raised_event(row))
        if row["blocked"]:
            name = {"bucket": row["bucket"], "person_id": row["person_id"]}
            await credentials.suspend(tx, clock, **name, actor=f"signal {row['bucket']}-{signal_id}")
    return len(made)


async def judge(
    tx: Tx, clock: Clock, *, bucket: int, signal_id: int, finding: SignalFinding, officer: str, why: str
) -> Signal | Refused:
    """What an officer found; a signal that was explained lets the person's codes go on, where it had stopped them.

    Reasons, in order: signal_why_missing · signal_unknown · signal_judged.
    """
    if not officer.strip() or not why.strip():
        return Refused(records.SIGNAL_WHY_MISSING)
    found = await store.lock_signal(tx, bucket, signal_id)
    if found is None:
        return Refused(records.SIGNAL_UNKNOWN)
    row = dict(found)
    if row["finding"] is not None:
        return Refused(records.SIGNAL_JUDGED, {"finding": row["finding"]})
    row |= {
        "finding": finding.value,
        "judged_by": officer.strip()[:80],
        "judged_at": clock.now(),
        "judged_why": why.strip()[:200],
    }
    await store.set_finding(tx, row)
    tx.audit.append(telling.judged_event(row))
    if row["blocked"] and finding is SignalFinding.explained:
        name = {"bucket": bucket, "person_id": row["person_id"]}
        await credentials.resume(tx, clock, **name, actor=row["judged_by"], ground=StopGround.agency)
    return _signal(row)


async def list_waiting(reading: Reading) -> list[Signal]:
    """Signals nobody has judged, the oldest first; at most two hundred."""
    return [_signal(row) for row in await store.list_waiting(reading, most=rules.LISTED_MAX)]


async def list_of_person(reading: Reading, *, bucket: int, person_id: int) -> list[Signal]:
    """A person's signals, the newest first; at most two hundred."""
    rows = await store.list_of_person(reading, bucket, person_id, most=rules.LISTED_MAX)
    return [_signal(row) for row in rows]


def _signal(row: Any) -> Signal:
    fields = dict(row)
    finding = None if fields["finding"] is None else SignalFinding(fields["finding"])
    return Signal(**{**fields, "kind": SignalKind(fields["kind"]), "finding": finding})


def _showing(row: Any, area_of: AreaOf) -> Showing:
    return Showing(
        bucket=row["bucket"],
        person_id=row["person_id"],
        cell=row["cell"],
        presentation_id=row["presentation_id"],
        institution_id=row["institution_id"],
        terminal_code=row["terminal_code"],
        at=row["presented_at"],
        area=area_of(row["institution_id"]),
        by_relative=row["mandate_id"] is not None,
        carrier=row["card_kind"],
    )


def _refusal(row: Any) -> RefusedShowing:
    fields = dict(row)
    return RefusedShowing(at=fields.pop("refused_at"), **fields)


def _sale(row: Any, bucket: int) -> Sale:
    fields = dict(row)
    return Sale(bucket=bucket, at=fields.pop("settled_at"), **fields)
