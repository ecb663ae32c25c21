"""Cards and papers at a post: the officer has the document in hand, binds a card, prints a code, lists and ends them. 中文: 卡与纸质码办理。

Who is in hand stands in a sealed cookie of fifteen minutes, never in an address. Where the insured area asks for two, the approver
agrees on the same page with an own password and one-time code.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from openyibao.fronts.shared import papering
from openyibao.fronts.shared.attended import REFUSED, OfficerSession, Post, at_post, look_at_post
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere, read_fields
from openyibao.fronts.shared.papering import CarrierInHand, carriers_of, keep, let_go, paper_view, taken
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.money import parse_yuan
from openyibao.kit.outcome import Refused
from openyibao.rooms import activations, bindings, cards, papers, people
from openyibao.rooms.activations import Origin
from openyibao.rooms.bindings import UnbindGround
from openyibao.rooms.cards import CardInHand, CardKind
from openyibao.rooms.people import DocumentType

_EMPTY = {"name": "", "document_type": DocumentType.identity_card.value, "document_number": ""}
_TYPES = [each.value for each in DocumentType]
Count = Annotated[int, msgspec.Meta(ge=0, le=999)]


class FindForm(msgspec.Struct, frozen=True, kw_only=True):
    """Whose document it is."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
    document_type: DocumentType
    document_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z()]{5,24}$")]


class CardForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which card is to carry the credential."""

    kind: CardKind
    card_number: Annotated[str, msgspec.Meta(pattern=r"^([0-9A-Za-z]{6,30})?$")] = ""


class PaperForm(msgspec.Struct, frozen=True, kw_only=True):
    """The edges of a printed code."""

    where: Literal["here", "named", "area"]
    codes: Annotated[str, msgspec.Meta(max_length=900, pattern=r"^[0-9A-Za-z\s,，、]*$")] = ""
    scope: Literal["everything", "hospital", "pharmacy"]
    day_limit: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,6}(\.[0-9]{1,2})?$")]
    uses_a_day: Count
    days: Count


def _find_page(
    page: Page, place: Post, session: OfficerSession, box: Box | None = None, given: Any = None
) -> Response[Any]:
    return page.html(
        "attended/carriers_find.html",
        status_code=200 if box is None else REFUSED,
        box=box,
        given=given or _EMPTY,
        types=_TYPES,
        post=place.name,
        who=session.operator_name,
    )


async def _find(page: Page, place: Post, session: OfficerSession, fields: dict[str, str]) -> Response[Any]:
    kept = {name: fields.get(name, "").strip()[:40] for name in _EMPTY}
    if fields.get("seen") != "yes":
        return _find_page(page, place, session, page.box("carriers_seen_missing"), kept)
    try:
        given = msgspec.convert(kept, FindForm, strict=False)
    except msgspec.ValidationError:
        return _find_page(page, place, session, page.box("attend_not_matched"), kept)
    origin = Origin(device=session.officer, address="", channel_code=session.channel_code(place))

    async def run(tx: Tx) -> Any:
        return await activations.match_person(
            tx,
            page.platform.clock,
            page.platform.sealer,
            channel=place.rules,
            origin=origin,
            document_type=given.document_type,
            document_number=given.document_number,
            name=given.name,
        )

    found = await page.platform.lane.submit("work", Work(run=run))
    if isinstance(found, Refused):
        return _find_page(page, place, session, page.refused(found), kept)
    await look_at_post(page.platform, place, session, [(found.bucket, found.person_id)], why="cards and paper")
    keep(page, place, session, found.bucket, found.person_id)
    return page.go(f"/{place.name}/carriers")


async def _person_page(
    page: Page, place: Post, session: OfficerSession, held: CarrierInHand, box: Box | None = None
) -> Response[Any]:
    person, rows, settings = await carriers_of(page, held)
    institution = page.platform.desk.directory.by_id(session.institution_id)
    return page.html(
        "attended/carriers.html",
        status_code=200 if box is None or box.tone == "good" else REFUSED,
        box=box,
        name_masked=people.masked_name(person.name),
        document_masked=people.masked_document(person.document_number),
        rows=rows,
        settings=settings,
        own_code="" if institution is None else institution.institution_code,
        may_bind=person.document_type is DocumentType.identity_card,
        post=place.name,
        who=session.operator_name,
    )


async def _bind(page: Page, session: OfficerSession, place: Post, held: CarrierInHand, fields: Any) -> Box:
    form: CardForm = read_fields(fields, CardForm)
    agreed = await papering.approver_of(page, session, place, held, fields)
    if isinstance(agreed, Refused):
        return page.refused(agreed)
    platform = page.platform

    async def run(tx: Tx) -> Any:
        person = (await people.read_persons(tx, platform.sealer, [held.person]))[held.person]
        card = CardInHand(kind=form.kind, document_number=person.document_number, card_number=form.card_number or None)
        return await cards.bind_card(
            tx,
            platform.clock,
            platform.sealer,
            platform.randomness,
            card,
            bucket=held.bucket,
            person_id=held.person_id,
            default_province=platform.settings.province,
            officer=session.officer if agreed is None else f"{session.officer}/{agreed}",
            channel_code=session.channel_code(place),
        )

    answer = await platform.lane.submit("work", Work(run=run))
    return page.refused(answer) if isinstance(answer, Refused) else page.box("carrier_bound", tone="good")


async def _print(page: Page, session: OfficerSession, place: Post, held: CarrierInHand, fields: Any) -> Box | int:
    """The binding that was printed, or why not."""
    form: PaperForm = read_fields(fields, PaperForm)
    agreed = await papering.approver_of(page, session, place, held, fields)
    if isinstance(agreed, Refused):
        return page.refused(agreed)
    places = await papering.places_of(page, session, held, form.where, form.codes)
    if isinstance(places, Box):
        return places
    platform = page.platform
    settings = await papering.settings_of(page, held)
    new = papers.NewPrintedCode(
        purposes=papering.purposes_of(form.scope),
        institution_ids=places[0],
        areas=places[1],
        uses_a_day=form.uses_a_day,
        day_limit_fen=parse_yuan(form.day_limit),
        days=form.days,
    )

    async def run(tx: Tx) -> Any:
        return await papers.print_code(
            tx,
            platform.clock,
            platform.sealer,
            platform.randomness,
            new,
            settings,
            bucket=held.bucket,
            person_id=held.person_id,
            default_province=platform.settings.province,
            officer=session.officer,
            approver=agreed,
            channel_code=session.channel_code(place),
        )

    answer = await platform.lane.submit("work", Work(run=run))
    return page.refused(answer) if isinstance(answer, Refused) else int(answer[0].binding_id)


async def _end(page: Page, session: OfficerSession, held: CarrierInHand, fields: Any) -> Box:
    asked = str(fields.get("binding_id", ""))[:20]
    _, rows, _ = await carriers_of(page, held)
    if asked not in {row.binding_id for row in rows}:
        return page.refused(Refused(bindings.BINDING_UNKNOWN))
    platform = page.platform

    async def run(tx: Tx) -> Any:
        name = {"bucket": held.bucket, "binding_id": int(asked)}
        return await bindings.unbind(tx, platform.clock, **name, actor=session.officer, ground=UnbindGround.counter)

    answer = await platform.lane.submit("work", Work(run=run))
    return page.refused(answer) if isinstance(answer, Refused) else page.box("carriers_ended", tone="good")


async def _act(page: Page, place: Post, session: OfficerSession, act: str) -> Response[Any]:
    """``find`` takes a person in hand, ``card``, ``print`` and ``end`` act on them, anything else lets them go."""
    form = await page.request.form()
    if act == "find":
        return await _find(page, place, session, {name: str(value) for name, value in form.items()})
    held = taken(page.platform, page.request, place, session)
    if held is None or act not in {"card", "print", "end"}:
        let_go(page, place)
        return _find_page(page, place, session, None if act == "done" else page.box("carriers_over"))
    if act == "card":
        done: Box | int = await _bind(page, session, place, held, form)
    elif act == "end":
        done = await _end(page, session, held, form)
    else:
        done = await _print(page, session, place, held, form)
    if isinstance(done, int):
        return page.go(f"/{place.name}/carriers/paper/{done}")
    return await _person_page(page, place, session, held, done)


def carrier_handlers(place: Post) -> list[Any]:
    """The pages of cards and papers at a post."""

    @get("/carriers", include_in_schema=False)
    async def show_carriers(request: PageRequest, platform: PlatformHere) -> Response[Any]:
        page, session, refused = await at_post(platform, request, place, place.officers)
        held = taken(platform, request, place, session)
        if refused is not None or held is None:
            return refused or _find_page(page, place, session)
        return await _person_page(page, place, session, held)

    @post("/carriers/{act:str}", status_code=200, include_in_schema=False)
    async def act_on_carriers(request: PageRequest, platform: PlatformHere, act: FromPath[str]) -> Response[Any]:
        page, session, refused = await at_post(platform, request, place, place.officers)
        if refused is not None:
            return refused
        return await _act(page, place, session, act)

    @get("/carriers/paper/{binding_id:int}", include_in_schema=False)
    async def show_paper(request: PageRequest, platform: PlatformHere, binding_id: FromPath[int]) -> Response[Any]:
        page, session, refused = await at_post(platform, request, place, place.officers)
        held = taken(platform, request, place, session)
        if refused is not None or held is None:
            return refused or page.go(f"/{place.name}/carriers")
        paper = await paper_view(page, held, binding_id)
        if paper is None:
            return page.go(f"/{place.name}/carriers")
        size = "a4" if request.query_params.get("size") == "a4" else "a6"
        return page.html("attended/paper.html", paper=paper, post=place.name, who=session.operator_name, size=size)

    return [show_carriers, act_on_carriers, show_paper]
