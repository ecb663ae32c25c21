"""An institution's client of the REST interface, as a vendor would write it: signs each message, carries keys. 中文: 演示客户端。"""

from __future__ import annotations

from typing import Any

import httpx
import msgspec

from openyibao.kit.clock import Clock, unix_seconds
from openyibao.kit.crypto import MacKey, sm3_hex
from openyibao.rooms.institutions import SessionKey


class Answer(msgspec.Struct, frozen=True):
    """What came back: ``done`` or a problem."""

    done: bool
    body: dict[str, Any]


class InstitutionClient:
    """Calls the platform as one institution."""

    def __init__(self, http: httpx.AsyncClient, url: str, key: SessionKey, clock: Clock) -> None:
        self._http, self._url, self._clock, self._key = http, url, clock, key
        self._mac = MacKey(key.secret)

    def headers(self, method: str, path: str, request_key: str, content: bytes) -> dict[str, str]:
        """The headers that authenticate a message."""
        timestamp = str(unix_seconds(self._clock.now()))
        message = f"{method}\n{path}\n{timestamp}\n{request_key}\n{sm3_hex(content)}".encode()
        return {
            "X-Session-Key": str(self._key.session_key_id),
            "X-Timestamp": timestamp,
            "X-Signature": self._mac.mac(message).hex(),
            "Idempotency-Key": request_key,
        }

    async def post(self, route: str, body: dict[str, Any], *, key: str) -> Answer:
        """Send one act."""
        path, content = f"/api/v1/{route}", msgspec.json.encode(body)
        answer = await self._http.post(
            self._url + path, content=content, headers=self.headers("POST", path, key, content)
        )
        return Answer(answer.is_success, msgspec.json.decode(answer.content))

    async def get(self, route: str) -> Answer:
        """Ask."""
        path = f"/api/v1/{route}"
        answer = await self._http.get(self._url + path, headers=self.headers("GET", path, "", b""))
        return Answer(answer.is_success, msgspec.json.decode(answer.content))
