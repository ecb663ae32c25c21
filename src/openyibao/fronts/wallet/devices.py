"""What a bound device gets: the code page, its day keys, the server's clock, the list of bindings. 中文: 已绑定设备。"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post

from openyibao.fronts.shared.pages import Page, PageRequest, PlatformHere
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import SECURITY_HEADERS, SignInNeeded, page_cookie
from openyibao.fronts.wallet.sessions import COOKIE, bound_device
from openyibao.fronts.wallet.words import WALLET_WORDS
from openyibao.kit.batch import Work
from openyibao.kit.clock import SHANGHAI
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, credentials, freezes, people
from openyibao.rooms.bindings import Binding

CODE_VERSION = 1
"""The octet that begins what a code authenticates (rooms/presentation); a wallet mints by it."""
STEP_SECONDS = 30
ANY_PURPOSE = "0000"
_ENDED = 401


class BoundView(msgspec.Struct, frozen=True, kw_only=True):
    """One binding as the list shows it."""

    binding_id: int
    device_name: str
    bound_at: str
    mine: bool


def insured_area_text(page: Page, area: int | None) -> str:
    """Province and city of an area code, or that it isn't known."""
    pool = page.platform.desk.areas.by_code(area) if area else None
    return page.say("insured_at", area=pool.name) if pool else page.say("area_unknown")


@get("/code", include_in_schema=False)
async def show_code(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The code page. It holds no secret, so that the phone may keep it for days without a network."""
    page = Page(platform, request, WALLET_WORDS)
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)
        name = (binding.bucket, binding.person_id)
        found = await people.read_persons(reading, platform.sealer, [name])
        credential = await credentials.find_credential(reading, bucket=binding.bucket, person_id=binding.person_id)
        frozen = await freezes.find_open(reading, bucket=binding.bucket, person_id=binding.person_id)
        await platform.desk.areas.fresh(reading)
    return page.html(
        "wallet/code.html",
        frozen=frozen is not None,
        binding=str(binding.binding_id),
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
            return _answer({"state": "ended"}, status_code=_ENDED)
    days = bindings.day_keys(platform.sealer, platform.clock, binding)
    return _answer(
        {
            "binding": str(binding.binding_id),
            "issuer": platform.settings.issuer,
            "serial": f"{binding.serial:010d}",
            "province": f"{binding.province:02d}",
            "extension": ANY_PURPOSE,
            "version": CODE_VERSION,
            "step_seconds": STEP_SECONDS,
            "server_ms": _server_ms(platform),
            "days": {day.on.isoformat(): day.secret.hex() for day in days},
        }
    )


@get("/time", include_in_schema=False, sync_to_thread=False)
def tell_time(platform: PlatformHere) -> Response[bytes]:
    """The server's clock in milliseconds since 1970, by which phones set their codes."""
    return _answer({"server_ms": _server_ms(platform)})


@get("/bindings", include_in_schema=False)
async def show_bindings(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Where the code can be shown."""
    page = Page(platform, request, WALLET_WORDS)
    async with platform.readers.reading() as reading:
        _, bindings = await _mine(platform, request, reading)
    return page.html("wallet/bindings.html", box=None, bindings=bindings)


@post("/unbind", status_code=200, include_in_schema=False)
async def unbind(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """End one of the person's own bindings; its codes end at once."""
    page = Page(platform, request, WALLET_WORDS)
    asked = str((await request.form()).get("binding_id", ""))
    async with platform.readers.reading() as reading:
        binding, listed = await _mine(platform, request, reading)
    chosen = next((each for each in listed if str(each.binding_id) == asked), None)
    if chosen is None:
        return page.go("/wallet/bindings")

    async def run(tx: Tx) -> Any:
        return await bindings.unbind(
            tx, platform.clock, bucket=binding.bucket, binding_id=chosen.binding_id, actor=str(binding.person_id)
        )

    answer = await platform.lane.submit("work", Work(run=run))
    if isinstance(answer, Refused):
        return page.html("wallet/bindings.html", status_code=422, box=page.refused(answer), bindings=listed)
    if not chosen.mine:
        return page.go("/wallet/bindings")
    page.set_cookie(page_cookie(request, COOKIE, "", max_age=0))
    return page.html("wallet/unbound.html")


async def _mine(platform: Platform, request: PageRequest, reading: Reading) -> tuple[Binding, list[BoundView]]:
    binding = await bound_device(platform, request, reading)
    found = await bindings.list_bindings(reading, bucket=binding.bucket, credential_id=binding.credential_id)
    return binding, [
        BoundView(
            binding_id=each.binding_id,
            device_name=each.device_name,
            bound_at=each.bound_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
            mine=each.binding_id == binding.binding_id,
        )
        for each in found
    ]


def _server_ms(platform: Platform) -> int:
    at = platform.clock.now()
    return int(at.timestamp()) * 1000 + at.microsecond // 1000


def _answer(content: dict[str, Any], *, status_code: int = 200) -> Response[bytes]:
    headers = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
    return Response(
        msgspec.json.encode(content), status_code=status_code, media_type="application/json", headers=headers
    )


BOUND_HANDLERS = (show_code, deliver_keys, tell_time, show_bindings, unbind)
