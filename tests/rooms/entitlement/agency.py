"""An agency at its counter: people to enrol, and the verbs with less to say each time."""

from __future__ import annotations

from datetime import date
from typing import Any

from openyibao.kit.clock import FakeClock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import entitlement
from openyibao.rooms.areas import Areas, load_divisions
from openyibao.rooms.entitlement import Enrolled, NewContribution
from openyibao.rooms.people import (
    DocumentType,
    Enrolment,
    InsuranceType,
    InsuredPerson,
    NewEnrolment,
    NewPerson,
    PersonCategory,
    Sex,
    check_digit,
    register_persons,
)

BEIJING, TIANJIN = 110101, 120101


class Agency:
    """One transaction, one clock, and the areas."""

    def __init__(self, tx: Tx, clock: FakeClock, sealer: Sealer) -> None:
        self.tx, self.clock, self.sealer, self.areas = tx, clock, sealer, Areas()
        self._people = 0

    async def open(self) -> Agency:
        await load_divisions(self.tx, self.clock, cells={110100: 2})
        await self.areas.fresh(self.tx)
        return self

    async def person(self, birth_on: date = date(1980, 5, 1)) -> InsuredPerson:
        self._people += 1
        first_17 = f"999001{birth_on:%Y%m%d}{self._people:03d}"
        new = NewPerson(
            name="赵安",
            document_type=DocumentType.identity_card,
            document_number=first_17 + check_digit(first_17),
            sex=Sex.male,
            birth_on=birth_on,
        )
        (made,) = await register_persons(self.tx, self.clock, self.sealer, persons=[new], actor="agency")
        assert isinstance(made, InsuredPerson)
        return made

    async def try_enrol(self, person: InsuredPerson, **fields: Any) -> Enrolled | Refused:
        new = {
            "person_id": person.person_id,
            "agency_area": BEIJING,
            "insurance_type": InsuranceType.employee,
            "person_category": PersonCategory.employee,
            "birth_on": person.birth_on,
            "begins_on": date(2026, 1, 1),
        }
        enrolments = [NewEnrolment(**{**new, **fields})]
        (made,) = await entitlement.enrol(self.tx, self.clock, self.areas, enrolments=enrolments, actor="agency")
        return made

    async def enrol(self, person: InsuredPerson, **fields: Any) -> Enrolment:
        made = await self.try_enrol(person, **fields)
        assert isinstance(made, Enrolled), made
        return made.enrolment

    def months(self, one: Enrolment, first_month: int, last_month: int, paid_on: date | None = None) -> NewContribution:
        return NewContribution(
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

    async def pay(
        self, one: Enrolment, first_month: int, last_month: int, paid_on: date | None = None
    ) -> Enrolment | Refused:
        (answer,) = await entitlement.pay(
            self.tx,
            self.clock,
            self.areas,
            contributions=[self.months(one, first_month, last_month, paid_on)],
            actor="agency",
        )
        return answer

    async def paid(self, one: Enrolment, *months: Any) -> Enrolment:
        answer = await self.pay(one, *months)
        assert isinstance(answer, Enrolment), answer
        return answer


def said(enrolment: Enrolment, fund: str = "pooled_fund") -> list[tuple[str, str, str]]:
    """The periods of a fund as (state, first day, last day)."""
    return [
        (one.state.value, one.begins_on.isoformat(), one.ends_on.isoformat() if one.ends_on else "")
        for one in enrolment.entitlements
        if one.fund == fund
    ]
