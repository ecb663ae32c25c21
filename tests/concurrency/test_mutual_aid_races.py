"""The owner of an account and two relatives who may spend it, at once, through two servers: never over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from openyibao.kit.batch import Work
from openyibao.kit.clock import SystemClock
from openyibao.kit.db import Tx
from openyibao.main import open_platform
from openyibao.recovering import recover_once
from openyibao.rooms import mutual_aid
from openyibao.rooms.mutual_aid import AidSettings, NewMutualAid, Relation

if TYPE_CHECKING:
    from conftest import Hospital

pytestmark = [pytest.mark.xdist_group("servers"), pytest.mark.owns_server]

WAIT_SECONDS = 40
ACCOUNT_FEN = 150_000


def three(hospital: Hospital, begin: int) -> tuple[int, int, int]:
    """An owner, a relative of the same cell, a relative of the other, from twenty persons on: they fall to cells by chance."""
    cells = {n: hospital.place_of(n)[0] for n in range(begin, begin + 20)}
    owner, *others = sorted(cells)
    near = next(n for n in others if cells[n] == cells[owner])
    far = next(n for n in others if cells[n] != cells[owner])
    return owner, near, far


async def agree(hospital: Hospital, owner: int, relatives: tuple[int, ...], **limits: int) -> None:
    """Both consent, through a platform of the test's own."""
    platform = await open_platform(hospital.town.settings, SystemClock())
    (owner_cell, owner_id) = hospital.place_of(owner)

    async def run(tx: Tx) -> None:
        for relative in relatives:
            cell, person_id = hospital.place_of(relative)
            new = NewMutualAid(
                cell=owner_cell, owner_bucket=0, owner_person_id=owner_id, owner_masked="李*",
                relative_bucket=0, relative_cell=cell, relative_person_id=person_id, relative_masked="王*",
                relation=Relation.parent, **limits,
            )  # fmt: skip
            one = await mutual_aid.propose(tx, platform.clock, AidSettings(), new)
            name = {"cell": one.cell, "agreement_id": one.agreement_id, "person_id": person_id}
            await mutual_aid.agree(tx, platform.clock, **name)

    try:
        await platform.lane.submit("work", Work(run))
    finally:
        await platform.lane.drain()
        await platform.readers.close()


async def recovered(hospital: Hospital) -> None:
    """The round that every process makes now and then."""
    platform = await open_platform(hospital.town.settings, SystemClock())
    try:
        await recover_once(platform)
    finally:
        await platform.lane.drain()
        await platform.readers.close()


async def spent(hospital: Hospital, persons: tuple[int, ...]) -> tuple[int, int]:
    """What standing bills of these say that they paid from own accounts, and from the owner's by mutual aid."""
    rows = [row for number in persons for row in await hospital.settlements(number)]
    own = sum(row["personal_account_fen"] - row["mutual_aid_fen"] for row in rows)
    return own, sum(row["mutual_aid_fen"] for row in rows)


async def bills(hospital: Hospital, owner: int, near: int, far: int) -> tuple[list[dict[str, Any]], list[str]]:
    """Four bills of each: the relatives' want more than there is, the owner's half of it."""
    bodies, keys = [], []
    for number in (owner, near, far):
        use = {} if number == owner else {"account_use": "mutual_aid"}
        for n, token in enumerate(await hospital.tokens(number, 4)):
            amount_fen = 20_000 if number == owner else 90_000
            bodies.append({**hospital.bill(token, amount_fen + n), **use})
            keys.append(f"aid-{number}-{n}")
    return bodies, keys


async def test_owner_and_two_spenders_at_once_never_overdraw_the_account(hospital: Hospital):
    owner, near, far = three(hospital, 110)
    await agree(hospital, owner, (near, far))
    bodies, keys = await bills(hospital, owner, near, far)
    answers = await hospital.at_once("settlements", bodies, keys)
    assert all(answer.done for answer in answers), [answer.body for answer in answers if not answer.done]
    await recovered(hospital)
    by_owner, _ = await spent(hospital, (owner,))
    own, aided = await spent(hospital, (near, far))
    assert own == 2 * ACCOUNT_FEN
    assert aided > 0
    assert by_owner + aided == ACCOUNT_FEN - await hospital.balance_fen(owner)
    held = "select sum(held_fen) from personal_accounts"
    assert await hospital.owner.fetchval(held) == 0


async def test_a_yearly_limit_holds_though_two_spend_under_it_at_once(hospital: Hospital):
    owner, near, far = three(hospital, 130)
    await agree(hospital, owner, (near, far), per_year_fen=20_000)
    bodies, keys = await bills(hospital, owner, near, far)
    answers = await hospital.at_once("settlements", bodies[4:], keys[4:])
    refused = {answer.body["reason"] for answer in answers if not answer.done}
    assert refused <= {"mutual_aid_limit_reached"}
    await recovered(hospital)
    for number in (near, far):
        assert (await spent(hospital, (number,)))[1] <= 20_000


async def test_though_every_backend_is_killed_nothing_is_spent_twice_or_lost(hospital: Hospital):
    owner, near, far = three(hospital, 150)
    await agree(hospital, owner, (near, far))
    bodies, keys = await bills(hospital, owner, near, far)
    async with asyncio.timeout(WAIT_SECONDS):
        # The owner is held here: who wants to hold or to spend on the account is in the middle of it.
        held = hospital.owner.transaction()
        await held.start()
        await hospital.owner.execute(
            "select from enrolments where person_id = $1 for update", hospital.person_id(owner)
        )
        sending = asyncio.create_task(hospital.at_once("settlements", bodies, keys))
        await hospital.somebody_waits()
        await hospital.owner.fetchval(
            "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where application_name = 'openyibao'"
        )
        await held.rollback()
        answers = await sending
    assert {answer.body["reason"] for answer in answers if not answer.done} <= {"outcome_unknown", "busy"}
    repeats = await hospital.at_once("settlements", bodies, keys)
    assert all(answer.done for answer in repeats), [answer.body for answer in repeats if not answer.done]
    await recovered(hospital)
    by_owner, _ = await spent(hospital, (owner,))
    _, aided = await spent(hospital, (near, far))
    assert by_owner + aided == ACCOUNT_FEN - await hospital.balance_fen(owner)
    assert await hospital.owner.fetchval("select count(*) from crossings where state = 'due'") == 0
