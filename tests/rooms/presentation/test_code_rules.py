from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openyibao.kit.crypto import DataKey, KeyPurpose, KeyRing, MacKey, Permuter, Suite
from openyibao.rooms.bindings import Aliases, DayKey, derive_day_key
from openyibao.rooms.presentation import Purpose, mint, parse_code, records, rules, step_day, step_of

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SECRET = b"s" * 32


RING = KeyRing(
    [
        DataKey(key_id=1, purpose=KeyPurpose.alias, suite=Suite.national, made_on=date(2026, 1, 1), secret=b"a" * 16),
        DataKey(key_id=2, purpose=KeyPurpose.alias, suite=Suite.national, made_on=date(2026, 2, 1), secret=b"b" * 16),
    ]
)
ALIASES = Aliases(RING)
SERIAL = 1_234_567_890


def key_of(on: date) -> MacKey:
    return MacKey(derive_day_key(SECRET, on))


def day_of(on: date, *, secret: bytes = SECRET) -> DayKey:
    return DayKey(on=on, secret=derive_day_key(secret, on), aliases=ALIASES.of_day(SERIAL, on))


def show(step: int, *, secret: bytes = SECRET, purpose: Purpose | None = None) -> str:
    return mint(day_of(step_day(step), secret=secret), issuer="900", province=11, step=step, purpose=purpose)


def judged(code: str, now: datetime = NOW) -> object:
    """As the scan does: under each hour's alias, where it leads to the serial."""
    parsed = parse_code(code, issuer="900")
    if parsed is None:
        return None
    for hour in rules.hours_shown(now):
        if ALIASES.restore([parsed.alias], hour) == [SERIAL]:
            found = rules.judge(parsed, key_of, now, hour=hour)
            if found is not records.CODE_NOT_VALID:
                return found
    return records.CODE_NOT_VALID


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
@given(st.integers(0, 10**11 - 1))
def test_a_forged_code_is_refused(guess: int):
    code, mac = show(step_of(NOW)), f"{guess:011d}"
    forged = code[:13] + mac[:9] + code[22:26] + mac[9:]
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
    assert rules.purposes_of(parsed.extension) == (tuple(Purpose) if purpose is None else (purpose,))


def test_an_extension_no_purpose_has_is_good_for_nothing():
    assert rules.purposes_of(len(Purpose) + 1) is None


def test_what_is_shown_of_a_serial_is_another_number_each_hour_and_never_the_serial():
    days = [day_of(date(2026, 11, 23) + timedelta(days=ahead)) for ahead in range(7)]
    shown = [alias for day in days for alias in day.aliases]
    assert len(set(shown)) == len(shown) == 7 * 24
    assert SERIAL not in shown
    assert len({alias % 1024 for alias in shown}) > 100, "the bucket shows through"


@pytest.mark.parametrize("minutes", [0, 1, 4, 56, 59])
@pytest.mark.parametrize("age", [0, 1, 2, 10, -1, -10])
def test_codes_are_told_apart_near_the_ends_of_an_hour_as_in_its_middle(minutes: int, age: int):
    now = NOW + timedelta(minutes=minutes, seconds=15)
    middle = NOW + timedelta(minutes=30)
    expected = judged(show(step_of(middle) - age), middle)
    found = judged(show(step_of(now) - age), now)
    assert found == (step_of(now) - age if isinstance(expected, int) else expected)


def test_a_step_is_judged_under_the_alias_of_its_own_hour_only():
    step = step_of(NOW)
    parsed = parse_code(show(step), issuer="900")
    assert parsed is not None
    hour = step // rules.STEPS_AN_HOUR
    assert rules.judge(parsed, key_of, NOW, hour=hour) == step
    assert rules.judge(parsed, key_of, NOW, hour=hour - 1) is records.CODE_NOT_VALID
    assert rules.judge(parsed, key_of, NOW, hour=hour + 1) is records.CODE_NOT_VALID


def test_an_older_alias_key_still_restores_and_the_newest_is_shown():
    hour = 500_000
    older = Permuter(b"a" * 16).permute([SERIAL], tweak=b"hour" + hour.to_bytes(8, "big"))
    assert ALIASES.restore(older, hour, with_key=1) == [SERIAL]
    assert ALIASES.restore(older, hour) != [SERIAL]


@pytest.mark.parametrize("code", ["", "9" * 27, "4" + "0" * 27, "900" + "x" * 25, "900" + "１" * 25])
def test_a_malformed_or_foreign_code_has_no_parts(code: str):
    assert parse_code(code, issuer="900") is None
