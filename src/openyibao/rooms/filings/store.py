"""All SQL of filings. 中文: 备案存储。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.areas import cell_span
from openyibao.rooms.filings.records import Filing, FilingDecision

_FILING = Filing.__struct_fields__
_READ = ", ".join(_FILING)
_DECISION = FilingDecision.__struct_fields__
_READ_DECISION = ", ".join(_DECISION)

PersonName = tuple[int, int]
"""(cell, person_id)."""
FilingName = tuple[int, int]
"""(cell, filing_id)."""


async def insert_filings(tx: Tx, filings: Sequence[Filing]) -> None:
    """New filings."""
    await tx.insert("filings", _FILING, [msgspec.structs.astuple(one) for one in filings])


async def insert_decisions(tx: Tx, decisions: Sequence[FilingDecision]) -> None:
    """New decisions."""
    await tx.insert("filing_decisions", _DECISION, [msgspec.structs.astuple(one) for one in decisions])


async def set_current(tx: Tx, filing: Filing) -> None:
    """Write what has followed from a decision; the person is locked."""
    await tx.execute(
        "update filings set state = $4, valid_until = $5, bound_to = $6, decision_count = $7 "
        "where cell = $1 and person_id = $2 and filing_id = $3",
        filing.cell,
        filing.person_id,
        filing.filing_id,
        filing.state.value,
        filing.valid_until,
        list(filing.bound_to),
        filing.decision_count,
    )


async def read_of_persons(
    reading: Reading, persons: Sequence[PersonName], since: date
) -> dict[PersonName, list[Filing]]:
    """The filings of persons that may count on a day from ``since`` on, or wait to be decided, by id."""
    found: dict[PersonName, list[Filing]] = {person: [] for person in persons}
    rows = await reading.fetch(
        f"select {_READ} from filings where cell = any($1) and person_id = any($2) "
        "and state in ('filed', 'approved', 'ended') and (valid_until is null or valid_until >= $3) "
        "order by cell, person_id, filing_id",
        sorted({cell for cell, _ in persons}),
        sorted({person_id for _, person_id in persons}),
        since,
    )
    for row in rows:
        mine = found.get((row["cell"], row["person_id"]))
        if mine is not None:
            mine.append(_filing(row))
    return found


async def read_all_of_persons(reading: Reading, persons: Sequence[PersonName]) -> dict[PersonName, list[Filing]]:
    """Every filing of persons, whatever became of it, by id."""
    found: dict[PersonName, list[Filing]] = {person: [] for person in persons}
    rows = await reading.fetch(
        f"select {_READ} from filings where cell = any($1) and person_id = any($2) order by cell, person_id, filing_id",
        sorted({cell for cell, _ in persons}),
        sorted({person_id for _, person_id in persons}),
    )
    for row in rows:
        mine = found.get((row["cell"], row["person_id"]))
        if mine is not None:
            mine.append(_filing(row))
    return found


async def list_of_person(reading: Reading, person: PersonName, most: int) -> list[Filing]:
    """A person's filings, the newest first."""
    rows = await reading.fetch(
        f"select {_READ} from filings where cell = $1 and person_id = $2 order by filing_id desc limit $3",
        *person,
        most,
    )
    return [_filing(row) for row in rows]


async def read_filings(reading: Reading, names: Sequence[FilingName]) -> dict[FilingName, Filing]:
    """Filings by (cell, filing_id)."""
    if not names:
        return {}
    rows = await reading.fetch(
        f"select {_READ} from filings where cell = any($1) and filing_id = any($2)",
        sorted({cell for cell, _ in names}),
        sorted({filing_id for _, filing_id in names}),
    )
    return {(row["cell"], row["filing_id"]): _filing(row) for row in rows}


async def read_decisions(reading: Reading, names: Sequence[FilingName]) -> dict[FilingName, list[FilingDecision]]:
    """The decisions on filings, in their order."""
    found: dict[FilingName, list[FilingDecision]] = {}
    if not names:
        return found
    rows = await reading.fetch(
        f"select {_READ_DECISION} from filing_decisions where cell = any($1) and filing_id = any($2) "
        "order by cell, filing_id, decision_no",
        sorted({cell for cell, _ in names}),
        sorted({filing_id for _, filing_id in names}),
    )
    for row in rows:
        found.setdefault((row["cell"], row["filing_id"]), []).append(_decision(row))
    return found


async def find_decision(reading: Reading, cell: int, decision_id: int) -> FilingDecision | None:
    """A decision by its id."""
    row = await reading.fetchrow(
        f"select {_READ_DECISION} from filing_decisions where cell = $1 and decision_id = $2", cell, decision_id
    )
    return None if row is None else _decision(row)


async def list_waiting(reading: Reading, pooling_area: int, *, most: int = 200) -> list[Filing]:
    """The filings of an area that wait for an approval, the oldest first."""
    rows = await reading.fetch(
        f"select {_READ} from filings where cell between $1 and $2 and state = 'filed' and not counts_at_once "
        "order by filed_at, filing_id limit $3",
        *cell_span(pooling_area),
        most,
    )
    return [_filing(row) for row in rows]


async def list_filings(reading: Reading, *, after: tuple[int, int, int], most: int) -> list[Filing]:
    """All filings in the order of their key (cell, person_id, filing_id)."""
    rows = await reading.fetch(
        f"select {_READ} from filings where (cell, person_id, filing_id) > ($1, $2, $3) "
        "order by cell, person_id, filing_id limit $4",
        *after,
        most,
    )
    return [_filing(row) for row in rows]


async def list_stray_decisions(reading: Reading, *, most: int) -> list[FilingDecision]:
    """Decisions on filings that are not there, at most so many."""
    rows = await reading.fetch(
        f"select {_READ_DECISION} from filing_decisions d where not exists "
        "(select from filings f where f.cell = d.cell and f.filing_id = d.filing_id) "
        "order by cell, filing_id, decision_no limit $1",
        most,
    )
    return [_decision(row) for row in rows]


def _filing(row: Any) -> Filing:
    return msgspec.convert(dict(row), Filing)


def _decision(row: Any) -> FilingDecision:
    return msgspec.convert(dict(row), FilingDecision)
