"""Verbs of the purse: send, accept, refuse, return what nobody accepted."""

from __future__ import annotations

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3_hex
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import holds, ledger
from openyibao.rooms.holds import AVAILABLE_TOO_LOW, Crossing, CrossingKind, Hold, HoldPurpose, NewHold
from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.people import lock_persons
from openyibao.rooms.purse import rules, store, telling
from openyibao.rooms.purse.records import NewTransfer, PurseSettings, PurseTransfer, TransferState

LISTED_MAX = 100
RETURNED_AT_ONCE = 500


async def send(tx: Tx, clock: Clock, settings: PurseSettings, new: NewTransfer) -> PurseTransfer | Refused:
    """Hold the sum on the sender's pots until it is accepted, refused or comes back.

    Reasons: those of ``judge_sending`` · available_too_low.
    """
    await lock_persons(tx, [(new.cell, new.sender_person_id)])
    reference = _reference_of(new)
    known = await holds.find_holds(tx, [new.cell], HoldPurpose.purse, [reference])
    if known:
        return (await store.read_transfers(tx, [(new.cell, known[0].subject_id)]))[new.cell, known[0].subject_id]
    sent_today = await store.count_sent(tx, new.cell, new.sender_person_id, clock.today())
    refused = rules.judge_sending(new, settings, sent_today=sent_today, at=clock.now())
    if refused is not None:
        return refused
    accounts = await ledger.read_accounts(tx, [(new.cell, new.sender_person_id)])
    available = {pot: one.available_fen for (_, _, pot), one in accounts.items()}
    taken = holds.take_from_pots(new.amount_fen, available, settings.pots)
    if sum(taken.values()) < new.amount_fen:
        free_fen = sum(available.get(pot, 0) for pot in settings.pots)
        return Refused(AVAILABLE_TOO_LOW, {"available_fen": free_fen, "amount_fen": new.amount_fen})
    made = _transfer_of(tx, clock, settings, new, taken)
    wanted = [
        NewHold(
            cell=new.cell,
            person_id=new.sender_person_id,
            pot=pot,
            amount_fen=amount_fen,
            purpose=HoldPurpose.purse,
            reference=reference,
            subject_id=made.transfer_id,
            expires_at=made.returns_at,
        )
        for pot, amount_fen in taken.items()
    ]
    answers = await holds.hold(tx, clock, wanted, actor=str(new.sender_person_id))
    assert all(isinstance(answer, Hold) for answer in answers), "the sender is locked"
    await store.insert_transfer(tx, made)
    tx.audit.append(telling.sent_event(made))
    return made


def _reference_of(new: NewTransfer) -> str:
    """What the holds of a transfer are found by; the sender's key may be of any length."""
    return f"{new.sender_person_id}:{sm3_hex(new.request_key.encode())[:32]}"


def _transfer_of(
    tx: Tx, clock: Clock, settings: PurseSettings, new: NewTransfer, taken: dict[AccountPot, int]
) -> PurseTransfer:
    return PurseTransfer(
        cell=new.cell,
        transfer_id=tx.ids.next(),
        sender_bucket=new.sender_bucket,
        sender_person_id=new.sender_person_id,
        sender_masked=new.sender_masked,
        receiver_bucket=new.receiver_bucket,
        receiver_cell=new.receiver_cell,
        receiver_person_id=new.receiver_person_id,
        receiver_masked=new.receiver_masked,
        relation=new.relation,
        current_fen=taken.get(AccountPot.current, 0),
        past_fen=taken.get(AccountPot.past, 0),
        sent_on=clock.today(),
        sent_at=clock.now(),
        returns_at=rules.returns_at(settings, clock.now()),
    )


