"""SQL of accumulators."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.accumulators.records import Accumulator, AccumulatorKey

_COLUMNS = ", ".join(Accumulator.__struct_fields__)


async def read_accumulators(reading: Reading, persons: Sequence[tuple[int, int]]) -> dict[AccumulatorKey, Accumulator]:
    """All accumulators of (cell, person_id). Who will write them has locked the persons first."""
    rows = await reading.fetch(
        f"select {_COLUMNS} from accumulators where cell = any($1) and person_id = any($2)",
        sorted({cell for cell, _ in persons}),
        sorted({person_id for _, person_id in persons}),
    )
    return {(row[0], row[1], row[2], row[3]): Accumulator(**dict(row)) for row in rows}


async def write_accumulators(tx: Tx, accumulators: Sequence[Accumulator]) -> None:
    """Set amounts and turn (the person is locked, so nothing moved since the read)."""
    these = sorted(accumulators, key=lambda one: (one.cell, one.person_id, one.insurance_type, one.policy_year))
    await tx.change(
        "accumulators",
        f"insert into accumulators ({_COLUMNS}) "
        "select * from unnest($1::int[], $2::bigint[], $3::text[], $4::int[], $5::jsonb[], $6::bigint[]) "
        "on conflict (cell, person_id, insurance_type, policy_year) "
        "do update set amounts = excluded.amounts, turn = excluded.turn",
        [one.cell for one in these],
        [one.person_id for one in these],
        [one.insurance_type for one in these],
        [one.policy_year for one in these],
        [msgspec.json.encode({name: amount for name, amount in one.amounts.items() if amount}) for one in these],
        [one.turn for one in these],
    )


async def list_accumulators(reading: Reading, *, after: AccumulatorKey, most: int) -> list[Accumulator]:
    """All accumulators in the order of their key."""
    rows = await reading.fetch(
        f"select {_COLUMNS} from accumulators "
        "where (cell, person_id, insurance_type, policy_year) > ($1, $2, $3, $4) "
        "order by cell, person_id, insurance_type, policy_year limit $5",
        *after,
        most,
    )
    return [Accumulator(**dict(row)) for row in rows]
