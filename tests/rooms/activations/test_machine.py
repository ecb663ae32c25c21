"""An activation as its owner and as a stranger meet it: in order, out of order, twice, in another's name, too late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from activation_house import AGREEMENT, PASSWORD, SHANGHAI, House, number_of, reason_of

from openyibao.kit.outcome import Refused
from openyibao.rooms import activations, bindings, credentials
from openyibao.rooms.activations import ActivationKey, Way
from openyibao.rooms.activations.locks import refuse_way
from openyibao.rooms.bindings import Bound

ZHANG, LI = ("张三", number_of(1)), ("李四", number_of(3))


async def to_password(house: House, key: ActivationKey, who: tuple[str, str] = ZHANG) -> None:
    for step in (house.agree(key), house.name(key, *who), house.face(key), house.confirm(key)):
        assert reason_of(await step) == "done"


async def test_the_whole_way_binds_and_keeps_what_was_agreed_to(house: House) -> None:
    person = await house.register(*ZHANG)
    key = await house.begin()
    await to_password(house, key)
    assert (await house.credential(person)).state == "issued"
    bound = await house.password(key)
    assert isinstance(bound, Bound)
    assert (await house.credential(person)).state == "activated"
    agreed = await activations.list_agreements(house.tx, bucket=person[0], person_id=person[1])
    assert [(one.agreement, one.proof, one.channel_code) for one in agreed] == [(AGREEMENT, "live_face", "wallet")]
    kinds = [event.kind for event in house.tx.audit]
    assert {"activation_started", "credential_bound", "activation_agreed", "password_set"} <= set(kinds)


async def test_no_step_may_be_taken_early_or_twice(house: House) -> None:
    await house.register(*ZHANG)
    key = await house.begin()
    acts: dict[str, Any] = {
        "agree": lambda: house.agree(key),
        "name": lambda: house.name(key, *ZHANG),
        "face": lambda: house.face(key),
        "confirm": lambda: house.confirm(key),
        "password": lambda: house.password(key),
    }
    for at, now in enumerate(acts):
        for other, act in enumerate(acts.values()):
            if other != at:
                expected = "activation_step_done" if other < at else "activation_step_early"
                assert reason_of(await act()) == expected, (now, other)
        assert reason_of(await acts[now]()) == "done", now
    for act in acts.values():
        assert reason_of(await act()) == "activation_unknown"


async def test_another_device_and_another_activation_open_nothing(house: House) -> None:
    await house.register(*ZHANG)
    await house.register(*LI)
    mine, theirs = await house.begin("phone-1"), await house.begin("phone-2")
    stolen = ActivationKey(bucket=mine.bucket, activation_id=mine.activation_id, holder=theirs.holder)
    assert reason_of(await house.agree(stolen)) == "activation_not_yours"
    for key in (mine, theirs):
        await house.agree(key)
    assert reason_of(await house.name(stolen, *ZHANG)) == "activation_not_yours"
    await house.name(mine, *ZHANG)
    await house.name(theirs, *LI)
    other = await house.reference(theirs)
    assert reason_of(await house.face(mine, reference=other)) == "activation_proof_of_another"
    assert reason_of(await house.face(mine)) == "done"
    nowhere = ActivationKey(bucket=mine.bucket, activation_id=1, holder=mine.holder)
    assert reason_of(await house.agree(nowhere)) == "activation_unknown"


async def test_fifteen_minutes_and_not_one_more(house: House) -> None:
    await house.register(*ZHANG)
    key = await house.begin()
    await to_password(house, key)
    house.clock.move(timedelta(minutes=15))
    assert reason_of(await house.password(key)) == "activation_expired"
    fresh = await house.begin()
    await to_password(house, fresh)
    house.clock.move(timedelta(minutes=15, microseconds=-1))
    assert isinstance(await house.password(fresh), Bound)


async def test_what_is_over_is_cleared_away(house: House) -> None:
    key = await house.begin()
    house.clock.move(timedelta(hours=1, minutes=16))
    assert await activations.clear_activations(house.tx, house.clock) == 1
    assert reason_of(await house.agree(key)) == "activation_unknown"


async def test_an_unknown_number_and_a_wrong_name_get_one_answer_and_five_end_it(house: House) -> None:
    await house.register(*ZHANG)
    key = await house.begin()
    await house.agree(key)
    told = [await house.name(key, "张四", ZHANG[1]), await house.name(key, "张三", number_of(5))]
    assert told[0] == told[1]
    assert reason_of(told[0]) == "person_not_matched"
    for serial in (7, 9, 11):
        await house.name(key, "王五", number_of(serial))
    assert reason_of(await house.name(key, *ZHANG)) == "activation_over"


async def test_five_faces_of_somebody_else_lock_faces_but_no_other_way(house: House) -> None:
    person = await house.register(*ZHANG, phone="13800000011")
    key = await house.begin()
    await house.agree(key)
    await house.name(key, *ZHANG)
    for _ in range(4):
        assert reason_of(await house.face(key, same=False)) == "face_not_same"
    again = await house.begin("phone-2")
    await house.agree(again)
    await house.name(again, *ZHANG)
    assert reason_of(await house.face(again, same=False)) == "face_not_same"
    assert reason_of(await house.face(again)) == "way_locked"
    assert await refuse_way(house.tx, house.clock, person, Way.phone_code) is None
    desk = await house.begin("5", "institution", "institution:5")
    await house.agree(desk)
    await house.name(desk, *ZHANG, kind="institution", phone="13800000011")
    await house.send_code(desk)
    assert reason_of(await house.code(desk, await house.last_code())) == "done"
    house.clock.move(timedelta(minutes=15))
    late = await house.begin("phone-3")
    await to_password(house, late)


async def test_no_living_face_is_told_apart_from_another_persons(house: House) -> None:
    await house.register(*ZHANG)
    key = await house.begin()
    await house.agree(key)
    await house.name(key, *ZHANG)
    assert reason_of(await house.face(key, alive=False, same=False)) == "face_not_alive"
    assert reason_of(await house.face(key)) == "done"


async def test_at_the_counter_an_officer_checks_and_another_one_approves(house: House) -> None:
    person = await house.register(*ZHANG)
    key = await house.begin("session", "counter", "counter:5")
    await house.agree(key)
    await house.name(key, *ZHANG, kind="counter")
    assert reason_of(await house.officer(key)) == "done"
    assert reason_of(await house.confirm(key)) == "activation_step_early"
    waiting = await activations.list_waiting(house.tx, house.clock, channel_code="counter:5")
    assert [one.person for one in waiting] == [person]
    assert reason_of(await house.approve(key, "5:op1")) == "activation_same_officer"
    assert reason_of(await house.approve(key, "6:op2", code="counter:6")) == "activation_not_yours"
    assert reason_of(await house.approve(key, "5:op2")) == "done"
    assert await activations.list_waiting(house.tx, house.clock, channel_code="counter:5") == []
    await house.confirm(key)
    assert isinstance(await house.password(key), Bound)


async def test_a_disapproved_activation_is_over(house: House) -> None:
    await house.register(*ZHANG)
    key = await house.begin("session", "counter", "counter:5")
    await house.agree(key)
    await house.name(key, *ZHANG, kind="counter")
    await house.officer(key)
    await house.approve(key, "5:op2", agreed=False)
    assert reason_of(await house.confirm(key)) == "activation_over"


async def test_a_face_on_the_ward_needs_no_second_look_and_a_phone_takes_no_officer(house: House) -> None:
    await house.register(*ZHANG)
    ward = await house.begin("nurse", "ward", "ward:5")
    await house.agree(ward)
    await house.name(ward, *ZHANG, kind="ward")
    assert reason_of(await house.face(ward, kind="ward")) == "done"
    assert reason_of(await house.confirm(ward)) == "done"
    phone = await house.begin()
    await house.agree(phone)
    await house.name(phone, *ZHANG)
    assert reason_of(await house.officer(phone, kind="government_app")) == "activation_step_foreign"
    assert reason_of(await house.code(phone, "123456", kind="government_app")) == "activation_step_foreign"


async def test_the_table_itself_refuses_who_was_never_proved_or_approved_by_the_same_officer(house: House) -> None:
    await house.register(*ZHANG)
    key = await house.begin("session", "counter", "counter:5")
    await house.agree(key)
    for sets in (
        "state = 'activated'",
        "state = 'confirmed', person_id = 1",
        "state = 'confirmed', person_id = 1, proof = 'officer_check', officer = 'a'",
        "state = 'confirmed', person_id = 1, proof = 'officer_check', officer = 'a', approver = 'a'",
    ):
        await house.tx.execute("savepoint before")
        with pytest.raises(Exception, match="check constraint"):
            await house.tx.execute(f"update activations set {sets}")
        await house.tx.execute("rollback to before")


@pytest.mark.parametrize("move", [credentials.suspend, credentials.revoke])
async def test_a_stopped_credential_is_neither_named_nor_bound(house: House, move: Any) -> None:
    bucket, person_id = await house.register(*ZHANG)
    key = await house.begin()
    await to_password(house, key)
    stopped = await move(house.tx, house.clock, bucket=bucket, person_id=person_id, actor="agency")
    expected = f"credential_{stopped.state.value}"
    assert reason_of(await house.password(key)) == expected
    assert await house.tx.fetch("select 1 from credential_passwords") == []
    assert await house.tx.fetch("select 1 from activation_agreements") == []
    late = await house.begin("phone-2")
    await house.agree(late)
    assert reason_of(await house.name(late, *ZHANG)) == expected


async def test_a_second_device_is_another_binding_of_the_same_credential(house: House) -> None:
    bucket, person_id = await house.register(*ZHANG)
    made = []
    for holder in ("phone-1", "phone-2"):
        key = await house.begin(holder)
        await to_password(house, key)
        bound = await house.password(key)
        assert isinstance(bound, Bound)
        made.append(bound)
        house.clock.move(timedelta(minutes=1))
    first, second = made
    assert first.binding.credential_id == second.binding.credential_id
    assert first.binding.serial != second.binding.serial
    credential = await house.credential((bucket, person_id))
    shown = await bindings.list_bindings(house.tx, bucket=bucket, credential_id=credential.credential_id)
    assert [one.binding_id for one in shown] == [one.binding.binding_id for one in made]
    kept = await house.tx.fetchrow("select changes from credential_passwords")
    assert kept[0] == 1


async def test_the_chosen_area_is_where_the_credential_leads(house: House) -> None:
    person = await house.register(*ZHANG)
    key = await house.begin()
    for step in (house.agree(key), house.name(key, *ZHANG), house.face(key), house.confirm(key, 11000007, 110000)):
        await step
    bound = await house.password(key)
    assert isinstance(bound, Bound)
    assert bound.binding.province == 11
    credential = await house.credential(person)
    assert (credential.insured_cell, credential.insured_area) == (11000007, 110000)


async def test_without_a_choice_the_area_stays(house: House) -> None:
    person = await house.register(*ZHANG)
    key = await house.begin()
    await to_password(house, key)
    bound = await house.password(key)
    assert isinstance(bound, Bound)
    assert bound.binding.province == SHANGHAI // 10_000
    assert (await house.credential(person)).insured_area == SHANGHAI


async def test_a_weak_password_is_refused_and_a_good_one_still_taken(house: House) -> None:
    await house.register(*ZHANG, phone="13800135791")
    key = await house.begin()
    await to_password(house, key)
    for password, expected in (
        ("123456", "password_simple"),
        ("900101", "password_birth"),
        (ZHANG[1][2:8], "password_document"),
        ("135791", "password_phone"),
    ):
        assert reason_of(await house.password(key, password)) == expected
    assert isinstance(await house.password(key), Bound)


async def test_the_password_is_checked_by_its_own_counter_and_set_anew_by_another_way(house: House) -> None:
    person = await house.register(*ZHANG)
    key = await house.begin()
    await to_password(house, key)
    assert reason_of(await activations.find_hash(*house.env, person=person, credential_id=1)) == "password_not_set"
    bound = await house.password(key)
    assert isinstance(bound, Bound)
    about = {"person": person, "credential_id": bound.binding.credential_id}
    kept = await activations.find_hash(*house.env, **about)
    assert not isinstance(kept, Refused)
    assert activations.password_holds(PASSWORD, kept)
    for left in (4, 3, 2, 1):
        refused = await activations.note_try(house.tx, house.clock, person=person, held=False)
        assert refused is not None
        assert (refused.code, refused.facts) == ("password_wrong", {"attempts_left": left})
    assert reason_of(await activations.note_try(house.tx, house.clock, person=person, held=False)) == "way_locked"
    assert reason_of(await activations.note_try(house.tx, house.clock, person=person, held=True)) == "way_locked"
    assert reason_of(await activations.find_hash(*house.env, **about)) == "way_locked"
    again = await house.begin("phone-2")
    await to_password(house, again)
    assert isinstance(await house.password(again, "860417"), Bound)
    fresh = await activations.find_hash(*house.env, **about)
    assert not isinstance(fresh, Refused)
    assert activations.password_holds("860417", fresh)
    assert await activations.note_try(house.tx, house.clock, person=person, held=True) is None


async def test_the_hash_in_the_table_can_not_be_read_nor_moved_to_another_row(house: House) -> None:
    person = await house.register(*ZHANG)
    key = await house.begin()
    await to_password(house, key)
    bound = await house.password(key)
    assert isinstance(bound, Bound)
    (row,) = await house.tx.fetch("select hash_sealed from credential_passwords")
    assert PASSWORD.encode() not in bytes(row[0])
    await house.tx.execute("update credential_passwords set credential_id = credential_id + 1")
    with pytest.raises(Exception, match=r".*"):
        await activations.find_hash(*house.env, person=person, credential_id=bound.binding.credential_id + 1)
