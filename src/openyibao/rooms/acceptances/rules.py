"""Pure rules of offline acceptances: how much, how many, how late. 中文: 离线受理规则。"""

from __future__ import annotations

from datetime import datetime, timedelta

from openyibao.kit.clock import shanghai_date
from openyibao.kit.money import yuan_text
from openyibao.kit.outcome import Refused
from openyibao.rooms.acceptances import records
from openyibao.rooms.acceptances.records import OfflineLimits, OfflineRequest

SENT_AT_ONCE = 50
"""So many a terminal sends in together."""
LISTED_MAX = 200
AHEAD = timedelta(minutes=2)
"""By so much a terminal's clock may be ahead of ours."""


def judge_bounds(request: OfflineRequest, limits: OfflineLimits, sent_before: int, now: datetime) -> Refused | None:
    """Order: offline_from_future · offline_too_late · offline_over_amount · offline_too_many.

    ``sent_before`` counts what the terminal took down on that Shanghai day and already sent in.
    """
    if request.taken_at > now + AHEAD:
        return Refused(records.OFFLINE_FROM_FUTURE)
    if shanghai_date(request.taken_at) <= shanghai_date(now) - timedelta(days=limits.days_max):
        return Refused(records.OFFLINE_TOO_LATE, {"days": limits.days_max})
    if request.amount_fen > limits.amount_fen_max:
        facts = {"amount": yuan_text(request.amount_fen), "limit": yuan_text(limits.amount_fen_max)}
        return Refused(records.OFFLINE_OVER_AMOUNT, facts)
    if sent_before >= limits.count_max:
        on = shanghai_date(request.taken_at).isoformat()
        return Refused(records.OFFLINE_TOO_MANY, {"on": on, "limit": limits.count_max})
    return None
