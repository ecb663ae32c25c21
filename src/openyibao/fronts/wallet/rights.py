"""The pages of a person's own data: their beginning, freezing, consents. 中文: 我的数据。"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from openyibao.fronts.shared.answering import hotline_at
from openyibao.fronts.shared.authenticating import PASSWORD_MAX
from openyibao.fronts.shared.checking import lift_by_password
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import page_cookie
from openyibao.fronts.wallet.check_words import CHECK_WORDS
from openyibao.fronts.wallet.devices import at_text
from openyibao.fronts.wallet.rights_words import RIGHTS_WORDS
from openyibao.fronts.wallet.sessions import COOKIE, bound_device
from openyibao.fronts.wallet.words import WALLET_WORDS
from openyibao.kit.batch import Work
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import consents, credentials, faces, freezes
from openyibao.rooms.bindings import Binding
from openyibao.rooms.consents import ConsentPurpose, Withdrawn
from openyibao.rooms.rights import Subject

REFUSED = 422
WORDS = {**WALLET_WORDS, **CHECK_WORDS, **RIGHTS_WORDS}


async def subject_here(page: Page, reading: Reading) -> tuple[Binding, Subject]:
    """Whose wallet this is; the page learns the hotline of their area."""
    platform = page.platform
    binding = await bound_device(platform, page.request, reading)
    await platform.desk.fresh(reading)
    credential = await credentials.find_credential(reading, bucket=binding.bucket, person_id=binding.person_id)
    page.hotline = hotline_at(platform, None if credential is None else credential.insured_area)
    cells = platform.desk.areas.cells_of_person(binding.person_id)
    return binding, Subject(bucket=binding.bucket, person_id=binding.person_id, cells=cells)


@get("/rights", include_in_schema=False)
async def show_rights(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Where all of it begins."""
    page = Page(platform, request, WORDS)
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)
        frozen = await freezes.find_open(reading, bucket=binding.bucket, person_id=binding.person_id)
    return page.html("wallet/rights.html", box=None if frozen is None else page.box("frozen_box"))


async def _freeze_page(page: Page, *, box: Box | None = None, status_code: int = 200) -> Response[Any]:
    async with page.platform.readers.reading() as reading:
        binding = await bound_device(page.platform, page.request, reading)
        frozen = await freezes.find_open(reading, bucket=binding.bucket, person_id=binding.person_id)
    since = None if frozen is None else at_text(frozen.frozen_at)
    return page.html("wallet/freeze.html", status_code=status_code, box=box, since=since)


@get("/freeze", include_in_schema=False)
async def show_freeze(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Whether the code is frozen, and how that is lifted."""
    return await _freeze_page(Page(platform, request, WORDS))


@post("/freeze", status_code=200, include_in_schema=False)
async def freeze(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Freeze; every code is dead when this is answered."""
    page = Page(platform, request, WORDS)
    async with platform.readers.reading() as reading:
        binding, _ = await subject_here(page, reading)

    async def run(tx: Tx) -> Any:
        actor = f"self:{binding.binding_id}"
        return await freezes.freeze(tx, platform.clock, bucket=binding.bucket, person_id=binding.person_id, actor=actor)

    answer = await platform.lane.submit("work", Work(run=run))
    if isinstance(answer, Refused):
        return await _freeze_page(page, box=page.refused(answer), status_code=REFUSED)
    return page.go("/wallet/freeze")


@post("/freeze/lift", status_code=200, include_in_schema=False)
async def lift(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Lift it by the six digits; by a face see ``checking``."""
    page = Page(platform, request, WORDS)
    typed = str((await request.form()).get("password", ""))[:PASSWORD_MAX]
    async with platform.readers.reading() as reading:
        binding, _ = await subject_here(page, reading)
    answer = await lift_by_password(platform, binding, typed)
    if isinstance(answer, Refused):
        return await _freeze_page(page, box=page.refused(answer), status_code=REFUSED)
    return await _freeze_page(page, box=page.box("check_lifted", tone="good"))


async def _consents_page(page: Page, *, box: Box | None = None, status_code: int = 200) -> Response[Any]:
    async with page.platform.readers.reading() as reading:
        binding = await bound_device(page.platform, page.request, reading)
        listed = await consents.list_consents(reading, bucket=binding.bucket, person_id=binding.person_id)
        await page.platform.desk.fresh(reading)
    shown = [
        {
            "consent_id": one.consent_id,
            "version": one.text_version,
            "purposes": "、".join(page.say(f"consent_for_{each.value}") for each in one.purposes),
            "channel": channel_text(page, one.channel_code),
            "given": at_text(one.given_at),
            "over": None if one.withdrawn_at is None else at_text(one.withdrawn_at),
            "text": consents.find_text(one.text_version, page.language),
            "ends_code": ConsentPurpose.show in one.purposes,
        }
        for one in listed
    ]
    return page.html("wallet/consents.html", status_code=status_code, box=box, consents=shown)


def channel_text(page: Page, channel_code: str) -> str:
    """How a channel is called: the wallet's own name, an institution's, the one it was registered with, else its code."""
    head, _, tail = channel_code.partition(":")
    if head == "institution" and tail.isascii() and tail.isdigit():
        place = page.platform.desk.directory.by_id(int(tail))
        return channel_code if place is None else place.name
    names = page.platform.desk.channel_book.names.get(channel_code)
    if names is not None:
        return names[page.language == "en"]
    return page.say("channel_wallet") if channel_code == "wallet" else channel_code


@get("/consents", include_in_schema=False)
async def show_consents(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What the person agreed to, and when."""
    return await _consents_page(Page(platform, request, RIGHTS_WORDS))


@post("/consents/withdraw", status_code=200, include_in_schema=False)
async def withdraw_consent(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Take a consent back; where this very device stood on it, the wallet ends here."""
    page = Page(platform, request, RIGHTS_WORDS)
    asked = str((await request.form()).get("consent_id", ""))
    async with platform.readers.reading() as reading:
        binding, _ = await subject_here(page, reading)
    consent_id = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    answer = await platform.lane.submit("work", Work(run=_withdrawing(platform, binding, consent_id)))
    if isinstance(answer, Refused):
        return await _consents_page(page, box=page.refused(answer), status_code=REFUSED)
    if binding.binding_id not in answer.ended_bindings:
        said = "withdrawn" if ConsentPurpose.show in answer.consent.purposes else "withdrawn_use"
        return await _consents_page(page, box=page.box(said, tone="good"))
    page.set_cookie(page_cookie(request, COOKIE, "", max_age=0))
    return page.show_box(page.box("withdrawn", tone="good"), status_code=200)


def _withdrawing(platform: Platform, binding: Binding, consent_id: int) -> Any:
    async def run(tx: Tx) -> Any:
        who: dict[str, Any] = {
            "bucket": binding.bucket,
            "person_id": binding.person_id,
            "actor": f"self:{binding.binding_id}",
        }
        withdrawn = await consents.withdraw(tx, platform.clock, **who, consent_id=consent_id)
        if isinstance(withdrawn, Withdrawn) and ConsentPurpose.face in withdrawn.consent.purposes:
            # What stood on it goes with it; deleted already is just as well.
            await faces.delete_face(tx, platform.clock, **who)
        return withdrawn

    return run


RIGHTS_HANDLERS = (show_rights, show_freeze, freeze, lift, show_consents, withdraw_consent)
