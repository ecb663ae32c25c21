"""SQL of the audit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.audit.records import AuditEvent, AuditLink, DayRoot, StoredEvent

_EVENTS = (
    "chain",
    "event_id",
    "seq",
    "leaf_no",
    "kind",
    "cell",
    "subject_id",
    "actor",
    "happened_at",
    "content",
)
_ROOTS = "sealed_on, heads, root, previous_hash, root_hash, signature, key_id, sealed_at"
COPIED_FROM = 1_000
"""So many events at once are written by COPY: imports and seeds, never a batch of requests."""


async def insert_events(tx: Tx, events: Sequence[AuditEvent], ids: Sequence[int], *, seq: int, at: datetime) -> None:
    """All events of a batch."""
    rows = [
        (tx.chain, event_id, seq, n, event.kind, event.cell, event.subject_id, event.actor, at, event.content)
        for n, (event, event_id) in enumerate(zip(events, ids, strict=True))
    ]
    if len(rows) >= COPIED_FROM:
        await tx.copy("audit_events", _EVENTS, rows)
    else:
        await tx.insert("audit_events", _EVENTS, rows)


async def insert_link(tx: Tx, link: AuditLink) -> None:
    """The batch's link."""
    await tx.change(
        "audit_links",
        "insert into audit_links (chain, seq, event_count, first_event_id, root, previous_hash, link_hash, signature, "
        "key_id, linked_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        link.chain,
        link.seq,
        link.event_count,
        link.first_event_id,
        link.root,
        link.previous_hash,
        link.link_hash,
        link.signature,
        link.key_id,
        link.linked_at,
    )


async def last_link(connection: Any, chain: int) -> tuple[int, bytes] | None:
    """Where a chain stands: (seq, link hash)."""
    row = await connection.fetchrow(
        "select seq, link_hash from audit_links where chain = $1 order by seq desc limit 1", chain
    )
    return (row[0], row[1]) if row else None


async def list_chains(reading: Reading) -> list[int]:
    """All chains that have links or events."""
    rows = await reading.fetch("select chain from audit_links union select chain from audit_events order by chain")
    return [row[0] for row in rows]


async def list_links(reading: Reading, chain: int, *, after_seq: int, most: int) -> list[AuditLink]:
    """Links of a chain in order."""
    rows = await reading.fetch(
        "select * from audit_links where chain = $1 and seq > $2 order by seq limit $3", chain, after_seq, most
    )
    return [AuditLink(**dict(row)) for row in rows]


async def list_events(reading: Reading, chain: int, *, seq_from: int, seq_to: int) -> list[StoredEvent]:
    """Events of a range of links, in the order of their leaves."""
    rows = await reading.fetch(
        "select * from audit_events where chain = $1 and seq between $2 and $3 order by seq, leaf_no, event_id",
        chain,
        seq_from,
        seq_to,
    )
    return [StoredEvent(**dict(row)) for row in rows]


async def read_heads(reading: Reading) -> dict[int, int]:
    """The last link of each chain."""
    rows = await reading.fetch("select chain, max(seq) from audit_links group by chain")
    return {row[0]: row[1] for row in rows}


async def list_told_since(
    reading: Reading, chain: int, *, after_seq: int, kinds: Sequence[str], most: int
) -> tuple[int, list[StoredEvent]]:
    """Events of some kinds in at most so many links after one, in order; and the last link looked at.

    The ids of a link's events rise from its first, so that the events are found by their key.
    """
    links = await reading.fetch(
        "select seq, first_event_id, event_count from audit_links where chain = $1 and seq > $2 order by seq limit $3",
        chain,
        after_seq,
        most,
    )
    if not links:
        return after_seq, []
    # A counter that ran over took the next millisecond: so many ids at the most.
    last = max(row[1] + ((row[2] >> 13) + 2 << 21) for row in links)
    rows = await reading.fetch(
        "select * from audit_events where chain = $1 and event_id between $2 and $3 and seq between $4 and $5 "
        "and kind = any($6) order by seq, leaf_no",
        chain,
        min(row[1] for row in links),
        last,
        links[0][0],
        links[-1][0],
        list(kinds),
    )
    return int(links[-1][0]), [StoredEvent(**dict(row)) for row in rows]


