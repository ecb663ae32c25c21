"""The pages of the wallet: consent, who you are, the code of the message, the changing code, bindings. 中文: 医保码页面。

Consent comes before the first personal field. The session is a sealed cookie around the binding's secret; day keys go
out by fetch alone, never inside a page that a cache may keep.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, Router, get, post
from litestar.di import Provide

from openyibao.fronts.shared.activating import Applicant, complete_activation, start_activation
from openyibao.fronts.shared.assets import shelf
from openyibao.fronts.shared.pages import Page, PageRequest, PlatformHere, fault_answers, page_guard, read_fields
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import SECURITY_HEADERS, SignInNeeded, open_sealed, page_cookie, seal_session
from openyibao.fronts.wallet.accounts import ACCOUNT_HANDLERS
from openyibao.fronts.wallet.cards import CARD_HANDLERS
from openyibao.fronts.wallet.confirming import CONFIRM_HANDLERS
from openyibao.fronts.wallet.devices import BOUND_HANDLERS
from openyibao.fronts.wallet.family import FAMILY_HANDLERS
from openyibao.fronts.wallet.filing_page import FILING_HANDLERS
from openyibao.fronts.wallet.sessions import (
    CONSENT,
    COOKIE,
    SESSION_SECONDS,
    STARTED,
    STEP_SECONDS,
    Consented,
    IdentityForm,
    SmsForm,
    Started,
    WalletSession,
    bound_device,
)
from openyibao.fronts.wallet.words import CONSENT_VERSION, WALLET_WORDS
from openyibao.kit.clock import unix_seconds
from openyibao.kit.outcome import Refused
from openyibao.rooms.people import DocumentType

REFUSED = 422
CHANNEL = "wallet"
_EMPTY = {"name": "", "document_number": "", "phone": ""}
_DEVICES = ("iPhone", "iPad", "HarmonyOS", "Android", "Windows", "Macintosh", "Linux")


@get("/", include_in_schema=False)
async def begin(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """To the code where this browser is bound, else to the activation."""
    page = Page(platform, request, WALLET_WORDS)
    async with platform.readers.reading() as reading:
        try:
            await bound_device(platform, request, reading)
        except SignInNeeded:
            return page.go("/wallet/start")
    return page.go("/wallet/code")


@get("/start", include_in_schema=False, sync_to_thread=False)
def show_start(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What is agreed to, before anything is asked."""
    page = Page(platform, request, WALLET_WORDS)
    return page.html("wallet/start.html", box=None, consent_version=CONSENT_VERSION)


