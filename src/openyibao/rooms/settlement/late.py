"""Filings that come after the bill: which settlements they would have changed, and what these would be now. 中文: 补备案重算。

An area that allows it (``FilingSettings.late_days``) has what was settled up to so many days before the filing counted priced
again. The preview reads only: it takes the settlements off and puts them on again in their order, as repricing does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import msgspec

from openyibao.kit.clock import SHANGHAI
from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, filings, ledger
from openyibao.rooms.accumulators import AccumulatorKey, read_accumulators
from openyibao.rooms.encounters import FeeItem
from openyibao.rooms.filings import Filing, FilingState
from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.people import Enrolment, read_enrolments
from openyibao.rooms.policies import Split
from openyibao.rooms.settlement import filed, pricing, rules, store
from openyibao.rooms.settlement.correcting import as_own
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.records import Settlement, SettlementFacts

LATE_MOST = 200
"""Settlements of one person that are looked at for a late filing."""


class LateBill(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement that a filing would have changed, with its facts as they would have been (补备案涉及的结算)."""

    settlement: Settlement
    facts: SettlementFacts


class LateChange(msgspec.Struct, frozen=True, kw_only=True):
    """One settlement as it is and as it would be, in fen (补备案差额). ``due`` False: it only stands on one that changes."""

    cell: int
    settlement_id: int
    settled_on: date
    institution_id: int
    due: bool
    fund_total_before_fen: int
    fund_total_after_fen: int
    personal_account_before_fen: int
    personal_account_after_fen: int
    cash_before_fen: int
    cash_after_fen: int


async def find_late_bills(reading: Reading, desk: Desk, filing: Filing, *, today: date) -> list[LateBill]:
    """The settlements of the last days that a filing would have changed, in their order; none where the area does not look back.

    A filing that still waits is taken as if it were approved.
    """
    person = (filing.cell, filing.person_id)
    window_days = filings.settings_of(desk.areas, filing.pooling_area).late_days
    if not window_days:
        return []
    since = max(filing.begins_on, today - timedelta(days=window_days))
    standing = await store.list_standing_since(reading, person, since, most=LATE_MOST)
    before = filing.filed_at.astimezone(SHANGHAI).date() if filing.counts_at_once else today
    standing = [one for one in standing if one.settled_on <= before and filing.filing_id not in one.facts.filing_ids]
    if not standing:
        return []
    mine = await _filings_of(reading, filing, min(one.facts.visit.on for one in standing))
    names = sorted({(one.cell, one.encounter_id) for one in standing})
    visits = await encounters.read_encounters(reading, names)
    items = await _items_of(reading, names)
    enrolments = {one.enrolment_id: one for one in (await read_enrolments(reading, [person]))[person]}
    found = []
    for one in standing:
        lines = [item for batch_id in one.facts.fee_batch_ids for item in items.get((one.cell, batch_id), ())]
        facts = _facts_with(desk, one, visits[one.cell, one.encounter_id], enrolments, mine, lines)
        if facts is not None and facts != one.facts and filing.filing_id in facts.filing_ids:
            found.append(LateBill(settlement=one, facts=facts))
    return found


async def _filings_of(reading: Reading, filing: Filing, since: date) -> list[Filing]:
    """The person's filings with this one as it will count."""
    person = (filing.cell, filing.person_id)
    mine = (await filings.read_of_persons(reading, [person], since))[person]
    counting = msgspec.structs.replace(filing, state=FilingState.approved)
    return [*(one for one in mine if one.filing_id != filing.filing_id), counting]


async def _items_of(reading: Reading, names: Sequence[tuple[int, int]]) -> dict[tuple[int, int], list[FeeItem]]:
    items: dict[tuple[int, int], list[FeeItem]] = {}
    for item in await encounters.read_items(reading, names):
        items.setdefault((item.cell, item.fee_batch_id), []).append(item)
    return items


def _facts_with(
    desk: Desk,
    settlement: Settlement,
    encounter: encounters.Encounter,
    enrolments: Mapping[int, Enrolment],
    mine: Sequence[Filing],
    items: Sequence[FeeItem],
) -> SettlementFacts | None:
    """The facts as the filings make them, on the day it was settled; None where they would have been refused."""
    plain = msgspec.structs.replace(settlement.facts, filing_ids=(), on_list=None, home_rows=())
    found = filed.ground_facts(
        desk, enrolments[settlement.enrolment_id], encounter, mine, plain, items, today=settlement.settled_on
    )
    return None if isinstance(found, Refused) else found[0]


