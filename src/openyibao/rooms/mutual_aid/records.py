"""Records of mutual aid. 中文: 家庭共济记录。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import msgspec

from openyibao.rooms.ledger import AccountPot


class Relation(StrEnum):
    """Who counts as a near relative of the owner (近亲属): what the relative is to them."""

    spouse = "spouse"
    parent = "parent"
    child = "child"
    sibling = "sibling"
    grandparent = "grandparent"
    grandchild = "grandchild"


class AgreementState(StrEnum):
    """Where an agreement stands (授权状态): proposed by the owner, agreed by the relative, ended by either."""

    proposed = "proposed"
    agreed = "agreed"
    ended = "ended"


class Party(StrEnum):
    """Whose account it is, and whose bills it pays (双方)."""

    owner = "owner"
    relative = "relative"


class NewMutualAid(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner proposes. Limits None are none; ``valid_until`` is the last day."""

    cell: int
    owner_bucket: int
    owner_person_id: int
    owner_masked: str
    relative_bucket: int
    relative_cell: int
    relative_person_id: int
    relative_masked: str
    relation: Relation
    per_use_fen: int | None = None
    per_year_fen: int | None = None
    valid_until: date | None = None


class MutualAid(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement that an owner's account pays a near relative's own part (家庭共济授权), in the owner's cell."""

    cell: int
    agreement_id: int
    owner_bucket: int
    owner_person_id: int
    owner_masked: str
    relative_bucket: int
    relative_cell: int
    relative_person_id: int
    relative_masked: str
    relation: Relation
    per_use_fen: int | None
    per_year_fen: int | None
    valid_until: date | None
    state: AgreementState
    proposed_at: datetime
    agreed_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: Party | None = None


class AidUseKind(StrEnum):
    """A bill paid, or the payment given back by a reversal (使用 / 退回)."""

    used = "used"
    refunded = "refunded"


class AidUse(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner's pots paid for one bill, or got back (共济使用记录), in the owner's cell."""

    cell: int
    use_id: int
    agreement_id: int
    owner_person_id: int
    kind: AidUseKind
    current_fen: int
    past_fen: int
    settlement_cell: int
    settlement_id: int
    institution_id: int
    used_year: int
    used_on: date


class AidSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What an area decides about mutual aid (共济参数): how many relatives, which pots in which order."""

    relatives_max: int = 6
    pots: tuple[AccountPot, ...] = (AccountPot.past, AccountPot.current)


class AidOffer(msgspec.Struct, frozen=True, kw_only=True):
    """What one owner's account may give for one bill: at most ``most_fen``, from these pots in this order."""

    agreement: MutualAid
    most_fen: int
    pots: Mapping[AccountPot, int]
    reference: str = ""
    """The act it is held for, where the owner's account is in another cell."""
    held: bool = False
