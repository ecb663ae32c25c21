"""Sealed fields: the standards' answers, and every way of tampering."""

from __future__ import annotations

from datetime import date

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from openyibao.kit.crypto import (
    SEALED_EXTRA_OCTETS,
    DataKey,
    KeyFault,
    KeyPurpose,
    KeyRing,
    Sealer,
    Suite,
    UnsealFault,
    aead,
    hmac_sm3,
    make_data_key,
    sealed_key_id,
)

WHERE = "people.id_number:42"
MADE_ON = date(2026, 1, 5)
SM4_KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")


def keys_of(suite: Suite, first_id: int, made_on: date = MADE_ON) -> list[DataKey]:
    purposes = (KeyPurpose.seal, KeyPurpose.digest)
    return [
        make_data_key(key_id=first_id + at, purpose=purpose, suite=suite, made_on=made_on)
        for at, purpose in enumerate(purposes)
    ]


def sealer_of(suite: Suite) -> Sealer:
    return Sealer(KeyRing(keys_of(suite, 1), suite=suite))


def test_the_sm4_block_is_the_answer_of_the_standard():
    encryptor = Cipher(algorithms.SM4(SM4_KEY), modes.ECB()).encryptor()  # noqa: S305 one block, the example of GB/T 32907
    assert encryptor.update(SM4_KEY).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_is_the_answer_of_rfc_8998(monkeypatch: pytest.MonkeyPatch):
    nonce = bytes.fromhex("00001234567800000000abcd")
    bound = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plaintext = bytes.fromhex("".join(digit * 16 for digit in "abcdefea"))
    expected = nonce + bytes.fromhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    cipher = aead.Sm4Gcm(SM4_KEY)
    assert cipher.open(expected, bound) == plaintext
    monkeypatch.setattr(aead.os, "urandom", lambda count: nonce[:count])
    assert cipher.close(plaintext, bound) == expected


@given(st.binary(max_size=300), st.text(max_size=40), st.sampled_from(Suite))
@settings(max_examples=40, deadline=None)
def test_what_was_sealed_opens_in_its_place(plaintext: bytes, where: str, suite: Suite):
    sealer = sealer_of(suite)
    sealed = sealer.seal(plaintext, where=where)
    assert sealer.unseal(sealed, where=where) == plaintext
    assert len(sealed) == len(plaintext) + SEALED_EXTRA_OCTETS
    assert sealed[0] == suite.octet
    assert sealed_key_id(sealed) == sealer.seal_key_id == 1


@pytest.mark.parametrize("suite", Suite)
def test_equal_plaintexts_seal_differently(suite: Suite):
    sealer = sealer_of(suite)
    assert len({sealer.seal(b"110101199003070011", where=WHERE) for _ in range(50)}) == 50


@pytest.mark.parametrize("suite", Suite)
def test_tampering_with_any_single_octet_fails(suite: Suite):
    sealer = sealer_of(suite)
    sealed = sealer.seal(b"13800000000", where=WHERE)
    for at in range(len(sealed)):
        altered = bytearray(sealed)
        altered[at] ^= 0x01
        with pytest.raises(UnsealFault):
            sealer.unseal(bytes(altered), where=WHERE)


@pytest.mark.parametrize("suite", Suite)
def test_a_shortened_or_lengthened_value_fails(suite: Suite):
    sealer = sealer_of(suite)
    sealed = sealer.seal(b"13800000000", where=WHERE)
    for length in range(len(sealed)):
        with pytest.raises(UnsealFault):
            sealer.unseal(sealed[:length], where=WHERE)
    with pytest.raises(UnsealFault):
        sealer.unseal(sealed + b"\0", where=WHERE)


@pytest.mark.parametrize("place", ["people.id_number:43", "people.phone:42", "", WHERE + " "])
def test_a_value_moved_to_another_place_does_not_open(place: str):
    sealer = sealer_of(Suite.national)
    with pytest.raises(UnsealFault, match="another place"):
        sealer.unseal(sealer.seal(b"x", where=WHERE), where=place)