@post("/consent", status_code=200, include_in_schema=False)
async def consent(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Agreed: now the three fields."""
    page = Page(platform, request, WALLET_WORDS)
    if (await request.form()).get("agreed") != "yes":
        box = page.box("consent_missing")
        return page.html("wallet/start.html", status_code=REFUSED, box=box, consent_version=CONSENT_VERSION)
    content = Consented(expires_seconds=_soon(platform), version=CONSENT_VERSION)
    return page.html("wallet/identify.html", box=None, given=_EMPTY, consent=seal_session(platform, CONSENT, content))


@post("/activate", status_code=200, include_in_schema=False)
async def activate(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Find the person and send the code. An unknown number and a wrong name get the same answer."""
    page = Page(platform, request, WALLET_WORDS)
    form = await request.form()
    sealed = str(form.get("consent", ""))
    agreed = open_sealed(platform, CONSENT, sealed, Consented)
    if agreed is None:
        box = page.box("session_over")
        return page.html("wallet/start.html", status_code=REFUSED, box=box, consent_version=CONSENT_VERSION)
    kept = {name: str(form.get(name, "")).strip()[:40] for name in _EMPTY}
    try:
        given = msgspec.convert(kept, IdentityForm)
        answer = await _start(platform, request, given, agreed.version)
    except msgspec.ValidationError:
        answer = None
    if isinstance(answer, Started):
        return page.html(
            "wallet/sms.html",
            box=None,
            activation=seal_session(platform, STARTED, answer),
            phone_masked=answer.phone_masked,
        )
    box = page.refused(answer) if isinstance(answer, Refused) else page.box("not_matched")
    return page.html("wallet/identify.html", status_code=REFUSED, box=box, given=kept, consent=sealed)


async def _start(
    platform: Platform, request: PageRequest, given: IdentityForm, version: str
) -> Started | Refused | None:
    """The activation under way; None where nobody has this name, number and phone."""
    applicant = Applicant(
        document_type=DocumentType.identity_card,
        document_number=given.document_number,
        name=given.name,
        phone=given.phone,
        consent_version=version,
        channel_code=CHANNEL,
        device_name=device_name(request),
    )
    started = await start_activation(platform, applicant)
    if started is None or isinstance(started, Refused):
        return started
    return Started(
        expires_seconds=_soon(platform),
        bucket=started.bucket,
        activation_id=started.activation_id,
        phone_masked=f"{given.phone[:3]}****{given.phone[-4:]}",
    )


@post("/complete", status_code=200, include_in_schema=False)
async def complete(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Check the code, bind this browser, go to the code page."""
    page = Page(platform, request, WALLET_WORDS)
    form = await request.form()
    sealed = str(form.get("activation", ""))
    started = open_sealed(platform, STARTED, sealed, Started)
    if started is None:
        box = page.box("session_over")
        return page.html("wallet/start.html", status_code=REFUSED, box=box, consent_version=CONSENT_VERSION)
    given: SmsForm = read_fields(form, SmsForm)

    answer = await complete_activation(
        platform, bucket=started.bucket, activation_id=started.activation_id, code=given.code
    )
    if isinstance(answer, Refused):
        return page.html(
            "wallet/sms.html",
            status_code=REFUSED,
            box=page.refused(answer),
            activation=sealed,
            phone_masked=started.phone_masked,
        )
    content = WalletSession(
        expires_seconds=unix_seconds(platform.clock.now()) + SESSION_SECONDS,
        bucket=answer.binding.bucket,
        session_secret=answer.session_secret,
    )
    page.set_cookie(page_cookie(request, COOKIE, seal_session(platform, COOKIE, content), max_age=SESSION_SECONDS))
    return page.go("/wallet/code")


@get("/trouble", include_in_schema=False, sync_to_thread=False)
def show_trouble(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What to do when it does not work, and the other ways."""
    return Page(platform, request, WALLET_WORDS).html("wallet/trouble.html")


@get("/offline.js", include_in_schema=False, sync_to_thread=False)
def serve_offline(request: PageRequest) -> Response[bytes]:
    """The service worker; served below ``/wallet`` because that is all it may see."""
    asset = shelf()["wallet/offline.js"]
    headers = {**SECURITY_HEADERS, "Cache-Control": "no-cache"}
    return Response(asset.content, media_type=asset.media_type, headers=headers)


def device_name(request: PageRequest) -> str:
    """What the browser says it runs on, for the list of bindings; nothing finer."""
    agent = request.headers.get("user-agent", "")
    return next((name for name in _DEVICES if name in agent), "Browser")


def _soon(platform: Platform) -> int:
    return unix_seconds(platform.clock.now()) + STEP_SECONDS


def wallet_router(platform: Platform) -> Router:
    """All pages of the wallet, under ``/wallet``."""
    return Router(
        path="/wallet",
        route_handlers=[
            begin,
            show_start,
            consent,
            activate,
            complete,
            show_trouble,
            serve_offline,
            *BOUND_HANDLERS,
            *ACCOUNT_HANDLERS,
            *FILING_HANDLERS,
            *FAMILY_HANDLERS,
            *CONFIRM_HANDLERS,
            *CARD_HANDLERS,
        ],
        dependencies={"platform": Provide(lambda: platform, sync_to_thread=False)},
        before_request=page_guard(platform),
        exception_handlers=fault_answers(platform, WALLET_WORDS, sign_in_path="/wallet/start"),
    )
