"""Verbs of mutual aid: propose, agree, end; what may be offered for a bill; what was used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from openyibao.kit.clock import Clock, shanghai_date
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import holds, ledger
from openyibao.rooms.holds import Crossing, CrossingKind, HoldPurpose
from openyibao.rooms.ledger import AccountKey, AccountPot, PersonalAccount
from openyibao.rooms.mutual_aid import rules, store, telling
from openyibao.rooms.mutual_aid.records import (
    AgreementState,
    AidOffer,
    AidSettings,
    AidUse,
    AidUseKind,
    MutualAid,
    NewMutualAid,
    Party,
)
from openyibao.rooms.people import lock_persons

LISTED_MAX = 100


async def propose(tx: Tx, clock: Clock, settings: AidSettings, new: NewMutualAid) -> MutualAid | Refused:
    """The owner consents, with limits. Nothing is paid before the relative agrees. Reasons as ``judge_proposal``."""
    await lock_persons(tx, [(new.cell, new.owner_person_id)])
    mine = await store.list_by_owner(tx, new.cell, new.owner_person_id, most=LISTED_MAX)
    standing = [
        one
        for one in mine
        if one.state is not AgreementState.ended and (one.valid_until is None or clock.today() <= one.valid_until)
    ]
    refused = rules.judge_proposal(new, standing, settings, clock.today())
    if refused is not None:
        return refused
    made = MutualAid(
        agreement_id=tx.ids.next(),
        state=AgreementState.proposed,
        proposed_at=clock.now(),
        **msgspec.structs.asdict(new),
    )
    await store.insert_agreement(tx, made)
    tx.audit.append(telling.proposed_event(made))
    return made


async def agree(tx: Tx, clock: Clock, *, cell: int, agreement_id: int, person_id: int) -> MutualAid | Refused:
    """The relative consents: from now on it may pay. Reasons as ``judge_agreeing``."""
    one = await _locked(tx, cell, agreement_id)
    refused = rules.judge_agreeing(one, person_id)
    if refused is not None:
        return refused
    assert one is not None
    agreed = msgspec.structs.replace(one, state=AgreementState.agreed, agreed_at=clock.now())
    await store.set_state(tx, agreed)
    tx.audit.append(telling.agreed_event(agreed))
    return agreed


async def end(tx: Tx, clock: Clock, *, cell: int, agreement_id: int, person_id: int) -> MutualAid | Refused:
    """Either of them ends it, at once; ended before answers the same. Reason: mutual_aid_unknown."""
    one = await _locked(tx, cell, agreement_id)
    party = None if one is None else rules.party_of(one, person_id)
    if one is None or party is None:
        return Refused(rules.AID_UNKNOWN)
    if one.state is AgreementState.ended:
        return one
    ended = msgspec.structs.replace(one, state=AgreementState.ended, ended_at=clock.now(), ended_by=party)
    await store.set_state(tx, ended)
    tx.audit.append(telling.ended_event(ended, str(person_id)))
    return ended


async def _locked(tx: Tx, cell: int, agreement_id: int) -> MutualAid | None:
    """The agreement, its owner locked: nobody pays under it meanwhile."""
    found = (await store.read_agreements(tx, [(cell, agreement_id)])).get((cell, agreement_id))
    if found is None:
        return None
    await lock_persons(tx, [(cell, found.owner_person_id)])
    return (await store.read_agreements(tx, [(cell, agreement_id)]))[cell, agreement_id]


async def list_mine(reading: Reading, *, cell: int, person_id: int) -> list[tuple[Party, MutualAid]]:
    """A person's agreements on both sides, the newest first; at most a hundred of each."""
    owned = await store.list_by_owner(reading, cell, person_id, most=LISTED_MAX)
    given = (await read_agreements_for(reading, [(cell, person_id)])).get((cell, person_id), [])
    sides = [(Party.owner, one) for one in owned] + [(Party.relative, one) for one in given[-LISTED_MAX:]]
    return sorted(sides, key=lambda each: -each[1].agreement_id)


async def read_agreements_for(
    reading: Reading, persons: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], list[MutualAid]]:
    """The agreements that may pay for each (cell, person), wherever their owners' accounts are."""
    pointers = await store.read_pointers(reading, persons)
    found = await store.read_agreements(reading, [(row[3], row[2]) for row in pointers])
    answers: dict[tuple[int, int], list[MutualAid]] = {}
    for row in pointers:
        one = found.get((row[3], row[2]))
        if one is not None:
            answers.setdefault((row[0], row[1]), []).append(one)
    return answers


async def load_offers(
    reading: Reading,
    agreements: Mapping[tuple[int, int], Sequence[MutualAid]],
    persons: Iterable[tuple[int, int]],
    settings_of: Mapping[int, AidSettings],
    on: date,
) -> dict[tuple[int, int], AidOffer | Refused]:
    """What each person may be offered; where the owners are locked, it stays true until the commit."""
    every = [one for ones in agreements.values() for one in ones]
    accounts: dict[AccountKey, PersonalAccount] = {}
    held: dict[int, int] = {}
    owners: dict[int, list[int]] = {}
    for one in every:
        owners.setdefault(one.cell, []).append(one.owner_person_id)
    for cell, person_ids in sorted(owners.items()):
        accounts |= await ledger.read_accounts(reading, [(cell, person_id) for person_id in person_ids])
        held |= await holds.list_open_by_subject(reading, cell, person_ids, HoldPurpose.mutual_aid)
    used = await store.sum_uses(reading, [(one.cell, one.agreement_id) for one in every], on.year)
    return {
        person: rules.choose_offer(agreements.get(person, ()), accounts, used, held, settings_of, on)
        for person in persons
    }


async def note_uses(tx: Tx, uses: Sequence[AidUse], *, actor: str) -> None:
    """Note what owners' accounts paid or got back, with the act itself."""
    if uses:
        await store.insert_uses(tx, uses)
        tx.audit += [telling.use_event(one, actor) for one in uses]


async def carry_uses(tx: Tx, clock: Clock, crossings: Sequence[Crossing], *, actor: str) -> None:
    """Do in the owners' cells what settlements and reversals elsewhere have ordered, and note the uses; each once."""
    fresh = await holds.carry(tx, clock, crossings, actor=actor)
    acts: dict[tuple[int, int], list[Crossing]] = {}
    for one in fresh:
        if one.purpose is HoldPurpose.mutual_aid and one.amount_fen:
            acts.setdefault((one.cell, one.act_id), []).append(one)
    uses = []
    for (cell, act_id), parts in sorted(acts.items()):
        first, by_pot = parts[0], {one.pot: one.amount_fen for one in parts}
        uses.append(
            AidUse(
                cell=first.to_cell,
                use_id=tx.ids.next(),
                agreement_id=first.subject_id,
                owner_person_id=first.to_person_id,
                kind=AidUseKind.used if first.kind is CrossingKind.take else AidUseKind.refunded,
                current_fen=by_pot.get(AccountPot.current, 0),
                past_fen=by_pot.get(AccountPot.past, 0),
                settlement_cell=cell,
                settlement_id=act_id,
                institution_id=int(first.reference.partition(":")[0]),
                used_year=shanghai_date(first.made_at).year,
                used_on=shanghai_date(first.made_at),
            )
        )
    await note_uses(tx, uses, actor=actor)
