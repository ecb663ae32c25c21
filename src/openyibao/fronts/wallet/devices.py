"""What a bound device gets: the code page, its day keys, the server's clock. 中文: 已绑定设备。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Response, get, post

from openyibao.fronts.shared.delivering import delivered, server_ms
from openyibao.fronts.shared.pages import Page, PageRequest, PlatformHere
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import SECURITY_HEADERS, SignInNeeded
from openyibao.fronts.wallet.check_words import CHECK_WORDS
from openyibao.fronts.wallet.offline import minter_url
from openyibao.fronts.wallet.sessions import bound_device
from openyibao.fronts.wallet.words import WALLET_WORDS
from openyibao.kit.clock import SHANGHAI
from openyibao.rooms import checks, credentials, freezes, people, presentation
from openyibao.rooms.bindings import Binding

RESET_TOLD_FOR = timedelta(days=7)
"""So long every device says that the password was set anew."""
ANY_PURPOSE = "00"
_ENDED = 401


def at_text(at: Any) -> str:
    """An instant as people here read it."""
    return str(at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"))


def insured_area_text(page: Page, area: int | None) -> str:
    """Province and city of an area code, or that it isn't known."""
    pool = page.platform.desk.areas.by_code(area) if area else None
    return page.say("insured_at", area=pool.name) if pool else page.say("area_unknown")


@get("/code", include_in_schema=False)
async def show_code(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The code page. It holds no secret, so that the phone may keep it for days without a network."""
    page = Page(platform, request, {**WALLET_WORDS, **CHECK_WORDS})
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)
        name = (binding.bucket, binding.person_id)
        found = await people.read_persons(reading, platform.sealer, [name])
        credential = await credentials.find_credential(reading, bucket=binding.bucket, person_id=binding.person_id)
        frozen = await freezes.find_open(reading, bucket=binding.bucket, person_id=binding.person_id)
        reset = await checks.find_last_reset(reading, bucket=binding.bucket, person_id=binding.person_id)
        await platform.desk.areas.fresh(reading)
    told = reset is not None and platform.clock.now() - reset.reset_at < RESET_TOLD_FOR
    return page.html(
        "wallet/code.html",
        reset_at=at_text(reset.reset_at) if reset is not None and told else "",
        frozen=frozen is not None,
        binding=str(binding.binding_id),
        minter=minter_url(),
        name_masked=people.masked_name(found[name].name) if name in found else "*",
        area=insured_area_text(page, credential.insured_area if credential else None),
    )


@post("/keys", status_code=200, include_in_schema=False)
async def deliver_keys(request: PageRequest, platform: PlatformHere) -> Response[bytes]:
    """The day keys of the next days with all a code is minted from; 401 where the binding ended."""
    async with platform.readers.reading() as reading:
        try:
            binding = await bound_device(platform, request, reading)
        except SignInNeeded:
            return json_answer({"state": "ended"}, status_code=_ENDED)
    return json_answer(delivery_of(platform, binding))


def delivery_of(platform: Platform, binding: Binding) -> dict[str, Any]:
    """All that a phone mints a binding's codes from, for the next days, and which binding it is."""
    return {"binding": str(binding.binding_id), "extension": ANY_PURPOSE, **delivered(platform, binding)}


@get("/time", include_in_schema=False, sync_to_thread=False)
def tell_time(platform: PlatformHere) -> Response[bytes]:
    """The server's clock in milliseconds since 1970, by which phones set their codes; and how codes are made now."""
    return json_answer({"server_ms": server_ms(platform), "version": presentation.CODE_VERSION})


def json_answer(content: dict[str, Any], *, status_code: int = 200) -> Response[bytes]:
    """JSON for the page's own scripts; no cache keeps it."""
    headers = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
    return Response(
        msgspec.json.encode(content), status_code=status_code, media_type="application/json", headers=headers
    )


BOUND_HANDLERS = (show_code, deliver_keys, tell_time)
