"""What an area decides of accounts: pots, mutual aid, purses, relatives, and what must be proved before an account pays.

A part of ``AreaSettings``, which says how a setting is added. 中文: 统筹区账户参数。
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec


def says(unit: str, zh: str, en: str, source: str, **bounds: Any) -> msgspec.Meta:
    """What a setting is: unit, meaning in both languages, source, and its bounds."""
    return msgspec.Meta(extra={"unit": unit, "zh": zh, "en": en, "source": source}, **bounds)


MonthDay = Annotated[str, msgspec.Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


class AccountSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The settings about accounts."""

    account_year: Annotated[
        MonthDay | None,
        says(
            "MM-DD",
            "账户年度起始日; 未设时随职工医保年度",
            "the day on which the account year begins; the employees' policy year's where it is not set",
            "FIELD 8",
        ),
    ] = None
    account_interest_bp: Annotated[
        dict[str, int],
        says(
            "basis points a year, by pot",
            "个人账户年利率, 按账户分别设定, 四舍五入到分",
            "yearly interest on what stands at the turn, half up to the fen",
            "FIELD 8",
        ),
    ] = {}
    credit_agencies: Annotated[
        tuple[str, ...],
        says("codes", "可经接口提交划账批次的机构", "who may bring credit batches over the API", "FIELD 8"),
    ] = ()
    mutual_aid_relatives_max: Annotated[
        int,
        says(
            "relatives", "每个账户可共济的近亲属人数", "how many relatives an account may aid", "FIELD 9", ge=0, le=20
        ),
    ] = 6
    mutual_aid_pots: Annotated[
        tuple[Literal["current", "past"], ...],
        says(
            "names",
            "共济从哪些账户、按何顺序支付",
            "from which pots, in which order, mutual aid is paid",
            "FIELD 9",
        ),
    ] = ("past", "current")
    purse_transfers_a_day: Annotated[
        int,
        says(
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
        says("fen", "单笔转账上限", "the most of one transfer", "FIELD 9 [x]", ge=0),
    ] = 200_000
    purse_closes_hour: Annotated[
        int,
        says(
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
        says(
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
        says(
            "names",
            "钱包转账从哪些账户、按何顺序支取",
            "from which pots, in which order, a transfer is taken",
            "FIELD 9",
        ),
    ] = ("past", "current")
    family_relatives_max: Annotated[
        int,
        says("relatives", "每人可代为出示医保码的亲属人数", "how many relatives' codes one may show", "K", ge=0, le=20),
    ] = 5
    family_agents_max: Annotated[
        int, says("relatives", "医保码可由几位亲属代为出示", "by how many one's code may be shown", "K", ge=0, le=10)
    ] = 3
    confirmation_above_fen: Annotated[
        dict[Literal["hospital", "pharmacy"], Annotated[int, msgspec.Meta(ge=0)]],
        says(
            "fen, by kind of institution",
            "个人账户支付超过此金额时须在手机上确认; 未设时不要求",
            "above so much from personal accounts the phone must confirm; not asked where it is not set",
            "K",
        ),
    ] = {}
    face_password_above_fen: Annotated[
        int,
        says(
            "fen",
            "刷脸结算时, 基金与个人账户合计超过此金额的须另输口令",
            "above so much from funds and account together a face needs the password as well",
            "K",
            ge=0,
        ),
    ] = 50_000
    card_account_proof: Annotated[
        bool,
        says(
            "yes or no",
            "仅凭身份证或社保卡时, 使用个人账户是否须另行核验",
            "whether the personal account needs more than an ID or social-security card alone",
            "FIELD 19",
        ),
    ] = True
