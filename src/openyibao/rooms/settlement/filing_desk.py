"""What filings ask of the rooms after them, put together for the fronts. 中文: 备案台。"""

from __future__ import annotations

from datetime import date

from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters
from openyibao.rooms.filings import Filing, FilingDesk
from openyibao.rooms.settlement import store
from openyibao.rooms.settlement.desk import Desk


def filing_desk(desk: Desk) -> FilingDesk:
    """The desk at which filings are made and decided; it shares the caches of the settlement desk."""
    return FilingDesk(
        areas=desk.areas,
        directory=desk.directory,
        catalogue=desk.catalogue,
        disease_listed=desk.shelf.lists_disease,
        refuse=encounters.refuse,
        read_refused=_read_refused,
        open_stay=_open_stay,
        used_on=_used_on,
    )


async def _open_stay(reading: Reading, person: tuple[int, int]) -> date | None:
    """Since when a stay of (cell, person_id) is open under this enrolment's cell, or None."""
    found = (await encounters.find_people_in_stays(reading, [person[1]])).get(person[1])
    return found.admitted_on if found is not None and found.cell == person[0] else None


async def _read_refused(reading: Reading, cell: int, refusal_id: int) -> Refused:
    found = await encounters.read_refusals(reading, [(cell, refusal_id)])
    return encounters.stored_refusal(*found[refusal_id])


async def _used_on(reading: Reading, filing: Filing) -> date | None:
    """The day of the last settlement that stands on a filing."""
    return await store.find_last_on_filing(reading, (filing.cell, filing.person_id), filing.filing_id)