async def preview_late_filing(
    reading: Reading, desk: Desk, filing: Filing, *, today: date
) -> tuple[list[LateBill], list[LateChange]]:
    """What a filing would change, and by how much: the bills due, and those that stand on them. Writes nothing."""
    await desk.fresh(reading)
    due = await find_late_bills(reading, desk, filing, today=today)
    if not due:
        return [], []
    new_facts = {one.settlement.settlement_id: one.facts for one in due}
    person = (filing.cell, filing.person_id)
    since = min(one.settlement.settled_on for one in due)
    years = {(one.settlement.insurance_type, one.settlement.policy_year): one.settlement.turn for one in reversed(due)}
    affected = [
        one
        for one in await store.list_standing_since(reading, person, since, most=LATE_MOST)
        if one.turn >= years.get((one.insurance_type, one.policy_year), one.turn + 1)
    ]
    run = await _taken_off(reading, person, affected)
    items = await _items_of(reading, sorted({(one.cell, one.encounter_id) for one in affected}))
    changes = []
    for one in affected:
        lines = [item for batch_id in one.facts.fee_batch_ids for item in items.get((one.cell, batch_id), ())]
        done = run.put_on(desk, one, new_facts.get(one.settlement_id, one.facts), lines)
        changes.append(_change(one, done, due=one.settlement_id in new_facts))
    return due, changes


class _Run(msgspec.Struct):
    """What the person has used up and owns while bills are put on again."""

    amounts: dict[AccumulatorKey, dict[str, int]]
    current_fen: int
    past_fen: int

    def put_on(self, desk: Desk, old: Settlement, facts: SettlementFacts, items: Sequence[FeeItem]) -> Split:
        """Price one bill on what stands, and let it stand too."""
        key = (old.cell, old.person_id, old.insurance_type, old.policy_year)
        policy = desk.shelf.by_hash(old.document_hash)
        if policy is None:
            raise LookupError(f"policy document {old.document_hash} is not there")
        facts = msgspec.structs.replace(
            as_own(facts),
            accumulators_before=self.amounts[key],
            account_balance_before_fen=self.current_fen,
            past_account_balance_before_fen=self.past_fen,
        )
        done = pricing.price(desk, policy, facts, items)
        self.amounts[key] = rules.added(done.accumulators_after, {})
        self.current_fen -= done.personal_account_fen - done.past_account_fen
        self.past_fen -= done.past_account_fen
        return done


async def _taken_off(reading: Reading, person: tuple[int, int], affected: Sequence[Settlement]) -> _Run:
    accounts = await ledger.read_accounts(reading, [person])
    current, past = (accounts.get((*person, pot)) for pot in (AccountPot.current, AccountPot.past))
    amounts = {key: dict(one.amounts) for key, one in (await read_accumulators(reading, [person])).items()}
    for one in affected:
        key = (one.cell, one.person_id, one.insurance_type, one.policy_year)
        before, after = one.facts.accumulators_before, one.facts.accumulators_after
        undone = {name: before.get(name, 0) - after.get(name, 0) for name in {*before, *after}}
        amounts[key] = rules.added(amounts.get(key, {}), undone)
    own_fen = sum(one.personal_account_fen - one.mutual_aid_fen for one in affected)
    past_fen = sum(one.facts.past_account_fen for one in affected)
    return _Run(
        amounts=amounts,
        current_fen=(current.available_fen if current else 0) + own_fen - past_fen,
        past_fen=(past.available_fen if past else 0) + past_fen,
    )


def _change(old: Settlement, done: Split, *, due: bool) -> LateChange:
    return LateChange(
        cell=old.cell,
        settlement_id=old.settlement_id,
        settled_on=old.settled_on,
        institution_id=old.institution_id,
        due=due,
        fund_total_before_fen=old.fund_total_fen,
        fund_total_after_fen=done.fund_total_fen,
        personal_account_before_fen=old.personal_account_fen,
        personal_account_after_fen=done.personal_account_fen,
        cash_before_fen=old.cash_fen,
        cash_after_fen=done.cash_fen,
    )
