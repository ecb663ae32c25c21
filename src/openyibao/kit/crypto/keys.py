"""Data keys and the ring that holds them in memory. The rows themselves live in the database, wrapped by the master key.

中文: 数据密钥与密钥环。
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from openyibao.kit.crypto.faults import KeyFault
from openyibao.kit.crypto.signing import Signer, make_signer, sm2_generate
from openyibao.kit.crypto.suites import Suite

KEY_ID_MAX = 2**32 - 1


class KeyPurpose(StrEnum):
    """What a data key is for; a key never serves two ends."""

    seal = "seal"
    """Encrypts fields."""
    digest = "digest"
    """Keyed digests by which sealed values are found."""
    token = "token"  # noqa: S105 a purpose, no password
    """Derives visit tokens."""
    issuer = "issuer"
    """Signs credentials (private scalar or seed)."""
    link = "link"
    """Signs the roots of batches (private scalar or seed)."""
    alias = "alias"
    """Permutes the serials of bindings into those that are shown."""


class DataKey(msgspec.Struct, frozen=True, kw_only=True):
    """One dated key. Its secret shows in no repr."""

    key_id: int
    """1 … 2³² - 1, unique over all purposes."""
    purpose: KeyPurpose
    suite: Suite
    made_on: date
    """Shanghai date."""
    secret: bytes

    @property
    def label(self) -> str:
        """What the wrapping binds besides the key id, so that an altered row does not unwrap."""
        return f"{self.purpose}/{self.suite}/{self.made_on.isoformat()}"

    def __repr__(self) -> str:
        return f"DataKey(key_id={self.key_id}, {self.label})"

    # A rich traceback with local variables asks for this one instead of __repr__.
    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("key_id", self.key_id), ("label", self.label)]


def make_data_key(*, key_id: int, purpose: KeyPurpose, suite: Suite, made_on: date) -> DataKey:
    """A new key with a fresh secret of the length its purpose and suite ask for."""
    if purpose in {KeyPurpose.issuer, KeyPurpose.link} and suite is Suite.national:
        secret = sm2_generate().scalar
    elif purpose in {KeyPurpose.seal, KeyPurpose.alias}:
        secret = secrets.token_bytes(suite.seal_key_octets)
    else:
        secret = secrets.token_bytes(32)
    return DataKey(key_id=key_id, purpose=purpose, suite=suite, made_on=made_on, secret=secret)


class KeyRing(Mapping[int, DataKey]):
    """All data keys by key id; new values are made with the newest key of the chosen suite.

    Immutable but for ``take_up``, by which a running process learns of keys that were made or moved since.
    """

    def __init__(
        self, keys: Iterable[DataKey], *, suite: Suite = Suite.national, idle: Collection[int] = frozenset()
    ) -> None:
        """``suite`` is the setting for new values; ``idle`` are keys that make nothing new: still to come, or past.

        Raises KeyFault on a key id out of range or given twice.
        """
        self.suite = suite
        self._keys: dict[int, DataKey] = {}
        for key in keys:
            if not 1 <= key.key_id <= KEY_ID_MAX or key.key_id in self._keys:
                raise KeyFault(f"the key id {key.key_id} is out of range or given twice")
            self._keys[key.key_id] = key
        self._current: dict[KeyPurpose, DataKey] = {}
        for key in sorted(self._keys.values(), key=lambda key: (key.made_on, key.key_id)):
            if key.suite is suite and key.key_id not in idle:
                self._current[key.purpose] = key
        self._signers: dict[int, Signer] = {}

    def take_up(self, newer: KeyRing) -> None:
        """Become what a newer ring of the same suite is, at once for all who hold this one. Raises KeyFault for another suite."""
        if newer.suite is not self.suite:
            raise KeyFault(f"a ring of {self.suite} does not become one of {newer.suite}")
        self._keys, self._current = newer._keys, newer._current

    def __getitem__(self, key_id: int) -> DataKey:
        return self._keys[key_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"KeyRing({self.suite}, {list(self._keys.values())})"

    def current(self, purpose: KeyPurpose) -> DataKey:
        """The newest key of the purpose in the ring's suite. Raises KeyFault where there is none."""
        key = self._current.get(purpose)
        if key is None:
            raise KeyFault(f"the ring holds no {self.suite} key for {purpose}")
        return key

    def of(self, purpose: KeyPurpose) -> list[DataKey]:
        """All keys of a purpose, of both suites, oldest first."""
        mine = [key for key in self._keys.values() if key.purpose is purpose]
        return sorted(mine, key=lambda key: (key.made_on, key.key_id))

    def signer(self, purpose: KeyPurpose) -> Signer:
        """The current signer for ``issuer`` or ``link``, made once."""
        if purpose not in {KeyPurpose.issuer, KeyPurpose.link}:
            raise KeyFault(f"a {purpose} key does not sign")
        key = self.current(purpose)
        signer = self._signers.get(key.key_id)
        if signer is None:
            # Two threads may both make one: they are equal, and the first to be kept is the one handed out.
            signer = self._signers.setdefault(key.key_id, make_signer(key.secret, suite=key.suite))
        return signer
