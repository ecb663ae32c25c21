"""Algorithms that other people's interfaces prescribe, and nothing of ours is kept by: SM4-ECB, HMAC-SHA1, SHA-256, HMAC-SM3 as text.

Promises: the same octets as their clients make. Never for what we keep: ECB shows equal blocks, SHA-1 is broken. 中文: 外部接口算法。
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK_BITS = 128


def hmac_sha1(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA1, as one gateway signs."""
    return hmac.new(key, message, hashlib.sha1).digest()


def sha256_hex(message: bytes) -> str:
    """SHA-256 as lower-case hex."""
    return hashlib.sha256(message).hexdigest()


def sm4_ecb_encrypt(key: bytes, message: bytes) -> bytes:
    """SM4-ECB with PKCS#7, as one province encrypts inputs. Raises ValueError for a key that is not 16 octets."""
    padder = padding.PKCS7(BLOCK_BITS).padder()
    encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # noqa: S305 their format
    return encryptor.update(padder.update(message) + padder.finalize()) + encryptor.finalize()


def sm4_ecb_decrypt(key: bytes, sealed: bytes) -> bytes:
    """The message again. Raises ValueError where it is none."""
    decryptor = Cipher(algorithms.SM4(key), modes.ECB()).decryptor()  # noqa: S305 their format
    unpadder = padding.PKCS7(BLOCK_BITS).unpadder()
    return unpadder.update(decryptor.update(sealed) + decryptor.finalize()) + unpadder.finalize()
