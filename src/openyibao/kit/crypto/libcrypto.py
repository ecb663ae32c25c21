"""SM2 by the system's OpenSSL 3, through ctypes: the only SM2 at hand that gets security fixes.

Only what signing needs is bound. A call by ctypes' ``CDLL`` releases the GIL, so threads sign and verify side by side. A
key is one EVP_PKEY for its whole life, shared by threads (OpenSSL reads it only); the contexts are made and freed for
each message, which costs 3 µs of a signature's 270. Every failed call raises SignatureFault with OpenSSL's own sentence and
empties the thread's error queue, since Python's ssl module may share it. 中文: 系统密码库。
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from openyibao.kit.crypto.faults import SignatureFault

_NAMES = ("libcrypto.so.3", "libcrypto.so.4", "libcrypto.3.dylib")
# The octets before the public point in a SubjectPublicKeyInfo, and before the scalar in a PKCS #8 private key, of the SM2
# curve: fixed, because every length in them is. Strict: nothing but exactly this is read.
SPKI_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
_PKCS8_PREFIX = bytes.fromhex("3041020100301306072a8648ce3d020106082a811ccf5501822d042730250201010420")

_pointer, _length, _text = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
_BOUND: dict[str, tuple[object, list[object]]] = {
    "OPENSSL_version_major": (ctypes.c_uint, []),
    "OpenSSL_version": (_text, [ctypes.c_int]),
    "ERR_get_error": (ctypes.c_ulong, []),
    "ERR_error_string_n": (None, [ctypes.c_ulong, _text, _length]),
    "ERR_clear_error": (None, []),
    "EVP_sm3": (_pointer, []),
    "EVP_MD_CTX_new": (_pointer, []),
    "EVP_MD_CTX_free": (None, [_pointer]),
    "EVP_MD_CTX_set_pkey_ctx": (None, [_pointer, _pointer]),
    "EVP_PKEY_free": (None, [_pointer]),
    "EVP_PKEY_CTX_new": (_pointer, [_pointer, _pointer]),
    "EVP_PKEY_CTX_free": (None, [_pointer]),
    "EVP_PKEY_CTX_set1_id": (ctypes.c_int, [_pointer, _text, ctypes.c_int]),
    "EVP_DigestSignInit": (ctypes.c_int, [_pointer, _pointer, _pointer, _pointer, _pointer]),
    "EVP_DigestSign": (ctypes.c_int, [_pointer, _pointer, ctypes.POINTER(_length), _text, _length]),
    "EVP_DigestVerifyInit": (ctypes.c_int, [_pointer, _pointer, _pointer, _pointer, _pointer]),
    "EVP_DigestVerify": (ctypes.c_int, [_pointer, _text, _length, _text, _length]),
    "d2i_PUBKEY": (_pointer, [_pointer, ctypes.POINTER(_pointer), ctypes.c_long]),
    "d2i_AutoPrivateKey": (_pointer, [_pointer, ctypes.POINTER(_pointer), ctypes.c_long]),
    "i2d_PUBKEY": (ctypes.c_int, [_pointer, ctypes.POINTER(_pointer)]),
}


class LibcryptoKey:
    """One EVP_PKEY. Freed with the object."""

    __slots__ = ("__weakref__", "pointer")

    def __init__(self, library: ctypes.CDLL, pointer: int) -> None:
        self.pointer = pointer
        # Not at exit: other threads may still sign then, and the process gives its memory back anyway.
        weakref.finalize(self, library.EVP_PKEY_free, pointer).atexit = False


class Libcrypto:
    """The SM2 functions of one loaded libcrypto. Raises SignatureFault where none is there or it is older than 3.0."""

    def __init__(self, names: tuple[str, ...] = _NAMES) -> None:
        self._library = _load(names)
        try:
            for name, (result, arguments) in _BOUND.items():
                function = getattr(self._library, name)
                function.restype, function.argtypes = result, arguments
        except AttributeError as missing:
            raise SignatureFault(f"this libcrypto lacks a function: {missing}") from missing
        if self._library.OPENSSL_version_major() < 3:
            raise SignatureFault("SM2 needs OpenSSL 3.0 or later")
        self.version: str = self._library.OpenSSL_version(0).decode()

    def private_key(self, scalar: bytes) -> LibcryptoKey:
        """The key of a private scalar (32 octets, already known to be in range)."""
        return self._read("d2i_AutoPrivateKey", _PKCS8_PREFIX + scalar)

    def public_key(self, point: bytes) -> LibcryptoKey:
        """The key of an uncompressed point (65 octets). Raises SignatureFault when it isn't on the curve."""
        return self._read("d2i_PUBKEY", SPKI_PREFIX + point)

    def point(self, key: LibcryptoKey) -> bytes:
        """The uncompressed public point of a key, 65 octets."""
        octets = ctypes.create_string_buffer(256)
        end = _pointer(ctypes.addressof(octets))
        length = self._library.i2d_PUBKEY(key.pointer, ctypes.byref(end))
        der = octets.raw[: max(length, 0)]
        if len(der) != len(SPKI_PREFIX) + 65 or not der.startswith(SPKI_PREFIX):
            raise self._fault("i2d_PUBKEY")
        return der[len(SPKI_PREFIX) :]

    def sign(self, key: LibcryptoKey, message: bytes, user_id: bytes) -> bytes:
        """A DER signature of the message under the signer's id."""
        with self._context(key, user_id) as context:
            if self._library.EVP_DigestSignInit(context, None, self._library.EVP_sm3(), None, key.pointer) != 1:
                raise self._fault("EVP_DigestSignInit")
            signature, length = ctypes.create_string_buffer(80), _length(80)
            if self._library.EVP_DigestSign(context, signature, ctypes.byref(length), message, len(message)) != 1:
                raise self._fault("EVP_DigestSign")
            return signature.raw[: length.value]

    def verify(self, key: LibcryptoKey, message: bytes, signature: bytes, user_id: bytes) -> bool:
        """Whether a well-formed DER signature is of this message, key and id."""
        with self._context(key, user_id) as context:
            if self._library.EVP_DigestVerifyInit(context, None, self._library.EVP_sm3(), None, key.pointer) != 1:
                raise self._fault("EVP_DigestVerifyInit")
            answer = self._library.EVP_DigestVerify(context, signature, len(signature), message, len(message))
            if answer < 0:
                raise self._fault("EVP_DigestVerify")
            if answer == 0:
                self._library.ERR_clear_error()
            return bool(answer == 1)

    @contextmanager
    def _context(self, key: LibcryptoKey, user_id: bytes) -> Iterator[int]:
        """A message context that knows the signer's id; both contexts are freed on every way out."""
        library = self._library
        key_context = library.EVP_PKEY_CTX_new(key.pointer, None)
        context = library.EVP_MD_CTX_new()
        try:
            if not key_context or not context:
                raise self._fault("EVP_PKEY_CTX_new")
            if library.EVP_PKEY_CTX_set1_id(key_context, user_id, len(user_id)) != 1:
                raise self._fault("EVP_PKEY_CTX_set1_id")
            library.EVP_MD_CTX_set_pkey_ctx(context, key_context)
            yield context
        finally:
            library.EVP_MD_CTX_free(context)
            library.EVP_PKEY_CTX_free(key_context)

    def _read(self, function: str, der: bytes) -> LibcryptoKey:
        octets = ctypes.create_string_buffer(der, len(der))
        start = _pointer(ctypes.addressof(octets))
        pointer = getattr(self._library, function)(None, ctypes.byref(start), len(der))
        ctypes.memset(octets, 0, len(der))
        if not pointer:
            raise self._fault(function)
        return LibcryptoKey(self._library, pointer)

    def _fault(self, function: str) -> SignatureFault:
        code, sentence = self._library.ERR_get_error(), ctypes.create_string_buffer(256)
        self._library.ERR_error_string_n(code, sentence, len(sentence))
        self._library.ERR_clear_error()
        return SignatureFault(f"{function} failed: {sentence.value.decode(errors='replace')}")


def _load(names: tuple[str, ...]) -> ctypes.CDLL:
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise SignatureFault(f"no libcrypto found under the names {', '.join(names)}")
