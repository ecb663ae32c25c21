"""The doors of the channels' interface: one wrapper that every call goes through. No cookies, so no CSRF. 中文: 渠道接口入口。"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from openyibao.fronts.channels.authentication import authenticate
from openyibao.fronts.channels.bodies import BindingBody, read_reference
from openyibao.fronts.channels.calls import ChannelCall
from openyibao.fronts.channels.routes import ROUTES
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.http_reasons import (
    BODY_INVALID,
    BODY_TOO_LARGE,
    BUSY,
    OUTCOME_UNKNOWN,
    POISONED,
    ROUTE_UNKNOWN,
)
from openyibao.kit.batch import Busy, Poisoned, Unknown
from openyibao.kit.outcome import Refused
from openyibao.rooms.channels import may_ask

log = logging.getLogger(__name__)

PREFIX = "/channel/v1/"
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
_STATUS = {
    "channel_key_unknown": 401,
    "signature_wrong": 401,
    "message_too_old": 401,
    "nonce_used": 401,
    "nonce_malformed": 400,
    "signing_not_registered": 401,
    "channel_suspended": 403,
    "scope_missing": 403,
    "webhook_not_allowed": 403,
    "binding_unknown": 404,
    "activation_unknown": 404,
    "webhook_unknown": 404,
    "person_not_matched": 404,
    "consent_missing": 403,
    "consent_unknown": 404,
    "assertion_signature_wrong": 403,
    "assertion_not_agreed": 403,
    "assertion_replayed": 409,
    "activation_tries_exhausted": 429,
    "faces_away": 503,
    "route_unknown": 404,
    "key_conflict": 409,
    "body_too_large": 413,
    "too_many_calls": 429,
    "too_many_activations": 429,
    "activation_too_often": 429,
    "body_invalid": 400,
    "key_missing": 400,
    "poisoned": 500,
    "busy": 503,
    "outcome_unknown": 504,
}
REFUSED_STATUS = 422


class ChannelDoors:
    """An ASGI application for everything below ``/channel/v1/``."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._decoders = {name: msgspec.json.Decoder(route.body) for name, route in ROUTES.items()}
        self._requests = 0
        self._process = platform.randomness.octets(4).hex()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        self._requests += 1
        request_id = f"{self._process}{self._requests:x}"
        try:
            answer = await self._answer(scope, receive)
        except Busy as busy:
            answer = Refused(BUSY, {"seconds": busy.retry_seconds})
        except Unknown:
            answer = Refused(OUTCOME_UNKNOWN)
        except Exception:
            log.exception("request %s failed", request_id)
            answer = Refused(POISONED)
        status, body, headers = _render(answer, request_id)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> Any:
        name = scope["path"].removeprefix(PREFIX)
        route = ROUTES.get(name) if scope["method"] == "POST" else None
        if route is None:
            return Refused(ROUTE_UNKNOWN)
        content = await _read(receive, route.body_max)
        if content is None:
            return Refused(BODY_TOO_LARGE, {"limit": route.body_max})
        # Read before, refused after: what can't be read is a message like others, admitted once and counted.
        body: Any = None
        unread = ""
        try:
            body = self._decoders[name].decode(content)
        except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
            unread = str(fault)[:200]
        asks_of = read_reference(body.binding) if isinstance(body, BindingBody) and not route.acts else None
        sender = await authenticate(self._platform, scope, route, content, asks_of)
        if isinstance(sender, Refused):
            return sender
        refused = None if route.scope is None else may_ask(sender.channel, route.scope)
        if refused is not None:
            return refused
        if unread:
            return Refused(BODY_INVALID, {"fault": unread})
        call = ChannelCall(
            platform=self._platform,
            channel=sender.channel,
            binding=sender.binding,
            public_key=sender.public_key,
            named=name,
            request_key=sender.request_key,
            content=content,
            body=body,
        )
        try:
            return await route.run(call)
        except Poisoned as fault:
            log.warning("a call of %s is poisoned: %s", name, fault)
            return Refused(POISONED)


def _render(answer: Any, request_id: str) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    """JSON, or RFC 9457 problem details with the stable reason, both languages, and what to do next."""
    headers = [(b"x-request-id", request_id.encode()), (b"cache-control", b"no-store")]
    if not isinstance(answer, Refused):
        body = msgspec.json.encode(answer)
        return 200, body, [*headers, (b"content-type", b"application/json"), _length(body)]
    status = _STATUS.get(answer.code, REFUSED_STATUS)
    body = msgspec.json.encode(
        {
            "type": f"urn:openyibao:reason:{answer.code}",
            "title": answer.sentence("en"),
            "status": status,
            "reason": answer.code,
            "detail": answer.sentence("en"),
            "detail_zh": answer.sentence("zh"),
            "next": answer.next_step("en"),
            "next_zh": answer.next_step("zh"),
            "facts": answer.facts,
            "request_id": request_id,
        }
    )
    if status in {429, 503}:
        seconds = answer.facts.get("seconds") or 60
        headers.append((b"retry-after", str(seconds).encode()))
    return status, body, [*headers, (b"content-type", b"application/problem+json"), _length(body)]


def _length(body: bytes) -> tuple[bytes, bytes]:
    return (b"content-length", str(len(body)).encode())


async def _read(receive: Receive, most: int) -> bytes | None:
    """The whole body, or None where it is over the limit."""
    content = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(content)
        content += message.get("body", b"")
        if len(content) > most:
            return None
        if not message.get("more_body"):
            return bytes(content)
