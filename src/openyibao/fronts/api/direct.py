"""Requests of the REST interface without the detour by ASGI: parsed by the server, answered by the doors.

Keeps: the requests of one connection that wait for the one before. Promises: what it answers is what the doors answer by
ASGI, in the order asked; whatever is not a plain request below ``/api/v1/`` goes the server's own way. Why: a request's way
through scope, receive and send cost as much as checking its signature and parsing its body (docs/adr/0023). Units: octets,
seconds. Callers: ``running`` names it to the server. 中文: 接口直达。
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Protocol

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from openyibao.fronts.api.authentication import Asked
from openyibao.fronts.api.doors import BODY_MAX, PREFIX, ApiDoors

WAITING_MAX = 8
"""Requests of one connection that may wait for the one before; then it is read no further until they are answered."""
_PREFIX = PREFIX.encode()
_METHODS = {b"GET": "GET", b"POST": "POST", b"PUT": "PUT", b"DELETE": "DELETE"}


class HasDoors(Protocol):
    """The application: its doors, once it has started."""

    doors: ApiDoors | None


class _Coming(msgspec.Struct):
    """A request that is being read, then waits."""

    asked: Asked
    keep_alive: bool
    passed_over: bool = False
    content: bytes | None = b""
    """None from where it is over the limit."""


class DirectProtocol(HttpToolsProtocol):
    """The server's protocol for one connection, with a short way for the REST interface."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._coming: _Coming | None = None
        self._waiting: deque[_Coming] = deque()
        self._answering = False
        self._closing = False
        self._paused = False
        self._answered_at = 0.0
        self._idle: asyncio.TimerHandle | None = None
        self._address = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client came."""
        super().connection_made(transport)
        self._address = str(self.client[0]) if self.client else ""

    def connection_lost(self, exc: Exception | None) -> None:
        """The client went; what it asked is done all the same."""
        super().connection_lost(exc)
        if self._idle is not None:
            self._idle.cancel()

    def on_headers_complete(self) -> None:
        """Which way a request goes."""
        method = _METHODS.get(self.parser.get_method())
        plain = method is not None and self._is_plain()
        if not plain and not self._answering:
            super().on_headers_complete()
            return
        # Another kind of request right behind ours on one connection is passed over: after ours the connection ends.
        self._closing = self._closing or not plain
        asked = Asked(method or "", self.url.decode("ascii", "replace"), self.headers, self._address)
        self._coming = _Coming(asked, self.parser.should_keep_alive(), passed_over=not plain)

    def _is_plain(self) -> bool:
        return (
            self.url.startswith(_PREFIX)
            and b"?" not in self.url
            and b"%" not in self.url
            and not self.expect_100_continue
            and not self._closing
            and (self.cycle is None or self.cycle.response_complete)
            and not self.parser.should_upgrade()
            and self.parser.get_http_version() == "1.1"
            and not self.access_log
            and self.limit_concurrency is None
            and self._doors() is not None
        )

    def _doors(self) -> ApiDoors | None:
        return getattr(self.app, "doors", None)

    def on_body(self, body: bytes) -> None:
        """A piece of a request's body."""
        coming = self._coming
        if coming is None:
            super().on_body(body)
        elif coming.content is not None:
            coming.content = coming.content + body if coming.content else body
            if len(coming.content) > BODY_MAX:
                coming.content = None

    def on_message_complete(self) -> None:
        """A request is there whole."""
        coming, self._coming = self._coming, None
        if coming is None:
            super().on_message_complete()
            return
        if coming.passed_over:
            return
        self._waiting.append(coming)
        if len(self._waiting) >= WAITING_MAX and not self._paused:
            self._paused = True
            self.transport.pause_reading()
        if not self._answering:
            self._answering = True
            task = self.loop.create_task(self._answer_all())
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)

    async def _answer_all(self) -> None:
        doors = self._doors()
        assert doors is not None
        try:
            while self._waiting:
                coming = self._waiting.popleft()
                status, body, headers = await doors.answer(coming.asked, coming.content)
                self.server_state.total_requests += 1
                if self.transport.is_closing():
                    return
                last = not coming.keep_alive or (self._closing and not self._waiting)
                self.transport.write(_message(status, self.server_state.default_headers, headers, body, last=last))
                if last:
                    self.transport.close()
                    return
        finally:
            self._answering = False
        self._answered_at = self.loop.time()
        if self._idle is None:
            self._idle = self.loop.call_later(self.timeout_keep_alive, self._look_idle)
        if self._paused:
            self._paused = False
            self.transport.resume_reading()

    def _look_idle(self) -> None:
        """Close a connection that has been silent; one timer a connection, not one a request."""
        self._idle = None
        if self.transport.is_closing():
            return
        busy = (
            self._answering or self._coming is not None or (self.cycle is not None and not self.cycle.response_complete)
        )
        left = self.timeout_keep_alive if busy else self._answered_at + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._idle = self.loop.call_later(left, self._look_idle)
        elif self.timeout_keep_alive_task is None:  # else the server looks after what came by its own way last
            self.transport.close()

    def shutdown(self) -> None:
        """The server stops: what was asked is answered, then the connection ends."""
        if self._answering or self._coming is not None:
            self._closing = True
        else:
            super().shutdown()


def _message(
    status: int,
    defaults: list[tuple[bytes, bytes]],
    headers: list[tuple[bytes, bytes]],
    body: bytes,
    *,
    last: bool,
) -> bytes:
    """One answer, in one piece: one write is one system call."""
    parts = [STATUS_LINE[status]]
    for name, value in defaults:
        parts += (name, b": ", value, b"\r\n")
    for name, value in headers:
        parts += (name, b": ", value, b"\r\n")
    parts.append(b"connection: close\r\n\r\n" if last else b"\r\n")
    parts.append(body)
    return b"".join(parts)
