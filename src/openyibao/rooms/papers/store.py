"""SQL of printed codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.papers.records import PaperUse, PaperUseKind, PrintedCode, WindowProof

CODE_COLUMNS = PrintedCode.__struct_fields__
_CODES = ", ".join(CODE_COLUMNS)
_USE_COLUMNS = PaperUse.__struct_fields__
_USES = ", ".join(_USE_COLUMNS)
CODES_LISTED_MAX = 50


def row_of(one: PrintedCode) -> list[Any]:
    """As it is stored and told."""
    return [list(value) if isinstance(value, tuple) else value for value in msgspec.structs.astuple(one)]


def _code_of(row: Any) -> PrintedCode:
    lists = {name: tuple(row[name]) for name in ("purposes", "institution_ids", "areas")}
    return PrintedCode(**{**dict(row), **lists, "proof": WindowProof(row["proof"])})


async def insert_code(tx: Tx, row: Sequence[Any]) -> None:
    """Keep what a printed code is good for."""
    places = ", ".join(f"${at}" for at in range(1, len(CODE_COLUMNS) + 1))
    await tx.execute(f"insert into printed_limits ({_CODES}) values ({places})", *row)


async def read_codes(reading: Reading, names: Sequence[tuple[int, int]]) -> dict[int, PrintedCode]:
    """Printed codes by (bucket, binding_id); those from before they had places are none."""
    rows = await reading.fetch(
        f"select {_CODES} from printed_limits where bucket = any($1) and binding_id = any($2) and person_id is not null",
        sorted({bucket for bucket, _ in names}),
        sorted({binding_id for _, binding_id in names}),
    )
    return {row["binding_id"]: _code_of(row) for row in rows}


async def list_codes(reading: Reading, bucket: int, person_id: int) -> list[PrintedCode]:
    """A person's printed codes, the newest first."""
    rows = await reading.fetch(
        f"select {_CODES} from printed_limits where bucket = $1 and person_id = $2 order by binding_id desc limit $3",
        bucket,
        person_id,
        CODES_LISTED_MAX,
    )
    return [_code_of(row) for row in rows]


async def list_all_codes(reading: Reading, *, after: tuple[int, int], most: int) -> list[Any]:
    """Printed codes in the order of their key, as rows."""
    return await reading.fetch(
        f"select {_CODES} from printed_limits where (bucket, binding_id) > ($1, $2) "
        "order by bucket, binding_id limit $3",
        *after,
        most,
    )


async def insert_uses(tx: Tx, uses: Sequence[PaperUse]) -> None:
    """What was paid or given back."""
    await tx.insert("printed_uses", _USE_COLUMNS, [msgspec.structs.astuple(one) for one in uses])


async def sum_uses(reading: Reading, names: Iterable[tuple[int, int]], on: date) -> dict[int, int]:
    """What insurance paid on a day by papers (cell, binding_id), less what was given back; by binding_id."""
    wanted = set(names)
    rows = await reading.fetch(
        "select binding_id, sum(case kind when 'used' then amount_fen else -amount_fen end)::bigint from printed_uses "
        "where cell = any($1) and binding_id = any($2) and used_on = $3 group by binding_id",
        sorted({cell for cell, _ in wanted}),
        sorted({binding_id for _, binding_id in wanted}),
        on,
    )
    return {row[0]: max(0, row[1]) for row in rows}


async def list_all_uses(reading: Reading, *, after: tuple[int, int], most: int) -> list[PaperUse]:
    """All uses in the order of their key."""
    rows = await reading.fetch(
        f"select {_USES} from printed_uses where (cell, use_id) > ($1, $2) order by cell, use_id limit $3", *after, most
    )
    return [PaperUse(**{**dict(row), "kind": PaperUseKind(row["kind"])}) for row in rows]


async def lock_bindings(tx: Tx, names: Sequence[tuple[int, int]]) -> set[int]:
    """Lock the bindings (bucket, binding_id) of papers, so that uses of one are counted one after the other; which live."""
    rows = await tx.fetch(
        "select binding_id, state from bindings where bucket = any($1) and binding_id = any($2) "
        "order by bucket, binding_id for update",
        sorted({bucket for bucket, _ in names}),
        sorted({binding_id for _, binding_id in names}),
    )
    return {row["binding_id"] for row in rows if row["state"] == "active"}
