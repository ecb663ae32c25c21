"""SM3 and HMAC-SM3 against the standard's examples and an independent implementation."""

from __future__ import annotations

import hmac

import gmalg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openyibao.kit.crypto import MacKey, Suite, equal, hashes, hmac_sm3, sm3, sm3_hex


def test_sm3_of_abc_is_the_answer_of_the_standard():
    assert sm3_hex(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_sm3_of_64_octets_is_the_answer_of_the_standard():
    assert sm3_hex(b"abcd" * 16) == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


@given(st.binary(max_size=200))
@settings(max_examples=40, deadline=None)
def test_sm3_agrees_with_gmalg_by_either_library(data: bytes):
    oracle = gmalg.SM3()
    oracle.update(data)
    assert sm3(data) == oracle.value() == hashes._by_cryptography(b"")(data)


@given(st.binary(max_size=130), st.binary(max_size=130), st.binary(max_size=130))
@settings(max_examples=40, deadline=None)
def test_a_prefixed_digest_is_the_digest_of_both_parts_each_time(prefix: bytes, first: bytes, second: bytes):
    for suite in Suite:
        digest = suite.prefixed(prefix)
        assert digest(first) == suite.digest(prefix + first)
        assert digest(second) == suite.digest(prefix + second)
    assert hashes._by_cryptography(prefix)(first) == sm3(prefix + first)


@given(st.binary(max_size=200), st.binary(max_size=200))
@settings(max_examples=40, deadline=None)
def test_hmac_sm3_agrees_with_its_definition_over_gmalg(key: bytes, message: bytes):
    def gmalg_sm3(data: bytes) -> bytes:
        oracle = gmalg.SM3()
        oracle.update(data)
        return bytes(oracle.value())

    block = (gmalg_sm3(key) if len(key) > 64 else key).ljust(64, b"\0")
    inner = gmalg_sm3(bytes(octet ^ 0x36 for octet in block) + message)
    expected = gmalg_sm3(bytes(octet ^ 0x5C for octet in block) + inner)
    assert hmac_sm3(key, message) == MacKey(key).mac(message) == expected


def test_a_prepared_key_serves_many_messages_and_both_suites():
    national, international = Suite.national.mac_key(b"k" * 32), Suite.international.mac_key(b"k" * 32)
    for message in (b"", b"one", b"two" * 100):
        assert national.mac(message) == hmac_sm3(b"k" * 32, message)
        assert international.mac(message) == hmac.digest(b"k" * 32, message, "sha256")


@pytest.mark.parametrize(("left", "right", "same"), [(b"ab", b"ab", True), (b"ab", b"ac", False), (b"ab", b"a", False)])
def test_equal_compares_octets(left: bytes, right: bytes, same: bool):
    assert equal(left, right) is same
