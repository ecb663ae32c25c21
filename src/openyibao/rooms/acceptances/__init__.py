"""Codes that a terminal took without a network, held against their half minute when they are sent in (N3).

Keeps: offline acceptances, accepted and refused, the code as a digest. Promises: one answer for a request key; a code that was used
elsewhere is refused and says where and when; amount, number and days are bounded by the institution's area; what is over a bound
is never settled as if it had been accepted. Nothing is paid before it is sent in: an acceptance holds only from then on, by a visit token
like a scan's. Units: fen, instants in UTC, days of Shanghai. Callers: terminals (page and interface), the use log. 中文: 离线受理。
"""

from openyibao.rooms.acceptances.records import (
    AcceptanceState,
    OfflineAcceptance,
    OfflineLimits,
    OfflineRequest,
    Taken,
)
from openyibao.rooms.acceptances.rules import SENT_AT_ONCE
from openyibao.rooms.acceptances.service import Places, list_of_institution, list_of_person, sync
from openyibao.rooms.acceptances.telling import expected_of_acceptances

__all__ = [
    "SENT_AT_ONCE",
    "AcceptanceState",
    "OfflineAcceptance",
    "OfflineLimits",
    "OfflineRequest",
    "Places",
    "Taken",
    "expected_of_acceptances",
    "list_of_institution",
    "list_of_person",
    "sync",
]
