"""Reasons that only the national wire gives. 中文: 国家接口拒绝原因。"""

from openyibao.kit.outcome import reason

TRANSACTION_UNSUPPORTED = reason(
    "transaction_unsupported",
    zh="暂不支持交易 {infno}（{name}）",
    en="The transaction {infno} is not served here",
    next_zh="请查阅对接指南中的交易清单; 该交易不会产生任何变化",
    next_en="See the table of transactions in the vendors' guide; nothing has happened",
)
TRANSACTION_UNKNOWN = reason(
    "transaction_unknown",
    zh="没有交易号 {infno}",
    en="There is no transaction {infno}",
    next_zh="请核对交易号 infno",
    next_en="Check infno",
)
INSTITUTION_UNKNOWN = reason(
    "institution_unknown",
    zh="没有定点医药机构 {institution_code}",
    en="There is no institution {institution_code}",
    next_zh="请核对 fixmedins_code",
    next_en="Check fixmedins_code",
)
CLIENT_NOT_REGISTERED = reason(
    "client_not_registered",
    zh="本机构的接口软件尚未登记, 或不允许以这种方式接入",
    en="The institution's software is not registered, or not for this way of calling",
    next_zh="请联系医保经办机构登记接入方式和密钥",
    next_en="Ask the agency to register the way of calling and its keys",
)
SIGN_IN_UNKNOWN = reason(
    "sign_in_unknown",
    zh="签到编号无效或已签退",
    en="The sign-in number is unknown or was ended",
    next_zh="请先做 9001 签到",
    next_en="Sign in by 9001 first",
)
FIELD_WRONG = reason(
    "field_wrong",
    zh="入参 {field} 缺失或格式不符",
    en="The field {field} is missing or malformed",
    next_zh="请按接口文档更正后重发",
    next_en="Correct it by the interface's tables and send again",
)
PERSON_UNKNOWN = reason(
    "wire_person_unknown",
    zh="人员编号与就诊、凭证不符, 或没有该参保人",
    en="The person number fits neither the visit nor the proof, or nobody has it",
    next_zh="请以 1101 重新获取人员编号",
    next_en="Ask for the person number by 1101 again",
)
NOT_A_CODE = reason(
    "not_a_credential_code",
    zh="请使用医保电子凭证二维码",
    en="This is no code of an insurance credential",
    next_zh="请出示医保码",
    next_en="Show the insurance code",
)
LINE_NAME_TAKEN = reason(
    "line_name_taken",
    zh="费用明细流水号 {own_line} 在本次就诊中重复",
    en="The line number {own_line} is used before in the visit",
    next_zh="请为每条明细使用不同的 feedetl_sn",
    next_en="Give each line a feedetl_sn of its own",
)
LINE_NAME_UNKNOWN = reason(
    "line_name_unknown",
    zh="本次就诊没有流水号 {own_line} 的待结算费用明细",
    en="The visit has no waiting line {own_line}",
    next_zh="请核对 feedetl_sn、init_feedetl_sn 或收费批次号",
    next_en="Check feedetl_sn, init_feedetl_sn or the batch number",
)
NOTHING_FOUND = reason(
    "annulled_nothing",
    zh="冲正: 原交易 {message_no} 为 {state}",
    en="Nothing to annul: the original {message_no} is {state}",
    next_zh="请以新的报文号重新办理",
    next_en="Ask again under a new message number",
)
PAPER_UNKNOWN = reason(
    "paper_unknown",
    zh="没有对应的登记或上传记录: {name}",
    en="Nothing of that name stands: {name}",
    next_zh="请核对编号",
    next_en="Check the number",
)
CLEARING_DIFFERS = reason(
    "clearing_differs",
    zh="清算申请金额 {sent} 元与中心账 {found} 元不符",
    en="The application's {sent} yuan are not the platform's {found} yuan",
    next_zh="请先完成对账再申请清算",
    next_en="Reconcile first, then apply",
)
