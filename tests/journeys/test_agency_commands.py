"""What an agency officer does by command: close a period and reopen it, reprice out of order."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path

from journey_house import House
from typer.testing import CliRunner

from openyibao.cli import app
from openyibao.rooms.people import check_digit
from openyibao.rooms.settlement import Settled

WHO = 1
OFFICERS = ["--maker", "o1", "--approver", "o2", "--why", "month end", "--language", "en"]


async def commanded(house: House, *arguments: str, of: str = "agency") -> tuple[int, str]:
    """Run a command against the house's database, as the role that owns nothing."""
    settings = house.platform.settings
    environment = {
        "COLUMNS": "200",
        "OPENYIBAO_DATABASE_URL": settings.database_url,
        "OPENYIBAO_KEY_FILE": str(settings.key_file),
    }
    runner = CliRunner(env=environment)
    result = await asyncio.to_thread(runner.invoke, app, [of, *arguments])
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


async def test_a_caller_whose_phone_is_lost_is_helped_by_command(house: House) -> None:
    who = house.prepared.installed.persons[WHO]
    await house.bind(WHO)
    code_shown = await house.show(WHO)
    asked = ["--officer", "hotline-7", "--why", "phone lost", "--language", "en"]
    told = ["--number", who.document_number, "--call-back", "13800000000"]
    code, said = await commanded(house, "lost-phone", "birth_date", *asked, *told)
    assert (code, "caller_not_proved" in said) == (1, True), said
    code, said = await commanded(house, "lost-phone", "birth_date", "last_visit", *asked, "--number", "999", *told[2:])
    assert (code, "caller_without_devices" in said) == (1, True), said
    unbound = house.prepared.installed.persons[WHO + 1].document_number
    facts = ("birth_date", "last_visit")
    assert await commanded(house, "lost-phone", *facts, *asked, "--number", unbound, *told[2:]) == (code, said)
    async with house.platform.readers.reading() as reading:
        seen = await reading.fetch("select person_id from looks where looker = 'hotline-7' order by person_id")
    assert [row[0] for row in seen] == [0, house.prepared.installed.persons[WHO + 1].person_id]
    code, said = await commanded(house, "lost-phone", "birth_date", "last_visit", *asked, *told)
    assert (code, "bindings ended: 1" in said) == (0, True), said
    assert (await house.scan(code_shown)).code == "code_not_valid"
    assert (await house.verify()).faults == []


async def test_an_identity_changes_by_a_file_and_a_wrong_line_is_told(house: House, tmp_path: Path) -> None:
    who, other = house.prepared.installed.persons[WHO : WHO + 2]
    file = tmp_path / "identities.csv"
    head = "document_type,document_number,new_name,new_document_type,new_document_number\n"
    file.write_text(
        head
        + f"identity_card,{who.document_number},何新名,passport,E99900001\n"
        + f"identity_card,{other.document_number},何新名,passport,E99900001\n"
        + "identity_card,999,何新名,passport,E99900002\n",
        encoding="utf-8",
    )
    code, said = await commanded(house, "identity", str(file), *OFFICERS)
    assert code == 1, said
    assert "line 2: bindings ended: 0" in said
    assert "line 3: person_already_registered" in said
    assert "line 4: former_document_unknown" in said
    file.write_text(head + "library_card,1,x,passport,E99900001\n", encoding="utf-8")
    code, said = await commanded(house, "identity", str(file), *OFFICERS)
    assert (code, "line 2:" in said) == (2, True), said
    assert (await house.verify()).faults == []


async def test_the_issuer_changes_its_key_and_issues_to_staff_by_command(house: House, tmp_path: Path) -> None:
    officers = OFFICERS
    code, said = await commanded(house, "prepare", *officers, of="issuer")
    assert code == 0, said
    key = said.split()[1]
    code, said = await commanded(house, "sign", key, *officers, of="issuer")
    assert (code, f"key {key} is signing" in said) == (0, True), said
    code, said = await commanded(house, "retire", key, *officers, of="issuer")
    assert (code, "issuer_key_step_unknown" in said) == (1, True), said
    code, said = await commanded(house, "keys", of="issuer")
    assert [line.split()[2] for line in said.strip().split("\n")] == ["verifying", "signing"]
    staff = house.prepared.population.places.practitioners[0]
    file = tmp_path / "holders.csv"
    number = "99900119800101777"
    line = f"{staff.name},identity_card,{number + check_digit(number)},{staff.kind},{staff.institution_id},"
    file.write_text(
        "name,document_type,document_number,kind,institution_id,subject_code\n"
        f"{line}{staff.practitioner_code}\n{line}nobody\n",
        encoding="utf-8",
    )
    code, said = await commanded(house, "holders", str(file), "--language", "en", of="issuer")
    assert (code, "issued 1, refused 1" in said, "line 3: holder_unknown" in said) == (1, True, True), said
    code, said = await commanded(house, "issue", of="issuer")
    assert (code, "issued 0" in said) == (0, True), said
    assert (await house.verify()).faults == []
    (row,) = await house.rows("select issuer_key_id from credentials where person_id is null")
    assert str(row["issuer_key_id"]) == key
    await house.tamper("update credential_roles set subject_code = 'x'")
    assert [fault.where.split(" ")[:2] for fault in (await house.verify()).faults] == [["credential", "role"]]
