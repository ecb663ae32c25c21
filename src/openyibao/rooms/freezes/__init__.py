"""Freezes: a person stops their own credential with one tap, and only somebody who proves to be that person lifts it.

Keeps: freezes, open and lifted; when an open one began stands on the credential too, where each scan reads it anyway.
Promises: from the tap on no code of any binding is accepted; a freeze is not the agency's suspension: neither lifts the
other; at most one is open. Units: UTC instants. Callers: the wallet, the agency's officers, presentation (the reason).
中文: 本人冻结。
"""

from openyibao.rooms.freezes.records import CREDENTIAL_FROZEN, NOT_FROZEN, Freeze, Lift, LiftProof
from openyibao.rooms.freezes.service import find_open, freeze, lift
from openyibao.rooms.freezes.store import read_freezes
from openyibao.rooms.freezes.telling import expected_of_freezes

__all__ = [
    "CREDENTIAL_FROZEN",
    "NOT_FROZEN",
    "Freeze",
    "Lift",
    "LiftProof",
    "expected_of_freezes",
    "find_open",
    "freeze",
    "lift",
    "read_freezes",
]
