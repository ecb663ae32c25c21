"""A text-message gateway for the desk: takes signed messages over HTTP and shows them as a phone would. 中文: 短信沙箱。

Settings by environment: ``SANDBOX_SMS_SECRET``; ``SANDBOX_SMS_FAULT`` fails every n-th message with 503 (0: none).
It keeps the last thousand messages in memory and forgets them when it ends.
"""

from __future__ import annotations

import html
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import msgspec

from openyibao.settings import sandbox_setting
from openyibao.wire.messages import TextMessage, holds

KEPT_MAX = 1_000
BODY_MAX = 10_000
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class SmsGateway:
    """The gateway's ASGI application."""

    def __init__(self, secret: str, *, fault_every: int = 0) -> None:
        self._secret, self._fault_every = secret, fault_every
        self._kept: OrderedDict[str, TextMessage] = OrderedDict()
        self._seen = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a message, list them for a phone, or show them."""
        if scope["type"] != "http":
            await _lifespan(receive, send)
            return
        if scope["method"] == "POST" and scope["path"] == "/messages":
            await self._take(scope, receive, send)
        elif scope["path"] == "/messages":
            phone = parse_qs(scope["query_string"].decode("latin-1")).get("phone", [""])[0]
            mine = [message for message in self._kept.values() if message.phone == phone]
            await _answer(send, 200, msgspec.json.encode(mine), b"application/json")
        else:
            await _answer(send, 200, self._page().encode(), b"text/html; charset=utf-8")

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body") or len(body) > BODY_MAX:
                break
        signature = dict(scope["headers"]).get(b"x-signature", b"").decode("latin-1")
        self._seen += 1
        if self._fault_every and self._seen % self._fault_every == 0:
            await _answer(send, 503, b"{}", b"application/json")
            return
        if not holds(self._secret, body, signature):
            await _answer(send, 401, b"{}", b"application/json")
            return
        try:
            taken = msgspec.json.decode(body, type=TextMessage)
        except msgspec.MsgspecError:
            await _answer(send, 400, b"{}", b"application/json")
            return
        self._kept.setdefault(taken.message_id, taken)
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        await _answer(send, 200, b"{}", b"application/json")

    def _page(self) -> str:
        rows = "".join(
            f"<li><b>{html.escape(m.phone)}</b> {html.escape(m.text)}</li>" for m in reversed(self._kept.values())
        )
        return (
            "<!doctype html><html lang='zh'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
            f"<title>短信沙箱</title><h1>短信沙箱 · SMS sandbox</h1><ul>{rows or '<li>还没有短信 · none yet</li>'}</ul></html>"
        )


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _answer(send: Send, status: int, body: bytes, kind: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def create_application() -> SmsGateway:
    """Uvicorn's factory."""
    return SmsGateway(sandbox_setting("SMS_SECRET"), fault_every=int(sandbox_setting("SMS_FAULT", "0")))
