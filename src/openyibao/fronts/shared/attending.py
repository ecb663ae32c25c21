"""The pages of a post where an officer or a nurse activates for somebody who is there. 中文: 协助激活页面。

The steps are those of every activation; who takes them is signed in with two factors and has a role, looked at with each act. Without
a face a second officer approves, on their own sign-in. Counter and ward differ by their ``Post`` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, get, post
from litestar.di import Provide
from litestar.params import FromPath

from openyibao.fronts.shared import activating
from openyibao.fronts.shared.agreements import CURRENT_VERSION, agreement_text, find_agreement
from openyibao.fronts.shared.attended import (
    REFUSED,
    InHand,
    OfficerSession,
    Post,
    at_post,
    in_hand,
    keep_in_hand,
    let_go,
    look_at_post,
    sign_in,
)
from openyibao.fronts.shared.attending_words import ATTENDING_WORDS
from openyibao.fronts.shared.camera import NO_CAMERA, camera_of, read_capture
from openyibao.fronts.shared.carrying import carrier_handlers
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere, fault_answers, page_guard
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.registering import face_handlers
from openyibao.fronts.shared.security import page_cookie
from openyibao.kit.clock import SHANGHAI
from openyibao.kit.outcome import Refused
from openyibao.rooms import activations, people
from openyibao.rooms.activations import Activation, Challenge, OfficerLook, Origin, Step, next_step
from openyibao.rooms.bindings import Bound
from openyibao.rooms.people import DocumentType

_EMPTY = {
    "name": "",
    "document_type": DocumentType.identity_card.value,
    "document_number": "",
    "ward": "",
    "bed": "",
}
ACTS = frozenset({"face", "document", "confirm", "password"})
_TYPES = [each.value for each in DocumentType]


class IdentityForm(msgspec.Struct, frozen=True, kw_only=True):
    """Who it is, and where they lie."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
    document_type: DocumentType
    document_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z()]{5,24}$")]
    ward: Annotated[str, msgspec.Meta(max_length=20, pattern=r"^[^\x00-\x1f]*$")]
    bed: Annotated[str, msgspec.Meta(max_length=20, pattern=r"^[^\x00-\x1f]*$")]


def _desk(
    page: Page, place: Post, session: OfficerSession, *, box: Box | None = None, given: Any = None
) -> Response[Any]:
    return page.html(
        "attended/desk.html",
        status_code=200 if box is None else REFUSED,
        box=box,
        given=given or _EMPTY,
        types=_TYPES,
        version=CURRENT_VERSION,
        paragraphs=agreement_text(CURRENT_VERSION, page.language),
        beds=place.has_beds,
        **_frame(place, session),
    )


def _frame(place: Post, session: OfficerSession) -> dict[str, Any]:
    return {"post": place.name, "who": session.operator_name}


async def _begin(page: Page, place: Post, session: OfficerSession, fields: dict[str, str]) -> Response[Any]:
    kept = {name: fields.get(name, "").strip()[:40] for name in _EMPTY}
    if fields.get("agreed") != "yes":
        return _desk(page, place, session, box=page.box("attend_agreed_missing"), given=kept)
    try:
        given = msgspec.convert(kept, IdentityForm, strict=False)
    except msgspec.ValidationError:
        return _desk(page, place, session, box=page.box("attend_not_matched"), given=kept)
    agreement = find_agreement(CURRENT_VERSION, page.language)
    if isinstance(agreement, Refused):
        raise TypeError("the current agreement has no text in this language")
    where = f"{given.ward} {given.bed}".strip() if place.has_beds else session.operator_code
    channel_code = session.channel_code(place)
    key = await activating.begin_activation(
        page.platform,
        channel=place.rules,
        channel_code=channel_code,
        device_name=f"{place.name} {where}"[:40],
        agreement=agreement,
    )
    if isinstance(key, Refused):
        return _desk(page, place, session, box=page.refused(key), given=kept)
    identity = activating.Identity(
        document_type=given.document_type, document_number=given.document_number, name=given.name
    )
    origin = Origin(device=session.officer, address="", channel_code=channel_code)
    named = await activating.name_person(page.platform, key, place.rules, origin, identity)
    if isinstance(named, Refused):
        return _desk(page, place, session, box=page.refused(named), given=kept)
    await look_at_post(page.platform, place, session, [named.person], why=f"activates: {named.reference[:8]}")
    keep_in_hand(page, place, session, key)
    return page.go(f"/{place.name}/activate")


