"""Signals from what is kept: resumable, each once, contestable, blocking only where the area says so (S4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from journey_house import House
from test_account_years import set_area
from test_family_pages import phone_of

from openyibao.fronts.shared import watching
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials, disputes, signals
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.presentation import Purpose
from openyibao.rooms.signals import Signal, SignalFinding, SignalKind

WHO = 12


async def used_twice(house: House, person: int = WHO) -> None:
    """The person's code is scanned here, and its picture at another place."""
    house.move_on()
    code = await house.show(person)
    await house.scan(code)
    answer = await house.scan(code, place=house.other_hospital)
    assert answer.code == "code_already_used"


async def read_all(house: House) -> int:
    """Let the job read until nothing is left; how many signals are new."""
    house.clock.move(timedelta(minutes=6))
    raised = 0
    for _ in range(500):
        done = await watching.read_signals(house.platform)
        raised += done.raised
        if not done.behind:
            return raised
    raise AssertionError("the job does not come to an end")


async def mine(house: House, person: int = WHO) -> list[Signal]:
    who = house.prepared.installed.persons[person]
    async with house.platform.readers.reading() as reading:
        return await signals.list_of_person(reading, bucket=who.bucket, person_id=who.person_id)


async def state(house: House, person: int = WHO) -> str:
    who = house.prepared.installed.persons[person]
    async with house.platform.readers.reading() as reading:
        found = await credentials.find_credential(reading, bucket=who.bucket, person_id=who.person_id)
    assert found is not None
    return found.state.value


async def judged(house: House, one: Signal, finding: SignalFinding, **fields: Any) -> Any:
    given = {"officer": "officer-1", "why": "called the hospital", **fields}
    return await watching.judge_signal(
        house.platform, bucket=one.bucket, signal_id=one.signal_id, finding=finding, **given
    )


async def test_a_code_shown_twice_is_a_signal_once_however_often_it_is_read(house: House) -> None:
    await used_twice(house)
    assert await read_all(house) == 1
    (signal,) = await mine(house)
    assert (signal.kind, signal.blocked, signal.finding) == (SignalKind.code_shown_twice, False, None)
    assert [fact["institution_id"] for fact in signal.evidence] == [
        house.hospital.institution_id,
        house.other_hospital.institution_id,
    ]
    await house.work(
        lambda tx: tx.execute("update signal_reads set read_until = $1", signal.raised_at - timedelta(days=2))
    )
    assert await read_all(house) == 0
    assert await state(house) == "activated"


async def test_a_job_that_is_broken_off_goes_on_where_it_was(house: House) -> None:
    await read_all(house)
    await used_twice(house)
    house.clock.move(timedelta(hours=3))
    first = await watching.read_signals(house.platform)
    assert first.behind
    second = await watching.read_signals(house.platform)
    assert second.read_until == first.read_until + timedelta(hours=1)
    assert first.raised + second.raised + await read_all(house) == 1


async def test_only_an_area_that_says_so_stops_the_codes_until_the_agency_has_looked(house: House) -> None:
    await set_area(house, signals_that_block=["code_shown_twice"])
    await used_twice(house)
    await read_all(house)
    (signal,) = await mine(house)
    assert signal.blocked
    assert await state(house) == "suspended"
    house.move_on()
    assert (await house.scan(await house.show(WHO))).code == "credential_suspended"
    done = await judged(house, signal, SignalFinding.explained)
    assert done.finding is SignalFinding.explained
    assert await state(house) == "activated"


async def test_a_confirmed_signal_leaves_the_credential_stopped(house: House) -> None:
    await set_area(house, signals_that_block=["code_shown_twice"])
    await used_twice(house)
    await read_all(house)
    (signal,) = await mine(house)
    await judged(house, signal, SignalFinding.confirmed)
    assert await state(house) == "suspended"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"officer": " "}, "signal_why_missing"), ({"why": ""}, "signal_why_missing"), ({}, "signal_judged")],
)
async def test_a_signal_is_judged_once_by_somebody_with_a_reason(house: House, fields: Any, reason: str) -> None:
    await used_twice(house)
    await read_all(house)
    (signal,) = await mine(house)
    if not fields:
        await judged(house, signal, SignalFinding.confirmed)
    answer = await judged(house, signal, SignalFinding.explained, **fields)
    assert isinstance(answer, Refused)
    assert answer.code == reason


async def test_a_signal_that_is_not_there_is_unknown(house: House) -> None:
    answer = await watching.judge_signal(
        house.platform, bucket=1, signal_id=1, finding=SignalFinding.explained, officer="a", why="b"
    )
    assert isinstance(answer, Refused)
    assert answer.code == "signal_unknown"


async def test_the_person_sees_it_in_the_log_and_can_dispute_it(house: House) -> None:
    await used_twice(house)
    await read_all(house)
    phone = await phone_of(house, WHO)
    shown = (await phone.http.get("/wallet/log")).text
    assert "异常提醒：同一个码在别处又被出示" in shown
    assert "不是结论" in shown
    who = house.prepared.installed.persons[WHO]
    async with house.platform.readers.reading() as reading:
        assert (
            await disputes.list_disputes(reading, house.platform.sealer, bucket=who.bucket, person_id=who.person_id)
            == []
        )


async def test_the_list_leaves_a_look_at_each_person_and_needs_a_reason(house: House) -> None:
    await used_twice(house)
    await read_all(house)
    with pytest.raises(ValueError, match="reason"):
        await watching.waiting_signals(house.platform, officer="officer-1", why=" ")
    found = await watching.waiting_signals(house.platform, officer="officer-1", why="weekly round")
    assert [one.kind for one in found] == [SignalKind.code_shown_twice]
    phone = await phone_of(house, WHO)
    assert "weekly round" in (await phone.http.get("/wallet/log")).text


async def test_refused_again_and_again_is_one_signal_a_day(house: House) -> None:
    house.move_on()
    old = await house.show(WHO)
    house.clock.move(timedelta(minutes=2))
    for number in range(7):
        assert (await house.scan(old, terminal_code=f"T{number}")).code == "code_expired"
    await read_all(house)
    (signal,) = await mine(house)
    assert (signal.kind, signal.evidence[0]) == (SignalKind.repeated_refusals, {"refusals": 7})


async def test_a_drug_bought_at_three_places_within_a_week_is_a_signal(house: House) -> None:
    drug = next(
        row.item_code
        for row in house.prepared.population.catalogue
        if row.item_code[0] in "XZ" and not row.trace_due and not row.restricted
    )
    places = [*house.pharmacies[:2], house.hospital]
    for place in places:
        house.clock.move(timedelta(hours=5))
        pharmacy = place is not house.hospital
        purpose = Purpose.pharmacy_purchase if pharmacy else Purpose.settlement
        kind = EncounterKind.pharmacy if pharmacy else EncounterKind.outpatient
        line = house.line(practitioner_code=house.doctor(place), item_code=drug)
        token = await house.token(WHO, place=place, purpose=purpose)
        bill = await house.settle(token, place=place, encounter=house.visit(kind, place=place), items=(line,))
        assert not isinstance(bill, Refused), bill
    await read_all(house)
    (signal,) = await mine(house)
    assert signal.kind is SignalKind.drug_resale
    assert {fact["institution_id"] for fact in signal.evidence} == {one.institution_id for one in places}
