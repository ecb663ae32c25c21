"""Records of the purse. 中文: 医保钱包记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.mutual_aid import Relation


class TransferState(StrEnum):
    """Where a transfer stands (转账状态): it waits, until it was accepted, refused or returned by itself."""

    sent = "sent"
    accepted = "accepted"
    refused = "refused"
    returned = "returned"


class PurseSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided of the purse, by the nation or the sender's area (钱包参数).

    Nothing is sent from ``closes_hour`` on until ``opens_hour``; what is not accepted returns at the next ``opens_hour``.
    """

    transfers_a_day: int = 3
    transfer_most_fen: int = 200_000
    closes_hour: int = 22
    opens_hour: int = 6
    pots: tuple[AccountPot, ...] = (AccountPot.past, AccountPot.current)


class NewTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent, and to whom."""

    cell: int
    sender_bucket: int
    sender_person_id: int
    sender_masked: str
    receiver_bucket: int
    receiver_cell: int
    receiver_person_id: int
    receiver_masked: str
    relation: Relation
    amount_fen: int
    request_key: str
    """The sender's own: the same one, the same transfer."""


class PurseTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer to a relative's purse (钱包转账), in the sender's cell; the pots are its source."""

    cell: int
    transfer_id: int
    sender_bucket: int
    sender_person_id: int
    sender_masked: str
    receiver_bucket: int
    receiver_cell: int
    receiver_person_id: int
    receiver_masked: str
    relation: Relation
    current_fen: int
    past_fen: int
    sent_on: date
    sent_at: datetime
    returns_at: datetime
    state: TransferState = TransferState.sent
    ended_at: datetime | None = None

    @property
    def amount_fen(self) -> int:
        """The whole of it."""
        return self.current_fen + self.past_fen
