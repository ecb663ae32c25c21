"""Holds: what is kept aside is nobody else's, a hold ends once, and what is available is never below zero."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from aid_house import Relative, newcomer, pots_fen
from journey_house import House
from test_refusals import hold_the_sentences

from openyibao.kit.db import Tx
from openyibao.rooms import holds
from openyibao.rooms.holds import Hold, HoldPurpose, HoldState, NewHold
from openyibao.rooms.ledger import AccountMove, AccountPot, move_accounts
from openyibao.rooms.people import lock_persons


@pytest.fixture
async def owner(house: House) -> Relative:
    return await newcomer(house, "李晓晨", current_fen=10_000)


def wanted(house: House, whose: Relative, amount_fen: int, reference: str = "1:one") -> NewHold:
    return NewHold(
        cell=whose.cell,
        person_id=whose.person_id,
        pot=AccountPot.current,
        amount_fen=amount_fen,
        purpose=HoldPurpose.mutual_aid,
        reference=reference,
        subject_id=1,
        expires_at=house.clock.now() + timedelta(minutes=5),
    )


async def hold(house: House, *new: NewHold) -> list[Any]:
    async def run(tx: Tx) -> Any:
        await lock_persons(tx, [(one.cell, one.person_id) for one in new])
        return await holds.hold(tx, house.clock, list(new), actor="test")

    return await house.work(run)


async def faults(house: House) -> list[tuple[str, str]]:
    return [(fault.kind, fault.where) for fault in (await house.verify()).faults]


async def test_what_is_held_is_not_available_to_another_hold(house: House, owner: Relative) -> None:
    first, second = await hold(house, wanted(house, owner, 7_000), wanted(house, owner, 3_001, "1:two"))
    assert isinstance(first, Hold)
    hold_the_sentences(second, "available_too_low")
    assert second.facts == {"available_fen": 3_000, "amount_fen": 3_001}
    assert await pots_fen(house, owner) == {"current": (10_000, 7_000), "past": (0, 0)}
    (again,) = await hold(house, wanted(house, owner, 7_000))
    assert again == first
    assert await faults(house) == []


async def test_a_hold_is_posted_in_part_and_the_rest_falls_free(house: House, owner: Relative) -> None:
    (made,) = await hold(house, wanted(house, owner, 7_000))
    (posted,) = await house.work(lambda tx: holds.post(tx, house.clock, [(made, 6_500)], actor="test"))
    assert (posted.state, posted.posted_fen) == (HoldState.posted, 6_500)
    assert await pots_fen(house, owner) == {"current": (3_500, 0), "past": (0, 0)}
    # Nothing was settled for it elsewhere: what stands between the cells is named.
    assert await faults(house) == [("transit_differs", "account between cells mutual_aid")]


async def test_a_hold_ends_once(house: House, owner: Relative) -> None:
    (made,) = await hold(house, wanted(house, owner, 7_000))
    (early,) = await house.work(lambda tx: holds.expire(tx, house.clock, [made], actor="test"))
    hold_the_sentences(early, "hold_not_expired")
    (released,) = await house.work(lambda tx: holds.release(tx, house.clock, [made], actor="test"))
    assert released.state is HoldState.released
    house.clock.move(timedelta(hours=1))
    for verb in (holds.release, holds.expire):
        (late,) = await house.work(lambda tx, verb=verb: verb(tx, house.clock, [released], actor="test"))
        hold_the_sentences(late, "hold_ended")
    assert await pots_fen(house, owner) == {"current": (10_000, 0), "past": (0, 0)}
    assert await faults(house) == []


async def test_a_hold_whose_time_is_over_expires(house: House, owner: Relative) -> None:
    (made,) = await hold(house, wanted(house, owner, 7_000))
    house.clock.move(timedelta(minutes=5))
    (expired,) = await house.work(lambda tx: holds.expire(tx, house.clock, [made], actor="test"))
    assert expired.state is HoldState.expired
    assert await pots_fen(house, owner) == {"current": (10_000, 0), "past": (0, 0)}
    assert await faults(house) == []


async def test_the_table_itself_refuses_to_spend_what_is_held(house: House, owner: Relative) -> None:
    await hold(house, wanted(house, owner, 7_000))
    connection = await asyncpg.connect(house.owner_url)
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "update personal_accounts set balance_fen = 6999 where person_id = $1 and pot = 'current'",
                owner.person_id,
            )
    finally:
        await connection.close()

    async def overdraw(tx: Tx) -> None:
        move = AccountMove(cell=owner.cell, person_id=owner.person_id, pot=AccountPot.current, balance_fen=-3_001)
        await move_accounts(tx, [move])

    with pytest.raises(Exception, match="personal_accounts_available"):
        await house.work(overdraw)
    assert await pots_fen(house, owner) == {"current": (10_000, 7_000), "past": (0, 0)}


async def test_a_bill_spends_only_what_is_available(house: House) -> None:
    person, enrolment = house.prepared.installed.persons[0], house.prepared.installed.enrolments[0]
    whose = Relative(enrolment.cell, person.bucket, person.person_id, "*")
    balance_fen = (await pots_fen(house, whose))["current"][0]
    await hold(house, wanted(house, whose, balance_fen - 1_000))
    done = await house.settle_new(0)
    assert (done.settlement.personal_account_fen, done.settlement.cash_fen) == (1_000, 9_000)
    assert await faults(house) == []
