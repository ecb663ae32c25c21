"""An agency's insured go to another agency by file: within one pooling area, and to another one."""

from __future__ import annotations

from typing import Any

from journey_house import House

from openyibao.kit.db import Tx
from openyibao.rooms.entitlement import Imported, ImportNoun, import_lines
from openyibao.rooms.people import read_enrolments

WHO, ELSE = 0, 1


async def moved(house: House, *lines: list[str]) -> Imported:
    async def run(tx: Tx) -> Any:
        return await import_lines(
            tx,
            house.clock,
            house.platform.sealer,
            house.platform.desk.areas,
            noun=ImportNoun.moves,
            lines=list(enumerate(lines, start=2)),
            actor="import:7",
        )

    done: Imported = await house.work(run)
    return done


def line(house: House, person: int, to_agency: int, on: str) -> list[str]:
    enrolment = house.prepared.installed.enrolments[person]
    number = house.prepared.population.people[person].person.document_number
    return ["identity_card", number, enrolment.insurance_type.value, str(enrolment.agency_area), str(to_agency), on]


async def led_to(house: House, person: int) -> tuple[int, int]:
    who = house.prepared.installed.persons[person]
    rows = await house.rows(f"select insured_cell, insured_area from credentials where person_id = {who.person_id}")
    return rows[-1][0], rows[-1][1]


async def test_a_move_within_the_pooling_area_leaves_account_and_year_where_they_are(house: House) -> None:
    before = (await house.settle_new(WHO, [house.line(1, 300_000)])).settlement
    lead = await led_to(house, WHO)
    go = line(house, WHO, 110105, "2026-11-24")
    done = await moved(house, go)
    assert (done.entered, done.unchanged, done.faults) == (1, 0, ())
    again = await moved(house, go)
    assert (again.entered, again.unchanged, again.faults) == (0, 1, ())
    assert await led_to(house, WHO) == lead
    key = (before.cell, before.person_id)
    async with house.platform.readers.reading() as reading:
        own = (await read_enrolments(reading, [key]))[key]
    ended = next(one for one in own if one.enrolment_id == before.enrolment_id)
    opened = next(one for one in own if one.agency_area == 110105 and one.begins_on.isoformat() == "2026-11-24")
    assert (ended.ends_on and ended.ends_on.isoformat(), opened.cell) == ("2026-11-23", ended.cell)
    assert (await house.verify()).faults == []


async def test_a_move_to_another_pooling_area_takes_the_codes_along(house: House) -> None:
    await house.bind(ELSE)
    old = await led_to(house, ELSE)
    done = await moved(house, line(house, ELSE, 120101, "2026-11-23"))
    assert (done.entered, done.faults) == (1, ())
    cell, area = await led_to(house, ELSE)
    assert (area, cell // 100) == (120100, 120100)
    assert cell != old[0]
    answer = await house.settle_new(ELSE, [house.line(1, 50_000)])
    # Tianjin has no policy document here: that it is asked for is the proof of where the code led.
    assert (answer.code, answer.facts["pooling_area"]) == ("no_policy", 120100)
    assert (await house.verify()).faults == []
