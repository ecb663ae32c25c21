"""SM3 and HMAC-SM3 (GB/T 32905), by whichever of two OpenSSLs is faster for the job.

Measured for 64 octets: a copied hashlib state 0.75 µs against 1.0 (``cryptography``) and 1.2 (``hashlib.new``); for HMAC the
other way round: 2.2 µs (``cryptography``) against 2.5 (``hmac.digest``), and 1.0 with a prepared key. A Python whose
OpenSSL lacks SM3 uses ``cryptography`` for everything. 中文: 杂凑与消息认证码。
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

DIGEST_OCTETS = 32
_SM3, _SHA256 = hashes.SM3(), hashes.SHA256()

Digest = Callable[[bytes], bytes]


def prefixed_sm3(prefix: bytes) -> Digest:
    """A function that answers SM3(prefix ‖ data); the prefix is taken in once."""
    if "sm3" in hashlib.algorithms_available:
        return _by_hashlib(prefix)
    return _by_cryptography(prefix)


def _by_hashlib(prefix: bytes) -> Digest:
    begun = hashlib.new("sm3", prefix).copy

    def digest(data: bytes) -> bytes:
        state = begun()
        state.update(data)
        return state.digest()

    return digest


def _by_cryptography(prefix: bytes) -> Digest:
    state_at_start = hashes.Hash(_SM3)
    state_at_start.update(prefix)
    begun = state_at_start.copy

    def digest(data: bytes) -> bytes:
        state = begun()
        state.update(data)
        return state.finalize()

    return digest


_plain_sm3 = prefixed_sm3(b"")


def sm3(data: bytes) -> bytes:
    """The SM3 digest, 32 octets."""
    return _plain_sm3(data)


def sm3_hex(data: bytes) -> str:
    """The SM3 digest as 64 lower-case hexadecimal digits."""
    return _plain_sm3(data).hex()


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """HMAC-SM3, 32 octets. For several messages under one key ``MacKey`` takes half the time."""
    state = HMAC(key, _SM3)
    state.update(message)
    return state.finalize()


class MacKey:
    """A key made ready for many messages: HMAC-SM3, or HMAC-SHA256 where the suite is international. Thread safe."""

    __slots__ = ("_begun",)

    def __init__(self, key: bytes, *, international: bool = False) -> None:
        self._begun = HMAC(key, _SHA256 if international else _SM3).copy

    def mac(self, message: bytes) -> bytes:
        """The authentication code of a message, 32 octets."""
        state = self._begun()
        state.update(message)
        return state.finalize()


def sha256(data: bytes) -> bytes:
    """The SHA-256 digest, 32 octets."""
    return hashlib.sha256(data).digest()


def prefixed_sha256(prefix: bytes) -> Digest:
    """A function that answers SHA-256(prefix ‖ data)."""

    def digest(data: bytes) -> bytes:
        return hashlib.sha256(prefix + data).digest()

    return digest


def equal(left: bytes, right: bytes) -> bool:
    """Whether two secrets are the same octets, in a time that tells nothing of where they differ."""
    return hmac.compare_digest(left, right)
