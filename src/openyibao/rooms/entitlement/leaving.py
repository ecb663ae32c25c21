"""Verbs of life's turns: a child is born, somebody dies, emigrates or enlists, chooses where to be insured. 中文: 出生、离开与选择参保地。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials
from openyibao.rooms.areas import Areas
from openyibao.rooms.credentials import Credential, StopGround
from openyibao.rooms.entitlement import judging
from openyibao.rooms.entitlement.deriving import TermsBook, lock_all, rederive
from openyibao.rooms.entitlement.paying import pay
from openyibao.rooms.entitlement.records import (
    BornRegistered,
    Circumstance,
    CircumstanceKind,
    Departed,
    Departure,
    EndGround,
    Enrolled,
    NewbornRequest,
    NewContribution,
)
from openyibao.rooms.entitlement.service import enrol, enter_circumstances, note_of
from openyibao.rooms.entitlement.yearly import insured_year
from openyibao.rooms.people import (
    BASE_INSURANCES,
    DocumentType,
    Enrolment,
    InsuranceType,
    NewEnrolment,
    NewPerson,
    PersonCategory,
    PersonChange,
    agency_area_unknown,
    change_persons,
    enjoyed_enrolment,
    register_persons,
)


async def register_newborns(
    tx: Tx, clock: Clock, sealer: Sealer, areas: Areas, *, requests: Sequence[NewbornRequest], actor: str
) -> list[BornRegistered | Refused]:
    """Register newborns, enrol them as residents from birth and enter the payment of their first year.

    Refused, in order: agency_area_unknown · newborn_window_over · those of registering.
    """
    today = clock.today()
    answers: list[BornRegistered | Refused] = []
    for one in requests:
        pool = areas.pooling_area(one.agency_area, one.birth_on)
        if pool is None:
            answers.append(agency_area_unknown(one.agency_area, one.birth_on))
            continue
        days = pool.settings.newborn_days
        if today > one.birth_on + timedelta(days=days):
            answers.append(Refused(judging.NEWBORN_WINDOW_OVER, {"days": days}))
            continue
        answers.append(await _register_newborn(tx, clock, sealer, areas, one, actor=actor))
    return answers


async def _register_newborn(
    tx: Tx, clock: Clock, sealer: Sealer, areas: Areas, one: NewbornRequest, *, actor: str
) -> BornRegistered | Refused:
    new = NewPerson(
        name=one.name,
        document_type=DocumentType.birth_certificate,
        document_number=one.birth_certificate,
        sex=one.sex,
        birth_on=one.birth_on,
        phone=one.phone,
    )
    (person,) = await register_persons(tx, clock, sealer, persons=[new], actor=actor)
    if isinstance(person, Refused):
        return person
    enrolment = NewEnrolment(
        person_id=person.person_id,
        agency_area=one.agency_area,
        insurance_type=InsuranceType.resident,
        person_category=PersonCategory.newborn,
        birth_on=one.birth_on,
        begins_on=one.birth_on,
    )
    (enrolled,) = await enrol(tx, clock, areas, enrolments=[enrolment], actor=actor)
    assert isinstance(enrolled, Enrolled)
    opened = enrolled.enrolment
    first_month, last_month = insured_year(one.birth_on, TermsBook(areas).terms_now(opened.pooling_area))
    payment = NewContribution(
        cell=opened.cell,
        person_id=opened.person_id,
        enrolment_id=opened.enrolment_id,
        first_month=first_month,
        last_month=last_month,
        base_fen=0,
        employer_fen=0,
        personal_fen=one.personal_fen,
        paid_on=clock.today(),
    )
    (paid,) = await pay(tx, clock, areas, contributions=[payment], actor=actor)
    return paid if isinstance(paid, Refused) else BornRegistered(person=person, enrolment=paid)


async def depart(
    tx: Tx, clock: Clock, areas: Areas, *, departures: Sequence[Departure], actor: str
) -> list[Departed | Refused]:
    """Death, emigration, enlistment: every enrolment ends on the day, and the credential stops at once.

    A dead or emigrated person's credential is revoked, a soldier's suspended. The personal account stays, to be inherited
    or paid out. Refused: person_unknown, where nothing is known of them.
    """
    book = TermsBook(areas)
    keys = [(cell, one.person_id) for one in departures for cell in areas.cells_of_person(one.person_id)]
    held = await lock_all(tx, keys)
    changes = {
        (one.bucket, one.person_id): PersonChange(died_on=one.on) for one in departures if one.ground is EndGround.died
    }
    await change_persons(tx, changes, actor=actor)
    answers: list[Departed | Refused] = []
    for one in departures:
        own = [each for (_, person_id), found in held.items() if person_id == one.person_id for each in found]
        stop = credentials.suspend if one.ground is EndGround.enlisted else credentials.revoke
        stopped = await stop(
            tx, clock, bucket=one.bucket, person_id=one.person_id, actor=actor, ground=StopGround.departed
        )
        if not own and isinstance(stopped, Refused):
            answers.append(Refused(judging.PERSON_UNKNOWN))
            continue
        ended = await _end_all(tx, clock, book, own, one, actor=actor)
        answers.append(Departed(enrolments=tuple(ended), credential_stopped=isinstance(stopped, Credential)))
    return answers


async def _end_all(
    tx: Tx, clock: Clock, book: TermsBook, own: Sequence[Enrolment], one: Departure, *, actor: str
) -> list[Enrolment]:
    ended: list[Enrolment] = []
    notes: list[Circumstance] = []
    for each in own:
        # One that had begun later than this day ends on its first: it never was.
        judged = judging.judge_end(each, max(one.on, each.begins_on), set())
        if isinstance(judged, Enrolment):
            ended.append(judged)
            notes.append(note_of(tx, each, CircumstanceKind.ended, one.ground, max(one.on, each.begins_on)))
    await enter_circumstances(tx, clock, notes, actor=actor)
    return await rederive(tx, book, ended, actor=actor)


async def choose_insured_area(
    tx: Tx, clock: Clock, areas: Areas, *, bucket: int, person_id: int, pooling_area: int, actor: str
) -> Credential | Refused:
    """Lead a person's credential to one of the areas they are insured in (C11): checked, and never changed otherwise.

    Refused, in order: no_enrolment_in_area · those of the credential.
    """
    pool = areas.by_code(pooling_area)
    cells = [cell for cell in areas.cells_of_person(person_id) if cell // 100 == pooling_area]
    held = await lock_all(tx, [(cell, person_id) for cell in cells])
    own = [one for found in held.values() for one in found if one.insurance_type in BASE_INSURANCES]
    enjoyed = enjoyed_enrolment(own, clock.today(), pool.settings.base_insurance_order if pool else BASE_INSURANCES)
    if pool is None or isinstance(enjoyed, Refused):
        return Refused(judging.NOT_YOUR_AREA, {"pooling_area": pooling_area})
    return await credentials.redirect(
        tx,
        clock,
        bucket=bucket,
        person_id=person_id,
        insured_cell=enjoyed.cell,
        insured_area=pooling_area,
        actor=actor,
    )
