"""What a terminal took without a network: bounded, sent in once, held against its half minute, double use named (N3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from journey_house import House
from test_account_years import set_area

from openyibao.kit.outcome import Refused
from openyibao.rooms import acceptances, credentials
from openyibao.rooms.acceptances import OfflineRequest, Taken
from openyibao.rooms.institutions import Institution
from openyibao.rooms.presentation import Purpose
from openyibao.rooms.settlement import Settled

WHO = 9


async def taken(house: House, person: int = WHO, place: Institution | None = None, **fields: Any) -> OfflineRequest:
    """What a terminal without a network writes down when the person shows their code."""
    house.move_on()
    given = {
        "code": await house.show(person),
        "taken_at": house.clock.now(),
        "amount_fen": 12_300,
        "institution_id": (place or house.hospital).institution_id,
        "terminal_code": "T01",
        "operator_code": "op1",
        "purpose": Purpose.settlement,
        "request_key": f"offline-{house.key()}",
        **fields,
    }
    return OfflineRequest(**given)


async def send(house: House, request: OfflineRequest) -> Any:
    return await house.platform.lane.submit("sync_offline", request)


async def code_of(house: House, request: OfflineRequest) -> str:
    answer = await send(house, request)
    return answer.code if isinstance(answer, Refused) else "accepted"


async def test_taken_without_a_network_sent_in_a_day_later_and_settled(house: House) -> None:
    request = await taken(house)
    house.clock.move(timedelta(hours=20))
    answer = await send(house, request)
    assert isinstance(answer, Taken), answer
    assert (answer.amount_fen, answer.repeated) == (12_300, False)
    again = await send(house, request)
    assert (again.shown.visit_token, again.repeated) == (answer.shown.visit_token, True)
    lines = (house.line(amount_fen=12_300),)
    bill = await house.settle(answer.shown.visit_token, encounter=house.visit(), items=lines)
    assert isinstance(bill, Settled), bill
    async with house.platform.readers.reading() as reading:
        (kept,) = await acceptances.list_of_institution(reading, house.clock, institution_id=request.institution_id)
    assert (kept.state, kept.amount_fen, kept.taken_at) == ("accepted", 12_300, request.taken_at)
    assert request.code.encode() not in msgspec.msgpack.encode(kept)


async def test_one_code_taken_at_two_places_is_settled_once_and_the_other_is_told_where_and_when(house: House) -> None:
    first = await taken(house)
    second = msgspec.structs.replace(
        first,
        institution_id=house.other_hospital.institution_id,
        taken_at=first.taken_at + timedelta(seconds=20),
        request_key="other-place-1",
    )
    house.clock.move(timedelta(hours=1))
    assert isinstance(await send(house, first), Taken)
    answer = await send(house, second)
    assert answer.code == "offline_used_elsewhere"
    assert answer.facts["institution"] == house.hospital.name
    assert answer.facts["terminal"] == "T01"
    assert house.hospital.name in answer.sentence("zh")
    assert await send(house, second) == answer


async def test_a_code_scanned_with_a_network_is_not_taken_elsewhere_without_one(house: House) -> None:
    request = await taken(house)
    await house.scan(request.code, place=house.other_hospital)
    assert await code_of(house, request) == "offline_used_elsewhere"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"amount_fen": 50_001}, "offline_over_amount"),
        ({"amount_fen": 50_000}, "accepted"),
        ({"code": "4" * 28}, "code_other_issuer"),
    ],
)
async def test_what_is_over_the_bound_or_no_code_is_refused_and_stays_so(
    house: House, fields: Any, reason: str
) -> None:
    request = await taken(house, **fields)
    assert await code_of(house, request) == reason
    assert await code_of(house, request) == reason


async def test_a_day_has_so_many_and_no_more(house: House) -> None:
    await set_area(house, offline_count_max=2)
    assert [await code_of(house, await taken(house, person)) for person in (9, 10)] == ["accepted", "accepted"]
    assert await code_of(house, await taken(house, 11)) == "offline_too_many"
    assert await code_of(house, await taken(house, 11, terminal_code="T02")) == "accepted"


async def test_an_area_may_let_nothing_be_taken_without_a_network(house: House) -> None:
    await set_area(house, offline_amount_fen_max=0)
    assert await code_of(house, await taken(house)) == "offline_over_amount"


async def test_too_late_and_from_the_future(house: House) -> None:
    early = await taken(house)
    house.clock.move(timedelta(days=3))
    assert await code_of(house, early) == "offline_too_late"
    ahead = msgspec.structs.replace(await taken(house), taken_at=house.clock.now() + timedelta(minutes=3))
    assert await code_of(house, ahead) == "offline_from_future"


async def test_a_code_is_held_against_the_half_minute_it_was_taken_in(house: House) -> None:
    """An old picture of a code does not become good by being sent in as if it had just been shown."""
    request = await taken(house)
    house.clock.move(timedelta(minutes=3))
    late = msgspec.structs.replace(request, taken_at=house.clock.now(), request_key="a-later-moment")
    assert await code_of(house, late) == "code_expired"
    other_hour = msgspec.structs.replace(
        request, taken_at=request.taken_at - timedelta(hours=2), request_key="an-earlier-moment"
    )
    assert await code_of(house, other_hour) == "code_not_valid"


async def test_the_same_key_with_another_amount_is_a_conflict(house: House) -> None:
    request = await taken(house)
    assert await code_of(house, request) == "accepted"
    assert await code_of(house, msgspec.structs.replace(request, amount_fen=1)) == "key_conflict"


async def test_who_was_suspended_meanwhile_is_refused(house: House) -> None:
    request = await taken(house)
    who = house.prepared.installed.persons[WHO]
    await house.work(
        lambda tx: credentials.suspend(tx, house.clock, bucket=who.bucket, person_id=who.person_id, actor="agency")
    )
    assert await code_of(house, request) == "credential_suspended"


async def test_the_counter_of_bad_codes_counts_what_is_sent_in_too(house: House) -> None:
    request = await taken(house)
    forged = request.code[:13] + f"{(int(request.code[13:22]) + 1) % 10**9:09d}" + request.code[22:]
    answers = [
        await code_of(house, msgspec.structs.replace(request, code=forged, request_key=f"forged-{number}-x"))
        for number in range(11)
    ]
    assert answers == ["code_not_valid"] * 10 + ["too_many_bad_codes"]
