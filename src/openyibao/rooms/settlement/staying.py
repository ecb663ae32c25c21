"""Stays in settling: what the policy must know of the stay, and undoing a discharge. Visits cost nothing of it. 中文: 住院结算。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, policies
from openyibao.rooms.areas import area_of_cell
from openyibao.rooms.encounters import BED_KINDS, Act, Encounter, FeeBatch, FeeItem, Stepped, UndoRequest
from openyibao.rooms.people import Enrolment
from openyibao.rooms.policies import BillLine, MetBill, PersonFacts, Policy, VisitFacts
from openyibao.rooms.settlement import limits, reasons, store
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.records import Settlement, SettlementKind


class StaySoFar(msgspec.Struct, frozen=True, kw_only=True):
    """What was settled of a stay before, in the order of its years and turns, and when the person left the stay before."""

    earlier: tuple[Settlement, ...] = ()
    last_discharge_on: date | None = None


class StayBill(msgspec.Struct, frozen=True, kw_only=True):
    """A stay's bill as the policy sees it: the document of its deciding day, its year, and the facts of the visit."""

    policy: Policy
    document_hash: str
    policy_year: int
    visit: VisitFacts


async def load_stay(reading: Reading, encounter: Encounter, batches: Sequence[FeeBatch]) -> StaySoFar:
    """What stands of a stay already, and the last discharge before it."""
    return StaySoFar(
        earlier=await standing_of_stay(reading, encounter.cell, batches),
        last_discharge_on=await encounters.read_last_discharge(
            reading, (encounter.cell, encounter.person_id), encounter.encounter_id, encounter.opened_on
        ),
    )


async def standing_of_stay(reading: Reading, cell: int, batches: Sequence[FeeBatch]) -> tuple[Settlement, ...]:
    """The settlements that stand on a visit's batches, in the order of their years and turns."""
    ids = {b.settlement_id for b in batches if b.state.value == "settled" and b.settlement_id is not None}
    found = await store.read_settlements(reading, [(cell, one) for one in sorted(ids)])
    return tuple(sorted(found.values(), key=lambda one: (one.policy_year, one.turn)))


def met_bills(earlier: Sequence[Settlement]) -> list[MetBill]:
    """Earlier settlements of a stay as the policy reads them."""
    return [
        MetBill(
            policy_year=one.policy_year,
            in_policy_fen=one.in_policy_fen,
            deductible_fen=one.deductible_fen,
            funds_fen=one.funds_fen(),
            before=one.facts.accumulators_before,
            after=one.facts.accumulators_after,
        )
        for one in earlier
    ]


def ruled(desk: Desk, enrolment: Enrolment, policy: Policy) -> Policy:
    """A document as it parts stays in this area: what the document leaves open the area's setting decides."""
    return policies.with_day_rule(policy, desk.areas.settings(enrolment.pooling_area).stay_decided_by)


def bill_of_stay(
    desk: Desk,
    enrolment: Enrolment,
    found: tuple[Policy, str],
    person: PersonFacts,
    visit: VisitFacts,
    so_far: StaySoFar,
    lines: Sequence[BillLine],
    today: date,
) -> StayBill | Refused:
    """The deciding day, its document and year, and what the stay has met. Reasons: no_policy · parts_apart.

    ``found`` is the document of the day of admission, which says which day decides; else the area's setting does.
    """
    policy, document_hash = found
    visit = msgspec.structs.replace(visit, last_discharge_on=so_far.last_discharge_on)
    asked = ruled(desk, enrolment, policy)
    day = policies.day_of_stay(asked, person, visit, visit.discharged_on or today)
    year = policy.policy_year(day, person.person_category)
    if asked.decides and lines:
        parts = policies.parts_of_bill(asked, person, msgspec.structs.replace(visit, on=day), lines)
        if len(parts) > 1:
            until_on = max(line.on or day for line in parts[0].lines)
            return Refused(reasons.PARTS_APART, {"until_on": until_on.isoformat(), "parts": len(parts)})
        day, year = parts[0].on, parts[0].policy_year
    if day != visit.on:
        again = desk.shelf.policy_for(enrolment.pooling_area, enrolment.insurance_type.value, visit.kind, day)
        if isinstance(again, Refused):
            return again
        policy, document_hash = again
        visit = msgspec.structs.replace(visit, on=day)
    if so_far.earlier:
        met = policies.met_so_far(policy, person, visit, year, met_bills(so_far.earlier))
        visit = msgspec.structs.replace(visit, stay_so_far=met)
    return StayBill(policy=policy, document_hash=document_hash, policy_year=year, visit=visit)


def judge_life(
    encounter: Encounter, batches: Sequence[FeeBatch], items: Sequence[FeeItem], *, interim: bool | None
) -> Refused | None:
    """Whether the visit may be settled now. Reasons: those of ``lives`` · nothing_to_settle."""
    stays = encounter.kind in BED_KINDS
    if interim is None:
        interim = stays and encounter.closed_on is None
    act = Act.settle_interim if interim else Act.settle
    refused = encounters.judge_act(act, encounter, batches)
    return refused if refused is not None or items else Refused(encounters.NOTHING_TO_SETTLE)


def settled_after_close(settlement: Settlement) -> bool:
    """Whether it was settled when the visit was closed already."""
    return settlement.facts.visit.discharged_on is not None


def judge_undoing_of(settlement: Settlement, encounter: Encounter, batches: Sequence[FeeBatch]) -> Refused | None:
    """Whether the life of the visit allows its settlement to be undone. Reasons: those of ``lives``."""
    after = settled_after_close(settlement)
    act = Act.reverse if after or encounter.kind not in BED_KINDS else Act.reverse_interim
    return encounters.judge_act(act, encounter, batches, settled_after_close=after)


def find_later_of_stay(settlement: Settlement, standing: Sequence[Settlement]) -> Settlement | None:
    """A settlement of the same stay that was made on top of this one, in whichever year."""
    place = (settlement.policy_year, settlement.turn)
    later = [one for one in standing if (one.policy_year, one.turn) > place and one.kind is SettlementKind.settlement]
    return later[-1] if later else None


async def reopen_encounters(
    tx: Tx, clock: Clock, desk: Desk, requests: Sequence[UndoRequest]
) -> list[Stepped | Refused]:
    """Undo a close or a discharge.

    Reasons: institution_suspended · encounter_unknown · those of ``lives`` · day_closed · reconciled · cleared ·
    year_closed · stay_open.
    """
    await desk.fresh(tx)

    async def ask_further(encounter: Encounter, batches: Sequence[FeeBatch]) -> Refused | None:
        standing = await standing_of_stay(tx, encounter.cell, batches)
        after = any(settled_after_close(one) for one in standing)
        refused = encounters.judge_act(Act.reopen, encounter, batches, settled_after_close=after)
        if refused is not None:
            return refused
        assert encounter.closed_on is not None
        place = (area_of_cell(encounter.cell), encounter.institution_id)
        return await limits.judge_limits(tx, *place, encounter.closed_on)

    return await encounters.reopen_encounters(tx, clock, desk.references, requests, ask_further=ask_further)
