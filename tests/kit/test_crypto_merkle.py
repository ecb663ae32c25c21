"""Merkle trees: the recursive definition of RFC 9162 is the oracle of the level-by-level one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openyibao.kit.crypto import MerkleTree, Suite, merkle_path, merkle_root, merkle_verify, sm3

batches = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


def definition(leaves: list[bytes], suite: Suite) -> bytes:
    """MTH of RFC 9162 §2.1.1, as written there."""
    if not leaves:
        return suite.digest(b"")
    if len(leaves) == 1:
        return suite.digest(b"\x00" + leaves[0])
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return suite.digest(b"\x01" + definition(leaves[:split], suite) + definition(leaves[split:], suite))


@given(st.lists(st.binary(max_size=40), max_size=70), st.sampled_from(Suite))
@settings(max_examples=60, deadline=None)
def test_the_root_is_that_of_the_definition(leaves: list[bytes], suite: Suite):
    assert merkle_root(leaves, suite=suite) == definition(leaves, suite)


def test_the_root_of_the_published_sha256_tree():
    # The eight inputs and roots of the certificate-transparency reference tests.
    leaves = [bytes.fromhex(octets) for octets in ("", "00", "10", "2021", "3031", "40414243")]
    leaves += [bytes.fromhex("5051525354555657"), bytes.fromhex("606162636465666768696a6b6c6d6e6f")]
    root = merkle_root(leaves, suite=Suite.international)
    assert root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_the_root_of_no_leaves_is_the_digest_of_nothing():
    assert merkle_root([]) == sm3(b"")
    assert not merkle_verify(b"", 0, 0, (), merkle_root([]))


@pytest.mark.parametrize("count", [*range(1, 36), 64, 100, 200])
def test_every_leaf_of_a_batch_of_any_size_is_proved(count: int):
    leaves = [b"receipt %d" % index for index in range(count)]
    tree = MerkleTree(leaves)
    for index, leaf in enumerate(leaves):
        path = tree.path(index)
        assert len(path) <= (count - 1).bit_length()
        assert merkle_verify(leaf, index, count, path, tree.root)


@given(batches, st.data())
@settings(max_examples=80, deadline=None)
def test_a_path_proves_its_leaf_and_nothing_else(leaves: list[bytes], data: st.DataObject):
    count, root = len(leaves), merkle_root(leaves)
    index = data.draw(st.integers(0, count - 1))
    path = merkle_path(leaves, index)
    assert merkle_verify(leaves[index], index, count, path, root)
    assert not merkle_verify(leaves[index] + b"!", index, count, path, root)
    assert not merkle_verify(leaves[index], index, count, (*path, b"\0" * 32), root)
    assert not merkle_verify(leaves[index], index, count, path, sm3(root))
    other = data.draw(st.integers(-2, count + 1))
    if not (0 <= other < count and leaves[other] == leaves[index]):
        assert not merkle_verify(leaves[index], other, count, path, root)
    if path:
        step = data.draw(st.integers(0, len(path) - 1))
        altered = bytes((path[step][0] ^ 1,)) + path[step][1:]
        assert not merkle_verify(leaves[index], index, count, (*path[:step], altered, *path[step + 1 :]), root)
        assert not merkle_verify(leaves[index], index, count, path[:-1], root)


def test_a_node_cannot_be_passed_off_as_a_leaf():
    leaves = [b"a", b"b", b"c", b"d"]
    left = sm3(b"\x00a") + sm3(b"\x00b")
    right = merkle_root([b"c", b"d"])
    assert not merkle_verify(left, 0, 2, (right,), merkle_root(leaves))


def test_a_path_step_of_another_length_proves_nothing():
    assert not merkle_verify(b"a", 0, 2, (sm3(b"\x00b") + b"x",), merkle_root([b"a", b"b"]))


def test_a_leaf_outside_the_tree_has_no_path():
    for index in (-1, 2):
        with pytest.raises(IndexError, match="no leaf"):
            merkle_path([b"a", b"b"], index)
