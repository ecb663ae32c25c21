"""The terminal's face page: the person before the camera, and the form of the visit that follows (P12). 中文: 终端刷脸。

Window, consulting room, pharmacy and ward use the same page: whom the face is looked for among differs, the visit token doesn't.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from litestar import Response, get, post

from openyibao.fronts.shared import known_faces
from openyibao.fronts.shared.camera import NO_CAMERA, camera_of, read_capture
from openyibao.fronts.shared.known_faces import Capture, FaceAtDesk
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere
from openyibao.fronts.shared.security import SessionContent, open_session, page_cookie, seal_session
from openyibao.fronts.terminal.desk import bill_facts
from openyibao.fronts.terminal.face_words import FACE_WORDS
from openyibao.fronts.terminal.sessions import TerminalSession, in_session
from openyibao.kit.clock import unix_seconds
from openyibao.kit.outcome import Refused
from openyibao.rooms.institutions import InstitutionKind
from openyibao.rooms.presentation import Purpose

REFUSED = 422
COOKIE = "yb_terminal_face"
COOKIE_SECONDS = 10 * 60
_TAIL, _NUMBER, _PASSWORD = re.compile(r"[0-9]{4}"), re.compile(r"[0-9]{17}[0-9Xx]"), re.compile(r"[0-9]{6}")
_HOSPITAL = (Purpose.settlement, Purpose.registration, Purpose.inpatient_admission)
_KEPT = {"by": "tail", "digits": "", "purpose": ""}


class FaceSession(SessionContent, frozen=True, kw_only=True):
    """For which browser and operator a challenge was drawn."""

    reference: str
    operator: str


def _is_hospital(page: Page, session: TerminalSession) -> bool:
    place = page.platform.desk.directory.by_id(session.institution_id)
    return place is not None and place.kind is InstitutionKind.hospital


async def _show(
    page: Page, session: TerminalSession, *, box: Box | None = None, given: dict[str, str] | None = None
) -> Response[Any]:
    platform, hospital = page.platform, _is_hospital(page, session)
    reference = platform.randomness.octets(16).hex()
    drawn = await known_faces.draw_challenge(platform, reference=reference)
    if isinstance(drawn, Refused):
        box, challenge_id, camera = box or page.refused(drawn), "", NO_CAMERA
    else:
        challenge = known_faces.challenge_of(drawn)
        challenge_id, camera = challenge.challenge_id, camera_of(challenge)
        kept = FaceSession(
            expires_seconds=unix_seconds(platform.clock.now()) + COOKIE_SECONDS,
            reference=reference,
            operator=f"{session.institution_id}:{session.operator_code}",
        )
        page.set_cookie(page_cookie(page.request, COOKIE, seal_session(platform, COOKIE, kept), max_age=COOKIE_SECONDS))
    return page.html(
        "terminal/face.html",
        status_code=200 if box is None else REFUSED,
        box=box,
        session=session,
        challenge=challenge_id,
        purposes=_HOSPITAL if hospital else (Purpose.pharmacy_purchase,),
        ways=("tail", "document", "stays") if hospital else ("tail", "document"),
        given=given or _KEPT,
        **camera,
    )


@get("/face", include_in_schema=False)
async def show_face(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The page with a new challenge."""
    page, session = in_session(platform, request)
    page.words = {**page.words, **FACE_WORDS}
    return await _show(page, session)


@post("/face", status_code=200, include_in_schema=False)
async def take_face(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Who it is, and the form of the visit; or why not, with a new challenge."""
    page, session = in_session(platform, request)
    page.words = {**page.words, **FACE_WORDS}
    form = await request.form()
    fields = {name: str(form.get(name, "")).strip()[:80] for name in (*_KEPT, "challenge", "password")}
    given = {name: fields[name] for name in _KEPT}
    kept = open_session(platform, COOKIE, request, FaceSession)
    if kept is None or kept.operator != f"{session.institution_id}:{session.operator_code}":
        return await _show(page, session, given=given)
    by, digits, password = fields["by"], fields["digits"], fields["password"]
    patterns = {"tail": _TAIL, "document": _NUMBER}
    if by != "stays" and not (by in patterns and patterns[by].fullmatch(digits)):
        return await _show(page, session, box=page.box("face_digits_wrong"), given=given)
    asked = FaceAtDesk(
        capture=Capture(reference=kept.reference, challenge_id=fields["challenge"], octets=await read_capture(form)),
        **session.caller(),
        purpose=msgspec.convert(fields["purpose"], Purpose),
        phone_tail=digits if by == "tail" else None,
        document_number=digits if by == "document" else None,
        stays_here=by == "stays" and _is_hospital(page, session),
        password=password if _PASSWORD.fullmatch(password) else None,
    )
    answer = await known_faces.identify_face(platform, asked)
    if isinstance(answer, Refused):
        return await _show(page, session, box=page.refused(answer), given=given)
    page.set_cookie(page_cookie(request, COOKIE, "", max_age=0))
    return page.html(
        "terminal/known.html", session=session, **await bill_facts(platform, session.institution_id, answer)
    )


FACE_HANDLERS = (show_face, take_face)
