"""The liveness provider's protocol: a challenge, then a verdict on what the camera took. 中文: 活体核验服务报文。

``POST /challenges`` with ``{"reference", "person", "timestamp"}`` answers ``{"challenge_id", "actions"}``; ``POST /verdicts`` with
``{"reference", "challenge_id", "capture", "timestamp"}`` (capture as hex) answers a ``VerdictMessage``. Both ways the body is signed:
header ``X-Signature`` = hex(HMAC-SM3(secret, direction ‖ body)), so that nobody in between turns a no into a yes, nor sends a question
back as its answer. Pictures go to the provider and nowhere else.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

import httpx
import msgspec

from openyibao.kit.clock import Clock, unix_seconds
from openyibao.kit.crypto import equal, hmac_sm3
from openyibao.rooms.activations import Challenge, Verdict

CAPTURE_MAX = 2_000_000
SECONDS_MAX = 10
ASKED, ANSWERED = b"asked:", b"answered:"

_Told = TypeVar("_Told")
Name = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-zA-Z_-]{8,80}$")]


class ChallengeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for something to do before the camera."""

    reference: Name
    person: Name
    timestamp: int


class ChallengeMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What the person is to do."""

    challenge_id: Name
    actions: Annotated[tuple[Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{1,30}$")], ...], msgspec.Meta(max_length=5)]
    windows: Annotated[tuple[tuple[int, int], ...], msgspec.Meta(max_length=5)] = ()
    total_ms: Annotated[int, msgspec.Meta(ge=0, le=60_000)] = 0


class VerdictRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Judge what the camera took."""

    reference: Name
    challenge_id: Name
    capture: Annotated[str, msgspec.Meta(max_length=2 * CAPTURE_MAX, pattern=r"^[0-9a-f]*$")]
    timestamp: int


class VerdictMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Alive, and the same person; by whom; the digest of what was looked at."""

    reference: Name
    challenge_id: Name
    alive: bool
    same: bool
    provider: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    stand_in: bool
    evidence_digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    why: Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{0,30}$")] = ""


def sign_faces(secret: str, direction: bytes, body: bytes) -> str:
    """The signature header of a body that is ``ASKED`` or ``ANSWERED``."""
    return hmac_sm3(secret.encode(), direction + body).hex()


def holds(secret: str, direction: bytes, body: bytes, signature: str) -> bool:
    """Whether the signature is that of the body in its direction."""
    return equal(sign_faces(secret, direction, body).encode(), signature.encode())


class RemoteLiveness:
    """A liveness provider reached by this protocol. ``stand_in_allowed`` is for demonstrations: else its verdicts count for nothing."""

    def __init__(self, url: str, secret: str, clock: Clock, *, stand_in_allowed: bool) -> None:
        self._url, self._secret, self._clock, self._stand_in_allowed = url, secret, clock, stand_in_allowed

    async def begin(self, *, reference: str, person: str) -> Challenge | None:
        """A challenge; None where the provider can't be asked now."""
        at = unix_seconds(self._clock.now())
        asked = ChallengeRequest(reference=reference, person=person, timestamp=at)
        told = await self._post("challenges", asked, ChallengeMessage)
        return None if told is None else Challenge(**msgspec.structs.asdict(told))

    async def answer(self, *, reference: str, challenge_id: str, capture: bytes) -> Verdict | None:
        """The verdict; None where the provider can't be asked, or says nothing that counts."""
        at = unix_seconds(self._clock.now())
        asked = VerdictRequest(
            reference=reference, challenge_id=challenge_id, capture=capture[:CAPTURE_MAX].hex(), timestamp=at
        )
        told = await self._post("verdicts", asked, VerdictMessage)
        if told is None or told.challenge_id != challenge_id or (told.stand_in and not self._stand_in_allowed):
            return None
        fields = {**msgspec.structs.asdict(told), "evidence_digest": bytes.fromhex(told.evidence_digest)}
        return Verdict(**fields)

    async def _post(self, path: str, asked: msgspec.Struct, kind: type[_Told]) -> _Told | None:
        body = msgspec.json.encode(asked)
        headers = {"X-Signature": sign_faces(self._secret, ASKED, body), "Content-Type": "application/json"}
        try:
            async with httpx.AsyncClient(timeout=SECONDS_MAX) as client:
                answer = await client.post(f"{self._url}/{path}", content=body, headers=headers)
            if not answer.is_success:
                return None
            if not holds(self._secret, ANSWERED, answer.content, answer.headers.get("X-Signature", "")):
                return None
            return msgspec.json.decode(answer.content, type=kind)
        except (httpx.HTTPError, msgspec.MsgspecError):
            return None
