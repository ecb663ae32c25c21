"""The verb replay: settlements that stand, run again under a draft, beside what they were. Reads only. 中文: 按草案重算。

Person by person in the order of turns, with the draft's own accumulators from the start of its policy year on. Bills
before the first day asked for are run too, since they build the accumulators, but not counted. The draft counts as in
force on all these days, whatever its own valid days are: a draft for next year is tried on this year's bills. What the
personal account holds follows the draft: what a bill leaves in it is there for the person's next one.

A bill that the draft doesn't speak of (another category, another kind of visit) stays as it was and isn't counted; what
it added to the accumulators is added. A bill for which the draft's benefit is refused falls on the person whole.

Memory: at most ``ROWS_MAX`` settlements, or one person's where these are more, and ``LINES_MAX`` fee lines, or one
visit's; the sums; the ten bills that will be explained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date

import msgspec

from openyibao.kit.db import Reading
from openyibao.rooms import encounters, policies
from openyibao.rooms.areas import cell_span
from openyibao.rooms.catalogue import Catalogue
from openyibao.rooms.encounters import FeeItem
from openyibao.rooms.policies import Change, Gathered, Policy, PolicyShelf
from openyibao.rooms.settlement import pricing, rules, store
from openyibao.rooms.settlement.records import ExplainedChange, PastBill, SettlementFacts

ROWS_MAX = 1_000
LINES_MAX = 20_000


class Replayed(msgspec.Struct, kw_only=True):
    """What came of running the settlements again (测算结果)."""

    draft: Policy
    from_on: date
    to_on: date
    first_on: date | None = None
    """The day from which bills were run to build the accumulators; None where nothing was found."""
    gathered: Gathered
    largest: list[ExplainedChange] = msgspec.field(default_factory=list)
    run: int = 0
    """Bills that were priced again, the uncounted ones before ``from_on`` included."""
    left: Counter[str] = msgspec.field(default_factory=Counter)
    """Bills of the days asked for that were not counted, by reason: reversed, category, kind, catalogue_missing."""
    refused: Counter[str] = msgspec.field(default_factory=Counter)
    """Counted bills for which the draft gives no benefit, by the reason's code."""


class Shelves(msgspec.Struct, frozen=True):
    """What bills are priced from: the catalogue, and the policies they were settled under. No key is needed."""

    catalogue: Catalogue
    shelf: PolicyShelf

    async def fresh(self, reading: Reading) -> None:
        """Read what has changed."""
        versions = await policies.read_versions(reading)
        await self.catalogue.fresh(reading, versions["catalogue"])
        await self.shelf.fresh(reading, versions["policies"])


class _Again(msgspec.Struct, frozen=True):
    """A bill with what it was run from again: kept for the explanation of the largest changes."""

    bill: PastBill
    facts: SettlementFacts
    items: list[FeeItem]
    refused: str | None


async def replay(
    reading: Reading,
    shelves: Shelves,
    draft: Policy,
    *,
    from_on: date,
    to_on: date,
    progress: Callable[[int, int], None] = lambda _done, _whole: None,
) -> Replayed:
    """Run the settlements of the draft's area and insurance again, and count those settled from ``from_on`` to ``to_on``.

    ``progress(bills looked at, how many there are about)`` is called after every chunk.
    """
    await shelves.fresh(reading)
    replayed = Replayed(draft=draft, from_on=from_on, to_on=to_on, gathered=Gathered())
    _, decided_on = await store.read_span(reading, draft.area, draft.insurance.value, from_on, to_on)
    if decided_on is None:
        return replayed
    first_on = replayed.first_on = min(draft.policy_year_start(decided_on, each) for each in draft.categories)
    whole, _ = await store.read_span(reading, draft.area, draft.insurance.value, first_on, to_on)
    looked = 0
    async for bills in _by_person(reading, draft, first_on, to_on):
        looked += len(bills)
        await _run(reading, shelves, replayed, await _standing(reading, replayed, bills))
        progress(looked, whole)
    replayed.largest = [_explain(shelves, draft, change) for change in replayed.gathered.largest()]
    return replayed


async def _by_person(reading: Reading, draft: Policy, first_on: date, to_on: date) -> AsyncIterator[list[PastBill]]:
    """All settlements, in lists of whole persons."""
    after = (cell_span(draft.area)[0] - 1, 0, 0)
    held: list[PastBill] = []
    while chunk := await store.list_by_person(
        reading, draft.area, draft.insurance.value, first_on, to_on, after=after, most=ROWS_MAX
    ):
        last = chunk[-1]
        after = (last.cell, last.person_id, last.settlement_id)
        held += chunk
        if len(chunk) < ROWS_MAX:
            break
        # The last person's settlements may go on in the next chunk.
        cut = len(held)
        while cut and (held[cut - 1].cell, held[cut - 1].person_id) == (last.cell, last.person_id):
            cut -= 1
        if cut:
            yield held[:cut]
            held = held[cut:]
    if held:
        yield held


async def _standing(reading: Reading, replayed: Replayed, bills: Sequence[PastBill]) -> list[PastBill]:
    """Without those that were reversed."""
    gone = await store.read_reversals(reading, [(bill.cell, bill.settlement_id) for bill in bills])
    replayed.left["reversed"] += sum(
        bill.settled_on >= replayed.from_on for bill in bills if (bill.cell, bill.settlement_id) in gone
    )
    return [bill for bill in bills if (bill.cell, bill.settlement_id) not in gone]


