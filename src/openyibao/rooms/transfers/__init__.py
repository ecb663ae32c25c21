"""Transfers: a person asks to have an enrolment moved to where they live now, and sees how far it is.

Keeps: transfers with each step, who took it and when. Promises: it is taken up where the person goes before it is closed where
they come from; closing moves the enrolment in the same transaction, so that neither area has the person twice or not
at all; one is under way for an enrolment at a time; each step is taken by its own agency. What moves with it (years,
account, accumulators) is ``entitlement.move``'s. Units: dates in Shanghai. Callers: the wallet, the office. 中文: 参保关系转移接续。
"""

from openyibao.rooms.transfers.records import (
    EnrolmentTransfer,
    NewTransfer,
    StopSide,
    TransferState,
)
from openyibao.rooms.transfers.rules import state_of
from openyibao.rooms.transfers.service import ask, close, list_of_person, list_under_way, stop, take_up
from openyibao.rooms.transfers.telling import expected_of_transfers

__all__ = [
    "EnrolmentTransfer",
    "NewTransfer",
    "StopSide",
    "TransferState",
    "ask",
    "close",
    "expected_of_transfers",
    "list_of_person",
    "list_under_way",
    "state_of",
    "stop",
    "take_up",
]
