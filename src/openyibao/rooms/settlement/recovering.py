"""Steps of mutual aid and of the purse that go on where a process left off: hold for a bill, carry, recover. 中文: 共济恢复。

``hold_aid`` goes before a bill, ``carry`` after it; ``recover`` is run again and again by every process and finds what is
due or overdue. Each may be done twice: a crossing arrives once, a hold ends once.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import holds, mutual_aid, purse
from openyibao.rooms.holds import Hold, HoldPurpose, HoldState
from openyibao.rooms.people import lock_persons
from openyibao.rooms.settlement import aiding, annulling, service, store
from openyibao.rooms.settlement.assessing import Assessed
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.records import AidGrant, AnnulRequest, SettleRequest
from openyibao.rooms.settlement.subjects import load_standing, load_subjects

AT_ONCE = 200
PLATFORM = "platform"


class Recovered(msgspec.Struct, frozen=True, kw_only=True):
    """What a round of recovering did (恢复结果)."""

    carried: int
    freed: int
    returned: int


async def hold_aid(tx: Tx, clock: Clock, desk: Desk, requests: Sequence[SettleRequest]) -> list[AidGrant | None]:
    """Before a bill: hold on a relative's account in another cell what it will want. None where nothing is to be held.

    Whatever refuses the bill refuses it when it is settled; nothing is refused here.
    """
    await desk.fresh(tx)
    return [await _hold_one(tx, clock, desk, request) for request in requests]


async def _hold_one(tx: Tx, clock: Clock, desk: Desk, request: SettleRequest) -> AidGrant | None:
    if await aiding.is_known(tx, request):
        return None
    (subject,) = await load_subjects(tx, clock, [request])
    if subject.person is None:
        return None
    agreements = await aiding.find_agreements(tx, [subject])
    elsewhere = [one for one in agreements.get(subject.person, ()) if one.cell != subject.person[0]]
    if not elsewhere:
        return None
    known = await aiding.find_grant(tx, request, elsewhere)
    if known is not None:
        return known
    standing = await load_standing(tx, [subject.person], lock=False)
    standing.offers = await aiding.load_offers(tx, clock, desk, [subject], agreements, anywhere=True)
    done = await service.look_at(tx, clock, desk, subject, standing)
    offer = standing.offers[subject.person]
    if not isinstance(done, Assessed) or isinstance(offer, Refused) or offer.agreement.cell == subject.person[0]:
        return None
    return await aiding.hold_for(tx, clock, desk, request, offer, done.split.mutual_aid_fen)


async def release_grant(tx: Tx, clock: Clock, grant: AidGrant) -> None:
    """After a bill that was refused under its key: free what was held for it, unless the bill was settled after all."""
    found = await holds.find_holds(tx, [grant.agreement.cell], HoldPurpose.mutual_aid, [grant.reference])
    await _resolve(tx, clock, found)


async def recover(tx: Tx, clock: Clock) -> Recovered:
    """Carry what is due, free what is overdue, send back what nobody accepted; at most some hundred of each."""
    due = await holds.list_due(tx, most=AT_ONCE)
    await mutual_aid.carry_uses(tx, clock, due, actor=PLATFORM)
    return msgspec.structs.replace(await free_overdue(tx, clock), carried=len(due))


async def free_overdue(tx: Tx, clock: Clock) -> Recovered:
    """Free what is held past its time, send back what nobody accepted; at most some hundred of each."""
    overdue = await holds.list_overdue(tx, HoldPurpose.mutual_aid, at=clock.now(), most=AT_ONCE)
    freed = await _resolve(tx, clock, overdue)
    returned = await purse.return_overdue(tx, clock)
    return Recovered(carried=0, freed=freed, returned=len(returned))


async def list_acts(reading: Reading) -> list[tuple[int, int]]:
    """(cell, act_id) of what has ordered something of other cells that is not done yet, the oldest first."""
    due = await holds.list_due(reading, most=AT_ONCE)
    return list(dict.fromkeys((one.cell, one.act_id) for one in due))


async def _resolve(tx: Tx, clock: Clock, found: Sequence[Hold]) -> int:
    """End holds by what became of their bills: a bill that never came is barred first, then can't come any more."""
    # Persons before keys, as everywhere.
    await lock_persons(tx, {(one.cell, one.person_id) for one in found})
    free: list[tuple[int, str]] = []
    for reference in sorted({one.reference for one in found if one.state is HoldState.open}):
        institution, _, key = reference.partition(":")
        claimed = await annulling.claim_to_bar(tx, clock, _barring(int(institution), key))
        name = None if claimed is None else (claimed.cell, claimed.outcome_id)
        outcome = None if name is None else (await store.read_settlements(tx, [name])).get(name)
        aid = None if outcome is None else outcome.facts.aid
        # Settled on this hold: its crossing spends it. Settled without it (the person's own account after all): free.
        if aid is None or aid.reference != reference:
            free += [(one.cell, reference) for one in found if one.reference == reference]
    if not free:
        return 0
    standing = await holds.find_holds(
        tx, [cell for cell, _ in free], HoldPurpose.mutual_aid, [reference for _, reference in free]
    )
    still = [one for one in standing if one.state is HoldState.open]
    late = [one for one in still if one.expires_at <= clock.now()]
    await holds.expire(tx, clock, late, actor=PLATFORM)
    await holds.release(tx, clock, [one for one in still if one not in late], actor=PLATFORM)
    return len(still)


def _barring(institution_id: int, key: str) -> AnnulRequest:
    return AnnulRequest(
        institution_id=institution_id,
        operator_code=PLATFORM,
        terminal_code=PLATFORM,
        request_key=key,
        digest=b"",
        original_key=key,
    )
