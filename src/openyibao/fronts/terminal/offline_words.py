"""The words of the terminal without a network. 中文: 断网受理文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

OFFLINE_WORDS: Mapping[str, Words] = {
    "offline_tab": Words("断网受理", "No network"),
    "offline_title": Words("断网时暂记医保码", "Take codes down without a network"),
    "offline_what": Words(
        "暂记不是结算：联网后逐笔核验，通过的才能结算；重复使用、超限额或逾期的不予受理。",
        "What is taken down is not settled: with a network each is checked, and only then settled. Used twice, over a bound or too late is refused.",
    ),
    "offline_bounds": Words(
        "每笔不超过 {amount} 元 · 本终端每日 {count} 笔 · {days} 日内联网",
        "At most {amount} yuan each · {count} a day at this terminal · send in within {days} days",
    ),
    "offline_closed": Words("本地区不允许断网受理", "This area lets nothing be taken without a network"),
    "offline_amount": Words("应收金额（元）", "Amount due (yuan)"),
    "offline_take": Words("暂记", "Take down"),
    "offline_send": Words("联网核验", "Send in"),
    "offline_list": Words("本终端的暂记", "Taken down here"),
    "offline_none": Words("还没有暂记。", "Nothing is taken down."),
    "offline_settle": Words("继续结算", "Settle now"),
    "offline_line_online": Words("已联网", "Network is there"),
    "offline_line_offline": Words("未联网，可暂记", "No network: codes can be taken down"),
    "offline_line_jumped": Words(
        "本机时间变动过，为免出错不能暂记：请连网一次", "This machine's clock was changed: connect once"
    ),
    "offline_line_unset": Words("本机时间还未校准，不能暂记：请连网一次", "The clock is not set yet: connect once"),
    "offline_state_waiting": Words("暂记，待核验", "Taken down, not checked yet"),
    "offline_state_accepted": Words("核验通过，待结算", "Checked: settle it"),
    "offline_state_refused": Words("不予受理", "Refused"),
    "offline_bad_code": Words("这不是 28 位医保码，请重扫", "This is no code of 28 digits: scan again"),
    "offline_bad_amount": Words("金额应在 0.01 至 {amount} 元之间", "The amount must be 0.01 to {amount} yuan"),
    "offline_bad_repeat": Words("这个码刚才已暂记", "This code was taken down just now"),
    "offline_bad_count": Words("本终端今日已达 {count} 笔", "This terminal has taken {count} down today"),
    "offline_taken": Words(
        "已暂记，请告知参保人：联网核验后才结算", "Taken down. Tell the person: it is settled once checked"
    ),
    "offline_amount_then": Words("断网时暂记 {amount} 元", "{amount} yuan were taken down"),
}
