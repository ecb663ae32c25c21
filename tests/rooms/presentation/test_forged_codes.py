"""A hundred thousand forged codes, none accepted; and what guessing would come to in a year (C5)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from test_scan import Desk
from typer.testing import CliRunner

from openyibao.cli import app
from openyibao.demo.forging import GENUINE, KINDS, Town, forgeries, try_all
from openyibao.kit.clock import FakeClock
from openyibao.kit.db import Tx
from openyibao.rooms import bindings, presentation
from openyibao.rooms.presentation import Presentation, Purpose, ScanKeys, ScanLimits, ScanRequest, mint, reckon

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("minutes", [0, 30])
def test_of_a_hundred_thousand_forged_codes_none_is_accepted_and_every_genuine_one_is(minutes: int) -> None:
    """Half of them at the turn of an hour, when two aliases of everybody are looked for."""
    town = Town(FakeClock(NOW + timedelta(minutes=minutes)), seed=minutes)
    tallies = asyncio.run(try_all(town, 50_000))
    genuine = tallies.pop(GENUINE)
    assert genuine.accepted == genuine.tried == 50_000 // 16
    assert {kind: tally.accepted for kind, tally in tallies.items()} == dict.fromkeys(KINDS, 0)
    assert sum(tally.tried for tally in tallies.values()) == 50_000


async def test_forged_codes_are_refused_through_the_database_too(tx: Tx, clock: FakeClock) -> None:
    """Codes of strangers and of a live binding, by the verb of a terminal; the limits lifted so that each is looked at."""
    desk = Desk(tx, clock)
    await desk.activate()
    lifted = {"bad_codes_a_minute": 10**6, "bad_codes_a_minute_for_alias": 10**6, "bad_codes_a_day": 10**6}
    keys = ScanKeys(desk.ring, desk.sealer, issuer="900", limits=ScanLimits(**lifted))
    town, genuine = Town(clock, seed=3), desk.show()
    codes = [code for kind, code in forgeries(town, 1000) if "\x00" not in code and kind != GENUINE]
    codes += [genuine[:at] + str((int(genuine[at]) + 1) % 10) + genuine[at + 1 :] for at in range(28)]
    codes += [genuine[:13] + f"{guess:09d}" + genuine[22:] for guess in range(200) if f"{guess:09d}" != genuine[13:22]]
    requests = [
        ScanRequest(code=code[:64], institution_id=5, terminal_code="a", operator_code="", purpose=Purpose.report)
        for code in [*codes, genuine]
    ]
    answers = await presentation.scan(tx, clock, keys, requests=requests, refuse_institution=lambda _: None)
    assert isinstance(answers.pop(), Presentation)
    assert {getattr(answer, "code", "accepted") for answer in answers} <= {"code_not_valid", "code_other_issuer"}
    assert len(answers) > 1000


def test_guessing_to_the_limit_all_over_the_nation_comes_to_less_than_one_code_a_year() -> None:
    chance = reckon(ScanLimits(), transactions=32)
    assert chance.accepted_blind < chance.accepted_known < 1
    # By hand: 796,000 of 60, 4,000 of 2,000, 800,000 of 32 in flight, two steps of 10¹¹.
    assert chance.guesses_a_year == 365 * (796_000 * 60 + 4_000 * 2_000 + 800_000 * 32)
    assert float(chance.accepted_known) == pytest.approx(365 * 81_360_000 * 2e-11)


def test_looser_limits_are_told_to_be_too_loose() -> None:
    assert reckon(ScanLimits(bad_codes_a_day=2_000), transactions=2).accepted_known > 1


def test_the_command_prints_the_chance_and_what_came_of_each_kind() -> None:
    shown = CliRunner().invoke(app, ["codes", "forge", "--count", "800"])
    assert shown.exit_code == 0, shown.output
    assert "wrong authentication code" in " ".join(shown.output.split())
    assert "accepted a year, each at a serial that lives" in shown.output
    assert CliRunner().invoke(app, ["codes", "chance"]).exit_code == 0


def test_the_command_fails_where_so_many_workers_guess_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENYIBAO_WORKERS", "200")
    assert CliRunner().invoke(app, ["codes", "chance"]).exit_code == 1


async def test_two_showings_of_one_person_in_different_hours_have_only_the_province_in_common(
    tx: Tx, clock: FakeClock
) -> None:
    desk = Desk(tx, clock)
    await desk.activate()
    shown = []
    for _ in range(3):
        shown.append(desk.show())
        (answer,) = await desk.scan(shown[-1], "a")
        assert isinstance(answer, Presentation)
        clock.move(timedelta(hours=1))
    assert len({code[3:13] for code in shown}) == len({code[13:22] for code in shown}) == 3
    assert {code[:3] + code[22:26] for code in shown} == {"9001100"}


async def test_a_code_of_another_alias_key_is_nobodys(tx: Tx, clock: FakeClock) -> None:
    """Whoever knows a binding's secret but not the issuer's alias key can show nothing that leads to it."""
    desk, town = Desk(tx, clock), Town(clock, seed=4)
    await desk.activate()
    (day,) = bindings.day_keys(desk.sealer, town.keys.aliases, desk.clock, desk.binding, days=1)
    step = presentation.step_of(clock.now())
    (answer,) = await desk.scan(mint(day, issuer="900", province=11, step=step), "a")
    assert getattr(answer, "code", "") == "code_not_valid"
