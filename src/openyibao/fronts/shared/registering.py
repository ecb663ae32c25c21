"""Registering a face at a counter or on a ward, and deleting it on request. 中文: 窗口人脸登记。

An officer saw document and holder; the person agrees to the text of its own and types their password; then the camera. Without the
password an officer could put their own face in a stranger's place. Each step is a look that the person finds in their log.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from openyibao.fronts.shared import known_faces
from openyibao.fronts.shared.attended import REFUSED, OfficerSession, Post, at_post, look_at_post
from openyibao.fronts.shared.camera import camera_of, read_capture
from openyibao.fronts.shared.known_faces import Capture
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.registering_words import REGISTERING_WORDS
from openyibao.fronts.shared.security import SessionContent, open_session, page_cookie, seal_session
from openyibao.kit.clock import unix_seconds
from openyibao.kit.outcome import Refused
from openyibao.rooms import consents, faces, people
from openyibao.rooms.activations import PERSON_NOT_MATCHED
from openyibao.rooms.faces import FACE_CONSENT_VERSION
from openyibao.rooms.people import DocumentType, InsuredPerson

IN_HAND_SECONDS = 10 * 60
_EMPTY = {"name": "", "document_type": DocumentType.identity_card.value, "document_number": ""}


class _Form(msgspec.Struct, frozen=True, kw_only=True):
    """Whose face it is."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
    document_type: DocumentType
    document_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z()]{5,24}$")]


class FaceInHand(SessionContent, frozen=True, kw_only=True):
    """Whose face this officer is about to register."""

    bucket: int
    person_id: int
    reference: str
    officer: str


def _cookie(place: Post) -> str:
    return f"yb_{place.name}_face"


def _page(page: Page) -> Page:
    page.words = {**page.words, **REGISTERING_WORDS}
    return page


def _desk(
    page: Page, place: Post, session: OfficerSession, *, box: Box | None = None, given: Any = None
) -> Response[Any]:
    text = consents.find_text(FACE_CONSENT_VERSION, page.language)
    assert text is not None
    return page.html(
        "attended/faces.html",
        status_code=200 if box is None or box.tone == "good" else REFUSED,
        box=box,
        given=given or _EMPTY,
        types=[each.value for each in DocumentType],
        version=text.version,
        paragraphs=text.paragraphs,
        post=place.name,
        who=session.operator_name,
    )


async def _find(platform: Platform, fields: dict[str, str]) -> InsuredPerson | Refused:
    """The person of a document whose name agrees. Refuses: person_not_matched."""
    try:
        given = msgspec.convert({name: fields.get(name, "").strip() for name in _EMPTY}, _Form, strict=False)
    except msgspec.ValidationError:
        return Refused(PERSON_NOT_MATCHED)
    async with platform.readers.reading() as reading:
        found = await people.find_by_document(reading, platform.sealer, given.document_type, given.document_number)
    return found if found is not None and found.name == given.name else Refused(PERSON_NOT_MATCHED)


async def _begin(page: Page, place: Post, session: OfficerSession, fields: dict[str, str]) -> Response[Any]:
    platform, kept = page.platform, {name: fields.get(name, "").strip()[:40] for name in _EMPTY}
    if fields.get("seen") != "yes" or fields.get("agreed") != "yes":
        return _desk(page, place, session, box=page.box("faces_missing"), given=kept)
    person = await _find(platform, fields)
    if isinstance(person, Refused):
        return _desk(page, place, session, box=page.refused(person), given=kept)
    named = (person.bucket, person.person_id)
    await look_at_post(platform, place, session, [named], why="registers a face")
    refused = await known_faces.check_password(platform, named, fields.get("password", ""))
    if refused is not None:
        return _desk(page, place, session, box=page.refused(refused), given=kept)
    held = FaceInHand(
        expires_seconds=unix_seconds(platform.clock.now()) + IN_HAND_SECONDS,
        bucket=person.bucket,
        person_id=person.person_id,
        reference=platform.randomness.octets(16).hex(),
        officer=session.officer,
    )
    page.set_cookie(
        page_cookie(page.request, _cookie(place), seal_session(platform, _cookie(place), held), max_age=IN_HAND_SECONDS)
    )
    return page.go(f"/{place.name}/faces/take")


