"""What lets the installed wallet open without a network: the service worker with its list, and the minter's address. 中文: 离线打开。

The list is strict: the worker keeps these files and the code page, and nothing else of the site passes through it. Its version is a
digest over them, so that a phone takes all of them anew or none.
"""

from __future__ import annotations

from functools import cache
from urllib.parse import urlencode

import msgspec
from litestar import Response, get

from openyibao.fronts.shared.assets import shelf, static_url
from openyibao.fronts.shared.pages import PageRequest
from openyibao.fronts.shared.security import SECURITY_HEADERS
from openyibao.kit.crypto import sm3_hex

MINTER = "wallet/minter.js"
MINTER_PARTS = ("vendor/sm3.js", "wallet/vault.js", "wallet/clock.js", "wallet/mint.js")
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
WORKER = "wallet/shelf.js"


@cache
def minter_url() -> str:
    """The minter with its parts: each by its digest, so that old and new never mix."""
    named = [("v", shelf()[MINTER].digest), *(("part", static_url(part)) for part in MINTER_PARTS)]
    return "/wallet/minter.js?" + urlencode(named)


@cache
def kept_files() -> list[str]:
    """Every file that the service worker keeps."""
    linked = [static_url(name) for name in (*LINKED, *MINTER_PARTS)]
    return [*linked, minter_url(), *(f"/static/{name}" for name in IMPORTED)]


@cache
def worker_text() -> bytes:
    """The service worker: its version, its list, what it does."""
    files = kept_files()
    contents = [shelf()[name].digest for name in (*IMPORTED, WORKER)]
    version = sm3_hex(msgspec.json.encode([files, contents]))[:12]
    head = f"const VERSION = '{version}';\nconst FILES = {msgspec.json.encode(files).decode()};\n"
    return head.encode() + shelf()[WORKER].content


@get("/offline.js", include_in_schema=False, sync_to_thread=False)
def serve_offline(request: PageRequest) -> Response[bytes]:
    """The service worker; served below ``/wallet`` because that is all it may see."""
    headers = {**SECURITY_HEADERS, "Cache-Control": "no-cache"}
    return Response(worker_text(), media_type=shelf()[WORKER].media_type, headers=headers)


@get("/minter.js", include_in_schema=False, sync_to_thread=False)
def serve_minter(request: PageRequest) -> Response[bytes]:
    """The minter; below ``/wallet`` too, or the service worker would not see what it imports."""
    asset = shelf()[MINTER]
    fresh = request.query_params.get("v") == asset.digest
    kept = "private, max-age=31536000, immutable" if fresh else "no-cache"
    return Response(asset.content, media_type=asset.media_type, headers={**SECURITY_HEADERS, "Cache-Control": kept})


OFFLINE_HANDLERS = (serve_offline, serve_minter)
