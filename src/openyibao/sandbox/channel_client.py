"""A channel's own side of the interface, as its engineers would write it: signs in by SM2, signs by HMAC-SM3. 中文: 渠道客户端。

Knows nothing of the platform but what docs/guides/channel.md says.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

import httpx

from openyibao.kit.clock import SystemClock, unix_seconds
from openyibao.kit.crypto import Sm2PrivateKey, hmac_sm3, sm2_decrypt, sm3
from openyibao.kit.ids import Randomness

PREFIX = "/channel/v1/"


def _now() -> int:
    return unix_seconds(SystemClock().now())


class ChannelClient:
    """Calls the platform as one channel. ``each_message``: signs all by SM2, without a session."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        url: str,
        key_id: int,
        private: Sm2PrivateKey,
        *,
        each_message: bool = False,
        now: Callable[[], int] = _now,
    ) -> None:
        self.http, self.url, self.now = http, url, now
        self.public_id, self.private, self.each_message = key_id, private, each_message
        self.session_id, self.secret = 0, b""

    async def sign_in(self) -> None:
        """Agree a session key."""
        answer = await self.send("session", b"{}", self.headers("session", b"{}", by_sm2=True))
        body = answer.json()
        if not answer.is_success:
            raise RuntimeError(f"sign-in refused: {body['reason']}")
        self.session_id = int(body["key_id"])
        self.secret = sm2_decrypt(self.private, bytes.fromhex(body["secret_sm2"]))

    def headers(
        self, route: str, content: bytes, *, request_key: str = "", by_sm2: bool = False, nonce: str = ""
    ) -> dict[str, str]:
        """What authenticates a message."""
        timestamp, nonce = str(self.now()), nonce or Randomness().octets(12).hex()
        parts = ("POST", PREFIX + route, timestamp, nonce, request_key, sm3(content).hex())
        message = "\n".join(parts).encode()
        signature = self.private.sign(message) if by_sm2 else hmac_sm3(self.secret, message)
        given = {
            "X-Channel-Key": str(self.public_id if by_sm2 else self.session_id),
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": signature.hex(),
        }
        return {**given, "Idempotency-Key": request_key} if request_key else given

    async def send(self, route: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
        """Send octets with headers as they are."""
        return await self.http.post(self.url + PREFIX + route, content=content, headers=headers)

    async def call(
        self, route: str, body: dict[str, Any] | None = None, *, key: str = ""
    ) -> tuple[int, dict[str, Any]]:
        """One call, signing in first where there is no session; the status and what came back."""
        if not self.each_message and not self.session_id:
            await self.sign_in()
        content = json.dumps(body or {}, ensure_ascii=False).encode()
        headers = self.headers(route, content, request_key=key, by_sm2=self.each_message)
        answer = await self.send(route, content, headers)
        return answer.status_code, answer.json()


class Holder(NamedTuple):
    """Whom a channel knows: the document and the name of its own user."""

    document_type: str
    document_number: str
    name: str


def sign_assertion(
    client: ChannelClient,
    channel_code: str,
    challenge: str,
    vouches_for: str,
    holder: Holder,
    *,
    assurance: str,
    officer: str = "",
    made_at: int | None = None,
    nonce: str = "",
) -> dict[str, Any]:
    """The channel's signed word on its user, bound to one activation by its challenge."""
    number = "".join(holder.document_number.split()).upper()
    person = sm3(f"{challenge}\n{holder.document_type}\n{number}\n{holder.name}".encode()).hex()
    at, nonce = client.now() if made_at is None else made_at, nonce or Randomness().octets(12).hex()
    said = ("openyibao-assertion/1", channel_code, challenge, vouches_for, person, officer, assurance, str(at), nonce)
    return {
        "vouches_for": vouches_for,
        "challenge": challenge,
        "person": person,
        "officer": officer,
        "assurance": assurance,
        "made_at": at,
        "nonce": nonce,
        "key_id": str(client.public_id),
        "signature": client.private.sign("\n".join(said).encode()).hex(),
    }


def mint_code(keys: dict[str, Any], at: int) -> str:
    """The code of an instant, from what ``bindings/keys`` answered: no server is asked. Raises KeyError past its days."""
    step = at // int(keys["step_seconds"])
    # The day in Shanghai: eight hours ahead of UTC, and no daylight saving.
    day = date(1970, 1, 1) + timedelta(days=(step * int(keys["step_seconds"]) + 8 * 3_600) // 86_400)
    # Another alias each hour, two zeros: good for any purpose.
    alias = keys["aliases"][day.isoformat()][(step * int(keys["step_seconds"]) // 3_600 + 8) % 24]
    head, tail = keys["issuer"] + alias, keys["province"] + "00"
    octets = bytes([keys["version"]]) + (head + tail).encode() + step.to_bytes(8, "big")
    mac = hmac_sm3(bytes.fromhex(keys["days"][day.isoformat()]), octets)
    digits = f"{int.from_bytes(mac[:8], 'big') % 10**11:011d}"
    return f"{head}{digits[:9]}{tail}{digits[9:]}"
