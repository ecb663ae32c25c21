"""Service workers: what a page needs to open without a network, by a strict list with a version. 中文: 离线缓存清单。

A worker keeps the files it is told and one page, and nothing else of the site passes through it. The version is a digest over all
of them, so that a browser takes all anew or none.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from litestar import Response

from openyibao.fronts.shared.assets import shelf
from openyibao.fronts.shared.security import SECURITY_HEADERS
from openyibao.kit.crypto import sm3_hex

WORKER = "shared/shelf.js"


def worker_text(*, page: str, prefix: str, files: Sequence[str], imported: Sequence[str]) -> bytes:
    """The worker of one page: ``files`` are addresses with digests, ``imported`` names that scripts import without one."""
    listed = [*files, *(f"/static/{name}" for name in imported)]
    contents = [shelf()[name].digest for name in (*imported, WORKER)]
    version = sm3_hex(msgspec.json.encode([listed, contents]))[:12]
    told = {"PAGE": page, "PREFIX": prefix, "VERSION": version, "FILES": listed}
    head = "".join(f"const {name} = {msgspec.json.encode(value).decode()};\n" for name, value in told.items())
    return head.encode() + shelf()[WORKER].content


def serve_worker(text: bytes) -> Response[bytes]:
    """A worker's answer; asked for again each time."""
    headers = {**SECURITY_HEADERS, "Cache-Control": "no-cache"}
    return Response(text, media_type=shelf()[WORKER].media_type, headers=headers)
