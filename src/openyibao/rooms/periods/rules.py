"""Rules of closed periods. Pure; reasons are checked in the order each docstring lists. 中文: 关账规则。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.periods.records import ALL_INSTITUTIONS, PeriodAct, PeriodKind, PeriodRequest

WHY_MAX = 200

DAY_CLOSED = reason(
    "day_closed",
    zh="{day} 的业务已日切, 不能再由机构撤销",
    en="{day} is closed by the day cut; the institution can't undo what was done then",
    next_zh="请向经办机构申请重算 (更正), 或由经办机构重新打开这一天",
    next_en="Ask the agency to reprice, or to reopen the day",
)
RECONCILED = reason(
    "reconciled",
    zh="{day} 的对账已确认, 不能再撤销",
    en="The reconciliation of {day} is confirmed; nothing of it can be undone",
    next_zh="请先与经办机构撤回对账确认, 或申请重算 (更正)",
    next_en="Have the agency take the confirmation back, or ask it to reprice",
)
CLEARED = reason(
    "cleared",
    zh="{day} 的费用已申报清算, 不能再撤销",
    en="What was settled on {day} is filed for clearing and can't be undone",
    next_zh="请先撤回清算申报, 或申请经办机构重算后在下期清算中调整",
    next_en="Withdraw the clearing filing, or ask the agency to reprice: the next clearing carries the difference",
)
YEAR_CLOSED = reason(
    "year_closed",
    zh="{day} 所在年度已年结, 不能再撤销",
    en="The year of {day} is closed; nothing of it can be undone",
    next_zh="请由经办机构按手工报销更正, 或经批准重新打开该年度",
    next_en="Have the agency correct it by a manual claim, or reopen the year with an approval",
)
APPROVER_IS_MAKER = reason(
    "approver_is_maker",
    zh="复核人与经办人是同一人 {maker}",
    en="Maker and approver are one: {maker}",
    next_zh="请由另一位有权限的人员复核",
    next_en="Have another officer approve it",
)
WHY_MISSING = reason(
    "why_missing",
    zh="没有填写原因",
    en="No reason is given",
    next_zh="请填写原因 (200 字以内)",
    next_en="Say why, in at most 200 characters",
)
PERIOD_UNSOUND = reason(
    "period_unsound",
    zh="期间 {from_on} 至 {until_on} 无效",
    en="The period from {from_on} to {until_on} is not sound",
    next_zh="请核对起止日期: 起日不晚于止日, 止日早于今天, 最长一年",
    next_en="Check the days: from is not after until, until is before today, at most a year",
)
_CLOSED = {
    PeriodKind.day: DAY_CLOSED,
    PeriodKind.reconciliation: RECONCILED,
    PeriodKind.clearing: CLEARED,
    PeriodKind.year: YEAR_CLOSED,
}
_DAYS_MAX = 366


def judge_officers(maker: str, approver: str, why: str) -> Refused | None:
    """Whether an act of the agency has who and why. Order: why_missing · approver_is_maker."""
    if not why.strip() or len(why) > WHY_MAX or not maker.strip() or not approver.strip():
        return Refused(WHY_MISSING)
    return Refused(APPROVER_IS_MAKER, {"maker": maker}) if maker.strip() == approver.strip() else None


def judge_act(request: PeriodRequest, today: date) -> Refused | None:
    """Whether a period may be closed or reopened so. Order: why_missing · approver_is_maker · period_unsound."""
    refused = judge_officers(request.maker, request.approver, request.why)
    if refused is not None:
        return refused
    sound = request.from_on <= request.until_on < today and (request.until_on - request.from_on).days < _DAYS_MAX
    facts = {"from_on": request.from_on.isoformat(), "until_on": request.until_on.isoformat()}
    return None if sound else Refused(PERIOD_UNSOUND, facts)


def judge_undoing(acts: Iterable[PeriodAct], on: date) -> Refused | None:
    """Whether what was done on a day may be undone. Order: day_closed · reconciled · cleared · year_closed.

    ``acts`` are those of the institution and of its whole area, in the order in which they were done. Of each kind the
    last act over the day counts, for the area and for the institution apart: either closes.
    """
    closed: dict[tuple[PeriodKind, bool], bool] = {}
    for act in acts:
        if act.from_on <= on <= act.until_on:
            closed[act.kind, act.institution_id == ALL_INSTITUTIONS] = act.closes
    for kind in PeriodKind:
        if closed.get((kind, True)) or closed.get((kind, False)):
            return Refused(_CLOSED[kind], {"day": on.isoformat()})
    return None
