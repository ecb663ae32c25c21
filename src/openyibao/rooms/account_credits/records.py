"""Records of credits and of the turn of the account year. 中文: 划账与结转记录。"""

from __future__ import annotations

from datetime import datetime

import msgspec

from openyibao.rooms.ledger import AccountPot

LINES_MAX = 2_000_000
"""Of one batch: a large area's month."""


class NewCreditLine(msgspec.Struct, frozen=True, kw_only=True):
    """One person's money, in fen above zero; the person's cell follows from the batch's area."""

    line_no: int
    person_id: int
    amount_fen: int
    pot: AccountPot = AccountPot.current


class NewCreditBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as the agency brings it (划账批次). ``digest`` is the SM3 of its content, ``account_year`` whose money it is."""

    pooling_area: int
    batch_code: str
    account_year: int
    digest: bytes
    line_count: int
    amount_fen: int


class CreditBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch that was begun; it stands in the first cell of its area."""

    cell: int
    batch_id: int
    pooling_area: int
    batch_code: str
    account_year: int
    digest: bytes
    line_count: int
    amount_fen: int
    begun_at: datetime


class CreditedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that was credited, in the person's cell: once, whatever is brought again."""

    cell: int
    batch_id: int
    line_no: int
    person_id: int
    pot: AccountPot
    amount_fen: int
    posting_id: int


class InterestRates(msgspec.Struct, frozen=True, kw_only=True):
    """Yearly interest of an area in basis points, by pot (计息利率); nothing where the area sets none."""

    current_bp: int = 0
    past_bp: int = 0


class RolledChunk(msgspec.Struct, frozen=True, kw_only=True):
    """What one transaction of a year's turn did (年度结转分段), in one cell."""

    cell: int
    account_year: int
    chunk_id: int
    people_count: int
    interest_current_fen: int
    interest_past_fen: int
    carried_fen: int
    rolled_at: datetime
