"""Calls to the hotline are kept, proved or not; a stranger who tries is stopped for the day, and verify holds the log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from journey_house import House

from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings
from openyibao.rooms.bindings import HotlineFact, NewCall

OFFICER, PERSON = "5:op3", 6
ASKED = (HotlineFact.registered_phone, HotlineFact.insured_area, HotlineFact.last_visit)


async def call(house: House, *right: HotlineFact, **fields: Any) -> Any:
    who = house.prepared.installed.persons[PERSON]
    given = {
        "facts_asked": ASKED,
        "facts_right": right,
        "call_back_number": "13800000000",
        "institution_id": 5,
        "officer": OFFICER,
        "why": "phone lost",
        **fields,
    }
    new = NewCall(bucket=who.bucket, person_id=who.person_id, **given)
    return await house.work(lambda tx: bindings.take_call(tx, house.clock, house.platform.sealer, new=new))


def told(answer: Any) -> str:
    return answer.code if isinstance(answer, Refused) else "done"


async def test_two_facts_prove_a_caller_for_a_quarter_of_an_hour_to_one_officer(house: House) -> None:
    one = await call(house, *ASKED[:2], HotlineFact.relative)
    assert (one.proved, one.facts_right) == (True, (HotlineFact.insured_area, HotlineFact.registered_phone))
    name = {"bucket": one.bucket, "call_id": one.call_id}
    async with house.platform.readers.reading() as reading:
        assert await bindings.find_call(reading, house.clock, **name, officer=OFFICER) == one
        assert await bindings.find_call(reading, house.clock, **name, officer="5:op4") is None
        house.clock.move(timedelta(minutes=15))
        assert await bindings.find_call(reading, house.clock, **name, officer=OFFICER) is None
        listed = await bindings.list_calls(reading, house.clock, institution_id=5)
        assert [each.call_id for each in listed] == [one.call_id]
        assert await bindings.list_calls(reading, house.clock, institution_id=6) == []
    assert (await house.verify()).faults == []


async def test_three_calls_that_prove_nothing_end_the_day(house: House) -> None:
    assert told(await call(house, why=" ")) == "caller_not_proved"
    for _ in range(3):
        assert not (await call(house, ASKED[0])).proved
    assert told(await call(house, *ASKED)) == "calls_too_many"
    house.clock.move(timedelta(days=1))
    assert (await call(house, *ASKED)).proved


async def test_verify_names_a_call_that_was_altered(house: House) -> None:
    await call(house, ASKED[0])
    await house.tamper("update hotline_calls set officer = '5:op9'")
    assert [fault.kind for fault in (await house.verify()).faults] == ["row_altered"]
