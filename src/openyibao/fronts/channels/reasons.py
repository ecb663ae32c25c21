"""Reasons that only the channels' front knows. 中文: 渠道接口拒绝原因。"""

from openyibao.kit.outcome import reason

SIGNING_NOT_REGISTERED = reason(
    "signing_not_registered",
    zh="本渠道登记的签名方式不是这一种",
    en="This is not how this channel is registered to sign",
    next_zh="签到须用 SM2 签名; 其他报文按登记方式用会话密钥或 SM2 签名",
    next_en="Sign in by SM2; sign other messages as registered, by session key or by SM2",
)
NONCE_MALFORMED = reason(
    "nonce_malformed",
    zh="缺少 X-Nonce 请求头, 或不是 16-64 位字母数字",
    en="The X-Nonce header is missing or not 16 to 64 letters and digits",
    next_zh="请为每个报文生成新的随机数",
    next_en="Draw a new one for each message",
)
