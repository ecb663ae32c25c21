"""Records of holds and of what goes from cell to cell. 中文: 预占与往来记录。"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from openyibao.rooms.ledger import AccountPot

REFERENCE_MAX = 160


class HoldPurpose(StrEnum):
    """What money is kept aside for (预占用途)."""

    mutual_aid = "mutual_aid"
    purse = "purse"


class HoldState(StrEnum):
    """What became of a hold (预占状态): it ends once."""

    open = "open"
    posted = "posted"
    released = "released"
    expired = "expired"


class NewHold(msgspec.Struct, frozen=True, kw_only=True):
    """An amount above zero to keep aside on one pot. ``reference`` names the act it is for: the same one, the same hold.

    ``subject_id`` is the agreement or the transfer.
    """

    cell: int
    person_id: int
    pot: AccountPot
    amount_fen: int
    purpose: HoldPurpose
    reference: str
    subject_id: int
    expires_at: datetime


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """An amount kept aside on one pot (预占). ``posted_fen`` is what of it was spent; the rest fell free."""

    cell: int
    hold_id: int
    person_id: int
    pot: AccountPot
    amount_fen: int
    purpose: HoldPurpose
    reference: str
    subject_id: int
    made_at: datetime
    expires_at: datetime
    state: HoldState = HoldState.open
    posted_fen: int = 0
    ended_at: datetime | None = None


class CrossingKind(StrEnum):
    """What a cell orders of another: spend what is held there, or put money on a pot there (往来方向)."""

    take = "take"
    give = "give"


class CrossingState(StrEnum):
    """Whether the other cell has done it (往来状态)."""

    due = "due"
    done = "done"


class Crossing(msgspec.Struct, frozen=True, kw_only=True):
    """An order from one cell to another (跨分片往来), written with the act that causes it.

    A ``take`` posts that much of the hold of this purpose, reference and pot, and frees the rest; nothing at all frees
    it whole. ``act_id`` is the settlement, the reversal or the transfer.
    """

    cell: int
    crossing_id: int
    kind: CrossingKind
    purpose: HoldPurpose
    reference: str
    subject_id: int
    act_id: int
    to_cell: int
    to_person_id: int
    pot: AccountPot
    amount_fen: int
    made_at: datetime
    state: CrossingState = CrossingState.due
