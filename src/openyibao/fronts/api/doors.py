"""The doors of the REST interface: a table of routes, and the one wrapper that every call goes through.

The wrapper does what a framework would: body limit, authentication by message, parsing into bounded structs, waiting for
the lane, problem details, request id. No cookies, so no CSRF. 中文: 接口路由。
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from openyibao.fronts.api.answers import problem
from openyibao.fronts.api.authentication import Asked, Caller, authenticate
from openyibao.fronts.api.calls import Call, Route
from openyibao.fronts.api.pace import Pace
from openyibao.fronts.api.reasons import (
    BODY_INVALID,
    BODY_TOO_LARGE,
    BUSY,
    OUTCOME_UNKNOWN,
    POISONED,
    ROUTE_UNKNOWN,
    TOO_MANY_LOOKUPS,
)
from openyibao.fronts.api.routes import ROUTES
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.answering import HOTLINE, hotline_of_institution
from openyibao.kit.batch import Busy, Poisoned, Unknown
from openyibao.kit.clock import unix_seconds
from openyibao.kit.crypto import sm3
from openyibao.kit.faults import describe_fault
from openyibao.kit.outcome import Refused

log = logging.getLogger(__name__)

BODY_MAX = 2_000_000
BAD = 400
"""Statuses from here on carry a problem."""
_NO_STORE = (b"cache-control", b"no-store")
PREFIX = "/api/v1/"
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class ApiDoors:
    """An ASGI application for everything below ``/api/v1/``."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._decoders = {
            key: msgspec.json.Decoder(route.body) for key, route in ROUTES.items() if route.body is not None
        }
        self._requests = 0
        self._process = platform.randomness.octets(4).hex()
        self._pace = Pace(most=platform.settings.lookups_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of an ASGI server."""
        content = await _read(receive)
        asked = Asked(scope["method"], scope["path"], scope["headers"], _address(scope))
        status, body, headers = await self.answer(asked, content)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def answer(self, asked: Asked, content: bytes | None) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        """Status, body and headers for one request; ``content`` is None where it was over ``BODY_MAX``."""
        self._requests += 1
        request_id = f"{self._process}{self._requests:x}"
        try:
            status, body, headers = await self._answer(asked, content, request_id)
        except Exception as fault:  # noqa: BLE001 whatever it is, the caller is answered, and no value gets into the log
            log.error("request %s failed: %s", request_id, describe_fault(fault))  # noqa: TRY400 a trace quotes values
            status, body, headers = (*problem(Refused(POISONED), request_id=request_id), ())
        kind = b"application/problem+json" if status >= BAD else b"application/json"
        return (
            status,
            body,
            [
                (b"content-type", kind),
                (b"content-length", str(len(body)).encode()),
                (b"x-request-id", request_id.encode()),
                *(() if any(name == b"cache-control" for name, _ in headers) else (_NO_STORE,)),
                *headers,
            ],
        )

    async def _answer(
        self, asked: Asked, content: bytes | None, request_id: str
    ) -> tuple[int, bytes, tuple[tuple[bytes, bytes], ...]]:
        found = _find(asked.method, asked.path)
        if found is None:
            return (*problem(Refused(ROUTE_UNKNOWN), request_id=request_id), ())
        key, route, parameters = found
        if content is None:
            return (*problem(Refused(BODY_TOO_LARGE, {"limit": BODY_MAX}), request_id=request_id), ())
        caller: Caller | Refused | None = None
        paced = not route.authenticated and not route.cache_seconds
        if paced and not self._pace.allows(asked.address, unix_seconds(self._platform.clock.now())):
            answered = problem(
                Refused(TOO_MANY_LOOKUPS, {"most": self._platform.settings.lookups_per_minute}), request_id=request_id
            )
            return (*answered, ((b"retry-after", b"60"),))
        digest = sm3(content)
        if route.authenticated:
            caller = await authenticate(self._platform, asked, digest)
            if isinstance(caller, Refused):
                return (*problem(caller, request_id=request_id), ())
        body: Any = None
        if route.body is not None:
            try:
                body = self._decoders[key].decode(content)
            except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as fault:
                return (*problem(Refused(BODY_INVALID, {"fault": str(fault)[:200]}), request_id=request_id), ())
        call = Call(platform=self._platform, caller=caller, digest=digest, body=body, parameters=parameters)
        return await _run(route, call, request_id)


async def _run(route: Route, call: Call, request_id: str) -> tuple[int, bytes, tuple[tuple[bytes, bytes], ...]]:
    try:
        answer = await route.run(call)
    except Busy as busy:
        wait = str(busy.retry_seconds)
        answered = problem(Refused(BUSY, {"seconds": busy.retry_seconds}), request_id=request_id)
        return (*answered, ((b"retry-after", wait.encode()),))
    except Unknown:
        return (*problem(Refused(OUTCOME_UNKNOWN), request_id=request_id), ())
    except Poisoned as fault:
        log.warning("request %s is poisoned: %s", request_id, fault)
        return (*problem(Refused(POISONED), request_id=request_id), ())
    if isinstance(answer, Refused):
        caller: Caller | None = call.caller
        hotline = HOTLINE if caller is None else hotline_of_institution(call.platform, caller.institution_id)
        return (*problem(answer, request_id=request_id, hotline=hotline), ())
    kept = ((b"cache-control", f"public, max-age={route.cache_seconds}".encode()),) if route.cache_seconds else ()
    return 200, msgspec.json.encode(answer), kept


def _find(method: str, path: str) -> tuple[tuple[str, str], Route, tuple[str, ...]] | None:
    """The route of a path; its last part may be a parameter."""
    name = path.removeprefix(PREFIX)
    route = ROUTES.get((method, name))
    if route is not None:
        return (method, name), route, ()
    head, _, last = name.rpartition("/")
    key = (method, head + "/{}")
    route = ROUTES.get(key)
    return None if route is None or not last else (key, route, (last,))


def _address(scope: Scope) -> str:
    """Where a request comes from; behind a proxy of ours, what that says."""
    client = scope.get("client")
    return str(client[0]) if client else ""


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None where it is over the limit."""
    content: bytes = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return content
        piece: bytes = message.get("body", b"")
        content = content + piece if content else piece
        if len(content) > BODY_MAX:
            return None
        if not message.get("more_body"):
            return content
