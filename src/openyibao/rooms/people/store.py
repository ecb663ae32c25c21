"""All SQL of people. 中文: 人员存储。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.people.records import (
    Enrolment,
    EntitlementPeriod,
    EntitlementState,
    InsuranceType,
    PersonCategory,
)

PERSON_COLUMNS = (
    "bucket",
    "person_id",
    "name",
    "document_type",
    "document_sealed",
    "document_digest",
    "phone_sealed",
    "phone_digest",
    "sex",
    "birth_on",
    "registered_at",
)
POINTER_COLUMNS = ("bucket", "document_digest", "person_bucket", "person_id", "entry_id", "entered_at")
_PERSON_CHANGES = ("died_on", "merged_into_bucket", "merged_into", "changes")
_PERSON_READ = (
    *("bucket", "person_id", "name", "document_type", "document_sealed", "phone_sealed", "sex", "birth_on", "died_on"),
    *("merged_into_bucket", "merged_into"),
)
_ENROLMENT_COLUMNS = (
    "cell",
    "person_id",
    "enrolment_id",
    "agency_area",
    "pooling_area",
    "insurance_type",
    "person_category",
    "groups",
    "birth_on",
    "begins_on",
    "ends_on",
    "paid_until",
    "running_since",
    "terms_hash",
    "changes",
)
_ENROLMENTS = (
    f"select {', '.join(_ENROLMENT_COLUMNS)} from enrolments "
    "where cell = any($1) and person_id = any($2) order by cell, person_id, enrolment_id"
)
_PERIODS = (
    "select cell, person_id, enrolment_id, fund, begins_on, ends_on, state from entitlement_periods "
    "where cell = any($1) and person_id = any($2) order by cell, person_id, enrolment_id, fund, begins_on"
)
_PERIODS_BETWEEN = (
    "select cell, person_id, enrolment_id, fund, begins_on, ends_on, state from entitlement_periods "
    "where (cell, person_id, enrolment_id) > ($1, $2, $3) and (cell, person_id, enrolment_id) <= ($4, $5, $6) "
    "order by cell, person_id, enrolment_id, fund, begins_on"
)
_INSURANCE, _CATEGORY = {each.value: each for each in InsuranceType}, {each.value: each for each in PersonCategory}
_STATE = {each.value: each for each in EntitlementState}

EnrolmentKey = tuple[int, int]
"""(cell, person_id)."""


async def write_persons(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """Write new persons by COPY, in the order of ``PERSON_COLUMNS``."""
    await tx.copy("persons", PERSON_COLUMNS, rows)


async def read_persons(reading: Reading, buckets: Sequence[int], person_ids: Sequence[int]) -> list[Any]:
    """The rows of persons; the caller takes the pairs it asked for."""
    return await reading.fetch(
        f"select {', '.join(_PERSON_READ)} from persons where bucket = any($1) and person_id = any($2)",
        list(buckets),
        list(person_ids),
    )


async def read_by_digests(reading: Reading, buckets: Sequence[int], digests: Sequence[bytes]) -> list[Any]:
    """The rows of persons by the digests of documents they have or had, each with its bucket: joined, since `= any`
    multiplies. ``document_digest`` is the one that was asked for.
    """  # noqa: D205 one sentence leads to the other
    rows = await reading.fetch(
        f"select {', '.join('p.' + column for column in _PERSON_READ)}, p.document_digest, p.phone_digest "
        "from unnest($1::int[], $2::bytea[]) as n(bucket, digest) "
        "join persons p on p.bucket = n.bucket and p.document_digest = n.digest",
        list(buckets),
        list(digests),
    )
    # Asked for all, found or not: a statement more for the unknown would tell who is insured by its time.
    elsewhere = await _read_by_pointers(reading, list(zip(buckets, digests, strict=True)))
    found = {row["document_digest"] for row in rows}
    return [*rows, *(row for row in elsewhere if row["document_digest"] not in found)]


async def _read_by_pointers(reading: Reading, names: Sequence[tuple[int, bytes]]) -> list[Any]:
    """Persons whose row stands elsewhere than the document would place it: it changed since they were registered."""
    pointers = await find_pointers(reading, names)
    if not pointers:
        return []
    rows = await reading.fetch(
        f"select {', '.join(_PERSON_READ)}, phone_digest from persons where bucket = any($1) and person_id = any($2)",
        sorted({pointer[1] for pointer in pointers}),
        sorted({pointer[2] for pointer in pointers}),
    )
    by_key = {(row["bucket"], row["person_id"]): row for row in rows}
    return [{**by_key[pointer[1], pointer[2]], "document_digest": pointer[0]} for pointer in pointers]


async def find_pointers(reading: Reading, names: Sequence[tuple[int, bytes]]) -> list[Any]:
    """(document_digest, person_bucket, person_id) of the (bucket, digest) that lead elsewhere."""
    return await reading.fetch(
        "select d.document_digest, d.person_bucket, d.person_id from unnest($1::int[], $2::bytea[]) as n(bucket, digest) "
        "join person_documents d on d.bucket = n.bucket and d.document_digest = n.digest",
        [bucket for bucket, _ in names],
        [digest for _, digest in names],
    )


async def update_identity(tx: Tx, row: Sequence[Any]) -> None:
    """(bucket, person_id, name, document_type, document_sealed, document_digest, changes) of a locked person."""
    await tx.execute(
        "update persons set name = $3, document_type = $4, document_sealed = $5, document_digest = $6, changes = $7 "
        "where bucket = $1 and person_id = $2",
        *row,
    )


async def insert_pointers(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(bucket, document_digest, person_bucket, person_id, entry_id, entered_at): what leads to a person from now on."""
    await tx.insert("person_documents", POINTER_COLUMNS, rows)


