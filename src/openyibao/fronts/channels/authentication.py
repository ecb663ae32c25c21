"""Who sends: SM2 or HMAC-SM3 over the canonical message, in time, with a fresh nonce. 中文: 渠道报文认证。

Headers: ``X-Channel-Key`` the id of a registered public key or of a session key; ``X-Timestamp`` seconds since 1970;
``X-Nonce`` 16 to 64 letters and digits; ``X-Signature`` in hex; ``Idempotency-Key`` with acts. The signature is checked
before anything is written, so that strangers fill no table; SM2 is checked in a thread.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import Any

import msgspec

from openyibao.fronts.channels.calls import ChannelRoute
from openyibao.fronts.channels.reasons import NONCE_MALFORMED, SIGNING_NOT_REGISTERED
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.admitting import Admitted
from openyibao.fronts.shared.http_reasons import KEY_MISSING, MESSAGE_TOO_OLD, SIGNATURE_WRONG
from openyibao.kit.clock import unix_seconds
from openyibao.kit.crypto import MacKey, Verifier, equal, read_verifier
from openyibao.kit.outcome import Refused
from openyibao.rooms.bindings import Binding
from openyibao.rooms.channels import (
    CHANNEL_KEY_UNKNOWN,
    Channel,
    ChannelKeyKind,
    KeyInUse,
    Message,
    Signing,
    message_to_sign,
)

REQUEST_KEY_MAX = 128
_HEADERS = {
    b"x-channel-key": "key_id",
    b"x-timestamp": "timestamp",
    b"x-nonce": "nonce",
    b"x-signature": "signature",
    b"idempotency-key": "request_key",
}


class Given(msgspec.Struct):
    """What the headers say."""

    key_id: str = ""
    timestamp: str = ""
    nonce: str = ""
    signature: str = ""
    request_key: str = ""


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """An admitted channel, the key of its act, and the public key where it signed with one."""

    channel: Channel
    binding: Binding | None
    request_key: str
    public_key: bytes


@lru_cache(maxsize=4_096)
def _mac_key(secret: bytes) -> MacKey:
    return MacKey(secret)


@lru_cache(maxsize=4_096)
def _verifier(public_key: bytes) -> Verifier:
    return read_verifier(public_key)


async def authenticate(
    platform: Platform,
    scope: dict[str, Any],
    route: ChannelRoute,
    content: bytes,
    asks_of: tuple[int, int] | None,
) -> Sender | Refused:
    """The sender. Reasons in order: channel_key_unknown · message_too_old · nonce_malformed · key_missing ·
    signature_wrong · those of ``channels.admit`` · signing_not_registered.
    """  # noqa: D205 the list of reasons is the summary
    given = _read(scope["headers"])
    key = await _find_key(platform, given.key_id)
    if key is None:
        return Refused(CHANNEL_KEY_UNKNOWN)
    refused = _refuse_form(platform, route, given)
    if refused is not None:
        return refused
    message = message_to_sign(scope["method"], scope["path"], given.timestamp, given.nonce, given.request_key, content)
    if not await _holds(key, message, given.signature):
        return Refused(SIGNATURE_WRONG)
    sent = Message(channel_id=key.channel_id, key_id=key.key_id, nonce=given.nonce, asks_of=asks_of)
    admitted: Admitted | Refused = await platform.lane.submit("admit", sent)
    if isinstance(admitted, Refused):
        return admitted
    by_session = key.kind is ChannelKeyKind.session
    # A sign-in is signed by SM2 whatever is registered for the messages after it.
    expected = not route.signs_in and admitted.channel.terms.signing is Signing.session
    if by_session != expected:
        return Refused(SIGNING_NOT_REGISTERED)
    binding, channel = admitted.binding, admitted.channel
    mine = binding if binding is not None and binding.channel_code == channel.channel_code else None
    return Sender(
        channel=channel, binding=mine, request_key=given.request_key, public_key=b"" if by_session else key.secret
    )


def _read(headers: list[tuple[bytes, bytes]]) -> Given:
    given = Given()
    for name, value in headers:
        field = _HEADERS.get(name)
        if field is not None:
            setattr(given, field, value.decode("latin-1"))
    return given


async def _find_key(platform: Platform, number: str) -> KeyInUse | None:
    if not (number.isascii() and number.isdigit() and len(number) < 20 and int(number) < 2**63):
        return None
    book = platform.desk.channel_book
    key = book.key(int(number))
    if key is None:
        async with platform.readers.reading() as reading:
            key = await book.load_key(reading, platform.sealer, int(number))
    return key


def _refuse_form(platform: Platform, route: ChannelRoute, given: Given) -> Refused | None:
    plain = given.timestamp.isascii() and given.timestamp.isdigit() and len(given.timestamp) < 15
    seconds = int(given.timestamp) if plain else 0
    window = platform.settings.channel_window_seconds
    if abs(unix_seconds(platform.clock.now()) - seconds) > window:
        return Refused(MESSAGE_TOO_OLD, {"seconds": window})
    if not (16 <= len(given.nonce) <= 64 and given.nonce.isascii() and given.nonce.isalnum()):
        return Refused(NONCE_MALFORMED)
    key = given.request_key
    if route.acts and not (0 < len(key) <= REQUEST_KEY_MAX and key.isascii() and key.isprintable()):
        return Refused(KEY_MISSING)
    return None


async def _holds(key: KeyInUse, message: bytes, signature: str) -> bool:
    if key.kind is ChannelKeyKind.session:
        return equal(_mac_key(key.secret).mac(message).hex().encode(), signature.encode())
    try:
        octets = bytes.fromhex(signature)
    except ValueError:
        return False
    return await asyncio.to_thread(_verifier(key.secret).verify, message, octets)
