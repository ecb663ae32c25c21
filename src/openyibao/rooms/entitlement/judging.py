"""What enrolling, ending and paying is refused for. Pure. 中文: 参保缴费的判定。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.entitlement.months import MONTH_MAX, first_day, index_of, index_of_day, is_month, last_day
from openyibao.rooms.entitlement.records import Contribution, NewContribution
from openyibao.rooms.people import Enrolment, EnrolmentKey, NewEnrolment

ENROLMENT_UNKNOWN = reason(
    "enrolment_unknown",
    zh="没有找到这一参保关系",
    en="There is no such enrolment",
    next_zh="请核对参保人、参保地和险种; 尚未参保的, 请先办理参保登记",
    next_en="Check person, insured area and insurance; if they are not enrolled yet, enrol them first",
)
ALREADY_ENROLLED = reason(
    "already_enrolled",
    zh="该参保人自 {begins_on} 起已在本统筹区参加同一险种",
    en="This person has had the same insurance in this pooling area since {begins_on}",
    next_zh="请先终止原参保关系, 或办理关系转移",
    next_en="End the enrolment that is there first, or move it",
)
ENROLMENT_ENDED = reason(
    "enrolment_ended",
    zh="该参保关系已于 {ends_on} 终止",
    en="This enrolment ended on {ends_on} already",
    next_zh="请核对日期; 需要重新参保的, 请办理新的参保登记",
    next_en="Check the date; to be insured again, enrol anew",
)
ENDS_BEFORE = reason(
    "ends_before_it_begins",
    zh="终止日期 {on} 早于开始日期 {begins_on}",
    en="It would end on {on}, before it begins on {begins_on}",
    next_zh="请核对日期",
    next_en="Check the dates",
)
MONTH_INVALID = reason(
    "contribution_month_invalid",
    zh="缴费所属期 {first_month} 至 {last_month} 不正确",
    en="The contribution months {first_month} to {last_month} are not right",
    next_zh="请按 yyyymm 填写, 起始月不得晚于截止月",
    next_en="Write them as yyyymm, the first not after the last",
)
BEFORE_ENROLMENT = reason(
    "contribution_before_enrolment",
    zh="缴费所属期 {first_month} 早于参保开始月 {begins_month}, 或 {last_month} 晚于终止日",
    en="Month {first_month} lies before the enrolment's first month {begins_month}, or {last_month} after its end",
    next_zh="请核对所属期, 或先更正参保起止日期",
    next_en="Check the months, or correct the enrolment's dates first",
)
PAID_IN_FUTURE = reason(
    "contribution_paid_in_future",
    zh="缴费日期 {paid_on} 晚于今天",
    en="The payment day {paid_on} lies in the future",
    next_zh="请核对缴费日期",
    next_en="Check the day of payment",
)
PAID_ALREADY = reason(
    "months_paid_already",
    zh="所属期 {month} 已经缴费",
    en="Month {month} is paid for already",
    next_zh="请勿重复缴费; 多缴的请向征收机构申请退费",
    next_en="Don't pay it twice; what was paid too much is claimed back from the collecting office",
)
NOTHING_MISSING = reason(
    "nothing_in_arrears",
    zh="截至 {until_month} 没有欠缴的月份",
    en="No month up to {until_month} is in arrears",
    next_zh="无需补缴",
    next_en="Nothing needs to be paid back",
)
NEWBORN_WINDOW_OVER = reason(
    "newborn_window_over",
    zh="出生已超过 {days} 天, 不能按新生儿自出生之日享受待遇",
    en="The birth is more than {days} days ago: coverage from birth on is no longer to be had",
    next_zh="请按普通居民参保登记并缴费, 待遇自等待期满之日起享受",
    next_en="Enrol and pay as any resident; the funds are enjoyed after the wait",
)
NOT_YOUR_AREA = reason(
    "no_enrolment_in_area",
    zh="该参保人在统筹区 {pooling_area} 没有有效的基本医保参保关系",
    en="This person has no base insurance in force in pooling area {pooling_area}",
    next_zh="请从其有效的参保地中选择",
    next_en="Choose one of the areas in which they are insured",
)
PERSON_UNKNOWN = reason(
    "person_unknown",
    zh="没有找到这名参保人",
    en="There is no such person",
    next_zh="请核对证件; 尚未登记的, 请先登记",
    next_en="Check the document; if they are not registered yet, register them first",
)
SUMS_MAX_FEN = 10**12


def judge_enrolling(new: NewEnrolment, pooling_area: int, present: Sequence[Enrolment]) -> Refused | None:
    """Whether the same insurance in the same pool overlaps. Reasons in order: ends_before_it_begins · already_enrolled."""
    if new.ends_on is not None and new.ends_on < new.begins_on:
        return Refused(ENDS_BEFORE, {"on": new.ends_on.isoformat(), "begins_on": new.begins_on.isoformat()})
    for one in present:
        if (
            one.pooling_area == pooling_area
            and one.insurance_type is new.insurance_type
            and (one.ends_on is None or new.begins_on <= one.ends_on)
            and (new.ends_on is None or one.begins_on <= new.ends_on)
        ):
            return Refused(ALREADY_ENROLLED, {"begins_on": one.begins_on.isoformat()})
    return None


def find_enrolment(
    held: Mapping[EnrolmentKey, Sequence[Enrolment]], cell: int, person_id: int, enrolment_id: int
) -> Enrolment | Refused:
    """The enrolment among those that were locked, or enrolment_unknown."""
    for one in held.get((cell, person_id), ()):
        if one.enrolment_id == enrolment_id:
            return one
    return Refused(ENROLMENT_UNKNOWN)


def find_open_enrolment(held: Sequence[Enrolment], enrolment_id: int, on: date) -> Enrolment | Refused:
    """A person's enrolment that goes on after a day. Reasons in order: enrolment_unknown · enrolment_ended."""
    for one in held:
        if one.enrolment_id == enrolment_id:
            over = one.ends_on is not None and one.ends_on <= on
            return Refused(ENROLMENT_ENDED, {"ends_on": str(one.ends_on)}) if over else one
    return Refused(ENROLMENT_UNKNOWN)