async def list_pointers(reading: Reading, *, after: tuple[int, bytes], most: int) -> list[Any]:
    """Pointers in the order of their key."""
    return await reading.fetch(
        f"select {', '.join(POINTER_COLUMNS)} from person_documents where (bucket, document_digest) > ($1, $2) "
        "order by bucket, document_digest limit $3",
        *after,
        most,
    )


async def write_enrolments(tx: Tx, enrolments: Sequence[Enrolment]) -> None:
    """Write new enrolments and their periods by COPY."""
    await tx.copy(
        "enrolments",
        _ENROLMENT_COLUMNS,
        [
            (
                each.cell,
                each.person_id,
                each.enrolment_id,
                each.agency_area,
                each.pooling_area,
                each.insurance_type,
                each.person_category,
                each.groups,
                each.birth_on,
                each.begins_on,
                each.ends_on,
                each.paid_until,
                each.running_since,
                each.terms_hash,
                each.changes,
            )
            for each in enrolments
        ],
    )
    await write_periods(tx, enrolments)


async def write_periods(tx: Tx, enrolments: Sequence[Enrolment]) -> None:
    """Write the periods of enrolments that have none, by COPY."""
    await tx.copy(
        "entitlement_periods",
        ("cell", "person_id", "enrolment_id", "fund", "begins_on", "ends_on", "state"),
        [
            (
                each.cell,
                each.person_id,
                each.enrolment_id,
                period.fund,
                period.begins_on,
                period.ends_on,
                period.state,
            )
            for each in enrolments
            for period in each.entitlements
        ],
    )


async def update_enrolments(tx: Tx, enrolments: Sequence[Enrolment]) -> None:
    """Write what may change of enrolments that the caller has locked, and put their periods in place of the old ones."""
    names = (
        [each.cell for each in enrolments],
        [each.person_id for each in enrolments],
        [each.enrolment_id for each in enrolments],
    )
    await tx.execute(
        "update enrolments e set person_category = n.category, ends_on = n.ends_on, paid_until = n.paid_until, "
        "running_since = n.running_since, terms_hash = n.terms_hash, changes = n.changes "
        "from unnest($1::int[], $2::bigint[], $3::bigint[], $4::text[], $5::date[], $6::date[], $7::date[], $8::text[], "
        "$9::int[]) as n(cell, person_id, enrolment_id, category, ends_on, paid_until, running_since, terms_hash, changes) "
        "where e.cell = any($1) and e.cell = n.cell and e.person_id = n.person_id and e.enrolment_id = n.enrolment_id",
        *names,
        [each.person_category.value for each in enrolments],
        [each.ends_on for each in enrolments],
        [each.paid_until for each in enrolments],
        [each.running_since for each in enrolments],
        [each.terms_hash for each in enrolments],
        [each.changes for each in enrolments],
    )
    await tx.execute(
        "delete from entitlement_periods p using unnest($1::int[], $2::bigint[], $3::bigint[]) as n(c, i, e) "
        "where p.cell = any($1) and p.cell = n.c and p.person_id = n.i and p.enrolment_id = n.e",
        *names,
    )
    await write_periods(tx, enrolments)


async def lock_person_rows(tx: Tx, keys: Sequence[tuple[int, int]]) -> list[Any]:
    """The person rows of (bucket, person_id) with every column an audit event tells of, locked in their order."""
    rows = await tx.fetch(
        f"select {', '.join((*PERSON_COLUMNS, *_PERSON_CHANGES))} from persons "
        "where bucket = any($1) and person_id = any($2) order by bucket, person_id for update",
        sorted({bucket for bucket, _ in keys}),
        sorted({person_id for _, person_id in keys}),
    )
    return [row for row in rows if (row["bucket"], row["person_id"]) in set(keys)]


