"""What an officer of the agency does with filings at the command line."""

from __future__ import annotations

import asyncio

import pytest
from filing_house import FilingHouse, move_to_ningbo
from journey_house import House
from typer.testing import CliRunner

from openyibao.cli import app

LOOKING = ("--officer", "officer-1", "--why", "the weekly round")


@pytest.fixture
async def ningbo(house: House) -> FilingHouse:
    return await move_to_ningbo(house)


async def run(ningbo: FilingHouse, *arguments: str) -> tuple[int, str]:
    """Run a command against the house's database, as the role that owns nothing."""
    settings = ningbo.house.platform.settings
    environment = {
        "COLUMNS": "200",
        "OPENYIBAO_DATABASE_URL": settings.database_url,
        "OPENYIBAO_KEY_FILE": str(settings.key_file),
    }
    runner = CliRunner(env=environment)
    result = await asyncio.to_thread(runner.invoke, app, ["filing", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output


async def test_an_officer_sees_what_waits_looks_ahead_and_decides(ningbo: FilingHouse) -> None:
    filing = (await ningbo.file(ningbo.new())).filing
    reference = f"{filing.cell}-{filing.filing_id}"
    code, said = await run(ningbo, "waiting", "330200", *LOOKING)
    assert code == 0
    assert reference in said
    assert (await run(ningbo, "preview", reference, *LOOKING)) == (0, "no settlement would change\n")
    code, said = await run(ningbo, "decide", reference, "refuse", "--officer", "officer-1")
    assert code == 1
    assert "decision_without_why" in said
    code, said = await run(ningbo, "decide", reference, "approve", "--officer", "officer-1")
    assert (code, said) == (0, f"{reference}: approved\n")
    assert await run(ningbo, "waiting", "330200", *LOOKING) == (0, "nothing waits\n")
    stored = await ningbo.house.rows("select act, decided_by, officer from filing_decisions")
    assert [tuple(row) for row in stored] == [("approve", "agency", "officer-1")]
    seen = await ningbo.house.rows("select kind, looker_kind, looker, why from looks")
    assert [tuple(row) for row in seen] == [("filings", "agency", "officer-1", "the weekly round")] * 2
    assert (await ningbo.house.verify()).faults == []


async def test_a_filing_that_is_not_there_is_said_so(ningbo: FilingHouse) -> None:
    for reference in ("33020000-4711", "nothing", "1-1; drop"):
        code, said = await run(ningbo, "decide", reference, "approve", "--officer", "officer-1")
        assert code == 1
        assert "there is no filing" in said
