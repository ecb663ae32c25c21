"""All SQL of packs, their movements and the no-code list. 中文: 追溯码存储。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.goods.records import DrugIdentification, Pack, PackState, StockMovement, TraceExemption

_PACK = Pack.__struct_fields__
_READ_PACK = ", ".join(_PACK)
_MOVEMENT = StockMovement.__struct_fields__
_READ_MOVEMENT = ", ".join(_MOVEMENT)
_EXEMPTION = TraceExemption.__struct_fields__
_IDENTIFICATION = DrugIdentification.__struct_fields__


_STATES = {state.value: state for state in PackState}


def _pack_of(row: Any) -> Pack:
    fields = dict(row)
    fields["state"] = _STATES[fields["state"]]
    return Pack(**fields)


def _movement_of(row: Any) -> StockMovement:
    return msgspec.convert(dict(row), StockMovement)


async def lock_packs(tx: Tx, names: Sequence[tuple[int, str]]) -> dict[str, Pack]:
    """Lock these packs (bucket, trace_code), sorted; an unknown one gets an empty row, so that it can be locked too.

    First those that are there; a lock writes less than the update that changes nothing. That one locks the others: the
    insert waits for whoever is just making the same row.
    """
    rows = await tx.fetch(
        f"select {_READ_PACK} from packs where bucket = any($1) and trace_code = any($2) "
        "order by bucket, trace_code for update",
        sorted({name[0] for name in names}),
        [name[1] for name in names],
    )
    if len(rows) < len(names):
        known = {row["trace_code"] for row in rows}
        rows += await _make_packs(tx, [name for name in names if name[1] not in known])
    return {row["trace_code"]: _pack_of(row) for row in rows}


async def _make_packs(tx: Tx, names: Sequence[tuple[int, str]]) -> list[Any]:
    return await tx.fetch(
        "insert into packs as p (bucket, trace_code, item_code, state, institution_id, left_e4, turn, second_sales) "
        "select b, t, '', 'unseen', 0, 0, 0, 0 from unnest($1::int[], $2::text[]) as u(b, t) order by b, t "
        f"on conflict (bucket, trace_code) do update set turn = p.turn returning {_READ_PACK}",
        [name[0] for name in names],
        [name[1] for name in names],
    )


async def read_packs(reading: Reading, names: Sequence[tuple[int, str]]) -> dict[str, Pack]:
    """These packs as they stand, without a lock; those nobody has spoken of are not there."""
    rows = await reading.fetch(
        f"select {_READ_PACK} from packs where bucket = any($1) and trace_code = any($2)",
        sorted({name[0] for name in names}),
        [name[1] for name in names],
    )
    return {row["trace_code"]: _pack_of(row) for row in rows}


async def write_packs(tx: Tx, packs: Sequence[Pack]) -> None:
    """Set locked packs to where they stand now."""
    await tx.change(
        "packs",
        "update packs p set item_code = t.i, state = t.s, institution_id = t.n, left_e4 = t.l, turn = t.u, sold_on = t.o, "
        "sold_at = t.a, second_sales = t.d from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::bigint[], "
        "$6::bigint[], $7::int[], $8::date[], $9::bigint[], $10::int[]) as t(b, c, i, s, n, l, u, o, a, d) "
        "where p.bucket = t.b and p.trace_code = t.c and p.bucket = any($1)",
        *([getattr(pack, name) for pack in packs] for name in _PACK[:3]),
        [pack.state.value for pack in packs],
        *([getattr(pack, name) for pack in packs] for name in _PACK[4:]),
    )


async def insert_movements(tx: Tx, movements: Sequence[StockMovement]) -> None:
    """Movements of a batch."""
    await tx.insert("stock_movements", _MOVEMENT, [msgspec.structs.astuple(one) for one in movements])


async def read_movements(
    reading: Reading, names: Sequence[tuple[int, str]], *, most: int | None = None
) -> list[StockMovement]:
    """All movements of packs (bucket, trace_code) in the order of their turns; the newest so many where ``most`` is given."""
    rows = await reading.fetch(
        f"select {_READ_MOVEMENT} from stock_movements where bucket = any($1) and trace_code = any($2) "
        f"order by bucket, trace_code, turn{'' if most is None else ' desc limit $3'}",
        sorted({name[0] for name in names}),
        [name[1] for name in names],
        *(() if most is None else (most,)),
    )
    return [_movement_of(row) for row in rows]


async def count_act(reading: Reading, names: Sequence[tuple[int, str]], stock_act_id: int) -> int:
    """How many packs a stock act moved."""
    row = await reading.fetchrow(
        "select count(*)::int from stock_movements where bucket = any($1) and trace_code = any($2) and stock_act_id = $3",
        sorted({name[0] for name in names}),
        [name[1] for name in names],
        stock_act_id,
    )
    return int(row[0])


async def list_movements(
    reading: Reading, institution_id: int, on: date, *, after: int, most: int
) -> list[StockMovement]:
    """An institution's movements of a day, after one, in the order of their ids."""
    rows = await reading.fetch(
        f"select {_READ_MOVEMENT} from stock_movements where institution_id = $1 and moved_on = $2 and movement_id > $3 "
        "order by movement_id limit $4",
        institution_id,
        on,
        after,
        most,
    )
    return [_movement_of(row) for row in rows]


