"""The master key file, wrapping, and the ring."""

from __future__ import annotations

import os
import stat
from datetime import date
from pathlib import Path

import pytest

from openyibao.kit.crypto import (
    DataKey,
    Ed25519PrivateKey,
    KeyFault,
    KeyPurpose,
    KeyRing,
    MasterKey,
    Sm2PrivateKey,
    Suite,
    make_data_key,
)

MADE_ON = date(2026, 1, 5)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "master.key"


def data_key(key_id: int = 1, purpose: KeyPurpose = KeyPurpose.seal, suite: Suite = Suite.national) -> DataKey:
    return make_data_key(key_id=key_id, purpose=purpose, suite=suite, made_on=MADE_ON)


def test_a_made_master_key_is_private_and_loads_again(key_file: Path):
    made = MasterKey.create(key_file)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    wrapped = made.wrap(b"s" * 16, key_id=7)
    loaded = MasterKey.load(key_file)
    assert loaded.fingerprint == made.fingerprint
    assert loaded.unwrap(wrapped, key_id=7) == b"s" * 16
    header, digits = key_file.read_text().splitlines()
    assert header == f"openyibao-master-key 1 {made.fingerprint}"
    assert len(bytes.fromhex(digits)) == 32


def test_a_master_key_is_never_overwritten(key_file: Path):
    MasterKey.create(key_file)
    before = key_file.read_bytes()
    with pytest.raises(KeyFault, match="can't be made"):
        MasterKey.create(key_file)
    assert key_file.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666])
def test_a_key_file_open_to_others_is_refused(key_file: Path, mode: int):
    MasterKey.create(key_file)
    key_file.chmod(mode)
    with pytest.raises(KeyFault, match="chmod 600"):
        MasterKey.load(key_file)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_file_of_its_owner_alone_is_read(key_file: Path, mode: int):
    made = MasterKey.create(key_file)
    key_file.chmod(mode)
    assert MasterKey.load(key_file).fingerprint == made.fingerprint


def test_a_missing_key_file_is_refused_and_not_invented(key_file: Path):
    with pytest.raises(KeyFault, match="can't be read"):
        MasterKey.load(key_file)
    assert not key_file.exists()


