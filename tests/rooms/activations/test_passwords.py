"""Which six digits are taken, how they are kept, and how each way of authentication locks for itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from openyibao.rooms.activations import hash_password, password_holds
from openyibao.rooms.activations.records import WayLock
from openyibao.rooms.activations.rules import after_failure, refuse_locked, weak_password

PERSON = {"birth_on": date(1949, 12, 31), "document_number": "11010119491231002X", "phone": "13800135791"}
AT = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("12345", "password_form"),
        ("1234567", "password_form"),
        ("12a456", "password_form"),
        ("１２３４５６", "password_form"),
        ("491231", "password_birth"),
        ("311249", "password_birth"),
        ("123149", "password_birth"),
        ("194912", "password_birth"),
        ("121949", "password_birth"),
        ("949123", "password_birth"),
        ("110101", "password_document"),
        ("231002", "password_document"),
        ("135791", "password_phone"),
        ("380013", "password_phone"),
        ("123456", "password_simple"),
        ("654321", "password_simple"),
        ("890123", "password_simple"),
        ("111111", "password_simple"),
        ("121212", "password_simple"),
        ("123123", "password_simple"),
        ("112233", "password_simple"),
        ("123321", "password_simple"),
        ("147258", "password_simple"),
        ("507294", None),
        ("860417", None),
    ],
)
def test_what_is_easily_guessed_is_not_taken(password: str, expected: str | None) -> None:
    refused = weak_password(password, **PERSON)  # type: ignore[arg-type]
    assert (refused.code if refused else None) == expected


def test_who_has_no_phone_may_use_its_digits_and_most_digits_are_free() -> None:
    assert weak_password("135791", **{**PERSON, "phone": None}) is None  # type: ignore[arg-type]
    free = sum(weak_password(f"{n:06d}", **PERSON) is None for n in range(0, 10**6, 97))  # type: ignore[arg-type]
    assert free > 0.98 * 10**6 / 97


def test_a_hash_opens_for_its_password_only_and_two_of_one_password_differ() -> None:
    kept = hash_password("507294", salt=b"a" * 16, cost=4)
    assert password_holds("507294", kept)
    assert not password_holds("507295", kept)
    assert hash_password("507294", salt=b"b" * 16, cost=4).digest != kept.digest


def test_the_fifth_failure_locks_for_a_quarter_hour_and_each_later_lock_for_twice_as_long() -> None:
    lock, at, lasted = WayLock(), AT, []
    for _ in range(9):
        for _ in range(5):
            assert refuse_locked(lock, at) is None
            lock = after_failure(lock, at)
        assert lock.locked_until is not None
        lasted.append(lock.locked_until - at)
        assert refuse_locked(lock, lock.locked_until - timedelta(microseconds=1)) is not None
        at = lock.locked_until
    minutes = [int(one.total_seconds()) // 60 for one in lasted]
    assert minutes == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]
