"""Records of activations under way, and the reasons this room refuses for. 中文: 激活记录。"""

from __future__ import annotations

from datetime import datetime

import msgspec

from openyibao.kit.outcome import reason

ACTIVATION_TOO_OFTEN = reason(
    "activation_too_often",
    zh="一小时内获取验证码次数过多",
    en="Too many codes were asked for within an hour",
    next_zh="请一小时后再试",
    next_en="Try again in an hour",
)
ACTIVATION_UNKNOWN = reason(
    "activation_unknown",
    zh="没有正在进行的激活",
    en="No activation is under way",
    next_zh="请重新获取验证码",
    next_en="Ask for a new code",
)
ACTIVATION_EXPIRED = reason(
    "activation_expired",
    zh="验证码已过期",
    en="The code has expired",
    next_zh="请重新获取验证码",
    next_en="Ask for a new code",
)
ACTIVATION_CODE_WRONG = reason(
    "activation_code_wrong",
    zh="验证码不正确, 还可再试 {attempts_left} 次",
    en="The code is wrong; {attempts_left} tries are left",
    next_zh="请核对短信中的验证码; 次数用完后请重新获取",
    next_en="Check the code in the message; when no tries are left, ask for a new one",
)


class Activation(msgspec.Struct, frozen=True, kw_only=True):
    """An activation under way: a code was sent (激活)."""

    bucket: int
    activation_id: int
    person_id: int
    expires_at: datetime
