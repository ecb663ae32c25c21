"""Whoever alters what was written, is named by verify: the owner of the tables too."""

from __future__ import annotations

from typing import Any

import pytest
from journey_house import House

from openyibao.demo.bills import CASES
from openyibao.rooms.settlement import Settled

CASE = CASES[0]


@pytest.fixture
async def stands(house: House) -> Any:
    """One settlement that stands and one that was reversed, of two people."""
    other = await house.settle_new(house.case_person(CASES[1]), house.case_lines(CASES[1]))
    assert isinstance(other, Settled), other
    undone = await house.reverse(other.settlement.settlement_id, other.settlement.cell)
    assert isinstance(undone, Settled), undone
    done = await house.settle_new(house.case_person(CASE), house.case_lines(CASE))
    assert isinstance(done, Settled), done
    assert (await house.verify()).faults == []
    return done.settlement


async def kinds(house: House) -> set[str]:
    checked = await house.verify()
    assert all(fault.zh and fault.en and fault.where for fault in checked.faults)
    return {fault.kind for fault in checked.faults}


async def test_verify_counts_what_it_looked_at(house: House, stands: Any) -> None:
    checked = await house.verify()
    assert checked.faults == []
    assert checked.counts["settlements"] == 2
    assert checked.counts["reversals"] == 1
    assert checked.counts["fee_lines"] >= 10
    assert checked.counts["audit_links"] >= 1


async def test_a_stored_amount_altered_is_named(house: House, stands: Any) -> None:
    # The sums of the row still hold: only what was written and what it prices to do not.
    await house.tamper(
        "update settlements set cash_fen = cash_fen + 100, personal_account_fen = personal_account_fen - 100 "
        "where cell = $1 and settlement_id = $2",
        stands.cell,
        stands.settlement_id,
    )
    assert {"settlement_altered", "split_differs", "postings_differ"} <= await kinds(house)


async def test_a_settlement_and_its_posting_altered_alike_are_named(house: House, stands: Any) -> None:
    name = (stands.cell, stands.settlement_id)
    assert stands.large_sum_fen > 100
    await house.tamper(
        "update settlements set large_sum_fen = large_sum_fen + 100, fund_total_fen = fund_total_fen + 100, "
        "fee_total_fen = fee_total_fen + 100, in_policy_fen = in_policy_fen + 100 "
        "where cell = $1 and settlement_id = $2",
        *name,
    )
    await house.tamper(
        "update postings set amount_fen = amount_fen + 100 where cell = $1 and settlement_id = $2 and amount_fen = $3",
        *name,
        stands.large_sum_fen,
    )
    found = await kinds(house)
    assert {"settlement_altered", "split_differs"} <= found
    assert "postings_differ" not in found


async def test_a_fee_line_altered_with_its_sum_is_named(house: House, stands: Any) -> None:
    await house.tamper(
        "update fee_items set amount_fen = amount_fen + 100, unit_price_micro = unit_price_micro + 1000000 "
        "where cell = $1 and encounter_id = $2 and line_no = 1",
        stands.cell,
        stands.encounter_id,
    )
    await house.tamper(
        "update settlements set fee_total_fen = fee_total_fen + 100, in_policy_fen = in_policy_fen + 100, "
        "person_total_fen = person_total_fen + 100, cash_fen = cash_fen + 100 "
        "where cell = $1 and settlement_id = $2",
        stands.cell,
        stands.settlement_id,
    )
    assert "settlement_altered" in await kinds(house)


async def test_a_fee_line_altered_alone_is_named(house: House, stands: Any) -> None:
    await house.tamper(
        "update fee_items set amount_fen = amount_fen + 100 where cell = $1 and encounter_id = $2 and line_no = 1",
        stands.cell,
        stands.encounter_id,
    )
    assert {"settlement_altered", "split_differs"} <= await kinds(house)


async def test_a_policy_document_edited_after_use_is_named(house: House, stands: Any) -> None:
    await house.tamper(
        "update policy_documents set body = replace(body, '1800', '1700') || ' ' where document_hash = $1",
        stands.document_hash,
    )
    assert "policy_altered" in await kinds(house)


async def test_an_accumulator_altered_is_named(house: House, stands: Any) -> None:
    await house.tamper(
        "update accumulators set amounts = (select jsonb_object_agg(key, value::text::bigint + 1) "
        "from jsonb_each(amounts)) where cell = $1 and person_id = $2",
        stands.cell,
        stands.person_id,
    )
    assert await kinds(house) == {"accumulator_differs"}


async def test_a_settlement_removed_with_its_audit_event_is_named(house: House, stands: Any) -> None:
    await house.tamper(
        "delete from settlements where cell = $1 and settlement_id = $2", stands.cell, stands.settlement_id
    )
    await house.tamper("delete from audit_events where kind = 'settled' and subject_id = $1", stands.settlement_id)
    assert {"event_missing", "accumulator_differs"} <= await kinds(house)


async def test_a_settlement_removed_alone_is_named(house: House, stands: Any) -> None:
    await house.tamper(
        "delete from settlements where cell = $1 and settlement_id = $2", stands.cell, stands.settlement_id
    )
    assert {"row_missing", "accumulator_differs"} <= await kinds(house)


async def test_a_balance_altered_is_named(house: House, stands: Any) -> None:
    await house.tamper(
        "update personal_accounts set balance_fen = balance_fen + 100 where cell = $1 and person_id = $2",
        stands.cell,
        stands.person_id,
    )
    assert await kinds(house) == {"balance_differs"}


@pytest.mark.parametrize("table", ["settlements", "postings", "audit_events", "fee_items", "policy_documents"])
async def test_the_triggers_stop_the_owner_of_insert_only_tables(house: House, table: str) -> None:
    with pytest.raises(Exception, match="insert-only"):
        await house.rows(f"delete from {table}")
