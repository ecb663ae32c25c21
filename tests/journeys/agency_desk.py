"""What an agency does to entitlements, in the lane of the platform under test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from issuing import issue_credential
from journey_house import House

from openyibao.kit.db import Tx
from openyibao.rooms import entitlement, ledger, settlement
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.entitlement import NewContribution
from openyibao.rooms.people import Enrolment, InsuredPerson, NewEnrolment
from openyibao.rooms.settlement import Eligibility


class AgencyDesk:
    """The agency of a house."""

    def __init__(self, house: House) -> None:
        self.house, self.areas = house, house.platform.desk.areas

    async def one(self, verb: Callable[..., Any], **lists: Any) -> Any:
        """One act of a plural verb, its only answer."""

        async def run(tx: Tx) -> Any:
            return (await verb(tx, self.house.clock, self.areas, actor="agency", **lists))[0]

        return await self.house.work(run)

    async def pay(self, one: Enrolment, first_month: int, last_month: int, paid_on: date | None = None) -> Enrolment:
        new = NewContribution(
            cell=one.cell,
            person_id=one.person_id,
            enrolment_id=one.enrolment_id,
            first_month=first_month,
            last_month=last_month,
            base_fen=800_000,
            employer_fen=78_400,
            personal_fen=16_000,
            paid_on=paid_on,
        )
        paid = await self.one(entitlement.pay, contributions=[new])
        assert isinstance(paid, Enrolment), paid
        return paid

    async def enrol(self, person: InsuredPerson, **fields: Any) -> Any:
        """Enrol somebody; fields as ``NewEnrolment``."""
        new = NewEnrolment(person_id=person.person_id, birth_on=person.birth_on, **fields)
        return await self.one(entitlement.enrol, enrolments=[new])

    async def issue(self, person: InsuredPerson, enrolment: Enrolment) -> int:
        """A credential that leads to the enrolment, and an account there; where the person stands in the house then."""
        house = self.house
        await house.work(lambda tx: ledger.open_accounts(tx, [(enrolment.cell, enrolment.person_id)]))
        await issue_credential(house, person, enrolment)
        house.prepared = house.prepared_with(person)
        return len(house.prepared.installed.persons) - 1

    async def eligibility(self, person: int, kind: EncounterKind = EncounterKind.outpatient) -> Eligibility:
        """What the counter is told of somebody who shows their code."""
        house = self.house
        house.move_on()
        token = await house.token(person)
        async with house.platform.readers.reading() as reading:
            found = await settlement.eligibility(
                reading,
                house.clock,
                house.platform.desk,
                visit_token=token,
                institution_id=house.hospital.institution_id,
                kind=kind,
            )
        assert isinstance(found, Eligibility), found
        return found


def fund_of(found: Eligibility, fund: str) -> Any:
    """How one fund stands."""
    return next(one for one in found.funds if one.fund.value == fund)
