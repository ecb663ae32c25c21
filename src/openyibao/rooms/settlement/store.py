"""SQL of settlements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.kit.ids import month_floor
from openyibao.rooms.areas import cell_span
from openyibao.rooms.policies import Burden
from openyibao.rooms.settlement.records import (
    FUND_COLUMNS,
    CorrectedSettlement,
    Correction,
    PastBill,
    Settlement,
    SettlementFacts,
    SettlementKind,
)

_COLUMNS = Settlement.__struct_fields__
_READ = ", ".join(_COLUMNS)
_FACTS = _COLUMNS.index("facts")
_CORRECTION = Correction.__struct_fields__
_CORRECTED = CorrectedSettlement.__struct_fields__
_REVERSALS = ("cell", "settlement_id", "reversal_id")
_PAST = (
    *("cell", "settlement_id", "encounter_id", "person_id", "policy_year", "turn", "settled_on", "document_hash"),
    *(
        "fee_total_fen",
        "fund_total_fen",
        "institution_borne_fen",
        "person_total_fen",
        "personal_account_fen",
        "cash_fen",
    ),
    *(column for _, column in FUND_COLUMNS),
)
_FUNDS_AT = len(_PAST) - len(FUND_COLUMNS)
_FACTS_OF = msgspec.json.Decoder(SettlementFacts)


async def insert_settlements(tx: Tx, settlements: Sequence[Settlement]) -> None:
    """All settlements and reversals of a batch."""
    rows = []
    for settlement in settlements:
        row = list(msgspec.structs.astuple(settlement))
        row[_FACTS] = msgspec.json.encode(settlement.facts)
        rows.append(row)
    await tx.insert("settlements", _COLUMNS, rows)


async def insert_reversals(tx: Tx, rows: Sequence[tuple[int, int, int]]) -> None:
    """(cell, settlement_id, reversal_id): these stand no more."""
    await tx.insert("settlement_reversals", _REVERSALS, rows)


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
        "and s.insurance_type = $3 and s.policy_year = $4 and s.turn > $5 and s.kind = 'settlement' "
        "and not exists (select from settlement_reversals r where r.cell = s.cell and r.cell = $1 "
        "and r.settlement_id = s.settlement_id) order by s.turn desc limit 1",
        settlement.cell,
        settlement.person_id,
        settlement.insurance_type,
        settlement.policy_year,
        settlement.turn,
    )


async def find_last_on_filing(reading: Reading, person: tuple[int, int], filing_id: int) -> date | None:
    """The day of the last settlement of (cell, person_id) that stands, and stands on a filing."""
    row = await reading.fetchrow(
        "select max(s.settled_on) from settlements s where s.cell = $1 and s.person_id = $2 and s.kind = 'settlement' "
        "and s.facts->'filing_ids' @> to_jsonb($3::bigint) and not exists (select from settlement_reversals r "
        "where r.cell = s.cell and r.cell = $1 and r.settlement_id = s.settlement_id)",
        *person,
        filing_id,
    )
    return None if row is None else row[0]


async def list_standing_since(reading: Reading, person: tuple[int, int], since: date, *, most: int) -> list[Settlement]:
    """Settlements of (cell, person_id) that stand, settled on a day or later, by policy year and turn."""
    rows = await reading.fetch(
        f"select {_READ} from settlements s where s.cell = $1 and s.person_id = $2 and s.kind = 'settlement' "
        "and s.settled_on >= $3 and not exists (select from settlement_reversals r where r.cell = s.cell and r.cell = $1 "
        "and r.settlement_id = s.settlement_id) order by s.policy_year, s.turn limit $4",
        *person,
        since,
        most,
    )
    return [settlement_of(row) for row in rows]


async def list_standing_from(
    reading: Reading, person: tuple[int, int], insurance_type: str, policy_year: int, turn: int, *, most: int
) -> list[Settlement]:
    """The settlements of a person, insurance and year that stand, from a turn on, in the order of their turns."""
    rows = await reading.fetch(
        f"select {_READ} from settlements s where s.cell = $1 and s.person_id = $2 and s.insurance_type = $3 "
        "and s.policy_year = $4 and s.turn >= $5 and s.kind = 'settlement' "
        "and not exists (select from settlement_reversals r where r.cell = s.cell and r.cell = $1 "
        "and r.settlement_id = s.settlement_id) order by s.turn limit $6",
        *person,
        insurance_type,
        policy_year,
        turn,
        most,
    )
    return [settlement_of(row) for row in rows]


async def insert_correction(tx: Tx, correction: Correction, settlements: Sequence[CorrectedSettlement]) -> None:
    """A correction with its settlements."""
    await tx.insert("corrections", _CORRECTION, [msgspec.structs.astuple(correction)])
    await tx.insert("corrected_settlements", _CORRECTED, [msgspec.structs.astuple(one) for one in settlements])


async def read_corrections(
    reading: Reading, names: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], tuple[Correction, tuple[CorrectedSettlement, ...]]]:
    """Corrections by (cell, correction_id), with their settlements in order."""
    if not names:
        return {}
    args = (sorted({cell for cell, _ in names}), sorted({correction_id for _, correction_id in names}))
    rows = await reading.fetch(
        f"select {', '.join(_CORRECTION)} from corrections where cell = any($1) and correction_id = any($2)", *args
    )
    links: dict[tuple[int, int], list[CorrectedSettlement]] = {}
    for row in await reading.fetch(
        f"select {', '.join(_CORRECTED)} from corrected_settlements where cell = any($1) and correction_id = any($2) "
        "order by cell, correction_id, place",
        *args,
    ):
        links.setdefault((row["cell"], row["correction_id"]), []).append(CorrectedSettlement(**dict(row)))
    found = [msgspec.convert(dict(row), Correction) for row in rows]
    return {(one.cell, one.correction_id): (one, tuple(links.get((one.cell, one.correction_id), ()))) for one in found}


async def find_corrections_of(reading: Reading, cell: int, settlement_id: int) -> list[tuple[int, int]]:
    """The corrections in which a settlement was replaced, or that made it."""
    rows = await reading.fetch(
        "select cell, correction_id from corrected_settlements where cell = $1 and settlement_id = $2 "
        "union select cell, correction_id from corrected_settlements where cell = $1 and new_settlement_id = $2",
        cell,
        settlement_id,
    )
    return sorted((row[0], row[1]) for row in rows)


async def find_corrections_for(reading: Reading, person: tuple[int, int], *, most: int) -> list[tuple[int, int]]:
    """A person's corrections, newest first."""
    rows = await reading.fetch(
        "select cell, correction_id from corrections where cell = $1 and person_id = $2 "
        "order by correction_id desc limit $3",
        *person,
        most,
    )
    return [(row[0], row[1]) for row in rows]


