"""The page of the password: change it, or learn how to set a forgotten one anew. 中文: 口令页面。"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from openyibao.fronts.shared.authenticating import PASSWORD_MAX, change_password
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere
from openyibao.fronts.wallet.security_words import SECURITY_WORDS
from openyibao.fronts.wallet.sessions import bound_device
from openyibao.fronts.wallet.words import WALLET_WORDS

REFUSED = 422
WORDS = {**WALLET_WORDS, **SECURITY_WORDS}


@get("/security", include_in_schema=False)
async def show_security(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The form."""
    async with platform.readers.reading() as reading:
        await bound_device(platform, request, reading)
    return Page(platform, request, WORDS).html("wallet/security.html", box=None)


@post("/security", status_code=200, include_in_schema=False)
async def change(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The old one holds, the new one is no weak one: changed."""
    page = Page(platform, request, WORDS)
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)
    form = await request.form()
    old, new, again = (str(form.get(name, ""))[:PASSWORD_MAX] for name in ("old", "new", "again"))
    box: Box | None = None
    if new != again:
        box = page.box("security_differs")
    else:
        refused = await change_password(platform, binding, old=old, new=new)
        box = None if refused is None else page.refused(refused)
    done = box or page.box("security_changed", tone="good")
    return page.html("wallet/security.html", status_code=200 if box is None else REFUSED, box=done)


SECURITY_HANDLERS = (show_security, change)
