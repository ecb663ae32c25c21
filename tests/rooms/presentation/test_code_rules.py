from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openyibao.kit.crypto import MacKey
from openyibao.rooms.bindings import derive_day_key
from openyibao.rooms.presentation import Purpose, mint, parse_code, records, rules, step_day, step_of

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SECRET = b"s" * 32


def key_of(on: date) -> MacKey:
    return MacKey(derive_day_key(SECRET, on))


def show(step: int, *, secret: bytes = SECRET, purpose: Purpose | None = None) -> str:
    key = derive_day_key(secret, step_day(step))
    return mint(key, issuer="900", serial=1_234_567_890, province=11, step=step, purpose=purpose)


def judged(code: str, now: datetime = NOW) -> object:
    parsed = parse_code(code, issuer="900")
    return None if parsed is None else rules.judge(parsed, key_of, now)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, step_of(NOW)),
        (1, step_of(NOW) - 1),
        (2, records.CODE_EXPIRED),
        (10, records.CODE_EXPIRED),
        (11, records.CODE_NOT_VALID),
        (-1, records.CODE_FROM_FUTURE),
        (-10, records.CODE_FROM_FUTURE),
        (-11, records.CODE_NOT_VALID),
    ],
)
def test_a_code_is_judged_by_its_age(age: int, expected: object):
    assert judged(show(step_of(NOW) - age)) == expected


def test_a_code_shown_before_shanghai_midnight_holds_after_it():
    midnight = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert judged(show(step_of(midnight) - 1), midnight) == step_of(midnight) - 1


@pytest.mark.parametrize("place", range(28))
def test_a_code_with_one_digit_changed_is_refused(place: int):
    code = show(step_of(NOW))
    changed = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
    assert not isinstance(judged(changed), int)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**9 - 1))
def test_a_forged_code_is_refused(guess: int):
    code = show(step_of(NOW))
    forged = f"{code[:13]}{guess:09d}{code[22:]}"
    genuine = {show(step_of(NOW)), show(step_of(NOW) - 1)}
    assert forged in genuine or not isinstance(judged(forged), int)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([None, *Purpose]))
def test_a_shown_code_holds_through_its_life(seconds: int, purpose: Purpose | None):
    now = NOW + timedelta(seconds=seconds)
    code = show(step_of(now), purpose=purpose)
    assert judged(code, now) == step_of(now)
    assert judged(code, now + timedelta(seconds=30)) == step_of(now)
    parsed = parse_code(code, issuer="900")
    assert parsed is not None
    assert rules.allowed_purpose(parsed.extension) is purpose


@pytest.mark.parametrize("code", ["", "9" * 27, "4" + "0" * 27, "900" + "x" * 25, "900" + "１" * 25])
def test_a_malformed_or_foreign_code_has_no_parts(code: str):
    assert parse_code(code, issuer="900") is None
