"""Who computes SM2: the system's libcrypto, or gmalg (pure Python, 30 to 60 times slower) where libcrypto lacks SM2.

Chosen once, at the first use, after a known answer has been checked; ``sm2_backend()`` says which. gmalg is not constant
in time: fit for a desk, not for an issuer's key in service. 中文: SM2 实现的选择。
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

import gmalg

from openyibao.kit.crypto.faults import SignatureFault
from openyibao.kit.crypto.libcrypto import Libcrypto

ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
"""The order n of the base point of the recommended curve (GB/T 32918.5)."""
USER_ID = b"1234567812345678"
"""The signer's id where none is agreed (GM/T 0009)."""


class Sm2Backend(Protocol):
    """What a backend does with its own kind of key. Signatures are r ‖ s, 64 octets, r and s known to be in 1 … n - 1."""

    name: str

    def private_key(self, scalar: bytes) -> Any:
        """The key of a scalar in 1 … n - 2."""
        ...

    def public_key(self, point: bytes) -> Any:
        """The key of an uncompressed point (65 octets); SignatureFault when it isn't on the curve."""
        ...

    def point(self, key: Any) -> bytes:
        """The uncompressed public point of a key, 65 octets."""
        ...

    def sign(self, key: Any, message: bytes, user_id: bytes) -> bytes:
        """Sign a message."""
        ...

    def verify(self, key: Any, message: bytes, signature: bytes, user_id: bytes) -> bool:
        """Whether the signature is right."""
        ...


class LibcryptoSm2:
    """SM2 by libcrypto. Raises SignatureFault when it is missing or fails the known answer."""

    def __init__(self, library: Libcrypto | None = None) -> None:
        self._library = library or Libcrypto()
        self.name = f"libcrypto ({self._library.version})"
        self.private_key = self._library.private_key
        self.public_key = self._library.public_key
        self.point = self._library.point
        _check_known_answer(self)

    def sign(self, key: Any, message: bytes, user_id: bytes) -> bytes:
        """Sign a message."""
        return _raw_from_der(self._library.sign(key, message, user_id))

    def verify(self, key: Any, message: bytes, signature: bytes, user_id: bytes) -> bool:
        """Whether the signature is right."""
        return self._library.verify(key, message, _der_from_raw(signature), user_id)


class GmalgSm2:
    """SM2 in pure Python. A key is the pair (scalar or None, point); gmalg's own object keeps state, so one a call."""

    name = "gmalg"

    def private_key(self, scalar: bytes) -> tuple[bytes | None, bytes]:
        """The key of a scalar."""
        return scalar, bytes(gmalg.SM2().generate_pk(scalar))

    def public_key(self, point: bytes) -> tuple[bytes | None, bytes]:
        """The key of a point; SignatureFault when it isn't on the curve."""
        if not gmalg.SM2().verify_pk(point):
            raise SignatureFault("the point is not on the SM2 curve")
        return None, point

    def point(self, key: tuple[bytes | None, bytes]) -> bytes:
        """The public point."""
        return key[1]

    def sign(self, key: tuple[bytes | None, bytes], message: bytes, user_id: bytes) -> bytes:
        """Sign a message."""
        r, s = gmalg.SM2(key[0], user_id, key[1]).sign(message)
        return bytes(r).rjust(32, b"\0") + bytes(s).rjust(32, b"\0")  # gmalg strips leading zeros

    def verify(self, key: tuple[bytes | None, bytes], message: bytes, signature: bytes, user_id: bytes) -> bool:
        """Whether the signature is right."""
        return bool(gmalg.SM2(None, user_id, key[1]).verify(message, signature[:32], signature[32:]))


@lru_cache(maxsize=1)
def chosen_backend() -> Sm2Backend:
    """The backend of this process."""
    try:
        return LibcryptoSm2()
    except SignatureFault:
        return GmalgSm2()


def sm2_backend() -> str:
    """Which library computes SM2 in this process, with its version: ``libcrypto (OpenSSL 3.…)`` or ``gmalg``."""
    return chosen_backend().name


def _check_known_answer(backend: Sm2Backend) -> None:
    """The signature of the standard's example (GB/T 32918.5 annex A) must verify, and one of our own too."""
    example = bytes.fromhex(
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
        "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )
    key = backend.private_key(bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"))
    message = b"message digest"
    if not backend.verify(key, message, example, USER_ID):
        raise SignatureFault(f"{backend.name} refuses the signature of the standard")
    if not backend.verify(key, message, backend.sign(key, message, USER_ID), USER_ID):
        raise SignatureFault(f"{backend.name} refuses its own signature")


def _der_from_raw(signature: bytes) -> bytes:
    body = b"".join(_der_integer(signature[at : at + 32]) for at in (0, 32))
    return bytes((0x30, len(body))) + body


def _der_integer(octets: bytes) -> bytes:
    number = octets.lstrip(b"\0") or b"\0"
    if number[0] & 0x80:
        number = b"\0" + number
    return bytes((0x02, len(number))) + number


def _raw_from_der(der: bytes) -> bytes:
    """From DER as libcrypto writes it to r ‖ s: every length fits in one octet."""
    r_end = 4 + der[3]
    r, s = der[4:r_end], der[r_end + 2 :]
    raw = r.lstrip(b"\0").rjust(32, b"\0") + s.lstrip(b"\0").rjust(32, b"\0")
    if len(raw) != 64 or _der_from_raw(raw) != der:
        raise SignatureFault("libcrypto answered a signature of an unknown form")
    return raw
