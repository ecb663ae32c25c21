"""The turn of the account year, area by area and chunk by chunk: may break off anywhere and goes on where it stood. 中文: 年度结转。

The policy year needs no turning: accumulators are kept by policy year, which a bill finds from its own day, so what is
settled while the turn is under way counts once and in its own year, and open stays stay open. What turns is the accounts:
a year's interest by pot, then the current pot goes into that of past years. Until the turn reaches a person, their pots
stand as they stood; a credit of the new year turns them first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

import msgspec

from openyibao.fronts.shared import Platform
from openyibao.kit.batch import Unknown, Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import account_credits, ledger
from openyibao.rooms.account_credits import InterestRates, account_year_start, interest_rates
from openyibao.rooms.areas import PoolingArea
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.people import InsuranceType, PersonCategory

PEOPLE_AT_ONCE = 5_000
STEP_SECONDS = 120
TRIES_MAX = 5
CELLS_AT_ONCE = 2


class AreaRolled(msgspec.Struct, frozen=True, kw_only=True):
    """What the turn of an area's account year came to, over all its runs; amounts in fen."""

    pooling_area: int
    name: str
    starts_on: date
    due: bool
    people_count: int = 0
    interest_current_fen: int = 0
    interest_past_fen: int = 0
    carried_fen: int = 0
    left_count: int = 0


def starts_on(platform: Platform, area: PoolingArea, year: int) -> date:
    """The day on which an area's account year begins: its own setting, else its employees' policy year."""
    found = platform.desk.shelf.policy_for(
        area.pooling_area, InsuranceType.employee.value, EncounterKind.outpatient, date(year, 12, 31)
    )
    policy_start = None
    if not isinstance(found, Refused):
        policy_start = found[0].policy_year_start(date(year, 12, 31), PersonCategory.employee)
    return account_year_start(area.said, year, policy_start)


async def roll_year(
    platform: Platform,
    year: int,
    *,
    people_at_once: int = PEOPLE_AT_ONCE,
    progress: Callable[[str, int, int], None] = lambda _area, _done, _whole: None,
) -> list[AreaRolled]:
    """Turn the account year in every area where it has begun; areas where it has not are told and left."""
    async with platform.readers.reading() as reading:
        await platform.desk.fresh(reading)
        cells = await ledger.list_cells(reading)
    report = []
    for code in sorted({cell // 100 for cell in cells}):
        area = platform.desk.areas.by_code(code)
        if area is None:
            raise LookupError(f"accounts stand in the pooling area {code}, which is not there")
        own = [cell for cell in cells if cell // 100 == code]
        start = starts_on(platform, area, year)
        due = start <= platform.clock.today()
        if due:
            await _roll_area(platform, area, own, year, people_at_once, progress)
        report.append(await _told(platform, area, own, year, start, due=due))
    return report


async def _roll_area(
    platform: Platform,
    area: PoolingArea,
    cells: list[int],
    year: int,
    people_at_once: int,
    progress: Callable[[str, int, int], None],
) -> None:
    async with platform.readers.reading() as reading:
        waiting, rolled = await ledger.count_by_roll(reading, cells, year)
    whole, counter = waiting + rolled, [rolled]
    gate, rates = asyncio.Semaphore(CELLS_AT_ONCE), interest_rates(area.said)

    def tell(people: int) -> None:
        counter[0] += people
        progress(area.name, counter[0], whole)

    async def one(cell: int) -> None:
        async with gate:
            await _roll_cell(platform, cell, year, rates, people_at_once, tell)

    await asyncio.gather(*(one(cell) for cell in cells))


async def _roll_cell(
    platform: Platform,
    cell: int,
    year: int,
    rates: InterestRates,
    people_at_once: int,
    tell: Callable[[int], None],
) -> None:
    after, tries = 0, 0

    async def run(tx: Tx) -> object:
        return await account_credits.roll_chunk(
            tx, platform.clock, cell=cell, account_year=year, rates=rates, after=after, most=people_at_once
        )

    while True:
        try:
            chunk, after = await platform.lane.submit("work", Work(run), deadline_seconds=STEP_SECONDS)
        except Unknown:
            # It happened or it did not: whoever was turned is not found again.
            tries += 1
            if tries == TRIES_MAX:
                raise
            continue
        tries = 0
        if chunk is None:
            return
        tell(chunk.people_count)


async def _told(
    platform: Platform, area: PoolingArea, cells: list[int], year: int, start: date, *, due: bool
) -> AreaRolled:
    async with platform.readers.reading() as reading:
        left, _ = await ledger.count_by_roll(reading, cells, year)
        people, current_fen, past_fen, carried_fen = await account_credits.sum_chunks(reading, cells, year)
    return AreaRolled(
        pooling_area=area.pooling_area,
        name=area.name,
        starts_on=start,
        due=due,
        people_count=people,
        interest_current_fen=current_fen,
        interest_past_fen=past_fen,
        carried_fen=carried_fen,
        left_count=left,
    )
