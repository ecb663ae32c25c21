"""How gateways in the field have messages signed. Pure; each answers what the signature should be. 中文: 网关签名。"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping

from openyibao.kit.crypto import equal, hmac_sm3
from openyibao.kit.crypto.elsewhere import hmac_sha1, sha256_hex

API_HEADERS = ("_api_access_key", "_api_name", "_api_timestamp", "_api_version")


def tif_signature(secret: str, timestamp: str, nonce: str) -> str:
    """x-tif-signature (and x-rio-): hex of SHA-256 over timestamp, secret, nonce, timestamp."""
    return sha256_hex(f"{timestamp}{secret}{nonce}{timestamp}".encode())


def api_signature(secret: str, headers: Mapping[str, str]) -> str:
    """_api_signature: base64 of HMAC-SHA1 over the four headers in the order of their names."""
    joined = "&".join(f"{name}={headers.get(name, '')}" for name in API_HEADERS)
    return b64encode(hmac_sha1(secret.encode(), joined.encode())).decode()


def ca_signature(secret: str, timestamp: str, body: bytes) -> bytes:
    """x-ca-signature: HMAC-SM3 over timestamp, a line feed and the raw body."""
    return hmac_sm3(secret.encode(), timestamp.encode() + b"\n" + body)


def same_text(sent: str, wanted: str) -> bool:
    """Whether two hex texts say the same."""
    return equal(sent.strip().lower().encode(), wanted.lower().encode())


def same_octets(sent: str, wanted: bytes) -> bool:
    """Whether a text is these octets, as hex or base64."""
    if same_text(sent, wanted.hex()):
        return True
    return equal(sent.strip().encode(), b64encode(wanted))


def basic_pair(authorization: str) -> tuple[str, str] | None:
    """Name and secret of an ``Authorization: Basic`` header, or None."""
    kind, _, coded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, colon, secret = b64decode(coded, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (name, secret) if colon else None
