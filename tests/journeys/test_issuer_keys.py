"""An issuer key is relieved, its statements signed anew in stretches, and retired; staff live the whole life of a credential."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from journey_house import House
from test_agency_commands import OFFICERS, commanded

from openyibao.fronts.shared.issuing import act_on_holders, change_issuer_key, issue_to_holders, sign_anew
from openyibao.key_watching import refresh_keys
from openyibao.kit import db_keys
from openyibao.kit.crypto import KeyFault, KeyPurpose, KeyRing, MasterKey, Suite
from openyibao.kit.db_keys import KeyState
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials
from openyibao.rooms.credentials import Credential, CredentialAct, HolderKind, HolderToIssue
from openyibao.rooms.people import check_digit

SAID = {"maker": "officer-1", "approver": "officer-2", "why": "yearly"}


async def relieved(house: House) -> tuple[int, int]:
    """The old key and the one that signs now, as somebody else's process moved them."""
    platform = house.platform
    assert platform.settings.key_file is not None
    old = platform.ring.current(KeyPurpose.issuer).key_id
    master = MasterKey.load(platform.settings.key_file)
    new = await change_issuer_key(platform, **SAID, to=KeyState.coming, master=master)
    assert isinstance(new, int)
    assert await change_issuer_key(platform, **SAID, to=KeyState.signing, key_id=new) == new
    return old, new


async def statements(house: House) -> list[tuple[int, bytes, bytes]]:
    rows = await house.rows("select issuer_key_id, statement, statement_signature from credentials order by 1")
    return [tuple(row) for row in rows]


async def test_a_running_process_takes_up_a_new_key_and_signs_with_it(house: House) -> None:
    platform = house.platform
    old, new = await relieved(house)
    assert platform.ring.current(KeyPurpose.issuer).key_id == old, "nobody has looked yet"
    version = await refresh_keys(platform, known=-1)
    assert platform.ring.current(KeyPurpose.issuer).key_id == new
    assert await refresh_keys(platform, known=version) == version
    async with platform.readers.reading() as reading:
        found = await platform.statuses.status_list(reading, platform.clock, "1-0")
        keys = await db_keys.read_public_keys(reading)
    assert not isinstance(found, Refused)
    assert found.issuer_key_id == new
    assert keys[new].verify(found.content, found.signature)
    with pytest.raises(KeyFault):
        platform.ring.take_up(KeyRing([], suite=Suite.international))


async def test_statements_are_signed_anew_in_stretches_and_the_key_retires_after(house: House) -> None:
    platform = house.platform
    old, new = await relieved(house)
    await refresh_keys(platform, known=-1)
    refused = await change_issuer_key(platform, **SAID, to=KeyState.retired, key_id=old)
    assert isinstance(refused, Refused)
    total = len(await statements(house))
    assert (refused.code, refused.facts) == ("issuer_key_still_stands", {"key_id": old, "left": total})
    still_signs = await sign_anew(platform, key_id=new)
    assert isinstance(still_signs, Refused)
    assert still_signs.code == "issuer_key_step_unknown"
    before = {
        json.loads(statement)["credential_id"]: json.loads(statement) for _, statement, _ in await statements(house)
    }
    # Broken off after seven, and gone on with.
    signer = platform.ring.signer(KeyPurpose.issuer)
    names = {"retiring_key_id": old, "issuer_key_id": new}
    assert await house.work(lambda tx: credentials.sign_anew(tx, signer, **names, most=7, actor="issuer")) == 7
    assert (await house.verify()).faults == []
    assert await sign_anew(platform, key_id=old) == total - 7
    assert await sign_anew(platform, key_id=old) == 0
    async with platform.readers.reading() as reading:
        public = (await db_keys.read_public_keys(reading))[new]
    for key_id, statement, signature in await statements(house):
        said = json.loads(statement)
        assert key_id == said["key_id"] == new
        assert public.verify(statement, signature)
        assert said == {**before[said["credential_id"]], "key_id": new}, "nothing else of it changed"
    assert await change_issuer_key(platform, **SAID, to=KeyState.retired, key_id=old) == old
    assert (await house.verify()).faults == []
    await house.tamper(
        "update credentials set signings = 0 where credential_id = (select max(credential_id) from credentials)"
    )
    assert [fault.kind for fault in (await house.verify()).faults][:1] == ["row_altered"]


