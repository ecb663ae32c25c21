"""The pages of one's devices: listed with their last use, named, unbound; a lost phone; the credential's file. 中文: 我的绑定。"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post

from openyibao.fronts.shared.issuing import statement_file
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere
from openyibao.fronts.shared.security import SECURITY_HEADERS, SignInNeeded, page_cookie
from openyibao.fronts.wallet.sessions import COOKIE, bound_device
from openyibao.fronts.wallet.words import WALLET_WORDS
from openyibao.kit.batch import Work
from openyibao.kit.clock import SHANGHAI
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings
from openyibao.rooms.bindings import Binding, BindingKind, Device

NAME_MAX = 40
REFUSED = 422


class BoundView(msgspec.Struct, frozen=True, kw_only=True):
    """One binding as the list shows it."""

    binding_id: int
    device_name: str
    kind: str
    bound_at: str
    last_used_at: str | None
    last_place: str | None
    mine: bool


@get("/bindings", include_in_schema=False)
async def show_bindings(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Where the code can be shown."""
    return await _listed(Page(platform, request, WALLET_WORDS), None)


@post("/unbind", status_code=200, include_in_schema=False)
async def unbind(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """End one of the person's own bindings; its codes end at once."""
    page = Page(platform, request, WALLET_WORDS)
    binding, chosen = await _chosen(page)
    if chosen is None:
        return page.go("/wallet/bindings")

    async def run(tx: Tx) -> Any:
        return await bindings.unbind(
            tx, platform.clock, bucket=binding.bucket, binding_id=chosen.binding_id, actor=str(binding.person_id)
        )

    answer = await platform.lane.submit("work", Work(run=run))
    if isinstance(answer, Refused):
        return await _listed(page, page.refused(answer), status_code=REFUSED)
    if chosen.binding_id != binding.binding_id:
        return page.go("/wallet/bindings")
    page.set_cookie(page_cookie(request, COOKIE, "", max_age=0))
    return page.html("wallet/unbound.html")


@post("/bindings/rename", status_code=200, include_in_schema=False)
async def rename(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Give a device the name its holder knows it by."""
    page = Page(platform, request, WALLET_WORDS)
    binding, chosen = await _chosen(page)
    name = "".join(c for c in str((await request.form()).get("device_name", "")) if c.isprintable()).strip()[:NAME_MAX]
    if chosen is None or not name:
        return page.go("/wallet/bindings")

    async def run(tx: Tx) -> Any:
        return await bindings.rename(
            tx, bucket=binding.bucket, binding_id=chosen.binding_id, device_name=name, actor=str(binding.person_id)
        )

    answer = await platform.lane.submit("work", Work(run=run))
    if isinstance(answer, Refused):
        return await _listed(page, page.refused(answer), status_code=REFUSED)
    return await _listed(page, page.box("renamed", tone="good"))


@get("/lost", include_in_schema=False)
async def show_lost(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What to do about a lost phone; with one press where this is another device of the same holder."""
    page = Page(platform, request, WALLET_WORDS)
    async with platform.readers.reading() as reading:
        try:
            here = (await bound_device(platform, request, reading)).kind is BindingKind.own
        except SignInNeeded:
            here = False
    return page.html("wallet/lost.html", here=here)


@post("/lost", status_code=200, include_in_schema=False)
async def unbind_others(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """End every device but this one; cards stay."""
    page = Page(platform, request, WALLET_WORDS)
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)
    if binding.kind is not BindingKind.own:
        return page.go("/wallet/lost")

    async def run(tx: Tx) -> Any:
        return await bindings.unbind_others(tx, platform.clock, binding=binding, actor=str(binding.person_id))

    ended = await platform.lane.submit("work", Work(run=run))
    box = page.box("unbound_others" if ended else "nothing_unbound", tone="good", count=len(ended))
    return await _listed(page, box)


@get("/statement", include_in_schema=False)
async def deliver_statement(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The holder's credential as a file (docs/verify)."""
    page = Page(platform, request, WALLET_WORDS)
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)
        if binding.kind is not BindingKind.own:
            return page.go("/wallet/bindings")
        found = await statement_file(platform, reading, binding.bucket, binding.person_id)
    if isinstance(found, Refused):
        return page.show_box(page.refused(found), status_code=REFUSED)
    headers = {
        **SECURITY_HEADERS,
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="statement.json"',
    }
    return Response(msgspec.json.encode(found), media_type="application/json", headers=headers)


async def _listed(page: Page, box: Box | None, *, status_code: int = 200) -> Response[Any]:
    async with page.platform.readers.reading() as reading:
        binding, devices = await _mine(page, reading)
        await page.platform.desk.fresh(reading)
    return page.html(
        "wallet/bindings.html",
        status_code=status_code,
        box=box,
        most=page.platform.settings.bindings_max,
        bindings=[_view(page, one, binding) for one in devices],
    )


async def _mine(page: Page, reading: Reading) -> tuple[Binding, list[Device]]:
    binding = await bound_device(page.platform, page.request, reading)
    found = await bindings.list_devices(reading, bucket=binding.bucket, credential_id=binding.credential_id)
    # A relative's device sees and ends itself alone.
    own = binding.kind is BindingKind.own
    return binding, [one for one in found if own or one.binding.binding_id == binding.binding_id]


async def _chosen(page: Page) -> tuple[Binding, Binding | None]:
    """The device that asks, and the one of the same credential that the form names."""
    asked = str((await page.request.form()).get("binding_id", ""))
    async with page.platform.readers.reading() as reading:
        binding, devices = await _mine(page, reading)
    return binding, next((one.binding for one in devices if str(one.binding.binding_id) == asked), None)


def _view(page: Page, device: Device, mine: Binding) -> BoundView:
    one, place = device.binding, None
    if device.last_institution_id is not None:
        found = page.platform.desk.directory.by_id(device.last_institution_id)
        place = page.say("place_unknown") if found is None else found.name
    return BoundView(
        binding_id=one.binding_id,
        device_name=one.device_name,
        kind=page.say(f"kind_{one.kind}"),
        bound_at=_minute(one.bound_at),
        last_used_at=None if device.last_used_at is None else _minute(device.last_used_at),
        last_place=place,
        mine=one.binding_id == mine.binding_id,
    )


def _minute(at: Any) -> str:
    return str(at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"))


BINDING_HANDLERS = (show_bindings, unbind, rename, show_lost, unbind_others, deliver_statement)
