"""Why a filing is refused, or a visit that needs one. 中文: 备案拒绝原因。"""

from __future__ import annotations

from openyibao.kit.outcome import reason

FILING_KIND_NOT_YOURS = reason(
    "filing_kind_not_yours",
    zh="“{kind}”备案不能由参保人自行办理",
    en="A filing of the kind {kind} can't be made by the person alone",
    next_zh="请由定点医疗机构代为提交, 或到经办窗口办理",
    next_en="Ask a designated hospital to file it, or go to the agency's counter",
)
FILING_INCOMPLETE = reason(
    "filing_incomplete",
    zh="“{kind}”备案缺少必填项: {missing}",
    en="A filing of the kind {kind} lacks: {missing}",
    next_zh="请补充后重新提交",
    next_en="Add it and file again",
)
FILING_DATES_INVALID = reason(
    "filing_dates_invalid",
    zh="备案的结束日期 {ends_on} 早于开始日期 {begins_on}",
    en="The filing ends on {ends_on}, before it begins on {begins_on}",
    next_zh="请更正日期后重新提交",
    next_en="Correct the dates and file again",
)
FILING_BEGINS_TOO_EARLY = reason(
    "filing_begins_too_early",
    zh="备案开始日期 {begins_on} 过早: 最早可从 {earliest_on} 开始",
    en="The filing can't begin on {begins_on}: the earliest day is {earliest_on}",
    next_zh="请改为允许的日期; 更早的就医请申请手工报销",
    next_en="Choose an allowed day; for earlier care ask for manual reimbursement",
)
FILING_BEGINS_TOO_LATE = reason(
    "filing_begins_too_late",
    zh="备案开始日期 {begins_on} 过晚: 最晚可从 {latest_on} 开始",
    en="The filing can't begin on {begins_on}: the latest day is {latest_on}",
    next_zh="请在临近需要时再备案",
    next_en="File it when it is nearer",
)
FILING_TOO_LONG = reason(
    "filing_too_long",
    zh="备案有效期过长: 最长 {longest_days} 天, 最晚到 {latest_on}",
    en="The filing lasts too long: {longest_days} days at most, until {latest_on}",
    next_zh="请缩短有效期, 到期前可以续办",
    next_en="Shorten it; it can be renewed before it ends",
)
DISEASE_UNKNOWN = reason(
    "disease_unknown",
    zh="参保地没有病种编码 {disease}",
    en="The insured area knows no disease {disease}",
    next_zh="请按参保地门诊慢特病病种目录核对编码",
    next_en="Check the code against the insured area's list of diseases",
)
FILED_ITEM_UNKNOWN = reason(
    "filed_item_unknown",
    zh="目录中没有药品 {item}, 不能备案",
    en="The catalogue has no item {item}; it can't be filed",
    next_zh="请核对药品编码",
    next_en="Check the item's code",
)
TREATMENT_AREA_UNKNOWN = reason(
    "treatment_area_unknown",
    zh="没有就医地 {area}",
    en="There is no treatment area {area}",
    next_zh="请选择省或市的六位区划码",
    next_en="Choose the six digits of a province or a city",
)
TREATMENT_AREA_IS_HOME = reason(
    "treatment_area_is_home",
    zh="就医地 {area} 就是参保地, 不需要异地备案",
    en="The treatment area {area} is the insured area: no filing is needed",
    next_zh="在参保地就医可直接结算",
    next_en="Care in the insured area is settled without one",
)
FILED_INSTITUTIONS_WRONG = reason(
    "filed_institutions_wrong",
    zh="备案的定点机构数为 {given}, 应为 {least} 至 {most} 家",
    en="The filing names {given} institutions; it takes {least} to {most}",
    next_zh="请增减定点机构后重新提交",
    next_en="Add or take out institutions and file again",
)
FILED_INSTITUTION_UNKNOWN = reason(
    "filed_institution_unknown",
    zh="没有编码为 {institution} 的定点医药机构",
    en="There is no designated institution {institution}",
    next_zh="请核对机构编码",
    next_en="Check the institution's code",
)
FILED_INSTITUTION_NOT_QUALIFIED = reason(
    "filed_institution_not_qualified",
    zh="{institution}没有“{service}”服务协议, 不能作为备案机构",
    en="{institution} has not agreed to {service} and can't be filed",
    next_zh="请选择签有该服务协议的机构",
    next_en="Choose an institution that has agreed to it",
)
FILING_OVERLAPS = reason(
    "filing_overlaps",
    zh="同类备案已存在: {begins_on} 至 {ends_on} 有效",
    en="There is a filing of the same kind already, from {begins_on} to {ends_on}",
    next_zh="请先终止原备案, 或在到期前续办",
    next_en="End that one first, or renew it before it ends",
)
FILING_UNKNOWN = reason(
    "filing_unknown",
    zh="没有这份备案",
    en="There is no such filing",
    next_zh="请核对备案号",
    next_en="Check the filing's number",
)
FILING_DECIDED = reason(
    "filing_decided",
    zh="这份备案当前状态为 {state}, 不能再做该处理",
    en="The filing stands as {state}; that can't be decided any more",
    next_zh="请刷新后查看; 需要时请重新备案",
    next_en="Look at it again; file anew where it is needed",
)
DECISION_WITHOUT_WHY = reason(
    "decision_without_why",
    zh="拒绝备案必须写明理由",
    en="A refusal needs its reason",
    next_zh="请填写理由后再提交",
    next_en="Write the reason and decide again",
)
FILING_END_WRONG = reason(
    "filing_end_wrong",
    zh="终止日期 {on} 不在备案有效期内, 或早于今天",
    en="{on} is not among the days of the filing, or it has passed",
    next_zh="请选择今天起至备案到期日之间的日期",
    next_en="Choose a day from today to the filing's last one",
)
INSTITUTIONS_CHANGED_LATELY = reason(
    "institutions_changed_lately",
    zh="定点机构 {changed_on} 刚变更过, {again_on} 起才可再次变更",
    en="The institutions were changed on {changed_on}; not again before {again_on}",
    next_zh="请在该日期之后变更",
    next_en="Change them from that day on",
)
FILING_STAY_OPEN = reason(
    "filing_stay_open",
    zh="{opened_on} 起的住院尚未出院, 备案不能撤销、终止或变更机构",
    en="A stay that began on {opened_on} is still open: the filing can't be withdrawn, ended or moved",
    next_zh="请在出院结算后办理",
    next_en="Do it after discharge",
)
FILING_IN_USE = reason(
    "filing_in_use",
    zh="{settled_on} 的结算使用了这份备案, 不能撤销",
    en="A settlement of {settled_on} stands on this filing: it can't be withdrawn",
    next_zh="请改为终止备案, 或先撤销该笔结算",
    next_en="End it instead, or have that settlement reversed first",
)

