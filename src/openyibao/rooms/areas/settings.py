"""What a pooling area decides by a number or a word of its own: one list, with defaults, units and sources.

Adding a setting is one line of ``AreaSettings``: name, type with its bounds, ``_says`` (unit, meaning in both languages,
source), default. It is stored in ``pooling_areas.settings`` where it differs from its default, unknown names and values out of
bounds are refused when they are entered, and ``docs/guides/area-settings.md`` prints the list (held by a test).
中文: 统筹区参数。
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from openyibao.rooms.areas.carrier_settings import CarrierSettings
from openyibao.rooms.areas.carrier_settings import says as _says


class SettingUnknownError(ValueError):
    """A setting that is not on the list, or a value outside its bounds."""


Base = Literal["veteran_cadre", "employee", "resident"]
MonthDay = Annotated[str, msgspec.Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Funds = tuple[str, ...]


class AreaSettings(
    CarrierSettings, msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """The settings of one pooling area."""

    base_insurance_order: Annotated[
        tuple[Base, ...],
        _says(
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
        _says(
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
        _says(
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
        _says(
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
        _says(
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
        _says(
            "MM-DD before the year",
            "居民集中参保期截止日 (年度开始前最近的该日)",
            "the last such day before an insured year begins ends the window in which residents pay it without a wait",
            "K",
        ),
    ] = "12-31"
    resident_wait_months: Annotated[
        int,
        _says(
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
        _says(
            "months",
            "居民每断缴一年增加的等待期; 补缴一年抵一年",
            "added to residents' wait for each missed year that was not paid back",
            "FIELD 3 [x]",
            ge=0,
            le=12,
        ),
    ] = 1
    newborn_days: Annotated[
        int,
        _says(
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
        _says(
            "yes or no",
            "补缴后中断期间的待遇追溯享受 (否: 仅自补缴之日起恢复)",
            "whether a break paid back in time is covered afterwards; if not, funds resume on the day of the payment",
            "FIELD 3",
        ),
    ] = True
    employee_funds: Annotated[
        Funds,
        _says(
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
        _says(
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
        _says(
            "word",
            "住院期间可否结算门诊费用: 可以、仅急诊、不可以",
            "whether outpatient bills are settled during a stay: all, emergencies alone, none",
            "FIELD 4",
        ),
    ] = "allowed"
    cross_region_services: Annotated[
        tuple[str, ...] | None,
        _says(
            "names",
            "对异地参保人开放的服务; 未设时全部开放",
            "services open to people insured elsewhere; all where it is not set",
            "FIELD 20",
        ),
    ] = None
    trace_due_from_pharmacy: Annotated[
        date,
        _says(
            "day",
            "药店自此日起销售须逐盒扫追溯码",
            "from this day on each pack of a drug that needs a trace code must be scanned at pharmacies",
            "FIELD 22 [x]",
        ),
    ] = date(2025, 7, 1)
    trace_due_from_hospital: Annotated[
        date,
        _says(
            "day",
            "医院自此日起须逐盒扫追溯码",
            "the same at hospitals",
            "FIELD 22 [x]",
        ),
    ] = date(2026, 1, 1)
    trace_second_sale: Annotated[
        Literal["refused", "flagged"],
        _says(
            "word",
            "同一未拆零追溯码再次销售: 拒绝或标记",
            "one unsplit code sold twice: refused, or sold and flagged",
            "FIELD 22",
        ),
    ] = "refused"
    trace_unreceived_pack: Annotated[
        Literal["noted", "refused"],
        _says(
            "word",
            "未在本机构入库的药盒: 记录或拒绝",
            "a pack that was never received here: sold and noted, or refused",
            "FIELD 22",
        ),
    ] = "noted"
    account_year: Annotated[
        MonthDay | None,
        _says(
            "MM-DD",
            "账户年度起始日; 未设时随职工医保年度",
            "the day on which the account year begins; the employees' policy year's where it is not set",
            "FIELD 8",
        ),
    ] = None
    account_interest_bp: Annotated[
        dict[str, int],
        _says(
            "basis points a year, by pot",
            "个人账户年利率, 按账户分别设定, 四舍五入到分",
            "yearly interest on what stands at the turn, half up to the fen",
            "FIELD 8",
        ),
    ] = {}
    credit_agencies: Annotated[
        tuple[str, ...],
        _says(
            "codes",
            "可经接口提交划账批次的机构",
            "who may bring credit batches over the API",
            "FIELD 8",
        ),
    ] = ()
    mutual_aid_relatives_max: Annotated[
        int,
        _says(
            "relatives",
            "每个账户可共济的近亲属人数",
            "how many relatives an account may aid",
            "FIELD 9",
            ge=0,
            le=20,
        ),
    ] = 6
    mutual_aid_pots: Annotated[
        tuple[Literal["current", "past"], ...],
        _says(
            "names",
            "共济从哪些账户、按何顺序支付",
            "from which pots, in which order, mutual aid is paid",
            "FIELD 9",
        ),
    ] = ("past", "current")
    purse_transfers_a_day: Annotated[
        int,
        _says(
            "transfers",
            "每人每日向钱包转账次数",
            "transfers to purses a person may make on a day",
            "FIELD 9 [x]",
            ge=0,
            le=100,
        ),
    ] = 3
    purse_transfer_most_fen: Annotated[
        int,
        _says(
            "fen",
            "单笔转账上限",
            "the most of one transfer",
            "FIELD 9 [x]",
            ge=0,
        ),
    ] = 200_000
    purse_closes_hour: Annotated[
        int,
        _says(
            "hour in Shanghai",
            "钱包转账停止时间",
            "from this hour on nothing is sent",
            "FIELD 9 [x]",
            ge=0,
            le=23,
        ),
    ] = 22
    purse_opens_hour: Annotated[
        int,
        _says(
            "hour in Shanghai",
            "钱包转账恢复时间; 未接收的此时退回",
            "from this hour on transfers go again; what was not accepted returns",
            "FIELD 9 [x]",
            ge=0,
            le=23,
        ),
    ] = 6
    purse_pots: Annotated[
        tuple[Literal["current", "past"], ...],
        _says(
            "names",
            "钱包转账从哪些账户、按何顺序支取",
            "from which pots, in which order, a transfer is taken",
            "FIELD 9",
        ),
    ] = ("past", "current")
    family_relatives_max: Annotated[
        int,
        _says(
            "relatives", "每人可代为出示医保码的亲属人数", "how many relatives' codes one may show", "K", ge=0, le=20
        ),
    ] = 5
    family_agents_max: Annotated[
        int, _says("relatives", "医保码可由几位亲属代为出示", "by how many one's code may be shown", "K", ge=0, le=10)
    ] = 3
    confirmation_above_fen: Annotated[
        dict[Literal["hospital", "pharmacy"], Annotated[int, msgspec.Meta(ge=0)]],
        _says(
            "fen, by kind of institution",
            "个人账户支付超过此金额时须在手机上确认; 未设时不要求",
            "above so much from personal accounts the phone must confirm; not asked where it is not set",
            "K",
        ),
    ] = {}
    filings: Annotated[
        dict[str, Any],
        _says(
            "an object",
            "备案规则: 各类备案的审批、期限、机构数、追溯天数等",
            "rules of filings by kind, what needs one, how far back a late one re-prices (docs/guides of filings)",
            "FIELD 23, 24",
        ),
    ] = {}
    hotline: Annotated[
        str,
        _says(
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
        _says(
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
