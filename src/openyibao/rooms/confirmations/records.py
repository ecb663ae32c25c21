"""Records of confirmations. 中文: 结算确认记录。"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class ConfirmationState(StrEnum):
    """Asked, confirmed or refused by the phone (确认状态); that the time is over follows from the clock."""

    asked = "asked"
    confirmed = "confirmed"
    refused = "refused"


class NewConfirmation(msgspec.Struct, frozen=True, kw_only=True):
    """What the phone shows: where, and how much of the account. ``mandate_id``: a relative's phone is asked."""

    cell: int
    institution_id: int
    request_key: str
    person_id: int
    mandate_id: int | None
    terminal_code: str
    operator_code: str
    amount_fen: int
    fee_total_fen: int


class BillConfirmation(NewConfirmation, frozen=True, kw_only=True):
    """A bill that waits for the phone (待确认结算), under the key it is settled by, in the person's cell."""

    confirmation_id: int
    asked_at: datetime
    expires_at: datetime
    state: ConfirmationState = ConfirmationState.asked
    answered_at: datetime | None = None
    answered_by: int | None = None
