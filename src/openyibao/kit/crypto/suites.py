"""The two families of algorithms, chosen by a setting for new values only.

Every sealed value, wrapped key and public key names its own family, so what was written under one stays readable after
a switch to the other. 中文: 国密套件与国际套件。
"""

from __future__ import annotations

from enum import StrEnum

from openyibao.kit.crypto.hashes import Digest, MacKey, prefixed_sha256, prefixed_sm3, sha256, sm3


class Suite(StrEnum):
    """A family: signature, digest and authenticated encryption that belong together."""

    national = "national"
    """SM2, SM3, SM4-GCM: what Chinese law on commercial cryptography asks for."""
    international = "international"
    """Ed25519, SHA-256, AES-256-GCM: for insurers elsewhere."""

    @property
    def octet(self) -> int:
        """The version octet at the head of what this suite sealed. Never given to another meaning."""
        return 0x01 if self is Suite.national else 0x02

    @property
    def seal_key_octets(self) -> int:
        """The length of a sealing key: SM4 knows only 16."""
        return 16 if self is Suite.national else 32

    def digest(self, data: bytes) -> bytes:
        """SM3 or SHA-256, 32 octets."""
        return sm3(data) if self is Suite.national else sha256(data)

    def prefixed(self, prefix: bytes) -> Digest:
        """A function that answers the digest of (prefix ‖ data)."""
        return prefixed_sm3(prefix) if self is Suite.national else prefixed_sha256(prefix)

    def mac_key(self, key: bytes) -> MacKey:
        """HMAC over the suite's digest, made ready for many messages."""
        return MacKey(key, international=self is Suite.international)


SUITE_BY_OCTET = {suite.octet: suite for suite in Suite}
