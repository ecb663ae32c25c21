"""SQL of signals: what is read of other tables is read by time, never by the hot path."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openyibao.kit.db import Reading, Tx

COLUMNS = (
    "bucket",
    "signal_id",
    "kind",
    "sign",
    "person_id",
    "institution_id",
    "terminal_code",
    "happened_at",
    "evidence",
    "blocked",
    "raised_at",
    "finding",
    "judged_by",
    "judged_at",
    "judged_why",
)
_ALL = f"select {', '.join(COLUMNS)} from signals"
_SHOWN = (
    "p.bucket, p.person_id, p.cell, p.presentation_id, p.institution_id, p.terminal_code, p.presented_at, "
    "p.mandate_id, p.card_kind"
)


async def lock_read(tx: Tx, bucket: int) -> datetime | None:
    """How far the job has read, locked: two jobs don't read the same. ``bucket`` is that of the whole job."""
    await tx.execute("lock table signal_reads in exclusive mode")
    row = await tx.fetchrow("select read_until from signal_reads where bucket = $1", bucket)
    return None if row is None else row[0]


async def set_read(tx: Tx, bucket: int, until: datetime) -> None:
    """The job has read until here."""
    await tx.execute(
        "insert into signal_reads (bucket, read_until) values ($1, $2) "
        "on conflict (bucket) do update set read_until = excluded.read_until",
        bucket,
        until,
    )


async def list_showings(reading: Reading, since: datetime, until: datetime) -> list[Any]:
    """Accepted showings of a time."""
    return await reading.fetch(
        f"select {_SHOWN} from presentations p where p.presented_at >= $1 and p.presented_at < $2", since, until
    )


async def list_around_sent_in(reading: Reading, since: datetime, until: datetime) -> list[Any]:
    """Showings an hour about each that was taken without a network and sent in during a time."""
    return await reading.fetch(
        f"select distinct {_SHOWN} from offline_acceptances a join presentations p on p.bucket = a.bucket "
        "and p.person_id = a.person_id and p.presented_at between a.taken_at - interval '1 hour' "
        "and a.taken_at + interval '1 hour' "
        "where a.synced_at >= $1 and a.synced_at < $2 and a.state = 'accepted'",
        since,
        until,
    )


async def list_refusals(reading: Reading, since: datetime, until: datetime) -> list[Any]:
    """Refused showings of known persons of a time."""
    return await reading.fetch(
        "select bucket, refusal_id, person_id, institution_id, terminal_code, refused_at, reason, facts "
        "from scan_refusals where refused_at >= $1 and refused_at < $2 and person_id is not null",
        since,
        until,
    )


async def list_sales(
    reading: Reading, persons: Sequence[tuple[int, int]], since: datetime, until: datetime
) -> list[Any]:
    """Drugs settled for persons (cell, person_id) in a time; what was reversed counts not. Codes of drugs begin with X or Z."""
    if not persons:
        return []
    return await reading.fetch(
        "select s.cell, s.person_id, s.settlement_id, s.institution_id, s.settled_at, f.item_code, f.quantity_e4 "
        "from settlements s join fee_items f on f.cell = s.cell and f.encounter_id = s.encounter_id "
        "where s.cell = any($1) and s.person_id = any($2) and s.settled_at >= $3 and s.settled_at < $4 "
        "and s.kind = 'settlement' and f.quantity_e4 > 0 and f.item_code ~ '^[XZ]' and not exists "
        "(select from settlements r where r.cell = s.cell and r.person_id = s.person_id "
        "and r.original_settlement_id = s.settlement_id)",
        sorted({cell for cell, _ in persons}),
        sorted({person for _, person in persons}),
        since,
        until,
    )


async def insert_signals(tx: Tx, rows: Sequence[Sequence[Any]]) -> set[int]:
    """Keep what is new; the ids that were kept."""
    made = set()
    for row in rows:
        kept = await tx.fetch(
            f"insert into signals ({', '.join(COLUMNS)}) "
            f"values ({', '.join(f'${at}' for at in range(1, len(COLUMNS) + 1))}) on conflict do nothing returning signal_id",
            *row,
        )
        made |= {each[0] for each in kept}
    return made


async def lock_signal(tx: Tx, bucket: int, signal_id: int) -> Any:
    """Lock one signal, or None."""
    return await tx.fetchrow(_ALL + " where bucket = $1 and signal_id = $2 for update", bucket, signal_id)


async def set_finding(tx: Tx, row: dict[str, Any]) -> None:
    """Write what was found of a locked signal."""
    await tx.execute(
        "update signals set finding = $3, judged_by = $4, judged_at = $5, judged_why = $6 "
        "where bucket = $1 and signal_id = $2",
        *(row[name] for name in ("bucket", "signal_id", "finding", "judged_by", "judged_at", "judged_why")),
    )


async def list_waiting(reading: Reading, *, most: int) -> list[Any]:
    """Signals nobody has judged, the oldest first."""
    return await reading.fetch(_ALL + " where finding is null order by raised_at, bucket, signal_id limit $1", most)


async def list_of_person(reading: Reading, bucket: int, person_id: int, *, most: int) -> list[Any]:
    """A person's signals, the newest first."""
    return await reading.fetch(
        _ALL + " where bucket = $1 and person_id = $2 order by signal_id desc limit $3", bucket, person_id, most
    )


async def list_rows(reading: Reading, *, after: tuple[int, int], most: int) -> list[Any]:
    """All signals in the order of their key."""
    return await reading.fetch(
        _ALL + " where (bucket, signal_id) > ($1, $2) order by bucket, signal_id limit $3", *after, most
    )


async def find_insured_areas(reading: Reading, names: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Where persons (bucket, person_id) are insured, by their living credential."""
    rows = await reading.fetch(
        "select c.bucket, c.person_id, c.insured_area from unnest($1::int[], $2::bigint[]) as w(bucket, person_id) "
        "join credentials c on c.bucket = w.bucket and c.person_id = w.person_id "
        "where c.superseded_by is null and c.insured_area is not null",
        [name[0] for name in names],
        [name[1] for name in names],
    )
    return {(row[0], row[1]): row[2] for row in rows}
