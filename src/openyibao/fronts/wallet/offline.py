"""What lets the installed wallet open without a network: its list for the service worker, and the minter. 中文: 离线打开。"""

from __future__ import annotations

from functools import cache
from urllib.parse import urlencode

from litestar import Response, get

from openyibao.fronts.shared.assets import shelf, static_url
from openyibao.fronts.shared.keeping import serve_worker, worker_text
from openyibao.fronts.shared.pages import PageRequest
from openyibao.fronts.shared.security import SECURITY_HEADERS

MINTER = "wallet/minter.js"
MINTER_PARTS = ("vendor/sm3.js", "wallet/vault.js", "shared/clock.js", "wallet/mint.js")
LINKED = (
    "vendor/weui.min.css",
    "shared/base.css",
    "shared/mark.svg",
    "wallet/wallet.css",
    "wallet/wallet.webmanifest",
    "wallet/code.js",
    "wallet/waiting.js",
)
"""What the code page links, each with its digest."""
IMPORTED = ("vendor/qrcode.mjs",)
"""What its scripts import, without one."""


@cache
def minter_url() -> str:
    """The minter with its parts: each by its digest, so that old and new never mix."""
    named = [("v", shelf()[MINTER].digest), *(("part", static_url(part)) for part in MINTER_PARTS)]
    return "/wallet/minter.js?" + urlencode(named)


@get("/offline.js", include_in_schema=False, sync_to_thread=False)
def serve_offline(request: PageRequest) -> Response[bytes]:
    """The service worker; served below ``/wallet`` because that is all it may see."""
    files = [*(static_url(name) for name in (*LINKED, *MINTER_PARTS)), minter_url()]
    return serve_worker(worker_text(page="/wallet/code", prefix="openyibao-wallet-", files=files, imported=IMPORTED))


@get("/minter.js", include_in_schema=False, sync_to_thread=False)
def serve_minter(request: PageRequest) -> Response[bytes]:
    """The minter; below ``/wallet`` too, or the service worker would not see what it imports."""
    asset = shelf()[MINTER]
    fresh = request.query_params.get("v") == asset.digest
    kept = "private, max-age=31536000, immutable" if fresh else "no-cache"
    return Response(asset.content, media_type=asset.media_type, headers={**SECURITY_HEADERS, "Cache-Control": kept})


OFFLINE_HANDLERS = (serve_offline, serve_minter)
