"""Two servers, one bill above the limit: however confirming, refusing and settling cross, one answer counts, once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from openyibao.kit.batch import Work
from openyibao.kit.clock import SystemClock
from openyibao.main import open_platform
from openyibao.rooms import areas, confirmations

if TYPE_CHECKING:
    from conftest import Hospital
    from openyibao.fronts.shared import Platform

pytestmark = [pytest.mark.xdist_group("servers"), pytest.mark.owns_server]
NUMBERS = (108, 109)
BILL_FEN, LIMIT_FEN = 30_000, 1_000


async def limited(hospital: Hospital, platform: Platform, limit_fen: int | None) -> None:
    """What all areas ask of hospitals."""
    pools = {one.pooling_area for one in hospital.town.prepared.installed.enrolments}
    asked = {} if limit_fen is None else {"hospital": limit_fen}

    async def act(tx: Any) -> None:
        for pool in pools:
            changes = {"confirmation_above_fen": asked}
            await areas.set_area_settings(tx, platform.clock, pooling_area=pool, changes=changes)

    await platform.lane.submit("work", Work(act))


async def said(hospital: Hospital, platform: Platform, number: int, *, confirms: bool) -> Any:
    """The phone's answer, through a third process's lane."""
    name = hospital.place_of(number)
    async with platform.readers.reading() as reading:
        (one,) = await confirmations.list_waiting(reading, platform.clock, persons=[name])

    async def act(tx: Any) -> Any:
        return await confirmations.answer(
            tx,
            platform.clock,
            cell=one.cell,
            confirmation_id=one.confirmation_id,
            person_id=name[1],
            mandate_ids=(),
            confirms=confirms,
        )

    return await platform.lane.submit("work", Work(act))


async def test_a_bill_above_the_limit_through_two_servers(hospital: Hospital):
    yes, no = NUMBERS
    bills = {number: hospital.bill(await hospital.token(number), BILL_FEN) for number in NUMBERS}
    settings = msgspec.structs.replace(hospital.town.settings, carriers=2)
    platform = await open_platform(settings, SystemClock())
    try:
        await limited(hospital, platform, LIMIT_FEN)
        for number in NUMBERS:
            # Asked at once by twenty terminals of two servers: one question, no outcome, nothing booked.
            answers = await hospital.at_once("settlements", [bills[number]] * 20, [f"confirm-{number}"] * 20)
            assert {answer.body["reason"] for answer in answers} == {"confirmation_asked"}
            assert await hospital.settlements(number) == []
        balance_fen = await hospital.balance_fen(yes)
        # The phone answers, twice, while both servers go on asking.
        crossed, first, second = await asyncio.gather(
            hospital.at_once("settlements", [bills[yes]] * 20, [f"confirm-{yes}"] * 20),
            said(hospital, platform, yes, confirms=True),
            said(hospital, platform, yes, confirms=True),
        )
        assert first == second
        assert {answer.body.get("reason") for answer in crossed if not answer.done} <= {"confirmation_asked"}
        done = await hospital.at_once("settlements", [bills[yes]] * 20, [f"confirm-{yes}"] * 20)
        assert all(answer.done for answer in done)
        assert len({answer.body["settlement_id"] for answer in done}) == 1
        (row,) = await hospital.settlements(yes)
        assert balance_fen - await hospital.balance_fen(yes) == row["personal_account_fen"] > LIMIT_FEN
        await said(hospital, platform, no, confirms=False)
        refused = await hospital.at_once("settlements", [bills[no]] * 20, [f"confirm-{no}"] * 20)
        assert {answer.body["reason"] for answer in refused} == {"confirmation_refused"}
        assert await hospital.settlements(no) == []
    finally:
        await limited(hospital, platform, None)
        await platform.lane.drain()
        await platform.readers.close()
