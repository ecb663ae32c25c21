"""SQL of settlements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.settlement.records import Settlement, SettlementFacts, SettlementKind

_COLUMNS = Settlement.__struct_fields__
_READ = ", ".join(_COLUMNS)


async def insert_settlements(tx: Tx, settlements: Sequence[Settlement]) -> None:
    """All settlements and reversals of a batch."""
    rows = []
    for settlement in settlements:
        row = list(msgspec.structs.astuple(settlement))
        row[17] = msgspec.json.encode(settlement.facts)
        rows.append(row)
    await tx.insert("settlements", _COLUMNS, rows)


async def insert_reversals(tx: Tx, rows: Sequence[tuple[int, int, int]]) -> None:
    """(cell, settlement_id, reversal_id): these stand no more."""
    await tx.insert("settlement_reversals", ("cell", "settlement_id", "reversal_id"), rows)


def settlement_of(row: Any) -> Settlement:
    """A stored settlement."""
    fields = dict(row)
    fields["kind"] = SettlementKind(fields["kind"])
    fields["facts"] = msgspec.convert(fields["facts"], SettlementFacts)
    return Settlement(**fields)


async def read_settlements(reading: Reading, names: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Settlement]:
    """Settlements by (cell, settlement_id)."""
    if not names:
        return {}
    rows = await reading.fetch(
        f"select {_READ} from settlements where cell = any($1) and settlement_id = any($2)",
        sorted({cell for cell, _ in names}),
        [settlement_id for _, settlement_id in names],
    )
    return {(row["cell"], row["settlement_id"]): settlement_of(row) for row in rows}


async def read_reversals(reading: Reading, names: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Which of these are reversed, and by which reversal."""
    if not names:
        return {}
    rows = await reading.fetch(
        "select cell, settlement_id, reversal_id from settlement_reversals "
        "where cell = any($1) and settlement_id = any($2)",
        sorted({cell for cell, _ in names}),
        [settlement_id for _, settlement_id in names],
    )
    return {(row[0], row[1]): row[2] for row in rows}


async def find_later(reading: Reading, settlement: Settlement) -> Any:
    """(settled_on, institution_id) of a later settlement that stands, of the same person, insurance and policy year."""
    return await reading.fetchrow(
        "select s.settled_on, s.institution_id from settlements s where s.cell = $1 and s.person_id = $2 "
        "and s.insurance_type = $3 and s.policy_year = $4 and s.settlement_id > $5 and s.kind = 'settlement' "
        "and not exists (select from settlement_reversals r where r.cell = s.cell and r.cell = $1 "
        "and r.settlement_id = s.settlement_id) order by s.settlement_id desc limit 1",
        settlement.cell,
        settlement.person_id,
        settlement.insurance_type,
        settlement.policy_year,
        settlement.settlement_id,
    )


async def list_settlements(reading: Reading, institution_id: int, on: date, *, most: int = 200) -> list[Settlement]:
    """An institution's settlements and reversals of a day, newest first."""
    rows = await reading.fetch(
        f"select {_READ} from settlements where institution_id = $1 and settled_on = $2 "
        "order by settlement_id desc limit $3",
        institution_id,
        on,
        most,
    )
    return [settlement_of(row) for row in rows]


async def list_all(reading: Reading, *, after: tuple[int, int], most: int) -> list[Settlement]:
    """All settlements in the order of their key."""
    rows = await reading.fetch(
        f"select {_READ} from settlements where (cell, settlement_id) > ($1, $2) order by cell, settlement_id limit $3",
        *after,
        most,
    )
    return [settlement_of(row) for row in rows]
