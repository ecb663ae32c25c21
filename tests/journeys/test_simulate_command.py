"""What a policy officer sees of a simulation: the terminal, the page in both languages, the tables."""

from __future__ import annotations

import asyncio
import csv
import re
from pathlib import Path
from typing import Any

import pytest
from journey_house import House
from typer.testing import CliRunner

from openyibao.cli import app
from openyibao.rooms.settlement import Settled

BEIJING = Path(__file__).parents[2] / "policies/beijing/employee-2025.yaml"
FILES = ["funds.csv", "groups.csv", "largest.csv", "simulation.en.html", "simulation.html"]


async def simulated(house: House, folder: Path, text: str, *more: str) -> tuple[int, str]:
    """Run the command against the house's database, as the role that owns nothing."""
    draft = folder / "draft.yaml"
    draft.write_text(text, encoding="utf-8")
    arguments = ["policy", "simulate", "--draft", str(draft), "--out", str(folder / "out"), *more]
    arguments += [] if "--from" in more else ["--from", "2026-11-01", "--to", "2026-11-30"]
    url = house.platform.settings.database_url
    runner = CliRunner(env={"COLUMNS": "200", "OPENYIBAO_DATABASE_URL": url})
    result = await asyncio.to_thread(runner.invoke, app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with folder.joinpath("out", name).open(encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


@pytest.fixture
async def settled(house: House) -> Any:
    """2000.00 of an employee without a group: 200.00 of it above the deductible."""
    person = next(
        n
        for n, one in enumerate(house.prepared.installed.enrolments)
        if one.pooling_area == 110100 and one.person_category.value == "employee" and not one.groups and not one.ends_on
    )
    done = await house.settle_new(person, [house.line(amount_fen=200_000)])
    assert isinstance(done, Settled), done
    return done.settlement, house.prepared.installed.persons[person]


async def test_a_raised_ratio_is_shown_on_terminal_page_and_tables_and_names_nobody(
    house: House, settled: Any, tmp_path: Path
) -> None:
    settlement, person = settled
    text = BEIJING.read_text(encoding="utf-8").replace("20000, ratio: 70%", "20000, ratio: 80%")
    code, said = await simulated(house, tmp_path, text, "--language", "en")
    assert code == 0, said
    assert f"+20.00  {settlement.cell}-{settlement.settlement_id}" in said
    assert re.search(r"1 settlements in \d+\.\d s: [\d,]+/s, [\d,]+/s per core", said)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == FILES
    assert rows(tmp_path, "funds.csv")[0] == {
        "payer": "large_sum",
        "before_yuan": "140.00",
        "after_yuan": "160.00",
        "difference_yuan": "20.00",
    }
    whole = rows(tmp_path, "groups.csv")[0]
    assert (whole["facet"], whole["gaining"], whole["losing"], whole["net_yuan"]) == ("all", "1", "0", "20.00")
    assert rows(tmp_path, "largest.csv")[0]["gain_yuan"] == "20.00"
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir())
    secrets = (person.name, person.document_number, settlement.settlement_id, settlement.person_id)
    assert not [each for each in secrets if str(each) in written]


async def test_the_page_loads_nothing_runs_nothing_and_explains_both_sides(
    house: House, settled: Any, tmp_path: Path
) -> None:
    text = BEIJING.read_text(encoding="utf-8").replace("20000, ratio: 70%", "20000, ratio: 80%")
    await simulated(house, tmp_path, text.replace("beijing-employee", "a-draft"))
    for name, words, other in (
        ("simulation.html", ("政策测算", "按年龄", "× 70%", "× 80%"), "simulation.en.html"),
        ("simulation.en.html", ("Policy simulation", "By age", "at 70%", "at 80%"), "simulation.html"),
    ):
        shown = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert "default-src 'none'" in shown
        assert not re.search(r"<script|\bon\w+=|style=|src=|https?:|@import|url\(", shown)
        assert re.findall(r'href="([^"]+)"', shown) == [other]
        for each in words:
            assert each in shown


async def test_the_policy_that_holds_changes_nothing_and_another_area_matches_nothing(
    house: House, settled: Any, tmp_path: Path
) -> None:
    text = BEIJING.read_text(encoding="utf-8")
    code, said = await simulated(house, tmp_path, text)
    assert (code, "其中有变化 0" in said) == (0, True)
    assert "没有任何一笔结算" in (tmp_path / "out/simulation.html").read_text(encoding="utf-8")
    code, said = await simulated(house, tmp_path, text.replace("area: 110100", "area: 310100"))
    assert (code, "没有符合条件的结算" in said, "310100" in said) == (0, True, True)
    assert "没有符合条件的结算" in (tmp_path / "out/simulation.html").read_text(encoding="utf-8")


async def test_a_bad_draft_and_days_the_wrong_way_round_are_told_before_anything_is_read(
    house: House, tmp_path: Path
) -> None:
    text = BEIJING.read_text(encoding="utf-8").replace("20000, ratio: 70%", "20000, ratio: 700%")
    code, said = await simulated(house, tmp_path, text)
    number = next(n for n, line in enumerate(text.splitlines(), 1) if "700%" in line)
    assert (code, f"draft.yaml:{number}: benefits[0].layers[0]" in said) == (1, True)
    days = ("--from", "2026-12-01", "--to", "2026-11-01", "--language", "en")
    code, said = await simulated(house, tmp_path, BEIJING.read_text(encoding="utf-8"), *days)
    assert (code, "--from is after --to" in said) == (2, True)
    assert not (tmp_path / "out").exists()


def test_a_directory_without_a_database_is_not_made_into_one(tmp_path: Path) -> None:
    days = ["--from", "2026-11-01", "--to", "2026-11-30"]
    missing = tmp_path / "missing"
    result = CliRunner().invoke(
        app, ["policy", "simulate", "--draft", str(BEIJING), *days, "--directory", str(missing), "--language", "en"]
    )
    assert (result.exit_code, "there is no database in" in result.output.replace("\n", " ")) == (2, True)
    assert not missing.exists()