async def _run(reading: Reading, shelves: Shelves, replayed: Replayed, bills: list[PastBill]) -> None:
    """Run the bills of some persons, in the order of their turns."""
    bills.sort(key=lambda bill: (bill.cell, bill.person_id, bill.policy_year, bill.turn))
    person: _Person | None = None
    async for bill, items in _with_items(reading, bills):
        if person is None or (person.cell, person.person_id) != (bill.cell, bill.person_id):
            replayed.gathered.end_person()
            person = _Person(shelves, replayed, bill.cell, bill.person_id)
        person.run(bill, items)
    replayed.gathered.end_person()


async def _with_items(reading: Reading, bills: Sequence[PastBill]) -> AsyncIterator[tuple[PastBill, list[FeeItem]]]:
    """Each bill with its lines, reading at most ``LINES_MAX`` lines at once where it is not one bill that has more."""
    waiting = [list(bills)] if bills else []
    while waiting:
        some = waiting.pop()
        most = LINES_MAX + 1 if len(some) > 1 else None
        names = sorted({(bill.cell, bill.encounter_id) for bill in some})
        lines = await encounters.read_items(reading, names, most=most)
        if most is not None and len(lines) == most:
            half = len(some) >> 1
            waiting += [some[half:], some[:half]]
            continue
        batches: dict[tuple[int, int], list[FeeItem]] = {}
        for line in lines:
            batches.setdefault((line.cell, line.fee_batch_id), []).append(line)
        for bill in some:
            yield bill, [line for batch in bill.facts.fee_batch_ids for line in batches.get((bill.cell, batch), ())]


class _Person:
    """One person under the draft: what their bills have used up so far, by policy year of the draft."""

    def __init__(self, shelves: Shelves, replayed: Replayed, cell: int, person_id: int) -> None:
        self.cell, self.person_id = cell, person_id
        self._shelves, self._replayed, self._draft = shelves, replayed, replayed.draft
        self._kinds = frozenset(replayed.draft.encounter_kinds)
        self._years: dict[int, dict[str, int]] = {}
        self._saved_fen = 0
        """What the draft has left in the personal account, against what was; below zero where it took more."""

    def run(self, bill: PastBill, items: list[FeeItem]) -> None:
        """Price one bill again, and count it where it is of the days asked for."""
        facts, draft, replayed = bill.facts, self._draft, self._replayed
        counted = bill.settled_on >= replayed.from_on
        year = draft.policy_year(facts.visit.on, facts.person.person_category)
        so_far = self._years.get(year, {})
        outside = self._outside(bill)
        if outside is not None:
            replayed.left[outside] += counted
            self._years[year] = _moved(so_far, facts)
            return
        facts = msgspec.structs.replace(
            facts,
            accumulators_before=so_far,
            account_balance_before_fen=max(0, facts.account_balance_before_fen + self._saved_fen),
        )
        refused = policies.judge_visit(draft, facts.person, facts.visit)
        if refused is None:
            try:
                done = pricing.price(self._shelves, draft, facts, items)
            except LookupError:
                replayed.left["catalogue_missing"] += counted
                self._years[year] = _moved(so_far, bill.facts)
                return
            after = policies.burden_of(done)
            self._years[year] = dict(done.accumulators_after)
        else:
            after = policies.burden_without_benefit(bill.fee_total_fen)
            replayed.refused[refused.code] += counted
        self._saved_fen += bill.burden.personal_account_fen - after.personal_account_fen
        replayed.run += 1
        if counted:
            again = _Again(bill, facts, items, None if refused is None else refused.code)
            replayed.gathered.add(policies.sort_of(facts.person, facts.visit), bill.burden, after, again)

    def _outside(self, bill: PastBill) -> str | None:
        """Why the draft says nothing of a bill."""
        if bill.facts.person.person_category.value not in self._draft.categories:
            return "category"
        return None if bill.facts.visit.kind in self._kinds else "kind"


def _moved(so_far: dict[str, int], facts: SettlementFacts) -> dict[str, int]:
    """The accumulators with what a bill that stays as it was added to them."""
    before, after = facts.accumulators_before, facts.accumulators_after
    return rules.added(so_far, {name: amount - before.get(name, 0) for name, amount in after.items()})


def _explain(shelves: Shelves, draft: Policy, change: Change) -> ExplainedChange:
    """One of the largest changes, with the steps of both splits; none where the old policy is gone."""
    again: _Again = change.subject
    old = shelves.shelf.by_hash(again.bill.document_hash)
    return ExplainedChange(
        cell=again.bill.cell,
        settlement_id=again.bill.settlement_id,
        settled_on=again.bill.settled_on,
        sort=change.sort,
        gain_fen=change.gain_fen,
        fee_total_fen=again.bill.fee_total_fen,
        before=change.before,
        after=change.after,
        steps_before=() if old is None else _steps(shelves, old, again.bill.facts, again.items),
        steps_after=() if again.refused is not None else _steps(shelves, draft, again.facts, again.items),
        refused=again.refused,
    )


def _steps(
    shelves: Shelves, policy: Policy, facts: SettlementFacts, items: Sequence[FeeItem]
) -> tuple[policies.ExplainedStep, ...]:
    done = pricing.price(shelves, policy, facts, items)
    return pricing.explain(shelves, policy, facts, items, done)[0]