# ── visits that stand on filings ──────────────────────────────────────────────────────────────────────────────────

FILING_NOT_VALID = reason(
    "filing_not_valid",
    zh="所选备案在 {on} 无效, 或不适用于本次就诊",
    en="The filing chosen is not valid on {on}, or not for this visit",
    next_zh="请改选有效备案, 或不指定备案由系统匹配",
    next_en="Choose another one, or none and let it be found",
)
DISEASE_CODE_NEEDED = reason(
    "disease_code_needed",
    zh="{kind}就诊须填写病种编码",
    en="A visit of the kind {kind} needs the code of its disease",
    next_zh="请填写门诊慢特病病种编码后重新提交",
    next_en="Add the disease's code and send again",
)
FILING_NEEDED = reason(
    "filing_needed",
    zh="病种 {disease} 在就诊日没有有效备案",
    en="There is no filing for disease {disease} on the day of the visit",
    next_zh="请先办理门诊慢特病备案",
    next_en="File the disease first",
)
NOT_YOUR_INSTITUTION = reason(
    "not_your_designated_institution",
    zh="该待遇只在参保人选定的定点机构享受",
    en="This benefit is given only at the institution the person is bound to",
    next_zh="请到选定的定点机构就医, 或变更选点",
    next_en="Go to that institution, or change the choice",
)
KIND_FILING_NEEDED = reason(
    "kind_filing_needed",
    zh="{on} 没有有效的“{kind}”备案",
    en="There is no filing of the kind {kind} in force on {on}",
    next_zh="请先办理备案后再登记或结算",
    next_en="File it first",
)
INJURY_BY_THIRD_PARTY = reason(
    "injury_by_third_party",
    zh="由第三人造成的伤害, 医疗费应由第三人负担",
    en="The injury was caused by somebody else, who has to bear its costs",
    next_zh="请按自费结算并向责任人索赔; 责任人不支付或无法确定的, 可向参保地经办机构申请先行支付",
    next_en="Settle privately and claim from them; where they don't pay or aren't known, ask the agency to pay first",
)
INJURY_FILING_NEEDED = reason(
    "injury_filing_needed",
    zh="意外伤害在 {on} 没有有效的外伤备案",
    en="There is no injury filing in force on {on}",
    next_zh="请先提交意外伤害情况说明, 由经办机构认定后结算",
    next_en="File how it happened and settle after the agency has decided",
)
PRESCRIPTION_NUMBER_NEEDED = reason(
    "prescription_number_needed",
    zh="外配处方须填写处方编号",
    en="An external prescription needs its number",
    next_zh="请录入处方流转平台的处方编号",
    next_en="Enter the prescription's number",
)
SUPPLY_TOO_LONG = reason(
    "supply_too_long",
    zh="处方用量 {days} 天超过 {most} 天的上限",
    en="The prescription supplies {days} days; {most} is the most",
    next_zh="请减少用量, 到期后再次开药",
    next_en="Supply less and prescribe again later",
)
DRUG_NOT_OF_DISEASE = reason(
    "drug_not_of_disease",
    zh="第 {line_no} 行: 药品 {item} 不在病种 {disease} 的用药目录内",
    en="Line {line_no}: {item} is not on the list of disease {disease}",
    next_zh="请将该药品另开处方按普通门诊结算",
    next_en="Prescribe and settle it as an ordinary visit",
)
FILING_KIND_NOT_OFFERED = reason(
    "filing_kind_not_offered",
    zh="参保地没有开办“{kind}”备案",
    en="The insured area offers no filing of the kind {kind}",
    next_zh="请按参保地规定办理; 可向经办机构咨询其他途径",
    next_en="Follow the area's rules; its agency knows other ways",
)
SPECIAL_DRUG_FILING_NEEDED = reason(
    "special_drug_filing_needed",
    zh="第 {line_no} 行: 特殊药品 {item} 在 {on} 没有有效备案",
    en="Line {line_no}: {item} is a special drug, and no filing of it is in force on {on}",
    next_zh="请由医师提交特殊药品备案, 通过后再结算; 或由参保人自费购买",
    next_en="Have it filed and approved first, or let the person buy it for their own money",
)
SPECIAL_DRUG_DOCTOR_DIFFERS = reason(
    "special_drug_doctor_differs",
    zh="第 {line_no} 行: 处方医师 {practitioner} 不是特殊药品备案的责任医师",
    en="Line {line_no}: {practitioner} is not the doctor of the special drug's filing",
    next_zh="请由备案的责任医师开具处方, 或变更备案",
    next_en="Have the filing's doctor prescribe it, or file anew",
)
SPECIAL_DRUG_INSTITUTION_DIFFERS = reason(
    "special_drug_institution_differs",
    zh="第 {line_no} 行: 本机构不在该特殊药品的备案内",
    en="Line {line_no}: this institution is not in the filing of the special drug",
    next_zh="请到备案的医院或药店取药, 或变更备案机构",
    next_en="Go to the hospital or pharmacy of the filing, or change it",
)
DUAL_CHANNEL_FILING_NEEDED = reason(
    "dual_channel_filing_needed",
    zh="第 {line_no} 行: 双通道药品在 {on} 没有任何有效的双通道备案",
    en="Line {line_no}: this is a dual-channel drug, and no dual-channel filing is in force on {on}",
    next_zh="请由责任医师提交双通道用药备案",
    next_en="Have the responsible doctor file it",
)
DUAL_CHANNEL_DRUG_DIFFERS = reason(
    "dual_channel_drug_differs",
    zh="第 {line_no} 行: 双通道备案的药品不是 {item}",
    en="Line {line_no}: the dual-channel filing is for another drug than {item}",
    next_zh="请为该药品另行备案",
    next_en="File this drug too",
)
DUAL_CHANNEL_DOCTOR_DIFFERS = reason(
    "dual_channel_doctor_differs",
    zh="第 {line_no} 行: 处方医师 {practitioner} 不是备案的责任医师",
    en="Line {line_no}: {practitioner} is not the doctor of the dual-channel filing",
    next_zh="请由备案的责任医师开具处方, 或变更备案",
    next_en="Have the filing's doctor prescribe it, or file anew",
)
DUAL_CHANNEL_INSTITUTION_DIFFERS = reason(
    "dual_channel_institution_differs",
    zh="第 {line_no} 行: 本机构不在该药品的双通道备案内",
    en="Line {line_no}: this institution is not in the dual-channel filing of the drug",
    next_zh="请到备案的医院或药店取药, 或变更备案机构",
    next_en="Go to the hospital or pharmacy of the filing, or change it",
)
