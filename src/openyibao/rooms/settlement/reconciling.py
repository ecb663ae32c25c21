"""Reconciling an institution's books with ours: what stands in both, in one only, or differs (对账). Reads and pure comparing.

A settlement is a plus, a reversal a minus; a pair that was annulled (2601, FIELD 15) counts in neither, since the institution never
learned of it. The day of the settlement decides, not that of the visit. Units: fen. 中文: 对账。
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import date
from enum import StrEnum

import msgspec

from openyibao.kit.db import Reading
from openyibao.kit.requests import list_outcomes
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.settlement import store
from openyibao.rooms.settlement.records import Settlement, SettlementKind

STRETCH = 2_000


class DifferenceKind(StrEnum):
    """How two books differ (对账结果)."""

    none = "none"
    ours_only = "ours_only"
    theirs_only = "theirs_only"
    amounts = "amounts"


class BookLine(msgspec.Struct, frozen=True, kw_only=True):
    """One settlement or reversal in a book; the amounts of a reversal are below zero (账目)."""

    name: tuple[int, int]
    """(cell, settlement_id)."""
    back: bool
    fee_fen: int
    fund_fen: int
    account_fen: int
    said: tuple[str, ...] = ()
    """What the other book calls settlement, visit and person."""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """A book's sums; ``count`` is settlements less reversals (总账)."""

    count: int = 0
    fee_fen: int = 0
    fund_fen: int = 0
    account_fen: int = 0
    cash_fen: int | None = None

    def plus(self, bill: Settlement) -> Totals:
        """With one settlement or reversal more."""
        sign = -1 if bill.kind is SettlementKind.reversal else 1
        return Totals(
            count=self.count + sign,
            fee_fen=self.fee_fen + sign * bill.fee_total_fen,
            fund_fen=self.fund_fen + sign * bill.fund_total_fen,
            account_fen=self.account_fen + sign * bill.personal_account_fen,
            cash_fen=(self.cash_fen or 0) + sign * bill.cash_fen,
        )


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A line on which the books differ, with both sides where there are both (对账差异)."""

    kind: DifferenceKind
    ours: BookLine | None = None
    theirs: BookLine | None = None


async def list_book(
    reading: Reading,
    institution_id: int,
    *,
    first_on: date,
    last_on: date,
    kinds: frozenset[EncounterKind] | None = None,
    insurance: str | None = None,
    pooling_area: int | None = None,
) -> AsyncIterator[Settlement]:
    """Our book of an institution, without annulled pairs, stretch by stretch; None filters nothing."""
    after = (-1, -1)
    while found := await store.list_of_institution(
        reading, institution_id, first_on=first_on, last_on=last_on, after=after, most=STRETCH
    ):
        after = (found[-1].cell, found[-1].settlement_id)
        gone = await _annulled(reading, institution_id, found)
        for bill in found:
            name = (bill.cell, bill.settlement_id)
            if (
                name not in gone
                and (kinds is None or bill.facts.visit.kind in kinds)
                and insurance in (None, bill.insurance_type)
                and pooling_area in (None, bill.pooling_area)
            ):
                yield bill


async def _annulled(reading: Reading, institution_id: int, found: list[Settlement]) -> set[tuple[int, int]]:
    """Which of some bills belong to an annulled pair: reversals that a 2601 asked for, and what they undo."""
    backs = {(one.cell, one.settlement_id): one for one in found if one.kind is SettlementKind.reversal}
    forth = [(one.cell, one.settlement_id) for one in found if one.kind is SettlementKind.settlement]
    undone = await store.read_reversals(reading, forth) if forth else {}
    asked = sorted({settlement_id for _, settlement_id in backs} | set(undone.values()))
    if not asked:
        return set()
    annulled = set(await list_outcomes(reading, institution_id, "annul", asked))
    gone = {name for name in backs if name[1] in annulled}
    return gone | {name for name, reversal_id in undone.items() if reversal_id in annulled}


def line_of(bill: Settlement) -> BookLine:
    """A bill as a line of our book."""
    back = bill.kind is SettlementKind.reversal
    sign = -1 if back else 1
    return BookLine(
        name=(bill.cell, bill.settlement_id),
        back=back,
        fee_fen=sign * bill.fee_total_fen,
        fund_fen=sign * bill.fund_total_fen,
        account_fen=sign * bill.personal_account_fen,
    )


def match_totals(ours: Totals, theirs: Totals) -> DifferenceKind:
    """Which book has more; cash only where theirs names it."""
    pairs = [
        (ours.count, theirs.count),
        (ours.fee_fen, theirs.fee_fen),
        (ours.fund_fen, theirs.fund_fen),
        (ours.account_fen, theirs.account_fen),
    ]
    if theirs.cash_fen is not None:
        pairs.append((ours.cash_fen or 0, theirs.cash_fen))
    if all(mine == other for mine, other in pairs):
        return DifferenceKind.none
    if ours.count == theirs.count:
        return DifferenceKind.amounts
    return DifferenceKind.ours_only if ours.count > theirs.count else DifferenceKind.theirs_only


def match_details(
    ours: Iterable[Settlement], theirs: Iterable[BookLine], originals: Mapping[tuple[int, int], tuple[int, int]]
) -> list[Difference]:
    """The lines on which two books differ, ours first in the order of our book.

    A minus of theirs may be named by the reversal or by what it reverses: ``originals`` leads from the latter to the former.
    """
    left: dict[tuple[tuple[int, int], bool], BookLine] = {}
    doubled: list[BookLine] = []
    for line in theirs:
        name = originals.get(line.name, line.name) if line.back else line.name
        if (name, line.back) in left:
            doubled.append(line)
        else:
            left[name, line.back] = line
    found = []
    for bill in ours:
        mine = line_of(bill)
        other = left.pop((mine.name, mine.back), None)
        if other is None:
            found.append(Difference(kind=DifferenceKind.ours_only, ours=mine))
        elif _amounts(mine) != _amounts(other):
            found.append(Difference(kind=DifferenceKind.amounts, ours=mine, theirs=other))
    rest = [*left.values(), *doubled]
    return found + [Difference(kind=DifferenceKind.theirs_only, theirs=line) for line in rest]


def _amounts(line: BookLine) -> tuple[int, ...]:
    """What is compared: of a minus without its sign, since institutions write it with or without."""
    amounts = (line.fee_fen, line.fund_fen, line.account_fen)
    return tuple(abs(one) for one in amounts) if line.back else amounts
