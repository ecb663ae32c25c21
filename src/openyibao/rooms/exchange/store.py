"""SQL of what an institution's software calls things."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.db import BUCKETS, Reading, Tx
from openyibao.rooms.exchange.records import ExchangeFile, LineName, Paper, SignIn, VisitNote

_NOTE = VisitNote.__struct_fields__
_NAME = LineName.__struct_fields__
_PAPER = Paper.__struct_fields__
_FILE = ExchangeFile.__struct_fields__
_SIGN_IN = ("bucket", *SignIn.__struct_fields__)
CLIENT = ("institution_id", "profile", "secrets_sealed")


def bucket_of(institution_id: int) -> int:
    """The bucket of what is an institution's own."""
    return institution_id % BUCKETS


async def list_client_rows(reading: Reading) -> list[Any]:
    """All registered software, by institution."""
    return await reading.fetch(f"select {', '.join(CLIENT)} from wire_clients order by institution_id")


async def write_client(tx: Tx, row: Sequence[Any]) -> None:
    """Set how an institution's software speaks."""
    await tx.execute(
        "insert into wire_clients (institution_id, profile, secrets_sealed) values ($1, $2, $3) "
        "on conflict (institution_id) do update set profile = excluded.profile, secrets_sealed = excluded.secrets_sealed",
        *row,
    )


async def insert_sign_in(tx: Tx, one: SignIn) -> None:
    """An operator signed in."""
    await tx.insert("sign_ins", _SIGN_IN, [(bucket_of(one.institution_id), *msgspec.structs.astuple(one))])


async def end_sign_in(
    tx: Tx, institution_id: int, sign_in_id: int, at: datetime, *, message_no: str
) -> datetime | None:
    """An operator signed out, and when; None where the number is unknown or was ended by another message."""
    rows = await tx.fetch(
        "update sign_ins set signed_out_at = coalesce(signed_out_at, $4), out_message_no = $5 where bucket = $1 "
        "and sign_in_id = $2 and institution_id = $3 and (signed_out_at is null or out_message_no = $5) "
        "returning signed_out_at",
        bucket_of(institution_id),
        sign_in_id,
        institution_id,
        at,
        message_no,
    )
    return rows[0][0] if rows else None


async def find_sign_in(reading: Reading, institution_id: int, sign_in_id: int) -> SignIn | None:
    """One sign-in of an institution, or None."""
    row = await reading.fetchrow(
        f"select {', '.join(_SIGN_IN[1:])} from sign_ins where bucket = $1 and sign_in_id = $2 and institution_id = $3",
        bucket_of(institution_id),
        sign_in_id,
        institution_id,
    )
    return None if row is None else SignIn(**dict(row))


async def find_sign_in_by(reading: Reading, institution_id: int, message_no: str) -> SignIn | None:
    """The sign-in that a message brought, or None."""
    row = await reading.fetchrow(
        f"select {', '.join(_SIGN_IN[1:])} from sign_ins where bucket = $1 and institution_id = $2 and message_no = $3",
        bucket_of(institution_id),
        institution_id,
        message_no,
    )
    return None if row is None else SignIn(**dict(row))


async def insert_notes(tx: Tx, notes: Sequence[VisitNote]) -> None:
    """Keep what was said of visits; a repeat leaves what is there."""
    for one in notes:
        await tx.execute(
            f"insert into visit_notes ({', '.join(_NOTE)}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
            "on conflict (cell, visit_id) do nothing",
            *msgspec.structs.astuple(one),
        )


async def set_note(tx: Tx, note: VisitNote) -> None:
    """Write what is said of a visit now."""
    await tx.execute(
        "update visit_notes set encounter_id = $3, said = $4, own_number = $5 where cell = $1 and visit_id = $2",
        note.cell,
        note.visit_id,
        note.encounter_id,
        note.said,
        note.own_number,
    )


async def read_notes(reading: Reading, names: Iterable[tuple[int, int]]) -> dict[tuple[int, int], VisitNote]:
    """Notes by (cell, visit)."""
    wanted = set(names)
    rows = await reading.fetch(
        f"select {', '.join(_NOTE)} from visit_notes where cell = any($1) and visit_id = any($2)",
        sorted({cell for cell, _ in wanted}),
        sorted({visit_id for _, visit_id in wanted}),
    )
    return {name: VisitNote(**dict(row)) for row in rows if (name := (row["cell"], row["visit_id"])) in wanted}


async def read_notes_of(reading: Reading, names: Iterable[tuple[int, int]]) -> dict[tuple[int, int], VisitNote]:
    """Notes by (cell, encounter)."""
    wanted = set(names)
    rows = await reading.fetch(
        f"select {', '.join(_NOTE)} from visit_notes where cell = any($1) and encounter_id = any($2)",
        sorted({cell for cell, _ in wanted}),
        sorted({encounter_id for _, encounter_id in wanted}),
    )
    return {name: VisitNote(**dict(row)) for row in rows if (name := (row["cell"], row["encounter_id"])) in wanted}


async def list_notes(reading: Reading, cell: int, person_id: int, institution_id: int, *, most: int) -> list[VisitNote]:
    """A person's visits at an institution, the newest first."""
    rows = await reading.fetch(
        f"select {', '.join(_NOTE)} from visit_notes where cell = $1 and person_id = $2 and institution_id = $3 "
        "order by visit_id desc limit $4",
        cell,
        person_id,
        institution_id,
        most,
    )
    return [VisitNote(**dict(row)) for row in rows]


