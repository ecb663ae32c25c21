"""Writes the vendors' desk's cast into a seeded demonstration, through the rooms' own verbs. 中文: 写入联调测试人员。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from openyibao.demo.places import POOLING_AREA
from openyibao.fronts.national import CAST, DISEASE, CastPerson
from openyibao.kit import db
from openyibao.kit.clock import Clock
from openyibao.kit.crypto import KeyPurpose, KeyRing, Sealer, sm3
from openyibao.kit.db import Tx
from openyibao.kit.ids import IdSource
from openyibao.main import make_desk, open_ring
from openyibao.rooms import areas, cards, credentials, ledger, people, settlement
from openyibao.rooms.audit import ChainCloser
from openyibao.rooms.credentials import PersonToIssue
from openyibao.rooms.filings import Filer, FileRequest, FilingKind, NewFiling
from openyibao.rooms.ledger import AccountCredit, AccountPot
from openyibao.rooms.people import (
    DocumentType,
    Enrolment,
    EntitlementPeriod,
    EntitlementState,
    InsuranceType,
    InsuredPerson,
    NewEnrolment,
    NewPerson,
    PersonCategory,
    PersonChange,
    Sex,
)
from openyibao.settings import Settings

ACTOR = "demo"
CAST_SLOT = 254
ACCOUNT_FEN = 300_000
_BEIJING, _XIANGTAN = 110101, 430302
_CATEGORIES = {
    "retired": PersonCategory.retired,
    "resident": PersonCategory.resident_adult,
    "child": PersonCategory.resident_child,
    "student": PersonCategory.resident_student,
    "dead": PersonCategory.retired,
}
_STATES = {
    "waiting": EntitlementState.waiting,
    "arrears": EntitlementState.arrears,
    "suspended": EntitlementState.suspended,
}


async def enter_cast(settings: Settings, clock: Clock) -> None:
    """Register, enrol, credit, issue and file, in one audited transaction; nothing where they are there already."""
    ring = await open_ring(settings, clock)
    sealer = Sealer(ring)
    connection = await db.connect(settings.database_url)
    try:
        await db.try_slot(connection, CAST_SLOT)
        closer = ChainCloser(clock, ring.signer(KeyPurpose.link), key_id=ring.current(KeyPurpose.link).key_id)
        await closer.attach(connection, CAST_SLOT)
        tx = Tx(connection, IdSource(clock, CAST_SLOT), chain=CAST_SLOT)
        first = CAST["employee"]
        async with connection.transaction():
            known = await people.find_by_document(tx, sealer, DocumentType.identity_card, first.document_number)
            if known is None:
                await _enter(tx, clock, sealer, ring)
                await closer.close(tx)
    finally:
        await connection.close()


async def _enter(tx: Tx, clock: Clock, sealer: Sealer, ring: KeyRing) -> None:
    desk = make_desk(sealer)
    await desk.fresh(tx)
    # At a desk the three ways of proof must come to the same: an account may be spent by a card that was read.
    await areas.set_area_settings(tx, clock, pooling_area=POOLING_AREA, changes={"card_account_proof": False})
    made = list(CAST.values())
    answers = await people.register_persons(tx, clock, sealer, persons=[_new(one) for one in made], actor=ACTOR)
    persons = [one for one in answers if isinstance(one, InsuredPerson)]
    if len(persons) != len(made):
        raise RuntimeError("the cast does not fit the population")
    wanted = [row for one, person in zip(made, persons, strict=True) for row in _enrolments(one, person, clock)]
    enrolled = await people.enrol(tx, clock, desk.areas, enrolments=wanted, actor=ACTOR)
    enrolments = [one for one in enrolled if isinstance(one, Enrolment)]
    if len(enrolments) != len(wanted):
        raise RuntimeError("the cast does not fit the areas")
    own = {one.person_id: one for one in reversed(enrolments)}
    await _open_accounts(tx, clock, enrolments)
    await credentials.issue(
        tx,
        clock,
        sealer,
        ring.signer(KeyPurpose.issuer),
        persons=[
            PersonToIssue(
                bucket=person.bucket,
                person_id=person.person_id,
                name=person.name,
                document_type=person.document_type.value,
                document_number=person.document_number,
                insured_cell=own[person.person_id].cell,
                insured_area=own[person.person_id].pooling_area,
            )
            for person in persons
        ],
        issuer_key_id=ring.current(KeyPurpose.issuer).key_id,
    )
    for one, person in zip(made, persons, strict=True):
        name: dict[str, Any] = {"bucket": person.bucket, "person_id": person.person_id}
        await cards.enter_card(tx, clock, sealer, **name, number=one.card_number, actor=ACTOR)
        if one.role == "dead":
            died = PersonChange(died_on=clock.today() - timedelta(days=30))
            await people.change_persons(tx, {(person.bucket, person.person_id): died}, actor=ACTOR)
            await credentials.revoke(tx, clock, **name, actor=ACTOR)
        if one.role == "chronic":
            await _file_disease(tx, clock, desk, own[person.person_id])


def _new(one: CastPerson) -> NewPerson:
    return NewPerson(
        name=one.name,
        document_type=DocumentType.identity_card,
        document_number=one.document_number,
        sex=Sex.male if one.number % 2 else Sex.female,
        birth_on=one.birth_on,
        phone=f"100999{one.number:05d}",
    )


def _enrolments(one: CastPerson, person: InsuredPerson, clock: Clock) -> list[NewEnrolment]:
    resident = one.role in ("resident", "child", "student")
    begins = max(clock.today().replace(year=clock.today().year - 3, month=1, day=1), one.birth_on)
    state = _STATES.get(one.role, EntitlementState.paid)
    base: dict[str, Any] = {"person_id": person.person_id, "birth_on": one.birth_on, "begins_on": begins}
    made = [
        NewEnrolment(
            **base,
            agency_area=_XIANGTAN if one.role == "remote" else _BEIJING,
            insurance_type=InsuranceType.resident if resident else InsuranceType.employee,
            person_category=_CATEGORIES.get(one.role, PersonCategory.employee),
            entitlements=tuple(
                EntitlementPeriod(fund=fund, begins_on=begins, ends_on=None, state=state)
                for fund in ("large_sum", "pooled_fund")
            ),
        )
    ]
    if one.role == "double":
        made.append(
            NewEnrolment(
                **base,
                agency_area=_BEIJING,
                insurance_type=InsuranceType.resident,
                person_category=PersonCategory.resident_adult,
                entitlements=(
                    EntitlementPeriod(fund="pooled_fund", begins_on=begins, ends_on=None, state=EntitlementState.paid),
                ),
            )
        )
    return made


async def _open_accounts(tx: Tx, clock: Clock, enrolments: list[Enrolment]) -> None:
    owners = [(one.cell, one.person_id) for one in enrolments if one.insurance_type is InsuranceType.employee]
    everyone = sorted({(one.cell, one.person_id) for one in enrolments})
    await ledger.open_accounts(tx, everyone, account_year=clock.today().year)
    credits_ = [
        AccountCredit(cell=cell, person_id=person_id, pot=AccountPot.current, amount_fen=ACCOUNT_FEN)
        for cell, person_id in owners
    ]
    await ledger.credit_accounts(tx, credits_, on=clock.today())


async def _file_disease(tx: Tx, clock: Clock, desk: Any, enrolment: Enrolment) -> None:
    new = NewFiling(
        kind=FilingKind.chronic_disease,
        begins_on=clock.today(),
        ends_on=clock.today() + timedelta(days=365),
        disease_code=DISEASE[0],
    )
    request = FileRequest(
        institution_id=0,
        request_key=f"cast-{enrolment.person_id}",
        digest=sm3(b"cast"),
        filed_by=Filer.agency,
        filer=ACTOR,
        new=new,
        cell=enrolment.cell,
        person_id=enrolment.person_id,
    )
    (filed,) = await settlement.file_filings(tx, clock, desk, [request])
    if not hasattr(filed, "filing"):
        raise RuntimeError(f"the cast's filing was refused: {filed}")
