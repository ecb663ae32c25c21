"""Who sends: HMAC-SM3 over the message with the session key agreed at sign-in. 中文: 报文认证。

``X-Signature`` = hex(HMAC-SM3(key, method LF path LF timestamp LF idempotency key LF hex(SM3(body)))); ``X-Timestamp`` in
whole seconds since 1970, within five minutes. A replay within them is harmless: each act carries its idempotency key, and the
signature binds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from openyibao.fronts.api.reasons import MESSAGE_TOO_OLD, SESSION_KEY_UNKNOWN, SIGNATURE_WRONG
from openyibao.fronts.shared import Platform
from openyibao.kit.clock import unix_seconds
from openyibao.kit.crypto import MacKey, equal
from openyibao.kit.outcome import Refused

WINDOW_SECONDS = 300


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated institution with the key of this act."""

    institution_id: int
    request_key: str


@lru_cache(maxsize=4_096)
def _mac_key(secret: bytes) -> MacKey:
    return MacKey(secret)


class Asked(msgspec.Struct, frozen=True):
    """One request as it came: names of headers in lower case; ``address`` is where it came from."""

    method: str
    path: str
    headers: Sequence[tuple[bytes, bytes]]
    address: str


def message_to_sign(method: str, path: str, timestamp: str, request_key: str, digest: bytes) -> bytes:
    """The octets that are signed; ``digest`` is SM3 of the body, which serves as the content's digest of the act too."""
    return f"{method}\n{path}\n{timestamp}\n{request_key}\n{digest.hex()}".encode()


async def authenticate(platform: Platform, asked: Asked, digest: bytes) -> Caller | Refused:
    """The caller, of a body with this digest. Reasons in order: session_key_unknown · message_too_old · signature_wrong."""
    number = timestamp = signature = request_key = ""
    for name, value in asked.headers:
        if name == b"x-session-key":
            number = value.decode("latin-1")
        elif name == b"x-timestamp":
            timestamp = value.decode("latin-1")
        elif name == b"x-signature":
            signature = value.decode("latin-1")
        elif name == b"idempotency-key":
            request_key = value.decode("latin-1")
    plain = number.isascii() and number.isdigit() and len(number) < 20 and int(number) < 2**63
    key = platform.desk.directory.session_key(int(number)) if plain else None
    if key is None and plain:
        # Issued since the cache was filled: one look, then it is in memory.
        async with platform.readers.reading() as reading:
            key = await platform.desk.directory.load_session_key(reading, int(number))
    now = platform.clock.now()
    if key is None or key.expires_at <= now:
        return Refused(SESSION_KEY_UNKNOWN)
    seconds = int(timestamp) if timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 15 else 0
    if abs(unix_seconds(now) - seconds) > WINDOW_SECONDS:
        return Refused(MESSAGE_TOO_OLD, {"seconds": WINDOW_SECONDS})
    message = message_to_sign(asked.method, asked.path, timestamp, request_key, digest)
    if not equal(_mac_key(key.secret).mac(message).hex().encode(), signature.encode()):
        return Refused(SIGNATURE_WRONG)
    return Caller(institution_id=key.institution_id, request_key=request_key)
