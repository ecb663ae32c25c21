"""How a message goes over HTTP in the six variants of the field (envelope.md section 3): address, headers, body, signature.

Each binding turns a message into a ``Parcel`` and opens the reply. Written from the documents alone; what they leave open is said
in docs/guides/conformance.md. 中文: 六种通讯与签名方式。
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7

from openyibao.conform.paths import MOBILE_ENTRY, OAUTH_ENTRY, OAUTH_TOKEN, SINGLE_ENTRY, method_path
from openyibao.kit.crypto import Sm2PrivateKey, hmac_sm3


class Profile(StrEnum):
    """The variant's number in envelope.md."""

    v1 = "v1"
    v2 = "v2"
    v3 = "v3"
    v4 = "v4"
    v5 = "v5"
    v6 = "v6"


class Keys(msgspec.Struct, frozen=True):
    """What an institution was given. ``key_id``: paasid, access key or client id; V5 also signs in as a user."""

    key_id: str
    secret: str
    user_name: str = ""
    password: str = ""
    gateway_app: str = "yibao"
    sm2: Sm2PrivateKey | None = None

    def __repr__(self) -> str:
        return f"Keys(key_id={self.key_id!r})"


class Parcel(msgspec.Struct, frozen=True):
    """A request ready to go."""

    path: str
    headers: dict[str, str]
    content: bytes


Wrap = Callable[[bytes], bytes]
"""Puts the JSON into what goes out, where that is more (a file beside it); what is signed raw is signed as it goes out."""


def _as_is(content: bytes) -> bytes:
    return content


class Binding(Protocol):
    """One variant."""

    def parcel(self, body: dict[str, Any], *, at: datetime, nonce: str, wrap: Wrap = _as_is) -> Parcel:
        """The request for a message whose parts are plain JSON."""
        ...

    def opened(self, reply: dict[str, Any]) -> dict[str, Any]:
        """The reply in the clear."""
        ...


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


class PlainBinding:
    """V1 and V6: one address, no headers. ``v1`` may carry the number in the address too."""

    def __init__(self, path: str, *, numbered: bool = False) -> None:
        self._path, self._numbered = path, numbered

    def parcel(self, body: dict[str, Any], *, at: datetime, nonce: str, wrap: Wrap = _as_is) -> Parcel:
        """The message as it is."""
        path = f"{self._path}/{body.get('infno', '')}" if self._numbered else self._path
        return Parcel(path=path, headers={}, content=wrap(_json(body)))

    def opened(self, reply: dict[str, Any]) -> dict[str, Any]:
        """As it is."""
        return reply


class CaBinding:
    """V2 with the x-ca headers of Zhejiang: HMAC-SM3 over the seconds, a line feed and the raw body, in hexadecimal."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def parcel(self, body: dict[str, Any], *, at: datetime, nonce: str, wrap: Wrap = _as_is) -> Parcel:
        """One address a transaction."""
        content, seconds = wrap(_json(body)), str(int(at.timestamp()))
        signature = hmac_sm3(self._keys.secret.encode(), seconds.encode() + b"\n" + content).hex()
        headers = {"x-ca-key": self._keys.key_id, "x-ca-signature": signature, "x-ca-timestamp": seconds}
        return Parcel(path=method_path(body.get("infno", "")), headers=headers, content=content)

    def opened(self, reply: dict[str, Any]) -> dict[str, Any]:
        """As it is."""
        return reply


class TifBinding:
    """V3: hex(SHA-256(timestamp + secret + nonce + timestamp))."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def parcel(self, body: dict[str, Any], *, at: datetime, nonce: str, wrap: Wrap = _as_is) -> Parcel:
        """The gateway's address ends in the transaction's number."""
        seconds = str(int(at.timestamp()))
        signature = hashlib.sha256((seconds + self._keys.secret + nonce + seconds).encode()).hexdigest()
        headers = {
            "x-tif-paasid": self._keys.key_id,
            "x-tif-timestamp": seconds,
            "x-tif-nonce": nonce,
            "x-tif-signature": signature,
        }
        path = f"/ebus/{self._keys.gateway_app}/hsa/hgs/{body.get('infno', '')}"
        return Parcel(path=path, headers=headers, content=wrap(_json(body)))

    def opened(self, reply: dict[str, Any]) -> dict[str, Any]:
        """As it is."""
        return reply


