"""SQL of accumulators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.accumulators.records import Accumulator, AccumulatorKey


async def read_accumulators(
    reading: Reading, persons: Sequence[tuple[int, int]], *, lock: bool
) -> dict[AccumulatorKey, dict[str, int]]:
    """All accumulators of (cell, person_id), in the written lock order."""
    rows = await reading.fetch(
        "select cell, person_id, insurance_type, policy_year, amounts from accumulators "
        "where cell = any($1) and person_id = any($2) order by cell, person_id, insurance_type, policy_year"
        + (" for update" if lock else ""),
        sorted({cell for cell, _ in persons}),
        sorted({person_id for _, person_id in persons}),
    )
    return {(row[0], row[1], row[2], row[3]): row[4] for row in rows}


async def write_accumulators(tx: Tx, changes: Mapping[AccumulatorKey, Mapping[str, int]]) -> None:
    """Set the amounts of each key (the person is locked, so nothing moved since the read)."""
    keys = sorted(changes)
    await tx.change(
        "accumulators",
        "insert into accumulators (cell, person_id, insurance_type, policy_year, amounts) "
        "select * from unnest($1::int[], $2::bigint[], $3::text[], $4::int[], $5::jsonb[]) "
        "on conflict (cell, person_id, insurance_type, policy_year) do update set amounts = excluded.amounts",
        [key[0] for key in keys],
        [key[1] for key in keys],
        [key[2] for key in keys],
        [key[3] for key in keys],
        [msgspec.json.encode({name: amount for name, amount in changes[key].items() if amount}) for key in keys],
    )


async def list_accumulators(reading: Reading, *, after: AccumulatorKey, most: int) -> list[Accumulator]:
    """All accumulators in the order of their key."""
    rows = await reading.fetch(
        "select cell, person_id, insurance_type, policy_year, amounts from accumulators "
        "where (cell, person_id, insurance_type, policy_year) > ($1, $2, $3, $4) "
        "order by cell, person_id, insurance_type, policy_year limit $5",
        *after,
        most,
    )
    return [Accumulator(**dict(row)) for row in rows]
