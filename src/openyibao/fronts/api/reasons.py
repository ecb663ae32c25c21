"""Reasons that only HTTP knows. 中文: 接口层拒绝原因。"""

from openyibao.fronts.shared.http_reasons import (
    BODY_INVALID,
    BODY_TOO_LARGE,
    BUSY,
    KEY_MISSING,
    MESSAGE_TOO_OLD,
    OUTCOME_UNKNOWN,
    POISONED,
    ROUTE_UNKNOWN,
    SIGNATURE_WRONG,
)
from openyibao.kit.outcome import reason

__all__ = [
    "BODY_INVALID",
    "BODY_TOO_LARGE",
    "BUSY",
    "KEY_MISSING",
    "MESSAGE_TOO_OLD",
    "OUTCOME_UNKNOWN",
    "POISONED",
    "ROUTE_UNKNOWN",
    "SIGNATURE_WRONG",
]

SESSION_KEY_UNKNOWN = reason(
    "session_key_unknown",
    zh="会话密钥不存在或已过期",
    en="The session key is unknown or has expired",
    next_zh="请重新签到获取会话密钥",
    next_en="Sign in again for a session key",
)
INSTITUTION_KEY_UNKNOWN = reason(
    "institution_key_unknown",
    zh="机构编码不存在, 或该机构没有登记签到公钥",
    en="The institution's code is unknown, or no key is registered by which it may sign in",
    next_zh="请核对机构编码; 公钥请交参保地经办机构登记",
    next_en="Check the code; have the agency register the institution's public key",
)
RELATIVE_NOT_FOUND = reason(
    "relative_not_found",
    zh="没有找到这位亲属: 姓名与证件号码不符, 或没有参保、没有医保码",
    en="No such relative was found: name and document do not match, or they are not insured or have no code",
    next_zh="请核对姓名与证件号码; 对方须已参保并申领医保码",
    next_en="Check name and document; the relative must be insured and have a code",
)
CREDIT_NOT_ALLOWED = reason(
    "credit_not_allowed",
    zh="本机构无权为统筹区 {pooling_area} 划账",
    en="This caller may not credit accounts of the pooling area {pooling_area}",
    next_zh="请由该统筹区设置的经办机构提交; 需开通的请联系平台管理员",
    next_en="Have it brought by an agency that the area's settings name, or ask the platform to name this one",
)
NO_TRACE_CODE = reason(
    "no_trace_code",
    zh="这不是药品追溯码(应为 20 位数字, 或含 01 与 21 的 GS1 码)",
    en="This is no drug trace code (20 digits, or GS1 with 01 and 21)",
    next_zh="请扫描或输入药盒上的追溯码; 13 位条形码不是追溯码",
    next_en="Scan or type the trace code on the pack; the 13-digit bar code is not it",
)
PACK_UNKNOWN = reason(
    "pack_unknown",
    zh="没有这个追溯码的记录",
    en="Nothing is known of a pack with this trace code",
    next_zh="请核对追溯码; 新到的药品请先办理入库",
    next_en="Check the code; book the receipt of a pack that is new",
)
TOO_MANY_LOOKUPS = reason(
    "too_many_lookups",
    zh="查询过于频繁, 每分钟最多 {most} 次",
    en="Too many look-ups: at most {most} a minute",
    next_zh="请一分钟后再试",
    next_en="Try again in a minute",
)
