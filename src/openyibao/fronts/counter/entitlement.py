"""How a person stands: each fund with reasons, from when and what ends it, and a line over the years. 中文: 待遇查询页面。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post

from openyibao.fronts.counter.desk import AtDesk, Why, at_desk
from openyibao.fronts.counter.entitlement_words import ENTITLEMENT_WORDS
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere, read_fields
from openyibao.rooms import entitlement, people
from openyibao.rooms.looks import LookKind
from openyibao.rooms.people import DocumentType, Enrolment, EntitlementPeriod

REFUSED = 422
BAR_WIDTH, ROW_HEIGHT = 1_000, 56
_TYPES = tuple(each.value for each in DocumentType)
_ONE_DAY = timedelta(days=1)


class LookForm(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an officer looks at, and why."""

    document_type: DocumentType
    document_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z()]{5,24}$")]
    why: Why


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One period in the picture, in thousandths of its width."""

    look: str
    begin: int
    width: int
    said: str


class FundView(msgspec.Struct, frozen=True, kw_only=True):
    """A fund of an enrolment: how it stands today, what ends that, its bars and its periods."""

    name: str
    today: str
    ends: str
    bars: tuple[Bar, ...]
    periods: tuple[tuple[str, str, str], ...]


class EnrolmentView(msgspec.Struct, frozen=True, kw_only=True):
    """An enrolment of the person in this pooling area."""

    name: str
    facts: tuple[str, ...]
    funds: tuple[FundView, ...]


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """The days that the picture shows: two years back, this one, and the next."""

    begin: date
    until: date

    def place(self, day: date) -> int:
        """Where a day stands, in thousandths."""
        days = (self.until - self.begin).days
        return max(0, min(BAR_WIDTH, (day - self.begin).days * BAR_WIDTH // days))


def span_around(today: date) -> Span:
    """Four calendar years, the present one the third."""
    return Span(begin=date(today.year - 2, 1, 1), until=date(today.year + 2, 1, 1))


@get("/entitlement", include_in_schema=False)
async def ask_whom(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The form: whom, and why."""
    desk = await at_desk(platform, request, ENTITLEMENT_WORDS)
    return desk.refused or _form(desk)


def _form(desk: AtDesk, box: Box | None = None) -> Response[Any]:
    return desk.html(
        "entitlement.html", status_code=200 if box is None else REFUSED, box=box, types=_TYPES, person=None
    )


@post("/entitlement", status_code=200, include_in_schema=False)
async def show_entitlement(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """How the person stands; the look is kept first."""
    desk = await at_desk(platform, request, ENTITLEMENT_WORDS)
    if desk.refused is not None:
        return desk.refused
    page = desk.page
    try:
        given: LookForm = read_fields(await request.form(), LookForm)
    except msgspec.ValidationError:
        return _form(desk, page.box("why_needed"))
    asked = (given.document_type, people.normal_document(given.document_number))
    async with platform.readers.reading() as reading:
        who = (await people.find_persons(reading, platform.sealer, [asked])).get(asked)
        if who is None:
            return _form(desk, page.box("not_here"))
        found = (await entitlement.list_person_enrolments(reading, platform.desk.areas, [who.person_id]))[who.person_id]
    name = (who.bucket, who.person_id)
    await desk.note({name}, LookKind.eligibility, given.why)
    own = [one for one in found if one.pooling_area == desk.pool.pooling_area]
    if not own:
        return _form(desk, page.box("not_here"))
    async with platform.readers.reading() as reading:
        person = (await people.read_persons(reading, platform.sealer, [name]))[name]
    today = platform.clock.today()
    span = span_around(today)
    return desk.html(
        "entitlement.html",
        box=None,
        types=_TYPES,
        person=people.masked_name(person.name),
        document=people.masked_document(person.document_number),
        enrolments=[_enrolment(page, one, today, span) for one in sorted(own, key=lambda one: one.begins_on)],
        span=span,
        years=[(year, span.place(date(year, 1, 1))) for year in range(span.begin.year, span.until.year)],
        now=span.place(today),
        height=ROW_HEIGHT,
    )


def _enrolment(page: Page, one: Enrolment, today: date, span: Span) -> EnrolmentView:
    until = page.say("open_end") if one.ends_on is None else one.ends_on.isoformat()
    facts = [
        page.say("enrolled", begin=one.begins_on, until=until),
        page.say("agency_of", agency=one.agency_area),
    ]
    if one.paid_until is not None:
        facts.append(page.say("paid_until", day=one.paid_until))
    if one.running_since is not None:
        facts.append(page.say("running_since", day=one.running_since))
    funds = sorted({period.fund for period in one.entitlements})
    key = f"insurance_{one.insurance_type.value}"
    return EnrolmentView(
        name=page.say(key) if key in page.words else one.insurance_type.value,
        facts=tuple(facts),
        funds=tuple(_fund(page, one, fund, today, span) for fund in funds),
    )


def _fund(page: Page, one: Enrolment, fund: str, today: date, span: Span) -> FundView:
    periods = sorted((each for each in one.entitlements if each.fund == fund), key=lambda each: each.begins_on)
    at = entitlement.standing_on(one, fund, today)
    key = f"fund_{fund}"
    return FundView(
        name=page.say(key) if key in page.words else fund,
        today=page.say("today_outside" if at is None else f"today_{at.state.value}"),
        ends="" if at is None else _what_ends(page, periods, at.ends_on),
        bars=tuple(bar for each in periods if (bar := _bar(page, each, span)) is not None),
        periods=tuple(
            (
                each.begins_on.isoformat(),
                page.say("open_end") if each.ends_on is None else each.ends_on.isoformat(),
                page.say(f"stands_{each.state.value}"),
            )
            for each in periods
        ),
    )


def _what_ends(page: Page, periods: Sequence[EntitlementPeriod], until: date | None) -> str:
    if until is None:
        return page.say("ends_never")
    following = next((each for each in periods if each.begins_on == until + _ONE_DAY), None)
    then = page.say("then_ended") if following is None else page.say(f"stands_{following.state.value}")
    return page.say("ends_with", until=until, then=then)


def _bar(page: Page, period: EntitlementPeriod, span: Span) -> Bar | None:
    begin = span.place(period.begins_on)
    end = BAR_WIDTH if period.ends_on is None else span.place(period.ends_on + _ONE_DAY)
    if end <= begin:
        return None
    until = "" if period.ends_on is None else period.ends_on.isoformat()
    said = f"{page.say(f'stands_{period.state.value}')} {period.begins_on.isoformat()} – {until}"
    return Bar(look=period.state.value, begin=begin, width=end - begin, said=said)


ENTITLEMENT_HANDLERS = (ask_whom, show_entitlement)