def judge_end(one: Enrolment, last_on: date, taken: set[int]) -> Enrolment | Refused:
    """The enrolment with its last day. Reasons in order: enrolment_ended · ends_before_it_begins.

    An end that lies after the new one is brought forward; ``taken`` are those the same batch has ended.
    """
    if one.enrolment_id in taken or (one.ends_on is not None and one.ends_on <= last_on):
        return Refused(ENROLMENT_ENDED, {"ends_on": (one.ends_on or last_on).isoformat()})
    if last_on < one.begins_on:
        return Refused(ENDS_BEFORE, {"on": last_on.isoformat(), "begins_on": one.begins_on.isoformat()})
    return msgspec.structs.replace(one, ends_on=last_on)


def judge_contribution(
    new: NewContribution, enrolment: Enrolment, present: Sequence[Contribution], *, today: date
) -> Refused | None:
    """Whether months can be entered.

    Reasons in order: contribution_month_invalid · contribution_before_enrolment · contribution_paid_in_future ·
    months_paid_already.
    """
    first, last = new.first_month, new.last_month
    sums = (new.base_fen, new.employer_fen, new.personal_fen)
    if not (
        is_month(first) and is_month(last) and first <= last <= MONTH_MAX and all(0 <= s <= SUMS_MAX_FEN for s in sums)
    ):
        return Refused(MONTH_INVALID, {"first_month": first, "last_month": last})
    begin = index_of_day(enrolment.begins_on)
    after_end = enrolment.ends_on is not None and index_of(first) > index_of_day(enrolment.ends_on)
    # A resident's year is paid whole, though the enrolment begins within it.
    if index_of(last) < begin or after_end:
        facts = {"first_month": first, "last_month": last, "begins_month": int(f"{enrolment.begins_on:%Y%m}")}
        return Refused(BEFORE_ENROLMENT, facts)
    if new.paid_on is not None and new.paid_on > today:
        return Refused(PAID_IN_FUTURE, {"paid_on": new.paid_on.isoformat()})
    for one in present:
        if one.first_month <= last and first <= one.last_month:
            return Refused(PAID_ALREADY, {"month": max(first, one.first_month)})
    return None


def is_same(new: NewContribution, one: Contribution) -> bool:
    """Whether this is what was entered before."""
    return all(getattr(new, name) == getattr(one, name) for name in NewContribution.__struct_fields__)


def enjoyed_since(enrolment: Enrolment, on: date) -> date | None:
    """Since when the first of an enrolment's funds is paid, on a day; None where it is not."""
    for period in enrolment.entitlements:
        if period.state.value == "paid" and period.begins_on <= on and (period.ends_on is None or on <= period.ends_on):
            return period.begins_on
    return None


def month_span(month: int) -> tuple[date, date]:
    """The first and the last day of yyyymm."""
    return first_day(index_of(month)), last_day(index_of(month))
