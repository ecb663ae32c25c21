"""A keyed permutation of the ten-digit numbers: FF1 of NIST SP 800-38G over SM4 or AES, for many numbers at once.

What goes in has ten decimal digits, and so has what comes out; without the key nobody tells which number is behind which, nor
whether two of different tweaks are the same. FF1's own sample vectors are of this very length. Why not a package: ADR 29.
中文: 保留格式加密。
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from openyibao.kit.crypto.faults import KeyFault
from openyibao.kit.crypto.suites import Suite

NUMBERS = 10**10
_HALF = 10**5
_ROUNDS = 10
_BLOCK = 16
_TAKEN = 8
"""Octets of a round's block that are read as a number (d of the standard)."""
_FIRST_BLOCK = bytes([1, 2, 1, 0, 0, 10, _ROUNDS, 5]) + (10).to_bytes(4, "big")
_TWEAK_MAX = 12
"""With the round and half a number the tweak fills one block; a longer one would take two."""


class Permuter:
    """A key made ready. ``permute`` and ``restore`` undo each other under the same tweak."""

    def __init__(self, key: bytes, *, suite: Suite = Suite.national) -> None:
        """``key`` has 16 octets (or 24, 32 in the international suite). Raises KeyFault on another length."""
        try:
            self._algorithm = algorithms.SM4(key) if suite is Suite.national else algorithms.AES(key)
        except ValueError:
            raise KeyFault(f"a permuting key of the {suite} suite has not {len(key)} octets") from None

    def permute(self, numbers: Sequence[int], *, tweak: bytes) -> list[int]:
        """Each number's image. Numbers are 0 … 10¹⁰ - 1, tweaks at most 12 octets; raises ValueError on others."""
        encryptor, base = self._begin(numbers, tweak)
        lefts, rights = _halves(numbers)
        for turn in range(_ROUNDS):
            added = _round(encryptor, base, turn, rights)
            lefts, rights = rights, [(left + more) % _HALF for left, more in zip(lefts, added, strict=True)]
        return [left * _HALF + right for left, right in zip(lefts, rights, strict=True)]

    def restore(self, numbers: Sequence[int], *, tweak: bytes) -> list[int]:
        """The numbers whose images these are."""
        encryptor, base = self._begin(numbers, tweak)
        lefts, rights = _halves(numbers)
        for turn in reversed(range(_ROUNDS)):
            added = _round(encryptor, base, turn, lefts)
            lefts, rights = [(right - more) % _HALF for right, more in zip(rights, added, strict=True)], lefts
        return [left * _HALF + right for left, right in zip(lefts, rights, strict=True)]

    def _begin(self, numbers: Sequence[int], tweak: bytes) -> tuple[CipherContext, int]:
        if len(tweak) > _TWEAK_MAX or not all(0 <= number < NUMBERS for number in numbers):
            raise ValueError("a number has not ten digits, or the tweak is too long")
        # Single blocks under a pseudorandom function's construction: no mode is at work here.
        encryptor = Cipher(self._algorithm, modes.ECB()).encryptor()  # noqa: S305
        first = encryptor.update(_FIRST_BLOCK + len(tweak).to_bytes(4, "big"))
        return encryptor, int.from_bytes(first, "big") ^ (int.from_bytes(tweak, "big") << 8 * (_BLOCK - len(tweak)))


def _halves(numbers: Sequence[int]) -> tuple[list[int], list[int]]:
    return [number // _HALF for number in numbers], [number % _HALF for number in numbers]


def _round(encryptor: CipherContext, base: int, turn: int, halves: list[int]) -> list[int]:
    """What a round adds to the other halves: all blocks in one call of the cipher."""
    head = base ^ (turn << 24)
    blocks = b"".join([(head ^ half).to_bytes(_BLOCK, "big") for half in halves])
    out = encryptor.update(blocks)
    return [int.from_bytes(out[at : at + _TAKEN], "big") for at in range(0, len(out), _BLOCK)]
