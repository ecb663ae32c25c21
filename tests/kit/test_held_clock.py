"""One batch, one instant."""

from datetime import UTC, datetime, timedelta

from openyibao.kit.clock import FakeClock, HeldClock
from openyibao.kit.ids import IdSource


def test_a_held_clock_stands_while_the_other_goes_on():
    clock = FakeClock(datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC))
    held = HeldClock(clock)
    clock.move(timedelta(seconds=2))
    assert held.now() == datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)
    assert held.today().isoformat() == "2026-03-01"
    assert clock.today().isoformat() == "2026-03-02"


def test_ids_taken_together_rise_by_one_and_never_meet_those_drawn_after():
    ids = IdSource(FakeClock(datetime(2026, 3, 1, tzinfo=UTC)), 3)
    drawn = [i for count in (1, 5, 0, 8_000, 400, 3) for i in [*ids.take(count), ids.next()]]
    assert drawn == sorted(set(drawn))
