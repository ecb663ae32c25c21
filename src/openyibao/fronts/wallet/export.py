"""All that is held on a person, to take home. 中文: 下载我的全部信息。"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.response import Stream

from openyibao.fronts.shared.authenticating import PASSWORD_MAX
from openyibao.fronts.shared.handing_out import chunks_of, hand_out
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere
from openyibao.fronts.shared.security import SECURITY_HEADERS
from openyibao.fronts.wallet.password_session import password_given, require_password
from openyibao.fronts.wallet.rights import REFUSED, WORDS, subject_here
from openyibao.fronts.wallet.sessions import bound_device
from openyibao.rooms.looks import LookerKind


@get("/export", include_in_schema=False)
async def show_export(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What one gets, before one gets it."""
    page = Page(platform, request, WORDS)
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)
    return _export_page(page, None, given=password_given(page, binding))


def _export_page(page: Page, box: Box | None, *, given: bool) -> Response[Any]:
    return page.html("wallet/export.html", status_code=200 if box is None else REFUSED, box=box, given=given)


@post("/export", status_code=200, include_in_schema=False)
async def download(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The file, for who knows the password: the phone alone hands out nobody's medical bills."""
    page = Page(platform, request, WORDS)
    typed = str((await request.form()).get("password", ""))[:PASSWORD_MAX]
    async with platform.readers.reading() as reading:
        binding, subject = await subject_here(page, reading)
    refused = await require_password(page, binding, typed)
    if refused is not None:
        return _export_page(page, page.refused(refused), given=False)
    whole = await hand_out(
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
    return Stream(chunks_of(whole), media_type="application/zip", headers=headers, cookies=page.cookies)


EXPORT_HANDLERS = (show_export, download)
