"""Who a parameter of a policy document is for, and what it stands on. 中文: 待遇政策的适用条件与依据。"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec


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


class When(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a row or layer is for; an empty tuple means any. Of several groups one is enough."""

    kind: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    group: tuple[str, ...] = ()

    def holds(self, kind: str, level: str, category: str, groups: tuple[str, ...]) -> bool:
        """Whether this sort of person and visit is meant."""
        return (
            (not self.kind or kind in self.kind)
            and (not self.level or level in self.level)
            and (not self.category or category in self.category)
            and (not self.group or any(group in self.group for group in groups))
        )


Who = tuple[str, str, str, tuple[str, ...]]
"""One sort of person and visit: kind, level, category, groups, as ``When.holds`` asks for them."""


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
    return next((row for row in rows if row.when.holds(*who)), None)