class CsbBinding:
    """V4: base64(HMAC-SHA1(secret, the four other headers joined by & in order of their names))."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def parcel(self, body: dict[str, Any], *, at: datetime, nonce: str, wrap: Wrap = _as_is) -> Parcel:
        """One address; the number stands in ``_api_name``."""
        named = {
            "_api_access_key": self._keys.key_id,
            "_api_name": str(body.get("infno", "")),
            "_api_timestamp": str(int(at.timestamp() * 1000)),
            "_api_version": "1.0.0",
        }
        signed = "&".join(f"{name}={named[name]}" for name in sorted(named)).encode()
        signature = base64.b64encode(hmac.new(self._keys.secret.encode(), signed, hashlib.sha1).digest()).decode()
        return Parcel(path="/CSB", headers={**named, "_api_signature": signature}, content=wrap(_json(body)))

    def opened(self, reply: dict[str, Any]) -> dict[str, Any]:
        """As it is."""
        return reply


class SealedBinding:
    """V5: a bearer token, the input under SM4-ECB by the first 16 octets of the client id, signed by SM2 where a key is given."""

    def __init__(self, keys: Keys) -> None:
        self._keys, self.bearer = keys, ""
        self._key = keys.key_id.encode()[:16].ljust(16, b"0")

    def sign_in(self) -> Parcel:
        """The request for a token."""
        form = {
            "username": self._keys.user_name or self._keys.key_id,
            "password": self._keys.password or self._keys.secret,
            "scope": "server",
            "grant_type": "password",
        }
        basic = base64.b64encode(f"{self._keys.key_id}:{self._keys.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        return Parcel(path=OAUTH_TOKEN, headers=headers, content=urlencode(form).encode())

    def parcel(self, body: dict[str, Any], *, at: datetime, nonce: str, wrap: Wrap = _as_is) -> Parcel:
        """Sign over the text of the input, then seal it."""
        name = "Input" if "Input" in body else "input"
        text = json.dumps(body.get(name), ensure_ascii=False, separators=(",", ":")).encode()
        signature = base64.b64encode(self._keys.sm2.sign(text)).decode() if self._keys.sm2 else ""
        sealed = {
            **body,
            name: base64.b64encode(self._cipher(text, seal=True)).decode(),
            "enc_type": "SM4",
            "cainfo": signature,
            "signtype": "SM2" if signature else "",
        }
        return Parcel(path=OAUTH_ENTRY, headers={"Authorization": f"Bearer {self.bearer}"}, content=wrap(_json(sealed)))

    def opened(self, reply: dict[str, Any]) -> dict[str, Any]:
        """The output in the clear; one that came in the clear stays."""
        output = reply.get("output")
        if not isinstance(output, str) or not output:
            return reply
        opened = self._cipher(base64.b64decode(output), seal=False)
        return {**reply, "output": json.loads(opened, parse_float=Decimal)}

    def _cipher(self, text: bytes, *, seal: bool) -> bytes:
        cipher = Cipher(SM4(self._key), modes.ECB())  # noqa: S305 the format's own choice
        if seal:
            padder, worker = PKCS7(128).padder(), cipher.encryptor()
            return worker.update(padder.update(text) + padder.finalize()) + worker.finalize()
        opener, remover = cipher.decryptor(), PKCS7(128).unpadder()
        padded = opener.update(text) + opener.finalize()
        return remover.update(padded) + remover.finalize()


_MADE: dict[Profile, Callable[[Keys], Binding]] = {
    Profile.v1: lambda _: PlainBinding(SINGLE_ENTRY),
    Profile.v2: CaBinding,
    Profile.v3: TifBinding,
    Profile.v4: CsbBinding,
    Profile.v5: SealedBinding,
    Profile.v6: lambda _: PlainBinding(MOBILE_ENTRY),
}


def make_binding(profile: Profile, keys: Keys) -> Binding:
    """The binding of a variant."""
    return _MADE[profile](keys)
