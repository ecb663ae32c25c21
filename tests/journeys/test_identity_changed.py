"""Name, kind of document or number changed (C8): bindings end, a new credential, the same person with all that is theirs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from aid_house import agreed, newcomer, somebody
from filing_house import EXTERNAL, move_to_ningbo
from journey_house import House

from openyibao.demo.bills import CASES
from openyibao.fronts.api.calls import Call
from openyibao.fronts.api.statements import StatementBody, show_statement
from openyibao.kit.crypto import KeyPurpose
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, credentials, ledger, people
from openyibao.rooms.bindings import IdentityChanged
from openyibao.rooms.credentials import CredentialState, StopGround
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.filings import CareGrounds, Filed, FilingAct
from openyibao.rooms.people import DocumentType, InsuredPerson, NewIdentity, check_digit
from openyibao.rooms.presentation import Presentation
from openyibao.rooms.settlement import Settled

OFFICERS = {"maker": "officer-1", "approver": "officer-2", "why": "户口簿变更页"}
FIRST_17 = "99900119851231006"
NEW_NUMBER = FIRST_17 + check_digit(FIRST_17)


async def change(house: House, who: InsuredPerson, identity: NewIdentity, **officers: str) -> Any:
    ring, platform = house.platform.ring, house.platform

    async def run(tx: Tx) -> Any:
        return await bindings.change_identity(
            tx,
            house.clock,
            platform.sealer,
            ring.signer(KeyPurpose.issuer),
            bucket=who.bucket,
            person_id=who.person_id,
            identity=identity,
            issuer_key_id=ring.current(KeyPurpose.issuer).key_id,
            **{**OFFICERS, **officers},
        )

    return await house.work(run)


def named(who: InsuredPerson, **fields: Any) -> NewIdentity:
    kept = {"name": who.name, "document_type": who.document_type, "document_number": who.document_number}
    return NewIdentity(**{**kept, **fields})


async def find(house: House, number: str) -> InsuredPerson | None:
    async with house.platform.readers.reading() as reading:
        return await people.find_by_document(reading, house.platform.sealer, DocumentType.identity_card, number)


async def test_a_new_name_and_number_keep_the_person_and_all_that_is_theirs(house: House) -> None:
    at = house.case_person(CASES[0])
    settled = await house.settle_new(at, house.case_lines(CASES[0]))
    assert isinstance(settled, Settled), settled
    who = house.prepared.installed.persons[at]
    old_code = await house.show(at)
    changed = await change(house, who, named(who, name="何新名", document_number=NEW_NUMBER))
    assert isinstance(changed, IdentityChanged), changed
    assert (changed.person.person_id, changed.person.name, changed.bindings_ended) == (who.person_id, "何新名", 1)
    assert changed.credential is not None
    assert (changed.credential.state, changed.credential.activated_at) == (CredentialState.issued, None)

    house.move_on()
    refused = await house.scan(old_code)
    assert isinstance(refused, Refused)
    history = await house_history(house, who)
    assert [one.state for one in history] == [CredentialState.issued, CredentialState.revoked]
    assert (history[1].stop_ground, history[1].superseded_by) == (StopGround.superseded, history[0].credential_id)
    assert history[0].supersedes == history[1].credential_id
    assert (history[0].insured_cell, history[0].insured_area) == (history[1].insured_cell, history[1].insured_area)

    for number in (NEW_NUMBER, who.document_number):
        found = await find(house, number)
        assert found is not None
        assert (found.person_id, found.document_number) == (who.person_id, NEW_NUMBER)

    cell = settled.settlement.cell
    async with house.platform.readers.reading() as reading:
        accounts = await ledger.read_accounts(reading, [(cell, who.person_id)])
        held = await people.read_enrolments(reading, [(cell, who.person_id)])
    assert accounts
    assert held[cell, who.person_id]

    house._bound.pop(at)
    again = await house.settle_new(at, house.case_lines(CASES[0]))
    assert isinstance(again, Settled), again
    assert again.settlement.person_id == who.person_id
    presented = await house.scan(await house_new_code(house, at))
    assert isinstance(presented, Presentation)
    assert (presented.masked_name, presented.document_number) == ("何*名", NEW_NUMBER)
    assert (await house.verify()).faults == []


async def house_history(house: House, who: InsuredPerson) -> list[Any]:
    async with house.platform.readers.reading() as reading:
        return await credentials.list_history(reading, bucket=who.bucket, person_id=who.person_id)


async def house_new_code(house: House, at: int) -> str:
    house.move_on()
    return await house.show(at)


async def test_who_registers_by_a_document_of_the_past_is_known(house: House) -> None:
    who = house.prepared.installed.persons[7]
    assert isinstance(await change(house, who, named(who, document_number=NEW_NUMBER)), IdentityChanged)
    other = house.prepared.installed.persons[8]
    for number in (who.document_number, NEW_NUMBER):
        refused = await change(house, other, named(other, document_number=number))
        assert isinstance(refused, Refused)
        assert refused.code == "person_already_registered"
    async with house.platform.readers.reading() as reading:
        for number, phone in ((who.document_number, "13800000000"), (NEW_NUMBER, "13800000000")):
            assert (
                await people.find_registered(
                    reading,
                    house.platform.sealer,
                    document_type=DocumentType.identity_card,
                    number=number,
                    name=who.name,
                    phone=phone,
                )
                is None
            )


async def test_a_name_changed_back_gets_a_credential_again(house: House) -> None:
    who = house.prepared.installed.persons[7]
    for name in ("何新名", who.name, "何新名"):
        house.move_on()
        assert isinstance(await change(house, who, named(who, name=name)), IdentityChanged)
    for number in (NEW_NUMBER, who.document_number, NEW_NUMBER):
        house.move_on()
        assert isinstance(await change(house, who, named(who, document_number=number)), IdentityChanged)
    states = [one.state.value for one in await house_history(house, who)]
    assert states == ["issued"] + ["revoked"] * 6
    assert (await house.verify()).faults == []


async def test_nobody_gets_out_of_a_suspension_by_another_name(house: House) -> None:
    who = house.prepared.installed.persons[7]

    async def suspend(tx: Tx) -> Any:
        return await credentials.suspend(tx, house.clock, bucket=who.bucket, person_id=who.person_id, actor="agency")

    await house.work(suspend)
    changed = await change(house, who, named(who, name="何新名"))
    assert isinstance(changed, IdentityChanged)
    assert changed.credential is not None
    assert changed.credential.state is CredentialState.suspended
    assert (await house.verify()).faults == []


@pytest.mark.parametrize(
    ("fields", "officers", "code"),
    [
        ({"name": "何新名"}, {"approver": "officer-1"}, "approver_is_maker"),
        ({"name": "何新名"}, {"why": ""}, "why_missing"),
        ({"document_number": NEW_NUMBER[:-1]}, {}, "document_length_wrong"),
        ({}, {}, "identity_same"),
    ],
)
async def test_a_change_is_refused(house: House, fields: Any, officers: Any, code: str) -> None:
    who = house.prepared.installed.persons[7]
    answer = await change(house, who, named(who, **fields), **officers)
    assert isinstance(answer, Refused)
    assert answer.code == code


@pytest.mark.parametrize(
    ("kind", "where", "sql"),
    [
        ("row_missing", "person_document_entered", "delete from person_documents where person_bucket <> bucket"),
        ("row_altered", "person document", "update person_documents set person_id = person_id + 1"),
        ("row_altered", "person", "update persons set name = 'x' where changes = 1"),
        ("row_altered", "credential", "update credentials set superseded_by = 1 where superseded_by is not null"),
    ],
)
async def test_verify_names_what_was_altered(house: House, kind: str, where: str, sql: str) -> None:
    who = house.prepared.installed.persons[7]
    await change(house, who, named(who, name="何新名", document_number=NEW_NUMBER))
    assert (await house.verify()).faults == []
    await house.tamper(sql)
    faults = [(fault.kind, fault.where) for fault in (await house.verify()).faults]
    assert any(found == kind and at.startswith(where + " ") for found, at in faults), faults


async def test_mutual_aid_still_leads_to_both_under_their_new_names(house: House) -> None:
    father, at = somebody(house, 1), 1
    daughter = await newcomer(house, "李晓晨", current_fen=10_000, past_fen=60_000)
    await agreed(house, daughter, father, per_use_fen=65_000, per_year_fen=200_000)
    who = house.prepared.installed.persons[at]
    assert isinstance(await change(house, who, named(who, name="何新名", document_number=NEW_NUMBER)), IdentityChanged)
    async with house.platform.readers.reading() as reading:
        hers = (await people.read_persons(reading, house.platform.sealer, [(daughter.bucket, daughter.person_id)]))[
            daughter.bucket, daughter.person_id
        ]
    changed = await change(house, hers, named(hers, name="李晨"))
    assert isinstance(changed, IdentityChanged)
    assert changed.credential is None, "she had none"
    house._bound.pop(at, None)
    done = await house.settle_aided(at, 4_000_000)
    assert isinstance(done, Settled), done
    assert done.settlement.mutual_aid_fen == 65_000
    assert (await house.verify()).faults == []


async def test_an_institution_gets_the_statement_of_who_is_present_and_of_nobody_else(house: House) -> None:
    class Caller(msgspec.Struct):
        institution_id: int

    async def ask(token: str, institution_id: int) -> Any:
        body = StatementBody(visit_token=token)
        caller = Caller(institution_id)
        return await show_statement(Call(platform=house.platform, caller=caller, digest=b"", body=body, parameters=()))

    house.move_on()
    token = await house.token(7)
    given = await ask(token, house.hospital.institution_id)
    assert set(given) == {"statement", "signature"}
    who = house.prepared.installed.persons[7]
    history = await house_history(house, who)
    assert given["statement"] == history[0].statement.decode()
    for refused in (await ask(token, house.other_hospital.institution_id), await ask("nobody", 1)):
        assert isinstance(refused, Refused)


async def test_a_chronic_filing_still_holds_under_the_new_name(house: House) -> None:
    ningbo = await move_to_ningbo(house)
    filed = await ningbo.file(ningbo.new(institution_codes=(ningbo.pharmacy.institution_code,)))
    assert isinstance(filed, Filed), filed
    await ningbo.decide(filed.filing, FilingAct.approve)
    who = house.prepared.installed.persons[ningbo.person]
    assert isinstance(await change(house, who, named(who, name="何新名")), IdentityChanged)
    house._bound.pop(ningbo.person, None)
    grounds = CareGrounds(disease_code="M01", prescription=EXTERNAL)
    settled = await ningbo.settle(EncounterKind.chronic, ningbo.pharmacy, grounds)
    assert isinstance(settled, Settled), settled
    assert (await house.verify()).faults == []


async def test_who_has_died_gets_no_other_name(house: House) -> None:
    who = house.prepared.installed.persons[7]
    await house.tamper(f"update persons set died_on = '2026-01-01' where person_id = {who.person_id}")
    answer = await change(house, who, named(who, name="何新名"))
    assert isinstance(answer, Refused)
    assert answer.code == "identity_not_to_change"
