"""Verbs of transfers: ask, take up, close (which moves the enrolment), stop; lists."""

from __future__ import annotations

from datetime import date

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import entitlement, people
from openyibao.rooms.areas import Areas
from openyibao.rooms.entitlement import Moved, MoveRequest
from openyibao.rooms.transfers import records, rules, store, telling
from openyibao.rooms.transfers.records import EnrolmentTransfer, NewTransfer, StopSide


def _name(areas: Areas, area: int) -> str:
    pool = areas.by_code(area)
    return str(area) if pool is None else pool.name


async def ask(tx: Tx, clock: Clock, areas: Areas, new: NewTransfer) -> EnrolmentTransfer | Refused:
    """A person asks. Refuses, in order: enrolment_unknown, enrolment_ended · those of ``rules.judge_ask``."""
    await people.lock_person_rows(tx, [(new.bucket, new.person_id)])
    today = clock.today()
    name = (new.from_cell, new.person_id)
    held = (await people.read_enrolments(tx, [name])).get(name, [])
    found = entitlement.find_open_enrolment(held, new.from_enrolment_id, today)
    if isinstance(found, Refused):
        return found
    to = areas.pooling_area(new.to_agency_area, today)
    under_way = await store.is_under_way(tx, new.bucket, new.person_id, new.from_enrolment_id)
    refused = rules.judge_ask(found, to, under_way=under_way)
    if refused is not None or to is None:
        return refused or Refused(records.TRANSFER_AREA_UNKNOWN)
    made = EnrolmentTransfer(
        transfer_id=tx.ids.next(),
        from_area=found.pooling_area,
        to_area=to.pooling_area,
        asked_at=clock.now(),
        **msgspec.structs.asdict(new),
    )
    await store.insert_transfer(tx, made)
    tx.audit.append(telling.asked_event(made))
    return made


async def take_up(
    tx: Tx, clock: Clock, areas: Areas, *, bucket: int, transfer_id: int, at_area: int, officer: str
) -> EnrolmentTransfer | Refused:
    """The agency the person goes to takes it up. Refuses as ``rules.judge_taking_up``."""
    one = await store.lock_transfer(tx, bucket, transfer_id)
    refused = rules.judge_taking_up(one, at_area=at_area, name="" if one is None else _name(areas, one.to_area))
    if refused is not None or one is None:
        return refused or Refused(records.TRANSFER_UNKNOWN)
    if one.taken_up_at is not None:
        return one
    done = msgspec.structs.replace(one, taken_up_by=officer, taken_up_at=clock.now())
    await store.set_steps(tx, done)
    tx.audit.append(telling.taken_up_event(done))
    return done


async def close(
    tx: Tx, clock: Clock, areas: Areas, *, bucket: int, transfer_id: int, at_area: int, officer: str, on: date
) -> EnrolmentTransfer | Refused:
    """The agency the person comes from closes it: the enrolment moves on that day. Refuses as ``rules.judge_closing``, then
    as ``entitlement.move``.
    """  # noqa: D205 one sentence
    one = await store.lock_transfer(tx, bucket, transfer_id)
    name = "" if one is None else _name(areas, one.from_area)
    refused = rules.judge_closing(one, at_area=at_area, name=name, on=on, today=clock.today())
    if refused is not None or one is None:
        return refused or Refused(records.TRANSFER_UNKNOWN)
    request = MoveRequest(
        cell=one.from_cell,
        person_id=one.person_id,
        enrolment_id=one.from_enrolment_id,
        agency_area=one.to_agency_area,
        on=on,
    )
    (moved,) = await entitlement.move(tx, clock, areas, requests=[request], actor=f"{one.taken_up_by}/{officer}")
    if not isinstance(moved, Moved):
        return moved
    at = clock.now()
    done = msgspec.structs.replace(
        one,
        closed_by=officer,
        closed_at=at,
        moves_on=on,
        done_at=at,
        new_enrolment_id=moved.opened.enrolment_id,
    )
    await store.set_steps(tx, done)
    tx.audit.append(telling.closed_event(done))
    return done


async def stop(
    tx: Tx,
    clock: Clock,
    *,
    bucket: int,
    transfer_id: int,
    by: str,
    words: str,
    person_id: int | None = None,
    at_area: int | None = None,
) -> EnrolmentTransfer | Refused:
    """The person withdraws it (``person_id``), or an agency refuses it (``at_area``). Refuses as ``rules.judge_stopping``."""
    one = await store.lock_transfer(tx, bucket, transfer_id)
    side = None
    if one is not None:
        side = StopSide.person if at_area is None else rules.side_of(one, at_area)
    refused = rules.judge_stopping(one, side, person_id=person_id)
    if refused is not None or one is None:
        return refused or Refused(records.TRANSFER_UNKNOWN)
    done = msgspec.structs.replace(
        one, stopped_by=by, stopped_at=clock.now(), stop_ground=side, stop_words=words.strip()[:200] or None
    )
    await store.set_steps(tx, done)
    tx.audit.append(telling.stopped_event(done))
    return done


async def list_of_person(reading: Reading, *, bucket: int, person_id: int) -> list[EnrolmentTransfer]:
    """A person's transfers, the newest first; at most fifty."""
    return await store.list_of_person(reading, bucket, person_id, most=rules.LISTED_MAX)


async def list_under_way(reading: Reading, *, area: int) -> list[EnrolmentTransfer]:
    """What is under way to or from an area, the first asked first; at most fifty."""
    return await store.list_under_way(reading, [area], most=rules.LISTED_MAX)
