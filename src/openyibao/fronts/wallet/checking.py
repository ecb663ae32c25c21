"""The pages on which a person proves once more to be that person, for one act. 中文: 本人核验页面。

Like an activation it stands on the server: ``/wallet/check`` shows what is due. A face that was seen does its act at once where
nothing more is asked: a freeze is lifted, an elder has agreed. A forgotten password asks for a code and for new digits.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from openyibao.fronts.shared import checking
from openyibao.fronts.shared.agreements import CURRENT_VERSION, agreement_text
from openyibao.fronts.shared.authenticating import PASSWORD_MAX
from openyibao.fronts.shared.camera import NO_CAMERA, camera_of, read_capture
from openyibao.fronts.shared.checking import MandateConsent
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import SessionContent, open_session, page_cookie, seal_session
from openyibao.fronts.wallet.check_words import CHECK_WORDS
from openyibao.fronts.wallet.sessions import bound_device
from openyibao.fronts.wallet.words import WALLET_WORDS
from openyibao.kit.clock import unix_seconds
from openyibao.kit.outcome import Refused
from openyibao.rooms import mandates, people
from openyibao.rooms.activations import Way
from openyibao.rooms.bindings import Binding, BindingKind
from openyibao.rooms.checks import CheckAct, CheckKey, IdentityCheck, NewCheck, next_way
from openyibao.rooms.mandates import FamilyMandate

REFUSED = 422
COOKIE = "yb_check"
SECONDS = 15 * 60
WORDS = {**WALLET_WORDS, **CHECK_WORDS}


class CheckHere(SessionContent, frozen=True, kw_only=True):
    """The check of this browser, with the secret that only it has, and on which device it was begun."""

    bucket: int
    check_id: int
    holder: str
    binding_id: int

    @property
    def key(self) -> CheckKey:
        """As the room wants it."""
        return CheckKey(bucket=self.bucket, check_id=self.check_id, holder=self.holder)


def check_here(platform: Platform, request: PageRequest, binding: Binding) -> CheckHere | None:
    """The check begun on this device, if one was."""
    held = open_session(platform, COOKIE, request, CheckHere)
    return held if held is not None and held.binding_id == binding.binding_id else None


def _named(text: str) -> tuple[int, int]:
    head, _, tail = text.partition("-")
    plain = (head + tail).isascii() and head.isdigit() and tail.isdigit() and len(head) < 6 and len(tail) < 19
    return (int(head), int(tail)) if plain else (0, 0)


async def _mandate_of(platform: Platform, subject: str) -> FamilyMandate | None:
    name = _named(subject)
    async with platform.readers.reading() as reading:
        return (await mandates.read_mandates(reading, [name])).get(name)


async def _new_check(platform: Platform, binding: Binding, act: str, named: str) -> NewCheck | None:
    """What is asked for, where this device may ask for it: one's own act, or an elder's consent on the agent's device."""
    asked_by = f"self:{binding.binding_id}"
    if binding.kind is not BindingKind.own:
        return None
    if act in {CheckAct.lift_freeze, CheckAct.reset_password}:
        return NewCheck(bucket=binding.bucket, person_id=binding.person_id, act=CheckAct(act), asked_by=asked_by)
    one = await _mandate_of(platform, named) if act == CheckAct.consent_mandate else None
    if one is None or (one.agent_bucket, one.agent_person_id) != (binding.bucket, binding.person_id):
        return None
    if not mandates.asks_own_consent(one, platform.clock.today()):
        return None
    return NewCheck(
        bucket=one.bucket,
        person_id=one.principal_person_id,
        act=CheckAct.consent_mandate,
        asked_by=asked_by,
        subject=f"{one.bucket}-{one.mandate_id}",
    )


