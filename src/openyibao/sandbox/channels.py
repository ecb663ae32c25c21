"""Three channels for the desk, one process: a WeChat kind, an Alipay kind and a bank. 中文: 渠道沙箱。

Each is a real client of the platform's channel interface, with its own keys and its own data: people activate in it by the
plan of its kind, it keeps day keys and shows codes offline, asks for the status once its user agreed, unbinds, and takes
signed webhooks. Settings by environment: ``SANDBOX_CHANNELS_URL`` the platform, ``SANDBOX_CHANNELS_FILE`` the channels' keys
(0600, written by the demo). A dial a channel (``/NAME/dial?mode=…``) makes it faulty: ``fail`` refuses webhooks, ``drop`` takes
them and loses the answer, ``slow`` takes three seconds, ``duplicate`` sends each act twice, ``clock`` is an hour ahead,
``signature`` signs its assertions wrongly. It forgets all when it ends.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
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
from openyibao.sandbox.channel_client import ChannelClient, Holder, mint_code, sign_assertion
from openyibao.sandbox.channel_pages import (
    KINDS,
    begin_page,
    bound_page,
    consent_page,
    data_page,
    face_page,
    front_page,
    outcome_page,
    password_page,
    status_page,
    words,
)
from openyibao.settings import sandbox_setting

KEPT_MAX = 500
BODY_MAX = 20_000
SLOW_SECONDS = 3
CLOCK_AHEAD_SECONDS = 3_600
MODES = ("none", "fail", "drop", "slow", "duplicate", "clock", "signature")
EVENTS = (
    *("activated", "unbound", "settled", "reversed", "suspended", "resumed", "revoked", "frozen", "unfrozen"),
    *("mandate_ended", "consent_withdrawn"),
)
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class ChannelOfDesk(msgspec.Struct, frozen=True, kw_only=True):
    """A channel as the demo registered it; the private scalar in hex."""

    name: str
    channel_code: str
    assurance: str
    key_id: int
    private: str


class DeskFile(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo writes for this process."""

    webhook_base: str
    channels: list[ChannelOfDesk]


class Guest(msgspec.Struct):
    """A visitor of one channel: who they are there, what is under way, what is bound."""

    holder: Holder = Holder("identity_card", "", "")
    begun: dict[str, Any] = {}
    next_step: str = ""
    challenge_id: str = ""
    binding: str = ""
    keys: dict[str, Any] = {}


