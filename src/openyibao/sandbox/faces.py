"""A STAND-IN for a liveness provider: it looks at nothing and says what its dial says. 中文: 人脸核验沙箱(替身, 不核验任何人)。

Never where real people are served: every verdict says ``stand_in``, the platform takes such verdicts only with
OPENYIBAO_FACES_STAND_IN, and refuses to start with that outside of a demonstration.

Settings by environment: ``SANDBOX_FACES_SECRET``; ``SANDBOX_FACES_FAULT`` fails every n-th question with 503 (0: none). The dial:
``POST /dial`` with ``{"verdict": "pass" | "not_alive" | "another_person" | "away", "times": n}`` sets the next n verdicts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.ids import Randomness
from openyibao.settings import sandbox_setting
from openyibao.wire.faces import (
    ANSWERED,
    ASKED,
    CAPTURE_MAX,
    ChallengeMessage,
    ChallengeRequest,
    VerdictMessage,
    VerdictRequest,
    holds,
    sign_faces,
)

PROVIDER = "openyibao-sandbox-stand-in"
ACTIONS = (("blink", "turn_left"), ("open_mouth", "turn_right"), ("nod", "blink"))
KEPT_MAX = 1_000
BODY_MAX = 2 * CAPTURE_MAX + 1_000
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Dial(msgspec.Struct, frozen=True, kw_only=True):
    """What the next verdicts are to be."""

    verdict: Literal["pass", "not_alive", "another_person", "away"]
    times: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 1


class FacesStandIn:
    """The stand-in's ASGI application."""

    def __init__(self, secret: str, *, fault_every: int = 0) -> None:
        self._secret, self._fault_every, self._randomness = secret, fault_every, Randomness()
        self._open: OrderedDict[str, str] = OrderedDict()
        self._dialled: list[str] = []
        self._seen = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give a challenge, a verdict, or turn the dial."""
        if scope["type"] != "http":
            await _lifespan(receive, send)
            return
        if scope["method"] != "POST":
            await _answer(send, 200, msgspec.json.encode({"provider": PROVIDER, "stand_in": True}))
            return
        body = await _body(receive)
        if scope["path"] == "/dial":
            await self._turn(body, send)
            return
        self._seen += 1
        if self._fault_every and self._seen % self._fault_every == 0:
            await _answer(send, 503, b"{}")
            return
        signature = dict(scope["headers"]).get(b"x-signature", b"").decode("latin-1")
        if not holds(self._secret, ASKED, body, signature):
            await _answer(send, 401, b"{}")
            return
        try:
            told = self._challenge(body) if scope["path"] == "/challenges" else self._judge(body)
        except msgspec.MsgspecError:
            await _answer(send, 400, b"{}")
            return
        content = msgspec.json.encode(told)
        if told is None:
            await _answer(send, 503, b"{}")
        else:
            await _answer(send, 200, content, signature=sign_faces(self._secret, ANSWERED, content))

    async def _turn(self, body: bytes, send: Send) -> None:
        try:
            dial = msgspec.json.decode(body, type=Dial)
        except msgspec.MsgspecError:
            await _answer(send, 400, b"{}")
            return
        self._dialled = [dial.verdict] * dial.times
        await _answer(send, 200, b"{}")

    def _challenge(self, body: bytes) -> ChallengeMessage:
        asked = msgspec.json.decode(body, type=ChallengeRequest)
        challenge_id = self._randomness.octets(16).hex()
        self._open[challenge_id] = asked.reference
        while len(self._open) > KEPT_MAX:
            self._open.popitem(last=False)
        return ChallengeMessage(challenge_id=challenge_id, actions=ACTIONS[self._seen % len(ACTIONS)])

    def _judge(self, body: bytes) -> VerdictMessage | None:
        """A challenge is answered once, and the verdict names whom it was given for."""
        asked = msgspec.json.decode(body, type=VerdictRequest)
        begun = self._open.pop(asked.challenge_id, None)
        said = self._dialled.pop(0) if self._dialled else "pass"
        if said == "away":
            return None
        alive = begun is not None and said != "not_alive"
        return VerdictMessage(
            reference=begun or asked.reference,
            challenge_id=asked.challenge_id,
            alive=alive,
            same=alive and said != "another_person",
            provider=PROVIDER,
            stand_in=True,
            evidence_digest=sm3(body).hex(),
        )


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body") or len(body) > BODY_MAX:
            return bytes(body)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _answer(send: Send, status: int, body: bytes, *, signature: str = "") -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if signature:
        headers.append((b"x-signature", signature.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def create_application() -> FacesStandIn:
    """Uvicorn's factory."""
    return FacesStandIn(sandbox_setting("FACES_SECRET"), fault_every=int(sandbox_setting("FACES_FAULT", "0")))
