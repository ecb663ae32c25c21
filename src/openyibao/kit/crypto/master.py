"""The master key: one file outside the database that opens the data keys inside it.

The file (mode 0600) holds two lines: a header with the key's fingerprint, and 32 octets in hexadecimal. The fingerprint
tells a mistyped file, and a key wrapped by another master, without telling anything of the key. A wrapped key is: suite
octet (1) ‖ master fingerprint (8) ‖ nonce (12) ‖ ciphertext ‖ tag (16). 中文: 主密钥。
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from openyibao.kit.crypto.aead import Aead, make_aead
from openyibao.kit.crypto.faults import KeyFault
from openyibao.kit.crypto.hashes import hmac_sm3
from openyibao.kit.crypto.suites import SUITE_BY_OCTET, Suite

_HEADER = "openyibao-master-key 1"
_KEY_OCTETS, _PRINT_OCTETS = 32, 8
_FILE_OCTETS_MAX = 1024


class MasterKey:
    """Wraps and unwraps data keys. Its secret shows in no repr. Thread safe."""

    def __init__(self, secret: bytes, *, suite: Suite = Suite.national) -> None:
        """Take 32 octets; ``suite`` is the setting for new wrappings, old ones of both suites stay readable."""
        if len(secret) != _KEY_OCTETS:
            raise KeyFault(f"a master key has {_KEY_OCTETS} octets")
        self._suite = suite
        self._print = _fingerprint(secret)
        # Each cipher gets a key of its own, so the two suites never share key material.
        self._aeads: dict[Suite, Aead] = {
            each: make_aead(hmac_sm3(secret, b"wrap/" + each.encode())[: each.seal_key_octets], suite=each)
            for each in Suite
        }

    @property
    def fingerprint(self) -> str:
        """Names the key without telling it: 16 hexadecimal digits."""
        return self._print.hex()

    def __repr__(self) -> str:
        return f"MasterKey({self.fingerprint})"

    @classmethod
    def create(cls, path: Path, *, suite: Suite = Suite.national) -> MasterKey:
        """Draw a new key and write its file (0600), safely on disk before the answer.

        Raises KeyFault when the file exists: a master key is never overwritten, since all sealed values hang on it.
        """
        secret = secrets.token_bytes(_KEY_OCTETS)
        text = f"{_HEADER} {_fingerprint(secret).hex()}\n{secret.hex()}\n"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as refused:
            raise KeyFault(f"the key file {path} can't be made: {refused.strerror}") from refused
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)  # without it a power cut may keep the data and lose the file's name
        finally:
            os.close(folder)
        return cls(secret, suite=suite)

    @classmethod
    def load(cls, path: Path, *, suite: Suite = Suite.national) -> MasterKey:
        """Read a key file. Raises KeyFault when it is missing, open to group or others, or damaged."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe must not hang the start
        except OSError as refused:
            raise KeyFault(f"the key file {path} can't be read: {refused.strerror}") from refused
        try:
            # Asked of the open file, not of the name, so nobody can swap it in between.
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise KeyFault(f"the key file {path} is not a plain file")
            if mode & 0o077:
                raise KeyFault(f"the key file {path} is open to group or others: chmod 600 {path}")
            content = os.read(descriptor, _FILE_OCTETS_MAX)
        finally:
            os.close(descriptor)
        return cls(_parse(content, path), suite=suite)

    def wrap(self, key: bytes, *, key_id: int, label: str = "") -> bytes:
        """Wrap a data key's secret for its row; ``label`` (DataKey.label) binds purpose, suite and date to it."""
        head = bytes((self._suite.octet,)) + self._print
        return head + self._aeads[self._suite].close(key, head + _bound(key_id, label))

    def unwrap(self, wrapped: bytes, *, key_id: int, label: str = "") -> bytes:
        """The secret of a wrapped key. Raises KeyFault when the row was altered or another master wrapped it."""
        head, closed = wrapped[: 1 + _PRINT_OCTETS], wrapped[1 + _PRINT_OCTETS :]
        suite = SUITE_BY_OCTET.get(head[0]) if head else None
        if suite is None:
            raise KeyFault(f"the wrapped key {key_id} is of an unknown suite")
        if head[1:] != self._print:
            raise KeyFault(f"the key {key_id} was wrapped by master key {head[1:].hex()}, this is {self.fingerprint}")
        key = self._aeads[suite].open(closed, head + _bound(key_id, label))
        if key is None:
            raise KeyFault(f"the wrapped key {key_id} was altered or is another one's")
        return key


def _bound(key_id: int, label: str) -> bytes:
    return f"data key:{key_id}:{label}".encode()


def _fingerprint(secret: bytes) -> bytes:
    return hmac_sm3(secret, b"fingerprint")[:_PRINT_OCTETS]


def _parse(content: bytes, path: Path) -> bytes:
    damaged = KeyFault(f"the key file {path} is damaged: restore it from its backup")
    lines = content.decode("ascii", errors="replace").split("\n")
    if len(lines) < 2 or not lines[0].startswith(_HEADER + " "):
        raise damaged
    try:
        secret = bytes.fromhex(lines[1])
    except ValueError:
        raise damaged from None
    if len(secret) != _KEY_OCTETS or _fingerprint(secret).hex() != lines[0][len(_HEADER) + 1 :].strip():
        raise damaged
    return secret