class PlayedChannel:
    """One channel: its client, its guests, what it was told."""

    def __init__(self, of: ChannelOfDesk, client: ChannelClient, hook: str) -> None:
        self.name, self.of, self.client, self.hook = of.name, of, client, hook
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
        body = {"url": self.hook, "events": list(EVENTS)}
        status, answer = await self.client.call("webhooks", body, key=Randomness().octets(16).hex())
        if status == 200:
            self.webhook_secret = bytes.fromhex(answer["secret"])

    def turn(self, mode: str) -> None:
        """Set the dial."""
        self.mode = mode if mode in MODES else "none"
        ahead = CLOCK_AHEAD_SECONDS if self.mode == "clock" else 0
        self.client.now = lambda: unix_seconds(SystemClock().now()) + ahead

    def word(self, guest: Guest, vouches_for: str) -> dict[str, Any]:
        """The channel's signed word on its guest."""
        challenge, assurance = guest.begun["challenge"], self.of.assurance
        said = sign_assertion(
            self.client, self.of.channel_code, challenge, vouches_for, guest.holder, assurance=assurance
        )
        if self.mode == "signature":
            said["signature"] = said["signature"][::-1]
        return said

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
            return self.answer
        self.told[event["event_id"]] = event
        while len(self.told) > KEPT_MAX:
            self.told.popitem(last=False)
        if event["kind"] in {"unbound", "revoked"}:
            for guest in self.guests.values():
                if guest.binding == event["binding"]:
                    guest.binding, guest.keys = "", {}
        return self.answer

    @property
    def answer(self) -> int:
        """What a webhook that was taken is answered with; the dial may lose it."""
        return 503 if self.mode == "drop" else 200


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
            played.turn(mode)
            said = {"mode": played.mode, "repeats": played.repeats, "bad_signatures": played.bad_signatures}
            await _answer(send, 200, json.dumps(said), kind=b"application/json")
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
        if played.mode == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if method == "POST":
            given = {name: values[0].strip()[:60] for name, values in parse_qs(content.decode("utf-8")).items()}
            page = await self._act(played, guest, verb, given)
        elif guest.binding:
            page = bound_page(played.name, guest.keys and mint_code(guest.keys, played.client.now()), played.told)
        else:
            page = await self._welcome(played)
        mine = [(b"set-cookie", f"{mark}{sid}; HttpOnly; SameSite=Strict; Path=/".encode())] if fresh else []
        await _answer(send, 200, page, more=mine)

    async def _welcome(self, played: PlayedChannel) -> str:
        status, texts = await played.client.call("consents/texts")
        return (
            begin_page(played.name, texts["activation"]) if status == 200 else outcome_page(played.name, words(texts))
        )

    async def _act(self, played: PlayedChannel, guest: Guest, verb: str, given: dict[str, str]) -> str:
        if verb == "begin":
            return await self._begin(played, guest, given)
        if verb in {"face", "confirm", "password"} and guest.next_step:
            return await self._step(played, guest, verb, given)
        if verb == "unbind" and guest.binding:
            answer = await played.act("bindings/unbind", {"binding": guest.binding})
            guest.binding, guest.keys = "", {}
            return outcome_page(played.name, "已解绑 · unbound" if "state" in answer else words(answer))
        if verb == "agree" and guest.binding:
            body = {"binding": guest.binding, "consent_version": given.get("version", "")}
            answer = await played.act("consents", body)
            return await self._status(played, guest) if "state" in answer else outcome_page(played.name, words(answer))
        if verb == "status" and guest.binding:
            return await self._status(played, guest)
        return outcome_page(played.name, "没有这一步 · no such step")

    async def _status(self, played: PlayedChannel, guest: Guest) -> str:
        """What is asked with the person's consent; without it the text comes first."""
        status, answer = await played.client.call("status", {"binding": guest.binding})
        if answer.get("reason") == "consent_missing":
            _, texts = await played.client.call("consents/texts")
            return consent_page(played.name, texts["query"])
        return status_page(played.name, answer) if status == 200 else outcome_page(played.name, words(answer))

    async def _begin(self, played: PlayedChannel, guest: Guest, given: dict[str, str]) -> str:
        if not KINDS[played.name].proves(given):
            return outcome_page(played.name, KINDS[played.name].refusal)
        guest.holder = Holder("identity_card", given.get("document_number", ""), given.get("name", ""))
        body = {"consent_version": given.get("version", ""), "device_name": KINDS[played.name].title}
        answer = await played.act("activations", body)
        if "activation" not in answer:
            return outcome_page(played.name, words(answer))
        guest.begun = answer
        return await self._go_on(played, guest, answer)

    async def _go_on(self, played: PlayedChannel, guest: Guest, answer: dict[str, Any]) -> str:
        """Do the steps that need nobody's hand, until one does, or it is done."""
        while "reason" not in answer:
            if answer["state"] == "activated":
                return await self._bound(played, guest, answer)
            guest.next_step = step = answer["next_step"]
            claims = guest.begun["claims"].get(step, [])
            if step in {"confirm", "password"} or (step == "prove" and not claims):
                return await self._ask(played, guest)
            more: dict[str, Any] = {"assertion": played.word(guest, claims[0])} if claims else {}
            if step == "name":
                more |= {**guest.holder._asdict(), "device": f"{played.name}-guest-device", "address": "127.0.0.1"}
            answer = await played.act(
                "activations/step", {"activation": guest.begun["activation"], "step": step, **more}
            )
        return outcome_page(played.name, words(answer))

    async def _ask(self, played: PlayedChannel, guest: Guest, said: str = "") -> str:
        """The page of the step that the person does."""
        mine = {"activation": guest.begun["activation"]}
        if guest.next_step == "password":
            return password_page(played.name, said)
        route = "activations/face" if guest.next_step == "prove" else "activations/data"
        status, answer = await played.client.call(route, mine)
        if status != 200:
            return outcome_page(played.name, words(answer))
        guest.challenge_id = answer.get("challenge_id", "")
        page = face_page if guest.next_step == "prove" else data_page
        return page(played.name, answer, said)

    async def _step(self, played: PlayedChannel, guest: Guest, verb: str, given: dict[str, str]) -> str:
        body: dict[str, Any] = {"activation": guest.begun["activation"]}
        route = "activations/step"
        if verb == "face":
            # The desk has no camera: the stand-in for faces looks at nothing either.
            route, capture = "activations/capture", b64encode(b"a picture that the desk made up").decode()
            body |= {"challenge_id": guest.challenge_id, "capture": capture}
        elif verb == "confirm":
            area = given.get("insured_area", "")
            body |= {"step": "confirm", "insured_area": int(area) if area.isascii() and area.isdigit() else None}
        elif given.get("password") != given.get("again"):
            return password_page(played.name, "两次输入不一致 · the two differ")
        else:
            body |= {"step": "password", "password": given.get("password", "")}
        answer = await played.act(route, body)
        if "reason" in answer and not answer["reason"].startswith("activation_"):
            return await self._ask(played, guest, words(answer))
        return await self._go_on(played, guest, answer)

    async def _bound(self, played: PlayedChannel, guest: Guest, answer: dict[str, Any]) -> str:
        guest.binding, guest.next_step, guest.begun = answer["binding"], "", {}
        status, keys = await played.client.call("bindings/keys", {"binding": guest.binding})
        guest.keys = keys if status == 200 else {}
        return bound_page(played.name, guest.keys and mint_code(guest.keys, played.client.now()), played.told)


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
