"""What a pooling area decides of cards and papers in place of a phone. 中文: 统筹区参数·卡与纸质码。"""

from __future__ import annotations

from typing import Annotated, Literal

from openyibao.rooms.areas.account_settings import AccountSettings, says


class CarrierSettings(AccountSettings, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Of cards and printed codes (证件、社保卡与纸质码)."""

    carrier_second_officer: Annotated[
        bool,
        says(
            "yes or no",
            "窗口绑定证件载体、打印纸质码是否须另一位复核人员同意",
            "whether binding a card and printing a code at a counter or ward ask for a second officer",
            "K",
        ),
    ] = False
    printed_code_proof: Annotated[
        Literal["document", "digits", "password"],
        says(
            "word",
            "凭纸质码就医时窗口须同时核验: 证件原件、证件末四位、或六位口令",
            "what a window must see beside a printed code: the document, its last digits, or the password",
            "FIELD 19, K",
        ),
    ] = "document"
    printed_code_day_fen_max: Annotated[
        int,
        says("fen", "纸质码每日医保支付上限的最大值", "the most a printed code's limit of a day may be", "K", ge=1),
    ] = 30_000
    printed_code_uses_a_day_max: Annotated[
        int,
        says("uses", "纸质码每日使用次数的最大值", "the most uses a day a printed code may have", "K", ge=1, le=100),
    ] = 4
    printed_code_days_max: Annotated[
        int, says("days", "纸质码有效天数的最大值", "for how many days a printed code may hold", "K", ge=1, le=366)
    ] = 90
