"""The permutation of ten-digit numbers against the standard's own samples, and its promises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openyibao.kit.crypto import KeyFault, Permuter, Suite

SAMPLE_KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
AES = Permuter(SAMPLE_KEY, suite=Suite.international)
SM4 = Permuter(SAMPLE_KEY)
TENS = st.integers(0, 10**10 - 1)


@pytest.mark.parametrize(("tweak", "answer"), [(b"", 2433477484), (b"9876543210", 6124200773)])
def test_the_samples_of_sp_800_38g_come_out(tweak: bytes, answer: int) -> None:
    assert AES.permute([123456789], tweak=tweak) == [answer]
    assert AES.restore([answer], tweak=tweak) == [123456789]


def test_a_longer_key_gives_the_sample_of_its_length() -> None:
    key = SAMPLE_KEY + bytes.fromhex("ef4359d8d580aa4f7f036d6f04fc6a94")
    assert Permuter(key, suite=Suite.international).permute([123456789], tweak=b"") == [6657667009]


@settings(max_examples=60, deadline=None)
@given(st.lists(TENS, max_size=20), st.binary(max_size=12))
def test_what_is_permuted_is_restored_and_each_number_alike_alone_or_among_others(
    numbers: list[int], tweak: bytes
) -> None:
    images = SM4.permute(numbers, tweak=tweak)
    assert SM4.restore(images, tweak=tweak) == numbers
    assert images == [SM4.permute([number], tweak=tweak)[0] for number in numbers]
    assert len(set(images)) == len(set(numbers))


def test_another_tweak_or_key_gives_other_images() -> None:
    numbers = list(range(200))
    images = [SM4.permute(numbers, tweak=b"1"), SM4.permute(numbers, tweak=b"2"), AES.permute(numbers, tweak=b"1")]
    assert all(one != other for one, other in zip(images[0], images[1], strict=True))
    assert len({tuple(each) for each in images}) == 3


def test_images_of_neighbours_fall_evenly_into_buckets() -> None:
    """Serials of one bucket lie 1,024 apart; their images must not tell the bucket."""
    images = SM4.permute([7 + 1024 * n for n in range(4096)], tweak=b"hour")
    among = [sum(1 for image in images if image % 16 == rest) for rest in range(16)]
    assert min(among) > 180
    assert max(among) < 340


@pytest.mark.parametrize("number", [-1, 10**10])
def test_a_number_of_another_length_is_a_fault(number: int) -> None:
    with pytest.raises(ValueError, match="ten digits"):
        SM4.permute([number], tweak=b"")


def test_a_key_of_another_length_is_a_fault() -> None:
    with pytest.raises(KeyFault):
        Permuter(b"short")
    with pytest.raises(ValueError, match="too long"):
        SM4.restore([1], tweak=b"x" * 13)
