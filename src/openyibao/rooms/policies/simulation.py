"""Two splits of the same bills beside each other: who gains, who loses, what it costs each fund.

Pure: it is fed one bill after the other, all bills of a person together, and keeps sums only, so that a year of a city
takes no more memory than a day. A person gains what less they bear (``person_total``, account and cash together);
a fund costs what it pays. 中文: 政策测算的对比与汇总。
"""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappush, heapreplace
from typing import Any, NamedTuple

import msgspec

from openyibao.rooms.policies.conditions import years_between
from openyibao.rooms.policies.records import Fund, PersonFacts, Split, VisitFacts

LARGEST = 10
"""How many of the largest changes are kept, to be explained."""
AGE_BANDS = ((18, "0-17"), (45, "18-44"), (60, "45-59"), (70, "60-69"), (80, "70-79"), (1_000, "80+"))
"""The age below which each band ends, in whole years on the day of the visit."""
UNKNOWN_AGE = "unknown"


class Burden(msgspec.Struct, frozen=True, kw_only=True):
    """Who bears how much of one bill, in fen (负担构成). ``funds_fen`` names only funds that pay."""

    funds_fen: Mapping[Fund, int]
    fund_total_fen: int
    institution_borne_fen: int
    person_total_fen: int
    personal_account_fen: int
    cash_fen: int


class Sort(NamedTuple):
    """What sort of bill it is: the groups it is counted in."""

    person_category: str
    level: str
    age_band: str
    kind: str


class Tally(msgspec.Struct, kw_only=True):
    """The sums of one group. Persons are counted by what all their bills in the group come to together."""

    settlements: int = 0
    changed: int = 0
    persons: int = 0
    gaining: int = 0
    losing: int = 0
    gained_fen: int = 0
    """What those who gain bear less, together."""
    lost_fen: int = 0
    """What those who lose bear more, together; above zero."""
    fund_before_fen: int = 0
    fund_after_fen: int = 0
    person_before_fen: int = 0
    person_after_fen: int = 0

    @property
    def net_fen(self) -> int:
        """What the group's persons gain together; below zero where they lose."""
        return self.person_before_fen - self.person_after_fen


class Change(NamedTuple):
    """One of the largest changes: what the person gains, in fen, and whatever the caller will explain it from."""

    gain_fen: int
    sort: Sort
    before: Burden
    after: Burden
    subject: Any


def burden_of(done: Split) -> Burden:
    """Who bears a split."""
    return Burden(
        funds_fen=done.funds_fen,
        fund_total_fen=done.fund_total_fen,
        institution_borne_fen=done.institution_borne_fen,
        person_total_fen=done.person_total_fen,
        personal_account_fen=done.personal_account_fen,
        cash_fen=done.cash_fen,
    )


def burden_without_benefit(fee_total_fen: int) -> Burden:
    """A bill for which no benefit is given: the person bears all of it, in cash."""
    return Burden(
        funds_fen={},
        fund_total_fen=0,
        institution_borne_fen=0,
        person_total_fen=fee_total_fen,
        personal_account_fen=0,
        cash_fen=fee_total_fen,
    )


def sort_of(person: PersonFacts, visit: VisitFacts) -> Sort:
    """The groups of a bill."""
    band = UNKNOWN_AGE
    if person.birth_on is not None:
        age = years_between(person.birth_on, visit.on)
        band = next(name for below, name in AGE_BANDS if age < below)
    return Sort(person.person_category.value, visit.level.value, band, visit.kind.value)


class Gathered:
    """The sums so far: of all, by group, by payer; and the largest changes.

    ``add`` each bill, then ``end_person`` when a person's bills are through.
    """

    def __init__(self) -> None:
        self.whole = Tally()
        self.groups: dict[tuple[str, str], Tally] = {}
        """By facet (a field of ``Sort``) and value."""
        self.payers: dict[str, list[int]] = {}
        """[before, after] in fen by fund, ``institution_borne``, ``personal_account`` and ``cash``."""
        self._largest: list[tuple[int, int, Change]] = []
        self._person: dict[tuple[str, str], int] = {}
        self._added = 0

    def add(self, sort: Sort, before: Burden, after: Burden, subject: Any) -> None:
        """Count one bill; ``subject`` is kept while the bill is among the largest changes."""
        gain_fen = before.person_total_fen - after.person_total_fen
        self._count(("", ""), self.whole, before, after)
        for name in zip(Sort._fields, sort, strict=True):
            tally = self.groups.get(name)
            if tally is None:
                tally = self.groups[name] = Tally()
            self._count(name, tally, before, after)
        for side, burden in enumerate((before, after)):
            for fund, amount_fen in burden.funds_fen.items():
                self._pay(fund.value, side, amount_fen)
            self._pay("institution_borne", side, burden.institution_borne_fen)
            self._pay("personal_account", side, burden.personal_account_fen)
            self._pay("cash", side, burden.cash_fen)
        self._added += 1
        if gain_fen:
            # Of equal changes the earlier one stays.
            ranked = (abs(gain_fen), -self._added, Change(gain_fen, sort, before, after, subject))
            if len(self._largest) < LARGEST:
                heappush(self._largest, ranked)
            elif ranked > self._largest[0]:
                heapreplace(self._largest, ranked)

    def end_person(self) -> None:
        """The person's bills are through: count whether they gain or lose, in each group they have bills in."""
        for name, gain_fen in self._person.items():
            tally = self.groups[name] if name[0] else self.whole
            tally.persons += 1
            if gain_fen > 0:
                tally.gaining += 1
                tally.gained_fen += gain_fen
            elif gain_fen < 0:
                tally.losing += 1
                tally.lost_fen -= gain_fen
        self._person.clear()

    def largest(self) -> list[Change]:
        """The largest changes, the largest first."""
        return [change for _, _, change in sorted(self._largest, key=lambda ranked: ranked[:2], reverse=True)]

    def _count(self, name: tuple[str, str], tally: Tally, before: Burden, after: Burden) -> None:
        gain_fen = before.person_total_fen - after.person_total_fen
        tally.settlements += 1
        tally.changed += before != after
        tally.fund_before_fen += before.fund_total_fen
        tally.fund_after_fen += after.fund_total_fen
        tally.person_before_fen += before.person_total_fen
        tally.person_after_fen += after.person_total_fen
        self._person[name] = self._person.get(name, 0) + gain_fen

    def _pay(self, payer: str, side: int, amount_fen: int) -> None:
        if amount_fen:
            self.payers.setdefault(payer, [0, 0])[side] += amount_fen
