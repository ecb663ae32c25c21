"""The person's filings: see them all with their states, file care elsewhere, take a filing back. 中文: 我的备案。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import msgspec
from litestar import Response, get, post

from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere, read_fields
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.wallet.filing_words import FILING_WORDS
from openyibao.fronts.wallet.sessions import bound_device
from openyibao.kit.crypto import sm3
from openyibao.kit.outcome import Refused
from openyibao.rooms import areas, credentials, filings
from openyibao.rooms.filings import (
    DecideRequest,
    Filed,
    Filer,
    FileRequest,
    Filing,
    FilingAct,
    FilingKind,
    FilingSettings,
    FilingState,
    NewFiling,
)

REFUSED = 422
CHANNEL = "wallet"
SELF_KINDS = (FilingKind.temporary, FilingKind.long_term)
"""What a person files here, where the area lets them."""
_MUNICIPALITIES = frozenset({11, 12, 31, 50})


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """The person behind this wallet: where their insurance lives, what its area decides, what they have filed."""

    person: tuple[int, int] | None
    """(cell, person_id); None where no insured area is on record."""
    settings: FilingSettings
    listed: Sequence[Filing]


class FilingForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a person fills in."""

    kind: FilingKind
    treatment_area: int
    begins_on: date
    key: str
    ends_on: str = ""


class ActForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which filing is taken back, and how."""

    filing_id: int
    act: FilingAct
    key: str


class FilingView(msgspec.Struct, frozen=True, kw_only=True):
    """One filing as the list shows it. ``acts`` are what the person may do with it."""

    filing_id: int
    kind: str
    about: str
    days: str
    by: str
    state: str
    tone: str
    acts: tuple[FilingAct, ...]


class AreaChoice(msgspec.Struct, frozen=True):
    """A province or municipality with its cities, to choose from."""

    code: int
    name: str
    cities: tuple[tuple[int, str], ...]


@cache
def area_choices() -> tuple[AreaChoice, ...]:
    """All provinces with their cities, by code; a municipality has none."""
    divisions = areas.read_divisions()
    cities: dict[int, list[tuple[int, str]]] = {}
    for code, name in sorted(divisions.items()):
        if code % 100 == 0 and code % 10_000 and code // 10_000 not in _MUNICIPALITIES:
            cities.setdefault(code // 10_000, []).append((code, name))
    return tuple(
        AreaChoice(code, name, tuple(cities.get(code // 10_000, ())))
        for code, name in sorted(divisions.items())
        if code % 10_000 == 0
    )


async def _holder(platform: Platform, request: PageRequest) -> Holder:
    """Who this is, with their filings."""
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)
        credential = await credentials.find_credential(reading, bucket=binding.bucket, person_id=binding.person_id)
        if credential is None or credential.insured_cell is None or credential.insured_area is None:
            return Holder(person=None, settings=filings.DEFAULT_SETTINGS, listed=())
        await platform.desk.areas.fresh(reading)
        settings = filings.settings_of(platform.desk.areas, credential.insured_area)
        person = (credential.insured_cell, binding.person_id)
        return Holder(person=person, settings=settings, listed=await filings.list_filings_of(reading, person))


def _views(page: Page, holder: Holder, today: date) -> list[FilingView]:
    names = areas.read_divisions() if holder.listed else {}
    return [
        _view(page, one, names, today, self_filed=holder.settings.rule(one.kind).self_filed) for one in holder.listed
    ]


def _view(page: Page, one: Filing, names: dict[int, str], today: date, *, self_filed: bool) -> FilingView:
    area = names.get(one.treatment_area, str(one.treatment_area)) if one.treatment_area else ""
    until = page.say("filing_open_end") if one.valid_until is None else one.valid_until.isoformat()
    running = one.state in {FilingState.filed, FilingState.approved} and (
        one.valid_until is None or today <= one.valid_until
    )
    acts: tuple[FilingAct, ...] = ()
    if running and self_filed:
        acts = (FilingAct.end, FilingAct.withdraw) if one.begins_on <= today else (FilingAct.withdraw,)
    return FilingView(
        filing_id=one.filing_id,
        kind=page.say(f"kind_{one.kind.value}"),
        about=" · ".join(each for each in (one.disease_code, one.item_code, area) if each),
        days=page.say("filing_from_to", begins=one.begins_on.isoformat(), ends=until),
        by=page.say("filing_by", by=page.say(f"by_{one.filed_by.value}")),
        state=page.say(_state(one)),
        tone="good" if filings.in_force(one, today) else "wait" if running else "over",
        acts=acts,
    )


def _state(one: Filing) -> str:
    counting = one.state is FilingState.filed and one.counts_at_once
    return "state_counting" if counting else f"state_{one.state.value}"


async def _show(page: Page, *, box: Box | None = None, status_code: int = 200) -> Response[Any]:
    platform, today = page.platform, page.platform.clock.today()
    holder = await _holder(platform, page.request)
    longest_days = holder.settings.rule(FilingKind.temporary).longest_days or 366
    return page.html(
        "wallet/filings.html",
        status_code=status_code,
        box=box,
        filings=_views(page, holder, today),
        kinds=[
            (kind.value, page.say(f"kind_{kind.value}"))
            for kind in SELF_KINDS
            if holder.person is not None and holder.settings.rule(kind).self_filed
        ],
        areas=area_choices(),
        today=today.isoformat(),
        latest=(today + timedelta(days=longest_days - 1)).isoformat(),
        longest_days=longest_days,
        key=platform.randomness.octets(12).hex(),
    )


@get("/filings", include_in_schema=False)
async def show_filings(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """All filings, and the form of care elsewhere."""
    return await _show(Page(platform, request, FILING_WORDS))


@post("/filings", status_code=200, include_in_schema=False)
async def file_elsewhere(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """File care elsewhere."""
    page = Page(platform, request, FILING_WORDS)
    person = (await _holder(platform, request)).person
    given: FilingForm = read_fields(await request.form(), FilingForm)
    if person is None:
        return page.go("/wallet/filings")
    new = NewFiling(
        kind=given.kind,
        begins_on=given.begins_on,
        ends_on=date.fromisoformat(given.ends_on) if _is_day(given.ends_on) else None,
        treatment_area=given.treatment_area,
    )
    answer = await platform.lane.submit(
        "file_filing",
        FileRequest(
            institution_id=0,
            request_key=_key(person, given.key),
            digest=sm3(msgspec.json.encode(given)),
            filed_by=Filer.person,
            filer=CHANNEL,
            new=new,
            cell=person[0],
            person_id=person[1],
        ),
    )
    return await _answered(page, answer, "filing_done")


@post("/filings/take-back", status_code=200, include_in_schema=False)
async def take_back(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """End or withdraw a filing of one's own."""
    page = Page(platform, request, FILING_WORDS)
    holder = await _holder(platform, request)
    person, listed = holder.person, holder.listed
    given: ActForm = read_fields(await request.form(), ActForm)
    if person is None or given.act not in {FilingAct.end, FilingAct.withdraw}:
        return page.go("/wallet/filings")
    if all(one.filing_id != given.filing_id for one in listed):
        return page.go("/wallet/filings")
    answer = await platform.lane.submit(
        "decide_filing",
        DecideRequest(
            institution_id=0,
            request_key=_key(person, given.key),
            digest=sm3(msgspec.json.encode(given)),
            cell=person[0],
            filing_id=given.filing_id,
            act=given.act,
            decided_by=Filer.person,
            officer=CHANNEL,
            person_id=person[1],
        ),
    )
    return await _answered(page, answer, "filing_stopped")


async def _answered(page: Page, answer: Filed | Refused, done: str) -> Response[Any]:
    if isinstance(answer, Refused):
        return await _show(page, box=page.refused(answer), status_code=REFUSED)
    return await _show(page, box=page.box(done, tone="good", state=page.say(_state(answer.filing))))


def _key(person: tuple[int, int], given: str) -> str:
    """A person's keys are their own; the page draws one for each form it shows."""
    return f"{CHANNEL}:{person[1]}:{given[:40]}"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


FILING_HANDLERS = (show_filings, file_elsewhere, take_back)
