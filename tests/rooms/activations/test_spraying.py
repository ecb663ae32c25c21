"""A stranger with a list of documents, many devices and many addresses: ten thousand tries find out nearly nothing."""

from __future__ import annotations

from typing import Any

import pytest
from activation_house import House, number_of, reason_of

from openyibao.rooms.activations import Origin
from openyibao.rooms.activations.limits import CHANNEL_PARTS
from openyibao.rooms.activations.rules import SUBJECT_LIMITS

TRIES = 10_000


async def spray(house: House, tries: int, **varied: bool) -> dict[str, int]:
    """Try names on documents; what varies is new with each try. How often each answer came."""
    told: dict[str, int] = {}
    key = None
    for n in range(tries):
        if key is None or n % 4 == 0:
            key = await house.begin(f"session-{n}")
            await house.agree(key)
        origin = Origin(
            device=f"device-{n if varied['device'] else 0}",
            address=f"198.51.{n // 250}.{n % 250}" if varied["address"] else "198.51.100.7",
            channel_code="wallet",
        )
        number = number_of(n % 1000, f"19{50 + n // 1000:02d}0101") if varied["document"] else number_of(1)
        answer = reason_of(await house.name(key, "赵错", number, origin=origin))
        told[answer] = told.get(answer, 0) + 1
    return told


@pytest.mark.parametrize(
    ("varied", "most"),
    [
        ({"device": False, "address": False, "document": True}, 10),
        ({"device": True, "address": False, "document": True}, SUBJECT_LIMITS["channel"]),
        ({"device": True, "address": True, "document": False}, SUBJECT_LIMITS["document"]),
    ],
)
async def test_a_device_an_address_and_a_document_are_each_tried_so_often(
    house: House, varied: dict[str, bool], most: int
) -> None:
    told = await spray(house, 200, **varied)
    assert told["person_not_matched"] == most
    assert told["activation_tries_exhausted"] == 200 - most


async def test_ten_thousand_tries_over_many_documents_devices_and_addresses_are_stopped(house: House) -> None:
    told = await spray(house, TRIES, device=True, address=True, document=True)
    judged = told["person_not_matched"] + told.get("done", 0)
    assert judged <= CHANNEL_PARTS * SUBJECT_LIMITS["channel"]
    assert told["activation_tries_exhausted"] >= TRIES - CHANNEL_PARTS * SUBJECT_LIMITS["channel"]


async def test_a_stopped_stranger_keeps_nobody_from_the_counter(house: House) -> None:
    await house.register("张三", number_of(1))
    await spray(house, 20, device=True, address=True, document=False)
    key = await house.begin()
    await house.agree(key)
    assert reason_of(await house.name(key, "张三", number_of(1))) == "activation_tries_exhausted"
    desk = await house.begin("officer", "counter", "counter:5")
    await house.agree(desk)
    assert reason_of(await house.name(desk, "张三", number_of(1), kind="counter")) == "done"


async def test_an_unknown_number_and_a_wrong_name_ask_the_database_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.register("张三", number_of(1))
    key = await house.begin()
    await house.agree(key)
    asked: list[str] = []
    for verb in ("fetch", "fetchrow", "execute"):
        real = getattr(house.tx, verb)

        async def counted(sql: str, *args: Any, real: Any = real) -> Any:
            asked.append(sql)
            return await real(sql, *args)

        monkeypatch.setattr(house.tx, verb, counted)
    seen = []
    for number in (number_of(1), number_of(3)):
        assert reason_of(await house.name(key, "赵错", number)) == "person_not_matched"
        seen.append(list(asked))
        asked.clear()
    assert seen[0] == seen[1]
    assert seen[0]
