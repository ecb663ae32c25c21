"""Why a mandate can't be made, or why a relative's code is refused. 中文: 亲情账户拒绝原因。"""

from __future__ import annotations

from openyibao.kit.outcome import reason

MANDATE_TO_ONESELF = reason(
    "mandate_to_oneself",
    zh="不能把本人添加为亲属",
    en="A relative is somebody else than oneself",
    next_zh="请填写亲属的姓名和证件号码",
    next_en="Enter the relative's name and document number",
)
MANDATE_DATES_WRONG = reason(
    "mandate_dates_wrong",
    zh="授权截止日期 {valid_until} 已过, 或早于开始日期",
    en="The last day, {valid_until}, is past or before the first",
    next_zh="请选择今天或以后的日期, 或不设截止日期",
    next_en="Choose today or later, or none",
)
MANDATE_AGENT_TOO_YOUNG = reason(
    "mandate_agent_too_young",
    zh="未满 18 周岁不能代亲属出示医保码",
    en="Nobody under 18 may show a relative's code",
    next_zh="请由成年亲属办理",
    next_en="Let an adult relative do it",
)
MANDATE_PRINCIPAL_GROWN = reason(
    "mandate_principal_grown",
    zh="对方已满 18 周岁, 不能以父母或监护人身份授权",
    en="They are 18 or older: no mandate of a parent or guardian any more",
    next_zh="请改选其他关系, 由对方本人同意",
    next_en="Choose another relation; they consent themselves",
)
MANDATE_NEEDS_GUARDIAN = reason(
    "mandate_needs_guardian",
    zh="未满 16 周岁的, 只能由父母或监护人添加",
    en="For somebody under 16 only a parent or guardian may be added",
    next_zh="请由父母或监护人在自己的手机上添加",
    next_en="Let a parent or guardian add them on their own phone",
)
MANDATE_PROOF_UNKNOWN = reason(
    "mandate_proof_unknown",
    zh="出生医学证明或户口簿号码未能核对到监护关系",
    en="The number of the birth certificate or household register leads to no proof that you are the guardian",
    next_zh="请核对号码; 仍不行请带出生医学证明或户口簿到医保经办窗口登记, 登记后再添加",
    next_en="Check the number; or take the document to the agency's counter to have it entered, then add the child",
)
MANDATE_EXISTS = reason(
    "mandate_exists",
    zh="与 {relative} 的亲情账户已经存在",
    en="There is a mandate for {relative} already",
    next_zh="如需更改范围或限额, 请先结束原授权, 再重新添加",
    next_en="To change its limits, end it and add them anew",
)
MANDATE_RELATIVES_FULL = reason(
    "mandate_relatives_full",
    zh="最多可代 {most} 位亲属出示, 已满",
    en="One may show the codes of at most {most} relatives, and there are as many",
    next_zh="请先结束与一位亲属的授权",
    next_en="End the mandate for one relative first",
)
MANDATE_AGENTS_FULL = reason(
    "mandate_agents_full",
    zh="{relative} 已由 {most} 位亲属代为出示, 已满",
    en="{relative} is shown by {most} relatives already, which is the most",
    next_zh="请对方先结束一位亲属的授权",
    next_en="Let them end the mandate of one relative first",
)
MANDATE_UNKNOWN = reason(
    "mandate_unknown",
    zh="没有这项亲情账户授权",
    en="There is no such mandate",
    next_zh="请刷新页面后再试",
    next_en="Load the page again",
)
MANDATE_NOT_WAITING = reason(
    "mandate_not_waiting",
    zh="这项授权不在待本人同意状态",
    en="The mandate does not wait for this person's consent",
    next_zh="请刷新页面查看; 如已结束, 请重新添加",
    next_en="Load the page again; if it has ended, add it anew",
)
MANDATE_GUARDIAN_DECIDES = reason(
    "mandate_guardian_decides",
    zh="未满 14 周岁的, 由监护人决定",
    en="For somebody under 14 the guardian decides",
    next_zh="请由监护人办理",
    next_en="Ask the guardian",
)
MANDATE_ENDED = reason(
    "mandate_ended",
    zh="亲情账户授权已于 {ended_on} 结束",
    en="The relative's mandate ended on {ended_on}",
    next_zh="请参保人本人出示医保码或证件; 如需继续代为出示, 请重新授权",
    next_en="Let the person show their own code or document; to go on, agree anew",
)
MANDATE_NOT_CONSENTED = reason(
    "mandate_not_consented",
    zh="亲情账户尚待本人同意",
    en="The person has not consented to the mandate yet",
    next_zh="请参保人本人在自己的医保码中同意, 或到经办窗口办理; 本次请本人出示",
    next_en="Let them consent in their own wallet or at a counter; this time they show their own code",
)
MANDATE_OWN_CONSENT = reason(
    "mandate_own_consent_needed",
    zh="参保人已满 16 周岁, 须本人同意后才能继续由亲属出示",
    en="The person is 16 by now: a relative may show the code only once they consent themselves",
    next_zh="请参保人本人激活医保码并在“亲情账户”中同意, 或本人出示",
    next_en="Let them activate their own code and consent under “Family”, or show it themselves",
)
MANDATE_NOT_BEGUN = reason(
    "mandate_not_begun",
    zh="亲情账户授权自 {valid_from} 起生效",
    en="The mandate begins on {valid_from}",
    next_zh="请参保人本人出示医保码",
    next_en="Let the person show their own code",
)
MANDATE_PURPOSE = reason(
    "mandate_purpose",
    zh="亲属代为出示的医保码未授权用于此用途",
    en="The relative's mandate is not for this purpose",
    next_zh="请参保人本人出示, 或由本人在授权中增加此用途",
    next_en="Let the person show their own code, or agree on this purpose",
)
MANDATE_MAY_NOT_FILE = reason(
    "mandate_may_not_file",
    zh="亲属的授权不含代办备案",
    en="The relative's mandate does not cover filings",
    next_zh="请参保人本人出示医保码或证件办理, 或在授权中增加代办备案",
    next_en="Let the person show their own code or document, or agree on filings in the mandate",
)
MANDATE_AGENT_UNBOUND = reason(
    "mandate_agent_unbound",
    zh="出示人在这台手机上的医保码已解绑或停用",
    en="The shower's own code on this phone was unbound or stopped",
    next_zh="请出示人重新激活本人的医保码",
    next_en="The relative activates their own code again",
)
MANDATE_PAYS_NOTHING = reason(
    "mandate_pays_nothing",
    zh="该授权只可代为出示, 不可代为结算",
    en="This mandate is for showing only, not for paying",
    next_zh="请参保人本人出示医保码后结算",
    next_en="Let the person show their own code to settle",
)
MANDATE_AMOUNT = reason(
    "mandate_amount",
    zh="本次个人账户支付 {amount} 元, 超过亲属代为支付的单笔限额 {limit} 元",
    en="The account would pay {amount} yuan, above the relative's limit of {limit} yuan a bill",
    next_zh="请改为不用个人账户结算, 或由参保人本人出示",
    next_en="Settle without the personal account, or let the person show their own code",
)
MANDATE_DAY_AMOUNT = reason(
    "mandate_day_amount",
    zh="当日已代付 {used} 元, 加本次 {amount} 元超过每日限额 {limit} 元",
    en="{used} yuan were paid today; {amount} more would be above the limit of {limit} yuan a day",
    next_zh="请改为不用个人账户结算, 或由参保人本人出示",
    next_en="Settle without the personal account, or let the person show their own code",
)
KINSHIP_OFFICERS = reason(
    "kinship_officers",
    zh="监护关系登记与本人同意须由两名不同的经办人员办理",
    en="Two different officers are needed to enter a kinship or a consent",
    next_zh="请由另一名经办人员复核",
    next_en="Have another officer approve",
)
