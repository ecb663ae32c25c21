"""The pages of stays: admit, where the patient lies, lines of the day, settle, discharge, and the undoing of each. 中文: 住院页面。

Each form carries a key that is drawn with the page, so that a second press asks the same again.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from openyibao.fronts.shared.pages import Page, PageRequest, PlatformHere, read_fields
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.terminal import forms, stay_forms, views
from openyibao.fronts.terminal.sessions import TerminalSession, in_session
from openyibao.kit.batch import Unknown
from openyibao.kit.crypto import sm3, sm3_hex
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, settlement
from openyibao.rooms.encounters import (
    BED_KINDS,
    ENCOUNTER_UNKNOWN,
    LINE_NO_MAX,
    AddItemsRequest,
    Admission,
    ChangeRequest,
    CloseRequest,
    Diagnosis,
    Encounter,
    EncounterKind,
    EncounterStep,
    FeeBatch,
    FeeBatchState,
    NewEncounter,
    OpenRequest,
    RemoveItemsRequest,
    UndoRequest,
)
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.presentation import Purpose, ScanRequest
from openyibao.rooms.settlement import ExpectedSplit, SettleRequest, WaitingPart

REFUSED = 422
LONG_STAYS_MAX = 50
"""Of so many stays the list says whether a settlement of the year's end is due."""
PATH = "/stays/{cell:int}/{encounter_id:int}"
KINDS = tuple(kind for kind in EncounterKind if kind in BED_KINDS)


def _draw(platform: Platform) -> str:
    return f"S{sm3_hex(platform.randomness.octets(16))[:31]}"


