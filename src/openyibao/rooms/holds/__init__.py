"""Money kept aside on a personal account, and money on its way from one cell to another.

Keeps: holds (open, posted, released, expired), crossings (what a cell orders of another) and their receipts. Promises: what
is held can be spent by nobody else; a hold ends once; a crossing arrives once, however often it is carried. What must
cross cells is always held there, settled here, then posted there, also on one machine. Units: fen.
Callers: mutual_aid, purse, settlement. 中文: 预占与跨分片往来。
"""

from openyibao.rooms.holds.records import (
    Crossing,
    CrossingKind,
    CrossingState,
    Hold,
    HoldPurpose,
    HoldState,
    NewHold,
)
from openyibao.rooms.holds.rules import AVAILABLE_TOO_LOW, TRANSIT, take_from_pots
from openyibao.rooms.holds.service import carry, expire, hold, order_crossings, post, release
from openyibao.rooms.holds.store import (
    find_by_subject,
    find_holds,
    list_crossing_faults,
    list_due,
    list_open_by_subject,
    list_overdue,
    list_wrong_held,
    sum_due,
)
from openyibao.rooms.holds.telling import expected_of_crossings, expected_of_holds, expected_of_receipts

__all__ = [
    "AVAILABLE_TOO_LOW",
    "TRANSIT",
    "Crossing",
    "CrossingKind",
    "CrossingState",
    "Hold",
    "HoldPurpose",
    "HoldState",
    "NewHold",
    "carry",
    "expected_of_crossings",
    "expected_of_holds",
    "expected_of_receipts",
    "expire",
    "find_by_subject",
    "find_holds",
    "hold",
    "list_crossing_faults",
    "list_due",
    "list_open_by_subject",
    "list_overdue",
    "list_wrong_held",
    "order_crossings",
    "post",
    "release",
    "sum_due",
    "take_from_pots",
]