async def update_persons(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(bucket, person_id, died_on, merged_into_bucket, merged_into, changes) of locked persons."""
    await tx.execute(
        "update persons p set died_on = n.d, merged_into_bucket = n.mb, merged_into = n.m, changes = n.c "
        "from unnest($1::int[], $2::bigint[], $3::date[], $4::int[], $5::bigint[], $6::int[]) as n(b, i, d, mb, m, c) "
        "where p.bucket = any($1) and p.bucket = n.b and p.person_id = n.i",
        *(list(column) for column in zip(*rows, strict=True)),
    )


async def lock_persons(tx: Tx, keys: Iterable[EnrolmentKey]) -> None:
    """Lock the enrolment rows of each (cell, person) in their order."""
    wanted = set(keys)
    await tx.fetch(
        "select 1 from enrolments where cell = any($1) and person_id = any($2) "
        "order by cell, person_id, enrolment_id for update",
        sorted({cell for cell, _ in wanted}),
        sorted({person_id for _, person_id in wanted}),
    )


async def fetch_enrolments(
    reading: Reading, keys: Iterable[EnrolmentKey], *, lock: bool
) -> dict[EnrolmentKey, list[Enrolment]]:
    """The enrolments of each (cell, person), locked in their order where asked; an empty list where there are none."""
    found: dict[EnrolmentKey, list[Enrolment]] = {key: [] for key in sorted(set(keys))}
    if not found:
        return found
    cells = sorted({cell for cell, _ in found})
    person_ids = sorted({person_id for _, person_id in found})
    rows = await reading.fetch(_ENROLMENTS + " for update" if lock else _ENROLMENTS, cells, person_ids)
    periods = _periods_of(await reading.fetch(_PERIODS, cells, person_ids))
    for row in rows:
        mine = found.get((row[0], row[1]))
        if mine is not None:  # else another cell of a person who was asked for in one cell only
            mine.append(_enrolment(row, periods))
    return found


async def list_persons(reading: Reading, *, after: tuple[int, int], most: int) -> list[Any]:
    """Persons in the order of their key (bucket, person_id), each with the columns that were written."""
    return await reading.fetch(
        f"select {', '.join((*PERSON_COLUMNS, *_PERSON_CHANGES))} from persons where (bucket, person_id) > ($1, $2) "
        "order by bucket, person_id limit $3",
        *after,
        most,
    )


async def list_enrolments(reading: Reading, *, after: tuple[int, int, int], most: int) -> list[Enrolment]:
    """Enrolments in the order of their key (cell, person_id, enrolment_id), with their periods."""
    rows = await reading.fetch(
        f"select {', '.join(_ENROLMENT_COLUMNS)} from enrolments where (cell, person_id, enrolment_id) > ($1, $2, $3) "
        "order by cell, person_id, enrolment_id limit $4",
        *after,
        most,
    )
    if not rows:
        return []
    periods = _periods_of(await reading.fetch(_PERIODS_BETWEEN, *after, *rows[-1][:3]))
    return [_enrolment(row, periods) for row in rows]


_Periods = dict[tuple[int, int, int], list[EntitlementPeriod]]


def _periods_of(rows: Iterable[Any]) -> _Periods:
    periods: _Periods = {}
    for cell, person_id, enrolment_id, fund, begins_on, ends_on, state in rows:
        periods.setdefault((cell, person_id, enrolment_id), []).append(
            EntitlementPeriod(fund=fund, begins_on=begins_on, ends_on=ends_on, state=_STATE[state])
        )
    return periods


def _enrolment(row: Any, periods: _Periods) -> Enrolment:
    cell, person_id, enrolment_id, agency, pool, insurance, category, groups, birth_on, begins_on, ends_on, *derived = (
        row
    )
    return Enrolment(
        cell=cell,
        person_id=person_id,
        enrolment_id=enrolment_id,
        agency_area=agency,
        pooling_area=pool,
        insurance_type=_INSURANCE[insurance],
        person_category=_CATEGORY[category],
        groups=tuple(groups),
        birth_on=birth_on,
        begins_on=begins_on,
        ends_on=ends_on,
        entitlements=tuple(periods.get((cell, person_id, enrolment_id), ())),
        paid_until=derived[0],
        running_since=derived[1],
        terms_hash=derived[2],
        changes=derived[3],
    )