async def find_corrections_in(
    reading: Reading, cells: Sequence[int], person_id: int, *, most: int
) -> list[tuple[int, int]]:
    """A person's corrections in some cells, newest first."""
    rows = await reading.fetch(
        "select cell, correction_id from corrections where cell = any($1) and person_id = $2 "
        "order by correction_id desc limit $3",
        sorted(set(cells)),
        person_id,
        most,
    )
    return [(row[0], row[1]) for row in rows]


async def list_reversals_of(reading: Reading, cells: Sequence[int], person_id: int, *, most: int) -> list[Settlement]:
    """A person's reversals in some cells, newest first."""
    rows = await reading.fetch(
        f"select {_READ} from settlements where cell = any($1) and person_id = $2 and kind = 'reversal' "
        "order by settlement_id desc limit $3",
        sorted(set(cells)),
        person_id,
        most,
    )
    return [settlement_of(row) for row in rows]


async def was_restored(reading: Reading, reversal: Settlement) -> bool:
    """Whether a settlement was settled again in place of a reversal."""
    rows = await reading.fetch(
        "select from corrected_settlements where cell = $1 and settlement_id = $2 "
        "and reversal_id = $3 and new_settlement_id is not null",
        *(reversal.cell, reversal.original_settlement_id, reversal.settlement_id),
    )
    return bool(rows)


