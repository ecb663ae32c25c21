"""The words of the filings page in both languages. 中文: 备案页面文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.filing_kinds import FILING_KIND_WORDS
from openyibao.fronts.shared.words import Words
from openyibao.fronts.wallet.words import WALLET_WORDS

FILING_WORDS: Mapping[str, Words] = {
    **WALLET_WORDS,
    "filings_text": Words(
        "外地就医前先备案，出院结算时按备案待遇直接结算。急诊抢救视同已备案。",
        "File before you are treated elsewhere and it is settled on the spot. Emergencies count as filed.",
    ),
    "filings_none": Words("还没有备案", "Nothing is filed yet"),
    "filing_new": Words("办理异地就医备案", "File care elsewhere"),
    "filing_kind": Words("备案类型", "Kind"),
    "filing_area": Words("就医地", "Where"),
    "filing_whole_province": Words("{name}（全域）", "{name} (all of it)"),
    "filing_begins": Words("开始日期", "From"),
    "filing_ends": Words("结束日期", "Until"),
    "filing_ends_help": Words(
        "临时外出最长 {days} 天；长期居住可不填", "Temporary: {days} days at most; long-term may stay open"
    ),
    "filing_promise": Words(
        "我承诺以上内容属实，不实的按规定退回基金支付。",
        "I declare that this is true; what the fund paid on a false word is paid back.",
    ),
    "filing_submit": Words("提交备案", "File it"),
    "filing_done": Words("备案已提交：{state}", "Filed: {state}"),
    "filing_done_next": Words("就医时照常出示医保码即可", "Just show your code when you are treated"),
    "filing_stopped": Words("备案已变更：{state}", "Changed: {state}"),
    "filing_stopped_next": Words("需要时可以重新备案", "File again whenever you need it"),
    "filing_withdraw": Words("撤销", "Withdraw"),
    "filing_end": Words("终止", "End"),
    "filing_withdraw_ask": Words("撤销后视同没有备案过。", "It will count as never filed."),
    "filing_end_ask": Words("今天之后不再有效。", "It will not count after today."),
    "filing_sure": Words("确定", "Yes"),
    "filing_from_to": Words("{begins} 至 {ends}", "{begins} to {ends}"),
    "filing_open_end": Words("长期", "open"),
    "filing_by": Words("{by}办理", "filed by {by}"),
    "by_person": Words("本人", "yourself"),
    "by_institution": Words("医疗机构", "an institution"),
    "by_agency": Words("经办机构", "the agency"),
    "state_filed": Words("待审核", "waiting for the agency"),
    "state_counting": Words("已备案", "filed"),
    "state_approved": Words("已通过", "approved"),
    "state_refused": Words("未通过", "refused"),
    "state_ended": Words("已终止", "ended"),
    "state_withdrawn": Words("已撤销", "withdrawn"),
    **FILING_KIND_WORDS,
}
"""``kind_`` and ``state_`` are followed by the values of the room."""
