"""Filings that wait for the agency: the list, what an approval would change, and the decision. 中文: 备案审核页面。"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post

from openyibao.fronts.counter.desk import AtDesk, Why, at_desk
from openyibao.fronts.counter.filings_words import FILINGS_WORDS
from openyibao.fronts.shared.pages import Box, PageRequest, PlatformHere, read_fields
from openyibao.kit.crypto import sm3
from openyibao.kit.outcome import Refused
from openyibao.rooms import filings, looks, people, settlement
from openyibao.rooms.filings import DecideRequest, Filer, Filing, FilingAct, FilingState
from openyibao.rooms.looks import LookKind

REFUSED = 422
LISTED = 200
Reference = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}-[0-9]{1,18}$")]


class OpenForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which filing is opened, and why."""

    reference: Reference
    why: Why


class DecisionForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided on it."""

    reference: Reference
    act: Literal["approve", "refuse"]
    why: Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f]*$")] = ""


async def _list(desk: AtDesk, box: Box | None = None, *, status_code: int = 200) -> Response[Any]:
    """What waits, without saying whose it is: opening one is the look."""
    async with desk.page.platform.readers.reading() as reading:
        found = await filings.list_waiting(reading, desk.pool.pooling_area)
    rows = [(f"{one.cell}-{one.filing_id}", one, _about(one)) for one in found]
    return desk.html("filings.html", status_code=status_code, box=box, rows=rows, full=len(rows) >= LISTED)


def _about(one: Filing) -> str:
    area = str(one.treatment_area) if one.treatment_area else ""
    return " · ".join(each for each in (one.disease_code, one.item_code, area, *one.institution_codes) if each)


@get("/filings", include_in_schema=False)
async def show_waiting(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The filings of the area that wait, the oldest first."""
    desk = await at_desk(platform, request, FILINGS_WORDS)
    return desk.refused or await _list(desk)


async def _find(desk: AtDesk, reference: str) -> Filing | None:
    """A filing that waits in this officer's area."""
    cell, _, number = reference.partition("-")
    name = (int(cell), int(number))
    async with desk.page.platform.readers.reading() as reading:
        found = (await filings.read_filings(reading, [name])).get(name)
    if found is None or found.pooling_area != desk.pool.pooling_area or found.state is not FilingState.filed:
        return None
    return found


@post("/filings/open", status_code=200, include_in_schema=False)
async def open_filing(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """One filing, whose it is, and what an approval would change; the look is kept first."""
    desk = await at_desk(platform, request, FILINGS_WORDS)
    if desk.refused is not None:
        return desk.refused
    given: OpenForm = read_fields(await request.form(), OpenForm)
    filing = await _find(desk, given.reference)
    if filing is None:
        return await _list(desk, desk.page.box("filing_gone"), status_code=REFUSED)
    return await _opened(desk, filing, given.reference, given.why)


async def _opened(desk: AtDesk, filing: Filing, reference: str, why: str, box: Box | None = None) -> Response[Any]:
    platform = desk.page.platform
    async with platform.readers.reading() as reading:
        buckets = await looks.find_buckets(reading, [filing.person_id])
    name = (buckets[filing.person_id], filing.person_id)
    await desk.note({name}, LookKind.filings, why)
    async with platform.readers.reading() as reading:
        person = (await people.read_persons(reading, platform.sealer, [name]))[name]
        today = platform.clock.today()
        _, changes = await settlement.preview_late_filing(reading, platform.desk, filing, today=today)
    return desk.html(
        "filing.html",
        status_code=200 if box is None else REFUSED,
        box=box,
        reference=reference,
        filing=filing,
        about=_about(filing),
        person=people.masked_name(person.name),
        document=people.masked_document(person.document_number),
        changes=changes,
    )


@post("/filings/decide", status_code=200, include_in_schema=False)
async def decide_filing(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Approve or refuse. Pressed twice it decides once: the key is the filing's own."""
    desk = await at_desk(platform, request, FILINGS_WORDS)
    if desk.refused is not None:
        return desk.refused
    given: DecisionForm = read_fields(await request.form(), DecisionForm)
    page = desk.page
    filing = await _find(desk, given.reference)
    if filing is None:
        return await _list(desk, page.box("filing_gone"), status_code=REFUSED)
    key = f"{given.act}:{given.reference}:{filing.decision_count}"
    asked = DecideRequest(
        institution_id=0,
        request_key=key,
        digest=sm3(f"{key}|{desk.session.officer}|{given.why}".encode()),
        cell=filing.cell,
        filing_id=filing.filing_id,
        act=FilingAct(given.act),
        decided_by=Filer.agency,
        officer=desk.session.officer,
        why=given.why,
    )
    answer = await platform.lane.submit("decide_filing", asked)
    if isinstance(answer, Refused):
        why = page.say("why_open_default")
        return await _opened(desk, filing, given.reference, why, page.refused(answer))
    priced = answer.correction_id is not None
    done = Box(
        sentence=page.say(f"decided_{given.act}", reference=given.reference),
        next_step=page.say("decided_priced" if priced else "decided_next"),
        code=f"filing_{answer.filing.state.value}",
        tone="good",
    )
    return await _list(desk, done)


FILING_HANDLERS = (show_waiting, open_filing, decide_filing)
