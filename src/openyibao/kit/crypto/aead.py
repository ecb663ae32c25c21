"""Authenticated encryption of one value: SM4-GCM (GB/T 32907, RFC 8998) or AES-256-GCM.

A cipher is made once for a key and used from any thread. The nonce is 12 octets drawn from the operating system, never
from a source that could be seeded; at 2³² values a key the chance of a repeat is below 2⁻³², so a key that sealed that many
is due for rotation. 中文: 认证加密。
"""

from __future__ import annotations

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from openyibao.kit.crypto.faults import KeyFault
from openyibao.kit.crypto.suites import Suite

NONCE_OCTETS, TAG_OCTETS = 12, 16


class Aead(Protocol):
    """A key made ready. Both methods use the layout nonce (12) ‖ ciphertext ‖ tag (16)."""

    def close(self, plaintext: bytes, bound: bytes) -> bytes:
        """Encrypt under a fresh nonce; ``bound`` is authenticated, not stored."""
        ...

    def open(self, closed: bytes, bound: bytes) -> bytes | None:
        """The plaintext, or None when anything differs by a bit."""
        ...


class Sm4Gcm:
    """SM4-GCM, by the OpenSSL inside ``cryptography`` (OpenSSL 3.0 of the system has no SM4-GCM)."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def close(self, plaintext: bytes, bound: bytes) -> bytes:
        """Encrypt under a fresh nonce."""
        nonce = os.urandom(NONCE_OCTETS)
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        ciphertext = encryptor.update(plaintext) + encryptor.finalize()
        return nonce + ciphertext + encryptor.tag

    def open(self, closed: bytes, bound: bytes) -> bytes | None:
        """The plaintext, or None."""
        if len(closed) < NONCE_OCTETS + TAG_OCTETS:
            return None
        mode = modes.GCM(closed[:NONCE_OCTETS], closed[-TAG_OCTETS:])
        decryptor = Cipher(self._algorithm, mode).decryptor()
        decryptor.authenticate_additional_data(bound)
        try:
            return decryptor.update(closed[NONCE_OCTETS:-TAG_OCTETS]) + decryptor.finalize()
        except InvalidTag:
            return None


class AesGcm:
    """AES-256-GCM."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, plaintext: bytes, bound: bytes) -> bytes:
        """Encrypt under a fresh nonce."""
        nonce = os.urandom(NONCE_OCTETS)
        return nonce + self._cipher.encrypt(nonce, plaintext, bound)

    def open(self, closed: bytes, bound: bytes) -> bytes | None:
        """The plaintext, or None."""
        if len(closed) < NONCE_OCTETS + TAG_OCTETS:
            return None
        try:
            return self._cipher.decrypt(closed[:NONCE_OCTETS], closed[NONCE_OCTETS:], bound)
        except InvalidTag:
            return None


def make_aead(key: bytes, *, suite: Suite) -> Aead:
    """The suite's cipher under a key of ``suite.seal_key_octets``. Raises KeyFault on another length."""
    if len(key) != suite.seal_key_octets:
        raise KeyFault(f"a sealing key of the {suite} suite has {suite.seal_key_octets} octets, not {len(key)}")
    return Sm4Gcm(key) if suite is Suite.national else AesGcm(key)
