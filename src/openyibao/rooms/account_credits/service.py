"""Verbs of credits: begin a batch, credit its lines chunk by chunk; turn the account year of a cell chunk by chunk."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import ledger
from openyibao.rooms.account_credits import rules, store, telling
from openyibao.rooms.account_credits.records import (
    CreditBatch,
    CreditedLine,
    InterestRates,
    NewCreditBatch,
    NewCreditLine,
    RolledChunk,
)
from openyibao.rooms.areas import PoolingArea, cell_of, cell_span
from openyibao.rooms.ledger import INTEREST_SOURCE, AccountCredit, AccountPot, PersonalAccount
from openyibao.rooms.people import lock_persons

CHUNK_LINES = 2_000
"""Lines of a batch that are credited in one transaction."""


async def begin_batch(tx: Tx, clock: Clock, new: NewCreditBatch, *, actor: str) -> CreditBatch | Refused:
    """Begin a batch, or go on with the one of this code. Reason: credit_batch_differs."""
    wanted = CreditBatch(
        cell=cell_span(new.pooling_area)[0],
        batch_id=tx.ids.next(),
        begun_at=clock.now(),
        **msgspec.structs.asdict(new),
    )
    found = await store.insert_batch(tx, wanted)
    if found.batch_id == wanted.batch_id:
        tx.audit.append(telling.batch_event(found, actor))
    elif (found.digest, found.account_year) != (new.digest, new.account_year):
        return Refused(rules.CREDIT_BATCH_DIFFERS, {"batch_code": new.batch_code})
    return found


async def find_batch(reading: Reading, pooling_area: int, batch_code: str) -> CreditBatch | None:
    """The batch of a code in an area."""
    return await store.find_batch(reading, cell_span(pooling_area)[0], batch_code)


async def credit_chunk(
    tx: Tx, clock: Clock, area: PoolingArea, batch: CreditBatch, lines: Sequence[NewCreditLine], *, actor: str
) -> list[CreditedLine | Refused | None]:
    """Credit lines of a batch: each once; None for those that were credited before. At most ``CHUNK_LINES``.

    Whoever's pots are still of an earlier account year turns first, so that last year's money is not mixed with it.
    Reason: credit_account_missing.
    """
    names = [(cell_of(area.pooling_area, area.cells, one.person_id), one.person_id) for one in lines]
    await lock_persons(tx, names)
    cells = sorted({cell for cell, _ in names})
    done = await store.list_credited(tx, cells, batch.batch_id, [one.line_no for one in lines])
    accounts = await ledger.read_accounts(tx, names)
    waiting = [
        (name, one)
        for name, one in zip(names, lines, strict=True)
        if (name[0], one.line_no) not in done and (*name, AccountPot.current) in accounts
    ]
    await _roll_behind(tx, clock, area, batch.account_year, {name for name, _ in waiting}, accounts)
    credits_ = [
        AccountCredit(cell=name[0], person_id=name[1], pot=one.pot, amount_fen=one.amount_fen) for name, one in waiting
    ]
    postings = await ledger.credit_accounts(tx, credits_, on=clock.today()) if credits_ else []
    credited = {
        one.line_no: CreditedLine(
            cell=name[0],
            batch_id=batch.batch_id,
            line_no=one.line_no,
            person_id=name[1],
            pot=one.pot,
            amount_fen=one.amount_fen,
            posting_id=posting.posting_id,
        )
        for (name, one), posting in zip(waiting, postings, strict=True)
    }
    await store.insert_lines(tx, list(credited.values()))
    tx.audit += [telling.line_event(one, actor) for one in credited.values()]
    return [
        credited.get(one.line_no)
        if one.line_no in credited or (name[0], one.line_no) in done
        else Refused(rules.CREDIT_ACCOUNT_MISSING, {"line_no": one.line_no})
        for name, one in zip(names, lines, strict=True)
    ]


async def _roll_behind(
    tx: Tx,
    clock: Clock,
    area: PoolingArea,
    account_year: int,
    names: set[tuple[int, int]],
    accounts: dict[ledger.AccountKey, PersonalAccount],
) -> None:
    behind = [name for name in sorted(names) if accounts[(*name, AccountPot.current)].rolled_year < account_year]
    rates = rules.interest_rates(area.said)
    for cell in sorted({cell for cell, _ in behind}):
        await _roll(tx, clock, cell, [person for c, person in behind if c == cell], account_year, rates)


async def roll_chunk(
    tx: Tx, clock: Clock, *, cell: int, account_year: int, rates: InterestRates, after: int, most: int
) -> tuple[RolledChunk | None, int]:
    """Turn the account year of the next persons of a cell whose pots are of an earlier one: interest and carry-over.

    Returns what was done and after whom to go on; (None, …) when nobody is left. Begun again from 0 it finds whoever is
    left, so it may break off anywhere; a person who was turned meanwhile (by a credit) is passed over.
    """
    persons = await ledger.list_unrolled(tx, cell, account_year, after=after, most=most)
    if not persons:
        return None, after
    await lock_persons(tx, [(cell, person_id) for person_id in persons])
    return await _roll(tx, clock, cell, persons, account_year, rates), persons[-1]


async def _roll(
    tx: Tx, clock: Clock, cell: int, persons: Sequence[int], account_year: int, rates: InterestRates
) -> RolledChunk:
    """Of locked persons: a year's interest by pot, to the past pot; then what the current pot has available goes there.

    What is held on the current pot stays in it, for the hold to be posted or released.
    """
    names = [(cell, person_id) for person_id in persons]
    accounts = await ledger.ensure_pots(
        tx, [(*name, pot) for name in names for pot in (AccountPot.current, AccountPot.past)]
    )
    transfers: list[tuple[int, int, int, int]] = []
    turned: list[tuple[int, int, int]] = []
    sums = [0, 0, 0]
    for person_id in persons:
        current = accounts[cell, person_id, AccountPot.current]
        if current.rolled_year >= account_year:
            continue
        past = accounts[cell, person_id, AccountPot.past]
        earned = (
            rules.interest_fen(current.balance_fen, rates.current_bp),
            rules.interest_fen(past.balance_fen, rates.past_bp),
        )
        carried_fen, interest_fen = current.available_fen, sum(earned)
        if interest_fen:
            transfers.append((cell, INTEREST_SOURCE, past.account_id, interest_fen))
        if carried_fen:
            transfers.append((cell, current.account_id, past.account_id, carried_fen))
        turned.append((person_id, carried_fen, carried_fen + interest_fen))
        sums = [sums[0] + earned[0], sums[1] + earned[1], sums[2] + carried_fen]
    await ledger.post_between(tx, transfers, on=clock.today(), actor="platform")
    await ledger.turn_year(tx, cell, account_year, turned)
    chunk = RolledChunk(
        cell=cell,
        account_year=account_year,
        chunk_id=tx.ids.next(),
        people_count=len(turned),
        interest_current_fen=sums[0],
        interest_past_fen=sums[1],
        carried_fen=sums[2],
        rolled_at=clock.now(),
    )
    await store.insert_chunk(tx, chunk)
    tx.audit.append(telling.chunk_event(chunk))
    return chunk
