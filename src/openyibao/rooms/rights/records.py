"""Records of the rights over one's data. 中文: 个人信息权利记录。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class EntryKind(StrEnum):
    """What happened (用码记录类别)."""

    scan = "scan"
    refused_scan = "refused_scan"
    settlement = "settlement"
    reversal = "reversal"
    refusal = "refusal"
    signal = "signal"
    look = "look"
    bound = "bound"
    unbound = "unbound"
    frozen = "frozen"
    lifted = "lifted"
    consented = "consented"
    consent_withdrawn = "consent_withdrawn"
    filed = "filed"
    password_reset = "password_reset"  # noqa: S105 a kind of entry


class EntryGroup(StrEnum):
    """By what the log is filtered (用码记录筛选)."""

    uses = "uses"
    looks = "looks"
    changes = "changes"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Whose data: where the person stands, and every cell their money can live in."""

    bucket: int
    person_id: int
    cells: Sequence[int]


class LogPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page of the log ends: what is older follows."""

    at: datetime
    entry_id: int


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the use log (用码记录). ``who`` is an operator, an officer, a device; ``about`` what it was for."""

    kind: EntryKind
    entry_id: int
    at: datetime
    institution_id: int | None = None
    who: str = ""
    terminal_code: str = ""
    about: str = ""
    reason: str = ""
    amount_fen: int | None = None


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines of the log, the newest first; ``older`` leads on, None at the end."""

    entries: Sequence[Entry]
    older: LogPlace | None


class HeldBy(StrEnum):
    """By what a person's rows of a table are found (查找方式); ``own`` has a query of its own in the store."""

    bucket = "bucket"
    cell = "cell"
    visit = "visit"
    binding = "binding"
    own = "own"


class HeldTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table with something of a person: how a person reads its name, and how their rows are found."""

    zh: str
    en: str
    by: HeldBy
    person_column: str = "person_id"
    """Read where it is found by bucket or cell."""
    unsealed: Mapping[str, str] = {}
    """Sealed column → the id column that its place of sealing ends with; other sealed columns stay back."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of what one table holds of a person (所存个人信息), at least one a table, empty where there is nothing.

    ``cut`` is True on the last stretch where there is more than is shown.
    """

    table: str
    zh: str
    en: str
    rows: Sequence[Mapping[str, Any]]
    first: bool
    last: bool
    cut: bool = False
