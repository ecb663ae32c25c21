"""Bills that wait for the phone: above a limit of the area the person confirms place and amount before anything is booked.

Keeps: what was asked, and the answer. Promises: nothing is booked or held while a bill waits, nor after a refusal or the time
limit; an answer is given once; a bill that was confirmed may cost the account no more than was confirmed. The state follows
from the clock: no run expires anything. Units: fen, UTC instants. Callers: settlement (asks), the wallet (answers).
中文: 结算确认。
"""

from openyibao.rooms.confirmations.records import (
    BillConfirmation,
    ConfirmationState,
    NewConfirmation,
)
from openyibao.rooms.confirmations.rules import (
    CONFIRMATION_ASKED,
    SETTING_ABOVE,
    judge_waiting,
    limit_fen,
    refuse_above,
)
from openyibao.rooms.confirmations.service import answer, ask, list_waiting
from openyibao.rooms.confirmations.store import read_by_keys
from openyibao.rooms.confirmations.telling import expected_of_confirmations

__all__ = [
    "CONFIRMATION_ASKED",
    "SETTING_ABOVE",
    "BillConfirmation",
    "ConfirmationState",
    "NewConfirmation",
    "answer",
    "ask",
    "expected_of_confirmations",
    "judge_waiting",
    "limit_fen",
    "list_waiting",
    "read_by_keys",
    "refuse_above",
]
