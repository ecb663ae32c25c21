"""What was changed of a person's bills afterwards: reversals, refunds, repricings, restorations, as the person reads them.

The sums are what the act changed, as things stood just before it: a restoration of a bill that was reversed earlier charges it
again. 中文: 结算变更记录。
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from openyibao.kit.db import Reading
from openyibao.rooms.settlement import store
from openyibao.rooms.settlement.records import CorrectedSettlement, Correction, Settlement

CHANGES_MAX = 100
REVERSAL = "reversal"


class ChangedBill(msgspec.Struct, frozen=True, kw_only=True):
    """One bill of a change: as it was, and what stands in its place (None: nothing)."""

    before: Settlement
    after: Settlement | None


class BillChange(msgspec.Struct, frozen=True, kw_only=True):
    """One act (结算变更); ``kind`` is that of its correction, or reversal. Sums in fen, below zero given back."""

    kind: str
    cell: int
    change_id: int
    changed_at: datetime
    why: str
    bills: tuple[ChangedBill, ...]
    fund_total_fen: int
    personal_account_fen: int
    cash_fen: int


async def list_bill_changes(
    reading: Reading, *, cells: Sequence[int], person_id: int, most: int = CHANGES_MAX
) -> list[BillChange]:
    """The newest changes of a person's bills in these cells, the newest first."""
    names = await store.find_corrections_in(reading, cells, person_id, most=most)
    corrections = list((await store.read_corrections(reading, names)).values())
    reversals = await store.list_reversals_of(reading, cells, person_id, most=most)
    links = [link for _, all_of in corrections for link in all_of]
    wanted = {(link.cell, link.settlement_id) for link in links}
    wanted |= {(link.cell, link.new_settlement_id) for link in links if link.new_settlement_id is not None}
    wanted |= {(one.cell, one.original_settlement_id) for one in reversals if one.original_settlement_id is not None}
    booked = await store.read_settlements(reading, sorted(wanted))
    own = {(link.cell, link.reversal_id) for link in links if not _was_reversed_before(link)}
    changes = [_of_correction(correction, all_of, booked) for correction, all_of in corrections]
    changes += [
        _of_reversal(one, booked[one.cell, one.original_settlement_id or 0])
        for one in reversals
        if (one.cell, one.settlement_id) not in own
    ]
    return sorted(changes, key=lambda one: (one.changed_at, one.change_id), reverse=True)[:most]


def _was_reversed_before(link: CorrectedSettlement) -> bool:
    """Whether a restoration found its bill reversed already; ids follow time."""
    return link.reversal_id < link.correction_id


def _of_correction(
    correction: Correction, links: Sequence[CorrectedSettlement], booked: dict[tuple[int, int], Settlement]
) -> BillChange:
    bills = tuple(
        ChangedBill(
            before=booked[link.cell, link.settlement_id],
            after=None if link.new_settlement_id is None else booked[link.cell, link.new_settlement_id],
        )
        for link in links
    )
    stood = [None if _was_reversed_before(link) else bill.before for link, bill in zip(links, bills, strict=True)]

    def changed_fen(column: str) -> int:
        after: int = sum(getattr(bill.after, column) for bill in bills if bill.after is not None)
        before: int = sum(getattr(one, column) for one in stood if one is not None)
        return after - before

    return BillChange(
        kind=correction.kind.value,
        cell=correction.cell,
        change_id=correction.correction_id,
        changed_at=correction.corrected_at,
        why=correction.why,
        bills=bills,
        fund_total_fen=changed_fen("fund_total_fen"),
        personal_account_fen=changed_fen("personal_account_fen"),
        cash_fen=changed_fen("cash_fen"),
    )


def _of_reversal(reversal: Settlement, original: Settlement) -> BillChange:
    return BillChange(
        kind=REVERSAL,
        cell=reversal.cell,
        change_id=reversal.settlement_id,
        changed_at=reversal.settled_at,
        why="",
        bills=(ChangedBill(before=original, after=None),),
        fund_total_fen=-original.fund_total_fen,
        personal_account_fen=-original.personal_account_fen,
        cash_fen=-original.cash_fen,
    )
