"""What happens when the same thing, or two things that bar each other, come at once through two servers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from openyibao.kit.clock import SystemClock
from openyibao.main import open_platform

if TYPE_CHECKING:
    from conftest import Hospital

pytestmark = [pytest.mark.xdist_group("servers"), pytest.mark.owns_server]

WAIT_SECONDS = 40


def desk() -> dict[str, str]:
    return {"terminal_code": "T01", "operator_code": "op1"}


def without_mark(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "repeated"}


async def test_of_64_terminals_that_scan_one_code_one_is_answered(hospital: Hospital):
    code = await hospital.activated(0)
    bodies = [
        {"code": code, "purpose": "settlement", "terminal_code": f"T{n}", "operator_code": f"op{n}"} for n in range(64)
    ]
    answers = await hospital.at_once("scans", bodies, [f"code-{n}" for n in range(64)])
    assert sum(answer.done for answer in answers) == 1
    assert {answer.body["reason"] for answer in answers if not answer.done} == {"code_already_used"}
    stored = await hospital.owner.fetch(
        "select terminal_code, reason from scan_refusals where person_id = $1", hospital.person_id(0)
    )
    refused = {body["terminal_code"] for body, answer in zip(bodies, answers, strict=True) if not answer.done}
    assert len(stored) == 63
    assert {row[0] for row in stored} == refused
    assert {row[1] for row in stored} == {"code_already_used"}


async def test_64_scans_of_one_terminal_under_one_key_are_one_presentation(hospital: Hospital):
    body = {"code": await hospital.activated(1), "purpose": "settlement", "terminal_code": "T1", "operator_code": "op1"}
    answers = await hospital.at_once("scans", [body] * 64, ["one-scan"] * 64)
    assert all(answer.done for answer in answers)
    first, *others = (without_mark(answer.body) for answer in answers)
    assert all(other == first for other in others)
    assert sum(not answer.body["repeated"] for answer in answers) == 1
    count = "select count(*) from presentations where person_id = $1"
    assert await hospital.owner.fetchval(count, hospital.person_id(1)) == 1


async def test_50_settles_under_one_key_are_one_settlement(hospital: Hospital):
    bill = hospital.bill(await hospital.token(2), 40_000)
    answers = await hospital.at_once("settlements", [bill] * 50, ["one-settle"] * 50)
    assert all(answer.done for answer in answers), [answer.body for answer in answers if not answer.done]
    first, *others = (without_mark(answer.body) for answer in answers)
    assert all(other == first for other in others)
    assert sum(not answer.body["repeated"] for answer in answers) == 1
    assert len(await hospital.settlements(2)) == 1
    assert await hospital.balance_fen(2) == 110_000


async def test_settles_under_one_key_with_two_contents_are_one_settlement_and_refusals(hospital: Hospital):
    token = await hospital.token(3)
    bills = [hospital.bill(token, 40_000 + n // 26) for n in range(52)]
    answers = await hospital.at_once("settlements", bills, ["two-contents"] * 52)
    assert sum(answer.done for answer in answers) == 26
    assert {answer.body["reason"] for answer in answers if not answer.done} == {"key_conflict"}
    assert len(await hospital.settlements(3)) == 1


async def test_two_settles_at_once_never_overdraw_an_account(hospital: Hospital):
    # 1,000 yuan each on an account of 1,500; the deductible of 1,800 is crossed by 200, of which the fund pays 70%.
    people = [10, 11, 12, 13]
    bills = [hospital.bill(token, 100_000) for number in people for token in await hospital.tokens(number, 2)]
    keys = [f"overdraw-{number}-{n}" for number in people for n in range(2)]
    answers = await hospital.at_once("settlements", bills, keys)
    assert all(answer.done for answer in answers), [answer.body for answer in answers if not answer.done]
    for number in people:
        rows = sorted(await hospital.settlements(number), key=lambda row: row["account_balance_after_fen"])
        paid = [(row["fund_total_fen"], row["personal_account_fen"], row["cash_fen"]) for row in rows]
        assert paid == [(14_000, 50_000, 36_000), (0, 100_000, 0)]
        assert [row["account_balance_after_fen"] for row in rows] == [0, 50_000]
        assert await hospital.balance_fen(number) == 0


async def test_ten_settles_of_one_person_at_once_follow_each_other(hospital: Hospital):
    bills = [hospital.bill(token, 30_000) for token in await hospital.tokens(14, 10)]
    answers = await hospital.at_once("settlements", bills, [f"ten-{n}" for n in range(10)])
    assert all(answer.done for answer in answers), [answer.body for answer in answers if not answer.done]
    rows = await hospital.settlements(14)
    # 3,000 yuan: 1,800 of deductible, of the rest the fund pays 70%.
    assert sum(row["fund_total_fen"] for row in rows) == 84_000
    assert sum(row["personal_account_fen"] for row in rows) == 150_000
    assert sum(row["cash_fen"] for row in rows) == 66_000
    assert await hospital.balance_fen(14) == 0


async def test_20_reversals_of_one_settlement_at_once_undo_it_once(hospital: Hospital):
    bill = hospital.bill(await hospital.token(15), 40_000)
    (settled,) = await hospital.at_once("settlements", [bill], ["to-undo"])
    body = {"settlement_id": settled.body["settlement_id"], "terminal_code": "T01", "operator_code": "op1"}
    answers = await hospital.at_once("reversals", [body] * 20, [f"undo-{n}" for n in range(20)])
    assert sum(answer.done for answer in answers) == 1
    assert {answer.body["reason"] for answer in answers if not answer.done} == {"already_reversed"}
    assert await hospital.balance_fen(15) == 150_000


async def test_an_annulment_and_its_original_at_once_leave_nothing_standing(hospital: Hospital):
    bill = hospital.bill(await hospital.token(16), 40_000)
    undo = {"original_key": "raced", "terminal_code": "T01", "operator_code": "op1"}
    settles = hospital.at_once("settlements", [bill] * 10, ["raced"] * 10)
    annuls = hospital.at_once("annulments", [undo] * 4, ["undo-raced"] * 4)
    settled, annulled = await asyncio.gather(settles, annuls)
    assert all(answer.done for answer in annulled), [answer.body for answer in annulled]
    assert {answer.body["reason"] for answer in settled if not answer.done} <= {"request_barred"}
    assert await hospital.balance_fen(16) == 150_000
    assert len(await hospital.settlements(16)) in {0, 2}


async def test_50_settles_under_one_key_are_one_settlement_though_every_backend_is_killed(hospital: Hospital):
    bill = hospital.bill(await hospital.token(4), 40_000)
    async with asyncio.timeout(WAIT_SECONDS):
        # The person is held here, so the killed are in the middle of settling.
        held = hospital.owner.transaction()
        await held.start()
        await hospital.owner.execute("select from enrolments where person_id = $1 for update", hospital.person_id(4))
        sending = asyncio.create_task(hospital.at_once("settlements", [bill] * 50, ["killed"] * 50))
        await hospital.somebody_waits()
        killed = await hospital.owner.fetchval(
            "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where application_name = 'openyibao'"
        )
        await held.rollback()
        assert killed >= 2
        answers = await sending
    answered = [without_mark(answer.body) for answer in answers if answer.done]
    assert {answer.body["reason"] for answer in answers if not answer.done} <= {"outcome_unknown", "busy"}
    repeats = await hospital.at_once("settlements", [bill] * 2, ["killed"] * 2)
    assert all(answer.done and answer.body["repeated"] for answer in repeats), [answer.body for answer in repeats]
    assert all(body == without_mark(repeats[0].body) for body in [*answered, without_mark(repeats[1].body)])
    assert len(await hospital.settlements(4)) == 1
    assert await hospital.balance_fen(4) == 110_000


async def test_a_batch_that_waited_is_later_than_what_was_settled_meanwhile(hospital: Hospital):
    # Persons are locked in the order of (cell, person): the batch must wait for the first of the two.
    first, second = sorted([21, 22], key=hospital.place_of)
    first_token, (second_token, third_token) = await hospital.token(first), await hospital.tokens(second, 2)
    platform = await open_platform(msgspec.structs.replace(hospital.town.settings, carriers=1), SystemClock())
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            held = hospital.owner.transaction()
            await held.start()
            await hospital.owner.execute(
                "select from enrolments where person_id = $1 for update", hospital.person_id(first)
            )
            requests = [hospital.request(first_token, "waited-a"), hospital.request(second_token, "waited-b")]
            waiting = asyncio.gather(*(platform.lane.submit("settle", request) for request in requests))
            await hospital.somebody_waits()
            # Settled for the second person while the batch with both waits for the first.
            bill = hospital.bill(third_token, 100_000)
            between = await hospital.clients[0].post("settlements", bill, key="between")
            await held.rollback()
            _, late = await waiting
    finally:
        await platform.lane.drain()
        await platform.readers.close()
    rows = await hospital.settlements(second)
    ids = [f"{row['cell']}-{row['settlement_id']}" for row in rows]
    assert ids == [between.body["settlement_id"], f"{late.settlement.cell}-{late.settlement.settlement_id}"]
    undo = {"settlement_id": between.body["settlement_id"], **desk()}
    refused = await hospital.clients[0].post("reversals", undo, key="too-early")
    assert refused.body["reason"] == "later_settlement_exists"


async def test_20_admissions_of_one_person_at_once_are_one_stay(hospital: Hospital):
    admission = {
        "kind": "inpatient",
        "practitioner_code": hospital.doctor,
        "diagnoses": [{"code": "I10.x00", "main": True}],
        "admission": {"ward": "W1", "bed": "1"},
    }
    tokens = await hospital.tokens(5, 20)
    bodies = [{**desk(), "visit_token": token, "encounter": admission} for token in tokens]
    answers = await hospital.at_once("encounters", bodies, [f"admit-{n}" for n in range(20)])
    assert sum(answer.done for answer in answers) == 1
    assert {answer.body["reason"] for answer in answers if not answer.done} == {"stay_open"}
    count = "select count(*) from encounters where person_id = $1"
    assert await hospital.owner.fetchval(count, hospital.person_id(5)) == 1


async def test_10_refunds_and_10_reversals_of_one_settlement_at_once_undo_it_once(hospital: Hospital):
    bill = hospital.bill(await hospital.token(6), 40_000)
    (settled,) = await hospital.at_once("settlements", [bill], ["to-refund"])
    at = {"settlement_id": settled.body["settlement_id"], **desk()}
    refund = {**at, "lines": [{"line_no": 1, "quantity_e4": 5_000, "amount_fen": 20_000}]}
    answers = await asyncio.gather(
        hospital.at_once("refunds", [refund] * 10, [f"refund-{n}" for n in range(10)]),
        hospital.at_once("reversals", [at] * 10, [f"reverse-{n}" for n in range(10)]),
    )
    refunded, reversed_ = (sum(answer.done for answer in some) for some in answers)
    assert refunded + reversed_ == 1
    refused = {answer.body["reason"] for some in answers for answer in some if not answer.done}
    assert refused == {"already_reversed"}
    spent = 0 if reversed_ else 20_000
    assert await hospital.balance_fen(6) == 150_000 - spent
