"""The code on the registered phone, with the person at an institution's counter."""

from __future__ import annotations

from datetime import timedelta

from activation_house import House, number_of, reason_of

from openyibao.rooms.activations import ActivationKey
from openyibao.rooms.bindings import Bound

ZHANG, PHONE = ("张三", number_of(21)), "13800000021"


async def start(house: House, phone: str = PHONE) -> ActivationKey:
    key = await house.begin("institution:5", "institution", "institution:5")
    await house.agree(key)
    assert reason_of(await house.name(key, *ZHANG, kind="institution", phone=phone)) == "done"
    return key


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def test_a_right_code_binds_after_a_wrong_one(house: House) -> None:
    await house.register(*ZHANG, phone=PHONE)
    key = await start(house)
    await house.send_code(key)
    code = await house.last_code()
    refused = await house.code(key, wrong(code))
    assert (refused.code, refused.facts) == ("activation_code_wrong", {"attempts_left": 4})
    assert reason_of(await house.code(key, code)) == "done"
    assert reason_of(await house.code(key, code)) == "activation_step_done"
    assert isinstance(await house.confirm(key), Bound)


async def test_after_five_wrong_codes_the_right_one_opens_nothing(house: House) -> None:
    person = await house.register(*ZHANG, phone=PHONE)
    key = await start(house)
    await house.send_code(key)
    code = await house.last_code()
    for _ in range(5):
        assert reason_of(await house.code(key, wrong(code))) == "activation_code_wrong"
    assert reason_of(await house.code(key, code)) == "activation_over"
    assert (await house.credential(person)).state == "issued"


async def test_five_codes_an_hour_and_no_sixth(house: House) -> None:
    await house.register(*ZHANG, phone=PHONE)
    for _ in range(5):
        assert reason_of(await house.send_code(await start(house))) == "done"
    assert reason_of(await house.send_code(await start(house))) == "activation_too_often"
    house.clock.move(timedelta(hours=1))
    assert reason_of(await house.send_code(await start(house))) == "done"


async def test_another_phone_than_the_registered_one_is_no_match(house: House) -> None:
    await house.register(*ZHANG, phone=PHONE)
    key = await house.begin("institution:5", "institution", "institution:5")
    await house.agree(key)
    named = await house.name(key, *ZHANG, kind="institution", phone="13900000000")
    assert reason_of(named) == "person_not_matched"


async def test_a_code_before_one_was_sent_is_none(house: House) -> None:
    await house.register(*ZHANG, phone=PHONE)
    assert reason_of(await house.code(await start(house), "123456")) == "activation_step_foreign"
