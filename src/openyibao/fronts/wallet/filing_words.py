"""The words of the filings page in both languages. 中文: 备案页面文字。"""

from __future__ import annotations

from collections.abc import Mapping

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
    "kind_chronic_disease": Words("门诊慢特病", "Chronic or special disease"),
    "kind_two_diseases": Words("门诊两病", "Hypertension or diabetes"),
    "kind_long_term": Words("异地长期居住", "Living elsewhere"),
    "kind_transfer": Words("转诊转院", "Transfer to another hospital"),
    "kind_temporary": Words("临时外出就医", "Temporary care elsewhere"),
    "kind_emergency": Words("异地急诊住院", "Emergency stay elsewhere"),
    "kind_designation": Words("定点医疗机构", "Chosen institutions"),
    "kind_special_drug": Words("特殊药品", "Special drug"),
    "kind_serious_illness_drug": Words("大病特药", "Drug for a serious illness"),
    "kind_dual_channel_drug": Words("双通道药品", "Dual-channel drug"),
    "kind_special_examination": Words("特检特治", "Special examination"),
    "kind_long_supply": Words("长期带药", "Long supply"),
    "kind_bought_by_another": Words("代购药品", "Bought by another person"),
    "kind_bought_outside": Words("外检外购", "Bought outside"),
    "kind_maternity": Words("生育", "Maternity"),
    "kind_injury": Words("意外伤害", "Injury"),
    "kind_home_bed": Words("家庭病床", "Home bed"),
    "kind_family_doctor": Words("家庭医生签约", "Family doctor"),
    "kind_settled_by_disease": Words("按病种结算", "Settled by disease"),
    "kind_personal_account_use": Words("账户使用", "Use of the account"),
    "kind_temporary_aid": Words("临时医疗救助", "Temporary aid"),
    "kind_yearly_aid": Words("年度救助", "Yearly aid"),
    "kind_without_proof": Words("无凭证结算", "Settled without proof"),
    "kind_refund": Words("退费", "Refund"),
    "kind_other": Words("其他", "Other"),
}
"""``kind_`` and ``state_`` are followed by the values of the room."""
