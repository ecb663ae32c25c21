"""Families of a house: a child with its parent, an elder with a grown child, and what their phones show."""

from __future__ import annotations

from datetime import date
from typing import Any

from agency_desk import AgencyDesk
from journey_house import House

from openyibao.kit.db import Tx
from openyibao.rooms import bindings, entitlement, mandates, presentation
from openyibao.rooms.bindings import Binding
from openyibao.rooms.entitlement import BornRegistered, NewbornRequest
from openyibao.rooms.mandates import (
    FamilyMandate,
    KinshipProof,
    MandateBasis,
    MandateSettings,
    NewMandate,
)
from openyibao.rooms.people import InsuredPerson, Sex, masked_name
from openyibao.rooms.presentation import Purpose

ALL = tuple(one.value for one in Purpose)
PROOF = "Z999110002"


def person_of(house: House, number: int) -> InsuredPerson:
    return house.prepared.installed.persons[number]


def grown_person(house: House, nth: int = 0) -> int:
    """Somebody between 30 and 60."""
    today = house.clock.today()
    found = [
        n
        for n, one in enumerate(house.prepared.installed.persons)
        if 30 <= today.year - one.birth_on.year <= 60 and not one.died_on
    ]
    return found[nth]


def with_account(house: House, nth: int = 0) -> int:
    """One of the published cases: a retired employee with money on the account."""
    return len(house.prepared.population.people) - 1 - nth


async def newborn(house: House, name: str = "钱一诺", number: str = PROOF, born: date = date(2026, 10, 14)) -> int:
    """A child registered and insured, with a credential nobody has activated."""
    desk = AgencyDesk(house)
    asked = NewbornRequest(
        name=name, birth_certificate=number, sex=Sex.female, birth_on=born, agency_area=110108, personal_fen=40_000
    )

    async def register(tx: Tx) -> Any:
        return await entitlement.register_newborns(
            tx, house.clock, house.platform.sealer, desk.areas, requests=[asked], actor="agency"
        )

    (born_one,) = await house.work(register)
    assert isinstance(born_one, BornRegistered), born_one
    return await desk.issue(born_one.person, born_one.enrolment)


async def prove(house: House, child: int, guardian: int, number: str = PROOF, **fields: Any) -> Any:
    """Two officers enter whose parent somebody is."""
    who, by = person_of(house, child), person_of(house, guardian)
    given = {"maker": "officer-1", "approver": "officer-2", **fields}
    return await house.work(
        lambda tx: mandates.enter_kinship(
            tx,
            house.clock,
            house.platform.sealer,
            child=(who.bucket, who.person_id),
            guardian=(by.bucket, by.person_id),
            basis=MandateBasis.parent,
            proof=KinshipProof.birth_certificate,
            proof_number=number,
            **given,
        )
    )


def new_mandate(house: House, principal: int, agent: int, **fields: Any) -> NewMandate:
    who, by = person_of(house, principal), person_of(house, agent)
    given = {"basis": MandateBasis.child, "purposes": ALL, "valid_from": house.clock.today(), **fields}
    return NewMandate(
        bucket=who.bucket,
        principal_person_id=who.person_id,
        principal_masked=masked_name(who.name),
        principal_birth_on=who.birth_on,
        agent_bucket=by.bucket,
        agent_person_id=by.person_id,
        agent_masked=masked_name(by.name),
        **given,
    )


async def offered(
    house: House,
    principal: int,
    agent: int,
    *,
    settings: MandateSettings | None = None,
    proof_number: str = "",
    **fields: Any,
) -> Any:
    """What becomes of an offer of the agent's."""
    new = new_mandate(house, principal, agent, **fields)
    return await house.work(
        lambda tx: mandates.offer(
            tx,
            house.clock,
            house.platform.sealer,
            settings or MandateSettings(),
            new,
            agent_birth_on=person_of(house, agent).birth_on,
            proof=KinshipProof.birth_certificate if proof_number else None,
            proof_number=proof_number,
        )
    )


async def consented(house: House, one: FamilyMandate, by: int | None = None, **fields: Any) -> Any:
    person_id = one.principal_person_id if by is None else person_of(house, by).person_id
    name = {"bucket": one.bucket, "mandate_id": one.mandate_id, "person_id": person_id}
    return await house.work(lambda tx: mandates.consent(tx, house.clock, **name, **fields))


async def ended(house: House, one: FamilyMandate, by: int) -> Any:
    name = {"bucket": one.bucket, "mandate_id": one.mandate_id, "person_id": person_of(house, by).person_id}
    return await house.work(lambda tx: mandates.end(tx, house.clock, **name))


async def agreed(house: House, principal: int, agent: int, **fields: Any) -> FamilyMandate:
    """Offered and consented to on the principal's own device."""
    one = await offered(house, principal, agent, **fields)
    assert isinstance(one, FamilyMandate), one
    done = await consented(house, one)
    assert isinstance(done, FamilyMandate), done
    return done


async def on_phone(house: House, one: FamilyMandate, agent: int) -> Any:
    """The principal's code on the agent's phone."""
    platform, mine = house.platform, (await house.bind(agent)).binding
    return await house.work(
        lambda tx: mandates.bind_device(
            tx,
            house.clock,
            platform.sealer,
            platform.randomness,
            bucket=one.bucket,
            mandate_id=one.mandate_id,
            agent=mine,
            default_province=platform.settings.province,
        )
    )


def code_of(house: House, binding: Binding, purpose: Purpose | None = None) -> str:
    step = presentation.step_of(house.clock.now())
    keys = bindings.day_keys(house.platform.sealer, house.platform.aliases, house.clock, binding)
    day = next(key for key in keys if key.on == presentation.step_day(step))
    return presentation.mint(
        day,
        issuer=house.platform.settings.issuer,
        province=binding.province,
        step=step,
        purpose=purpose,
    )


async def shown(house: House, one: FamilyMandate, agent: int, **fields: Any) -> Any:
    """The agent shows the principal's code at the hospital; the clock moves on by a minute before."""
    house.move_on()
    binding = await on_phone(house, one, agent)
    return await house.scan(code_of(house, binding), **fields) if isinstance(binding, Binding) else binding


async def billed(house: House, one: FamilyMandate, agent: int, amount_fen: int, *, key: str | None = None) -> Any:
    """The agent shows the code and a whole visit is settled."""
    found = await shown(house, one, agent)
    fields = {"encounter": house.visit(), "items": (house.line(amount_fen=amount_fen),)}
    return await house.settle(found.visit_token, key=key, **fields)
