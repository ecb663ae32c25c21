"""SQL of confirmations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.confirmations.records import BillConfirmation, ConfirmationState

_COLUMNS = BillConfirmation.__struct_fields__
_ROWS = f"select {', '.join(_COLUMNS)} from bill_confirmations"


def _of(row: Any) -> BillConfirmation:
    return BillConfirmation(**{**dict(row), "state": ConfirmationState(row["state"])})


async def insert(tx: Tx, one: BillConfirmation) -> None:
    """Ask; the person is locked, so nobody asks the same at once."""
    await tx.insert("bill_confirmations", _COLUMNS, [msgspec.structs.astuple(one)])


async def set_answer(tx: Tx, one: BillConfirmation) -> None:
    """What the phone said; the person is locked."""
    await tx.change(
        "bill_confirmations",
        "update bill_confirmations set state = $3, answered_at = $4, answered_by = $5, expires_at = $6 "
        "where cell = $1 and confirmation_id = $2",
        one.cell,
        one.confirmation_id,
        one.state.value,
        one.answered_at,
        one.answered_by,
        one.expires_at,
    )


async def read_by_keys(
    reading: Reading, names: Iterable[tuple[int, int, str]]
) -> dict[tuple[int, int, str], BillConfirmation]:
    """Confirmations by (cell, institution_id, request_key)."""
    wanted = set(names)
    if not wanted:
        return {}
    rows = await reading.fetch(
        _ROWS + " where cell = any($1) and institution_id = any($2) and request_key = any($3)",
        sorted({name[0] for name in wanted}),
        sorted({name[1] for name in wanted}),
        sorted({name[2] for name in wanted}),
    )
    found = {(row["cell"], row["institution_id"], row["request_key"]): _of(row) for row in rows}
    return {name: one for name, one in found.items() if name in wanted}


async def find(reading: Reading, cell: int, confirmation_id: int) -> BillConfirmation | None:
    """One confirmation."""
    row = await reading.fetchrow(_ROWS + " where cell = $1 and confirmation_id = $2", cell, confirmation_id)
    return None if row is None else _of(row)


async def list_asked(
    reading: Reading, persons: Sequence[tuple[int, int]], *, at: datetime, most: int
) -> list[BillConfirmation]:
    """What waits of these (cell, person_id), the newest first."""
    rows = await reading.fetch(
        _ROWS + " where cell = any($1) and person_id = any($2) and state = 'asked' and expires_at > $3 "
        "order by confirmation_id desc limit $4",
        sorted({cell for cell, _ in persons}),
        sorted({person_id for _, person_id in persons}),
        at,
        most,
    )
    return [one for row in rows if ((one := _of(row)).cell, one.person_id) in set(persons)]


async def list_all(reading: Reading, *, after: tuple[int, int], most: int) -> list[BillConfirmation]:
    """All confirmations in the order of their key."""
    rows = await reading.fetch(
        _ROWS + " where (cell, confirmation_id) > ($1, $2) order by cell, confirmation_id limit $3", *after, most
    )
    return [_of(row) for row in rows]