async def _film(
    page: Page, place: Post, session: OfficerSession, held: FaceInHand, box: Box | None = None
) -> Response[Any]:
    person = faces.person_name(page.platform.sealer, held.bucket, held.person_id)
    drawn = await known_faces.draw_challenge(page.platform, reference=held.reference, person=person)
    if isinstance(drawn, Refused):
        return _desk(page, place, session, box=page.refused(drawn))
    challenge = known_faces.challenge_of(drawn)
    return page.html(
        "attended/face_taking.html",
        status_code=200 if box is None else REFUSED,
        box=box,
        challenge=challenge.challenge_id,
        post=place.name,
        who=session.operator_name,
        **camera_of(challenge),
    )


async def _take(page: Page, place: Post, session: OfficerSession, held: FaceInHand) -> Response[Any]:
    form = await page.request.form()
    capture = Capture(
        reference=held.reference,
        challenge_id=str(form.get("challenge", ""))[:80],
        octets=await read_capture(form),
    )
    entered = await known_faces.register_face(
        page.platform,
        capture,
        person=(held.bucket, held.person_id),
        language=page.language,
        channel_code=session.channel_code(place),
        officer=session.officer,
    )
    if isinstance(entered, Refused):
        return await _film(page, place, session, held, page.refused(entered))
    page.set_cookie(page_cookie(page.request, _cookie(place), "", max_age=0))
    return _desk(page, place, session, box=page.box("faces_done", tone="good"))


async def _delete(page: Page, place: Post, session: OfficerSession, fields: dict[str, str]) -> Response[Any]:
    person = await _find(page.platform, fields)
    if isinstance(person, Refused):
        return _desk(page, place, session, box=page.refused(person))
    named = (person.bucket, person.person_id)
    await look_at_post(page.platform, place, session, [named], why="deletes a face on request")
    deleted = await known_faces.delete_face(page.platform, person=named, actor=session.officer)
    box = page.refused(deleted) if isinstance(deleted, Refused) else page.box("faces_deleted", tone="good")
    return _desk(page, place, session, box=box)


def face_handlers(place: Post) -> list[Any]:
    """The pages of registering faces at a post, below ``/{post}/faces``."""

    def in_hand(page: Page, session: OfficerSession) -> FaceInHand | None:
        held = open_session(page.platform, _cookie(place), page.request, FaceInHand)
        return held if held is not None and held.officer == session.officer else None

    @get("/faces", include_in_schema=False)
    async def show_faces(request: PageRequest, platform: PlatformHere) -> Response[Any]:
        page, session, refused = await at_post(platform, request, place, place.officers)
        return refused or _desk(_page(page), place, session)

    @get("/faces/take", include_in_schema=False)
    async def show_taking(request: PageRequest, platform: PlatformHere) -> Response[Any]:
        page, session, refused = await at_post(platform, request, place, place.officers)
        held = in_hand(page, session)
        if refused is not None or held is None:
            return refused or page.go(f"/{place.name}/faces")
        return await _film(_page(page), place, session, held)

    @post("/faces/take", status_code=200, include_in_schema=False)
    async def take_face(request: PageRequest, platform: PlatformHere) -> Response[Any]:
        page, session, refused = await at_post(platform, request, place, place.officers)
        held = in_hand(page, session)
        if refused is not None or held is None:
            return refused or page.go(f"/{place.name}/faces")
        return await _take(_page(page), place, session, held)

    @post("/faces/{act:str}", status_code=200, include_in_schema=False)
    async def act_on_face(request: PageRequest, platform: PlatformHere, act: FromPath[str]) -> Response[Any]:
        page, session, refused = await at_post(platform, request, place, place.officers)
        if refused is not None:
            return refused
        page = _page(page)
        fields = {name: str(value) for name, value in (await request.form()).items()}
        if act == "delete":
            return await _delete(page, place, session, fields)
        return await _begin(page, place, session, fields)

    return [show_faces, show_taking, take_face, act_on_face]
