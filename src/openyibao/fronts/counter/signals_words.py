"""The words of the page of signals in both languages. 中文: 异常提醒文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

SIGNALS_WORDS: Mapping[str, Words] = {
    "signals_title": Words("异常提醒", "Signals of misuse"),
    "signals_text": Words(
        "提醒不是结论：请先向机构或本人核实。参保人能看到谁查看过、为什么、结论是什么。",
        "A signal is a question: ask the institution or the person first. The person sees who looked, why, and what was found.",
    ),
    "signals_why": Words("查看或核查的理由", "Why you look, or judge so"),
    "signals_show": Words("查看", "Show"),
    "signals_none": Words("本统筹区没有待核查的提醒。", "Nothing waits in this area."),
    "signal_explained": Words("情况正常", "Explained"),
    "signal_confirmed": Words("确有问题", "Misuse"),
    "signal_stopped": Words("已暂停出码", "The codes rest"),
    "signal_of_person": Words("参保人", "a person"),
    "signal_of_terminal": Words("终端", "a terminal"),
    "signal_kept": Words("结论已记录", "The finding is kept"),
    "signal_kept_next": Words("参保人可在用码记录中看到", "The person sees it in the use log"),
    "signal_not_here": Words("本统筹区没有这条待核查的提醒", "No such signal waits in this area"),
    "signal_not_here_next": Words("请刷新列表", "Show the list again"),
    "signal_impossible_travel": Words("短时间内在两地使用", "two cities within a short time"),
    "signal_code_shown_twice": Words("同一个码在别处又被出示", "a used code shown elsewhere"),
    "signal_many_persons": Words("一台终端人数过多", "too many persons at one terminal"),
    "signal_repeated_refusals": Words("一天内多次未通过", "refused many times in a day"),
    "signal_drug_resale": Words("同一种药在多处购买", "one drug from many places"),
    "fact_persons": Words("人数", "persons"),
    "fact_refusals": Words("次数", "refusals"),
}
