"""SQL of transfers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.transfers.records import EnrolmentTransfer, StopSide

COLUMNS = EnrolmentTransfer.__struct_fields__
_TRANSFERS = f"select {', '.join(COLUMNS)} from enrolment_transfers"
_CHANGING = COLUMNS[COLUMNS.index("taken_up_by") :]
_UNDER_WAY = "done_at is null and stopped_at is null"


def _transfer_of(row: Any) -> EnrolmentTransfer:
    ground = row["stop_ground"]
    return EnrolmentTransfer(**{**dict(row), "stop_ground": None if ground is None else StopSide(ground)})


async def insert_transfer(tx: Tx, one: EnrolmentTransfer) -> None:
    """Keep a transfer; its person is locked."""
    await tx.insert("enrolment_transfers", COLUMNS, [msgspec.structs.astuple(one)])


async def set_steps(tx: Tx, one: EnrolmentTransfer) -> None:
    """Write the steps of a locked transfer."""
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(_CHANGING, 3))
    await tx.execute(
        f"update enrolment_transfers set {sets} where bucket = $1 and transfer_id = $2",
        one.bucket,
        one.transfer_id,
        *(getattr(one, name) for name in _CHANGING),
    )


async def is_under_way(reading: Reading, bucket: int, person_id: int, enrolment_id: int) -> bool:
    """Whether a transfer of an enrolment is under way."""
    row = await reading.fetchrow(
        f"select from enrolment_transfers where bucket = $1 and person_id = $2 and from_enrolment_id = $3 and {_UNDER_WAY}",
        bucket,
        person_id,
        enrolment_id,
    )
    return row is not None


async def lock_transfer(tx: Tx, bucket: int, transfer_id: int) -> EnrolmentTransfer | None:
    """Lock one transfer, or None."""
    row = await tx.fetchrow(_TRANSFERS + " where bucket = $1 and transfer_id = $2 for update", bucket, transfer_id)
    return None if row is None else _transfer_of(row)


async def list_of_person(reading: Reading, bucket: int, person_id: int, *, most: int) -> list[EnrolmentTransfer]:
    """A person's transfers, the newest first."""
    rows = await reading.fetch(
        _TRANSFERS + " where bucket = $1 and person_id = $2 order by transfer_id desc limit $3", bucket, person_id, most
    )
    return [_transfer_of(row) for row in rows]


async def list_under_way(reading: Reading, areas: Collection[int], *, most: int) -> list[EnrolmentTransfer]:
    """Transfers under way to or from areas, the first asked first."""
    rows = await reading.fetch(
        _TRANSFERS + f" where {_UNDER_WAY} and (to_area = any($1) or from_area = any($1)) "
        "order by asked_at, bucket, transfer_id limit $2",
        sorted(areas),
        most,
    )
    return [_transfer_of(row) for row in rows]


async def list_rows(reading: Reading, *, after: tuple[int, int], most: int) -> Sequence[EnrolmentTransfer]:
    """All transfers in the order of their key."""
    rows = await reading.fetch(
        _TRANSFERS + " where (bucket, transfer_id) > ($1, $2) order by bucket, transfer_id limit $3", *after, most
    )
    return [_transfer_of(row) for row in rows]
