"""Rules of checks: which ways an act takes, in which order, how often. Pure. 中文: 本人核验规则。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from openyibao.kit.outcome import Refused
from openyibao.rooms.activations import Way
from openyibao.rooms.checks import records
from openyibao.rooms.checks.records import CheckAct, IdentityCheck

LIFETIME = timedelta(minutes=15)
KEPT = timedelta(hours=1)
"""So long after its end a check counts for the limit, then it is cleared away."""
ATTEMPTS_MAX = 5
BEGUN_AN_HOUR_MAX = 8

WAYS: Mapping[CheckAct, tuple[Way, ...]] = {
    CheckAct.lift_freeze: (Way.live_face,),
    # Two ways: a lost phone with its SIM has the code, and a photo may pass for a face one day.
    CheckAct.reset_password: (Way.live_face, Way.phone_code),
    CheckAct.consent_mandate: (Way.live_face,),
}
"""What an act takes on a phone, in order. Who can't goes to a counter, where two officers look."""


def next_way(check: IdentityCheck) -> Way | None:
    """The one way that is due; None where all are done."""
    return next((way for way in check.ways if way not in check.done), None)


def refuse_check(check: IdentityCheck, at: datetime) -> Refused | None:
    """Order: check_unknown (spent) · check_over · check_expired."""
    if check.spent_at is not None:
        return Refused(records.CHECK_UNKNOWN)
    if check.failed:
        return Refused(records.CHECK_OVER)
    return Refused(records.CHECK_EXPIRED) if at >= check.expires_at else None


def refuse_spending(check: IdentityCheck, act: CheckAct, subject: str) -> Refused | None:
    """Order: check_unknown (another act, or on another thing) · check_incomplete."""
    if (check.act, check.subject) != (act, subject):
        return Refused(records.CHECK_UNKNOWN)
    return None if next_way(check) is None else Refused(records.CHECK_INCOMPLETE)
