"""The terminal without a network: codes are taken down, sent in when there is one, and settled then. 中文: 断网受理页面。

The page opens from the browser's own store. What it took down stays there until it was sent in; the server holds each against
its half minute. To settle, the page sends the same acceptance again under its key: no visit token is kept in the browser.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post

from openyibao.fronts.shared.assets import static_url
from openyibao.fronts.shared.delivering import server_ms
from openyibao.fronts.shared.keeping import serve_worker, worker_text
from openyibao.fronts.shared.pages import Page, PageRequest, PlatformHere, read_fields
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import SECURITY_HEADERS
from openyibao.fronts.terminal import desk, forms
from openyibao.fronts.terminal.sessions import TerminalSession, in_session
from openyibao.kit.batch import Busy, Unknown
from openyibao.kit.money import yuan_text
from openyibao.kit.outcome import Refused
from openyibao.rooms.acceptances import SENT_AT_ONCE, OfflineRequest, Taken
from openyibao.rooms.people import masked_document
from openyibao.rooms.presentation import Purpose

REFUSED, BAD = 422, 400
LINKED = (
    "vendor/weui.min.css",
    "shared/base.css",
    "shared/mark.svg",
    "terminal/terminal.css",
    "shared/clock.js",
    "terminal/offline.js",
    "terminal/terminal.js",
    "vendor/htmx.min.js",
)
"""What the page links, each with its digest."""


class TakenDown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One acceptance as the page kept it."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{28}$")]
    taken_at: datetime
    amount_fen: Annotated[int, msgspec.Meta(ge=1, le=10**9)]
    purpose: Purpose
    request_key: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z]{16,64}$")]


class SentIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the page sends in together."""

    acceptances: Annotated[tuple[TakenDown, ...], msgspec.Meta(max_length=SENT_AT_ONCE)]


@get("/offline", include_in_schema=False)
async def show_offline(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The page; it holds no person and no code."""
    page, session = in_session(platform, request)
    limits = platform.desk.offline_limits(session.institution_id, platform.clock.today())
    return page.html(
        "terminal/offline.html",
        session=session,
        limits=limits,
        limit_text=yuan_text(limits.amount_fen_max),
        purposes=desk.purposes_at(platform, session.institution_id),
    )


@get("/offline.js", include_in_schema=False, sync_to_thread=False)
def serve_offline(request: PageRequest) -> Response[bytes]:
    """The terminal's service worker."""
    return serve_worker(_worker_text())


@cache
def _worker_text() -> bytes:
    files = [static_url(name) for name in LINKED]
    return worker_text(page="/terminal/offline", prefix="openyibao-terminal-", files=files, imported=())


@get("/time", include_in_schema=False, sync_to_thread=False)
def tell_time(platform: PlatformHere) -> Response[bytes]:
    """The server's clock, by which the terminal dates what it takes down."""
    return _json({"server_ms": server_ms(platform)})


@post("/offline/send", status_code=200, include_in_schema=False)
async def send_in(request: PageRequest, platform: PlatformHere) -> Response[bytes]:
    """Hold what was taken down against its half minutes; each is answered, and sent again means the same."""
    page, session = in_session(platform, request)
    try:
        sent = msgspec.json.decode(await request.body(), type=SentIn)
    except msgspec.DecodeError as fault:
        return _json({"fault": str(fault)[:120]}, status_code=BAD)
    return _json({"answers": [await _send_one(platform, page, session, one) for one in sent.acceptances]})


async def _send_one(platform: Platform, page: Page, session: TerminalSession, one: TakenDown) -> dict[str, Any]:
    answer = {"request_key": one.request_key}
    try:
        found = await platform.lane.submit("sync_offline", _request(session, one))
    except (Busy, Unknown):
        return {**answer, "state": "waiting"}
    if isinstance(found, Refused):
        sentence, next_step = found.sentence(page.language), found.next_step(page.language)
        return {**answer, "state": "refused", "said": sentence, "next": next_step}
    assert isinstance(found, Taken)
    return {
        **answer,
        "state": "accepted",
        "said": f"{found.shown.masked_name} {masked_document(found.shown.document_number)}",
    }


@post("/offline/bill", status_code=200, include_in_schema=False)
async def go_on(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The desk with the bill of what was accepted: asked under the same key, so the answer is the same."""
    page, session = in_session(platform, request)
    one: TakenDown = read_fields(await request.form(), TakenDown)
    found = await platform.lane.submit("sync_offline", _request(session, one))
    if isinstance(found, Refused):
        return page.show_box(page.refused(found), status_code=REFUSED)
    assert isinstance(found, Taken)
    return page.html(
        "terminal/offline_bill.html",
        session=session,
        taken_amount=yuan_text(found.amount_fen),
        **await desk.bill_facts(platform, session.institution_id, found.shown),
    )


def _request(session: TerminalSession, one: TakenDown) -> OfflineRequest:
    return OfflineRequest(
        code=forms.scanned_digits(one.code),
        taken_at=one.taken_at,
        amount_fen=one.amount_fen,
        purpose=one.purpose,
        request_key=one.request_key,
        **session.caller(),
    )


def _json(content: dict[str, Any], *, status_code: int = 200) -> Response[bytes]:
    headers = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
    body = msgspec.json.encode(content)
    return Response(body, status_code=status_code, media_type="application/json", headers=headers)


OFFLINE_HANDLERS = (show_offline, serve_offline, tell_time, send_in, go_on)
