"""Transfers of enrolments to and from this desk's area: taken up, closed with their day, or refused. 中文: 转移接续办理。"""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Response, get, post

from openyibao.fronts.office.desk import PAGES_OF, REFUSED, Officer, at_office, minute, read_name
from openyibao.fronts.shared.pages import Box, PageRequest, PlatformHere
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import people, transfers
from openyibao.rooms.looks import LookKind
from openyibao.rooms.transfers import EnrolmentTransfer


def next_month(on: date) -> date:
    """The first day of the month after."""
    return date(on.year + on.month // 12, on.month % 12 + 1, 1)


async def _page(officer: Officer, box: Box | None = None) -> Response[Any]:
    platform, area = officer.platform, officer.area
    async with platform.readers.reading() as reading:
        await platform.desk.fresh(reading)
        found = await transfers.list_under_way(reading, area=area)
    names = [(one.bucket, one.person_id) for one in found]
    await officer.look(names, LookKind.status, "transfers of enrolments")
    async with platform.readers.reading() as reading:
        persons = await people.read_persons(reading, platform.sealer, names)
    rows = [
        {
            "named": f"{one.bucket}-{one.transfer_id}",
            "name": people.masked_name(persons[one.bucket, one.person_id].name),
            "from": _name(officer, one.from_area),
            "to": _name(officer, one.to_area),
            "at": minute(one.asked_at),
            "state": transfers.state_of(one).value,
            "receives": one.to_area == area and one.taken_up_at is None,
            "sends": one.from_area == area and one.taken_up_at is not None,
        }
        for one in found
    ]
    return officer.html(
        "transfers",
        status_code=REFUSED if box and box.tone == "stop" else 200,
        box=box,
        rows=rows,
        area=_name(officer, area),
        next_month=next_month(platform.clock.today()).isoformat(),
    )


def _name(officer: Officer, area: int) -> str:
    pool = officer.platform.desk.areas.by_code(area)
    return str(area) if pool is None else pool.name


@get("/transfers", include_in_schema=False)
async def show_transfers(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What is under way here."""
    officer, refused = await at_office(platform, request, PAGES_OF["transfers"])
    return refused or await _page(officer)


@post("/transfers", status_code=200, include_in_schema=False)
async def act(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Take up, close or refuse one."""
    officer, refused = await at_office(platform, request, PAGES_OF["transfers"])
    if refused is not None:
        return refused
    form = await request.form()
    name, act_, said = (str(form.get(field, ""))[:200] for field in ("named", "act", "words"))
    words = "".join(each for each in said if each.isprintable())
    try:
        on = date.fromisoformat(str(form.get("on", "")))
    except ValueError:
        on = date(1, 1, 1)
    bucket, transfer_id = read_name(name)
    areas, at_area, who = platform.desk.areas, officer.area, officer.session.officer

    async def run(tx: Tx) -> EnrolmentTransfer | Refused:
        if act_ == "take_up":
            return await transfers.take_up(
                tx, platform.clock, areas, bucket=bucket, transfer_id=transfer_id, at_area=at_area, officer=who
            )
        if act_ == "close":
            return await transfers.close(
                tx, platform.clock, areas, bucket=bucket, transfer_id=transfer_id, at_area=at_area, officer=who, on=on
            )
        return await transfers.stop(
            tx, platform.clock, bucket=bucket, transfer_id=transfer_id, by=who, words=words, at_area=at_area
        )

    done = await platform.lane.submit("work", Work(run=run))
    if isinstance(done, Refused):
        return await _page(officer, officer.page.refused(done))
    return await _page(officer, officer.page.box("transfer_acted", tone="good"))


TRANSFER_HANDLERS = (show_transfers, act)