async def _show(
    page: Page, place: Post, session: OfficerSession, held: InHand, box: Box | None = None
) -> Response[Any]:
    """The step that is due for the activation in hand."""
    under_way = await activating.find_under_way(page.platform, held.key)
    step = None if isinstance(under_way, Refused) else next_step(under_way.steps, under_way.state)
    if isinstance(under_way, Refused) or step is None:
        let_go(page, place)
        over = page.refused(under_way) if isinstance(under_way, Refused) else page.box("attend_over")
        return _desk(page, place, session, box=box or over)
    person, enrolments = await activating.insured_choices(page.platform, under_way)
    challenge = await activating.begin_face(page.platform, under_way) if step is Step.prove else None
    areas = page.platform.desk.areas
    choices: dict[int, str] = {}
    for one in enrolments:
        pool = areas.by_code(one.pooling_area)
        choices.setdefault(one.pooling_area, pool.name if pool else str(one.pooling_area))
    return page.html(
        "attended/step.html",
        status_code=200 if box is None else REFUSED,
        box=box,
        step=step.value,
        activation=str(held.activation_id),
        challenge=challenge.challenge_id if isinstance(challenge, Challenge) else None,
        **(camera_of(challenge) if isinstance(challenge, Challenge) else NO_CAMERA),
        name_masked=people.masked_name(person.name),
        document_masked=people.masked_document(person.document_number),
        choices=list(choices.items()),
        **_frame(place, session),
    )


async def _act(page: Page, place: Post, held: InHand, session: OfficerSession, act: str, fields: dict[str, str]) -> Any:
    """One act on the activation in hand; a record, or why not."""
    platform, key = page.platform, held.key
    if act == "face":
        challenge_id = fields.get("challenge", "")[:80]
        capture = await read_capture(await page.request.form())
        return await activating.prove_by_face(platform, key, place.rules, challenge_id=challenge_id, capture=capture)
    if act == "document":
        look = OfficerLook(officer=session.officer, document_kind="original")
        return await activating.prove_by_officer(platform, key, place.rules, look)
    if act == "confirm":
        area = fields.get("insured_area", "")
        chosen = int(area) if area.isascii() and area.isdigit() and len(area) <= 6 else None
        return await activating.confirm(platform, key, insured_area=chosen)
    password = fields.get("password", "")[:20]
    if password != fields.get("password_again", ""):
        return page.box("attend_differs")
    return await activating.choose_password(platform, key, password)


async def _step(page: Page, place: Post, session: OfficerSession, act: str) -> Response[Any]:
    fields = {name: str(value) for name, value in (await page.request.form()).items()}
    held = in_hand(page.platform, page.request, place, session)
    if held is None or fields.get("activation") != str(held.activation_id):
        return _desk(page, place, session, box=page.box("attend_over"))
    before = await activating.find_under_way(page.platform, held.key)
    answer = await _act(page, place, held, session, act, fields)
    if isinstance(answer, Box | Refused):
        box = page.refused(answer) if isinstance(answer, Refused) else answer
        return await _show(page, place, session, held, box)
    if isinstance(answer, Activation):
        return page.go(f"/{place.name}/activate")
    let_go(page, place)
    assert isinstance(answer, Bound)
    assert isinstance(before, Activation)
    return await _sheet(page, place, session, before, answer)


async def _sheet(page: Page, place: Post, session: OfficerSession, done: Activation, bound: Bound) -> Response[Any]:
    person, _ = await activating.insured_choices(page.platform, done)
    at = page.platform.clock.now().astimezone(SHANGHAI)
    return page.html(
        "attended/sheet.html",
        name_masked=people.masked_name(person.name),
        document_masked=people.masked_document(person.document_number),
        number=str(bound.binding.binding_id),
        at=f"{at:%Y-%m-%d %H:%M}",
        officers=" / ".join(one for one in (done.officer or session.officer, done.approver) if one),
        **_frame(place, session),
    )


async def _approvals(page: Page, place: Post, session: OfficerSession, box: Box | None = None) -> Response[Any]:
    platform = page.platform
    async with platform.readers.reading() as reading:
        waiting = await activations.list_waiting(reading, platform.clock, channel_code=session.channel_code(place))
    await look_at_post(platform, place, session, [one.person for one in waiting], why="approves activations")
    async with platform.readers.reading() as reading:
        found = await people.read_persons(reading, platform.sealer, [one.person for one in waiting])
    rows = [
        {
            "reference": f"{one.bucket}-{one.activation_id}",
            "name": people.masked_name(found[one.person].name),
            "document": people.masked_document(found[one.person].document_number),
            "officer": one.officer,
            "where": one.device_name,
        }
        for one in waiting
        if one.person in found
    ]
    return page.html("attended/approvals.html", box=box, rows=rows, **_frame(place, session))