async def list_corrections(reading: Reading, *, after: tuple[int, int], most: int) -> list[tuple[int, int]]:
    """The keys of all corrections in their order, also of those of which only the settlements are left."""
    rows = await reading.fetch(
        "select cell, correction_id from corrections where (cell, correction_id) > ($1, $2) "
        "union select cell, correction_id from corrected_settlements where (cell, correction_id) > ($1, $2) "
        "order by cell, correction_id limit $3",
        *after,
        most,
    )
    return [(row[0], row[1]) for row in rows]


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


async def list_of_institution(
    reading: Reading,
    institution_id: int,
    *,
    first_on: date,
    last_on: date,
    after: tuple[int, int],
    most: int,
) -> list[Settlement]:
    """An institution's settlements and reversals from a day to a day, in the order of their key, stretch by stretch.

    Ids begin with their Shanghai month, so that only the months' partitions are read.
    """
    rows = await reading.fetch(
        f"select {_READ} from settlements where institution_id = $1 and settled_on >= $2 and settled_on <= $3 "
        "and settlement_id >= $4 and (cell, settlement_id) > ($5, $6) order by cell, settlement_id limit $7",
        institution_id,
        first_on,
        last_on,
        month_floor(first_on),
        *after,
        most,
    )
    return [settlement_of(row) for row in rows]


async def list_of_person(reading: Reading, cell: int, person_id: int, *, most: int) -> list[Settlement]:
    """A person's settlements and reversals in one cell, newest first."""
    rows = await reading.fetch(
        f"select {_READ} from settlements where cell = $1 and person_id = $2 order by settlement_id desc limit $3",
        cell,
        person_id,
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


async def read_span(
    reading: Reading, pooling_area: int, insurance_type: str, from_on: date, to_on: date
) -> tuple[int, date | None]:
    """How many settlements an area and insurance had on these days, and the earliest day that decided one of them."""
    row = await reading.fetchrow(
        "select count(*), min(facts->'visit'->>'on') from settlements where cell between $5 and $6 "
        "and pooling_area = $1 and insurance_type = $2 and settled_on between $3 and $4 and kind = 'settlement'",
        pooling_area,
        insurance_type,
        from_on,
        to_on,
        *cell_span(pooling_area),
    )
    return row[0], None if row[1] is None else date.fromisoformat(row[1])


async def list_by_person(
    reading: Reading,
    pooling_area: int,
    insurance_type: str,
    from_on: date,
    to_on: date,
    *,
    after: tuple[int, int, int],
    most: int,
) -> list[PastBill]:
    """Settlements of an area and insurance, person by person (not by turn), after (cell, person_id, settlement_id)."""
    rows = await reading.fetch(
        f"select {', '.join(_PAST)}, facts::text from settlements "
        "where (cell, person_id, settlement_id) > ($1, $2, $3) and cell between $9 and $10 and pooling_area = $4 "
        "and insurance_type = $5 and settled_on between $6 and $7 and kind = 'settlement' "
        "order by cell, person_id, settlement_id limit $8",
        *after,
        pooling_area,
        insurance_type,
        from_on,
        to_on,
        most,
        *cell_span(pooling_area),
    )
    return [_past_bill_of(tuple(row)) for row in rows]


def _past_bill_of(row: tuple[Any, ...]) -> PastBill:
    cell, settlement_id, encounter_id, person_id, policy_year, turn, settled_on, document_hash = row[:8]
    funds = zip(FUND_COLUMNS, row[_FUNDS_AT:-1], strict=True)
    return PastBill(
        cell=cell,
        settlement_id=settlement_id,
        encounter_id=encounter_id,
        person_id=person_id,
        policy_year=policy_year,
        turn=turn,
        settled_on=settled_on,
        document_hash=document_hash,
        fee_total_fen=row[8],
        burden=Burden(
            funds_fen={fund: amount_fen for (fund, _), amount_fen in funds if amount_fen},
            fund_total_fen=row[9],
            institution_borne_fen=row[10],
            person_total_fen=row[11],
            personal_account_fen=row[12],
            cash_fen=row[13],
        ),
        facts=_FACTS_OF.decode(row[-1]),
    )
