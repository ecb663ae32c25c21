"""The words of the page of changed bills in both languages. 中文: 结算变更页面文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

CHANGES_WORDS: Mapping[str, Words] = {
    "changes_title": Words("退费与更正", "Refunds and corrections"),
    "changes_text": Words(
        "结算之后的每一次变动：撤销、退费、经办机构重算、恢复，为什么、差了多少，都在这里。",
        "Every change after a bill was settled: reversed, refunded, priced again, restored; why, and by how much.",
    ),
    "changes_none": Words("您的结算没有变动过。", "None of your bills was changed."),
    "change_reversal": Words("结算撤销", "Bill reversed"),
    "change_refund": Words("退费", "Items refunded"),
    "change_repricing": Words("经办机构重算", "Priced again by the agency"),
    "change_restoration": Words("恢复结算（冲正）", "Bill restored"),
    "change_of": Words("{settled} 的结算，费用 {fee} 元", "Bill of {settled}, {fee} yuan"),
    "change_into": Words("现为 {fee} 元，其中现金 {cash} 元", "Now {fee} yuan, {cash} of it own money"),
    "change_gone": Words("不再计费", "No longer charged"),
    "change_why": Words("原因：{why}", "Why: {why}"),
    "cash_back": Words("退您现金 {sum} 元", "{sum} yuan of own money back to you"),
    "cash_owed": Words("您补现金 {sum} 元", "{sum} yuan more of own money"),
    "account_back": Words("账户退回 {sum} 元", "{sum} yuan back to the account"),
    "account_more": Words("账户多支付 {sum} 元", "{sum} yuan more from the account"),
    "fund_less": Words("基金少付 {sum} 元", "Funds pay {sum} yuan less"),
    "fund_more": Words("基金多付 {sum} 元", "Funds pay {sum} yuan more"),
    "change_even": Words("金额没有变化", "No sum has changed"),
    "back_to_account": Words("返回我的账户", "Back to my account"),
}
