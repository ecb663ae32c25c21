"""What an agency officer does by command: close a period and reopen it, reprice out of order."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

from journey_house import House
from typer.testing import CliRunner

from openyibao.cli import app
from openyibao.rooms.settlement import Settled

WHO = 1
OFFICERS = ["--maker", "o1", "--approver", "o2", "--why", "month end", "--language", "en"]


async def commanded(house: House, *arguments: str) -> tuple[int, str]:
    """Run a command against the house's database, as the role that owns nothing."""
    settings = house.platform.settings
    environment = {
        "COLUMNS": "200",
        "OPENYIBAO_DATABASE_URL": settings.database_url,
        "OPENYIBAO_KEY_FILE": str(settings.key_file),
    }
    runner = CliRunner(env=environment)
    result = await asyncio.to_thread(runner.invoke, app, ["agency", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output


async def test_a_day_is_closed_and_reopened_by_command(house: House) -> None:
    bill = (await house.settle_new(WHO)).settlement
    house.clock.move(timedelta(days=1))
    # The command goes by the machine's own clock: the whole time up to its yesterday is closed.
    days = ["--from", "2026-11-01", "--until", (date(2026, 11, 1) + timedelta(days=22)).isoformat()]
    code, said = await commanded(house, "period", "110100", "day", *days, *OFFICERS)
    assert (code, "closed: day" in said) == (0, True), said
    assert (await house.reverse(bill.settlement_id, bill.cell)).code == "day_closed"
    code, said = await commanded(house, "period", "110100", "day", *days, *OFFICERS, "--approver", "o1")
    assert (code, "approver_is_maker" in said) == (1, True), said
    code, said = await commanded(house, "period", "110100", "day", *days, *OFFICERS, "--reopen")
    assert code == 0, said
    assert isinstance(await house.reverse(bill.settlement_id, bill.cell), Settled)
    assert (await house.verify()).faults == []


async def test_a_settlement_is_taken_back_out_of_order_by_command(house: House) -> None:
    first = (await house.settle_new(WHO, [house.line(1, 200_000)])).settlement
    second = (await house.settle_new(WHO, [house.line(1, 300_000)])).settlement
    name = f"{first.cell}-{first.settlement_id}"
    code, said = await commanded(house, "reprice", name, *OFFICERS, "--remove", "--key", "k1")
    assert code == 0, said
    assert f"{name} -> -" in said
    assert f"{second.cell}-{second.settlement_id} -> {second.cell}-" in said
    again = await commanded(house, "reprice", name, *OFFICERS, "--remove", "--key", "k1")
    assert again == (code, said)
    code, said = await commanded(house, "reprice", "nonsense", *OFFICERS, "--key", "k2")
    assert code == 2, said
    assert (await house.verify()).faults == []
