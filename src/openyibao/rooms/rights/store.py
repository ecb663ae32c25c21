"""SQL of the rights over one's data: reads only, each by an index and with a limit. 中文: 个人信息查询语句。

Accepted scans are found by the person's bindings, whose steps rise with time: no index is kept for this on the hot table.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from openyibao.kit.clock import unix_seconds
from openyibao.kit.db import Reading
from openyibao.rooms.encounters import stay_bucket
from openyibao.rooms.rights.records import Entry, EntryKind, HeldBy, HeldTable, LogPlace, Subject

STEP_SECONDS = 30
OFFLINE = "offline"
"""Said of a scan that a terminal took without a network."""
_LATE_STEPS = 4
"""A code may be of the step before: steps and instants can differ in order by so many rows."""

_SHOWN_BY = (
    "(select b.bucket, b.binding_id from credentials c join bindings b on b.bucket = c.bucket "
    "and b.credential_id = c.credential_id where c.bucket = any($2::int[]) and c.person_id = $1 "
    "union all select c.bucket, c.credential_id from credentials c where c.bucket = any($2::int[]) and c.person_id = $1 "
    "union all select i.bucket, i.card_id from insurance_cards i where i.bucket = any($2::int[]) and i.person_id = $1)"
)
"""What a person is presented by: bindings, the credential itself, under whose id a document is shown without a code, and
social-security cards, each under its own id."""
_VISITS = (
    "(select s.cell, s.encounter_id from settlements s where s.cell = any($2::int[]) and s.person_id = $1 "
    "union select t.cell, t.encounter_id from stays t where t.cell = any($2::int[]) and t.person_id = $1 "
    "union select r.cell, r.encounter_id from refusals r where r.cell = any($2::int[]) and r.person_id = $1 "
    "and r.encounter_id is not null)"
)
_POTS = "(select a.cell, a.account_id from personal_accounts a where a.cell = any($2::int[]) and a.person_id = $1)"

_OWN: Mapping[str, str] = {
    "open_stays": "select * from open_stays where bucket = any($2::int[]) and person_id = $1 limit $3",
    "credential_roles": "select r.* from credentials c join credential_roles r on r.bucket = c.bucket "
    "and r.credential_id = c.credential_id where c.bucket = any($2::int[]) and c.person_id = $1 limit $3",
    "postings": f"select p.* from {_POTS} a join postings p on p.cell = a.cell and p.settlement_id is null "
    "and (p.debit_account = a.account_id or p.credit_account = a.account_id) limit $3",
    "filing_decisions": "select d.* from filings f join filing_decisions d on d.cell = f.cell "
    "and d.filing_id = f.filing_id where f.cell = any($2::int[]) and f.person_id = $1 limit $3",
    "mutual_aid_uses": "select u.* from mutual_aid_agreements a join mutual_aid_uses u on u.cell = a.cell "
    "and u.agreement_id = a.agreement_id where a.cell = any($2::int[]) and a.owner_person_id = $1 limit $3",
}
"""Queries of tables that are found by way of another: $1 the person, $2 the cells (the bucket, where the table has one), $3 the limit."""


def _query(table: str, held: HeldTable) -> str:
    match held.by:
        case HeldBy.visit:
            joined = f"{_VISITS} v join {table} t on t.cell = v.cell and t.encounter_id = v.encounter_id"
            return f"select t.* from {joined} limit $3"
        case HeldBy.binding:
            joined = f"{_SHOWN_BY} v join {table} t on t.bucket = v.bucket and t.binding_id = v.binding_id"
            return f"select t.* from {joined} limit $3"
        case HeldBy.own:
            return _OWN[table]
        case _:
            where = f"{held.by.value} = any($2::int[]) and {held.person_column} = $1"
            return f"select * from {table} where {where} limit $3"


def _places(table: str, held: HeldTable, subject: Subject) -> list[int]:
    if table == "open_stays":
        return [stay_bucket(subject.person_id)]
    in_bucket = held.by in {HeldBy.bucket, HeldBy.binding} or table == "credential_roles"
    return [subject.bucket] if in_bucket else list(subject.cells)


def stream_held(
    reading: Reading, table: str, held: HeldTable, subject: Subject, *, most: int, at_once: int
) -> AsyncIterator[list[Any]]:
    """What one table holds of a person, in stretches; ``table`` is a name of the rules."""
    places = _places(table, held, subject)
    return reading.stream(_query(table, held), subject.person_id, places, most, at_once=at_once)


async def list_scans(reading: Reading, subject: Subject, before: LogPlace, most: int) -> list[Entry]:
    """Accepted scans."""
    rows = await reading.fetch(
        "select p.presentation_id, p.presented_at, p.institution_id, p.terminal_code, p.operator_code, p.purpose "
        f"from {_SHOWN_BY} b cross join lateral (select * from presentations q where q.bucket = b.bucket "
        "and q.binding_id = b.binding_id and q.step <= $6 and (q.presented_at, q.presentation_id) < ($3, $4) "
        "order by q.step desc limit $5) p order by p.presented_at desc, p.presentation_id desc limit $5",
        subject.person_id,
        [subject.bucket],
        before.at,
        before.entry_id,
        most + _LATE_STEPS,
        unix_seconds(before.at) // STEP_SECONDS + 1,
    )
    offline = await _taken_offline(reading, subject, [row["presentation_id"] for row in rows])
    return [
        Entry(
            kind=EntryKind.scan,
            entry_id=row["presentation_id"],
            at=row["presented_at"],
            institution_id=row["institution_id"],
            who=row["operator_code"],
            terminal_code=row["terminal_code"],
            about=row["purpose"],
            reason=OFFLINE if row["presentation_id"] in offline else "",
        )
        for row in rows
    ]


async def _taken_offline(reading: Reading, subject: Subject, presentation_ids: Sequence[int]) -> set[int]:
    """Which of these showings a terminal took without a network."""
    rows = await reading.fetch(
        "select presentation_id from offline_acceptances where bucket = $1 and person_id = $2 and presentation_id = any($3)",
        subject.bucket,
        subject.person_id,
        list(presentation_ids),
    )
    return {row[0] for row in rows}


def _page(whose: int | list[int], subject: Subject, before: LogPlace, most: int) -> tuple[Any, ...]:
    """What every page of the log is asked by: bucket or cells, the person, the place it ends before, how many."""
    return (whose, subject.person_id, before.at, before.entry_id, most)


async def list_refused_scans(reading: Reading, subject: Subject, before: LogPlace, most: int) -> list[Entry]:
    """Refused scans of the person's codes."""
    rows = await reading.fetch(
        "select refusal_id, refused_at, institution_id, terminal_code, operator_code, purpose, reason from scan_refusals "
        "where bucket = $1 and person_id = $2 and (refused_at, refusal_id) < ($3, $4) order by refusal_id desc limit $5",
        *_page(subject.bucket, subject, before, most),
    )
    return [
        Entry(
            kind=EntryKind.refused_scan,
            entry_id=row["refusal_id"],
            at=row["refused_at"],
            institution_id=row["institution_id"],
            who=row["operator_code"],
            terminal_code=row["terminal_code"],
            about=row["purpose"],
            reason=row["reason"],
        )
        for row in rows
    ]


