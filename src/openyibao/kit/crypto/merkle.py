"""Merkle trees over a batch: one signature for many receipts, each checked alone with a short path.

The shape is that of RFC 9162 §2.1: a leaf is hashed after 0x00 and a node after 0x01, so neither can be passed off as the
other; a tree of n leaves splits at the largest power of two below n. Built level by level: a node left over at the end of
a level rises unchanged, which gives the same tree. The root of no leaves is the digest of nothing. 中文: 默克尔树。
"""

from __future__ import annotations

from collections.abc import Sequence

from openyibao.kit.crypto.hashes import Digest, equal
from openyibao.kit.crypto.suites import Suite

_LEAF: dict[Suite, Digest] = {suite: suite.prefixed(b"\x00") for suite in Suite}
_NODE: dict[Suite, Digest] = {suite: suite.prefixed(b"\x01") for suite in Suite}


class MerkleTree:
    """All levels of one batch's tree: hashed once, any number of paths. Immutable."""

    __slots__ = ("_levels", "count", "root")

    def __init__(self, leaves: Sequence[bytes], *, suite: Suite = Suite.national) -> None:
        leaf, node = _LEAF[suite], _NODE[suite]
        level = [leaf(octets) for octets in leaves]
        self.count = len(level)
        self._levels = [level]
        while len(level) > 1:
            above = [node(level[at] + level[at + 1]) for at in range(0, len(level) - 1, 2)]
            if len(level) % 2:
                above.append(level[-1])
            self._levels.append(above)
            level = above
        self.root: bytes = level[0] if level else suite.digest(b"")

    def path(self, index: int) -> tuple[bytes, ...]:
        """The neighbours of leaf ``index`` from the bottom up. Raises IndexError outside 0 … count - 1."""
        if not 0 <= index < self.count:
            raise IndexError(f"no leaf {index} in a tree of {self.count}")
        path: list[bytes] = []
        for level in self._levels[:-1]:
            neighbour = index ^ 1
            if neighbour < len(level):
                path.append(level[neighbour])
            index >>= 1
        return tuple(path)


def merkle_root(leaves: Sequence[bytes], *, suite: Suite = Suite.national) -> bytes:
    """The root over the leaves in their order, 32 octets."""
    return MerkleTree(leaves, suite=suite).root


def merkle_path(leaves: Sequence[bytes], index: int, *, suite: Suite = Suite.national) -> tuple[bytes, ...]:
    """The path of one leaf. For all leaves of a batch make one ``MerkleTree`` and ask it."""
    return MerkleTree(leaves, suite=suite).path(index)


def merkle_verify(
    leaf: bytes, index: int, count: int, path: Sequence[bytes], root: bytes, *, suite: Suite = Suite.national
) -> bool:
    """Whether ``leaf`` stood at ``index`` among ``count`` leaves under ``root``. Never raises on wrong input."""
    if not 0 <= index < count:
        return False
    node = _NODE[suite]
    here, at, last = _LEAF[suite](leaf), index, count - 1
    for neighbour in path:
        if last == 0 or len(neighbour) != len(root):
            return False
        # Where this node is the last of its level and has no neighbour, it rises: those levels spend no step of the path.
        while at == last and not at & 1:
            at, last = at >> 1, last >> 1
            if last == 0:
                return False
        here = node(neighbour + here) if at & 1 else node(here + neighbour)
        at, last = at >> 1, last >> 1
    while last and at == last and not at & 1:
        at, last = at >> 1, last >> 1
    return last == 0 and equal(here, root)
