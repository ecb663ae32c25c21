"""Mutual aid in a bill: whose account may pay, what is held for it in another cell, and what is carried there.

Within a cell the owner is locked with the patient, and the account pays in the same transaction. Across cells the money is
always held there, the bill settled here, then posted there, also on one machine: each step is a transaction of its own,
named by the bill's own key. Whatever breaks off in between is found again by ``recover``: a hold whose bill never came
falls free, once the key is barred; one whose bill was settled is posted. 中文: 家庭共济结算。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import find_keys
from openyibao.rooms import holds, mutual_aid
from openyibao.rooms.holds import Crossing, CrossingKind, Hold, HoldPurpose, HoldState, NewHold, take_from_pots
from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.mutual_aid import AidOffer, AidSettings, AidUse, AidUseKind, MutualAid, aid_settings
from openyibao.rooms.people import lock_persons
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.records import AidGrant, Settlement, SettlementKind, SettleRequest
from openyibao.rooms.settlement.subjects import Subject

HOLD_LIFETIME = timedelta(minutes=10)
"""How long money is held for a bill in another cell; a bill takes seconds."""
Agreements = dict[tuple[int, int], list[MutualAid]]
"""(cell, person_id) → the agreements that may pay for them."""


async def find_agreements(reading: Reading, subjects: Sequence[Subject]) -> Agreements:
    """The agreements of those whose bills ask for mutual aid; nothing is asked where none does."""
    persons = {one.person for one in subjects if one.person and one.request.account_use is AccountUse.mutual_aid}
    return await mutual_aid.read_agreements_for(reading, persons) if persons else {}


def owners_here(subjects: Sequence[Subject], agreements: Agreements) -> dict[int, list[tuple[int, int]]]:
    """Bill → the owners of its own cell, who are locked with its patient."""
    if not agreements:
        return {}
    return {
        n: [
            (one.cell, one.owner_person_id)
            for one in agreements.get(subject.person, ())
            if one.cell == subject.person[0]
        ]
        for n, subject in enumerate(subjects)
        if subject.person and subject.request.account_use is AccountUse.mutual_aid
    }


def _settings_of(desk: Desk, agreements: Agreements) -> dict[int, AidSettings]:
    cells = {one.cell for ones in agreements.values() for one in ones}
    pools = {cell: desk.areas.by_code(cell // 100) for cell in cells}
    return {cell: aid_settings(pool.said if pool else {}) for cell, pool in pools.items()}


async def load_offers(
    reading: Reading,
    clock: Clock,
    desk: Desk,
    subjects: Sequence[Subject],
    agreements: Agreements,
    *,
    anywhere: bool = False,
) -> Mapping[tuple[int, int], AidOffer | Refused]:
    """What relatives' accounts may give. Of accounts in other cells what is held for the bill, and nothing else.

    ``anywhere``: of all accounts what they have, to tell beforehand.
    """
    asking = {
        one.person: one.request.grant
        for one in subjects
        if one.person and one.request.account_use is AccountUse.mutual_aid
    }
    if not asking:
        return {}
    if not anywhere:
        # The owners of this cell are locked by now: an agreement that was ended meanwhile pays nothing.
        names = [(one.cell, one.agreement_id) for ones in agreements.values() for one in ones]
        now = await mutual_aid.read_agreements(reading, names)
        agreements = {person: [now[one.cell, one.agreement_id] for one in ones] for person, ones in agreements.items()}
    offers = await mutual_aid.load_offers(reading, agreements, asking, _settings_of(desk, agreements), clock.today())
    for person, grant in asking.items():
        offer = offers[person]
        if grant is not None:
            offers[person] = _of_grant(grant)
        elif not anywhere and isinstance(offer, AidOffer) and offer.agreement.cell != person[0]:
            offers[person] = msgspec.structs.replace(offer, most_fen=0, pots={})
    return offers


def _of_grant(grant: AidGrant) -> AidOffer:
    return AidOffer(
        agreement=grant.agreement,
        most_fen=sum(grant.pots.values()),
        pots=grant.pots,
        reference=grant.reference,
        held=True,
    )


async def hold_for(
    tx: Tx, clock: Clock, desk: Desk, request: SettleRequest, offer: AidOffer, wanted_fen: int
) -> AidGrant | None:
    """Hold on the owner's account, in the owner's cell, what the bill will want; None where nothing is to be had.

    The owner is locked and the agreement looked at again. A bill that comes again finds what is held for it.
    """
    reference = reference_of(request)
    one = offer.agreement
    await lock_persons(tx, [(one.cell, one.owner_person_id)])
    standing = (await mutual_aid.read_agreements(tx, [(one.cell, one.agreement_id)]))[one.cell, one.agreement_id]
    person = (one.relative_cell, one.relative_person_id)
    agreements = {person: [standing]}
    again = (await mutual_aid.load_offers(tx, agreements, [person], _settings_of(desk, agreements), clock.today()))[
        person
    ]
    if isinstance(again, Refused):
        return None
    taken = take_from_pots(min(wanted_fen, again.most_fen), again.pots, tuple(again.pots))
    wanted = [
        NewHold(
            cell=one.cell,
            person_id=one.owner_person_id,
            pot=pot,
            amount_fen=amount_fen,
            purpose=HoldPurpose.mutual_aid,
            reference=reference,
            subject_id=one.agreement_id,
            expires_at=clock.now() + HOLD_LIFETIME,
        )
        for pot, amount_fen in taken.items()
    ]
    made = await holds.hold(tx, clock, wanted, actor=request.operator_code)
    pots = {each.pot: each.amount_fen for each in made if isinstance(each, Hold) and each.state is HoldState.open}
    return AidGrant(agreement=standing, pots=pots, reference=reference) if pots else None


async def find_grant(tx: Tx, request: SettleRequest, agreements: Sequence[MutualAid]) -> AidGrant | None:
    """What is held for this very bill already: its first try broke off after holding."""
    found = await holds.find_holds(
        tx, [one.cell for one in agreements], HoldPurpose.mutual_aid, [reference_of(request)]
    )
    live = [each for each in found if each.state is HoldState.open]
    of = next((one for one in agreements if live and one.agreement_id == live[0].subject_id), None)
    if of is None:
        return None
    return AidGrant(agreement=of, pots={each.pot: each.amount_fen for each in live}, reference=reference_of(request))


def reference_of(request: SettleRequest) -> str:
    """What holds for a bill are found by: the institution and its key, by which the bill itself is found."""
    return f"{request.institution_id}:{request.request_key}"


async def write_aid(tx: Tx, settlements: Sequence[Settlement]) -> None:
    """With the bill: note what an owner of this cell paid or got back; order what another cell must do."""
    uses, crossings = [], []
    for one in settlements:
        assert one.facts.aid is not None
        if one.facts.aid.reference:
            crossings += _crossings_of(tx, one)
        elif one.mutual_aid_fen:
            uses.append(_use_of(tx, one))
    if uses:
        await mutual_aid.note_uses(tx, uses, actor=settlements[0].operator_code)
    if crossings:
        await holds.order_crossings(tx, crossings, actor=settlements[0].operator_code)


def _use_of(tx: Tx, one: Settlement) -> AidUse:
    aid = one.facts.aid
    assert aid is not None
    return AidUse(
        cell=one.cell,
        use_id=tx.ids.next(),
        agreement_id=aid.agreement_id,
        owner_person_id=aid.owner_person_id,
        kind=AidUseKind.refunded if one.kind is SettlementKind.reversal else AidUseKind.used,
        current_fen=aid.current_fen,
        past_fen=aid.past_fen,
        settlement_cell=one.cell,
        settlement_id=one.settlement_id,
        institution_id=one.institution_id,
        used_year=one.settled_on.year,
        used_on=one.settled_on,
    )


def _crossings_of(tx: Tx, one: Settlement) -> list[Crossing]:
    """A settlement spends or frees every pot that was held; a reversal gives back what each has paid."""
    aid = one.facts.aid
    assert aid is not None
    paid = {AccountPot.current: aid.current_fen, AccountPot.past: aid.past_fen}
    back = one.kind is SettlementKind.reversal
    pots = [pot for pot, fen in paid.items() if fen] if back else list(aid.held)
    return [
        Crossing(
            cell=one.cell,
            crossing_id=tx.ids.next(),
            kind=CrossingKind.give if back else CrossingKind.take,
            purpose=HoldPurpose.mutual_aid,
            reference=aid.reference,
            subject_id=aid.agreement_id,
            act_id=one.settlement_id,
            to_cell=aid.owner_cell,
            to_person_id=aid.owner_person_id,
            pot=pot,
            amount_fen=paid[pot],
            made_at=one.settled_at,
        )
        for pot in pots
    ]


async def carry_act(tx: Tx, clock: Clock, cell: int, act_id: int) -> int:
    """Carry what one settlement, reversal or transfer has ordered of other cells; how much there was."""
    due = await holds.list_due(tx, most=8, act=(cell, act_id))
    await mutual_aid.carry_uses(tx, clock, due, actor="platform")
    return len(due)


async def is_known(tx: Tx, request: SettleRequest) -> bool:
    """Whether the bill's key has an outcome: then nothing more is held for it."""
    name = (request.institution_id, request.request_key)
    return bool(await find_keys(tx, "settle", [name]))
