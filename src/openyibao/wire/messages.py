"""The text-message gateway's protocol: what is posted, and how it is signed. 中文: 短信网关报文。

``POST /messages`` with ``{"message_id", "phone", "text", "timestamp"}``; header ``X-Signature`` = hex(HMAC-SM3(secret, body)).
The gateway bears repeats: the same message_id is sent once.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from openyibao.kit.crypto import equal, hmac_sm3


class TextMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one phone."""

    message_id: Annotated[str, msgspec.Meta(max_length=40)]
    phone: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{5,15}$")]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    timestamp: int


def sign_message(secret: str, body: bytes) -> str:
    """The signature header of a body."""
    return hmac_sm3(secret.encode(), body).hex()


def holds(secret: str, body: bytes, signature: str) -> bool:
    """Whether the signature is that of the body."""
    return equal(sign_message(secret, body).encode(), signature.encode())
