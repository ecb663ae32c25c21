"""Rules of transfers. Pure; the order of reasons is that of the docstrings. 中文: 转移接续规则。"""

from __future__ import annotations

from datetime import date, timedelta

from openyibao.kit.outcome import Refused
from openyibao.rooms.areas import PoolingArea
from openyibao.rooms.people import Enrolment
from openyibao.rooms.transfers import records
from openyibao.rooms.transfers.records import EnrolmentTransfer, StopSide, TransferState

LISTED_MAX = 50
AHEAD_MAX = timedelta(days=62)


def state_of(one: EnrolmentTransfer) -> TransferState:
    """How far it is."""
    if one.stopped_at is not None:
        return TransferState.stopped
    if one.done_at is not None:
        return TransferState.done
    return TransferState.asked if one.taken_up_at is None else TransferState.taken_up


def judge_ask(enrolment: Enrolment, to: PoolingArea | None, *, under_way: bool) -> Refused | None:
    """Order: transfer_area_unknown · transfer_same_area · transfer_under_way."""
    if to is None:
        return Refused(records.TRANSFER_AREA_UNKNOWN)
    if to.pooling_area == enrolment.pooling_area:
        return Refused(records.TRANSFER_SAME_AREA, {"area": to.name})
    return Refused(records.TRANSFER_UNDER_WAY) if under_way else None


def _judge_open(one: EnrolmentTransfer | None) -> Refused | None:
    if one is None:
        return Refused(records.TRANSFER_UNKNOWN)
    over = state_of(one) in {TransferState.done, TransferState.stopped}
    return Refused(records.TRANSFER_OVER) if over else None


def judge_taking_up(one: EnrolmentTransfer | None, *, at_area: int, name: str) -> Refused | None:
    """Order: transfer_unknown · transfer_over · transfer_other_agency. Taken up twice changes nothing."""
    refused = _judge_open(one)
    if refused is not None or one is None:
        return refused
    return None if at_area == one.to_area else Refused(records.TRANSFER_OTHER_AGENCY, {"area": name})


def judge_closing(one: EnrolmentTransfer | None, *, at_area: int, name: str, on: date, today: date) -> Refused | None:
    """Order: transfer_unknown · transfer_over · transfer_other_agency · transfer_step_early · transfer_day_wrong."""
    refused = _judge_open(one)
    if refused is not None or one is None:
        return refused
    if at_area != one.from_area:
        return Refused(records.TRANSFER_OTHER_AGENCY, {"area": name})
    if one.taken_up_at is None:
        return Refused(records.TRANSFER_STEP_EARLY)
    if not today <= on <= today + AHEAD_MAX:
        return Refused(records.TRANSFER_DAY_WRONG, {"on": on.isoformat(), "latest": (today + AHEAD_MAX).isoformat()})
    return None


def side_of(one: EnrolmentTransfer, at_area: int) -> StopSide | None:
    """Which side an agency is on, if any; at the receiving one first."""
    if at_area == one.to_area:
        return StopSide.receiving
    return StopSide.sending if at_area == one.from_area else None


def judge_stopping(one: EnrolmentTransfer | None, side: StopSide | None, *, person_id: int | None) -> Refused | None:
    """Order: transfer_unknown (also another person's, or no party's) · transfer_over."""
    if one is None or side is None or (person_id is not None and one.person_id != person_id):
        return Refused(records.TRANSFER_UNKNOWN)
    return _judge_open(one)