def test_a_folder_or_a_pipe_is_no_key_file(tmp_path: Path):
    with pytest.raises(KeyFault, match="plain file"):
        MasterKey.load(tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(KeyFault, match="plain file"):
        MasterKey.load(tmp_path / "pipe")


@pytest.mark.parametrize("damage", ["", "no header\n00\n", "short", "digit", "letters", "print"])
def test_a_damaged_key_file_is_refused_without_telling_its_content(key_file: Path, damage: str):
    MasterKey.create(key_file)
    header, digits = key_file.read_text().splitlines()
    flipped = f"{int(digits[0], 16) ^ 1:x}{digits[1:]}"
    altered = {
        "short": f"{header}\n{digits[:-2]}\n",
        "digit": f"{header}\n{flipped}\n",
        "letters": f"{header}\nzz{digits[2:]}\n",
        "print": f"{header[:-16]}{'0' * 16}\n{digits}\n",
    }
    key_file.write_text(altered.get(damage, damage))
    with pytest.raises(KeyFault, match="damaged") as fault:
        MasterKey.load(key_file)
    assert digits[4:20] not in str(fault.value)


@pytest.mark.parametrize("suite", Suite)
def test_a_wrapped_key_opens_only_for_its_id_and_label_and_unaltered(suite: Suite):
    master = MasterKey(b"m" * 32, suite=suite)
    key = data_key()
    wrapped = master.wrap(key.secret, key_id=key.key_id, label=key.label)
    assert key.secret not in wrapped
    assert master.wrap(key.secret, key_id=key.key_id, label=key.label) != wrapped
    assert master.unwrap(wrapped, key_id=1, label=key.label) == key.secret
    for key_id, label in ((2, key.label), (1, ""), (1, data_key(purpose=KeyPurpose.digest).label)):
        with pytest.raises(KeyFault, match="altered"):
            master.unwrap(wrapped, key_id=key_id, label=label)
    for at in range(len(wrapped)):
        altered = bytearray(wrapped)
        altered[at] ^= 0x80
        with pytest.raises(KeyFault):
            master.unwrap(bytes(altered), key_id=1, label=key.label)
        with pytest.raises(KeyFault):
            master.unwrap(wrapped[:at], key_id=1, label=key.label)


def test_a_wrapping_of_the_other_suite_stays_readable():
    old, new = MasterKey(b"m" * 32), MasterKey(b"m" * 32, suite=Suite.international)
    wrapped = old.wrap(b"s" * 16, key_id=1)
    assert new.unwrap(wrapped, key_id=1) == b"s" * 16
    assert new.wrap(b"s" * 16, key_id=1)[0] == Suite.international.octet


def test_another_master_key_is_named():
    wrapped = MasterKey(b"a" * 32).wrap(b"s", key_id=3)
    with pytest.raises(KeyFault, match=f"wrapped by master key {MasterKey(b'a' * 32).fingerprint}"):
        MasterKey(b"b" * 32).unwrap(wrapped, key_id=3)


def test_a_master_key_has_32_octets():
    with pytest.raises(KeyFault, match="32 octets"):
        MasterKey(b"m" * 16)


def test_no_secret_shows_in_a_repr():
    key = data_key(purpose=KeyPurpose.issuer)
    shown = (
        f"{key!r} {key} {key.__rich_repr__()} {KeyRing([key])!r} {Sm2PrivateKey(key.secret)!r} {MasterKey(b'm' * 32)!r}"
    )
    assert key.secret.hex() not in shown
    assert repr(key.secret) not in shown
    assert "mmmm" not in shown
    assert "key_id=1" in shown


@pytest.mark.parametrize(
    ("purpose", "suite", "octets"),
    [
        (KeyPurpose.seal, Suite.national, 16),
        (KeyPurpose.seal, Suite.international, 32),
        (KeyPurpose.digest, Suite.national, 32),
        (KeyPurpose.token, Suite.international, 32),
        (KeyPurpose.issuer, Suite.national, 32),
        (KeyPurpose.link, Suite.international, 32),
    ],
)
def test_a_made_key_has_the_length_of_its_purpose(purpose: KeyPurpose, suite: Suite, octets: int):
    assert len(data_key(purpose=purpose, suite=suite).secret) == octets


def test_the_current_key_is_the_newest_of_the_chosen_suite():
    def dated(key_id: int, suite: Suite, day: int) -> DataKey:
        return make_data_key(key_id=key_id, purpose=KeyPurpose.seal, suite=suite, made_on=date(2026, 1, day))

    keys = [
        dated(4, Suite.national, 1),
        dated(2, Suite.national, 3),
        dated(3, Suite.national, 3),
        dated(1, Suite.international, 9),
    ]
    assert KeyRing(keys).current(KeyPurpose.seal).key_id == 3
    assert KeyRing(keys, suite=Suite.international).current(KeyPurpose.seal).key_id == 1
    assert [key.key_id for key in KeyRing(keys).of(KeyPurpose.seal)] == [4, 2, 3, 1]
    ring = KeyRing(keys)
    assert (len(ring), set(ring), ring[2].key_id) == (4, {1, 2, 3, 4}, 2)


@pytest.mark.parametrize("key_id", [0, -1, 2**32])
def test_a_key_id_out_of_range_is_refused(key_id: int):
    with pytest.raises(KeyFault, match="out of range"):
        KeyRing([data_key(key_id)])


def test_a_key_id_given_twice_is_refused():
    with pytest.raises(KeyFault, match="given twice"):
        KeyRing([data_key(1), data_key(1)])


@pytest.mark.parametrize(("suite", "kind"), [(Suite.national, Sm2PrivateKey), (Suite.international, Ed25519PrivateKey)])
def test_the_ring_hands_out_one_signer_of_its_suite(suite: Suite, kind: type):
    ring = KeyRing([data_key(purpose=KeyPurpose.link, suite=suite)], suite=suite)
    signer = ring.signer(KeyPurpose.link)
    assert isinstance(signer, kind)
    assert signer is ring.signer(KeyPurpose.link)
    assert signer.public.verify(b"root", signer.sign(b"root"))
    with pytest.raises(KeyFault, match="does not sign"):
        ring.signer(KeyPurpose.seal)
    with pytest.raises(KeyFault, match=r"no (inter)?national key for issuer"):
        ring.signer(KeyPurpose.issuer)
