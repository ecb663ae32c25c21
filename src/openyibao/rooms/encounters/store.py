"""SQL of encounters, fee lines and the refusals of money verbs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.encounters.records import (
    Diagnosis,
    Encounter,
    EncounterStep,
    FeeBatch,
    FeeBatchState,
    FeeItem,
    OpenStay,
)

_ENCOUNTER_COLUMNS = (*Encounter.__struct_fields__, "diagnoses")
_GROUNDS = Encounter.__struct_fields__.index("grounds")
_READ_ENCOUNTER = ", ".join(Encounter.__struct_fields__)
_ITEM_COLUMNS = FeeItem.__struct_fields__
_CODES = _ITEM_COLUMNS.index("trace_codes")
_STAY_COLUMNS = ("cell", "person_id", "policy_year", "encounter_id", "admission_no", "counts")
_BATCH_COLUMNS = ("cell", "encounter_id", "fee_batch_id", "state", "settlement_id")
_REFUSAL_COLUMNS = (
    *("cell", "refusal_id", "institution_id", "verb", "person_id", "encounter_id"),
    *("reason", "facts", "refused_at"),
)
_STEP_COLUMNS = EncounterStep.__struct_fields__
_STEP_DIAGNOSES = _STEP_COLUMNS.index("diagnoses")
_READ_STEP = ", ".join(_STEP_COLUMNS)
_READ_STAY = ", ".join(OpenStay.__struct_fields__)


async def insert_encounters(tx: Tx, encounters: Sequence[tuple[Encounter, Sequence[Diagnosis]]]) -> None:
    """New visits with their diagnoses."""
    await tx.insert("encounters", _ENCOUNTER_COLUMNS, [_encounter_row(one, diagnoses) for one, diagnoses in encounters])


def _encounter_row(encounter: Encounter, diagnoses: Sequence[Diagnosis]) -> tuple[Any, ...]:
    row = (*msgspec.structs.astuple(encounter), msgspec.json.encode(diagnoses))
    if encounter.grounds is None:
        return row
    return (*row[:_GROUNDS], msgspec.json.encode(encounter.grounds), *row[_GROUNDS + 1 :])


async def insert_stays(tx: Tx, rows: Sequence[tuple[int, int, int, int, int]]) -> None:
    """(cell, person_id, policy_year, encounter_id, admission_no) of new stays."""
    await tx.insert("stays", _STAY_COLUMNS, [(*row, True) for row in rows])


async def set_stays_count(tx: Tx, names: Sequence[tuple[int, int, int]], *, counts: bool) -> None:
    """Whether these stays (cell, person_id, encounter_id) count towards the next one's admission number."""
    await tx.change(
        "stays",
        "update stays s set counts = $1 from unnest($2::int[], $3::bigint[], $4::bigint[]) as t(c, p, e) "
        "where s.cell = t.c and s.person_id = t.p and s.encounter_id = t.e and s.cell = any($2)",
        counts,
        *map(list, zip(*names, strict=True)),
    )


async def count_stays(
    reading: Reading, persons: Sequence[tuple[int, int]], policy_year: int
) -> dict[tuple[int, int], int]:
    """How many stays of the policy year each person has had, without those whose bills are all reversed."""
    rows = await reading.fetch(
        "select cell, person_id, count(*)::int from stays "
        "where cell = any($1) and person_id = any($2) and policy_year = $3 and counts group by cell, person_id",
        sorted({cell for cell, _ in persons}),
        sorted({person_id for _, person_id in persons}),
        policy_year,
    )
    return {(row[0], row[1]): row[2] for row in rows}


async def read_encounters(
    reading: Reading, names: Sequence[tuple[int, int]], *, lock: bool = False
) -> dict[tuple[int, int], Encounter]:
    """Visits by (cell, encounter_id)."""
    rows = await reading.fetch(
        f"select {_READ_ENCOUNTER} from encounters where cell = any($1) and encounter_id = any($2) "
        f"order by cell, encounter_id{' for update' if lock else ''}",
        sorted({cell for cell, _ in names}),
        sorted({encounter_id for _, encounter_id in names}),
    )
    return {(row["cell"], row["encounter_id"]): msgspec.convert(dict(row), Encounter) for row in rows}


