"""The counter's page of signals: the reason first, the evidence, a finding once, nothing of other areas (S4)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from journey_house import House
from test_account_years import BEIJING
from test_agency_pages import Officer, at_counter
from test_signals import WHO, mine, read_all, used_twice

from openyibao.fronts.shared.watching import signals_of_pool

WHY = "每周例行核查"


@pytest.fixture
async def officer(house: House) -> AsyncIterator[Officer]:
    async with await at_counter(house, "op1") as http:
        yield Officer(http)


async def test_an_officer_says_why_sees_the_evidence_and_judges_once(house: House, officer: Officer) -> None:
    await used_twice(house)
    await read_all(house)
    (signal,) = await mine(house)
    asked = await officer.see("signals")
    assert house.other_hospital.name not in asked
    shown = (await officer.send("signals", why=WHY)).text
    assert "同一个码在别处又被出示" in shown
    assert house.hospital.name in shown
    assert house.other_hospital.name in shown
    (row,) = await house.rows("select why, person_id from looks where kind = 'signals'")
    assert (row["why"], row["person_id"]) == (WHY, house.prepared.installed.persons[WHO].person_id)
    name = f"{signal.bucket}-{signal.signal_id}"
    done = await officer.send("signals/judge", signal=name, finding="explained", why="已电话核实")
    assert "结论已记录" in done.text
    assert (await mine(house))[0].judged_why == "已电话核实"
    again = await officer.send("signals/judge", signal=name, finding="confirmed", why="再次核查")
    assert "没有这条待核查的提醒" in again.text


async def test_signals_of_another_area_are_not_shown(house: House) -> None:
    await used_twice(house)
    await read_all(house)
    assert await signals_of_pool(house.platform, BEIJING) != []
    assert await signals_of_pool(house.platform, 310000) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"why": ""},
        {"why": "\x00\x00"},
        {"why": "核查", "signal": "1-1' or 1=1", "finding": "explained"},
        {"why": "核查", "signal": "9-9", "finding": "guilty"},
    ],
)
async def test_nonsense_is_refused(officer: Officer, fields: dict[str, str]) -> None:
    path = "signals/judge" if "signal" in fields else "signals"
    assert (await officer.send(path, **fields)).status_code == 422
