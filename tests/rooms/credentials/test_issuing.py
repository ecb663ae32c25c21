"""Who gets a credential: insured persons, staff, practitioners, organisations; each identity one, held by the database."""

from __future__ import annotations

import asyncpg
import msgspec
import pytest
from issuer_desk import HOSPITAL, IssuerDesk, credit_code, doctor, hospital, identity

from openyibao.kit.clock import FakeClock
from openyibao.kit.crypto import Suite, read_verifier
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials
from openyibao.rooms.credentials import (
    Credential,
    CredentialAct,
    CredentialState,
    HolderKind,
    StopGround,
    rules,
    store,
)
from openyibao.rooms.people import ORGANISATION_CODE


@pytest.fixture
async def desk(tx: Tx, clock: FakeClock) -> IssuerDesk:
    made = IssuerDesk(tx, clock)
    await made.open_hospital()
    return made


async def test_an_identity_has_one_credential_however_often_it_is_issued(desk: IssuerDesk) -> None:
    person = desk.to_issue(await desk.register("吴一", identity(1)))
    first, second = await desk.issue(person, person)
    (third,) = await desk.issue(person)
    assert first == second == third
    assert await desk.tx.fetchrow("select taken from status_counters where bucket = $1", person.bucket) is not None


async def test_the_database_holds_that_an_identity_has_one(desk: IssuerDesk) -> None:
    (one,) = await desk.issue(desk.to_issue(await desk.register("吴一", identity(1))))
    with pytest.raises(asyncpg.UniqueViolationError):
        async with desk.tx.attempt():
            await desk.tx.execute(
                "insert into credentials (bucket, credential_id, person_id, identity_digest, state, statement, "
                "statement_signature, issuer_key_id, status_index, issued_at, state_changed_at) "
                "select bucket, credential_id + 1, person_id, identity_digest, 'issued', '', '', 1, 999, issued_at, "
                "issued_at from credentials where credential_id = $1",
                one.credential_id,
            )


async def test_an_organisation_and_its_doctor_get_credentials_that_lead_to_them(desk: IssuerDesk) -> None:
    place, who, again = await desk.issue_holders(hospital(), doctor(), doctor())
    assert isinstance(place, Credential)
    assert isinstance(who, Credential)
    assert who == again
    assert (place.person_id, who.person_id) == (None, None)
    (role,) = await credentials.list_roles(desk.tx, bucket=who.bucket, credential_id=who.credential_id)
    assert (role.kind, role.institution_id, role.subject_code) == (HolderKind.doctor, HOSPITAL, doctor().subject_code)


async def test_an_insured_doctor_has_one_credential_whichever_was_issued_first(desk: IssuerDesk) -> None:
    (who,) = await desk.issue_holders(doctor())
    assert isinstance(who, Credential)
    person = await desk.register(doctor().name, doctor().document_number)
    (led,) = await desk.issue(desk.to_issue(person))
    assert (led.credential_id, led.person_id, led.insured_area) == (who.credential_id, person.person_id, 310000)
    (as_doctor,) = await desk.issue_holders(doctor())
    assert as_doctor == led
    found = await credentials.find_credential(desk.tx, bucket=person.bucket, person_id=person.person_id)
    assert found == led


@pytest.mark.parametrize(
    ("holder", "code"),
    [
        (doctor(document_number="99900119900307011X"), "document_number_invalid"),
        (doctor(document_type="library_card"), "holder_unknown"),
        (doctor(subject_code="D0"), "holder_unknown"),
        (doctor(kind=HolderKind.nurse), "holder_unknown"),
        (doctor(name="周医师"), "holder_name_differs"),
        (hospital(document_number=credit_code("5299990099900001")[:-1] + "I"), "document_character_wrong"),
        (hospital(document_type="passport"), "holder_unknown"),
        (hospital(institution_id=78), "holder_unknown"),
        (hospital(kind=HolderKind.pharmacy), "holder_unknown"),
        (hospital(name="别的医院"), "holder_name_differs"),
    ],
)
async def test_a_holder_who_is_not_on_record_is_refused(desk: IssuerDesk, holder: object, code: str) -> None:
    (answer,) = await desk.issue_holders(holder)  # type: ignore[arg-type]
    assert isinstance(answer, Refused)
    assert answer.code == code
    assert "—" not in answer.sentence("zh") + answer.next_step("en")


async def test_a_person_under_another_name_is_not_made_staff(desk: IssuerDesk) -> None:
    await desk.register("吴一", identity(1))
    staff = doctor(name="吴二", document_number=identity(1), kind=HolderKind.agency_staff, institution_id=0)
    (answer,) = await desk.issue_holders(staff)
    assert isinstance(answer, Refused)
    assert answer.code == "holder_name_differs"


async def test_a_company_needs_no_record_but_a_right_code(desk: IssuerDesk) -> None:
    company = hospital(
        name="纸上软件公司", kind=HolderKind.company, institution_id=0, document_number=credit_code("91999900MA000000")
    )
    (answer,) = await desk.issue_holders(company)
    assert isinstance(answer, Credential)
    assert company.document_type == ORGANISATION_CODE
    stopped = await credentials.stop_holder(
        desk.tx,
        desk.clock,
        bucket=answer.bucket,
        credential_id=answer.credential_id,
        act=CredentialAct.revoke,
        ground=StopGround.agency,
        actor="agency",
    )
    assert isinstance(stopped, Credential)
    assert stopped.state is CredentialState.revoked


@pytest.mark.parametrize("suite", list(Suite))
async def test_a_statement_verifies_and_names_nobody(tx: Tx, clock: FakeClock, suite: Suite) -> None:
    desk = IssuerDesk(tx, clock, suite)
    person = await desk.register("吴一", identity(1))
    (one,) = await desk.issue(desk.to_issue(person))
    assert read_verifier(desk.signer.public.der()).verify(one.statement, one.statement_signature)
    assert "吴一" not in one.statement.decode()
    assert person.document_number not in one.statement.decode()
    names = {"name": "吴一", "document_type": "identity_card", "document_number": person.document_number}
    signed = credentials.signed_statement(desk.sealer, one, **names)
    said = msgspec.json.decode(signed.statement)
    text = msgspec.json.encode(list(names.values())).decode()
    assert said["identity"] == rules.commit_identity(suite, signed.salt, text).hex()
    assert (said["key_id"], said["status_list"]) == (desk.key_id, rules.name_of_list(one.bucket, one.status_index))
    with pytest.raises(ValueError, match="another name"):
        credentials.signed_statement(desk.sealer, one, **{**names, "name": "吴二"})


async def test_places_in_the_status_lists_are_taken_once(desk: IssuerDesk) -> None:
    first = await store.take_indexes(desk.tx, {3: 5, 4: 1})
    second = await store.take_indexes(desk.tx, {4: 2, 3: 1})
    assert (second[3] - first[3], second[4] - first[4]) == (5, 1)