async def list_bills(reading: Reading, subject: Subject, before: LogPlace, most: int) -> list[Entry]:
    """Settlements and their reversals."""
    rows = await reading.fetch(
        "select settlement_id, settled_at, kind, institution_id, terminal_code, operator_code, fee_total_fen, "
        "personal_account_fen from settlements where cell = any($1) and person_id = $2 "
        "and (settled_at, settlement_id) < ($3, $4) order by settlement_id desc limit $5",
        *_page(list(subject.cells), subject, before, most),
    )
    return [
        Entry(
            kind=EntryKind.reversal if row["kind"] == "reversal" else EntryKind.settlement,
            entry_id=row["settlement_id"],
            at=row["settled_at"],
            institution_id=row["institution_id"],
            who=row["operator_code"],
            terminal_code=row["terminal_code"],
            amount_fen=row["fee_total_fen"],
        )
        for row in rows
    ]


async def list_refusals(reading: Reading, subject: Subject, before: LogPlace, most: int) -> list[Entry]:
    """What was refused of visits and bills."""
    rows = await reading.fetch(
        "select refusal_id, refused_at, institution_id, verb, reason from refusals where cell = any($1) "
        "and person_id = $2 and (refused_at, refusal_id) < ($3, $4) order by refusal_id desc limit $5",
        *_page(list(subject.cells), subject, before, most),
    )
    return [
        Entry(
            kind=EntryKind.refusal,
            entry_id=row["refusal_id"],
            at=row["refused_at"],
            institution_id=row["institution_id"],
            about=row["verb"],
            reason=row["reason"],
        )
        for row in rows
    ]


