"""Devices of a credential: named, listed with their last use, ended in every way; a lost phone."""

from __future__ import annotations

from typing import Any

import pytest
from journey_house import House

from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings
from openyibao.rooms.bindings import Binding, Bound, HotlineAct, HotlineFact, LostCall, UnbindGround
from openyibao.rooms.presentation import Presentation

WHO = 8
FACTS = (HotlineFact.registered_phone, HotlineFact.last_visit)


async def bind(house: House, name: str = "second phone", **more: Any) -> Any:
    return await house.bind_device(WHO, name, **more)


async def devices(house: House) -> list[bindings.Device]:
    binding = (await house.bind(WHO)).binding
    async with house.platform.readers.reading() as reading:
        return await bindings.list_devices(reading, bucket=binding.bucket, credential_id=binding.credential_id)


async def call(house: House, *, keep: tuple[int, ...] = (), **fields: Any) -> Any:
    who = house.prepared.installed.persons[WHO]
    said = {"facts_checked": FACTS, "call_back_number": "13800000000", "officer": "hotline-7", "why": "phone lost"}
    lost = LostCall(**{**said, **fields})

    async def run(tx: Tx) -> Any:
        return await bindings.unbind_by_hotline(
            tx,
            house.clock,
            house.platform.sealer,
            bucket=who.bucket,
            person_id=who.person_id,
            call=lost,
            keep=keep,
        )

    return await house.work(run)


async def test_a_device_is_named_and_its_last_use_is_told(house: House) -> None:
    await house.bind(WHO)
    second = await bind(house)
    house.move_on()
    presented = await house.scan(await house.show(WHO))
    assert isinstance(presented, Presentation)

    async def run(tx: Tx) -> Any:
        name = {"bucket": second.binding.bucket, "binding_id": second.binding.binding_id}
        await bindings.rename(tx, **name, device_name=" 爸爸的手机 ", actor="person")
        return await bindings.rename(tx, **name, device_name="爸爸的旧手机", actor="person")

    renamed = await house.work(run)
    assert isinstance(renamed, Binding)
    first, other = await devices(house)
    assert (first.last_used_at, first.last_institution_id) == (house.clock.now(), house.hospital.institution_id)
    assert first.last_purpose == "settlement"
    assert (other.last_used_at, other.binding.device_name) == (None, "爸爸的旧手机")
    assert (await house.verify()).faults == []
    await house.tamper("update bindings set device_name = 'x' where renames = 2")
    assert any(fault.where.startswith("binding ") for fault in (await house.verify()).faults)


async def test_so_many_bindings_and_no_more(house: House) -> None:
    await house.bind(WHO)
    for _ in range(2):
        assert isinstance(await bind(house, most=3), Bound)
    refused = await bind(house, most=3)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.facts["most"]) == ("bindings_too_many", 3)


async def test_a_lost_phone_is_ended_by_a_call_and_what_is_kept_stays(house: House) -> None:
    lost = (await house.bind(WHO)).binding
    kept = await bind(house)
    house.move_on()
    code = await house.show(WHO)
    act = await call(house, keep=(kept.binding.binding_id,))
    assert isinstance(act, HotlineAct)
    assert act.bindings_ended == (lost.binding_id,)
    refused = await house.scan(code)
    assert isinstance(refused, Refused)
    assert refused.code == "code_not_valid"
    (left,) = await devices(house)
    assert left.binding.binding_id == kept.binding.binding_id
    (row,) = await house.rows("select officer, why, facts_checked, call_back_digest from hotline_acts")
    assert (row["officer"], row["why"], sorted(row["facts_checked"])) == (
        "hotline-7",
        "phone lost",
        sorted(fact.value for fact in FACTS),
    )
    assert b"13800000000" not in row["call_back_digest"]
    (ended,) = await house.rows("select end_ground from bindings where state = 'ended'")
    assert ended["end_ground"] == UnbindGround.hotline
    assert (await house.verify()).faults == []
    await house.tamper("update hotline_acts set officer = 'somebody'")
    assert [fault.kind for fault in (await house.verify()).faults] == ["row_altered"]


@pytest.mark.parametrize(
    "fields",
    [
        {"facts_checked": ()},
        {"facts_checked": (HotlineFact.last_visit, HotlineFact.last_visit)},
        {"call_back_number": " "},
        {"why": ""},
    ],
)
async def test_a_caller_who_is_not_proved_ends_nothing(house: House, fields: Any) -> None:
    await house.bind(WHO)
    refused = await call(house, **fields)
    assert isinstance(refused, Refused)
    assert refused.code == "caller_not_proved"
    assert len(await devices(house)) == 1


async def test_a_call_with_nothing_to_end_says_so(house: House) -> None:
    refused = await call(house)
    assert isinstance(refused, Refused)
    assert refused.code == "binding_unknown"
