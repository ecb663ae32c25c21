"""Signing in: an institution proves itself by SM2 and gets the key its messages are authenticated with. 中文: 机构签到接口。

``signature`` = hex(r ‖ s) of SM2 with SM3, signer's id 1234567812345678, over ``openyibao-session/1`` LF institution code LF
timestamp LF nonce. The secret comes encrypted to the institution's own key (04 ‖ x ‖ y ‖ C3 ‖ C2, hex).
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec

from openyibao.fronts.api.authentication import WINDOW_SECONDS
from openyibao.fronts.api.calls import Call, Route
from openyibao.fronts.api.reasons import INSTITUTION_KEY_UNKNOWN, MESSAGE_TOO_OLD, SIGNATURE_WRONG
from openyibao.kit.batch import Work
from openyibao.kit.clock import unix_seconds
from openyibao.kit.crypto import Sm2PublicKey, sm2_encrypt, sm3
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import institutions

FORM = "openyibao-session/1"


class SessionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs in, when, and the proof."""

    institution_code: Annotated[str, msgspec.Meta(min_length=1, max_length=30, pattern=r"^[\x21-\x7e]+$")]
    timestamp: Annotated[int, msgspec.Meta(ge=0, le=10**11)]
    nonce: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16,64}$")]
    signature: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}$")]


def session_message(institution_code: str, timestamp: int, nonce: str) -> bytes:
    """What is signed."""
    return f"{FORM}\n{institution_code}\n{timestamp}\n{nonce}".encode()


async def sign_in(call: Call) -> Any:
    """A session key. Reasons in order: message_too_old · institution_key_unknown · signature_wrong · institution_suspended ·
    those of ``institutions.agree_session``.
    """  # noqa: D205 the list of reasons is the summary
    body: SessionBody = call.body
    platform = call.platform
    if abs(unix_seconds(platform.clock.now()) - body.timestamp) > WINDOW_SECONDS:
        return Refused(MESSAGE_TOO_OLD, {"seconds": WINDOW_SECONDS})
    async with platform.readers.reading() as reading:
        await platform.desk.fresh(reading)
    place = platform.desk.directory.by_code(body.institution_code)
    if place is None or place.public_key is None:
        return Refused(INSTITUTION_KEY_UNKNOWN)
    public = Sm2PublicKey.from_der(place.public_key)
    message = session_message(body.institution_code, body.timestamp, body.nonce)
    if not await asyncio.to_thread(public.verify, message, bytes.fromhex(body.signature)):
        return Refused(SIGNATURE_WRONG)
    suspended = institutions.may_act(place)
    if suspended is not None:
        return suspended

    async def run(tx: Tx) -> Any:
        return await institutions.agree_session(
            tx,
            platform.clock,
            platform.sealer,
            platform.randomness,
            institution=place,
            nonce=body.nonce,
            digest=sm3(message),
        )

    agreed = await platform.lane.submit("work", Work(run=run))
    if isinstance(agreed, Refused):
        return agreed
    secret = await asyncio.to_thread(sm2_encrypt, public, agreed.secret)
    return {
        "session_key_id": str(agreed.session_key_id),
        "secret_sm2": secret.hex(),
        "expires_at": agreed.expires_at,
    }


SESSION_ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "sessions"): Route(
        run=sign_in,
        body=SessionBody,
        authenticated=False,
        summary="Sign in by SM2: a session key for twelve hours, encrypted to the institution's registered key",
    ),
}
