"""Three channels for the desk, one process: a WeChat kind, an Alipay kind and a bank. 中文: 渠道沙箱。

Each is a real client of the platform's channel interface, with its own keys and its own data: people activate in it, it
keeps day keys and shows codes offline, asks for the status, unbinds, and takes signed webhooks. Settings by environment:
``SANDBOX_CHANNELS_URL`` the platform, ``SANDBOX_CHANNELS_FILE`` the channels' keys (0600, written by the demo). A dial a
channel (``/NAME/dial?mode=…``) makes it fail webhooks (``fail``), take three seconds (``slow``), or send each act twice
(``duplicate``). It forgets all when it ends.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import msgspec

from openyibao.kit.clock import SystemClock, unix_seconds
from openyibao.kit.crypto import Sm2PrivateKey, equal, hmac_sm3
from openyibao.kit.ids import Randomness
from openyibao.sandbox.channel_client import ChannelClient, mint_code
from openyibao.sandbox.channel_pages import KINDS, begin_page, bound_page, code_form, front_page, outcome_page
from openyibao.settings import sandbox_setting

KEPT_MAX = 500
BODY_MAX = 20_000
SLOW_SECONDS = 3
MODES = ("none", "fail", "slow", "duplicate")
CONSENT = "2026-12"
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class ChannelOfDesk(msgspec.Struct, frozen=True, kw_only=True):
    """A channel as the demo registered it; the private scalar in hex."""

    name: str
    key_id: int
    private: str


class DeskFile(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo writes for this process."""

    webhook_base: str
    channels: list[ChannelOfDesk]


class Guest(msgspec.Struct):
    """A visitor of one channel: what is under way, what is bound."""

    activation: str = ""
    binding: str = ""
    keys: dict[str, Any] = {}


class PlayedChannel:
    """One channel: its client, its guests, what it was told."""

    def __init__(self, of: ChannelOfDesk, client: ChannelClient, hook: str) -> None:
        self.name, self.client, self.hook = of.name, client, hook
        self.guests: OrderedDict[str, Guest] = OrderedDict()
        self.told: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self.webhook_secret, self.mode = b"", "none"
        self.repeats = self.bad_signatures = 0

    def guest(self, name: str) -> Guest:
        """The guest of a cookie; the oldest goes where there are too many."""
        found = self.guests.setdefault(name, Guest())
        while len(self.guests) > KEPT_MAX:
            self.guests.popitem(last=False)
        return found

    async def act(self, route: str, body: dict[str, Any]) -> dict[str, Any]:
        """An act under a fresh key; with the dial at ``duplicate`` sent twice, which must change nothing."""
        if not self.webhook_secret:
            await self._subscribe()
        key = Randomness().octets(16).hex()
        _, answer = await self.client.call(route, body, key=key)
        if self.mode == "duplicate":
            _, again = await self.client.call(route, body, key=key)
            answer.pop("request_id", None)
            again.pop("request_id", None)
            if again != answer:
                raise RuntimeError(f"{route}: the same key got another answer")
        return answer

    async def _subscribe(self) -> None:
        events = ["activated", "unbound", "settled", "reversed", "suspended", "revoked"]
        body = {"url": self.hook, "events": events}
        status, answer = await self.client.call("webhooks", body, key=Randomness().octets(16).hex())
        if status == 200:
            self.webhook_secret = bytes.fromhex(answer["secret"])

    def take(self, headers: dict[bytes, bytes], content: bytes) -> int:
        """The status a webhook is answered with: once each event, repeats borne, strangers refused."""
        if self.mode == "fail":
            return 503
        timestamp, event_id = headers.get(b"x-timestamp", b"0"), headers.get(b"x-event-id", b"")
        expected = hmac_sm3(self.webhook_secret, timestamp + b"\n" + event_id + b"\n" + content).hex()
        late = not timestamp.isdigit() or abs(unix_seconds(SystemClock().now()) - int(timestamp)) > 300
        if late or not equal(expected.encode(), headers.get(b"x-signature", b"")):
            self.bad_signatures += 1
            return 401
        event = json.loads(content)
        if event["event_id"] in self.told:
            self.repeats += 1
            return 200
        self.told[event["event_id"]] = event
        while len(self.told) > KEPT_MAX:
            self.told.popitem(last=False)
        if event["kind"] in {"unbound", "revoked"}:
            for guest in self.guests.values():
                if guest.binding == event["binding"]:
                    guest.binding, guest.keys = "", {}
        return 200


