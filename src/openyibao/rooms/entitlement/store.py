"""All SQL of contributions, circumstances, terms and import runs. 中文: 缴费与待遇存储。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.entitlement.records import (
    Circumstance,
    CircumstanceKind,
    Contribution,
    EntitlementTerms,
    ImportNoun,
    ImportRun,
)

EnrolmentName = tuple[int, int, int]
"""(cell, person_id, enrolment_id)."""
_CONTRIBUTION = Contribution.__struct_fields__
_CIRCUMSTANCE = Circumstance.__struct_fields__
_CONTRIBUTIONS = f"select {', '.join(_CONTRIBUTION)} from contributions"
_CIRCUMSTANCES = f"select {', '.join(_CIRCUMSTANCE)} from entitlement_circumstances"
_RUN = (
    *("bucket", "run_id", "noun", "file_digest", "part", "parts", "state", "position_octets", "lines_done"),
    *("entered", "unchanged", "refused", "faults", "begun_at"),
)
_SAME_PLACE = "cell = any($1) and person_id = any($2) and enrolment_id = any($3)"
_BETWEEN = "(cell, person_id, enrolment_id) > ($1, $2, $3) and (cell, person_id, enrolment_id) <= ($4, $5, $6)"


async def insert_contributions(tx: Tx, rows: Sequence[Contribution], at: datetime) -> None:
    """New contributions, by COPY."""
    if rows:
        await tx.copy(
            "contributions", (*_CONTRIBUTION, "entered_at"), [(*msgspec.structs.astuple(row), at) for row in rows]
        )


async def insert_circumstances(tx: Tx, rows: Sequence[Circumstance], at: datetime) -> None:
    """New circumstances, by COPY."""
    if rows:
        values = [(*msgspec.structs.astuple(msgspec.structs.replace(row, kind=row.kind.value)), at) for row in rows]
        await tx.copy("entitlement_circumstances", (*_CIRCUMSTANCE, "entered_at"), values)


async def read_contributions(
    reading: Reading, names: Iterable[EnrolmentName]
) -> dict[EnrolmentName, list[Contribution]]:
    """The contributions of enrolments, in the order in which they were entered."""
    wanted = sorted(set(names))
    found: dict[EnrolmentName, list[Contribution]] = {name: [] for name in wanted}
    for row in await _read_places(reading, _CONTRIBUTIONS, wanted, "contribution_id"):
        if (row[0], row[1], row[2]) in found:
            found[row[0], row[1], row[2]].append(Contribution(**dict(row)))
    return found


async def read_circumstances(
    reading: Reading, names: Iterable[EnrolmentName]
) -> dict[EnrolmentName, list[Circumstance]]:
    """The circumstances of enrolments, in the order in which they were entered."""
    wanted = sorted(set(names))
    found: dict[EnrolmentName, list[Circumstance]] = {name: [] for name in wanted}
    for row in await _read_places(reading, _CIRCUMSTANCES, wanted, "circumstance_id"):
        if (row[0], row[1], row[2]) in found:
            found[row[0], row[1], row[2]].append(_circumstance(row))
    return found


async def _read_places(reading: Reading, select: str, wanted: Sequence[EnrolmentName], own: str) -> list[Any]:
    """One statement a cell: `= any` on several columns would look up every combination of them."""
    by_cell: dict[int, list[EnrolmentName]] = {}
    for name in wanted:
        by_cell.setdefault(name[0], []).append(name)
    rows: list[Any] = []
    for cell, names in by_cell.items():
        rows += await reading.fetch(
            f"{select} where {_SAME_PLACE} order by cell, person_id, enrolment_id, {own}",
            [cell],
            sorted({name[1] for name in names}),
            [name[2] for name in names],
        )
    return rows


def _circumstance(row: Any) -> Circumstance:
    return Circumstance(**{**dict(row), "kind": CircumstanceKind(row["kind"])})


async def list_contributions(reading: Reading, *, after: tuple[int, ...], most: int) -> list[Contribution]:
    """All contributions in the order of their key (cell, person, enrolment, contribution)."""
    rows = await reading.fetch(
        f"{_CONTRIBUTIONS} where (cell, person_id, enrolment_id, contribution_id) > ($1, $2, $3, $4) "
        "order by cell, person_id, enrolment_id, contribution_id limit $5",
        *after,
        most,
    )
    return [Contribution(**dict(row)) for row in rows]


async def list_circumstances(reading: Reading, *, after: tuple[int, ...], most: int) -> list[Circumstance]:
    """All circumstances in the order of their key (cell, person, enrolment, circumstance)."""
    rows = await reading.fetch(
        f"{_CIRCUMSTANCES} where (cell, person_id, enrolment_id, circumstance_id) > ($1, $2, $3, $4) "
        "order by cell, person_id, enrolment_id, circumstance_id limit $5",
        *after,
        most,
    )
    return [_circumstance(row) for row in rows]


async def read_between(
    reading: Reading, after: EnrolmentName, last: EnrolmentName
) -> tuple[dict[EnrolmentName, list[Contribution]], dict[EnrolmentName, list[Circumstance]]]:
    """Contributions and circumstances of the enrolments of a stretch."""
    contributions: dict[EnrolmentName, list[Contribution]] = {}
    for row in await reading.fetch(f"{_CONTRIBUTIONS} where {_BETWEEN} order by 1, 2, 3, 4", *after, *last):
        contributions.setdefault((row[0], row[1], row[2]), []).append(Contribution(**dict(row)))
    circumstances: dict[EnrolmentName, list[Circumstance]] = {}
    for row in await reading.fetch(f"{_CIRCUMSTANCES} where {_BETWEEN} order by 1, 2, 3, 4", *after, *last):
        circumstances.setdefault((row[0], row[1], row[2]), []).append(_circumstance(row))
    return contributions, circumstances


async def count_strays(reading: Reading) -> int:
    """Contributions and circumstances of enrolments that are not there."""
    row = await reading.fetchrow(
        "select (select count(*) from contributions c where not exists (select from enrolments e "
        "where e.cell = c.cell and e.person_id = c.person_id and e.enrolment_id = c.enrolment_id)) + "
        "(select count(*) from entitlement_circumstances c where not exists (select from enrolments e "
        "where e.cell = c.cell and e.person_id = c.person_id and e.enrolment_id = c.enrolment_id))"
    )
    return int(row[0])


async def write_terms(tx: Tx, terms_hash: str, stored: bytes) -> None:
    """Keep terms under their digest."""
    await tx.execute(
        "insert into entitlement_terms (terms_hash, terms) values ($1, $2) on conflict do nothing", terms_hash, stored
    )


async def read_terms(reading: Reading) -> dict[str, EntitlementTerms]:
    """All terms that periods were derived with."""
    rows = await reading.fetch("select terms_hash, terms from entitlement_terms")
    return {row[0]: msgspec.convert(row[1], EntitlementTerms) for row in rows}


async def list_double_bases(
    reading: Reading, cells: Sequence[int], bases: Sequence[str], on: date, *, after: int, most: int
) -> list[int]:
    """People after an id with more than one base enrolment in force on a day, wherever, ascending."""
    rows = await reading.fetch(
        "select person_id from enrolments where cell = any($1) and insurance_type = any($2) and begins_on <= $3 "
        "and (ends_on is null or ends_on >= $3) and person_id > $4 group by person_id having count(*) > 1 "
        "order by person_id limit $5",
        list(cells),
        list(bases),
        on,
        after,
        most,
    )
    return [row[0] for row in rows]


async def list_runs(reading: Reading, bucket: int, noun: ImportNoun, file_digest: bytes) -> list[ImportRun]:
    """The parts of a file's import, in order."""
    rows = await reading.fetch(
        f"select {', '.join(_RUN)} from import_runs where bucket = $1 and noun = $2 and file_digest = $3 order by part",
        bucket,
        noun.value,
        file_digest,
    )
    return [_run(row) for row in rows]


async def lock_run(tx: Tx, run: ImportRun) -> ImportRun:
    """Where a part stands now, locked: two commands on one file take turns."""
    row = await tx.fetchrow(
        f"select {', '.join(_RUN)} from import_runs where bucket = $1 and run_id = $2 for update",
        run.bucket,
        run.run_id,
    )
    return _run(row)


def _run(row: Any) -> ImportRun:
    return ImportRun(**{**dict(row), "noun": ImportNoun(row["noun"]), "faults": tuple(row["faults"])})


async def write_run(tx: Tx, run: ImportRun, at: datetime) -> None:
    """Where a part stands, together with the rows it brought."""
    await tx.execute(
        f"insert into import_runs ({', '.join(_RUN)}, changed_at) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
        "on conflict (bucket, noun, file_digest, part) do update set "
        "state = $7, position_octets = $8, lines_done = $9, entered = $10, unchanged = $11, refused = $12, faults = $13, "
        "changed_at = $15",
        *msgspec.structs.astuple(msgspec.structs.replace(run, noun=run.noun.value)),
        at,
    )