async def list_notes_of_person(reading: Reading, cell: int, person_id: int, *, most: int) -> list[VisitNote]:
    """A person's visits wherever they were, the newest first."""
    rows = await reading.fetch(
        f"select {', '.join(_NOTE)} from visit_notes where cell = $1 and person_id = $2 "
        "order by visit_id desc limit $3",
        cell,
        person_id,
        most,
    )
    return [VisitNote(**dict(row)) for row in rows]


async def insert_names(tx: Tx, names: Sequence[LineName]) -> None:
    """Keep what lines are called."""
    await tx.insert("line_names", _NAME, [msgspec.structs.astuple(one) for one in names])


async def read_names(reading: Reading, visits: Iterable[tuple[int, int]]) -> list[LineName]:
    """What the lines of visits (cell, encounter) are called, in the order of their numbers."""
    wanted = set(visits)
    rows = await reading.fetch(
        f"select {', '.join(_NAME)} from line_names where cell = any($1) and encounter_id = any($2) "
        "order by cell, encounter_id, line_no",
        sorted({cell for cell, _ in wanted}),
        sorted({encounter_id for _, encounter_id in wanted}),
    )
    return [LineName(**dict(row)) for row in rows if (row["cell"], row["encounter_id"]) in wanted]


async def list_batches_of(
    reading: Reading, asked: Sequence[tuple[int, int, str]]
) -> dict[tuple[int, int, str], tuple[int, ...]]:
    """The fee batches that stand behind own batch numbers (cell, encounter, own batch)."""
    rows = await reading.fetch(
        "select distinct cell, encounter_id, own_batch, fee_batch_id from line_names "
        "where cell = any($1) and encounter_id = any($2) and own_batch = any($3) order by fee_batch_id",
        sorted({one[0] for one in asked}),
        sorted({one[1] for one in asked}),
        sorted({one[2] for one in asked}),
    )
    found: dict[tuple[int, int, str], tuple[int, ...]] = {}
    for row in rows:
        name = (row[0], row[1], row[2])
        found[name] = (*found.get(name, ()), row[3])
    return found


async def insert_paper(tx: Tx, paper: Paper) -> None:
    """Keep what was handed in."""
    await tx.insert("handed_in", _PAPER, [msgspec.structs.astuple(paper)])


async def end_paper(
    tx: Tx, institution_id: int, kind: str, own_key: str, *, state: str, at: datetime, by: str | None = None
) -> int | None:
    """End what stands under a key; its id, or None where nothing stood."""
    row = await tx.fetchrow(
        "update handed_in set state = $5, ended_at = $6, ended_by = $7 where bucket = $1 and institution_id = $2 and kind = $3 "
        "and own_key = $4 and state = 'standing' returning paper_id",
        bucket_of(institution_id),
        institution_id,
        kind,
        own_key,
        state,
        at,
        by,
    )
    return None if row is None else int(row[0])


async def find_ended(reading: Reading, institution_id: int, kind: str, by: str) -> int | None:
    """The paper of a kind that a message withdrew, or None."""
    row = await reading.fetchrow(
        "select paper_id from handed_in where bucket = $1 and institution_id = $2 and ended_by = $4 and kind = $3",
        bucket_of(institution_id),
        institution_id,
        kind,
        by,
    )
    return None if row is None else int(row[0])


async def find_paper(reading: Reading, institution_id: int, kind: str, own_key: str) -> Paper | None:
    """What stands under a key, or None."""
    row = await reading.fetchrow(
        f"select {', '.join(_PAPER)} from handed_in where bucket = $1 and institution_id = $2 and kind = $3 "
        "and own_key = $4 and state = 'standing'",
        bucket_of(institution_id),
        institution_id,
        kind,
        own_key,
    )
    return None if row is None else Paper(**dict(row))


async def list_papers(
    reading: Reading, institution_id: int, kind: str, *, begins: datetime, ends: datetime, most: int
) -> list[Paper]:
    """What stands of a kind and was handed in between two instants, in the order of arrival."""
    rows = await reading.fetch(
        f"select {', '.join(_PAPER)} from handed_in where bucket = $1 and institution_id = $2 and kind = $3 "
        "and state = 'standing' and handed_in_at >= $4 and handed_in_at < $5 order by paper_id limit $6",
        bucket_of(institution_id),
        institution_id,
        kind,
        begins,
        ends,
        most,
    )
    return [Paper(**dict(row)) for row in rows]


async def insert_file(tx: Tx, one: ExchangeFile) -> None:
    """Keep a file."""
    await tx.insert("exchange_files", _FILE, [msgspec.structs.astuple(one)])


async def find_file(reading: Reading, institution_id: int, file_id: int) -> ExchangeFile | None:
    """A file of an institution, or None."""
    row = await reading.fetchrow(
        f"select {', '.join(_FILE)} from exchange_files where bucket = $1 and file_id = $2 and institution_id = $3",
        bucket_of(institution_id),
        file_id,
        institution_id,
    )
    return None if row is None else ExchangeFile(**dict(row))


async def find_file_by(reading: Reading, institution_id: int, message_no: str) -> ExchangeFile | None:
    """The file that a message brought or asked for, or None."""
    row = await reading.fetchrow(
        f"select {', '.join(_FILE)} from exchange_files where bucket = $1 and institution_id = $2 and message_no = $3",
        bucket_of(institution_id),
        institution_id,
        message_no,
    )
    return None if row is None else ExchangeFile(**dict(row))


async def remove_files(tx: Tx, before: datetime) -> None:
    """Forget files whose time is over."""
    await tx.execute("delete from exchange_files where expires_at < $1", before)
