"""Verbs of holds: hold, post, release, expire; order what another cell must do, and carry it there."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import ledger
from openyibao.rooms.holds import store, telling
from openyibao.rooms.holds.records import Crossing, CrossingKind, Hold, HoldState, NewHold
from openyibao.rooms.holds.rules import AVAILABLE_TOO_LOW, HOLD_ENDED, HOLD_NOT_EXPIRED, TRANSIT
from openyibao.rooms.ledger import AccountMove
from openyibao.rooms.people import lock_persons


async def hold(tx: Tx, clock: Clock, wanted: Sequence[NewHold], *, actor: str) -> list[Hold | Refused]:
    """Keep amounts aside on the pots of persons that are locked; a reference that is known answers with its hold.

    Reason: available_too_low.
    """
    if not wanted:
        return []
    accounts = await ledger.read_accounts(tx, sorted({(one.cell, one.person_id) for one in wanted}))
    free = {key: account.available_fen for key, account in accounts.items()}
    known = {
        (one.cell, one.purpose, one.reference, one.pot): one
        for purpose in {each.purpose for each in wanted}
        for one in await store.find_holds(
            tx, [each.cell for each in wanted], purpose, [each.reference for each in wanted]
        )
    }
    answers: list[Hold | Refused] = []
    made: list[Hold] = []
    for one in wanted:
        name, key = (one.cell, one.purpose, one.reference, one.pot), (one.cell, one.person_id, one.pot)
        if name in known:
            answers.append(known[name])
            continue
        if free.get(key, 0) < one.amount_fen:
            facts = {"available_fen": free.get(key, 0), "amount_fen": one.amount_fen}
            answers.append(Refused(AVAILABLE_TOO_LOW, facts))
            continue
        free[key] -= one.amount_fen
        known[name] = Hold(hold_id=tx.ids.next(), made_at=clock.now(), **msgspec.structs.asdict(one))
        made.append(known[name])
        answers.append(known[name])
    if made:
        await store.insert_holds(tx, made)
        await ledger.move_accounts(
            tx,
            [AccountMove(cell=h.cell, person_id=h.person_id, pot=h.pot, held_fen=h.amount_fen) for h in made],
        )
        tx.audit += [telling.made_event(one, actor) for one in made]
    return answers


async def post(tx: Tx, clock: Clock, parts: Sequence[tuple[Hold, int]], *, actor: str) -> list[Hold | Refused]:
    """Spend that much of open holds, through the account between cells; the rest falls free. Nothing frees it whole.

    The persons are locked. Reason: hold_ended.
    """
    answers = [_ended(one, amount_fen, clock) for one, amount_fen in parts]
    ended = [one for one in answers if isinstance(one, Hold)]
    spent = [one for one in ended if one.posted_fen]
    if spent:
        accounts = await ledger.read_accounts(tx, sorted({(one.cell, one.person_id) for one in spent}))
        transfers = [
            (h.cell, accounts[h.cell, h.person_id, h.pot].account_id, TRANSIT[h.purpose], h.posted_fen) for h in spent
        ]
        await ledger.post_between(tx, transfers, on=clock.today(), actor=actor)
    await _write_ends(tx, ended, actor)
    return answers


async def release(tx: Tx, clock: Clock, holds: Sequence[Hold], *, actor: str) -> list[Hold | Refused]:
    """Free open holds whole; their persons are locked. Reason: hold_ended."""
    return await post(tx, clock, [(one, 0) for one in holds], actor=actor)


async def expire(tx: Tx, clock: Clock, holds: Sequence[Hold], *, actor: str) -> list[Hold | Refused]:
    """Free open holds whose time is over; their persons are locked. Reasons: hold_ended · hold_not_expired."""
    answers: list[Hold | Refused] = []
    for one in holds:
        if one.state is not HoldState.open:
            answers.append(Refused(HOLD_ENDED, {"state": one.state.value}))
        elif one.expires_at > clock.now():
            answers.append(Refused(HOLD_NOT_EXPIRED, {"expires_at": one.expires_at.isoformat()}))
        else:
            answers.append(msgspec.structs.replace(one, state=HoldState.expired, ended_at=clock.now()))
    await _write_ends(tx, [one for one in answers if isinstance(one, Hold)], actor)
    return answers


def _ended(one: Hold, amount_fen: int, clock: Clock) -> Hold | Refused:
    if one.state is not HoldState.open:
        return Refused(HOLD_ENDED, {"state": one.state.value})
    if not 0 <= amount_fen <= one.amount_fen:
        raise ValueError(f"{amount_fen} fen of a hold of {one.amount_fen}")
    state = HoldState.posted if amount_fen else HoldState.released
    return msgspec.structs.replace(one, state=state, posted_fen=amount_fen, ended_at=clock.now())


async def _write_ends(tx: Tx, ended: Sequence[Hold], actor: str) -> None:
    if not ended:
        return
    await store.end_holds(tx, ended)
    await ledger.move_accounts(
        tx,
        [
            AccountMove(
                cell=h.cell, person_id=h.person_id, pot=h.pot, balance_fen=-h.posted_fen, held_fen=-h.amount_fen
            )
            for h in ended
        ],
    )
    tx.audit += [telling.ended_event(one, actor) for one in ended]


async def order_crossings(tx: Tx, crossings: Sequence[Crossing], *, actor: str) -> None:
    """Write down, with the act that causes it, what other cells must do."""
    await store.insert_crossings(tx, crossings)
    tx.audit += [telling.crossing_event(one, actor) for one in crossings]


async def carry(tx: Tx, clock: Clock, crossings: Sequence[Crossing], *, actor: str) -> list[Crossing]:
    """Do what was ordered, in the other cells, each once; returns those that had not been done before.

    Locks the persons there. Raises RuntimeError where a hold that must be spent is gone: nothing of it happens.
    """
    if not crossings:
        return []
    await lock_persons(tx, {(one.to_cell, one.to_person_id) for one in crossings})
    at = clock.now()
    rows = [(one.to_cell, one.crossing_id, one.cell, one.amount_fen, at) for one in crossings]
    arrived = await store.insert_receipts(tx, rows)
    fresh = [one for one in crossings if (one.to_cell, one.crossing_id) in arrived]
    tx.audit += [telling.receipt_event(row, actor) for row in rows if (row[0], row[1]) in arrived]
    await _take(tx, clock, [one for one in fresh if one.kind is CrossingKind.take], actor)
    await _give(tx, clock, [one for one in fresh if one.kind is CrossingKind.give], actor)
    await store.mark_done(tx, crossings)
    return fresh


async def _take(tx: Tx, clock: Clock, takes: Sequence[Crossing], actor: str) -> None:
    parts: list[tuple[Hold, int]] = []
    for one in takes:
        found = await store.find_holds(tx, [one.to_cell], one.purpose, [one.reference])
        parts += [(each, one.amount_fen) for each in found if each.pot is one.pot]
    answers = await post(tx, clock, parts, actor=actor)
    if len(parts) < len(takes) or any(isinstance(answer, Refused) for answer in answers):
        raise RuntimeError("a hold that a settlement stands on is not open any more")


async def _give(tx: Tx, clock: Clock, gives: Sequence[Crossing], actor: str) -> None:
    gives = [one for one in gives if one.amount_fen]
    if not gives:
        return
    accounts = await ledger.ensure_pots(tx, [(one.to_cell, one.to_person_id, one.pot) for one in gives])
    transfers = [
        (one.to_cell, TRANSIT[one.purpose], accounts[one.to_cell, one.to_person_id, one.pot].account_id, one.amount_fen)
        for one in gives
    ]
    await ledger.post_between(tx, transfers, on=clock.today(), actor=actor)
    await ledger.move_accounts(
        tx,
        [
            AccountMove(cell=one.to_cell, person_id=one.to_person_id, pot=one.pot, balance_fen=one.amount_fen)
            for one in gives
        ],
    )
