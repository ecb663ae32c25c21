"""Receipts checked by a stranger's script, and the days' roots: yesterday's root tells of history rewritten today."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from journey_house import House

from openyibao.fronts.api import proofs
from openyibao.fronts.api.authentication import Caller
from openyibao.fronts.api.calls import Call
from openyibao.fronts.shared.proving import read_root_file, receipt_file, root_file
from openyibao.kit import db_keys
from openyibao.kit.outcome import Refused
from openyibao.rooms import audit, settlement
from openyibao.sealing import seal_once

SCRIPT = Path(__file__).parents[2] / "docs" / "verify" / "verify_receipt.py"
WHO = 3


async def keys_of(house: House) -> Any:
    return await proofs.list_link_keys(Call(platform=house.platform, caller=None, digest=b"", body=None, parameters=()))


async def receipt(house: House, done: Any, **whose: int) -> Any:
    async with house.platform.readers.reading() as reading:
        return await settlement.receipt_of(reading, cells=[done.cell], settlement_id=done.settlement_id, **whose)


def run(folder: Path, given: Any, keys: Any) -> tuple[int, str]:
    names = [folder / "receipt.json", folder / "audit-keys.json"]
    for name, content in zip(names, (given, keys), strict=True):
        name.write_text(json.dumps(content, default=str), encoding="utf-8")
    done = subprocess.run([sys.executable, str(SCRIPT), *names], capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout or done.stderr).strip()


def test_the_script_is_short() -> None:
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 30


async def test_receipts_of_a_bill_and_its_reversal_are_checked_by_a_script(house: House, tmp_path: Path) -> None:
    done = (await house.settle_new(WHO)).settlement
    back = (await house.reverse(done.settlement_id, done.cell)).settlement
    keys = await keys_of(house)
    for one in (done, back):
        found = await receipt(house, one, institution_id=one.institution_id)
        code, said = run(tmp_path, receipt_file(found), keys)
        assert code == 0, said
        assert said.startswith(f"holds {one.kind.value} {one.settlement_id}")
        assert f"'fee_total_fen': {one.fee_total_fen}" in said


@pytest.mark.parametrize("part", ["told", "actor", "path", "signature"])
async def test_a_receipt_altered_anywhere_is_refused(house: House, tmp_path: Path, part: str) -> None:
    async def settle(person: int) -> Any:
        return (await house.settle_new(person)).settlement

    given = receipt_file(await receipt(house, await settle(WHO)))
    if part == "told":
        given["told"] = given["told"][:-2] + f"{int(given['told'][-2:], 16) ^ 1:02x}"
    elif part == "actor":
        given["event"]["actor"] += "x"
    elif part == "path":
        given["path"] = [*given["path"], "00" * 32]
    else:
        given["link"]["signature"] = given["link"]["signature"][:-2] + "00"
    assert run(tmp_path, given, await keys_of(house))[0] != 0


async def test_a_receipt_is_for_its_institution_or_its_person(house: House) -> None:
    done = (await house.settle_new(WHO)).settlement
    other = await receipt(house, done, institution_id=done.institution_id + 1)
    assert isinstance(other, Refused)
    assert other.code == "settlement_of_other_institution"
    stranger = await receipt(house, done, person_id=done.person_id + 1)
    assert isinstance(stranger, Refused)
    assert stranger.code == "settlement_unknown"
    caller = Caller(institution_id=done.institution_id, request_key="")
    call = Call(
        platform=house.platform,
        caller=caller,
        digest=b"",
        body=None,
        parameters=(f"{done.cell}-{done.settlement_id}",),
    )
    assert (await proofs.show_receipt(call))["event"]["subject_id"] == str(done.settlement_id)


async def test_nobody_gets_a_receipt_of_what_was_altered(house: House) -> None:
    done = (await house.settle_new(WHO)).settlement
    await house.tamper("update settlements set terminal_code = 'T99' where settlement_id = $1", done.settlement_id)
    refused = await receipt(house, done)
    assert isinstance(refused, Refused)
    assert refused.code == "receipt_not_whole"


async def test_the_day_is_sealed_once_and_the_roots_hang_together(house: House) -> None:
    await house.settle_new(WHO)
    first = await seal_once(house.platform)
    assert first is not None
    assert await seal_once(house.platform) is None
    house.clock.set(house.clock.now() + timedelta(days=1))
    second = await seal_once(house.platform)
    assert second is not None
    assert second.previous_hash == first.root_hash
    assert not (await house.verify()).faults
    call = Call(platform=house.platform, caller=None, digest=b"", body=None, parameters=("anything",))
    listed = (await proofs.list_roots(call))["roots"]
    assert [read_root_file(one) for one in listed] == [first, second]
    call = Call(platform=house.platform, caller=None, digest=b"", body=None, parameters=(first.sealed_on.isoformat(),))
    assert [one["sealed_on"] for one in (await proofs.list_roots(call))["roots"]] == [second.sealed_on.isoformat()]
    assert read_root_file({"sealed_on": "nonsense"}) is None


async def test_a_kept_root_tells_of_history_rewritten_with_keys_and_all(house: House) -> None:
    """Whoever holds database and keys writes a chain anew that holds by itself: only what was published shows it."""
    await house.settle_new(WHO)
    made = await seal_once(house.platform)
    assert made is not None
    kept = read_root_file(json.loads(json.dumps(root_file(made))))
    assert kept is not None
    chain, seq, _ = kept.heads[0]
    await house.tamper("update audit_links set link_hash = sha256(link_hash) where chain = $1 and seq = $2", chain, seq)
    async with house.platform.readers.reading() as reading:
        publics = await db_keys.read_public_keys(reading)
        faults = await audit.compare_root(reading, kept, publics[kept.key_id])
    assert [fault.kind for fault in faults] == ["history_rewritten"]


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("update audit_roots set root = sha256(root)", "row_altered"),
        ("update audit_roots set root_hash = sha256(root_hash)", "root_altered"),
        ("update audit_roots set signature = signature || signature", "root_signature_wrong"),
        ("update audit_roots set previous_hash = sha256(previous_hash)", "root_broken"),
        ("delete from audit_roots", "row_missing"),
    ],
)
async def test_a_root_altered_or_removed_is_named(house: House, sql: str, kind: str) -> None:
    await house.settle_new(WHO)
    await seal_once(house.platform)
    await house.tamper(sql)
    assert kind in {fault.kind for fault in (await house.verify()).faults}