@get("/stays", include_in_schema=False)
async def show_stays(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Who lies here, and the form of an admission."""
    page, session = in_session(platform, request)
    async with platform.readers.reading() as reading:
        found = await encounters.list_stays_at(reading, session.institution_id)
        steps: dict[int, EncounterStep] = {}
        for step in await encounters.read_steps(reading, [(one.cell, one.encounter_id) for one in found]):
            steps[step.encounter_id] = step
    year = platform.clock.today().year
    long = [one for one in found if one.opened_on.year < year][:LONG_STAYS_MAX]
    due = {one.encounter_id for one in long if any(part.over for part in await _parts(platform, session, one))}
    return page.html(
        "terminal/stays.html",
        session=session,
        rows=[(one, steps.get(one.encounter_id), one.encounter_id in due) for one in found],
        kinds=KINDS,
        practitioners=platform.desk.directory.practitioners_of(session.institution_id),
        request_key=_draw(platform),
    )


@post("/stays", status_code=200, include_in_schema=False)
async def admit(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Scan the code and admit, in one press."""
    page, session = in_session(platform, request)
    given: stay_forms.AdmitForm = read_fields(await request.form(), stay_forms.AdmitForm)
    code = forms.scanned_digits(given.code)
    if len(code) != 28 or not code.isascii() or not code.isdigit():
        return page.show_box(page.box("code_malformed"), status_code=REFUSED)
    shown = await platform.lane.submit(
        "scan", ScanRequest(**session.caller(), code=code, purpose=Purpose.inpatient_admission)
    )
    if isinstance(shown, Refused):
        return page.show_box(page.refused(shown), status_code=REFUSED)
    visit = NewEncounter(
        kind=given.kind,
        practitioner_code=given.practitioner_code,
        diagnoses=(Diagnosis(code=given.diagnosis_code, name=given.diagnosis_name, main=True),),
        admission=Admission(ward=given.ward, bed=given.bed),
    )
    asked = OpenRequest(
        **session.caller(),
        request_key=given.request_key,
        digest=sm3(msgspec.json.encode((shown.visit_token, visit))),
        visit_token=shown.visit_token,
        encounter=visit,
    )
    answer = await platform.lane.submit("open_encounter", asked)
    if isinstance(answer, Refused):
        return page.show_box(page.refused(answer), status_code=REFUSED)
    return page.go(f"/terminal/stays/{answer.encounter.cell}/{answer.encounter.encounter_id}")


class _Stay(msgspec.Struct):
    encounter: Encounter
    batches: list[FeeBatch]
    steps: list[EncounterStep]


async def _find(platform: Platform, session: TerminalSession, cell: int, encounter_id: int) -> _Stay | Refused:
    name = (cell if cell < 2**31 else 0, encounter_id if encounter_id < 2**63 else 0)
    async with platform.readers.reading() as reading:
        visit = (await encounters.read_encounters(reading, [name])).get(name)
        if visit is None or visit.institution_id != session.institution_id:
            return Refused(ENCOUNTER_UNKNOWN)
        batches = await encounters.read_fee_batches(reading, [name])
        return _Stay(visit, batches, await encounters.read_steps(reading, [name]))


async def _parts(platform: Platform, session: TerminalSession, stay: Encounter) -> list[WaitingPart]:
    asked = SettleRequest(
        **session.caller(), request_key="", digest=b"", cell=stay.cell, encounter_id=stay.encounter_id
    )
    async with platform.readers.reading() as reading:
        return await settlement.list_waiting_parts(reading, platform.clock, platform.desk, asked)


@get(PATH, include_in_schema=False)
async def show_stay(
    request: PageRequest, platform: PlatformHere, cell: FromPath[int], encounter_id: FromPath[int]
) -> Response[Any]:
    """One stay: where the patient lies, what was charged, what may be done now."""
    page, session = in_session(platform, request)
    found = await _find(platform, session, cell, encounter_id)
    if isinstance(found, Refused):
        return page.show_box(page.refused(found), status_code=404)
    batches = [
        (
            one,
            len(one.items),
            sum(item.amount_fen for item in one.items),
            one.items[0].incurred_on if one.items else None,
        )
        for one in found.batches
    ]
    waiting = any(one.state is FeeBatchState.open for one in found.batches)
    parts = await _parts(platform, session, found.encounter) if waiting else []
    return page.html(
        "terminal/stay.html",
        session=session,
        visit=found.encounter,
        parts=parts,
        last=found.steps[-1] if found.steps else None,
        steps=[(step, views.shanghai_text(step.stepped_at)) for step in found.steps],
        batches=batches,
        waiting=waiting,
        path=f"/terminal/stays/{cell}/{encounter_id}",
        today=platform.clock.today().isoformat(),
        practitioners=platform.desk.directory.practitioners_of(session.institution_id),
        keys=[_draw(platform) for _ in range(6)],
    )


async def _submit(page: Page, platform: Platform, verb: str, asked: Any) -> Response[Any]:
    """Ask the lane, and come back to the stay's page."""
    answer = await platform.lane.submit(verb, asked)
    if isinstance(answer, Refused):
        return page.show_box(page.refused(answer), status_code=REFUSED)
    return page.go(f"/terminal/stays/{asked.cell}/{asked.encounter_id}")


def _at(
    session: TerminalSession, cell: int, encounter_id: int, verb: str, given: Any, lines: Any = None
) -> dict[str, Any]:
    """What each keyed request says, its digest made of what was filled in."""
    return {
        "institution_id": session.institution_id,
        "request_key": given.request_key,
        "digest": sm3(f"{verb}|{cell}|{encounter_id}|".encode() + msgspec.json.encode((given, lines))),
        "cell": cell,
        "encounter_id": encounter_id,
    }


@post(PATH + "/change", status_code=200, include_in_schema=False)
async def change(
    request: PageRequest, platform: PlatformHere, cell: FromPath[int], encounter_id: FromPath[int]
) -> Response[Any]:
    """Move the patient to another ward or bed."""
    page, session = in_session(platform, request)
    given: stay_forms.ChangeForm = read_fields(await request.form(), stay_forms.ChangeForm)
    at = _at(session, cell, encounter_id, "change", given)
    asked = ChangeRequest(**at, operator_code=session.operator_code, ward=given.ward, bed=given.bed)
    return await _submit(page, platform, "change_encounter", asked)


@post(PATH + "/lines", status_code=200, include_in_schema=False)
async def upload(
    request: PageRequest, platform: PlatformHere, cell: FromPath[int], encounter_id: FromPath[int]
) -> Response[Any]:
    """Upload the lines of a day as one batch."""
    page, session = in_session(platform, request)
    form = await request.form()
    given: stay_forms.DayForm = read_fields(form, stay_forms.DayForm)
    found = await _find(platform, session, cell, encounter_id)
    if isinstance(found, Refused):
        return page.show_box(page.refused(found), status_code=REFUSED)
    numbers = [item.line_no for batch in found.batches for item in batch.items if item.line_no <= LINE_NO_MAX]
    lines = stay_forms.day_lines(form, given, after=max(numbers, default=0))
    if not lines:
        return page.show_box(page.box("no_lines"), status_code=REFUSED)
    # Without the numbers: pressed again, the lines would come after those that the first press uploaded.
    at = _at(session, cell, encounter_id, "lines", given, [msgspec.structs.replace(one, line_no=0) for one in lines])
    return await _submit(page, platform, "add_items", AddItemsRequest(**at, items=lines))


@post(PATH + "/remove", status_code=200, include_in_schema=False)
async def remove(
    request: PageRequest, platform: PlatformHere, cell: FromPath[int], encounter_id: FromPath[int]
) -> Response[Any]:
    """Take back all that waits to be settled."""
    page, session = in_session(platform, request)
    given: stay_forms.KeyForm = read_fields(await request.form(), stay_forms.KeyForm)
    asked = RemoveItemsRequest(**_at(session, cell, encounter_id, "remove", given))
    return await _submit(page, platform, "remove_items", asked)


@post(PATH + "/discharge", status_code=200, include_in_schema=False)
async def discharge(
    request: PageRequest, platform: PlatformHere, cell: FromPath[int], encounter_id: FromPath[int]
) -> Response[Any]:
    """The patient leaves."""
    page, session = in_session(platform, request)
    given: stay_forms.DischargeForm = read_fields(await request.form(), stay_forms.DischargeForm)
    asked = CloseRequest(
        **_at(session, cell, encounter_id, "discharge", given),
        operator_code=session.operator_code,
        closed_on=given.closed_on,
        diagnoses=(Diagnosis(code=given.diagnosis_code, name=given.diagnosis_name, main=True),),
    )
    return await _submit(page, platform, "close_encounter", asked)


@post(PATH + "/undo/{what:str}", status_code=200, include_in_schema=False)
async def undo(
    request: PageRequest, platform: PlatformHere, cell: FromPath[int], encounter_id: FromPath[int], what: FromPath[str]
) -> Response[Any]:
    """Undo the discharge or, for any other word, the admission."""
    page, session = in_session(platform, request)
    given: stay_forms.KeyForm = read_fields(await request.form(), stay_forms.KeyForm)
    verb = "reopen_encounter" if what == "discharge" else "cancel_encounter"
    asked = UndoRequest(**_at(session, cell, encounter_id, verb, given), operator_code=session.operator_code)
    return await _submit(page, platform, verb, asked)


def _bill(
    session: TerminalSession, form: Any, cell: int, encounter_id: int, settling: forms.SettleForm | None
) -> SettleRequest:
    """The batches that were ticked (none: all that wait) as a request; a stay needs no code."""
    chosen = stay_forms.chosen_batches(form)
    account_use = AccountUse.own if form.get("account_use") == "own" else AccountUse.none
    expected = settling and ExpectedSplit(
        fund_total_fen=settling.fund_total_fen,
        personal_account_fen=settling.personal_account_fen,
        cash_fen=settling.cash_fen,
    )
    return SettleRequest(
        **session.caller(),
        request_key=settling.request_key if settling else "",
        digest=sm3(msgspec.json.encode((cell, encounter_id, chosen, account_use, expected))),
        cell=cell,
        encounter_id=encounter_id,
        fee_batch_ids=chosen,
        account_use=account_use,
        expected=expected or None,
    )


@post(PATH + "/pre-settle", status_code=200, include_in_schema=False)
async def pre_settle(
    request: PageRequest, platform: PlatformHere, cell: FromPath[int], encounter_id: FromPath[int]
) -> Response[Any]:
    """The explained split of the batches, and the button that settles exactly it."""
    page, session = in_session(platform, request)
    bill = _bill(session, await request.form(), cell, encounter_id, None)
    async with platform.readers.reading() as reading:
        answer = await settlement.pre_settle(reading, platform.clock, platform.desk, bill)
    if isinstance(answer, Refused):
        return page.show_box(page.refused(answer), status_code=REFUSED)
    return page.html(
        "terminal/split.html",
        done=answer,
        split=answer.split,
        segments=views.split_segments(answer.split, page.language),
        lines=(),
        steps=[(views.sentence(step, page.language), step.article) for step in answer.steps if step.line_no is None],
        title=answer.document_title_en if page.language == "en" else answer.document_title_zh,
        request_key=_draw(platform),
        settle_path=f"/terminal/stays/{cell}/{encounter_id}/settle",
    )


@post(PATH + "/settle", status_code=200, include_in_schema=False)
async def settle(
    request: PageRequest, platform: PlatformHere, cell: FromPath[int], encounter_id: FromPath[int]
) -> Response[Any]:
    """Settle what was agreed; interim while the patient lies here."""
    page, session = in_session(platform, request)
    form = await request.form()
    settling: forms.SettleForm = read_fields(form, forms.SettleForm)
    try:
        answer = await platform.lane.submit("settle", _bill(session, form, cell, encounter_id, settling))
    except Unknown:
        return page.show_box(page.box("not_yet_known", tone="wait"), status_code=503)
    if isinstance(answer, Refused):
        return page.show_box(page.refused(answer), status_code=REFUSED)
    return page.go(f"/terminal/slip/{answer.settlement.cell}/{answer.settlement.settlement_id}")


STAY_HANDLERS = (show_stays, admit, show_stay, change, upload, remove, discharge, undo, pre_settle, settle)
