"""The words of the page of periods in both languages. 中文: 关账文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

PERIODS_WORDS: Mapping[str, Words] = {
    "periods_title": Words("关账情况", "Periods, open and closed"),
    "periods_text": Words(
        "最近 {days} 天。已关的日子，机构不能再撤销当日结算；可由经办机构重算，或经两人重新打开。",
        "The last {days} days. What was settled on a closed day institutions can't undo; the agency reprices, or two officers reopen.",
    ),
    "institution_code": Words("机构代码（空：全统筹区）", "Institution code (empty: the whole area)"),
    "show": Words("查看", "Show"),
    "institution_gone": Words("没有这个机构代码", "There is no such institution"),
    "institution_gone_next": Words("请核对机构代码", "Check the code"),
    "whole_area": Words("全统筹区", "The whole area"),
    "day": Words("日期", "Day"),
    "period_day": Words("日切", "Day cut"),
    "period_reconciliation": Words("对账", "Reconciled"),
    "period_clearing": Words("清算", "Cleared"),
    "period_year": Words("年结", "Year"),
    "is_open": Words("开放", "open"),
    "is_closed": Words("已关", "closed"),
    "acts": Words("关账记录", "Acts"),
    "act_closed": Words("关闭", "Closed"),
    "act_reopened": Words("重新打开", "Reopened"),
    "acts_none": Words("还没有关过账。", "Nothing was ever closed."),
}
