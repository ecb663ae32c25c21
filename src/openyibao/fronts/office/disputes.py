"""Disputes: which wait and until when, what the log says of the entry, and the answer, given once. 中文: 异议处理。"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from openyibao.fronts.office.desk import PAGES_OF, REFUSED, Officer, at_office, minute
from openyibao.fronts.shared.pages import Box, PageRequest, PlatformHere
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.money import yuan_text
from openyibao.kit.outcome import Refused
from openyibao.rooms import disputes, people, rights
from openyibao.rooms.disputes import Answer, Dispute, Finding
from openyibao.rooms.looks import LookKind
from openyibao.rooms.rights import Subject


async def _list(officer: Officer, box: Box | None = None) -> Response[Any]:
    platform = officer.platform
    async with platform.readers.reading() as reading:
        waiting = await disputes.list_waiting(reading, platform.sealer)
    await officer.look([(one.bucket, one.person_id) for one in waiting], LookKind.dispute, "disputes that wait")
    today = platform.clock.today()
    rows = [
        {
            "number": disputes.dispute_number(one.bucket, one.dispute_id),
            "kind": one.subject_kind,
            "place": _place(officer, one.institution_id),
            "raised": minute(one.raised_at),
            "promised": one.promised_on.isoformat(),
            "late": one.promised_on < today,
            "days": (one.promised_on - today).days,
        }
        for one in waiting
    ]
    return officer.html("disputes", status_code=REFUSED if box and box.tone == "stop" else 200, box=box, rows=rows)


def _place(officer: Officer, institution_id: int | None) -> str:
    found = None if institution_id is None else officer.platform.desk.directory.by_id(institution_id)
    return "" if found is None else found.name


@get("/disputes", include_in_schema=False)
async def show_disputes(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What waits, the first promised first."""
    officer, refused = await at_office(platform, request, PAGES_OF["disputes"])
    return refused or await _list(officer)


async def _find(officer: Officer, number: str) -> Dispute | None:
    name = disputes.read_number(number[:40])
    if name is None:
        return None
    async with officer.platform.readers.reading() as reading:
        return await disputes.find_dispute(reading, officer.platform.sealer, bucket=name[0], dispute_id=name[1])


@get("/disputes/{number:str}", include_in_schema=False)
async def show_dispute(request: PageRequest, platform: PlatformHere, number: FromPath[str]) -> Response[Any]:
    """One dispute with its evidence."""
    officer, refused = await at_office(platform, request, PAGES_OF["disputes"])
    return refused or await _page(officer, number)


async def _page(officer: Officer, number: str, box: Box | None = None) -> Response[Any]:
    one = await _find(officer, number)
    if one is None:
        return await _list(officer, box or officer.page.box("dispute_absent"))
    await officer.look([(one.bucket, one.person_id)], LookKind.dispute, f"dispute {number}"[:200])
    platform, name = officer.platform, (one.bucket, one.person_id)
    subject = Subject(
        bucket=one.bucket,
        person_id=one.person_id,
        cells=platform.desk.areas.cells_of_person(one.person_id),
    )
    async with platform.readers.reading() as reading:
        person = (await people.read_persons(reading, platform.sealer, [name]))[name]
        entry = await rights.find_entry(
            reading, subject, kind=one.subject_kind, entry_id=one.subject_id, at=one.happened_at
        )
    evidence = [
        (label, text)
        for label, text in (
            ("evidence_at", minute(one.happened_at)),
            ("evidence_place", _place(officer, one.institution_id)),
            ("evidence_terminal", "" if entry is None else entry.terminal_code),
            ("evidence_who", "" if entry is None else entry.who),
            ("evidence_about", "" if entry is None else entry.about),
            ("evidence_reason", "" if entry is None else entry.reason),
            ("evidence_fee", "" if entry is None or entry.amount_fen is None else yuan_text(entry.amount_fen)),
        )
        if text
    ]
    return officer.html(
        "dispute",
        status_code=REFUSED if box and box.tone == "stop" else 200,
        box=box,
        number=disputes.dispute_number(one.bucket, one.dispute_id),
        kind=one.subject_kind,
        name=people.masked_name(person.name),
        words=one.words,
        promised=one.promised_on.isoformat(),
        evidence=evidence,
        findings=[each.value for each in Finding],
        finding=None if one.finding is None else one.finding.value,
        answer=one.answer,
        answered=None if one.answered_at is None else minute(one.answered_at),
    )


@post("/disputes/{number:str}", status_code=200, include_in_schema=False)
async def answer_dispute(request: PageRequest, platform: PlatformHere, number: FromPath[str]) -> Response[Any]:
    """The answer, as the person reads it."""
    officer, refused = await at_office(platform, request, PAGES_OF["disputes"])
    if refused is not None:
        return refused
    form = await request.form()
    name = disputes.read_number(number[:40])
    shape = {
        "finding": str(form.get("finding", "")),
        "words": str(form.get("words", "")).strip()[:500],
        "officer": officer.session.officer,
    }
    try:
        given = msgspec.convert(shape, Answer)
    except msgspec.ValidationError:
        return await _page(officer, number, officer.page.box("find_unread"))

    async def run(tx: Tx) -> Dispute | Refused:
        bucket, dispute_id = name or (0, 0)
        return await disputes.answer(
            tx, platform.clock, platform.sealer, bucket=bucket, dispute_id=dispute_id, given=given
        )

    done = await platform.lane.submit("work", Work(run=run))
    if isinstance(done, Refused):
        return await _page(officer, number, officer.page.refused(done))
    return await _list(officer, officer.page.box("dispute_done", tone="good"))


DISPUTE_HANDLERS = (show_disputes, show_dispute, answer_dispute)
