"""All that is held on a person, to take home. 中文: 下载我的全部信息。"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from openyibao.fronts.shared.handing_out import hand_out
from openyibao.fronts.shared.pages import Page, PageRequest, PlatformHere
from openyibao.fronts.shared.security import SECURITY_HEADERS
from openyibao.fronts.wallet.rights import subject_here
from openyibao.fronts.wallet.rights_words import RIGHTS_WORDS
from openyibao.fronts.wallet.sessions import bound_device
from openyibao.rooms.looks import LookerKind


@get("/export", include_in_schema=False)
async def show_export(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What one gets, before one gets it."""
    page = Page(platform, request, RIGHTS_WORDS)
    async with platform.readers.reading() as reading:
        await bound_device(platform, request, reading)
    return page.html("wallet/export.html")


@post("/export", status_code=200, include_in_schema=False)
async def download(request: PageRequest, platform: PlatformHere) -> Response[bytes]:
    """The file."""
    page = Page(platform, request, RIGHTS_WORDS)
    async with platform.readers.reading() as reading:
        binding, subject = await subject_here(page, reading)
    octets = await hand_out(
        platform,
        subject,
        language=page.language,
        looker_kind=LookerKind.person,
        looker=binding.device_name or "wallet",
        why="the person's own request",
    )
    name = f"openyibao-{platform.clock.today().isoformat()}.zip"
    headers = {
        **SECURITY_HEADERS,
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(octets, media_type="application/zip", headers=headers)


EXPORT_HANDLERS = (show_export, download)