async def accept(tx: Tx, clock: Clock, *, cell: int, transfer_id: int, person_id: int) -> PurseTransfer | Refused:
    """The receiver takes it: what is held is spent, and goes to the receiver's purse in their own cell.

    Reasons as ``judge_answering``. The purse is filled by the crossing that this orders, at once or by the next round.
    """
    one = await _locked(tx, cell, transfer_id)
    refused = rules.judge_answering(one, person_id, clock.now())
    if refused is not None:
        return refused
    assert one is not None
    ended = msgspec.structs.replace(one, state=TransferState.accepted, ended_at=clock.now())
    held = await _holds_of(tx, one)
    await holds.post(tx, clock, [(each, each.amount_fen) for each in held], actor=str(person_id))
    crossing = Crossing(
        cell=cell,
        crossing_id=tx.ids.next(),
        kind=CrossingKind.give,
        purpose=HoldPurpose.purse,
        reference=held[0].reference,
        subject_id=transfer_id,
        act_id=transfer_id,
        to_cell=one.receiver_cell,
        to_person_id=one.receiver_person_id,
        pot=AccountPot.purse,
        amount_fen=one.amount_fen,
        made_at=clock.now(),
    )
    await holds.order_crossings(tx, [crossing], actor=str(person_id))
    await store.end_transfers(tx, [ended])
    tx.audit.append(telling.ended_event(ended, str(person_id)))
    return ended


async def refuse(tx: Tx, clock: Clock, *, cell: int, transfer_id: int, person_id: int) -> PurseTransfer | Refused:
    """The receiver doesn't want it: the sender's money is free again. Reasons as ``judge_answering``."""
    one = await _locked(tx, cell, transfer_id)
    refused = rules.judge_answering(one, person_id, clock.now())
    if refused is not None:
        return refused
    assert one is not None
    return await _give_back(tx, clock, one, TransferState.refused, str(person_id))


async def return_overdue(tx: Tx, clock: Clock) -> list[PurseTransfer]:
    """Give back what was not accepted by its time; at most some hundred at once."""
    overdue = await store.list_overdue(tx, at=clock.now(), most=RETURNED_AT_ONCE)
    await lock_persons(tx, {(one.cell, one.sender_person_id) for one in overdue})
    standing = await store.read_transfers(tx, [(one.cell, one.transfer_id) for one in overdue])
    return [
        await _give_back(tx, clock, one, TransferState.returned, "platform")
        for one in standing.values()
        if one.state is TransferState.sent
    ]


async def _give_back(tx: Tx, clock: Clock, one: PurseTransfer, state: TransferState, actor: str) -> PurseTransfer:
    ended = msgspec.structs.replace(one, state=state, ended_at=clock.now())
    held = await _holds_of(tx, one)
    if state is TransferState.returned:
        await holds.expire(tx, clock, held, actor=actor)
    else:
        await holds.release(tx, clock, held, actor=actor)
    await store.end_transfers(tx, [ended])
    tx.audit.append(telling.ended_event(ended, actor))
    return ended


async def _locked(tx: Tx, cell: int, transfer_id: int) -> PurseTransfer | None:
    """The transfer, its sender locked."""
    found = (await store.read_transfers(tx, [(cell, transfer_id)])).get((cell, transfer_id))
    if found is None:
        return None
    await lock_persons(tx, [(cell, found.sender_person_id)])
    return (await store.read_transfers(tx, [(cell, transfer_id)]))[cell, transfer_id]


async def _holds_of(tx: Tx, one: PurseTransfer) -> list[Hold]:
    found = await holds.find_by_subject(tx, one.cell, one.sender_person_id, HoldPurpose.purse, one.transfer_id)
    if sum(each.amount_fen for each in found) != one.amount_fen:
        raise RuntimeError(f"transfer {one.cell}-{one.transfer_id} is not what is held for it")
    return found


async def list_mine(reading: Reading, *, cell: int, person_id: int) -> list[PurseTransfer]:
    """What a person has sent, and what was sent to them, the newest first; at most a hundred of each."""
    sent = await store.list_sent(reading, cell, person_id, most=LISTED_MAX)
    names = await store.list_arriving(reading, cell, person_id, most=LISTED_MAX)
    arriving = await store.read_transfers(reading, names)
    return sorted([*sent, *arriving.values()], key=lambda one: -one.transfer_id)
