"""A freeze is lifted and a forgotten password set anew by who proves to be the person, and by nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from journey_house import House
from proof_house import OTHER, PASSWORD, ProofHouse, challenge_in, code_in
from test_account_pages import Phone

from openyibao.fronts.shared import checking
from openyibao.kit.outcome import Refused
from openyibao.recovering import clear_once
from openyibao.rooms.checks import CheckAct, CheckKey, NewCheck
from openyibao.rooms.presentation import Presentation

PERSON = 3


@pytest.fixture
def mine(house: House) -> ProofHouse:
    return ProofHouse(house, PERSON)


async def begin(mine: ProofHouse, act: CheckAct = CheckAct.lift_freeze) -> Any:
    new = NewCheck(**mine.named, act=act, asked_by="self:1")
    return await checking.begin_check(mine.platform, new)


async def face(mine: ProofHouse, key: CheckKey) -> Any:
    check = await checking.find_check(mine.platform, key)
    if isinstance(check, Refused):
        return check
    challenge_id = f"c-{check.reference}"
    return await checking.prove_by_face(mine.platform, key, challenge_id=challenge_id, capture=b"")


def told(answer: Any) -> str:
    return answer.code if isinstance(answer, Refused) else "done"


async def by_face(phone: Phone, page: str, act: str) -> Any:
    """From a page's button through the face; the answer of the face."""
    begun = await phone.send(page, "/check/begin", act=act)
    assert (begun.status_code, begun.headers["location"]) == (303, "/wallet/check"), begun.text
    challenge = challenge_in(await phone.see("/check"))
    return await phone.send("/check", "/check/face", challenge=challenge)


async def test_a_password_lifts_the_freeze_and_the_code_is_taken_again(mine: ProofHouse) -> None:
    await mine.choose_password()
    phone = await mine.phone()
    assert (await phone.send("/freeze", "/freeze")).status_code == 303
    assert "请输入" not in await phone.see("/freeze")
    wrong = await phone.send("/freeze", "/freeze/lift", password=OTHER)
    assert (wrong.status_code, code_in(wrong.text)) == (422, "password_wrong")
    assert await mine.frozen()
    lifted = await phone.send("/freeze", "/freeze/lift", password=PASSWORD)
    assert "check_lifted" in lifted.text
    assert not await mine.frozen()
    assert isinstance(await mine.house.scan(await mine.house.show(PERSON)), Presentation)
    again = await phone.send("/freeze", "/freeze/lift", password=PASSWORD)
    assert code_in(again.text) == "not_frozen"
    log = await phone.see("/log")
    assert "冻结已解除（口令）" in log
    assert (await mine.house.verify()).faults == []


async def test_wrong_passwords_lock_that_way_alone_and_the_face_still_lifts(mine: ProofHouse) -> None:
    await mine.choose_password()
    await mine.freeze()
    phone = await mine.phone()
    for _ in range(5):
        refused = await phone.send("/freeze", "/freeze/lift", password=OTHER)
    assert code_in(refused.text) == "way_locked"
    assert code_in((await phone.send("/freeze", "/freeze/lift", password=PASSWORD)).text) == "way_locked"
    assert "check_lifted" in (await by_face(phone, "/freeze", "lift_freeze")).text
    assert not await mine.frozen()
    assert "冻结已解除（刷脸）" in await phone.see("/log")
    assert (await mine.house.verify()).faults == []


async def test_another_face_and_a_picture_lift_nothing(mine: ProofHouse) -> None:
    await mine.freeze()
    phone = await mine.phone()
    for says, code in (("another_person", "face_not_same"), ("not_alive", "face_not_alive")):
        mine.provider.says = says
        assert code_in((await by_face(phone, "/freeze", "lift_freeze")).text) == code
    mine.provider.says, mine.provider.reference = "pass", "f" * 32
    assert code_in((await by_face(phone, "/freeze", "lift_freeze")).text) == "check_of_another"
    mine.provider.says, mine.provider.reference = "away", None
    away = await phone.http.get("/wallet/check")
    assert code_in(away.text) == "faces_away"
    assert await mine.frozen()


async def test_a_check_ends_by_wrong_faces_by_time_and_by_its_act(mine: ProofHouse) -> None:
    await mine.freeze()
    key = await begin(mine)
    mine.provider.says = "not_alive"
    for _ in range(5):
        assert told(await face(mine, key)) == "face_not_alive"
    mine.provider.says = "pass"
    assert told(await face(mine, key)) == "check_over"
    key = await begin(mine)
    assert told(await checking.lift_by_check(mine.platform, key, actor="self:1")) == "check_incomplete"
    assert told(await checking.send_code(mine.platform, key)) == "check_way_foreign"
    stranger = CheckKey(bucket=key.bucket, check_id=key.check_id, holder="x" * 32)
    assert told(await face(mine, stranger)) == "check_unknown"
    assert told(await face(mine, CheckKey(bucket=1, check_id=1, holder="x"))) == "check_unknown"
    mine.house.clock.move(timedelta(minutes=15))
    assert told(await face(mine, key)) == "check_expired"
    key = await begin(mine)
    assert told(await face(mine, key)) == "done"
    assert told(await face(mine, key)) == "check_way_foreign"
    assert told(await checking.lift_by_check(mine.platform, key, actor="self:1")) == "done"
    await mine.freeze()
    assert told(await checking.lift_by_check(mine.platform, key, actor="self:1")) == "check_unknown"
    assert await mine.frozen(), "a proof is spent once"