def test_a_value_does_not_open_as_if_sealed_by_another_key_of_the_ring():
    keys = [*keys_of(Suite.national, 1), *keys_of(Suite.national, 3)]
    sealer = Sealer(KeyRing(keys))
    sealed = sealer.seal(b"x", where=WHERE)
    relabelled = sealed[:1] + (1).to_bytes(4, "big") + sealed[5:]
    with pytest.raises(UnsealFault, match="altered"):
        sealer.unseal(relabelled, where=WHERE)


def test_a_missing_key_is_named():
    sealed = sealer_of(Suite.national).seal(b"x", where=WHERE)
    with pytest.raises(UnsealFault, match=r"people\.id_number:42: its key 1 is not in the ring"):
        Sealer(KeyRing(keys_of(Suite.national, 7))).unseal(sealed, where=WHERE)


def test_an_unknown_suite_is_named():
    with pytest.raises(UnsealFault, match="unknown suite 9"):
        sealer_of(Suite.national).unseal(b"\x09" + bytes(40), where=WHERE)


@pytest.mark.parametrize(("old", "new"), [(Suite.national, Suite.international), (Suite.international, Suite.national)])
def test_old_values_stay_readable_and_findable_after_the_suite_is_switched(old: Suite, new: Suite):
    old_keys = keys_of(old, 1)
    before = Sealer(KeyRing(old_keys, suite=old))
    sealed, digest = before.seal(b"x", where=WHERE), before.digest("x", purpose="people.id_number")
    after = Sealer(KeyRing([*old_keys, *keys_of(new, 3)], suite=new))
    assert after.unseal(sealed, where=WHERE) == b"x"
    assert not after.is_current(sealed)
    anew = after.seal(b"x", where=WHERE)
    assert anew[0] == new.octet
    assert after.is_current(anew)
    found = after.digests("x", purpose="people.id_number")
    assert found[before.digest_key_id] == digest
    assert found[after.digest_key_id] == after.digest("x", purpose="people.id_number") != digest


def test_old_values_stay_readable_after_the_key_is_rotated():
    old_keys = keys_of(Suite.national, 1)
    sealed = Sealer(KeyRing(old_keys)).seal(b"x", where=WHERE)
    after = Sealer(KeyRing([*old_keys, *keys_of(Suite.national, 3, date(2027, 1, 4))]))
    assert after.seal_key_id == 3
    assert after.unseal(sealed, where=WHERE) == b"x"
    assert not after.is_current(sealed)


def test_a_digest_is_the_keyed_sm3_of_purpose_and_value():
    keys = keys_of(Suite.national, 1)
    digest = Sealer(KeyRing(keys)).digest("110101199003070011", purpose="people.id_number")
    assert digest == hmac_sm3(keys[1].secret, b"people.id_number\x00110101199003070011")
    assert len(digest) == 32


def test_equal_texts_of_two_purposes_have_different_digests():
    sealer = sealer_of(Suite.national)
    assert sealer.digest("1", purpose="people.phone") != sealer.digest("1", purpose="people.id_number")
    with pytest.raises(KeyFault, match=r"U\+0000"):
        sealer.digest("1", purpose="a\0b")


def test_a_sealer_needs_its_keys():
    seal_key, digest_key = keys_of(Suite.national, 1)
    with pytest.raises(KeyFault, match="no national key for seal"):
        Sealer(KeyRing([digest_key]))
    with pytest.raises(KeyFault, match="no national key for digest"):
        Sealer(KeyRing([seal_key]))
    with pytest.raises(KeyFault, match="no international key for seal"):
        Sealer(KeyRing([seal_key, digest_key], suite=Suite.international))


def test_something_too_short_has_no_key_id():
    with pytest.raises(UnsealFault, match="too short"):
        sealed_key_id(bytes(SEALED_EXTRA_OCTETS - 1))
