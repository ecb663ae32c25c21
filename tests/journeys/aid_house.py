"""Relatives of the people of a house: newcomers of other provinces, their accounts, and what they agree on."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from journey_house import House

from openyibao.kit.db import Tx
from openyibao.rooms import ledger, mutual_aid, purse
from openyibao.rooms.ledger import AccountCredit, AccountPot
from openyibao.rooms.mutual_aid import AidSettings, MutualAid, NewMutualAid, Relation
from openyibao.rooms.people import (
    DocumentType,
    InsuranceType,
    NewEnrolment,
    NewPerson,
    PersonCategory,
    Sex,
    check_digit,
    enrol,
    masked_name,
    register_persons,
)
from openyibao.rooms.purse import NewTransfer, PurseSettings

GUANGZHOU, BEIJING = 440103, 110101


class Relative(msgspec.Struct, frozen=True):
    """Where somebody's account is, and how their name is shown."""

    cell: int
    bucket: int
    person_id: int
    masked: str


async def newcomer(
    house: House, name: str, *, agency_area: int = GUANGZHOU, current_fen: int = 0, past_fen: int = 0
) -> Relative:
    """Somebody made up who is insured in an area, with money on their account."""
    house.newcomers = getattr(house, "newcomers", 0) + 1
    first_17 = f"99988819800101{house.newcomers:03d}"
    new = NewPerson(
        name=name,
        document_type=DocumentType.identity_card,
        document_number=first_17 + check_digit(first_17),
        sex=Sex.female,
        birth_on=date(1980, 1, 1),
    )

    async def run(tx: Tx) -> Any:
        (person,) = await register_persons(tx, house.clock, house.platform.sealer, persons=[new], actor="test")
        enrolment = NewEnrolment(
            person_id=person.person_id,
            agency_area=agency_area,
            insurance_type=InsuranceType.employee,
            person_category=PersonCategory.employee,
            birth_on=new.birth_on,
            begins_on=date(2020, 1, 1),
        )
        (entered,) = await enrol(tx, house.clock, house.platform.desk.areas, enrolments=[enrolment], actor="test")
        names = [(entered.cell, person.person_id)]
        await ledger.open_accounts(tx, names, account_year=house.clock.today().year)
        pots = {AccountPot.current: current_fen, AccountPot.past: past_fen}
        credits_ = [
            AccountCredit(cell=entered.cell, person_id=person.person_id, pot=pot, amount_fen=fen)
            for pot, fen in pots.items()
            if fen
        ]
        await ledger.credit_accounts(tx, credits_, on=house.clock.today())
        return Relative(entered.cell, person.bucket, person.person_id, masked_name(name))

    return await house.work(run)


def somebody(house: House, person: int) -> Relative:
    """One of the population as a relative."""
    who, enrolment = house.prepared.installed.persons[person], house.prepared.installed.enrolments[person]
    return Relative(enrolment.cell, who.bucket, who.person_id, masked_name(who.name))


async def propose(
    house: House, owner: Relative, relative: Relative, settings: AidSettings | None = None, **limits: Any
) -> Any:
    new = NewMutualAid(
        cell=owner.cell,
        owner_bucket=owner.bucket,
        owner_person_id=owner.person_id,
        owner_masked=owner.masked,
        relative_bucket=relative.bucket,
        relative_cell=relative.cell,
        relative_person_id=relative.person_id,
        relative_masked=relative.masked,
        relation=limits.pop("relation", Relation.parent),
        **limits,
    )
    return await house.work(lambda tx: mutual_aid.propose(tx, house.clock, settings or AidSettings(), new))


async def agree(house: House, one: MutualAid, by: Relative) -> Any:
    name = {"cell": one.cell, "agreement_id": one.agreement_id, "person_id": by.person_id}
    return await house.work(lambda tx: mutual_aid.agree(tx, house.clock, **name))


async def agreed(house: House, owner: Relative, relative: Relative, **limits: Any) -> MutualAid:
    """Both have consented."""
    one = await agree(house, await propose(house, owner, relative, **limits), relative)
    assert isinstance(one, MutualAid), one
    return one


async def end(house: House, one: MutualAid, by: Relative) -> Any:
    name = {"cell": one.cell, "agreement_id": one.agreement_id, "person_id": by.person_id}
    return await house.work(lambda tx: mutual_aid.end(tx, house.clock, **name))


async def send(
    house: House, sender: Relative, receiver: Relative, amount_fen: int, key: str = "", **settings: Any
) -> Any:
    new = NewTransfer(
        cell=sender.cell,
        sender_bucket=sender.bucket,
        sender_person_id=sender.person_id,
        sender_masked=sender.masked,
        receiver_bucket=receiver.bucket,
        receiver_cell=receiver.cell,
        receiver_person_id=receiver.person_id,
        receiver_masked=receiver.masked,
        relation=Relation.parent,
        amount_fen=amount_fen,
        request_key=key or house.key(),
    )
    return await house.work(lambda tx: purse.send(tx, house.clock, PurseSettings(**settings), new))


async def pots_fen(house: House, who: Relative) -> dict[str, tuple[int, int]]:
    """Pot → (balance, held) in fen."""
    rows = await house.rows(
        "select pot, balance_fen, held_fen from personal_accounts where cell = $1 and person_id = $2",
        who.cell,
        who.person_id,
    )
    return {row[0]: (row[1], row[2]) for row in rows}
