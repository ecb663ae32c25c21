"""What the kinds of filings are called, wherever they are shown. 中文: 备案种类名称。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

FILING_KIND_WORDS: Mapping[str, Words] = {
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
