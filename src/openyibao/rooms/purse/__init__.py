"""The insurance purse (医保钱包): send from one's personal account to a near relative's purse, in any province.

Keeps: transfers with their source and sums. Promises: what is sent is held at once and leaves the account only when it is
accepted; what is not accepted comes back at six in the morning; three transfers a day, each up to a limit, none at night.
Units: fen. Callers: the wallet, the channels. Paying from the purse is not built yet. 中文: 医保钱包。
"""

from openyibao.rooms.purse.records import NewTransfer, PurseSettings, PurseTransfer, TransferState
from openyibao.rooms.purse.rules import purse_settings
from openyibao.rooms.purse.service import accept, list_mine, refuse, return_overdue, send
from openyibao.rooms.purse.telling import expected_of_transfers

__all__ = [
    "NewTransfer",
    "PurseSettings",
    "PurseTransfer",
    "TransferState",
    "accept",
    "expected_of_transfers",
    "list_mine",
    "purse_settings",
    "refuse",
    "return_overdue",
    "send",
]
