"""Carrying enrolments from one record of a person to the other. 中文: 并档时参保关系的转移。"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.rooms.areas import Areas, cell_of
from openyibao.rooms.entitlement import judging, store
from openyibao.rooms.entitlement.deriving import TermsBook, name_of, rederive
from openyibao.rooms.entitlement.months import ONE_DAY
from openyibao.rooms.entitlement.records import Carried, Circumstance, CircumstanceKind, Contribution, EndGround
from openyibao.rooms.entitlement.service import enter_circumstances, note_of
from openyibao.rooms.entitlement.telling import contribution_event
from openyibao.rooms.people import Enrolment, NewEnrolment, add_enrolments


async def carry_enrolments(
    tx: Tx,
    clock: Clock,
    areas: Areas,
    *,
    going: Sequence[Enrolment],
    staying: Sequence[Enrolment],
    person_id: int,
    actor: str,
) -> list[Carried]:
    """Give a person the enrolments of their other record, with contributions and circumstances; both are locked.

    Each enrolment of the record that goes ends yesterday (or on its first day) and is entered anew for the one that stays, unless
    that has the same insurance in the same pool meanwhile: then it only ends. What was ended long ago stays as history.
    """
    today, book = clock.today(), TermsBook(areas)
    names = [name_of(one) for one in going]
    contributions = await store.read_contributions(tx, names)
    circumstances = await store.read_circumstances(tx, names)
    carried: list[Carried] = []
    ended: list[Enrolment] = []
    notes: list[Circumstance] = []
    payments: list[Contribution] = []
    present = list(staying)
    for one, name in zip(going, names, strict=True):
        last_on = max(today - ONE_DAY, one.begins_on)
        over = judging.judge_end(one, last_on, set())
        if not isinstance(over, Enrolment):
            continue
        ended.append(over)
        notes.append(note_of(tx, one, CircumstanceKind.ended, EndGround.merged, last_on))
        anew = _anew(tx, areas, one, person_id, present)
        carried.append(Carried(ended=over, opened=anew))
        if anew is None:
            continue
        present.append(anew)
        place = {"cell": anew.cell, "person_id": anew.person_id, "enrolment_id": anew.enrolment_id}
        payments += [
            msgspec.structs.replace(each, **place, contribution_id=tx.ids.next()) for each in contributions[name]
        ]
        notes += [
            msgspec.structs.replace(each, **place, circumstance_id=tx.ids.next())
            for each in circumstances[name]
            if each.kind is not CircumstanceKind.ended
        ]
    await add_enrolments(tx, [one.opened for one in carried if one.opened is not None], actor=actor)
    await store.insert_contributions(tx, payments, clock.now())
    tx.audit += [contribution_event(each, actor) for each in payments]
    await enter_circumstances(tx, clock, notes, actor=actor)
    await rederive(tx, book, ended, actor=actor)
    return carried


def _anew(tx: Tx, areas: Areas, one: Enrolment, person_id: int, present: Sequence[Enrolment]) -> Enrolment | None:
    pool = areas.by_code(one.pooling_area)
    assert pool is not None
    wanted = NewEnrolment(
        person_id=person_id,
        agency_area=one.agency_area,
        insurance_type=one.insurance_type,
        person_category=one.person_category,
        birth_on=one.birth_on,
        begins_on=one.begins_on,
    )
    if judging.judge_enrolling(wanted, one.pooling_area, present) is not None:
        return None
    cell = cell_of(pool.pooling_area, pool.cells, person_id)
    return msgspec.structs.replace(one, cell=cell, person_id=person_id, enrolment_id=tx.ids.next(), changes=0)
