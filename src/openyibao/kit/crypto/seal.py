"""Sealed fields: what must not be read in the database, and the keyed digest by which it is found.

A sealed value is: suite octet (1) ‖ key id (4, big-endian) ‖ nonce (12) ‖ ciphertext ‖ tag (16), so 33 octets longer than
the plaintext. The first five octets and the place (``table.column:row``) are authenticated with it: a value copied to
another row or column does not open. 中文: 字段加密与密文检索。
"""

from __future__ import annotations

from openyibao.kit.crypto.aead import NONCE_OCTETS, TAG_OCTETS, Aead, make_aead
from openyibao.kit.crypto.faults import KeyFault, UnsealFault
from openyibao.kit.crypto.hashes import MacKey
from openyibao.kit.crypto.keys import DataKey, KeyPurpose, KeyRing
from openyibao.kit.crypto.suites import SUITE_BY_OCTET

HEAD_OCTETS = 5
SEALED_EXTRA_OCTETS = HEAD_OCTETS + NONCE_OCTETS + TAG_OCTETS
"""How many octets a sealed value is longer than its plaintext."""


class Sealer:
    """Seals, unseals and digests with the keys of one ring. Thread safe."""

    def __init__(self, keys: KeyRing) -> None:
        """Make every key of the ring ready. Raises KeyFault when a current seal or digest key is missing."""
        self._aeads: dict[bytes, Aead] = {
            _head(k): make_aead(k.secret, suite=k.suite) for k in keys.of(KeyPurpose.seal)
        }
        self._head = _head(keys.current(KeyPurpose.seal))
        self._aead = self._aeads[self._head]
        self._macs: dict[int, MacKey] = {k.key_id: k.suite.mac_key(k.secret) for k in keys.of(KeyPurpose.digest)}
        self.seal_key_id = keys.current(KeyPurpose.seal).key_id
        """The id of the key that new values are sealed with."""
        self.digest_key_id = keys.current(KeyPurpose.digest).key_id
        """The id of the key of new digests; stored beside each digest."""

    def seal(self, plaintext: bytes, *, where: str) -> bytes:
        """Seal a value for one place, ``table.column:row``. Equal values seal differently each time."""
        return self._head + self._aead.close(plaintext, self._head + where.encode())

    def unseal(self, sealed: bytes, *, where: str) -> bytes:
        """The plaintext. Raises UnsealFault when the value is damaged, of another place, or its key is missing."""
        head = sealed[:HEAD_OCTETS]
        aead = self._aeads.get(head)
        if aead is None:
            raise UnsealFault(f"{where}: {_why_no_key(sealed)}")
        plaintext = aead.open(sealed[HEAD_OCTETS:], head + where.encode())
        if plaintext is None:
            raise UnsealFault(f"{where}: the sealed value was altered or belongs to another place")
        return plaintext

    def is_current(self, sealed: bytes) -> bool:
        """Whether a value was sealed with the current key; if not, rotation unseals and seals it anew."""
        return sealed[:HEAD_OCTETS] == self._head

    def digest(self, value: str, *, purpose: str) -> bytes:
        """The keyed digest (32 octets) of a normalised value under the current digest key.

        ``purpose`` is the kind of value (``people.id_number``): equal texts of two kinds have different digests.
        """
        return self._macs[self.digest_key_id].mac(_digest_message(value, purpose))

    def digests(self, value: str, *, purpose: str) -> dict[int, bytes]:
        """The digest under each digest key of the ring, by key id: for looking up while old digests remain."""
        message = _digest_message(value, purpose)
        return {key_id: mac.mac(message) for key_id, mac in self._macs.items()}


def sealed_key_id(sealed: bytes) -> int:
    """The id of the key a value was sealed with. Raises UnsealFault when it is too short to be a sealed value."""
    if len(sealed) < SEALED_EXTRA_OCTETS:
        raise UnsealFault("too short to be a sealed value")
    return int.from_bytes(sealed[1:HEAD_OCTETS], "big")


def _head(key: DataKey) -> bytes:
    return bytes((key.suite.octet,)) + key.key_id.to_bytes(4, "big")


def _why_no_key(sealed: bytes) -> str:
    if len(sealed) < SEALED_EXTRA_OCTETS:
        return "too short to be a sealed value"
    if sealed[0] not in SUITE_BY_OCTET:
        return f"sealed by an unknown suite {sealed[0]}"
    return f"its key {sealed_key_id(sealed)} is not in the ring"


def _digest_message(value: str, purpose: str) -> bytes:
    if "\0" in purpose:
        raise KeyFault("a digest's purpose holds no U+0000, which ends it")
    return purpose.encode() + b"\0" + value.encode()
