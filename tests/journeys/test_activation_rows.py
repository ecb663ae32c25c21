"""An institution's activation over its software, and what verify says of agreements, passwords and roles that were touched."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from journey_house import House
from rights_house import RightsHouse

from openyibao.fronts.shared import activating
from openyibao.fronts.shared.activating import Applicant, Identity
from openyibao.fronts.shared.agreements import CURRENT_VERSION, find_agreement
from openyibao.fronts.shared.authenticating import authenticate_by_password, change_password
from openyibao.kit.outcome import Refused
from openyibao.recovering import clear_once
from openyibao.rooms import activations, institutions, people
from openyibao.rooms.activations import CHANNEL_RULES, Activation, Challenge, Origin, Verdict
from openyibao.rooms.bindings import Bound
from openyibao.rooms.institutions import OperatorRole

WHO, OTHER = 5, 6
PASSWORD = "507294"


class Faces:
    """A provider for one test: the same living person, whoever asks."""

    async def begin(self, *, reference: str, person: str) -> Challenge:
        return Challenge(challenge_id=f"{reference[:16]}{person[:16]}", actions=("blink",))

    async def answer(self, *, reference: str, challenge_id: str, capture: bytes) -> Verdict:
        facts: dict[str, Any] = {"alive": True, "same": True, "provider": "t", "stand_in": True}
        return Verdict(reference=reference, challenge_id=challenge_id, evidence_digest=capture, **facts)


async def message_to(house: House, phone: str) -> str:
    rows = await house.rows("select message_id, content_sealed from outbox order by message_id")
    texts = []
    for row in rows:
        where = f"outbox.content_sealed:{row['message_id']}"
        content = msgspec.json.decode(house.platform.sealer.unseal(row["content_sealed"], where=where))
        texts += [content["text"]] if content["phone"] == phone else []
    return str(texts[-1])


def applicant(house: House, number: int, **changes: Any) -> Applicant:
    person = house.prepared.population.people[number].person
    fields: dict[str, Any] = {
        "document_type": person.document_type,
        "document_number": person.document_number,
        "name": person.name,
        "phone": person.phone,
        "consent_version": "2026-11",
        "language": "zh",
        "institution_id": house.hospital.institution_id,
        "device_name": "counter",
    }
    return Applicant(**{**fields, **changes})


async def on_the_phone(house: House, number: int, area: int | None = None) -> Bound:
    """A whole activation as the wallet does it."""
    platform = msgspec.structs.replace(house.platform, liveness=Faces())
    rules, person = CHANNEL_RULES["government_app"], house.prepared.population.people[number].person
    agreement = find_agreement(CURRENT_VERSION, "zh")
    assert not isinstance(agreement, Refused)
    key = await activating.begin_activation(
        platform, channel=rules, channel_code="wallet", device_name="phone", agreement=agreement
    )
    assert not isinstance(key, Refused)
    identity = Identity(document_type=person.document_type, document_number=person.document_number, name=person.name)
    origin = Origin(device="d", address="192.0.2.1", channel_code="wallet")
    named = await activating.name_person(platform, key, rules, origin, identity)
    assert isinstance(named, Activation)
    challenge = await activating.begin_face(platform, named)
    assert isinstance(challenge, Challenge)
    await activating.prove_by_face(platform, key, rules, challenge_id=challenge.challenge_id, capture=b"x")
    _, enrolments = await activating.insured_choices(platform, named)
    wrong = await activating.confirm(platform, key, insured_area=999999)
    assert getattr(wrong, "code", "") == "area_not_enrolled"
    assert area is None or len({one.pooling_area for one in enrolments}) == 2
    chosen = area or enrolments[0].pooling_area
    assert isinstance(await activating.confirm(platform, key, insured_area=chosen), Activation)
    bound = await activating.choose_password(platform, key, PASSWORD)
    assert isinstance(bound, Bound)
    return bound


async def test_the_password_guards_and_changes(house: House) -> None:
    bound = await on_the_phone(house, OTHER)
    platform, binding = house.platform, bound.binding
    assert await authenticate_by_password(platform, binding, PASSWORD) is None
    wrong = await authenticate_by_password(platform, binding, "507295")
    assert getattr(wrong, "code", "") == "password_wrong"
    assert await change_password(platform, binding, old=PASSWORD, new="860417") is None
    assert await authenticate_by_password(platform, binding, "860417") is None
    tries = await asyncio.gather(*(authenticate_by_password(platform, binding, f"{n:06d}") for n in range(20)))
    assert all(tries)
    assert sum(one is not None and one.code == "password_wrong" for one in tries) == 4
    assert (await house.verify()).faults == []


async def test_who_is_insured_in_two_areas_sees_both_and_chooses(house: House) -> None:
    person = house.prepared.installed.persons[WHO]
    own = house.prepared.installed.enrolments[WHO]
    areas = house.platform.desk.references.areas
    cell = next(one for one in areas.cells_of_person(person.person_id) if one // 100 == 440100)

    async def add(tx: Any) -> None:
        there = {"cell": cell, "pooling_area": 440100, "agency_area": 440100, "enrolment_id": tx.ids.next()}
        await people.add_enrolments(tx, [msgspec.structs.replace(own, entitlements=(), **there)], actor="t")

    await house.work(add)
    bound = await on_the_phone(house, WHO, area=440100)
    assert bound.binding.province == 44
    assert (await house.verify()).faults == []


async def test_an_institution_activates_by_the_code_on_the_phone_and_no_other_may_finish_it(house: House) -> None:
    wanted = applicant(house, WHO)
    started = await activating.start_activation(house.platform, wanted)
    assert isinstance(started, Activation)
    found = re.search(r"\d{6}", await message_to(house, wanted.phone))
    assert found
    about = {"bucket": started.bucket, "activation_id": started.activation_id, "code": found.group()}
    other = house.other_hospital.institution_id
    stolen = await activating.complete_activation(house.platform, institution_id=other, **about)
    assert getattr(stolen, "code", "") == "activation_not_yours"
    mine = house.hospital.institution_id
    assert isinstance(await activating.complete_activation(house.platform, institution_id=mine, **about), Bound)
    again = await activating.complete_activation(house.platform, institution_id=mine, **about)
    assert getattr(again, "code", "") == "activation_unknown"
    assert "12393" in await message_to(house, wanted.phone)
    assert (await house.verify()).faults == []


@pytest.mark.parametrize(
    "changes", [{"name": "王错字"}, {"phone": "13999999999"}, {"document_number": "99999919900101000X"}]
)
async def test_whatever_does_not_match_gets_one_answer(house: House, changes: dict[str, str]) -> None:
    refused = await activating.start_activation(house.platform, applicant(house, WHO, **changes))
    assert refused == Refused(activations.PERSON_NOT_MATCHED)


async def test_an_unwritten_agreement_is_refused_before_anything(house: House) -> None:
    refused = await activating.start_activation(house.platform, applicant(house, WHO, consent_version="x"))
    assert getattr(refused, "code", "") == "agreement_unknown"
    assert await house.rows("select 1 from activations") == []


async def test_two_at_once_bind_once(house: House) -> None:
    wanted = applicant(house, OTHER)
    started = await activating.start_activation(house.platform, wanted)
    assert isinstance(started, Activation)
    found = re.search(r"\d{6}", await message_to(house, wanted.phone))
    assert found
    done = await asyncio.gather(
        *(
            activating.complete_activation(
                house.platform,
                bucket=started.bucket,
                activation_id=started.activation_id,
                institution_id=wanted.institution_id,
                code=found.group(),
            )
            for _ in range(4)
        )
    )
    assert sum(isinstance(one, Bound) for one in done) == 1


async def test_an_untouched_house_holds_and_touched_rows_are_named(house: House) -> None:
    bound = await on_the_phone(house, WHO)
    await on_the_phone(house, WHO)
    first = house.prepared.population.operators[0]

    async def take(tx: Any) -> bool:
        return await institutions.take_role(
            tx,
            house.clock,
            institution_id=house.hospital.institution_id,
            operator_code=first.operator_code,
            role=OperatorRole.nurse,
            taken_by="t",
        )

    assert await house.work(take) is True
    checked = await house.verify()
    assert checked.faults == []
    assert (checked.counts["agreements"], checked.counts["passwords"]) == (2, 1)
    assert checked.counts["operator_roles"] > 0
    one = bound.binding.credential_id
    for sql, kind, where in (
        ("update activation_agreements set proof = 'phone_code'", "row_altered", "agreement"),
        (f"update credential_passwords set hash_sealed = 'x' where credential_id = {one}", "row_altered", "password"),
        ("update credential_passwords set changes = 0", "row_altered", "password"),
        ("update operator_roles set taken_by = null, taken_at = null where taken_at is not null", "row_altered", ""),
        ("update operator_roles set role = 'auditor' where role = 'officer'", "row_altered", "operator role"),
        ("delete from activation_agreements", "row_missing", "activation_agreed"),
        ("delete from credential_passwords", "row_missing", "password_set"),
        ("delete from operator_roles", "row_missing", "operator_role_given"),
    ):
        await house.tamper(sql)
        faults = (await house.verify()).faults
        assert any(fault.kind == kind and fault.where.startswith(where) for fault in faults), (sql, faults)


async def test_what_is_over_is_cleared_by_the_platform_itself(house: House) -> None:
    started = await activating.start_activation(house.platform, applicant(house, WHO, phone="13999999999"))
    assert isinstance(started, Refused)
    assert await clear_once(house.platform) == 0
    house.clock.move(timedelta(hours=2))
    assert await clear_once(house.platform) == 1
    assert await house.rows("select 1 from activations") == []
    assert await house.rows("select 1 from activation_tries") == []


async def test_a_person_is_told_of_their_agreement_and_password_but_never_the_hash(house: House) -> None:
    await on_the_phone(house, WHO)
    held = await RightsHouse(house, WHO).held()
    assert [row["channel_code"] for row in held["activation_agreements"]] != []
    (password,) = held["credential_passwords"]
    assert set(password) == {"bucket", "credential_id", "person_id", "changes", "set_by", "set_at"}
    names = {name for rows in held.values() for row in rows for name in row}
    assert not {name for name in names if name.endswith("_sealed")}
    assert not names & {"carrier_digest", "session_digest", "number_digest", "call_back_digest", "proof_digest"}


async def test_a_role_is_there_when_given_and_gone_when_taken(house: House) -> None:
    place, code = house.hospital.institution_id, "op1"

    async def has(*roles: OperatorRole) -> bool:
        async with house.platform.readers.reading() as reading:
            return await institutions.has_role(reading, place, code, *roles)

    assert await has(OperatorRole.officer)
    assert not await has(OperatorRole.approver)
    for given in (1, 0):

        async def give(tx: Any) -> Any:
            grants = [(place, code, OperatorRole.auditor)]
            return await institutions.give_roles(tx, house.clock, grants=grants, given_by="t")

        assert len(await house.work(give)) == given
    assert await has(OperatorRole.auditor, OperatorRole.approver)
