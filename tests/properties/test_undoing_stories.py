"""Any sequence of opening, uploading, taking back, settling in parts, discharging, reversing, refunding, annulling and repricing
leaves what a fresh run of the survivors leaves: accumulators, pots, what is held, ledger and entitlements. Three institutions, two policy years, four kinds, two
insurances. The account is never used up: what it has left would tie bills together that share no accumulator (FIELD 13).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from stay_office import StayOffice

from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters
from openyibao.rooms.encounters import BED_KINDS, Encounter, EncounterKind, read_encounters
from openyibao.rooms.institutions import Institution
from openyibao.rooms.settlement import Corrected, FoundOutcome, RefundLine, Settled, Settlement, store

pytestmark = pytest.mark.owns_server

KINDS = (EncounterKind.outpatient, EncounterKind.emergency, EncounterKind.inpatient, EncounterKind.pharmacy)
YEARS = (datetime(2026, 12, 28, 4, tzinfo=UTC), datetime(2027, 1, 4, 4, tzinfo=UTC))


class Open(msgspec.Struct, frozen=True):
    who: int
    place: int
    kind: EncounterKind
    amounts_fen: tuple[int, ...]


class Upload(msgspec.Struct, frozen=True):
    visit: int
    amount_fen: int


class Remove(msgspec.Struct, frozen=True):
    visit: int


class Settle(msgspec.Struct, frozen=True):
    visit: int


class Close(msgspec.Struct, frozen=True):
    visit: int
    reopens: bool


class Reverse(msgspec.Struct, frozen=True):
    bill: int


class Refund(msgspec.Struct, frozen=True):
    bill: int


class Annul(msgspec.Struct, frozen=True):
    settle: int


class Reprice(msgspec.Struct, frozen=True):
    bill: int
    remove: bool


class NewYear(msgspec.Struct, frozen=True):
    pass


FEN = st.integers(1, 900_000)
SOME = st.integers(0, 5)
OPENINGS = st.builds(
    Open, st.integers(0, 1), st.integers(0, 2), st.sampled_from(KINDS), st.lists(FEN, min_size=1, max_size=3).map(tuple)
)
ACTS = st.one_of(
    OPENINGS,
    st.builds(Settle, SOME),
    st.builds(Settle, SOME),
    st.builds(Upload, SOME, FEN),
    st.builds(Remove, SOME),
    st.builds(Close, SOME, st.booleans()),
    st.builds(Reverse, SOME),
    st.builds(Refund, SOME),
    st.builds(Annul, SOME),
    st.builds(Reprice, SOME, st.booleans()),
    st.builds(NewYear),
)
STORIES = st.tuples(
    st.lists(OPENINGS, min_size=1, max_size=4),
    st.lists(st.builds(Settle, SOME), min_size=1, max_size=4),
    st.lists(ACTS, min_size=3, max_size=14),
).map(lambda parts: [act for part in parts for act in part])
BOUNDS = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Survivor(msgspec.Struct, frozen=True):
    """A bill that stands at the end: of which visit, whether it was discharged by then, and what its lines come to."""

    visit: int
    discharged: bool
    amounts_fen: tuple[int, ...]


class Teller:
    """Runs a story in a savepoint."""

    def __init__(self, office: StayOffice) -> None:
        self.office = office
        self.visits: list[tuple[int, Encounter, datetime]] = []
        self.asked: list[tuple[Institution, str]] = []
        self.line_no = 0

    async def open(self, act: Open) -> bool:
        office = self.office
        place = office.places[2 if act.kind is EncounterKind.pharmacy else act.place % 2]
        answer = await office.open(act.who, place, act.kind)
        if isinstance(answer, Refused):
            assert answer.code in {"stay_open", "no_policy"}, answer
            return False
        self.visits.append((act.who, answer.encounter, office.clock.now()))
        await self.upload(len(self.visits) - 1, act.amounts_fen)
        return True

    async def upload(self, visit: int, amounts_fen: Sequence[int]) -> Any:
        self.line_no += len(amounts_fen)
        return await self.office.upload(self.visits[visit][1], self.line_no - len(amounts_fen) + 1, amounts_fen)

    async def tell(self, act: Any) -> str:
        """Do it, where it is allowed; returns what came of it."""
        office = self.office
        if isinstance(act, NewYear):
            office.clock.set(YEARS[1])
            return "moved"
        if isinstance(act, Open):
            return str(await self.open(act))
        if isinstance(act, Annul):
            return _said(await office.annul(*self.asked[act.settle % len(self.asked)], "settle"))
        if isinstance(act, Reverse | Refund | Reprice):
            return await self._undo(act)
        who, visit, _ = self.visits[act.visit % len(self.visits)]
        if isinstance(act, Upload):
            return _said(await self.upload(act.visit % len(self.visits), [act.amount_fen]))
        if isinstance(act, Remove):
            return _said(await office.remove(visit))
        if isinstance(act, Settle):
            answer = await office.settle(who, visit)
            self.asked.append((office.place_of(visit), f"k{office.requests}"))
            return _said(answer)
        return _said(await (office.reopen(visit) if act.reopens else office.close(visit)))

    async def _undo(self, act: Reverse | Refund | Reprice) -> str:
        bills = await standing_bills(self.office)
        if not bills:
            return "none"
        bill, office = bills[act.bill % len(bills)], self.office
        place = next(one for one in office.places if one.institution_id == bill.institution_id)
        if isinstance(act, Reprice):
            return _said(await office.reprice(bill.cell, bill.settlement_id, remove=act.remove))
        if isinstance(act, Reverse):
            return _said(await office.reverse(place, bill.cell, bill.settlement_id))
        lines = await left_lines(office, bill)
        if not lines:
            return "none"
        number, fen = min(lines.items())
        refund = RefundLine(line_no=number, quantity_e4=10_000, amount_fen=fen)
        return _said(await office.refund(place, bill.cell, bill.settlement_id, [refund]))


def _said(answer: Any) -> str:
    if isinstance(answer, Refused):
        assert answer.code not in {"key_conflict", "encounter_unknown", "line_repeated"}, answer
        return answer.code
    assert isinstance(answer, Settled | Corrected | FoundOutcome) or hasattr(answer, "repeated"), answer
    return type(answer).__name__


async def standing_bills(office: StayOffice) -> list[Settlement]:
    """What stands, person by person, in the order of years and turns."""
    rows = await office.tx.fetch(
        "select s.cell, s.settlement_id from settlements s where s.kind = 'settlement' and not exists "
        "(select from settlement_reversals r where r.cell = s.cell and r.settlement_id = s.settlement_id) "
        "order by s.person_id, s.policy_year, s.turn"
    )
    found = await store.read_settlements(office.tx, [tuple(row) for row in rows])
    return [found[tuple(row)] for row in rows]


async def left_lines(office: StayOffice, bill: Settlement) -> dict[int, int]:
    """The lines of a bill by their numbers, what was given back taken off."""
    items = await encounters.read_items(office.tx, [(bill.cell, bill.encounter_id)])
    own = [item for item in items if item.fee_batch_id in bill.facts.fee_batch_ids]
    number = {item.fee_item_id: item.line_no for item in own}
    left: dict[int, int] = {}
    for item in own:
        name = number.get(item.original_fee_item_id or item.fee_item_id, item.line_no)
        left[name] = left.get(name, 0) + item.amount_fen
    return {name: fen for name, fen in left.items() if fen}


async def survivors_of(teller: Teller) -> list[Survivor]:
    at = {visit.encounter_id: place for place, (_, visit, _) in enumerate(teller.visits)}
    found = []
    for bill in await standing_bills(teller.office):
        lines = await left_lines(teller.office, bill)
        discharged = bill.facts.visit.discharged_on is not None
        found.append(Survivor(at[bill.encounter_id], discharged, tuple(lines.values())))
    return found


async def run_afresh(
    office: StayOffice, opened: Sequence[tuple[int, Encounter, datetime]], bills: Sequence[Survivor]
) -> None:
    """The visits are opened as they were, and nothing but the survivors is settled, in their order."""
    fresh: dict[int, Encounter] = {}
    for place, (who, visit, at) in enumerate(opened):
        if not any(bill.visit == place for bill in bills):
            continue
        office.clock.set(at)
        await office.tx.execute("update open_stays set encounter_id = null")
        answer = await office.open(who, office.place_of(visit), visit.kind)
        assert not isinstance(answer, Refused), answer
        name = (answer.encounter.cell, answer.encounter.encounter_id)
        # The number that was drawn at admission is a fact of the visit, whatever became of other stays since.
        await office.tx.execute(
            "update encounters set admission_no = $3 where cell = $1 and encounter_id = $2", *name, visit.admission_no
        )
        fresh[place] = (await read_encounters(office.tx, [name]))[name]
    closed: set[int] = set()
    for number, bill in enumerate(bills):
        who, visit, _ = opened[bill.visit]
        again = fresh[bill.visit]
        await office.upload(again, number * 10 + 1, bill.amounts_fen)
        if bill.discharged and bill.visit not in closed:
            closed.add(bill.visit)
            office.clock.set(YEARS[1])
            await office.close(again)
        answer = await office.settle(who, again)
        assert isinstance(answer, Settled), (answer, visit)


@BOUNDS
@given(story=STORIES)
async def test_what_stands_is_what_a_fresh_run_of_the_survivors_leaves(
    stay_office: StayOffice, story: list[Any]
) -> None:
    office = stay_office
    outer = office.tx._connection.transaction()
    await office.tx.send_writes()
    await outer.start()
    try:
        office.clock.set(YEARS[0])
        teller = Teller(office)
        for act in story:
            event(f"{type(act).__name__}: {await teller.tell(act)}")
        left, survivors = await office.standing(), await survivors_of(teller)
        opened = teller.visits
    finally:
        await outer.rollback()
    again = office.tx._connection.transaction()
    await again.start()
    try:
        await run_afresh(office, opened, survivors)
        fresh = await office.standing()
    finally:
        await again.rollback()
    assert left["accumulators"] == fresh["accumulators"]
    assert left["held"] == []
    assert left == fresh
    assert all(fen >= 0 for _, _, fen in left["pots"])


@BOUNDS
@given(
    amounts_fen=st.lists(st.one_of(st.integers(1, 900_000), st.integers(1, 20_000_000)), min_size=2, max_size=5),
    who=st.integers(0, 1),
    kind=st.sampled_from([EncounterKind.inpatient]),
)
async def test_interim_and_final_settlement_are_one_whole_settlement(
    stay_office: StayOffice, amounts_fen: list[int], who: int, kind: EncounterKind
) -> None:
    assert kind in BED_KINDS
    whole = await _stay(stay_office, who, kind, [amounts_fen])
    parts = await _stay(stay_office, who, kind, [[each] for each in amounts_fen])
    assert parts == whole


async def _stay(office: StayOffice, who: int, kind: EncounterKind, bills: list[list[int]]) -> dict[str, Any]:
    """Accumulators, pots and ledger after a stay that is settled in so many bills, the last after the discharge."""
    savepoint = office.tx._connection.transaction()
    await office.tx.send_writes()
    await savepoint.start()
    try:
        visit = (await office.open(who, office.places[0], kind)).encounter
        for place, bill in enumerate(bills):
            await office.upload(visit, place * 10 + 1, bill)
            if place == len(bills) - 1:
                await office.close(visit)
            answer = await office.settle(who, visit, interim=place < len(bills) - 1)
            assert isinstance(answer, Settled), answer
        return await office.standing()
    finally:
        await savepoint.rollback()
