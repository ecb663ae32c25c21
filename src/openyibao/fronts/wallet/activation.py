"""The pages of activating: agreement, who you are, your face, your data, a password; then the code. 中文: 激活页面。

How far an activation is stands on the server: ``/wallet/activate`` shows the step that is due, so going back, reloading or coming
back after a break goes on where it was. The browser holds a sealed cookie; the form names the activation it was shown for, so that
a page left open in another tab can't answer for a newer one.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post

from openyibao.fronts.shared import activating
from openyibao.fronts.shared.agreements import CURRENT_VERSION, agreement_text, find_agreement
from openyibao.fronts.shared.camera import NO_CAMERA, camera_of, read_capture
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import SessionContent, open_session, page_cookie, seal_session, visitor_of
from openyibao.fronts.wallet.sessions import COOKIE, SESSION_SECONDS, WalletSession
from openyibao.fronts.wallet.words import WALLET_WORDS
from openyibao.kit.clock import unix_seconds
from openyibao.kit.outcome import Refused
from openyibao.rooms import people
from openyibao.rooms.activations import (
    ACTIVATION_NOT_YOURS,
    CHANNEL_RULES,
    Activation,
    ActivationKey,
    ActivationState,
    Origin,
    Step,
    next_step,
)
from openyibao.rooms.bindings import Bound
from openyibao.rooms.people import DocumentType

REFUSED = 422
CHANNEL = "wallet"
RULES = CHANNEL_RULES["government_app"]
UNDER_WAY = "yb_activation"
UNDER_WAY_SECONDS = 15 * 60
SCREENS = 5
"""Agreement, name, face, data, password; the sixth is the code itself."""
_DEVICES = ("iPhone", "iPad", "HarmonyOS", "Android", "Windows", "Macintosh", "Linux")
_EMPTY = {"name": "", "document_type": DocumentType.identity_card.value, "document_number": ""}
_OVER = frozenset({"activation_unknown", "activation_not_yours", "activation_expired", "activation_over"})


class UnderWay(SessionContent, frozen=True, kw_only=True):
    """The activation of this browser, with the secret that only it has."""

    bucket: int
    activation_id: int
    holder: str

    @property
    def key(self) -> ActivationKey:
        """As the room wants it."""
        return ActivationKey(bucket=self.bucket, activation_id=self.activation_id, holder=self.holder)


class IdentityForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a person types to say who they are."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
    document_type: DocumentType
    document_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z()]{5,24}$")]


@get("/start", include_in_schema=False)
async def show_start(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What is agreed to, before anything is asked; and the way on for who has begun."""
    page = Page(platform, request, WALLET_WORDS)
    under_way = open_session(platform, UNDER_WAY, request, UnderWay)
    going = under_way is not None and not isinstance(await activating.find_under_way(platform, under_way.key), Refused)
    return _start(page, box=None, going=going)


