"""Reasons that only HTTP knows. 中文: 接口层拒绝原因。"""

from openyibao.kit.outcome import reason

BODY_INVALID = reason(
    "body_invalid",
    zh="报文格式不符: {fault}",
    en="The body does not fit: {fault}",
    next_zh="请按接口文档更正报文后重发",
    next_en="Correct the body by the interface's description and send it again",
)
BODY_TOO_LARGE = reason(
    "body_too_large",
    zh="报文超过 {limit} 字节上限",
    en="The body is over the limit of {limit} octets",
    next_zh="请分批上传",
    next_en="Upload in several batches",
)
KEY_MISSING = reason(
    "key_missing",
    zh="缺少 Idempotency-Key 请求头, 或长度不在 1-128 之间",
    en="The Idempotency-Key header is missing or not 1 to 128 characters long",
    next_zh="请为每笔业务生成唯一的请求号, 重发时使用同一请求号",
    next_en="Draw one key for each act and use the same one when sending again",
)
ROUTE_UNKNOWN = reason(
    "route_unknown",
    zh="没有这个接口地址",
    en="There is no such address",
    next_zh="请核对接口文档 /api/openapi.json",
    next_en="See /api/openapi.json",
)
BUSY = reason(
    "busy",
    zh="系统繁忙, 请 {seconds} 秒后重试; 本次没有发生任何变化",
    en="Busy: try again in {seconds} s; nothing has happened",
    next_zh="请用同一请求号重试",
    next_en="Send again with the same key",
)
OUTCOME_UNKNOWN = reason(
    "outcome_unknown",
    zh="结果尚不确定, 请勿重复收费",
    en="The outcome is not yet known; do not charge again",
    next_zh="请用原请求号查询结果, 或用同一请求号重发",
    next_en="Find the outcome by the key, or send again with the same key",
)
POISONED = reason(
    "poisoned",
    zh="系统未能处理这笔请求, 没有发生任何变化",
    en="The request could not be processed; nothing has happened",
    next_zh="请联系平台支持并提供请求编号",
    next_en="Tell the platform's support the request id",
)
SIGNATURE_WRONG = reason(
    "signature_wrong",
    zh="报文签名不符",
    en="The message's signature does not hold",
    next_zh="请核对会话密钥和签名算法后重发",
    next_en="Check the session key and how the message is signed",
)
SESSION_KEY_UNKNOWN = reason(
    "session_key_unknown",
    zh="会话密钥不存在或已过期",
    en="The session key is unknown or has expired",
    next_zh="请重新签到获取会话密钥",
    next_en="Sign in again for a session key",
)
MESSAGE_TOO_OLD = reason(
    "message_too_old",
    zh="报文时间与平台时间相差超过 {seconds} 秒",
    en="The message's time differs from the platform's by more than {seconds} s",
    next_zh="请校准系统时间后重发",
    next_en="Set the clock right and send again",
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