async def _decide(page: Page, place: Post, session: OfficerSession) -> Response[Any]:
    form = await page.request.form()
    head, _, tail = str(form.get("reference", ""))[:40].partition("-")
    plain = head.isascii() and tail.isascii() and head.isdigit() and tail.isdigit() and len(tail) < 19
    agreed = form.get("decision") == "approve"
    decided = await activating.approve(
        page.platform,
        bucket=int(head) if plain and len(head) < 6 else -1,
        activation_id=int(tail) if plain else -1,
        channel_code=session.channel_code(place),
        approver=session.officer,
        agreed=agreed,
    )
    if isinstance(decided, Refused):
        return await _approvals(page, place, session, page.refused(decided))
    word = "attend_approved" if agreed else "attend_disapproved"
    box = Box(sentence=page.say(word), next_step=page.say("attend_decided_next"), code=word, tone="good")
    return await _approvals(page, place, session, box)


def _sign_in_handlers(place: Post) -> list[Any]:
    """Signing in and out."""

    @get("/sign-in", include_in_schema=False, sync_to_thread=False)
    def show_sign_in(request: PageRequest, platform: PlatformHere) -> Response[Any]:
        page = Page(platform, request, ATTENDING_WORDS)
        return page.html("attended/sign_in.html", box=None, given={}, post=place.name)

    @post("/sign-in", status_code=200, include_in_schema=False)
    async def take_sign_in(request: PageRequest, platform: PlatformHere) -> Response[Any]:
        return await sign_in(platform, request, place)

    @post("/sign-out", status_code=200, include_in_schema=False, sync_to_thread=False)
    def sign_out(request: PageRequest, platform: PlatformHere) -> Response[Any]:
        page = Page(platform, request, ATTENDING_WORDS)
        page.set_cookie(page_cookie(request, place.cookie, "", max_age=0))
        let_go(page, place)
        return page.go(f"/{place.name}/sign-in")

    return [show_sign_in, take_sign_in, sign_out]


def _work_handlers(place: Post) -> list[Any]:
    """The officer's pages."""

    @get("/", include_in_schema=False)
    async def show_desk(request: PageRequest, platform: PlatformHere) -> Response[Any]:
        page, session, refused = await at_post(platform, request, place, place.officers)
        return refused or _desk(page, place, session)

    @post("/begin", status_code=200, include_in_schema=False)
    async def begin(request: PageRequest, platform: PlatformHere) -> Response[Any]:
        page, session, refused = await at_post(platform, request, place, place.officers)
        fields = {name: str(value) for name, value in (await request.form()).items()}
        return refused or await _begin(page, place, session, fields)

    @get("/activate", include_in_schema=False)
    async def show_step(request: PageRequest, platform: PlatformHere) -> Response[Any]:
        page, session, refused = await at_post(platform, request, place, place.officers)
        held = in_hand(platform, request, place, session)
        if refused is not None or held is None:
            return refused or page.go(f"/{place.name}")
        return await _show(page, place, session, held)

    @post("/{act:str}", status_code=200, include_in_schema=False)
    async def take_step(request: PageRequest, platform: PlatformHere, act: FromPath[str]) -> Response[Any]:
        page, session, refused = await at_post(platform, request, place, place.officers)
        if act not in ACTS:
            return refused or _desk(page, place, session, box=page.box("attend_over"))
        return refused or await _step(page, place, session, act)

    return [show_desk, begin, show_step, take_step]


def _approval_handlers(place: Post) -> list[Any]:
    """The second officer's pages."""

    @get("/approvals", include_in_schema=False)
    async def show_approvals(request: PageRequest, platform: PlatformHere) -> Response[Any]:
        page, session, refused = await at_post(platform, request, place, place.approvers)
        return refused or await _approvals(page, place, session)

    @post("/approvals", status_code=200, include_in_schema=False)
    async def decide(request: PageRequest, platform: PlatformHere) -> Response[Any]:
        page, session, refused = await at_post(platform, request, place, place.approvers)
        return refused or await _decide(page, place, session)

    return [show_approvals, decide]


def attended_router(platform: Platform, place: Post, more: Sequence[Any] = ()) -> Router:
    """All pages of a post, under its name; ``more`` are those that it alone has."""
    return Router(
        path=f"/{place.name}",
        route_handlers=[
            *_sign_in_handlers(place),
            *_approval_handlers(place),
            *face_handlers(place),
            *_work_handlers(place),
            *carrier_handlers(place),
            *more,
        ],
        dependencies={"platform": Provide(lambda: platform, sync_to_thread=False)},
        before_request=page_guard(platform),
        exception_handlers=fault_answers(platform, ATTENDING_WORDS, sign_in_path=f"/{place.name}/sign-in"),
    )