async def list_packs(reading: Reading, *, after: tuple[int, str], most: int) -> list[Pack]:
    """Packs in the order of their key (bucket, trace_code)."""
    rows = await reading.fetch(
        f"select {_READ_PACK} from packs where (bucket, trace_code) > ($1, $2) order by bucket, trace_code limit $3",
        *after,
        most,
    )
    return [_pack_of(row) for row in rows]


async def list_all_movements(reading: Reading, *, after: tuple[int, str, int], most: int) -> list[StockMovement]:
    """Movements pack by pack, in the order of (bucket, trace_code, turn)."""
    rows = await reading.fetch(
        f"select {_READ_MOVEMENT} from stock_movements where (bucket, trace_code, turn) > ($1, $2, $3) "
        "order by bucket, trace_code, turn limit $4",
        *after,
        most,
    )
    return [_movement_of(row) for row in rows]


async def read_version(reading: Reading) -> int:
    """The version of the no-code list and of the drug identifications."""
    row = await reading.fetchrow("select version from reference_versions where noun = 'goods'")
    return int(row["version"])


async def bump_version(tx: Tx) -> None:
    """Tell every process to read them anew."""
    await tx.execute("update reference_versions set version = version + 1 where noun = 'goods'")


async def read_exemptions(reading: Reading) -> list[TraceExemption]:
    """The whole no-code list."""
    rows = await reading.fetch(f"select {', '.join(_EXEMPTION)} from trace_exemptions order by exemption_id")
    return [msgspec.convert(dict(row), TraceExemption) for row in rows]


async def insert_exemptions(tx: Tx, rows: Sequence[TraceExemption]) -> None:
    """New lines of the no-code list."""
    await tx.insert("trace_exemptions", _EXEMPTION, [msgspec.structs.astuple(row) for row in rows])


async def read_identifications(reading: Reading) -> list[DrugIdentification]:
    """Which item each drug identification stands for."""
    rows = await reading.fetch(f"select {', '.join(_IDENTIFICATION)} from drug_identifications order by identification")
    return [msgspec.convert(dict(row), DrugIdentification) for row in rows]


async def write_identifications(tx: Tx, rows: Sequence[DrugIdentification]) -> None:
    """Enter drug identifications; a known one takes the new item."""
    await tx.execute(
        "insert into drug_identifications (identification, item_code) select * from unnest($1::text[], $2::text[]) "
        "on conflict (identification) do update set item_code = excluded.item_code",
        [row.identification for row in rows],
        [row.item_code for row in rows],
    )
