"""Faults planted in stays, steps, closed periods, refunds and repricings are named; a row gone with its event as well."""

from __future__ import annotations

from datetime import timedelta

import pytest
from journey_house import House

from openyibao.kit.outcome import Refused
from openyibao.rooms.encounters import EncounterKind, Opened, Stepped
from openyibao.rooms.periods import PeriodKind
from openyibao.rooms.settlement import Corrected, RefundLine, Settled

STAYER, LIER, BUYER = 1, 0, 6


@pytest.fixture
async def lived(house: House) -> House:
    """A stay with an interim settlement, a change and a discharge; an open one; a refund; a repricing; a closed day."""
    visit = (await house.opened(STAYER, EncounterKind.inpatient)).encounter
    at = {"cell": visit.cell, "encounter_id": visit.encounter_id}
    await house.add_items(visit, [house.line(1, 2_000_000)])
    assert isinstance(await house.settle(None, **at), Settled)
    await house.add_items(visit, [house.line(2, 30_000)])
    await house.remove_items(visit)
    await house.add_items(visit, [house.line(3, 40_000)])
    assert isinstance(await house.change_visit(visit, bed="7"), Stepped)
    assert isinstance(await house.close_visit(visit), Stepped)
    final = await house.settle(None, **at)
    assert isinstance(final, Settled), final
    assert isinstance(await house.opened(LIER, EncounterKind.inpatient), Opened)
    bill = await house.settle_new(BUYER, [house.line(1, 70_000), house.line(2, 5_000)])
    assert isinstance(bill, Settled), bill
    later = await house.settle_new(BUYER, [house.line(1, 90_000)])
    assert isinstance(later, Settled), later
    returned = await house.refund(later.settlement, [RefundLine(line_no=1, quantity_e4=5_000, amount_fen=45_000)])
    assert isinstance(returned, Corrected), returned
    assert isinstance(await house.reprice(bill.settlement, remove=False), Corrected)
    house.clock.move(timedelta(days=1))
    assert not isinstance(await house.close_period(PeriodKind.day), Refused)
    assert (await house.verify()).faults == []
    return house


FIRST = "(select min(step_id) from encounter_steps)"
STAY = "kind = 'inpatient' and state = 'closed'"
REMOVED = "state = 'removed'"
ALTERED = {
    "encounter step": [
        f"update encounter_steps set bed = '99' where step_id = {FIRST}",
        "update encounter_steps set step_on = step_on - 1 where kind = 'closed'",
        "update encounter_steps set diagnoses = '[]' where kind = 'changed'",
        "update encounter_steps set operator_code = 'x' where kind = 'admitted'",
    ],
    "encounter": [
        f"update encounters set closed_on = closed_on - 1 where {STAY}",
        f"update encounters set state = 'open', closed_on = null where {STAY}",
        f"update encounters set pays_until = opened_at where {STAY}",
        f"update encounters set state = 'cancelled' where {STAY}",
    ],
    "open stay": [
        "update open_stays set institution_id = 1 where encounter_id is not null",
        "update open_stays set admitted_on = admitted_on - 1 where encounter_id is not null",
        f"update open_stays set encounter_id = (select encounter_id from encounters where {STAY}) where encounter_id is null",
    ],
    "fee batch": [
        f"update fee_batches set state = 'open', settlement_id = null where {REMOVED}",
        f"update fee_batches set settlement_id = settlement_id + 1 where {REMOVED}",
    ],
    "period act": [
        "update period_acts set until_on = until_on + 1",
        "update period_acts set closes = false",
        "update period_acts set approver = 'x'",
    ],
    "correction": [
        "update corrections set why = 'x' where kind = 'repricing'",
        "update corrections set maker = 'x' where kind = 'refund'",
        "update corrected_settlements set new_settlement_id = settlement_id where place = 1",
        "delete from corrected_settlements where place = 2",
        "delete from corrections where kind = 'refund'",
    ],
}
MISSING = {
    "encounter_stepped": "delete from encounter_steps where kind = 'changed'",
    "open stay": "update open_stays set encounter_id = null where encounter_id is not null",
    "items_removed": f"delete from fee_batches where {REMOVED}",
    "period_acted": "delete from period_acts",
    "corrected": "with gone as (delete from corrected_settlements) delete from corrections",
}
WITH_EVENT = {
    "encounter_stepped": "delete from encounter_steps where kind = 'closed'",
    "period_acted": "delete from period_acts",
    "corrected": "with gone as (delete from corrected_settlements) delete from corrections",
    "items_removed": f"update fee_batches set state = 'open', settlement_id = null where {REMOVED}",
}


async def named(house: House) -> set[tuple[str, str]]:
    faults = (await house.verify()).faults
    assert all(fault.zh and fault.en for fault in faults)
    return {(fault.kind, fault.where) for fault in faults}


@pytest.mark.parametrize(("where", "sql"), [(where, sql) for where, all_ in ALTERED.items() for sql in all_])
async def test_a_row_altered_is_named(lived: House, where: str, sql: str) -> None:
    await lived.tamper(sql)
    names = await named(lived)
    assert any(kind == "row_altered" and at.startswith(where + " ") for kind, at in names), names


@pytest.mark.parametrize("where", MISSING)
async def test_a_row_removed_is_named(lived: House, where: str) -> None:
    await lived.tamper(MISSING[where])
    names = await named(lived)
    kinds = {"row_missing", "row_altered"} if where == "items_removed" else {"row_missing"}
    assert any(kind in kinds and at.startswith((where + " ", "fee batch ")) for kind, at in names), names


@pytest.mark.parametrize("kind", WITH_EVENT)
async def test_a_row_removed_together_with_its_event_is_named_by_the_chain(lived: House, kind: str) -> None:
    await lived.tamper(WITH_EVENT[kind])
    await lived.tamper("delete from audit_events where kind = $1", kind)
    names = await named(lived)
    assert any(fault == "event_missing" and where.startswith("chain ") for fault, where in names), names


async def test_the_day_of_a_line_is_held_too(lived: House) -> None:
    await lived.tamper("update fee_items set incurred_on = incurred_on - 1 where incurred_on is not null")
    assert any(kind == "settlement_altered" for kind, _ in await named(lived))


async def test_what_a_stay_had_met_is_held_with_the_settlement(lived: House) -> None:
    await lived.tamper(
        "update settlements set facts = jsonb_set(facts, '{visit,stay_so_far,deductible}', '1') "
        "where facts->'visit' ? 'stay_so_far'"
    )
    assert any(kind == "settlement_altered" for kind, _ in await named(lived))


async def test_every_kind_of_row_is_looked_at(lived: House) -> None:
    counts = (await lived.verify()).counts
    assert (counts["encounter_steps"], counts["open_stays"], counts["period_acts"], counts["corrections"]) == (
        4,
        1,
        1,
        2,
    )