async def test_a_key_in_other_hands_is_retired_at_once(house: House) -> None:
    old, _ = await relieved(house)
    assert await change_issuer_key(house.platform, **SAID, to=KeyState.retired, key_id=old, lost=True) == old
    await refresh_keys(house.platform, known=-1)
    assert await sign_anew(house.platform, key_id=old) > 0, "and what it signed is signed anew after"
    signer: Any = house.platform.ring.signer(KeyPurpose.issuer)
    nothing: Any = None
    with pytest.raises(ValueError, match="relieve itself"):
        await credentials.sign_anew(nothing, signer, retiring_key_id=old, issuer_key_id=old, most=1, actor="issuer")


def a_nurse(house: House) -> HolderToIssue:
    staff = house.prepared.population.places.practitioners[0]
    number = "99900119800101779"
    return HolderToIssue(
        name=staff.name,
        document_type="identity_card",
        document_number=number + check_digit(number),
        kind=HolderKind(staff.kind.value),
        institution_id=staff.institution_id,
        subject_code=staff.practitioner_code,
    )


async def test_a_practitioners_credential_lives_its_whole_life_by_officers(house: House) -> None:
    platform, who = house.platform, a_nurse(house)
    (issued,) = await issue_to_holders(platform, [who])
    assert isinstance(issued, Credential), issued

    async def act(wanted: CredentialAct, **changes: Any) -> Any:
        done = await act_on_holders(platform, [who], wanted, **{**SAID, **changes})
        return done if isinstance(done, Refused) else done[0]

    assert (await act(CredentialAct.activate, approver="officer-1")).code == "approver_is_maker"
    active = await act(CredentialAct.activate)
    assert (active.state.value, active.activated_by) == ("activated", "officer-1/officer-2")
    assert (await act(CredentialAct.activate)).state.value == "activated"
    assert (await house.verify()).faults == []
    house.move_on()
    assert (await act(CredentialAct.suspend)).state.value == "suspended"
    assert (await act(CredentialAct.activate)).code == "credential_suspended"
    assert (await act(CredentialAct.resume)).state.value == "activated"
    assert (await house.verify()).faults == []
    assert (await act(CredentialAct.revoke)).state.value == "revoked"
    assert (await act(CredentialAct.activate)).code == "credential_revoked"
    assert (await house.verify()).faults == []
    await house.tamper("update credentials set activated_by = 'nobody' where activated_by is not null")
    faults = (await house.verify()).faults
    assert any(fault.kind == "row_altered" and fault.where.startswith("credential ") for fault in faults)


async def test_officers_activate_nobody_who_is_insured_and_find_only_who_is_meant(house: House) -> None:
    person = house.prepared.installed.persons[1]
    activated = await house.work(
        lambda tx: credentials.activate_holder(tx, house.clock, bucket=person.bucket, credential_id=1, officers="a/b")
    )
    assert activated.code == "credential_unknown"
    async with house.platform.readers.reading() as reading:
        own = await credentials.find_credential(reading, bucket=person.bucket, person_id=person.person_id)
    assert own is not None
    refused = await house.work(
        lambda tx: credentials.activate_holder(
            tx, house.clock, bucket=own.bucket, credential_id=own.credential_id, officers="a/b"
        )
    )
    assert refused.code == "holder_is_insured"
    unknown = await act_on_holders(house.platform, [a_nurse(house)], CredentialAct.suspend, **SAID)
    assert not isinstance(unknown, Refused)
    assert getattr(unknown[0], "code", "") == "credential_unknown", "never issued as such"


async def test_it_all_goes_by_command(house: House, tmp_path: Path) -> None:
    who, file = a_nurse(house), tmp_path / "holders.csv"
    line = ",".join(
        (who.name, who.document_type, who.document_number, who.kind, str(who.institution_id), who.subject_code)
    )
    head = "name,document_type,document_number,kind,institution_id,subject_code\n"
    file.write_text(head + line + "\n", encoding="utf-8")
    assert (await commanded(house, "holders", str(file), of="issuer"))[0] == 0
    code, said = await commanded(house, "holder", "activate", str(file), *OFFICERS, of="issuer")
    assert (code, "activate: done 1, refused 0" in said) == (0, True), said
    old, _ = await relieved(house)
    code, said = await commanded(house, "resign", str(old), of="issuer")
    assert (code, said.startswith("signed anew ")) == (0, True), said
    assert (await commanded(house, "retire", str(old), *OFFICERS, of="issuer"))[0] == 0
    assert (await house.verify()).faults == []