@post("/consent", status_code=200, include_in_schema=False)
async def consent(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Agreed: the activation begins, with the text that was shown."""
    page = Page(platform, request, WALLET_WORDS)
    if (await request.form()).get("agreed") != "yes":
        return _start(page, box=page.box("consent_missing"), going=False, status_code=REFUSED)
    agreement = find_agreement(CURRENT_VERSION, page.language)
    if isinstance(agreement, Refused):
        raise TypeError("the current agreement has no text in this language")
    key = await activating.begin_activation(
        platform, channel=RULES, channel_code=CHANNEL, device_name=device_name(request), agreement=agreement
    )
    if isinstance(key, Refused):
        return _start(page, box=page.refused(key), going=False, status_code=REFUSED)
    content = UnderWay(
        expires_seconds=unix_seconds(platform.clock.now()) + UNDER_WAY_SECONDS,
        bucket=key.bucket,
        activation_id=key.activation_id,
        holder=key.holder,
    )
    sealed = seal_session(platform, UNDER_WAY, content)
    page.set_cookie(page_cookie(request, UNDER_WAY, sealed, max_age=UNDER_WAY_SECONDS))
    return page.go("/wallet/activate")


@get("/activate", include_in_schema=False)
async def show_step(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The step that is due."""
    page = Page(platform, request, WALLET_WORDS)
    under_way = open_session(platform, UNDER_WAY, request, UnderWay)
    if under_way is None:
        return page.go("/wallet/start")
    return await _show(page, under_way.key)


@post("/activate", status_code=200, include_in_schema=False)
async def identify(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Who it is. An unknown number and a wrong name get the same answer."""
    page, key, fields = await _step(request, platform)
    if isinstance(key, Response):
        return key
    kept = {name: fields.get(name, "").strip()[:40] for name in _EMPTY}
    try:
        given = msgspec.convert(kept, IdentityForm, strict=False)
    except msgspec.ValidationError:
        return await _show(page, key, box=page.box("not_matched"), given=kept)
    identity = activating.Identity(
        document_type=given.document_type, document_number=given.document_number, name=given.name
    )
    answer = await activating.name_person(platform, key, RULES, origin_of(platform, request), identity)
    return await _after(page, key, answer, given=kept)


@post("/face", status_code=200, include_in_schema=False)
async def face(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What the camera took goes to the provider; its verdict moves the activation on."""
    page, key, fields = await _step(request, platform)
    if isinstance(key, Response):
        return key
    challenge_id = fields.get("challenge", "")[:80]
    capture = await read_capture(await request.form())
    answer = await activating.prove_by_face(platform, key, RULES, challenge_id=challenge_id, capture=capture)
    return await _after(page, key, answer)


@post("/insured", status_code=200, include_in_schema=False)
async def confirm(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The data are right, and this is the insured area to use."""
    page, key, fields = await _step(request, platform)
    if isinstance(key, Response):
        return key
    area = fields.get("insured_area", "")
    chosen = int(area) if area.isascii() and area.isdigit() and len(area) <= 6 else None
    return await _after(page, key, await activating.confirm(platform, key, insured_area=chosen))


@post("/password", status_code=200, include_in_schema=False)
async def choose_password(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The last step: six digits, then this browser is bound and the code shows."""
    page, key, fields = await _step(request, platform)
    if isinstance(key, Response):
        return key
    password = fields.get("password", "")[:20]
    if password != fields.get("password_again", ""):
        return await _show(page, key, box=page.box("password_differs"))
    return await _after(page, key, await activating.choose_password(platform, key, password))


async def _step(request: PageRequest, platform: Platform) -> tuple[Page, ActivationKey | Response[Any], dict[str, str]]:
    """The page, whose activation this browser is in, and what the form says; or the answer where it is in none."""
    page = Page(platform, request, WALLET_WORDS)
    form = await request.form()
    fields = {name: str(value) for name, value in form.items()}
    under_way = open_session(platform, UNDER_WAY, request, UnderWay)
    if under_way is None:
        return page, _start(page, box=page.box("session_over"), going=False, status_code=REFUSED), fields
    if fields.get("activation") != str(under_way.activation_id):
        box = page.refused(Refused(ACTIVATION_NOT_YOURS))
        return page, _start(page, box=box, going=True, status_code=REFUSED), fields
    return page, under_way.key, fields


async def _after(
    page: Page, key: ActivationKey, answer: Activation | Bound | Refused, given: dict[str, str] | None = None
) -> Response[Any]:
    """On to the next step, to the code, or the same step again with the reason."""
    if isinstance(answer, Refused):
        return await _show(page, key, box=page.refused(answer), given=given)
    if isinstance(answer, Activation):
        return page.go("/wallet/activate")
    platform, request = page.platform, page.request
    content = WalletSession(
        expires_seconds=unix_seconds(platform.clock.now()) + SESSION_SECONDS,
        bucket=answer.binding.bucket,
        session_secret=answer.session_secret,
    )
    page.set_cookie(page_cookie(request, COOKIE, seal_session(platform, COOKIE, content), max_age=SESSION_SECONDS))
    page.set_cookie(page_cookie(request, UNDER_WAY, "", max_age=0))
    return page.go("/wallet/code")


async def _show(
    page: Page, key: ActivationKey, *, box: Box | None = None, given: dict[str, str] | None = None
) -> Response[Any]:
    """The page of the step that is due, with a box where something was refused."""
    under_way = await activating.find_under_way(page.platform, key)
    if isinstance(under_way, Refused):
        return _start(page, box=box or page.refused(under_way), going=False, status_code=REFUSED)
    if under_way.state is ActivationState.activated:
        return page.go("/wallet/code")
    status = 200 if box is None else REFUSED
    shown: dict[str, Any] = {"status_code": status, "box": box, "activation": str(key.activation_id)}
    step = next_step(under_way.steps, under_way.state)
    if step is Step.name:
        types = [each.value for each in DocumentType]
        return page.html("wallet/identify.html", **_bar(2), given=given or _EMPTY, types=types, **shown)
    if step is Step.prove:
        return await _show_face(page, under_way, shown)
    if step is Step.confirm:
        return await _show_data(page, under_way, shown)
    return page.html("wallet/password.html", **_bar(5), **shown)


async def _show_face(page: Page, under_way: Activation, shown: dict[str, Any]) -> Response[Any]:
    challenge = await activating.begin_face(page.platform, under_way)
    if isinstance(challenge, Refused):
        shown = {**shown, "box": shown["box"] or page.refused(challenge), "status_code": 503}
        return page.html("wallet/face.html", **_bar(3), challenge=None, actions=(), **NO_CAMERA, **shown)
    stand_in = page.platform.settings.faces_stand_in
    facts: dict[str, Any] = {"challenge": challenge.challenge_id, "actions": challenge.actions}
    return page.html("wallet/face.html", **_bar(3), stand_in=stand_in, **facts, **camera_of(challenge), **shown)


async def _show_data(page: Page, under_way: Activation, shown: dict[str, Any]) -> Response[Any]:
    person, enrolments = await activating.insured_choices(page.platform, under_way)
    areas = page.platform.desk.areas
    choices: dict[int, str] = {}
    for one in enrolments:
        pool = areas.by_code(one.pooling_area)
        kind = one.insurance_type.value if one.insurance_type.value in {"employee", "resident"} else "other"
        name = pool.name if pool else str(one.pooling_area)
        choices.setdefault(one.pooling_area, f"{name} · {page.say(f'insured_as_{kind}')}")
    return page.html(
        "wallet/insured.html",
        **_bar(4),
        name_masked=people.masked_name(person.name),
        document_masked=people.masked_document(person.document_number),
        choices=list(choices.items()),
        **shown,
    )


def _bar(step: int) -> dict[str, int]:
    return {"step": step, "steps": SCREENS}


def _start(page: Page, *, box: Box | None, going: bool, status_code: int = 200) -> Response[Any]:
    return page.html(
        "wallet/start.html",
        status_code=status_code,
        box=box,
        going=going,
        version=CURRENT_VERSION,
        paragraphs=agreement_text(CURRENT_VERSION, page.language),
        **_bar(1),
    )


def origin_of(platform: Platform, request: PageRequest) -> Origin:
    """Where somebody tries from: this browser and its network address."""
    visitor, _ = visitor_of(platform, request)
    address = request.client.host if request.client else ""
    return Origin(device=visitor, address=address, channel_code=CHANNEL)


def device_name(request: PageRequest) -> str:
    """What the browser says it runs on, for the list of bindings; nothing finer."""
    agent = request.headers.get("user-agent", "")
    return next((name for name in _DEVICES if name in agent), "Browser")


ACTIVATION_HANDLERS = (show_start, consent, show_step, identify, face, confirm, choose_password)
