"""What a pooling area decides by a number or a word of its own: one list, with defaults, units and sources.

Adding a setting is one line of ``AreaSettings`` or ``AccountSettings``: name, type with its bounds, ``says`` (unit, meaning in both languages,
source), default. It is stored in ``pooling_areas.settings`` where it differs from its default, unknown names and values out of
bounds are refused when they are entered, and ``docs/guides/area-settings.md`` prints the list (held by a test).
中文: 统筹区参数。
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from openyibao.rooms.areas.account_settings import MonthDay, says
from openyibao.rooms.areas.watch_settings import WatchSettings


class SettingUnknownError(ValueError):
    """A setting that is not on the list, or a value outside its bounds."""


Base = Literal["veteran_cadre", "employee", "resident"]
Funds = tuple[str, ...]


class AreaSettings(WatchSettings, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The settings of one pooling area; those about whose account pays and about cards stand in the parts below it."""

    base_insurance_order: Annotated[
        tuple[Base, ...],
        says(
            "names",
            "同日有多个基本医保参保关系且状态相同时, 享受待遇的先后",
            "which base insurance is enjoyed first where several stand alike on a day",
            "FIELD 2",
            min_length=1,
            max_length=3,
        ),
    ] = ("veteran_cadre", "employee", "resident")
    employee_grace_months: Annotated[
        int,
        says(
            "months",
            "职工最后缴费月之后仍享受待遇的月数; 在此期内补缴视为按时",
            "months after the last one paid in which employees' funds go on; paid within them is on time",
            "K",
            ge=0,
            le=3,
        ),
    ] = 1
    employee_break_months: Annotated[
        int,
        says(
            "months",
            "职工中断缴费不超过此月数并补缴的, 不设等待期",
            "a break of employees up to so many months leaves no wait once it is paid back",
            "FIELD 3 [x]",
            ge=0,
            le=12,
        ),
    ] = 3
    employee_wait_months_max: Annotated[
        int,
        says(
            "months",
            "职工等待期: 每中断一个月等待一个月, 至多此月数",
            "employees wait a month for each month of the break, at most so many",
            "FIELD 3 [x]",
            ge=0,
            le=12,
        ),
    ] = 6
    resident_year_begins_month: Annotated[
        int,
        says(
            "month of the year",
            "居民参保年度起始月",
            "the month in which residents' insured year begins",
            "FIELD 4 [p]",
            ge=1,
            le=12,
        ),
    ] = 1
    resident_window_ends: Annotated[
        MonthDay,
        says(
            "MM-DD before the year",
            "居民集中参保期截止日 (年度开始前最近的该日)",
            "the last such day before an insured year begins ends the window in which residents pay it without a wait",
            "K",
        ),
    ] = "12-31"
    resident_wait_months: Annotated[
        int,
        says(
            "months",
            "居民未在集中参保期缴费或未连续参保的固定等待期",
            "residents' fixed wait where they paid outside the window or missed a year",
            "FIELD 3 [x]",
            ge=0,
            le=12,
        ),
    ] = 3
    resident_wait_months_per_year: Annotated[
        int,
        says(
            "months",
            "居民每断缴一年增加的等待期; 补缴一年抵一年",
            "added to residents' wait for each missed year that was not paid back",
            "FIELD 3 [x]",
            ge=0,
            le=12,
        ),
    ] = 1
    resident_wait_floor_years: Annotated[
        int,
        says(
            "years",
            "居民连续断缴达到此年数的, 适用等待期下限 (0 为不设)",
            "residents who missed so many years in a row wait at least the floor, paid back or not; 0 sets no floor",
            "State Council 2024 No. 38 [x]",
            ge=0,
            le=10,
        ),
    ] = 4
    resident_wait_floor_months: Annotated[
        int,
        says(
            "months",
            "居民连续断缴达到上述年数的等待期下限, 补缴后仍适用",
            "the floor of residents' wait after that many missed years; paying back leaves it",
            "State Council 2024 No. 38 [x]",
            ge=0,
            le=12,
        ),
    ] = 6
    newborn_days: Annotated[
        int,
        says(
            "days",
            "新生儿出生后多少天内参保缴费, 自出生之日起享受待遇",
            "a newborn enrolled and paid for within so many days is covered from birth",
            "FIELD 3 [K]",
            ge=0,
            le=365,
        ),
    ] = 90
    back_payment_reprices: Annotated[
        bool,
        says(
            "yes or no",
            "补缴后中断期间的待遇追溯享受 (否: 仅自补缴之日起恢复)",
            "whether a break paid back in time is covered afterwards; if not, funds resume on the day of the payment",
            "FIELD 3",
        ),
    ] = True
    employee_funds: Annotated[
        Funds,
        says(
            "names",
            "职工医保按参保缴费逐段管理待遇的基金",
            "funds of employees that are kept by date",
            "FIELD 3",
            min_length=1,
            max_length=10,
        ),
    ] = ("large_sum", "pooled_fund")
    resident_funds: Annotated[
        Funds,
        says(
            "names",
            "居民医保按参保缴费逐段管理待遇的基金",
            "funds of residents that are kept by date",
            "FIELD 3",
            min_length=1,
            max_length=10,
        ),
    ] = ("pooled_fund", "serious_illness")
    visits_during_stay: Annotated[
        Literal["allowed", "emergency", "refused"],
        says(
            "word",
            "住院期间可否结算门诊费用: 可以、仅急诊、不可以",
            "whether outpatient bills are settled during a stay: all, emergencies alone, none",
            "FIELD 4",
        ),
    ] = "allowed"
    stay_decided_by: Annotated[
        Literal["admission", "discharge", "year_end"],
        says(
            "word",
            "政策文件未规定时, 住院按哪一天确定医保年度: 入院日、出院日, 或跨年度分段结算",
            "which day decides the policy year of a stay where the policy document says nothing: that of admission or of "
            "discharge, or each line's, so that a stay over the year's end is settled in parts",
            "FIELD 4",
        ),
    ] = "admission"
    later_first: Annotated[
        bool,
        says(
            "yes or no",
            "撤销结算时是否须先撤销同一年度内较晚的结算 (否: 只退出本笔累计, 较晚的结算不变; 同一次住院仍须由后往前)",
            "whether later settlements of the year are reversed first; if not, a reversal takes out what its own bill used "
            "up, and later ones stand as they are (a stay's own bills are still undone from the last)",
            "FIELD 13 [K]",
        ),
    ] = True
    cross_region_services: Annotated[
        tuple[str, ...] | None,
        says(
            "names",
            "对异地参保人开放的服务; 未设时全部开放",
            "services open to people insured elsewhere; all where it is not set",
            "FIELD 20",
        ),
    ] = None
    trace_due_from_pharmacy: Annotated[
        date,
        says(
            "day",
            "药店自此日起销售须逐盒扫追溯码",
            "from this day on each pack of a drug that needs a trace code must be scanned at pharmacies",
            "FIELD 22 [x]",
        ),
    ] = date(2025, 7, 1)
    trace_due_from_hospital: Annotated[
        date,
        says("day", "医院自此日起须逐盒扫追溯码", "the same at hospitals", "FIELD 22 [x]"),
    ] = date(2026, 1, 1)
    trace_second_sale: Annotated[
        Literal["refused", "flagged"],
        says(
            "word",
            "同一未拆零追溯码再次销售: 拒绝或标记",
            "one unsplit code sold twice: refused, or sold and flagged",
            "FIELD 22",
        ),
    ] = "refused"
    trace_unreceived_pack: Annotated[
        Literal["noted", "refused"],
        says(
            "word",
            "未在本机构入库的药盒: 记录或拒绝",
            "a pack that was never received here: sold and noted, or refused",
            "FIELD 22",
        ),
    ] = "noted"
    filings: Annotated[
        dict[str, Any],
        says(
            "an object",
            "备案规则: 各类备案的审批、期限、机构数、追溯天数等",
            "rules of filings by kind, what needs one, how far back a late one re-prices (docs/guides of filings)",
            "FIELD 23, 24",
        ),
    ] = msgspec.field(default_factory=dict)
    hotline: Annotated[
        str,
        says(
            "a number",
            "医保服务热线: 拒绝与异议由谁答复时给出的号码",
            "the agency's hotline, named with every refusal and dispute that the agency answers",
            "K",
            min_length=3,
            max_length=20,
        ),
    ] = "12393"
    dispute_answer_days: Annotated[
        int,
        says(
            "days",
            "异议答复期限 (自然日)",
            "within so many days a dispute about one's use log is answered",
            "K",
            ge=1,
            le=60,
        ),
    ] = 15


def read_area_settings(stored: Mapping[str, Any]) -> AreaSettings:
    """Settings as they are stored or entered. Raises SettingUnknownError naming what is not on the list or out of bounds."""
    try:
        return msgspec.convert(dict(stored), AreaSettings)
    except msgspec.ValidationError as fault:
        raise SettingUnknownError(f"area settings: {fault}") from fault
