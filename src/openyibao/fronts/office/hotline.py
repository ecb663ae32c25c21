"""The hotline: what a caller says is compared, never shown; who is proved may have devices ended or the code frozen. 中文: 热线页面。

Nothing can be given over the phone, so one officer suffices; each call is kept, and so is what came of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post

from openyibao.fronts.office.desk import PAGES_OF, REFUSED, Officer, at_office, minute, read_name
from openyibao.fronts.shared.pages import Box, PageRequest, PlatformHere
from openyibao.kit.batch import Work
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, credentials, freezes, people, settlement
from openyibao.rooms.bindings import BindingKind, HotlineCall, HotlineFact, LostCall, NewCall
from openyibao.rooms.looks import LookKind
from openyibao.rooms.people import DocumentType, InsuredPerson

BILLS_LOOKED_AT = 3
TYPES = [each.value for each in DocumentType]
ANSWERS = ("registered_phone", "insured_area", "last_visit", "birth_date", "bound_devices")
"""What a caller can be asked, in the order of the page."""
_EMPTY = dict.fromkeys(("document_number", "name", "call_back", "why", *ANSWERS), "") | {
    "document_type": DocumentType.identity_card.value
}
Text = Annotated[str, msgspec.Meta(max_length=60, pattern=r"^[^\x00-\x1f]*$")]


class CallForm(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls, from where, why, and what they answer; an empty answer was not asked for."""

    document_type: DocumentType
    document_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z()]{5,24}$")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
    call_back: Annotated[str, msgspec.Meta(pattern=r"^\+?[0-9-]{6,20}$")]
    why: Annotated[str, msgspec.Meta(min_length=2, max_length=120, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]
    registered_phone: Text = ""
    insured_area: Text = ""
    last_visit: Text = ""
    birth_date: Text = ""
    bound_devices: Text = ""


async def _truths(officer: Officer, reading: Reading, person: InsuredPerson) -> Mapping[str, frozenset[str]]:
    """Which answers are right. A birth date that stands in the number the caller gave proves nothing."""
    platform = officer.platform
    phone = await people.find_phone(reading, platform.sealer, person.bucket, person.person_id)
    credential = await credentials.find_credential(reading, bucket=person.bucket, person_id=person.person_id)
    days: set[date] = set()
    for cell in platform.desk.areas.cells_of_person(person.person_id):
        found = await settlement.list_of_person(reading, cell, person.person_id, most=BILLS_LOOKED_AT)
        days |= {one.settled_on for one in found}
    bound = 0
    if credential is not None:
        listed = await bindings.list_bindings(reading, bucket=person.bucket, credential_id=credential.credential_id)
        bound = sum(one.kind is not BindingKind.carrier for one in listed)
    area = None if credential is None else credential.insured_area
    told = person.document_type is DocumentType.identity_card
    return {
        "registered_phone": frozenset() if phone is None else frozenset({phone}),
        "insured_area": frozenset() if area is None else frozenset({str(area)}),
        "last_visit": frozenset(day.isoformat() for day in sorted(days)[-BILLS_LOOKED_AT:]),
        "birth_date": frozenset() if told else frozenset({person.birth_on.isoformat()}),
        "bound_devices": frozenset({str(bound)}),
    }


async def _page(officer: Officer, box: Box | None = None, **facts: Any) -> Response[Any]:
    platform = officer.platform
    async with platform.readers.reading() as reading:
        await platform.desk.fresh(reading)
        calls = await bindings.list_calls(reading, platform.clock, institution_id=officer.session.institution_id)
    rows = [
        {
            "at": minute(one.called_at),
            "officer": one.officer.partition(":")[2],
            "proved": one.proved,
            "right": len(one.facts_right),
            "asked": len(one.facts_asked),
            "why": one.why,
        }
        for one in calls
    ]
    shown = {"given": _EMPTY, "call": None, **facts}
    areas = [(pool.pooling_area, pool.name) for pool in platform.desk.areas.list_pools()]
    status = REFUSED if box is not None and box.tone == "stop" else 200
    return officer.html(
        "hotline", status_code=status, box=box, calls=rows, types=TYPES, areas=areas, answers=ANSWERS, **shown
    )


@get("/hotline", include_in_schema=False)
async def show_hotline(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The form of a call, and the calls of the last days."""
    officer, refused = await at_office(platform, request, PAGES_OF["hotline"])
    return refused or await _page(officer)


@post("/hotline", status_code=200, include_in_schema=False)
async def take_call(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """A call: compared, kept, and what it allows."""
    officer, refused = await at_office(platform, request, PAGES_OF["hotline"])
    if refused is not None:
        return refused
    form = await request.form()
    kept = {name: str(form.get(name, "")).strip()[:120] for name in _EMPTY}
    try:
        given = msgspec.convert(kept, CallForm, strict=False)
    except msgspec.ValidationError:
        return await _page(officer, officer.page.box("find_unread"), given=kept)
    async with platform.readers.reading() as reading:
        number = given.document_number.upper()
        person = await people.find_by_document(reading, platform.sealer, given.document_type, number)
        if person is None or person.name != given.name:
            return await _page(officer, officer.page.box("find_nobody"), given=kept)
        truths = await _truths(officer, reading, person)
    asked = [name for name in ANSWERS if kept[name]]
    new = NewCall(
        bucket=person.bucket,
        person_id=person.person_id,
        facts_asked=tuple(HotlineFact(name) for name in asked),
        facts_right=tuple(HotlineFact(name) for name in asked if kept[name] in truths[name]),
        call_back_number=given.call_back,
        institution_id=officer.session.institution_id,
        officer=officer.session.officer,
        why=given.why,
    )
    await officer.look([(person.bucket, person.person_id)], LookKind.identity, f"hotline: {given.why}")

    async def run(tx: Tx) -> HotlineCall | Refused:
        return await bindings.take_call(tx, platform.clock, platform.sealer, new=new)

    call = await platform.lane.submit("work", Work(run=run))
    if isinstance(call, Refused):
        return await _page(officer, officer.page.refused(call), given=kept)
    if not call.proved:
        return await _page(officer, officer.page.box("call_unproved", right=len(call.facts_right)), given=kept)
    return await _page(officer, call=await _proved(officer, call, person))


async def _proved(officer: Officer, call: HotlineCall, person: InsuredPerson) -> dict[str, Any]:
    """What the officer sees of a caller who is proved: their devices by name."""
    async with officer.platform.readers.reading() as reading:
        credential = await credentials.find_credential(reading, bucket=call.bucket, person_id=call.person_id)
        listed = []
        if credential is not None:
            listed = await bindings.list_bindings(reading, bucket=call.bucket, credential_id=credential.credential_id)
        frozen = await freezes.find_open(reading, bucket=call.bucket, person_id=call.person_id)
    return {
        "named": f"{call.bucket}-{call.call_id}",
        "name": people.masked_name(person.name),
        "right": [officer.page.say(f"fact_{fact}") for fact in call.facts_right],
        "devices": [one.device_name for one in listed if one.kind is not BindingKind.carrier],
        "frozen": frozen is not None,
    }


@post("/hotline/act", status_code=200, include_in_schema=False)
async def act(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """End the caller's devices, or freeze: for a quarter of an hour after a call that was proved."""
    officer, refused = await at_office(platform, request, PAGES_OF["hotline"])
    if refused is not None:
        return refused
    form = await request.form()
    bucket, call_id = read_name(str(form.get("named", "")))
    async with platform.readers.reading() as reading:
        call = await bindings.find_call(
            reading, platform.clock, bucket=bucket, call_id=call_id, officer=officer.session.officer
        )
    if call is None:
        return await _page(officer, officer.page.box("call_over"))
    freezing = form.get("act") == "freeze"
    done = await platform.lane.submit(
        "work", Work(run=_acting(officer, call, str(form.get("call_back", "")), freezing))
    )
    if isinstance(done, Refused):
        return await _page(officer, officer.page.refused(done))
    if freezing:
        return await _page(officer, officer.page.box("call_frozen", tone="good"))
    return await _page(officer, officer.page.box("call_ended", tone="good", count=len(done.bindings_ended)))


def _acting(officer: Officer, call: HotlineCall, call_back: str, freezing: bool) -> Any:
    platform, actor = officer.platform, officer.session.officer

    async def run(tx: Tx) -> Any:
        if freezing:
            return await freezes.freeze(
                tx, platform.clock, bucket=call.bucket, person_id=call.person_id, actor=f"hotline:{actor}"
            )
        lost = LostCall(facts_checked=call.facts_right, call_back_number=call_back[:20], officer=actor, why=call.why)
        return await bindings.unbind_by_hotline(
            tx, platform.clock, platform.sealer, bucket=call.bucket, person_id=call.person_id, call=lost
        )

    return run


HOTLINE_HANDLERS = (show_hotline, take_call, act)
