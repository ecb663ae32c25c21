"""What outlives its time goes, and nothing else; and the statements that spread the tables."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from journey_house import House
from rich.console import Console
from typer.testing import CliRunner

from openyibao import housekeeping
from openyibao.cli import app
from openyibao.kit.requests import KEEP_DAYS

WHO = 5


async def test_request_keys_go_after_their_time_and_verify_holds(house: House) -> None:
    await house.settle_new(WHO, key="old")
    settings = msgspec.structs.replace(house.platform.settings, database_url=house.owner_url)
    house.clock.set(house.clock.now() + timedelta(days=KEEP_DAYS))
    await housekeeping.tidy(Console(quiet=True), settings, house.clock)
    assert await house.rows("select 1 from request_keys where request_key = 'old'")
    house.clock.move(timedelta(seconds=1))
    assert await housekeeping.tidy(Console(quiet=True), settings, house.clock) >= 1
    assert not await house.rows("select 1 from request_keys where request_key = 'old'")
    assert not (await house.verify()).faults


async def test_where_citus_is_not_installed_nothing_is_spread(house: House) -> None:
    settings = msgspec.structs.replace(house.platform.settings, database_url=house.owner_url)
    assert await housekeeping.distribute(settings) is None


def test_the_statements_are_printed() -> None:
    done = CliRunner().invoke(app, ["distribute"])
    assert done.exit_code == 0
    assert "select create_reference_table('audit_roots');" in done.output
    assert "select create_distributed_table('settlements', 'cell', colocate_with => 'persons');" in done.output
