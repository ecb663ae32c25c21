"""One pack, many buyers at once, through two servers: one gets it, all are answered, and the books hold."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from openyibao.demo.stocking import trace_code_of

if TYPE_CHECKING:
    from conftest import Hospital

pytestmark = [pytest.mark.xdist_group("servers"), pytest.mark.owns_server]

WAIT_SECONDS = 40


def pack(hospital: Hospital, number: int) -> str:
    return trace_code_of(hospital.drug, hospital.place, number)


async def sales_of(hospital: Hospital, trace_code: str) -> int:
    """How many settlements stand on the pack."""
    return int(
        await hospital.owner.fetchval(
            "select count(*) from stock_movements where trace_code = $1 and kind = 'sold'", trace_code
        )
    )


async def test_of_64_sales_of_one_pack_at_once_one_is_settled(hospital: Hospital):
    known, unknown = pack(hospital, 1), pack(hospital, 2)
    await hospital.receive(known)
    tokens = [await hospital.tokens(number, 2) for number in range(30, 94)]
    for turn, code in enumerate((known, unknown)):
        bills = [hospital.pack_bill(token[turn], code) for token in tokens]
        answers = await hospital.at_once("settlements", bills, [f"pack-{code}-{n}" for n in range(64)])
        assert sum(answer.done for answer in answers) == 1
        assert {answer.body["reason"] for answer in answers if not answer.done} == {"trace_code_sold_before"}
        assert await sales_of(hospital, code) == 1
        stored = "select count(*) from refusals where reason = 'trace_code_sold_before' and facts::text like $1"
        assert await hospital.owner.fetchval(stored, f"%{code}%") == 63


async def test_bills_with_the_same_packs_the_other_way_round_do_not_wait_for_each_other_for_ever(hospital: Hospital):
    codes = [pack(hospital, number) for number in range(10, 14)]
    await hospital.receive(*codes)
    tokens = [token for number in range(94, 98) for token in await hospital.tokens(number, 6)]
    bills = []
    for n in range(24):
        bill = hospital.pack_bill(tokens[n], codes[0])
        ordered = codes if n % 2 else codes[::-1]
        line = {**bill["items"][0], "trace_codes": ordered, "quantity_e4": 40_000, "amount_fen": 8_000}
        bills.append({**bill, "items": [line]})
    answers = await hospital.at_once("settlements", bills, [f"crossed-{n}" for n in range(24)])
    assert sum(answer.done for answer in answers) == 1
    assert {answer.body["reason"] for answer in answers if not answer.done} == {"trace_code_sold_before"}
    assert [await sales_of(hospital, code) for code in codes] == [1] * 4


async def test_of_64_sales_of_one_pack_one_is_settled_though_every_backend_is_killed_while_it_is_claimed(
    hospital: Hospital,
):
    code = pack(hospital, 20)
    await hospital.receive(code)
    tokens = [token for number in range(98, 106) for token in await hospital.tokens(number, 8)]
    bills = [hospital.pack_bill(tokens[n], code) for n in range(64)]
    keys = [f"cut-{n}" for n in range(64)]
    async with asyncio.timeout(WAIT_SECONDS):
        # The pack is held here, so the killed are in the middle of claiming it.
        held = hospital.owner.transaction()
        await held.start()
        await hospital.owner.execute("select from packs where trace_code = $1 for update", code)
        sending = asyncio.create_task(hospital.at_once("settlements", bills, keys))
        await hospital.somebody_waits()
        killed = await hospital.owner.fetchval(
            "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where application_name = 'openyibao'"
        )
        await held.rollback()
        assert killed >= 2
        await sending
    answers = await hospital.at_once("settlements", bills, keys)
    assert sum(answer.done for answer in answers) == 1
    assert {answer.body["reason"] for answer in answers if not answer.done} == {"trace_code_sold_before"}
    assert await sales_of(hospital, code) == 1


async def test_a_sale_and_the_undoing_of_the_sale_before_it_race_and_the_pack_has_one_owner(hospital: Hospital):
    code = pack(hospital, 30)
    await hospital.receive(code)
    first_token, second_tokens = await hospital.token(106), await hospital.tokens(107, 6)
    first = await hospital.clients[0].post("settlements", hospital.pack_bill(first_token, code), key="raced-first")
    assert first.done, first.body
    undo = {"settlement_id": first.body["settlement_id"], "terminal_code": "T01", "operator_code": "op1"}
    bills = [hospital.pack_bill(token, code) for token in second_tokens]
    undone, *sales = await asyncio.gather(
        hospital.clients[0].post("reversals", undo, key="raced-undo"),
        *(hospital.clients[n % 2].post("settlements", bill, key=f"raced-{n}") for n, bill in enumerate(bills)),
    )
    assert undone.done, undone.body
    settled = sum(answer.done for answer in sales)
    assert settled <= 1
    assert {answer.body["reason"] for answer in sales if not answer.done} <= {"trace_code_sold_before"}
    row = await hospital.owner.fetchrow("select left_e4, state from packs where trace_code = $1", code)
    assert tuple(row) == ((0, "sold") if settled else (10_000, "shelved"))
