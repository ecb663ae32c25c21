"""An issuer with its keys, a hospital with a doctor, and made-up people who come for their credentials."""

from __future__ import annotations

from datetime import date
from typing import Any

from openyibao.kit.clock import FakeClock
from openyibao.kit.crypto import KeyPurpose, KeyRing, Sealer, Suite, make_data_key
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials
from openyibao.rooms.credentials import Credential, HolderKind, HolderToIssue, PersonToIssue
from openyibao.rooms.institutions import (
    Directory,
    Institution,
    InstitutionKind,
    InstitutionLevel,
    InstitutionState,
    PaymentStanding,
    Practitioner,
    PractitionerKind,
    add_practitioners,
    register_institutions,
)
from openyibao.rooms.people import (
    ORGANISATION_CODE,
    DocumentType,
    InsuredPerson,
    NewPerson,
    Sex,
    check_digit,
    organisation_check_digits,
    register_persons,
)

HOSPITAL = 77
HOSPITAL_NAME, DOCTOR, DOCTOR_NAME = "纸上医院", "D999000001", "周医生"


def identity(sequence: int, birth: str = "19900307") -> str:
    first_17 = f"999001{birth}{sequence:03d}"
    return first_17 + check_digit(first_17)


def credit_code(first_16: str) -> str:
    return first_16 + organisation_check_digits(first_16)


class IssuerDesk:
    """Who issues. ``suite`` is the family of the issuer's keys."""

    def __init__(self, tx: Tx, clock: FakeClock, suite: Suite = Suite.national) -> None:
        made = [
            make_data_key(key_id=at, purpose=purpose, suite=suite, made_on=clock.today())
            for at, purpose in enumerate(KeyPurpose, 1)
        ]
        self.tx, self.clock, self.ring = tx, clock, KeyRing(made, suite=suite)
        self.sealer = Sealer(self.ring)
        self.signer = self.ring.signer(KeyPurpose.issuer)
        self.key_id = self.ring.current(KeyPurpose.issuer).key_id
        self.directory = Directory(self.sealer)

    async def open_hospital(self) -> None:
        hospital = Institution(
            institution_id=HOSPITAL,
            institution_code="H99900000001",
            name=HOSPITAL_NAME,
            kind=InstitutionKind.hospital,
            grade=3,
            level=InstitutionLevel.tertiary,
            price_limit_level=InstitutionLevel.tertiary,
            treatment_area=999001,
            state=InstitutionState.active,
            public_key=None,
            agreements=(),
        )
        doctor = Practitioner(
            institution_id=HOSPITAL,
            practitioner_code=DOCTOR,
            name=DOCTOR_NAME,
            kind=PractitionerKind.doctor,
            payment_standing=PaymentStanding.good,
        )
        await register_institutions(self.tx, self.clock, institutions=[hospital], actor="agency")
        await add_practitioners(self.tx, self.clock, practitioners=[doctor], actor="agency")
        await self.directory.fresh(self.tx)

    async def register(self, name: str, number: str, **fields: Any) -> InsuredPerson:
        new = NewPerson(
            name=name,
            document_type=fields.get("document_type", DocumentType.identity_card),
            document_number=number,
            sex=Sex.female,
            birth_on=date(1990, 3, 7),
        )
        (person,) = await register_persons(self.tx, self.clock, self.sealer, persons=[new], actor="agency")
        assert isinstance(person, InsuredPerson), person
        return person

    def to_issue(self, person: InsuredPerson, **changes: Any) -> PersonToIssue:
        fields = {
            "bucket": person.bucket,
            "person_id": person.person_id,
            "name": person.name,
            "document_type": person.document_type.value,
            "document_number": person.document_number,
            "insured_cell": 31_000_001,
            "insured_area": 310000,
        }
        return PersonToIssue(**{**fields, **changes})

    async def issue(self, *persons: PersonToIssue) -> list[Credential]:
        return await credentials.issue(
            self.tx, self.clock, self.sealer, self.signer, persons=persons, issuer_key_id=self.key_id
        )

    async def issue_holders(self, *holders: HolderToIssue) -> list[Credential | Refused]:
        return await credentials.issue_holders(
            self.tx,
            self.clock,
            self.sealer,
            self.signer,
            self.directory,
            holders=holders,
            issuer_key_id=self.key_id,
            actor="agency",
        )


def doctor(**changes: Any) -> HolderToIssue:
    fields = {
        "name": DOCTOR_NAME,
        "document_type": "identity_card",
        "document_number": identity(11),
        "kind": HolderKind.doctor,
        "institution_id": HOSPITAL,
        "subject_code": DOCTOR,
    }
    return HolderToIssue(**{**fields, **changes})


def hospital(**changes: Any) -> HolderToIssue:
    fields = {
        "name": HOSPITAL_NAME,
        "document_type": ORGANISATION_CODE,
        "document_number": credit_code("5299990099900001"),
        "kind": HolderKind.hospital,
        "institution_id": HOSPITAL,
    }
    return HolderToIssue(**{**fields, **changes})
