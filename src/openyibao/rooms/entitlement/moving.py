"""Moves by file: an agency's insured go to another agency, as when districts are joined or an agency is closed. 中文: 批量转移经办。

Each line is one move in mid-year (``service.move``): the old enrolment ends the day before, a new one begins. Where the new
agency pools elsewhere, the credential is led there once the day has come, unless it leads somewhere else already.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials
from openyibao.rooms.areas import Areas
from openyibao.rooms.entitlement import judging
from openyibao.rooms.entitlement.deriving import lock_all
from openyibao.rooms.entitlement.lines import MoveLine, read_move
from openyibao.rooms.entitlement.months import ONE_DAY
from openyibao.rooms.entitlement.records import Moved, MoveRequest
from openyibao.rooms.entitlement.service import move
from openyibao.rooms.people import Enrolment, PersonName, find_persons


async def import_moves(
    tx: Tx, clock: Clock, sealer: Sealer, areas: Areas, lines: Sequence[tuple[int, Sequence[str]]], *, actor: str
) -> list[tuple[int, bool | Refused]]:
    """Each line's number with its answer: True moved, False moved before, or why not.

    Reasons in order: line_unreadable · person_unknown · enrolment_unknown · those of moving.
    """
    answers: list[tuple[int, bool | Refused]] = []
    good: list[tuple[int, MoveLine]] = []
    for number, cells in lines:
        one = read_move(cells)
        if isinstance(one, Refused):
            answers.append((number, one))
        else:
            good.append((number, one))
    known = await find_persons(tx, sealer, [one.document for _, one in good])
    keys = [(cell, who.person_id) for who in known.values() for cell in areas.cells_of_person(who.person_id)]
    mine: dict[int, list[Enrolment]] = {}
    for (_, person_id), own in (await lock_all(tx, keys)).items():
        mine.setdefault(person_id, []).extend(own)
    wanted: list[tuple[int, PersonName, MoveRequest]] = []
    for number, one in good:
        who = known.get(one.document)
        if who is None:
            answers.append((number, Refused(judging.PERSON_UNKNOWN)))
            continue
        found = _meant(one, mine.get(who.person_id, ()))
        if isinstance(found, MoveRequest):
            wanted.append((number, who, found))
        else:
            answers.append((number, found))
    moved = await move(tx, clock, areas, requests=[request for _, _, request in wanted], actor=actor)
    for (number, who, _), done in zip(wanted, moved, strict=True):
        answers.append((number, done if isinstance(done, Refused) else True))
        if isinstance(done, Moved) and done.account_stays:
            await _lead_along(tx, clock, who, done, clock.today(), actor=actor)
    return answers


def _meant(line: MoveLine, present: Sequence[Enrolment]) -> MoveRequest | bool | Refused:
    """The enrolment that goes: of the insurance and agency, in force the day before; False where it went already."""
    for one in present:
        if one.insurance_type is not line.insurance_type:
            continue
        if (one.agency_area, one.begins_on) == (line.to_agency, line.moves_on):
            return False
    for one in present:
        in_force = one.begins_on < line.moves_on and (one.ends_on is None or line.moves_on - ONE_DAY <= one.ends_on)
        if in_force and (one.insurance_type, one.agency_area) == (line.insurance_type, line.from_agency):
            return MoveRequest(
                cell=one.cell,
                person_id=one.person_id,
                enrolment_id=one.enrolment_id,
                agency_area=line.to_agency,
                on=line.moves_on,
            )
    return Refused(judging.ENROLMENT_UNKNOWN)


async def _lead_along(tx: Tx, clock: Clock, who: PersonName, done: Moved, today: date, *, actor: str) -> None:
    """The credential follows into the new pool where it led into the old one; none that can be used: nothing."""
    if done.opened.begins_on > today:
        return
    held = await credentials.lock_usable(tx, bucket=who.bucket, person_id=who.person_id)
    if isinstance(held, Refused) or held.insured_cell != done.ended.cell:
        return
    await credentials.redirect(
        tx,
        clock,
        bucket=who.bucket,
        person_id=who.person_id,
        insured_cell=done.opened.cell,
        insured_area=done.opened.pooling_area,
        actor=actor,
    )
