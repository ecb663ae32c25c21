"""The words of the agency's pages of filings in both languages. 中文: 备案审核文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.filing_kinds import FILING_KIND_WORDS
from openyibao.fronts.shared.words import Words

FILINGS_WORDS: Mapping[str, Words] = {
    **FILING_KIND_WORDS,
    "waiting_title": Words("待审核的备案", "Filings that wait"),
    "waiting_none": Words("没有待审核的备案。", "Nothing waits."),
    "waiting_many": Words("只列出最早的 {count} 份。", "Only the {count} oldest are listed."),
    "filing_title": Words("备案 {reference}", "Filing {reference}"),
    "open_filing": Words("查看并审核", "Look and decide"),
    "why_open": Words("查看事由（本人可见）", "Why you look (the person reads it)"),
    "why_open_default": Words("审核备案", "deciding on the filing"),
    "about": Words("内容", "About"),
    "spans": Words("起止", "From, until"),
    "filer": Words("申请人", "Filed by"),
    "person": Words("参保人", "Person"),
    "change_title": Words("通过后会改变的结算", "What an approval would change"),
    "change_none": Words("不影响已有结算。", "No settlement would change."),
    "bill_of": Words("结算", "Bill of"),
    "bill_follows": Words("随之重算", "follows"),
    "fund": Words("基金", "Funds"),
    "account": Words("账户", "Account"),
    "cash": Words("现金", "Own money"),
    "why": Words("意见", "Why"),
    "approve": Words("通过", "Approve"),
    "refuse": Words("不通过", "Refuse"),
    "decided_approve": Words("备案 {reference} 已通过", "Filing {reference} is approved"),
    "decided_refuse": Words("备案 {reference} 未通过", "Filing {reference} is refused"),
    "decided_next": Words("申请人会看到结果", "The person sees the result"),
    "decided_priced": Words("此前的结算已按备案重算", "Earlier bills were priced again"),
    "filing_gone": Words("没有这份待审核的备案", "No such filing waits here"),
    "filing_gone_next": Words("可能已由他人审核；请刷新列表", "Somebody may have decided it; load the list again"),
    "back_to_waiting": Words("返回列表", "Back to the list"),
}
