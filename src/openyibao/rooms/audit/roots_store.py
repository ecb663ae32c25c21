"""SQL of the days' roots."""

from __future__ import annotations

from datetime import date
from typing import Any

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.audit.records import DayRoot

_COLUMNS = "sealed_on, heads, root, previous_hash, root_hash, signature, key_id, sealed_at"


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
    row = await reading.fetchrow(f"select {_COLUMNS} from audit_roots order by sealed_on desc limit 1")
    return None if row is None else _root(row)


async def insert_root(tx: Tx, root: DayRoot) -> bool:
    """Keep a root; False where another process has sealed this day."""
    made = await tx.fetch(
        f"insert into audit_roots ({_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning 1",
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
        f"select {_COLUMNS} from audit_roots where sealed_on > $1 order by sealed_on limit $2", after, most
    )
    return [_root(row) for row in rows]


def _root(row: Any) -> DayRoot:
    fields = dict(row)
    fields["heads"] = tuple((chain, seq, bytes.fromhex(link_hash)) for chain, seq, link_hash in fields["heads"])
    return DayRoot(**fields)
