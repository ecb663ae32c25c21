"""The static files of the pages, read once, kept packed in memory, told apart by their digest. 中文: 静态文件。"""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from openyibao.fronts.shared.security import SECURITY_HEADERS
from openyibao.kit.crypto import sm3_hex

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
"""Only these are served; licences and lists beside them are for readers of the source."""
WORKER_POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
"""Only the worker that reads pictures may compile WebAssembly (no eval); the pages themselves may not."""
WORKERS = frozenset({"terminal/reader.js"})


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One static file: as it is, packed, and its digest."""

    content: bytes
    packed: bytes
    digest: str
    media_type: str


@cache
def shelf() -> dict[str, Asset]:
    """Every static file by its path below ``static/``."""
    found = {}
    for path in sorted(STATIC.rglob("*")):
        media_type = MEDIA_TYPES.get(path.suffix)
        if media_type is not None:
            content = path.read_bytes()
            found[path.relative_to(STATIC).as_posix()] = Asset(
                content=content,
                packed=gzip.compress(content, 6, mtime=0),
                digest=sm3_hex(content)[:12],
                media_type=media_type,
            )
    return found


def static_url(path: str) -> str:
    """The address of a static file with its digest, so that it may be kept for ever. Raises KeyError on a wrong path."""
    return f"/static/{path}?v={shelf()[path].digest}"


@get("/static/{path:path}", include_in_schema=False, sync_to_thread=False)
def serve_asset(request: Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes]:
    """A static file: kept for ever where its digest was asked for, asked for again each time where not."""
    name = path.lstrip("/")
    asset = shelf().get(name)
    if asset is None:
        raise NotFoundException
    mark = f'"{asset.digest}"'
    headers = {
        **SECURITY_HEADERS,
        "ETag": mark,
        "Vary": "Accept-Encoding",
        "Cache-Control": "public, max-age=31536000, immutable"
        if request.query_params.get("v") == asset.digest
        else "no-cache",
    }
    if name in WORKERS:
        headers["Content-Security-Policy"] = WORKER_POLICY
    if request.headers.get("if-none-match") == mark:
        return Response(b"", status_code=304, headers=headers, media_type=asset.media_type)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.packed, headers=headers, media_type=asset.media_type)
    return Response(asset.content, headers=headers, media_type=asset.media_type)


def static_router() -> Router:
    """The static files of all pages; the assembly mounts it once."""
    return Router(path="/", route_handlers=[serve_asset])
