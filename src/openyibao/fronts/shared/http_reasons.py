"""Reasons that every interface of messages gives. 中文: 报文接口共用拒绝原因。"""

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
MESSAGE_TOO_OLD = reason(
    "message_too_old",
    zh="报文时间与平台时间相差超过 {seconds} 秒",
    en="The message's time differs from the platform's by more than {seconds} s",
    next_zh="请校准系统时间后重发",
    next_en="Set the clock right and send again",
)
