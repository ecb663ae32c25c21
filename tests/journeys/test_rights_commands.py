"""What officers do for a person's rights at the command line; each look is in the person's log with its reason."""

from __future__ import annotations

import asyncio
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from journey_house import House
from rights_house import RightsHouse
from typer.testing import CliRunner

from openyibao.cli import app
from openyibao.demo.bills import CASES
from openyibao.rooms import disputes
from openyibao.rooms.rights import EntryGroup

WHO = ("--officer", "officer-1", "--why", "the person asked at the counter")


@pytest.fixture
def mine(house: House) -> RightsHouse:
    return RightsHouse(house, house.case_person(CASES[0]))


async def run(mine: RightsHouse, *arguments: str, typed: str = "", group: str = "rights") -> tuple[int, str]:
    settings = mine.house.platform.settings
    environment = {
        "COLUMNS": "200",
        "OPENYIBAO_DATABASE_URL": settings.database_url,
        "OPENYIBAO_KEY_FILE": str(settings.key_file),
    }
    runner = CliRunner(env=environment)
    result = await asyncio.to_thread(runner.invoke, app, [group, *arguments], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output


def name_of(mine: RightsHouse) -> str:
    return f"{mine.who.bucket}-{mine.who.person_id}"


async def test_a_person_is_found_by_a_number_that_is_not_shown(mine: RightsHouse) -> None:
    code, said = await run(mine, "find", *WHO, typed=mine.who.document_number + "\n")
    assert code == 0
    assert name_of(mine) in said
    assert mine.who.document_number not in said
    assert mine.who.name not in said
    code, said = await run(mine, "find", *WHO, typed="110101199001011237\n")
    assert code == 1


async def test_log_export_and_disputes_are_looks_with_a_reason(mine: RightsHouse, tmp_path: Path) -> None:
    await mine.house.scan(await mine.house.show(mine.person))
    raised = await mine.dispute((await mine.log(group=EntryGroup.uses)).entries[0])
    code, said = await run(mine, "log", name_of(mine), *WHO)
    assert code == 0
    assert "scan" in said
    assert mine.house.hospital.name in said
    target = tmp_path / "held.zip"
    code, said = await run(mine, "export", name_of(mine), str(target), *WHO)
    assert (code, target.stat().st_mode & 0o777) == (0, 0o600)
    held = {one["table"]: one for one in json.loads(zipfile.ZipFile(target).read("held.json"))["held"]}
    assert held["persons"]["rows"][0]["document"] == mine.who.document_number
    number = disputes.dispute_number(raised.bucket, raised.dispute_id)
    code, said = await run(mine, "disputes", *WHO)
    assert number in said
    assert await run(mine, "answer", number, "explained", "经核实为本人就诊", "--officer", "officer-1") == (
        0,
        f"{number}: explained\n",
    )
    code, said = await run(mine, "answer", number, "explained", "again", "--officer", "officer-1")
    assert code == 1
    assert "dispute_answered" in said
    told: list[Any] = [(one.about, one.who, one.reason) for one in (await mine.log(group=EntryGroup.looks)).entries]
    assert {about for about, _, _ in told} <= {"use_log", "everything_held", "dispute"}
    rows = await mine.house.rows("select kind, looker, why from looks order by look_id")
    assert [tuple(row) for row in rows] == [
        (kind, "officer-1", "the person asked at the counter") for kind in ("use_log", "everything_held", "dispute")
    ]


async def test_a_look_without_a_reason_shows_nothing(mine: RightsHouse, tmp_path: Path) -> None:
    for arguments in (("log", name_of(mine)), ("export", name_of(mine), str(tmp_path / "x.zip"))):
        code, said = await run(mine, *arguments, "--officer", "officer-1", "--why", " ")
        assert code == 2
        assert mine.house.hospital.name not in said
    assert not (tmp_path / "x.zip").exists()
    assert await mine.house.rows("select from looks") == []


async def test_a_freeze_is_lifted_by_two_officers(mine: RightsHouse) -> None:
    await mine.house.bind(mine.person)
    await mine.freeze()
    alone = ("--maker", "officer-1", "--approver", "officer-1", "--why", "document seen")
    code, said = await run(mine, "lift", name_of(mine), *alone)
    assert code == 1
    assert "lift_needs_two" in said
    two = ("--maker", "officer-1", "--approver", "officer-2", "--why", "document seen")
    assert await run(mine, "lift", name_of(mine), *two) == (0, "lifted\n")
    assert (await mine.house.verify()).faults == []


async def test_the_first_security_officers_are_made_by_command_by_two_people(mine: RightsHouse) -> None:
    place = mine.house.pharmacies[1]
    named = (place.institution_code, "op1", "security")
    said = ("--why", "first ones", "--language", "en")
    one = await run(mine, "give", *named, "--maker", "m1", "--approver", "m1", *said, group="officer")
    assert one[0] == 1
    assert "proposal_same_officer" in one[1]
    two = ("--maker", "m1", "--approver", "m2", *said)
    excluded = await run(mine, "give", *named, *two, group="officer")
    assert (excluded[0], "role_excluded" in excluded[1]) == (1, True), "the auditor is no security officer"
    assert (await run(mine, "take", place.institution_code, "op1", "auditor", *two, group="officer"))[0] == 0
    assert (await run(mine, "give", *named, *two, group="officer"))[0] == 0
    listed = await run(mine, "list", group="officer")
    assert f"{place.institution_code} op1 security given 2" in listed[1]
    assert "by m1/m2" in listed[1]
    unknown = await run(mine, "give", "nowhere", "op1", "security", *two, group="officer")
    assert "operator_absent" in unknown[1]
    assert (await mine.house.verify()).faults == []