async def test_a_proof_of_one_act_is_none_of_another_and_a_refused_act_spends_none(mine: ProofHouse) -> None:
    key = await begin(mine)
    assert told(await face(mine, key)) == "done"
    assert told(await checking.lift_by_check(mine.platform, key, actor="self:1")) == "not_frozen"
    bound = await mine.house.bind(PERSON)
    reset = await checking.reset_by_check(mine.platform, key, bound.binding, password=OTHER, end_others=False)
    assert told(reset) == "check_unknown"
    await mine.freeze()
    assert told(await checking.lift_by_check(mine.platform, key, actor="self:1")) == "done"


async def test_so_many_checks_an_hour_and_a_locked_face_begins_none(mine: ProofHouse) -> None:
    for _ in range(8):
        assert told(await begin(mine)) == "done"
    assert told(await begin(mine)) == "checks_too_many"
    mine.house.clock.move(timedelta(hours=1, seconds=1))
    key = await begin(mine)
    mine.provider.says = "another_person"
    for _ in range(5):
        await face(mine, key)
    assert told(await begin(mine)) == "way_locked"


async def test_a_forgotten_password_takes_face_and_message_and_all_devices_are_told(mine: ProofHouse) -> None:
    await mine.choose_password()
    other = await mine.phone(await mine.house.bind_device(PERSON, "second phone"))
    phone = await mine.phone()
    after = await by_face(phone, "/security", "reset_password")
    assert after.headers["location"] == "/wallet/check"
    page = await phone.see("/check")
    assert "****" in page
    wrong = f"{(int(await mine.last_code()) + 1) % 10**6:06d}"
    refused = await phone.send("/check", "/check/code", code=wrong)
    assert code_in(refused.text) == "activation_code_wrong"
    early = await phone.send("/check", "/check/password", password=OTHER, password_again=OTHER)
    assert code_in(early.text) == "check_incomplete"
    first = await mine.last_code()
    sent = await phone.send("/check", "/check/send")
    assert "check_code_sent" in sent.text
    assert code_in((await phone.send("/check", "/check/code", code=first)).text) == "activation_code_wrong"
    assert (await phone.send("/check", "/check/code", code=await mine.last_code())).status_code == 303
    weak = await phone.send("/check", "/check/password", password="123456", password_again="123456")
    assert code_in(weak.text) == "password_simple"
    differ = await phone.send("/check", "/check/password", password=OTHER, password_again=PASSWORD)
    assert code_in(differ.text) == "check_differs"
    # The box that ends the other devices is not ticked.
    done = await phone.send("/check", "/check/password", password=OTHER, password_again=OTHER, end_others="")
    assert "check_reset_alone" in done.text
    assert (await phone.http.get("/wallet/check")).headers["location"] == "/wallet/rights"
    assert "已重设" in (await mine.messages())[-1]
    for each in (phone, other):
        assert "口令已于" in await each.see("/code"), "every device says so"
    assert "口令已重设" in await phone.see("/log?group=changes")
    await mine.freeze()
    old = await phone.send("/freeze", "/freeze/lift", password=PASSWORD)
    assert code_in(old.text) == "password_wrong"
    assert "check_lifted" in (await other.send("/freeze", "/freeze/lift", password=OTHER)).text
    assert await mine.bindings_active() == 2
    mine.house.clock.move(timedelta(days=8))
    assert "口令已于" not in await phone.see("/code")
    assert (await mine.house.verify()).faults == []


async def test_who_fears_theft_ends_the_other_devices_with_the_reset(mine: ProofHouse) -> None:
    await mine.choose_password()
    other = await mine.phone(await mine.house.bind_device(PERSON, "stolen phone"))
    phone = await mine.phone()
    assert "医保码" in await other.see("/code")
    await by_face(phone, "/security", "reset_password")
    await phone.send("/check", "/check/code", code=await mine.last_code())
    done = await phone.send("/check", "/check/password", password=OTHER, password_again=OTHER, end_others="yes")
    assert "已解除 1 台其他设备" in done.text
    assert (await other.http.get("/wallet/code")).headers["location"] == "/wallet/start"
    assert await mine.bindings_active() == 1
    (row,) = await mine.house.rows("select ways, devices_ended from password_resets")
    assert (list(row[0]), row[1]) == (["live_face", "phone_code"], 1)
    assert (await mine.house.verify()).faults == []


async def test_without_a_registered_phone_a_counter_resets(mine: ProofHouse) -> None:
    await mine.house.tamper("update persons set phone_sealed = null where person_id = $1", mine.who.person_id)
    assert told(await begin(mine, CheckAct.reset_password)) == "check_no_phone"


async def test_verify_names_a_reset_that_was_altered_or_removed(mine: ProofHouse) -> None:
    phone = await mine.phone()
    await by_face(phone, "/security", "reset_password")
    await phone.send("/check", "/check/code", code=await mine.last_code())
    await phone.send("/check", "/check/password", password=OTHER, password_again=OTHER)
    assert (await mine.house.verify()).faults == []
    await mine.house.tamper("update password_resets set asked_by = 'nobody'")
    assert [fault.kind for fault in (await mine.house.verify()).faults] == ["row_altered"]
    await mine.house.tamper("delete from password_resets")
    assert [fault.kind for fault in (await mine.house.verify()).faults] == ["row_missing"]


async def test_checks_are_cleared_away_an_hour_after_their_end(mine: ProofHouse) -> None:
    await begin(mine)
    mine.house.clock.move(timedelta(hours=1))
    await clear_once(mine.platform)
    assert len(await mine.house.rows("select from identity_checks")) == 1
    mine.house.clock.move(timedelta(minutes=16))
    await clear_once(mine.platform)
    assert await mine.house.rows("select from identity_checks") == []