@post("/check/begin", status_code=200, include_in_schema=False)
async def begin(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Begin a check for an act."""
    page = Page(platform, request, WORDS)
    form = await request.form()
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)
    new = await _new_check(platform, binding, str(form.get("act", "")), str(form.get("named", ""))[:30])
    if new is None:
        return page.show_box(page.box("check_gone"), status_code=REFUSED)
    key = await checking.begin_check(platform, new)
    if isinstance(key, Refused):
        return page.show_box(page.refused(key), status_code=REFUSED)
    content = CheckHere(
        expires_seconds=unix_seconds(platform.clock.now()) + SECONDS,
        bucket=key.bucket,
        check_id=key.check_id,
        holder=key.holder,
        binding_id=binding.binding_id,
    )
    page.set_cookie(page_cookie(request, COOKIE, seal_session(platform, COOKIE, content), max_age=SECONDS))
    return page.go("/wallet/check")


async def _here(request: PageRequest, platform: Platform) -> tuple[Page, Binding, CheckKey | Response[Any]]:
    page = Page(platform, request, WORDS)
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)
    held = check_here(platform, request, binding)
    return page, binding, page.go("/wallet/rights") if held is None else held.key


@get("/check", include_in_schema=False)
async def show_check(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What is due."""
    page, _, key = await _here(request, platform)
    return key if isinstance(key, Response) else await _show(page, key)


async def _show(page: Page, key: CheckKey, box: Box | None = None) -> Response[Any]:
    platform = page.platform
    check = await checking.find_check(platform, key)
    if isinstance(check, Refused):
        return page.show_box(box or page.refused(check), status_code=REFUSED)
    way = next_way(check)
    shown: dict[str, Any] = {
        "act": check.act.value,
        "way": "" if way is None else way.value,
        "challenge": None,
        "actions": (),
        **NO_CAMERA,
        "stand_in": platform.settings.faces_stand_in,
        "phone": await _phone(platform, check) if way is Way.phone_code else "",
        "elder": "",
        "paragraphs": (),
        "version": CURRENT_VERSION,
    }
    if way is Way.live_face:
        challenge = await checking.begin_face(platform, check)
        if isinstance(challenge, Refused):
            box = box or page.refused(challenge)
        else:
            shown |= {"challenge": challenge.challenge_id, "actions": challenge.actions, **camera_of(challenge)}
    if check.act is CheckAct.consent_mandate:
        one = await _mandate_of(platform, check.subject)
        shown |= {
            "elder": "" if one is None else one.principal_masked,
            "paragraphs": agreement_text(CURRENT_VERSION, page.language),
        }
    return page.html("wallet/check.html", status_code=REFUSED if box else 200, box=box, **shown)


async def _phone(platform: Platform, check: IdentityCheck) -> str:
    """The registered phone as its holder knows it: only its end."""
    async with platform.readers.reading() as reading:
        phone = await people.find_phone(reading, platform.sealer, check.bucket, check.person_id)
    return "" if phone is None else f"{phone[:3]}****{phone[-4:]}"


@post("/check/face", status_code=200, include_in_schema=False)
async def face(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What the camera took; where no more is asked the act is done."""
    page, binding, key = await _here(request, platform)
    if isinstance(key, Response):
        return key
    form = await request.form()
    check = await checking.find_check(platform, key)
    if isinstance(check, Refused):
        return page.show_box(page.refused(check), status_code=REFUSED)
    if check.act is CheckAct.consent_mandate and form.get("agreed") != "yes":
        return await _show(page, key, page.box("check_elder_missing"))
    if next_way(check) is Way.live_face:
        challenge_id = str(form.get("challenge", ""))[:80]
        proved = await checking.prove_by_face(
            platform, key, challenge_id=challenge_id, capture=await read_capture(form)
        )
        if isinstance(proved, Refused):
            return await _show(page, key, page.refused(proved))
    return await _after_face(page, binding, key, check)


async def _after_face(page: Page, binding: Binding, key: CheckKey, check: IdentityCheck) -> Response[Any]:
    platform = page.platform
    if check.act is CheckAct.reset_password:
        sent = await checking.send_code(platform, key)
        return await _show(page, key, page.refused(sent)) if isinstance(sent, Refused) else page.go("/wallet/check")
    if check.act is CheckAct.lift_freeze:
        done: Any = await checking.lift_by_check(platform, key, actor=f"self:{binding.binding_id}")
    else:
        bucket, mandate_id = _named(check.subject)
        given = MandateConsent(
            bucket=bucket, mandate_id=mandate_id, language=page.language, channel_code=binding.channel_code
        )
        done = await checking.consent_by_check(platform, key, given)
    if isinstance(done, Refused):
        return await _show(page, key, page.refused(done))
    _forget(page)
    if check.act is CheckAct.lift_freeze:
        return page.show_box(page.box("check_lifted", tone="good"), status_code=200)
    return page.go("/wallet/family")


def _forget(page: Page) -> None:
    page.set_cookie(page_cookie(page.request, COOKIE, "", max_age=0))


@post("/check/send", status_code=200, include_in_schema=False)
async def send(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Another code."""
    page, _, key = await _here(request, platform)
    if isinstance(key, Response):
        return key
    sent = await checking.send_code(platform, key)
    box = page.refused(sent) if isinstance(sent, Refused) else page.box("check_code_sent", tone="good")
    return await _show(page, key, box)


@post("/check/code", status_code=200, include_in_schema=False)
async def code(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The code that came."""
    page, _, key = await _here(request, platform)
    if isinstance(key, Response):
        return key
    typed = str((await request.form()).get("code", "")).strip()[:10]
    proved = await checking.prove_by_code(platform, key, typed)
    return await _show(page, key, page.refused(proved)) if isinstance(proved, Refused) else page.go("/wallet/check")


@post("/check/password", status_code=200, include_in_schema=False)
async def set_password(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """New digits; the proof is spent."""
    page, binding, key = await _here(request, platform)
    if isinstance(key, Response):
        return key
    form = await request.form()
    new, again = (str(form.get(name, ""))[:PASSWORD_MAX] for name in ("password", "password_again"))
    if new != again:
        return await _show(page, key, page.box("check_differs"))
    ends = form.get("end_others") == "yes"
    done = await checking.reset_by_check(platform, key, binding, password=new, end_others=ends)
    if isinstance(done, Refused):
        return await _show(page, key, page.refused(done))
    _forget(page)
    key_word = "check_reset_done" if done.devices_ended else "check_reset_alone"
    box = page.box(key_word, tone="good", **({"count": done.devices_ended} if done.devices_ended else {}))
    return page.show_box(box, status_code=200)


CHECK_HANDLERS = (begin, show_check, face, send, code, set_password)
