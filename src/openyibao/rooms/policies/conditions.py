"""Who a parameter of a policy document is for, and what it stands on.

A ``When`` names facets of the person and the visit; a ``Who`` is one sort of them. Of several rows the first that fits
counts. ``Asks`` is what a document asks at all, so that persons it doesn't tell apart share one plan.
中文: 待遇政策的适用条件与依据。
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from openyibao.rooms.policies.records import PersonFacts, VisitFacts

LOCAL = "local"
"""The value of ``remote`` for care in the insured area."""


class Confidence(StrEnum):
    """How sure a parameter is (可信度): read or reproduced by a real settlement, or a reading to be confirmed."""

    verified = "verified"
    illustrative = "illustrative"


class Words(msgspec.Struct, frozen=True):
    """A name in both languages."""

    zh: str
    en: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a parameter was read."""

    title: str
    where: str
    as_of: str


class Cite(msgspec.Struct, frozen=True, kw_only=True):
    """What a parameter stands on: a source of the document, the article where known, how sure, and a word on it."""

    source: str
    article: str = ""
    confidence: Confidence = Confidence.verified
    note: str = ""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Whole numbers from one on, and below another; None is open."""

    from_: int = 0
    below: int | None = None

    def holds(self, number: int | None) -> bool:
        """Whether the number is inside; an unknown one never is."""
        return number is not None and self.from_ <= number and (self.below is None or number < self.below)


class Who(NamedTuple):
    """One sort of person and visit. ``age`` and ``years_running`` are whole years, None unknown; '' is unknown too."""

    kind: str
    level: str
    category: str
    groups: tuple[str, ...] = ()
    age: int | None = None
    admission: int = 1
    years_running: int | None = None
    remote: str = LOCAL
    disease: str = ""
    prescription: str = ""
    institution: str = ""
    price_level: str = ""
    filed: bool = False
    designated: bool = True


WORD_FACETS = ("kind", "level", "category", "remote", "disease", "prescription", "institution", "price_level")
SPAN_FACETS = ("age", "admission", "years_running")
FLAG_FACETS = ("filed", "designated")


class When(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a row, layer or benefit is for: every facet named must fit; of several groups one is enough."""

    kind: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    age: Span | None = None
    admission: Span | None = None
    years_running: Span | None = None
    remote: tuple[str, ...] = ()
    disease: tuple[str, ...] = ()
    prescription: tuple[str, ...] = ()
    institution: tuple[str, ...] = ()
    price_level: tuple[str, ...] = ()
    filed: bool | None = None
    designated: bool | None = None

    def holds(self, who: Who) -> bool:
        """Whether this sort of person and visit is meant."""
        if self == _ANYBODY:
            return True
        if self.group and not any(group in self.group for group in who.groups):
            return False
        for facet in WORD_FACETS:
            words = getattr(self, facet)
            if words and getattr(who, facet) not in words:
                return False
        for facet in SPAN_FACETS:
            span = getattr(self, facet)
            if span is not None and not span.holds(getattr(who, facet)):
                return False
        return all(getattr(self, facet) in {None, getattr(who, facet)} for facet in FLAG_FACETS)

    def facets(self) -> set[str]:
        """The facets named."""
        return {name for name in self.__struct_fields__ if getattr(self, name) not in ((), None)}


_ANYBODY = When()
"""Most rows' last word: for whoever is left."""


class AmountRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sum for those it is for, in fen; a deductible may list one for each admission of the year, the last repeating."""

    amounts_fen: tuple[int, ...]
    when: When = When()
    cite: Cite | None = None


class RatioRow(msgspec.Struct, frozen=True, kw_only=True):
    """One ratio for those it is for, in basis points."""

    ratio_bp: int
    when: When = When()
    cite: Cite | None = None


def row_for(rows: Sequence[Any], who: Who) -> Any:
    """The first row (each has a ``when``) that is for this sort of person and visit, or None."""
    return next((row for row in rows if row.when.holds(who)), None)


class Asks(msgspec.Struct, frozen=True, kw_only=True):
    """What a document asks beyond kind, level, category and groups: its facets, and where numbers make a difference."""

    facets: frozenset[str] = frozenset()
    cuts: Mapping[str, tuple[int, ...]] = {}
    diseases: frozenset[str] = frozenset()


def whens_in(found: Any) -> Iterator[When]:
    """Every condition in a part of a document."""
    if isinstance(found, When):
        yield found
    elif isinstance(found, msgspec.Struct):
        for name in found.__struct_fields__:
            yield from whens_in(getattr(found, name))
    elif isinstance(found, (tuple, list)):
        for child in found:
            yield from whens_in(child)
    elif isinstance(found, Mapping):
        yield from whens_in(tuple(found.values()))


def asks_of(whens: Sequence[When], *, diseases: Sequence[str] = (), years: Sequence[int] = ()) -> Asks:
    """What conditions ask; ``diseases`` and ``years`` are asked for other reasons (lists, bonuses to ceilings)."""
    facets = {name for when in whens for name in when.facets()} - {"kind", "level", "category", "group"}
    cuts: dict[str, set[int]] = {"years_running": set(years)} if years else {}
    for when in whens:
        for facet in SPAN_FACETS:
            if (span := getattr(when, facet)) is not None:
                cuts.setdefault(facet, set()).update({span.from_, span.below or span.from_})
    codes = {code for when in whens for code in when.disease} | set(diseases)
    facets |= set(cuts) | ({"disease"} if codes else set())
    return Asks(
        facets=frozenset(facets),
        cuts={facet: tuple(sorted(numbers)) for facet, numbers in cuts.items()},
        diseases=frozenset(codes),
    )


def years_between(start: date, end: date) -> int:
    """Whole years from one day to a later one."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def _cut(numbers: tuple[int, ...], number: int) -> int:
    """The number's stand-in: the highest cut not above it, since between two cuts nothing changes."""
    at = bisect_right(numbers, number)
    return numbers[at - 1] if at else -1


def who_is(asks: Asks, person: PersonFacts, visit: VisitFacts) -> Who:
    """The sort of this person and visit, as far as the document asks."""
    facets = asks.facets
    if not facets:
        return Who(visit.kind, visit.level, person.person_category, person.groups)
    cuts = asks.cuts
    age = years = None
    if person.birth_on is not None and "age" in facets:
        age = _cut(cuts["age"], years_between(person.birth_on, visit.on))
    if person.years_running is not None and "years_running" in facets:
        years = _cut(cuts["years_running"], person.years_running)
    code = visit.disease_code or ""
    return Who(
        kind=visit.kind,
        level=visit.level,
        category=person.person_category,
        groups=person.groups,
        age=age,
        admission=_cut(cuts["admission"], visit.admission_no) if "admission" in facets else 1,
        years_running=years,
        remote=(visit.remote or LOCAL) if "remote" in facets else LOCAL,
        disease=code if code in asks.diseases else "",
        prescription=(visit.prescription or "") if "prescription" in facets else "",
        institution=(visit.institution or "") if "institution" in facets else "",
        price_level=(visit.price_level or visit.level) if "price_level" in facets else "",
        filed="filed" in facets and code in visit.filed,
        designated=visit.designated or "designated" not in facets,
    )