class ChannelDesk:
    """The ASGI application of all three."""

    def __init__(self, url: str, desk: DeskFile) -> None:
        self._http = httpx.AsyncClient(timeout=20, trust_env=False)
        self._played = {
            one.name: PlayedChannel(
                one,
                ChannelClient(self._http, url, one.key_id, Sm2PrivateKey(bytes.fromhex(one.private))),
                f"{desk.webhook_base}/{one.name}/hook",
            )
            for one in desk.channels
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page, an act of a guest, or a webhook."""
        if scope["type"] != "http":
            await _lifespan(receive, send)
            return
        parts: list[str] = [*scope["path"].split("/"), "", ""]
        name, verb = parts[1], parts[2]
        played = self._played.get(name)
        if played is None:
            await _answer(send, 200 if not name else 404, front_page(sorted(self._played)))
            return
        content = await _read(receive)
        headers = dict(scope["headers"])
        if verb == "hook":
            if played.mode == "slow":
                await asyncio.sleep(SLOW_SECONDS)
            await _answer(send, played.take(headers, content), "")
        elif verb == "told":
            await _answer(send, 200, json.dumps(list(played.told.values())), kind=b"application/json")
        elif verb == "dial":
            mode = parse_qs(scope["query_string"].decode("latin-1")).get("mode", ["none"])[0]
            played.mode = mode if mode in MODES else "none"
            await _answer(send, 200, played.mode)
        else:
            await self._visit(played, verb, scope["method"], headers, content, send)

    async def _visit(
        self,
        played: PlayedChannel,
        verb: str,
        method: str,
        headers: dict[bytes, bytes],
        content: bytes,
        send: Send,
    ) -> None:
        cookie = headers.get(b"cookie", b"").decode("latin-1")
        mark = f"desk_{played.name}="
        sid = next((each.strip()[len(mark) :] for each in cookie.split(";") if each.strip().startswith(mark)), "")
        fresh = not (len(sid) == 32 and sid.isalnum())
        sid = Randomness().octets(16).hex() if fresh else sid
        guest = played.guest(sid)
        if method == "POST":
            given = {name: values[0].strip()[:60] for name, values in parse_qs(content.decode("utf-8")).items()}
            page = await self._act(played, guest, verb, given)
        elif guest.binding:
            page = bound_page(played.name, guest.keys and mint_code(guest.keys, played.client.now()), played.told)
        else:
            page = begin_page(played.name)
        mine = [(b"set-cookie", f"{mark}{sid}; HttpOnly; SameSite=Strict; Path=/".encode())] if fresh else []
        await _answer(send, 200, page, more=mine)

    async def _act(self, played: PlayedChannel, guest: Guest, verb: str, given: dict[str, str]) -> str:
        if verb == "begin":
            if not KINDS[played.name].proves(given):
                return outcome_page(played.name, KINDS[played.name].refusal)
            body = {name: given.get(name, "") for name in ("name", "document_number", "phone")}
            more = {
                "document_type": "identity_card",
                "consent_version": CONSENT,
                "device_name": KINDS[played.name].title,
            }
            answer = await played.act("activations", {**body, **more})
            guest.activation = answer.get("activation", "")
            return code_form(played.name) if guest.activation else outcome_page(played.name, _words(answer))
        if verb == "code":
            step = {"activation": guest.activation, "step": "code", "code": given.get("code", "")}
            answer = await played.act("activations/step", step)
            guest.binding = answer.get("binding", "")
            if not guest.binding:
                return code_form(played.name, _words(answer))
            status, keys = await played.client.call("bindings/keys", {"binding": guest.binding})
            guest.keys = keys if status == 200 else {}
            return bound_page(played.name, mint_code(guest.keys, played.client.now()), played.told)
        if verb == "unbind" and guest.binding:
            answer = await played.act("bindings/unbind", {"binding": guest.binding})
            guest.binding, guest.keys = "", {}
            return outcome_page(played.name, "已解绑 · unbound" if "state" in answer else _words(answer))
        if verb == "status" and guest.binding:
            _, answer = await played.client.call("status", {"binding": guest.binding})
            return outcome_page(played.name, json.dumps(answer, ensure_ascii=False, indent=1))
        return outcome_page(played.name, "没有这一步 · no such step")


def _words(answer: dict[str, Any]) -> str:
    return f"{answer.get('detail_zh', '')}。{answer.get('next_zh', '')} ({answer.get('reason', '')})"


async def _read(receive: Receive) -> bytes:
    content: bytes = b""
    while True:
        message = await receive()
        content += message.get("body", b"")
        if not message.get("more_body") or len(content) > BODY_MAX:
            return content


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _answer(
    send: Send, status: int, body: str, *, kind: bytes = b"text/html; charset=utf-8", more: Any = ()
) -> None:
    content = body.encode()
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *more]})
    await send({"type": "http.response.body", "body": content})


def create_application() -> ChannelDesk:
    """Uvicorn's factory."""
    path = Path(sandbox_setting("CHANNELS_FILE"))
    return ChannelDesk(sandbox_setting("CHANNELS_URL"), msgspec.json.decode(path.read_bytes(), type=DeskFile))
