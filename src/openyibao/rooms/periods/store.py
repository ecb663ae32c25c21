"""SQL of closed periods."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.periods.records import PeriodAct

_COLUMNS = PeriodAct.__struct_fields__
_READ = ", ".join(_COLUMNS)


async def insert_acts(tx: Tx, acts: Sequence[PeriodAct]) -> None:
    """Acts of closing and reopening."""
    await tx.insert("period_acts", _COLUMNS, [msgspec.structs.astuple(act) for act in acts])


async def lock_periods(tx: Tx, pooling_areas: Sequence[int]) -> None:
    """One act on an area's periods at a time, so that their order is that of their ids."""
    await tx.fetch(
        "select pooling_area from pooling_areas where pooling_area = any($1) order by 1 for update", pooling_areas
    )


async def read_acts(
    reading: Reading, buckets: Sequence[int], pooling_area: int, institution_ids: Sequence[int]
) -> list[PeriodAct]:
    """All acts on an area's institutions, in the order in which they were done."""
    rows = await reading.fetch(
        f"select {_READ} from period_acts where bucket = any($1) and pooling_area = $2 and institution_id = any($3) "
        "order by acted_at, period_act_id",
        buckets,
        pooling_area,
        institution_ids,
    )
    return [msgspec.convert(dict(row), PeriodAct) for row in rows]


async def list_all(reading: Reading, *, after: tuple[int, int], most: int) -> list[PeriodAct]:
    """All acts in the order of their key."""
    rows = await reading.fetch(
        f"select {_READ} from period_acts where (bucket, period_act_id) > ($1, $2) "
        "order by bucket, period_act_id limit $3",
        *after,
        most,
    )
    return [msgspec.convert(dict(row), PeriodAct) for row in rows]