async def list_looks(reading: Reading, subject: Subject, before: LogPlace, most: int) -> list[Entry]:
    """Who looked."""
    rows = await reading.fetch(
        "select look_id, looked_at, institution_id, looker_kind, looker, kind, why from looks where bucket = $1 "
        "and person_id = $2 and (looked_at, look_id) < ($3, $4) order by look_id desc limit $5",
        *_page(subject.bucket, subject, before, most),
    )
    return [
        Entry(
            kind=EntryKind.look,
            entry_id=row["look_id"],
            at=row["looked_at"],
            institution_id=row["institution_id"],
            who=f"{row['looker_kind']}/{row['looker']}",
            about=row["kind"],
            reason=row["why"],
        )
        for row in rows
    ]


async def list_changes(reading: Reading, subject: Subject, before: LogPlace, most: int) -> list[Entry]:
    """What was bound, frozen and agreed to, and the ends of it. A person has few of these."""
    rows = await reading.fetch(
        "select * from ("
        "select 'bound' as kind, binding_id as entry_id, bound_at as at, device_name as who, channel_code as about, "
        f"'' as reason from {_SHOWN_BY} v join bindings using (bucket, binding_id) "
        "union all select 'unbound', binding_id, ended_at, device_name, channel_code, '' "
        f"from {_SHOWN_BY} v join bindings using (bucket, binding_id) where ended_at is not null "
        "union all select 'frozen', freeze_id, frozen_at, frozen_by, '', '' from freezes "
        "where bucket = any($2) and person_id = $1 "
        "union all select 'lifted', freeze_id, lifted_at, lifted_by, lift_proof, coalesce(why, '') from freezes "
        "where bucket = any($2) and person_id = $1 and lifted_at is not null "
        "union all select 'consented', consent_id, given_at, given_by, channel_code, text_version from consents "
        "where bucket = any($2) and person_id = $1 "
        "union all select 'consent_withdrawn', consent_id, withdrawn_at, withdrawn_by, channel_code, text_version "
        "from consents where bucket = any($2) and person_id = $1 and withdrawn_at is not null "
        "union all select 'password_reset', reset_id, reset_at, asked_by, '', why from password_resets "
        "where bucket = any($2) and person_id = $1 "
        "union all select 'filed', filing_id, filed_at, filer, kind, '' from filings "
        "where cell = any($6) and person_id = $1"
        ") e where (at, entry_id) < ($3, $4) order by at desc, entry_id desc limit $5",
        subject.person_id,
        [subject.bucket],
        before.at,
        before.entry_id,
        most,
        list(subject.cells),
    )
    return [
        Entry(
            kind=EntryKind(row["kind"]),
            entry_id=row["entry_id"],
            at=row["at"],
            who=row["who"],
            about=row["about"],
            reason=row["reason"],
        )
        for row in rows
    ]


async def list_signals(reading: Reading, subject: Subject, before: LogPlace, most: int) -> list[Entry]:
    """What looked like misuse of the person's code."""
    rows = await reading.fetch(
        "select signal_id, happened_at, institution_id, terminal_code, kind, finding from signals where bucket = $1 "
        "and person_id = $2 and (happened_at, signal_id) < ($3, $4) order by happened_at desc, signal_id desc limit $5",
        *_page(subject.bucket, subject, before, most),
    )
    return [
        Entry(
            kind=EntryKind.signal,
            entry_id=row["signal_id"],
            at=row["happened_at"],
            institution_id=row["institution_id"],
            terminal_code=row["terminal_code"] or "",
            about=row["kind"],
            reason=row["finding"] or "",
        )
        for row in rows
    ]


Source = Callable[[Reading, Subject, LogPlace, int], Awaitable[list[Entry]]]
SOURCES: tuple[tuple[frozenset[EntryKind], Source], ...] = (
    (frozenset({EntryKind.scan}), list_scans),
    (frozenset({EntryKind.refused_scan}), list_refused_scans),
    (frozenset({EntryKind.settlement, EntryKind.reversal}), list_bills),
    (frozenset({EntryKind.refusal}), list_refusals),
    (frozenset({EntryKind.look}), list_looks),
    (frozenset({EntryKind.signal}), list_signals),
    (
        frozenset(set(EntryKind) - {EntryKind.scan, EntryKind.refused_scan, EntryKind.settlement, EntryKind.reversal})
        - {EntryKind.refusal, EntryKind.look, EntryKind.signal},
        list_changes,
    ),
)
"""Which kinds come from which query."""
