"""Above a limit of the area the phone confirms place and amount before anything is booked; the same key goes on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aid_house import agreed as aid_agreed
from aid_house import newcomer, somebody
from family_house import agreed, grown_person, person_of, shown, with_account
from journey_house import House
from test_account_years import set_area

from openyibao.kit.outcome import Refused
from openyibao.rooms import confirmations
from openyibao.rooms.confirmations import BillConfirmation
from openyibao.rooms.settlement import Settled

ABOVE = {"confirmation_above_fen": {"hospital": 5_000}}


@pytest.fixture
async def careful(house: House) -> House:
    """An area that asks above 50 yuan at hospitals."""
    await set_area(house, **ABOVE)
    return house


def code(answer: object) -> str:
    return answer.code if isinstance(answer, Refused) else type(answer).__name__


async def bill(house: House, token: str, key: str, amount_fen: int = 9_000) -> Any:
    return await house.settle(token, key=key, encounter=house.visit(), items=(house.line(amount_fen=amount_fen),))


async def waiting(house: House, person: int) -> list[BillConfirmation]:
    enrolment = house.prepared.installed.enrolments[person]
    async with house.platform.readers.reading() as reading:
        names = [(enrolment.cell, person_of(house, person).person_id)]
        return await confirmations.list_waiting(reading, house.clock, persons=names)


async def answered(house: House, one: BillConfirmation, by: int, *, confirms: bool = True, **fields: Any) -> Any:
    given = {"mandate_ids": (), **fields}
    name = {"cell": one.cell, "confirmation_id": one.confirmation_id, "person_id": person_of(house, by).person_id}
    return await house.work(lambda tx: confirmations.answer(tx, house.clock, **name, confirms=confirms, **given))


async def test_a_bill_waits_for_the_phone_and_goes_on_under_its_key(careful: House) -> None:
    house, who = careful, with_account(careful)
    house.move_on()
    token = await house.token(who)
    assert isinstance(await bill(house, token, "small", 2_000), Settled)
    house.move_on()
    token = await house.token(who)
    for _ in range(3):
        asked = await bill(house, token, "large")
        assert code(asked) == "confirmation_asked"
    (one,) = await waiting(house, who)
    assert (one.amount_fen, one.fee_total_fen) == (asked.facts["amount_fen"], 9_000)
    assert await house.rows("select 1 from settlements where fee_total_fen = 9000") == []
    assert await house.rows("select 1 from request_keys where request_key = 'large'") == []
    assert await house.rows("select 1 from account_holds") == []
    assert code(await answered(house, one, grown_person(house))) == "confirmation_unknown"
    assert isinstance(await answered(house, one, who), BillConfirmation)
    assert isinstance(await answered(house, one, who), BillConfirmation)
    assert code(await answered(house, one, who, confirms=False)) == "confirmation_answered"
    done = await bill(house, token, "large")
    assert isinstance(done, Settled), done
    assert done.settlement.personal_account_fen == one.amount_fen
    again = await bill(house, token, "large")
    assert (again.repeated, again.settlement) == (True, done.settlement)
    assert await waiting(house, who) == []
    assert (await house.verify()).faults == []


async def test_a_refusal_or_the_time_limit_ends_the_bill_and_takes_nothing(careful: House) -> None:
    house, who = careful, with_account(careful)
    house.move_on()
    token = await house.token(who)
    assert code(await bill(house, token, "no")) == "confirmation_asked"
    (one,) = await waiting(house, who)
    await answered(house, one, who, confirms=False)
    assert code(await bill(house, token, "no")) == "confirmation_refused"
    assert code(await bill(house, token, "late")) == "confirmation_asked"
    (one,) = await waiting(house, who)
    house.move_on(181)
    assert code(await answered(house, one, who)) == "confirmation_timed_out"
    for _ in range(2):
        assert code(await bill(house, token, "late")) == "confirmation_timed_out"
    assert code(await bill(house, token, "slow")) == "confirmation_asked"
    (one,) = await waiting(house, who)
    await answered(house, one, who)
    house.move_on(601)
    assert code(await bill(house, token, "slow")) == "confirmation_timed_out"
    assert await house.rows("select 1 from settlements where person_id = $1", person_of(house, who).person_id) == []
    assert (await house.verify()).faults == []


async def test_a_bill_that_grew_since_is_refused(careful: House) -> None:
    house, who = careful, with_account(careful)
    visit = (await house.opened(who)).encounter
    at = {"cell": visit.cell, "encounter_id": visit.encounter_id}
    assert not isinstance(await house.add_items(visit, [house.line(amount_fen=9_000)]), Refused)
    house.move_on()
    token = await house.token(who)
    assert code(await house.settle(token, key="grown", **at)) == "confirmation_asked"
    (one,) = await waiting(house, who)
    await answered(house, one, who)
    assert not isinstance(await house.add_items(visit, [house.line(2, amount_fen=8_000)]), Refused)
    assert code(await house.settle(token, key="grown", **at)) == "confirmation_exceeded"


async def test_no_area_that_does_not_ask_has_a_bill_wait(house: House) -> None:
    who = with_account(house)
    house.move_on()
    assert isinstance(await bill(house, await house.token(who), "plain"), Settled)
    await set_area(house, confirmation_above_fen={"pharmacy": 1})
    house.move_on()
    assert isinstance(await bill(house, await house.token(who), "plain-2"), Settled)


async def test_a_relatives_phone_is_asked_for_what_it_showed(careful: House) -> None:
    house, elder, daughter = careful, with_account(careful), grown_person(careful)
    one = await agreed(house, elder, daughter)
    found = await shown(house, one, daughter)
    assert code(await bill(house, found.visit_token, "shown")) == "confirmation_asked"
    (asked,) = await waiting(house, elder)
    assert asked.mandate_id == one.mandate_id
    done = await answered(house, asked, daughter, mandate_ids=(one.mandate_id,))
    assert done.answered_by == person_of(house, daughter).person_id
    assert isinstance(await bill(house, found.visit_token, "shown"), Settled)
    assert (await house.verify()).faults == []


async def test_whoever_comes_first_decides_and_nothing_is_booked_without(careful: House) -> None:
    house, who = careful, with_account(careful)
    for turn in range(4):
        house.move_on()
        token = await house.token(who)
        key = f"race-{turn}"
        assert code(await bill(house, token, key)) == "confirmation_asked"
        (one,) = await waiting(house, who)
        answers = await asyncio.gather(
            answered(house, one, who),
            answered(house, one, who, confirms=False),
            *(bill(house, token, key) for _ in range(3)),
        )
        said, bills = [code(each) for each in answers[:2]], [code(each) for each in answers[2:]]
        assert sorted(said) == ["BillConfirmation", "confirmation_answered"]
        final = await bill(house, token, key)
        assert code(final) == ("Settled" if said[0] == "BillConfirmation" else "confirmation_refused")
        assert set(bills) <= {"confirmation_asked", code(final)}
    assert (await house.verify()).faults == []


async def test_verify_names_a_confirmation_that_was_altered(careful: House) -> None:
    house, who = careful, with_account(careful)
    house.move_on()
    assert code(await bill(house, await house.token(who), "kept")) == "confirmation_asked"
    (one,) = await waiting(house, who)
    await answered(house, one, who)
    await house.tamper("update bill_confirmations set amount_fen = 1")
    assert [fault.kind for fault in (await house.verify()).faults] == ["row_altered"]


async def test_what_another_cell_holds_stays_held_while_the_bill_waits(careful: House) -> None:
    house, who = careful, with_account(careful)
    owner = await newcomer(house, "李晓晨", current_fen=900_000)
    await aid_agreed(house, owner, somebody(house, who))
    assert code(await house.settle_aided(who, 2_000_000, key="aided")) == "confirmation_asked"
    held = await house.rows("select sum(amount_fen) from account_holds where state = 'open'")
    assert held[0][0] > 0
    (one,) = await waiting(house, who)
    await answered(house, one, who)
    done = await house.settle_aided(who, 2_000_000, key="aided")
    assert isinstance(done, Settled), done
    assert done.settlement.personal_account_fen == one.amount_fen
    assert await house.rows("select 1 from account_holds where state = 'open'") == []
    assert (await house.verify()).faults == []