async def count_links(reading: Reading) -> int:
    """How many links all chains have: one for each batch that was written."""
    row = await reading.fetchrow("select count(*) from audit_links")
    return int(row[0])


async def count_stray_events(reading: Reading) -> int:
    """Events without a link."""
    row = await reading.fetchrow(
        "select count(*) from audit_events e where not exists "
        "(select from audit_links l where l.chain = e.chain and l.seq = e.seq)"
    )
    return int(row[0])


async def find_event_after(
    reading: Reading, chain: int, kind: str, *, subject_id: int, most: int
) -> StoredEvent | None:
    """The event of a subject whose id its transaction drew in this chain: it stands soon after, among the next ``most``."""
    row = await reading.fetchrow(
        "select * from (select * from audit_events where chain = $1 and event_id > $2 order by event_id limit $4) e "
        "where e.kind = $3 and e.subject_id = $2 limit 1",
        chain,
        subject_id,
        kind,
        most,
    )
    return StoredEvent(**dict(row)) if row else None


async def read_link(reading: Reading, chain: int, seq: int) -> AuditLink | None:
    """One link."""
    row = await reading.fetchrow("select * from audit_links where chain = $1 and seq = $2", chain, seq)
    return AuditLink(**dict(row)) if row else None


async def list_leaves(reading: Reading, link: AuditLink) -> list[StoredEvent]:
    """The events of one link, found by their key: they were drawn one after another from its first."""
    rows = await reading.fetch(
        "select * from audit_events where chain = $1 and event_id >= $2 and seq = $3 order by event_id limit $4",
        link.chain,
        link.first_event_id,
        link.seq,
        link.event_count,
    )
    return [StoredEvent(**dict(row)) for row in rows]


async def list_heads(reading: Reading) -> list[tuple[int, int, bytes]]:
    """(chain, seq, link hash) of the last link of each chain, by chain: one look by key a chain."""
    rows = await reading.fetch(
        "with recursive chains as (select min(chain) as chain from audit_links union all "
        "select (select min(l.chain) from audit_links l where l.chain > c.chain) from chains c where c.chain is not null) "
        "select h.chain, h.seq, h.link_hash from chains c cross join lateral "
        "(select chain, seq, link_hash from audit_links l where l.chain = c.chain order by seq desc limit 1) h order by h.chain"
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def last_root(reading: Reading) -> DayRoot | None:
    """The newest root."""
    row = await reading.fetchrow(f"select {_ROOTS} from audit_roots order by sealed_on desc limit 1")
    return None if row is None else _root(row)


async def insert_root(tx: Tx, root: DayRoot) -> bool:
    """Keep a root; False where another process has sealed this day."""
    made = await tx.fetch(
        f"insert into audit_roots ({_ROOTS}) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning 1",
        root.sealed_on,
        [[chain, seq, link_hash.hex()] for chain, seq, link_hash in root.heads],
        root.root,
        root.previous_hash,
        root.root_hash,
        root.signature,
        root.key_id,
        root.sealed_at,
    )
    return bool(made)


async def list_roots(reading: Reading, *, after: date, most: int) -> list[DayRoot]:
    """Roots after a day, in order."""
    rows = await reading.fetch(
        f"select {_ROOTS} from audit_roots where sealed_on > $1 order by sealed_on limit $2", after, most
    )
    return [_root(row) for row in rows]


def _root(row: Any) -> DayRoot:
    fields = dict(row)
    fields["heads"] = tuple((chain, seq, bytes.fromhex(link_hash)) for chain, seq, link_hash in fields["heads"])
    return DayRoot(**fields)
