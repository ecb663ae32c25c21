"""Signing behind one small protocol, so that a hardware module (GM/T 0018) can stand where a software key stands.

``Signer`` and ``Verifier`` are all that rooms know; SM2 and Ed25519 fulfil them. A signature is 64 octets in both. A
software key is not a certified product: an assessment under GB/T 39786 needs a module behind ``Signer``. 中文: 签名。
"""

from __future__ import annotations

import base64
import secrets
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519

from openyibao.kit.crypto.faults import SignatureFault
from openyibao.kit.crypto.libcrypto import SPKI_PREFIX as SM2_SPKI_PREFIX
from openyibao.kit.crypto.sm2 import ORDER, USER_ID, Sm2Backend, chosen_backend
from openyibao.kit.crypto.suites import Suite

SIGNATURE_OCTETS = 64
_ED25519_SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")
_PEM_BEGIN, _PEM_END = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"


class Verifier(Protocol):
    """A public key."""

    @property
    def suite(self) -> Suite:
        """The suite whose signature this is."""
        ...

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature is of this message and key. False for any malformed signature."""
        ...

    def der(self) -> bytes:
        """The key as SubjectPublicKeyInfo."""
        ...

    def pem(self) -> str:
        """The same as text."""
        ...


class Signer(Protocol):
    """A private key, or a module that holds one."""

    @property
    def suite(self) -> Suite:
        """The suite whose signature this is."""
        ...

    @property
    def public(self) -> Verifier:
        """The public half."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 octets. Raises SignatureFault when it can't be made."""
        ...


class Sm2PublicKey:
    """A point of the SM2 curve that verifies. Thread safe; verifying takes 0.3 ms with the GIL released."""

    suite = Suite.national

    def __init__(self, point: bytes, *, backend: Sm2Backend | None = None) -> None:
        """Take an uncompressed point (65 octets). Raises SignatureFault when it isn't on the curve."""
        if len(point) != 65 or point[0] != 0x04:
            raise SignatureFault("an SM2 public key is an uncompressed point of 65 octets")
        self._backend = backend or chosen_backend()
        self._key = self._backend.public_key(point)
        self.point = point

    @classmethod
    def from_der(cls, der: bytes) -> Sm2PublicKey:
        """Read a SubjectPublicKeyInfo. Raises SignatureFault when it is anything else than an SM2 key."""
        if not der.startswith(SM2_SPKI_PREFIX):
            raise SignatureFault("not the SubjectPublicKeyInfo of an SM2 key")
        return cls(der[len(SM2_SPKI_PREFIX) :])

    @classmethod
    def from_pem(cls, pem: str) -> Sm2PublicKey:
        """Read the PEM of a SubjectPublicKeyInfo. Raises SignatureFault as ``from_der``."""
        return cls.from_der(_der_from_pem(pem))

    def verify(self, message: bytes, signature: bytes, *, user_id: bytes = USER_ID) -> bool:
        """Whether r ‖ s (64 octets) signs this message by this key under the signer's id."""
        if len(signature) != SIGNATURE_OCTETS:
            return False
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if not (0 < r < ORDER and 0 < s < ORDER):
            return False
        return self._backend.verify(self._key, message, signature, user_id)

    def der(self) -> bytes:
        """The key as SubjectPublicKeyInfo, 91 octets."""
        return SM2_SPKI_PREFIX + self.point

    def pem(self) -> str:
        """The same as text."""
        return _pem(self.der())


class Sm2PrivateKey:
    """An SM2 key that signs. Thread safe; signing takes 0.3 ms with the GIL released."""

    suite = Suite.national

    def __init__(self, scalar: bytes, *, backend: Sm2Backend | None = None) -> None:
        """Take a private scalar (32 octets, big-endian). Raises SignatureFault outside 1 … n - 2."""
        if len(scalar) != 32 or not 0 < int.from_bytes(scalar, "big") < ORDER - 1:
            raise SignatureFault("an SM2 private key is a scalar of 32 octets in 1 … n - 2")
        self._backend = backend or chosen_backend()
        self._key = self._backend.private_key(scalar)
        self.scalar = scalar
        self.public = Sm2PublicKey(self._backend.point(self._key), backend=self._backend)

    def __repr__(self) -> str:
        return f"Sm2PrivateKey(public={self.public.point.hex()})"

    def sign(self, message: bytes, *, user_id: bytes = USER_ID) -> bytes:
        """The signature r ‖ s, 64 octets, over SM3(ZA ‖ message). Raises SignatureFault."""
        return self._backend.sign(self._key, message, user_id)


def sm2_generate() -> Sm2PrivateKey:
    """A new SM2 key, evenly drawn from 1 … n - 2."""
    return Sm2PrivateKey((secrets.randbelow(ORDER - 2) + 1).to_bytes(32, "big"))


class Ed25519PublicKey:
    """An Ed25519 public key. Thread safe."""

    suite = Suite.international

    def __init__(self, point: bytes) -> None:
        """Take the raw key (32 octets). Raises SignatureFault when it has another length."""
        if len(point) != 32:
            raise SignatureFault("an Ed25519 public key has 32 octets")
        self._key = ed25519.Ed25519PublicKey.from_public_bytes(point)
        self.point = point

    @classmethod
    def from_der(cls, der: bytes) -> Ed25519PublicKey:
        """Read a SubjectPublicKeyInfo. Raises SignatureFault when it is anything else than an Ed25519 key."""
        if not der.startswith(_ED25519_SPKI_PREFIX):
            raise SignatureFault("not the SubjectPublicKeyInfo of an Ed25519 key")
        return cls(der[len(_ED25519_SPKI_PREFIX) :])

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature is of this message and key."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def der(self) -> bytes:
        """The key as SubjectPublicKeyInfo, 44 octets."""
        return _ED25519_SPKI_PREFIX + self.point

    def pem(self) -> str:
        """The same as text."""
        return _pem(self.der())


class Ed25519PrivateKey:
    """An Ed25519 key that signs. Thread safe."""

    suite = Suite.international

    def __init__(self, seed: bytes) -> None:
        """Take the private seed (32 octets). Raises SignatureFault when it has another length."""
        if len(seed) != 32:
            raise SignatureFault("an Ed25519 private key has 32 octets")
        self._key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        self.public = Ed25519PublicKey(self._key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 octets."""
        return self._key.sign(message)


def make_signer(secret: bytes, *, suite: Suite) -> Signer:
    """The software signer of a private scalar or seed (32 octets). Raises SignatureFault when it is no key."""
    return Sm2PrivateKey(secret) if suite is Suite.national else Ed25519PrivateKey(secret)


def read_verifier(spki: bytes | str) -> Verifier:
    """The public key in a SubjectPublicKeyInfo (DER octets or PEM text), whatever its suite. Raises SignatureFault."""
    der = _der_from_pem(spki) if isinstance(spki, str) else spki
    return Sm2PublicKey.from_der(der) if der.startswith(SM2_SPKI_PREFIX) else Ed25519PublicKey.from_der(der)


def _pem(der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([_PEM_BEGIN, *lines, _PEM_END, ""])


def _der_from_pem(pem: str) -> bytes:
    lines = [line.strip() for line in pem.strip().splitlines()]
    if len(lines) < 3 or lines[0] != _PEM_BEGIN or lines[-1] != _PEM_END:
        raise SignatureFault("not the PEM of a public key")
    try:
        return base64.b64decode("".join(lines[1:-1]), validate=True)
    except ValueError as damaged:
        raise SignatureFault("the PEM of the public key is damaged") from damaged
