"""A statement verified offline as a user would, with keys that rotate and a status list; and credentials for those without."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from journey_house import House

from openyibao.fronts.api import statements
from openyibao.fronts.api.calls import Call
from openyibao.fronts.shared import issuing
from openyibao.key_watching import refresh_keys
from openyibao.kit import db, db_keys
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import KeyPurpose, MasterKey, Suite
from openyibao.kit.db import Tx
from openyibao.kit.db_keys import KeyState
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials
from openyibao.rooms.people import InsuredPerson, NewPerson, Sex, check_digit, register_persons

SCRIPT = Path(__file__).parents[2] / "docs" / "verify" / "verify_statement.py"
OFFICERS = {"maker": "officer-1", "approver": "officer-2", "why": "yearly change"}
WHO = 8


async def get(house: House, run: Any, *parameters: str) -> Any:
    return await run(Call(platform=house.platform, caller=None, digest=b"", body=None, parameters=parameters))


async def files_of(house: House, who: InsuredPerson, folder: Path) -> list[str]:
    """What a holder has and what anybody may fetch, as files."""
    async with house.platform.readers.reading() as reading:
        given = await issuing.statement_file(house.platform, reading, who.bucket, who.person_id)
    assert isinstance(given, dict)
    name = json.loads(given["statement"])["status_list"]
    written = {
        "statement.json": given,
        "issuer-keys.json": await get(house, statements.list_keys),
        "status-list.json": await get(house, statements.show_status_list, name),
    }
    for file, content in written.items():
        (folder / file).write_text(json.dumps(content, default=str), encoding="utf-8")
    return [str(folder / file) for file in written]


def run(files: list[str]) -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(SCRIPT), *files], capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout or done.stderr).strip()


def content_of(file: str) -> bytes:
    return Path(file).read_bytes()


def put(file: str, content: bytes) -> None:
    Path(file).write_bytes(content)


def alter(file: str, old: str, new: str) -> None:
    text = Path(file).read_text(encoding="utf-8")
    assert old in text
    Path(file).write_text(text.replace(old, new), encoding="utf-8")


def test_the_script_is_short() -> None:
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 30


async def test_a_statement_verifies_offline_until_it_is_stopped(house: House, tmp_path: Path) -> None:
    house.clock.set(SystemClock().now())  # the script looks at the clock of its own machine
    who = house.prepared.installed.persons[WHO]
    files = await files_of(house, who, tmp_path)
    code, said = run(files)
    assert (code, said.split()[0]) == (0, "holds")

    async def stop(tx: Tx) -> Any:
        return await credentials.revoke(tx, house.clock, bucket=who.bucket, person_id=who.person_id, actor="agency")

    await house.work(stop)
    house.platform.statuses.forget()
    code, said = run(await files_of(house, who, tmp_path))
    assert (code, said.split()[0]) == (0, "revoked")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (0, '\\"version\\":1', '\\"version\\":2'),
        (0, '"holder": {"name": "', '"holder": {"name": "x'),
        (2, '\\"version\\":1', '\\"version\\":2'),
        (2, '\\"list\\":\\"', '\\"list\\":\\"9'),
    ],
)
async def test_an_altered_file_is_refused(house: House, tmp_path: Path, file: int, old: str, new: str) -> None:
    house.clock.set(SystemClock().now())
    files = await files_of(house, house.prepared.installed.persons[WHO], tmp_path)
    alter(files[file], old, new)
    code, said = run(files)
    assert code == 1
    assert "refused" in said


async def test_an_old_status_list_is_refused(house: House, tmp_path: Path) -> None:
    code, said = run(await files_of(house, house.prepared.installed.persons[WHO], tmp_path))
    assert (code, said) == (1, "the status list is out of date: fetch it again")


async def test_keys_change_and_old_statements_verify_until_their_key_is_retired(house: House, tmp_path: Path) -> None:
    house.clock.set(SystemClock().now())
    assert house.platform.settings.key_file is not None
    master = MasterKey.load(house.platform.settings.key_file)
    first = house.platform.ring.current(KeyPurpose.issuer).key_id

    async def change(to: KeyState, key_id: int = 0, **more: Any) -> Any:
        return await issuing.change_issuer_key(house.platform, to=to, key_id=key_id, **{**OFFICERS, **more})

    for suite in (Suite.national, Suite.international):
        made = await change(KeyState.coming, suite=suite, master=master)
        assert isinstance(made, int)
        assert isinstance(await change(KeyState.verifying, made), Refused)
        assert await change(KeyState.signing, made) == made
    assert isinstance(await change(KeyState.retired, made), Refused), "a key that signs is relieved first"
    assert isinstance(await change(KeyState.signing, 99), Refused)
    alone = await change(KeyState.retired, first, approver=OFFICERS["maker"])
    assert isinstance(alone, Refused)
    listed = await get(house, statements.list_keys)
    states = [(key["algorithm"], key["state"]) for key in listed["keys"]]
    assert states == [("SM2-SM3", "verifying"), ("SM2-SM3", "signing"), ("Ed25519", "signing")]

    connection = await db.connect(house.owner_url)
    try:
        ring = await db_keys.ensure_keys(connection, master, house.clock, suite=Suite.national)
    finally:
        await connection.close()
    assert ring.current(KeyPurpose.issuer).key_id not in {first, made}

    await refresh_keys(house.platform, known=-1)
    who = house.prepared.installed.persons[WHO]
    files = await files_of(house, who, tmp_path)
    old = content_of(files[0])
    assert run(files)[0] == 0
    still = await change(KeyState.retired, first)
    assert isinstance(still, Refused)
    assert still.code == "issuer_key_still_stands"
    signed = await issuing.sign_anew(house.platform, key_id=first)
    assert isinstance(signed, int)
    assert signed > 0
    files = await files_of(house, who, tmp_path)
    anew = content_of(files[0])
    for statement in (old, anew):
        put(files[0], statement)
        assert run(files)[0] == 0, "until the key is retired, both verify"
    assert await change(KeyState.retired, first) == first
    files = await files_of(house, who, tmp_path)
    assert run(files)[0] == 0, "what was signed anew stands"
    put(files[0], old)
    code, said = run(files)
    assert code == 1
    assert "StopIteration" in said
    assert (await house.verify()).faults == []


async def test_whoever_has_no_credential_gets_one_and_nobody_gets_two(house: House) -> None:
    someone, number = house.prepared.installed.persons[0], "99900119900307455"
    new = NewPerson(
        name="没有凭证",
        document_type=someone.document_type,
        document_number=number + check_digit(number),
        sex=Sex.male,
        birth_on=date(1990, 3, 7),
    )

    async def register(tx: Tx) -> Any:
        return await register_persons(tx, house.clock, house.platform.sealer, persons=[new], actor="agency")

    (person,) = await house.work(register)
    assert isinstance(person, InsuredPerson)
    assert await issuing.issue_to_persons(house.platform) == 1
    assert await issuing.issue_to_persons(house.platform) == 0
    async with house.platform.readers.reading() as reading:
        found = await credentials.find_credential(reading, bucket=person.bucket, person_id=person.person_id)
    assert found is not None
    assert found.insured_area is None
    assert (await house.verify()).faults == []
