"""The words of the page of a person's entitlement in both languages. 中文: 待遇查询文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

ENTITLEMENT_WORDS: Mapping[str, Words] = {
    "entitled_title": Words("待遇查询", "Entitlement of a person"),
    "entitled_text": Words(
        "查询会留痕：本人在“用码记录”里能看到是谁、为什么查的。",
        "Every look is kept: the person reads in their use log who looked, and why.",
    ),
    "why_looked": Words("查询事由", "Why you look"),
    "look": Words("查询", "Look"),
    "not_here": Words("本统筹区没有这个人的参保记录", "This person has no enrolment in your area"),
    "not_here_next": Words(
        "请核对证件号码；在其他统筹区参保的，由当地经办机构查询", "Check the number; other areas answer for theirs"
    ),
    "why_needed": Words("请填写证件号码和查询事由", "Fill in the document and why you look"),
    "why_needed_next": Words(
        "事由会给本人看，请写明办理的业务", "The person reads the reason: say what you are working on"
    ),
    "insurance_employee": Words("职工医保", "Employees"),
    "insurance_resident": Words("居民医保", "Residents"),
    "insurance_veteran_cadre": Words("离休", "Veteran cadres"),
    "insurance_civil_servant": Words("公务员补助", "Civil servants"),
    "insurance_large_sum": Words("大额互助", "Large sums"),
    "fund_pooled_fund": Words("统筹基金", "Pooled fund"),
    "fund_large_sum": Words("大额互助", "Large sum"),
    "fund_serious_illness": Words("大病保险", "Serious illness"),
    "fund_civil_servant": Words("公务员补助", "Civil-servant subsidy"),
    "stands_paid": Words("享受", "Enjoyed"),
    "stands_waiting": Words("等待期", "Waiting"),
    "stands_arrears": Words("欠费", "In arrears"),
    "stands_suspended": Words("暂停", "Suspended"),
    "today_paid": Words("今天享受待遇", "Enjoyed today"),
    "today_waiting": Words("今天处于等待期，基金不支付", "Waiting today: the fund does not pay"),
    "today_arrears": Words("今天处于欠费中断，基金不支付", "In arrears today: the fund does not pay"),
    "today_suspended": Words("今天待遇暂停，基金不支付", "Suspended today: the fund does not pay"),
    "today_outside": Words("今天不在参保期内", "Not in force today"),
    "ends_with": Words("至 {until}，之后：{then}", "until {until}, then: {then}"),
    "ends_never": Words("目前没有终止日", "no end known"),
    "then_ended": Words("参保结束", "the enrolment ends"),
    "enrolled": Words("参保：{begin} 至 {until}", "Enrolled {begin} to {until}"),
    "open_end": Words("今", "now"),
    "agency_of": Words("经办 {agency}", "Agency {agency}"),
    "paid_until": Words("已缴至 {day}", "Paid until {day}"),
    "running_since": Words("连续参保自 {day}", "Without a break since {day}"),
    "timeline": Words("待遇时间线 {begin} 至 {until}", "Timeline {begin} to {until}"),
    "periods": Words("逐段", "Period by period"),
    "from_day": Words("起", "From"),
    "to_day": Words("止", "To"),
    "state": Words("状态", "State"),
}