async def find_opened(reading: Reading, names: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Which visit each presentation (cell, presentation_id) has opened; one that was cancelled never was."""
    rows = await reading.fetch(
        "select e.cell, e.presentation_id, e.encounter_id from unnest($1::int[], $2::bigint[]) as w(c, p) "
        "join encounters e on e.cell = w.c and e.presentation_id = w.p and e.state <> 'cancelled'",
        *map(list, zip(*names, strict=True)),
    )
    return {(row[0], row[1]): row[2] for row in rows}


async def list_visits(
    reading: Reading, *, after: tuple[int, int], most: int
) -> list[tuple[Encounter, tuple[Diagnosis, ...]]]:
    """Visits with their diagnoses in the order of their key (cell, encounter_id)."""
    rows = await reading.fetch(
        f"select {_READ_ENCOUNTER}, diagnoses from encounters where (cell, encounter_id) > ($1, $2) "
        "order by cell, encounter_id limit $3",
        *after,
        most,
    )
    found = []
    for row in rows:
        fields = dict(row)
        diagnoses = msgspec.convert(fields.pop("diagnoses"), tuple[Diagnosis, ...])
        found.append((msgspec.convert(fields, Encounter), diagnoses))
    return found


async def read_diagnoses(reading: Reading, cell: int, encounter_id: int) -> tuple[Diagnosis, ...]:
    """The diagnoses of a visit."""
    row = await reading.fetchrow(
        "select diagnoses from encounters where cell = $1 and encounter_id = $2", cell, encounter_id
    )
    return msgspec.convert(row[0], tuple[Diagnosis, ...]) if row else ()


async def set_state(tx: Tx, encounter: Encounter) -> None:
    """Write the state and the closing day of one visit, which is locked."""
    await tx.execute(
        "update encounters set state = $3, closed_on = $4 where cell = $1 and encounter_id = $2",
        encounter.cell,
        encounter.encounter_id,
        encounter.state.value,
        encounter.closed_on,
    )


async def insert_steps(tx: Tx, steps: Sequence[EncounterStep]) -> None:
    """New steps of visits."""
    rows = []
    for step in steps:
        row = list(msgspec.structs.astuple(step))
        row[_STEP_DIAGNOSES] = msgspec.json.encode(step.diagnoses)
        rows.append(row)
    await tx.insert("encounter_steps", _STEP_COLUMNS, rows)


async def read_steps(reading: Reading, names: Sequence[tuple[int, int]]) -> list[EncounterStep]:
    """All steps of the visits (cell, encounter_id), in their order."""
    rows = await reading.fetch(
        f"select {_READ_STEP} from encounter_steps where cell = any($1) and encounter_id = any($2) "
        "order by cell, encounter_id, step_no",
        sorted({cell for cell, _ in names}),
        sorted({encounter_id for _, encounter_id in names}),
    )
    return [msgspec.convert(dict(row), EncounterStep) for row in rows]


async def list_steps(reading: Reading, *, after: tuple[int, int], last: tuple[int, int]) -> list[EncounterStep]:
    """Steps of the visits after one key up to another, in their order."""
    rows = await reading.fetch(
        f"select {_READ_STEP} from encounter_steps "
        "where (cell, encounter_id) > ($1, $2) and (cell, encounter_id) <= ($3, $4) "
        "order by cell, encounter_id, step_no",
        *after,
        *last,
    )
    return [msgspec.convert(dict(row), EncounterStep) for row in rows]


async def take_open_stay(tx: Tx, stay: OpenStay) -> OpenStay | None:
    """Enter that a person is in a stay; where they are in one already, that one is returned and nothing is written."""
    taken = await tx.fetch(
        f"insert into open_stays as o ({_READ_STAY}) values ($1, $2, $3, $4, $5, $6) on conflict (bucket, person_id) "
        "do update set cell = $3, encounter_id = $4, institution_id = $5, admitted_on = $6 "
        "where o.encounter_id is null returning encounter_id",
        *msgspec.structs.astuple(stay),
    )
    if taken:
        return None
    return (await read_open_stays(tx, [(stay.bucket, stay.person_id)]))[stay.person_id]


async def end_open_stay(tx: Tx, bucket: int, person_id: int, encounter_id: int) -> None:
    """The person has left this stay."""
    await tx.execute(
        "update open_stays set encounter_id = null where bucket = $1 and person_id = $2 and encounter_id = $3",
        bucket,
        person_id,
        encounter_id,
    )


async def read_open_stays(reading: Reading, names: Sequence[tuple[int, int]]) -> dict[int, OpenStay]:
    """The stays these people (bucket, person_id) are in, by person."""
    rows = await reading.fetch(
        f"select {_READ_STAY} from open_stays where bucket = any($1) and person_id = any($2) "
        "and encounter_id is not null",
        sorted({bucket for bucket, _ in names}),
        sorted({person_id for _, person_id in names}),
    )
    return {row["person_id"]: OpenStay(**dict(row)) for row in rows}


async def list_open_stays(reading: Reading, *, after: tuple[int, int], most: int) -> list[OpenStay]:
    """All stays that people are in, in the order of their key (bucket, person_id)."""
    rows = await reading.fetch(
        f"select {_READ_STAY} from open_stays where (bucket, person_id) > ($1, $2) and encounter_id is not null "
        "order by bucket, person_id limit $3",
        *after,
        most,
    )
    return [OpenStay(**dict(row)) for row in rows]


async def list_stays_at(reading: Reading, institution_id: int, *, most: int = 200) -> list[Encounter]:
    """The stays that are open at an institution, the newest first."""
    rows = await reading.fetch(
        f"select {', '.join('e.' + name for name in Encounter.__struct_fields__)} from open_stays o "
        "join encounters e on e.cell = o.cell and e.encounter_id = o.encounter_id "
        "where o.institution_id = $1 and o.encounter_id is not null order by e.opened_at desc limit $2",
        institution_id,
        most,
    )
    return [msgspec.convert(dict(row), Encounter) for row in rows]


async def read_last_discharge(
    reading: Reading, person: tuple[int, int], encounter_id: int, before: date
) -> date | None:
    """The last day up to one on which the person left another stay; stays of the years around it are looked at."""
    row = await reading.fetchrow(
        "select max(e.closed_on) from stays s join encounters e on e.cell = s.cell and e.encounter_id = s.encounter_id "
        "where s.cell = $1 and e.cell = $1 and s.person_id = $2 and s.policy_year >= $3 and s.encounter_id <> $4 "
        "and s.counts and e.state = 'closed' and e.closed_on <= $5",
        *person,
        before.year - 2,
        encounter_id,
        before,
    )
    return None if row is None else row[0]


async def insert_fee_batches(
    tx: Tx, rows: Sequence[tuple[int, int, int, str, int | None]], items: Sequence[FeeItem]
) -> None:
    """Batches (cell, encounter_id, fee_batch_id, state, settlement_id) and all their lines."""
    await tx.insert("fee_batches", _BATCH_COLUMNS, rows)
    await tx.insert("fee_items", _ITEM_COLUMNS, [_row_of_line(line) for line in items])


def _row_of_line(line: FeeItem) -> tuple[Any, ...]:
    """Most lines have no trace codes: NULL costs neither side what an empty array does."""
    row = msgspec.structs.astuple(line)
    return row if line.trace_codes else (*row[:_CODES], None, *row[_CODES + 1 :])


async def read_fee_batches(reading: Reading, names: Sequence[tuple[int, int]]) -> list[FeeBatch]:
    """All batches of the visits, with their lines in order."""
    if not names:
        return []
    args = (sorted({cell for cell, _ in names}), sorted({encounter_id for _, encounter_id in names}))
    batches = await reading.fetch(
        "select cell, encounter_id, fee_batch_id, state, settlement_id from fee_batches "
        "where cell = any($1) and encounter_id = any($2) order by cell, encounter_id, fee_batch_id",
        *args,
    )
    items = await read_items(reading, names)
    lines: dict[tuple[int, int], list[FeeItem]] = {}
    for item in items:
        lines.setdefault((item.cell, item.fee_batch_id), []).append(item)
    return [
        FeeBatch(
            cell=row[0],
            encounter_id=row[1],
            fee_batch_id=row[2],
            state=FeeBatchState(row[3]),
            settlement_id=row[4],
            items=tuple(lines.get((row[0], row[2]), ())),
        )
        for row in batches
    ]


async def find_batch(reading: Reading, cell: int, fee_batch_id: int) -> FeeBatch | None:
    """A batch by its own id, without its lines; None where it is settled: settled batches are in no index of their own."""
    row = await reading.fetchrow(
        "select cell, encounter_id, fee_batch_id, state, settlement_id from fee_batches "
        "where cell = $1 and fee_batch_id = $2 and state <> 'settled'",
        cell,
        fee_batch_id,
    )
    return None if row is None else FeeBatch(**{**dict(row), "state": FeeBatchState(row["state"])}, items=())


async def find_step(reading: Reading, cell: int, step_id: int) -> EncounterStep | None:
    """A step by its own id."""
    row = await reading.fetchrow(
        f"select {_READ_STEP} from encounter_steps where cell = $1 and step_id = $2", cell, step_id
    )
    return None if row is None else msgspec.convert(dict(row), EncounterStep)


async def read_items(reading: Reading, names: Sequence[tuple[int, int]], *, most: int | None = None) -> list[FeeItem]:
    """All lines of the visits (cell, encounter_id), in the order they came; at most so many where ``most`` is given."""
    rows = await reading.fetch(
        f"select {', '.join(_ITEM_COLUMNS)} from fee_items where cell = any($1) and encounter_id = any($2) "
        f"order by cell, fee_item_id{'' if most is None else ' limit $3'}",
        sorted({cell for cell, _ in names}),
        sorted({encounter_id for _, encounter_id in names}),
        *(() if most is None else (most,)),
    )
    return [item_of(row) for row in rows]


def item_of(row: Any) -> FeeItem:
    """A stored line."""
    fields = dict(row)
    fields["trace_codes"] = tuple(fields["trace_codes"] or ())
    return FeeItem(**fields)


async def mark_batches(
    tx: Tx, rows: Sequence[tuple[int, int, int]], state: str, settlement_id: Sequence[int | None]
) -> None:
    """Set state and settlement of batches (cell, encounter_id, fee_batch_id)."""
    await tx.change(
        "fee_batches",
        "update fee_batches b set state = $1, settlement_id = t.s "
        "from unnest($2::int[], $3::bigint[], $4::bigint[], $5::bigint[]) as t(c, e, f, s) "
        "where b.cell = t.c and b.encounter_id = t.e and b.fee_batch_id = t.f and b.cell = any($2)",
        state,
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        list(settlement_id),
    )


async def mark_removed(tx: Tx, batches: Sequence[FeeBatch], removal_id: int) -> None:
    """These batches are taken back; a removed batch keeps the act's id where a settled one keeps its settlement."""
    names = [(batch.cell, batch.encounter_id, batch.fee_batch_id) for batch in batches]
    await mark_batches(tx, names, FeeBatchState.removed.value, [removal_id] * len(names))


async def read_removed(reading: Reading, cell: int, encounter_id: int, removal_id: int) -> set[int]:
    """The batches of a visit that an act took back."""
    rows = await reading.fetch(
        "select fee_batch_id from fee_batches where cell = $1 and encounter_id = $2 and settlement_id = $3 "
        "and state = 'removed'",
        cell,
        encounter_id,
        removal_id,
    )
    return {row[0] for row in rows}


async def insert_refusals(
    tx: Tx, rows: Sequence[tuple[int, int, int, str, int | None, int | None, str, Mapping[str, Any], datetime]]
) -> None:
    """Refused money requests, one by one, in the order of the table's columns."""
    await tx.insert("refusals", _REFUSAL_COLUMNS, rows)


async def read_refusals(reading: Reading, names: Sequence[tuple[int, int]]) -> dict[int, tuple[str, dict[str, Any]]]:
    """Reason code and facts of refusals, by id."""
    rows = await reading.fetch(
        "select refusal_id, reason, facts from refusals where cell = any($1) and refusal_id = any($2)",
        sorted({cell for cell, _ in names}),
        [refusal_id for _, refusal_id in names],
    )
    return {row[0]: (row[1], row[2]) for row in rows}


async def list_batch_states(
    reading: Reading, *, after: tuple[int, int], last: tuple[int, int]
) -> list[tuple[int, int, int, str, int | None]]:
    """Batches of the visits after one key up to another, without their lines: the columns of ``insert_fee_batches``."""
    rows = await reading.fetch(
        f"select {', '.join(_BATCH_COLUMNS)} from fee_batches "
        "where (cell, encounter_id) > ($1, $2) and (cell, encounter_id) <= ($3, $4) "
        "order by cell, encounter_id, fee_batch_id",
        *after,
        *last,
    )
    return [tuple(row) for row in rows]


async def list_refusals(reading: Reading, *, after: tuple[int, int], most: int) -> list[Any]:
    """Refusals in the order of their key (cell, refusal_id)."""
    return await reading.fetch(
        f"select {', '.join(_REFUSAL_COLUMNS)} from refusals where (cell, refusal_id) > ($1, $2) "
        "order by cell, refusal_id limit $3",
        *after,
        most,
    )
