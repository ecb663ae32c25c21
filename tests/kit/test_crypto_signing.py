"""SM2 and Ed25519: the standard's example, gmalg as the oracle in both directions, and every malformed input."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import gmalg
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from openyibao.kit.crypto import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
    SignatureFault,
    Signer,
    Sm2PrivateKey,
    Sm2PublicKey,
    Suite,
    make_signer,
    read_verifier,
    sm2_backend,
    sm2_generate,
    sm3,
)
from openyibao.kit.crypto.libcrypto import Libcrypto
from openyibao.kit.crypto.sm2 import ORDER, USER_ID, GmalgSm2, LibcryptoSm2, Sm2Backend, chosen_backend

# GB/T 32918.5-2017 annex A (also GM/T 0003.5): the recommended curve, the common id, message "message digest".
SCALAR = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
POINT = bytes.fromhex(
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
NONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
ZA = bytes.fromhex("b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3")
MESSAGE = b"message digest"
SIGNATURE = bytes.fromhex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)
CURVE = bytes.fromhex(
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)


@pytest.fixture(params=["libcrypto", "gmalg"])
def backend(request: pytest.FixtureRequest) -> Sm2Backend:
    return GmalgSm2() if request.param == "gmalg" else LibcryptoSm2()


@pytest.fixture(params=list(Suite))
def signer(request: pytest.FixtureRequest) -> Signer:
    return make_signer(SCALAR, suite=request.param)


@pytest.fixture
def backend_chosen_anew() -> Iterator[None]:
    chosen_backend.cache_clear()
    yield
    chosen_backend.cache_clear()


def test_za_of_the_standard_comes_from_our_sm3_and_from_gmalg():
    assert sm3(bytes((0, 128)) + USER_ID + CURVE + POINT[1:]) == ZA
    core = gmalg.SM2()._core
    point = (int.from_bytes(POINT[1:33], "big"), int.from_bytes(POINT[33:], "big"))
    assert bytes(core.entity_info(USER_ID, point)) == ZA


def test_the_signature_of_the_standard_verifies(backend: Sm2Backend):
    assert Sm2PrivateKey(SCALAR, backend=backend).public.point == POINT
    public = Sm2PublicKey(POINT, backend=backend)
    assert public.verify(MESSAGE, SIGNATURE)
    assert not public.verify(MESSAGE, SIGNATURE, user_id=b"ALICE123@YAHOO.COM")


def test_gmalg_with_the_nonce_of_the_standard_makes_its_signature():
    r, s = gmalg.SM2(SCALAR, USER_ID, POINT, rnd_fn=lambda _bits: NONCE).sign(MESSAGE)
    assert r + s == SIGNATURE


@given(st.integers(1, ORDER - 2), st.binary(max_size=300), st.binary(min_size=1, max_size=40))
@settings(max_examples=8, deadline=None)
def test_libcrypto_and_gmalg_accept_each_other(scalar: int, message: bytes, user_id: bytes):
    octets = scalar.to_bytes(32, "big")
    ours, oracle = Sm2PrivateKey(octets, backend=LibcryptoSm2()), Sm2PrivateKey(octets, backend=GmalgSm2())
    assert ours.public.point == oracle.public.point
    assert oracle.public.verify(message, ours.sign(message, user_id=user_id), user_id=user_id)
    assert ours.public.verify(message, oracle.sign(message, user_id=user_id), user_id=user_id)
    assert not ours.public.verify(message + b"!", oracle.sign(message, user_id=user_id), user_id=user_id)


def test_small_r_and_s_keep_their_leading_zeros():
    """One signature in 128 has a small r or s; nonces are drawn, so it is waited for (none in 10,000: one run in 10³³)."""
    key = Sm2PrivateKey(SCALAR)
    signed = ((message, key.sign(message)) for message in (b"%d" % number for number in range(10_000)))
    message, zeros = next((m, one) for m, one in signed if len(one) != 64 or one[0] == 0 or one[32] == 0)
    assert len(zeros) == 64
    assert key.public.verify(message, zeros)


def test_two_signatures_of_one_message_differ():
    key = sm2_generate()
    assert key.sign(MESSAGE) != key.sign(MESSAGE)


def test_any_altered_octet_of_a_signature_is_refused(signer: Signer):
    signature = signer.sign(MESSAGE)
    assert signer.public.verify(MESSAGE, signature)
    for at in range(64):
        altered = bytearray(signature)
        altered[at] ^= 0x10
        assert not signer.public.verify(MESSAGE, bytes(altered))


@pytest.mark.parametrize("length", [0, 1, 32, 63, 65, 72])
def test_a_signature_of_another_length_is_refused(signer: Signer, length: int):
    assert not signer.public.verify(MESSAGE, b"\x01" * length)


@pytest.mark.parametrize("part", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_r_or_s_outside_the_group_is_refused(backend: Sm2Backend, part: int):
    public, octets = Sm2PublicKey(POINT, backend=backend), part.to_bytes(32, "big")
    assert not public.verify(MESSAGE, octets + SIGNATURE[32:])
    assert not public.verify(MESSAGE, SIGNATURE[:32] + octets)


def test_r_and_s_whose_sum_is_zero_in_the_group_are_refused(backend: Sm2Backend):
    r = int.from_bytes(SIGNATURE[:32], "big")
    assert not Sm2PublicKey(POINT, backend=backend).verify(MESSAGE, SIGNATURE[:32] + (ORDER - r).to_bytes(32, "big"))


@pytest.mark.parametrize("scalar", [0, ORDER - 1, ORDER, 2**256 - 1])
def test_a_scalar_out_of_range_is_no_key(scalar: int):
    with pytest.raises(SignatureFault, match="n - 2"):
        Sm2PrivateKey(scalar.to_bytes(32, "big"))


def test_a_point_off_the_curve_is_no_key(backend: Sm2Backend):
    off = POINT[:-1] + bytes((POINT[-1] ^ 1,))
    with pytest.raises(SignatureFault, match=r"d2i_PUBKEY failed: error:|not on the SM2 curve"):
        Sm2PublicKey(off, backend=backend)
    for malformed in (b"", POINT[:64], b"\x02" + POINT[1:33], POINT + b"\0", b"\x06" + POINT[1:]):
        with pytest.raises(SignatureFault, match="65 octets"):
            Sm2PublicKey(malformed, backend=backend)


def test_a_public_key_travels_as_der_and_pem(signer: Signer):
    for form in (signer.public.der(), signer.public.pem()):
        read = read_verifier(form)
        assert type(read) is type(signer.public)
        assert read.suite is signer.suite
        assert read.der() == signer.public.der()
        assert read.verify(MESSAGE, signer.sign(MESSAGE))


def test_sm2_pem_round_trips_and_the_ed25519_form_is_read_by_others():
    assert Sm2PublicKey.from_pem(Sm2PublicKey(POINT).pem()).point == POINT
    key = Ed25519PrivateKey(SCALAR)
    assert load_pem_public_key(key.public.pem().encode()).public_bytes_raw() == key.public.point  # type: ignore[union-attr]


def test_a_key_file_of_another_kind_is_refused():
    sm2_der = Sm2PublicKey(POINT).der()
    for damaged in (b"", sm2_der[:-1], sm2_der + b"\0", b"\x30" + sm2_der):
        with pytest.raises(SignatureFault):
            read_verifier(damaged)
    with pytest.raises(SignatureFault, match="not the SubjectPublicKeyInfo of an SM2"):
        Sm2PublicKey.from_der(Ed25519PrivateKey(SCALAR).public.der())
    begin, end = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
    for text in ("", "nothing", f"{begin}\n{end}", f"{begin}\n!!!!\n{end}", f"{begin}\nAAA\n{end}"):
        with pytest.raises(SignatureFault, match="PEM"):
            read_verifier(text)


def test_an_ed25519_key_has_32_octets():
    with pytest.raises(SignatureFault):
        Ed25519PrivateKey(b"x")
    with pytest.raises(SignatureFault):
        Ed25519PublicKey(b"x")


def test_ed25519_gives_the_signature_of_rfc_8032():
    key = Ed25519PrivateKey(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    assert key.public.point.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155")


def test_eight_threads_share_one_key(signer: Signer):
    signatures = [signer.sign(b"%d" % number) for number in range(16)]
    start = Barrier(8)

    def work(thread: int) -> bool:
        start.wait()
        right = all(signer.public.verify(b"%d" % number, each) for number, each in enumerate(signatures))
        wrong = any(signer.public.verify(b"%d" % (number + 1), each) for number, each in enumerate(signatures))
        own = b"thread %d" % thread
        return right and not wrong and signer.public.verify(own, signer.sign(own))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(8)))


def test_the_backend_in_use_is_told():
    assert sm2_backend().startswith(("libcrypto (", "gmalg"))


@pytest.mark.usefixtures("backend_chosen_anew")
def test_gmalg_steps_in_where_libcrypto_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Libcrypto.__init__, "__defaults__", (("libcrypto.so.none",),))
    assert sm2_backend() == "gmalg"
    key = Sm2PrivateKey(SCALAR)
    assert Sm2PublicKey(POINT, backend=LibcryptoSm2(Libcrypto(("libcrypto.so.3",)))).verify(b"x", key.sign(b"x"))


def test_a_missing_or_foreign_library_is_a_fault():
    with pytest.raises(SignatureFault, match="no libcrypto found"):
        Libcrypto(("libcrypto.so.none",))
    with pytest.raises(SignatureFault, match="lacks a function"):
        Libcrypto(("libc.so.6",))


def test_a_libcrypto_that_fails_the_known_answer_is_not_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Libcrypto, "verify", lambda *_arguments: False)
    with pytest.raises(SignatureFault, match="refuses the signature of the standard"):
        LibcryptoSm2()


def test_a_failed_call_leaves_no_error_behind_for_the_next():
    with pytest.raises(SignatureFault):
        Sm2PublicKey(b"\x04" + bytes(64), backend=LibcryptoSm2())
    assert Libcrypto()._library.ERR_get_error() == 0
    assert not Sm2PublicKey(POINT).verify(b"other", SIGNATURE)
    assert Libcrypto()._library.ERR_get_error() == 0
