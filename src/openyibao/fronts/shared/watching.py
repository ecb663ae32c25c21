"""Signals as the command and the counter work with them: read on, list with a look kept, judge. 中文: 监测核查。"""

from __future__ import annotations

from typing import Any

from openyibao.fronts.shared.looking import look_of_officer
from openyibao.fronts.shared.platform import Platform
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import signals
from openyibao.rooms.looks import LookKind
from openyibao.rooms.signals import ReadOn, Signal, SignalFinding


async def read_signals(platform: Platform) -> ReadOn:
    """One hour more."""
    desk = platform.desk

    def area_of(institution_id: int) -> int:
        institution = desk.directory.by_id(institution_id)
        return 0 if institution is None else institution.treatment_area

    def blocks(insured_area: int, kind: str) -> bool:
        pool = desk.areas.pooling_area(insured_area, platform.clock.today()) or desk.areas.by_code(insured_area)
        return pool is not None and kind in desk.areas.settings(pool.pooling_area).signals_that_block

    async def run(tx: Tx) -> Any:
        await desk.fresh(tx)
        return await signals.read_on(tx, platform.clock, area_of=area_of, blocks=blocks)

    answer = await platform.lane.submit("work", Work(run=run))
    assert isinstance(answer, ReadOn)
    return answer


async def waiting_signals(platform: Platform, *, officer: str, why: str) -> list[Signal]:
    """Signals nobody has judged; the look at each person concerned is kept first."""
    async with platform.readers.reading() as reading:
        found = await signals.list_waiting(reading)
    persons = sorted({one.person_id for one in found if one.person_id is not None})
    if persons:
        await look_of_officer(platform, persons, kind=LookKind.signals, officer=officer, why=why)
    return found


async def signals_of_pool(platform: Platform, pooling_area: int) -> list[Signal]:
    """Signals nobody has judged of persons insured in an area, and of terminals that lie in it; the caller keeps the looks."""
    areas, directory, today = platform.desk.areas, platform.desk.directory, platform.clock.today()
    async with platform.readers.reading() as reading:
        found = await signals.list_waiting(reading)
        names = [(one.bucket, one.person_id) for one in found if one.person_id is not None]
        insured = await signals.find_insured_areas(reading, names)

    def pool_of(one: Signal) -> int:
        place = None if one.institution_id is None else directory.by_id(one.institution_id)
        own = 0 if place is None else place.treatment_area
        area = own if one.person_id is None else insured.get((one.bucket, one.person_id), 0)
        pool = areas.pooling_area(area, today) or areas.by_code(area)
        return 0 if pool is None else pool.pooling_area

    return [one for one in found if pool_of(one) == pooling_area]


async def judge_signal(
    platform: Platform, *, bucket: int, signal_id: int, finding: SignalFinding, officer: str, why: str
) -> Signal | Refused:
    """What an officer found."""

    async def run(tx: Tx) -> Any:
        return await signals.judge(
            tx, platform.clock, bucket=bucket, signal_id=signal_id, finding=finding, officer=officer, why=why
        )

    answer: Signal | Refused = await platform.lane.submit("work", Work(run=run))
    return answer
