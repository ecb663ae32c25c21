"""The words of the pages in both languages; a key has both or does not exist. 中文: 页面文字。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

LANGUAGES = ("zh", "en")


class Words(NamedTuple):
    """One text in Chinese and in English; ``one`` is the English where ``{count}`` is 1, if that is another."""

    zh: str
    en: str
    one: str = ""


SHARED_WORDS: Mapping[str, Words] = {
    "site": Words("医保码", "OpenYibao"),
    "skip": Words("跳到正文", "Skip to the content"),
    "language": Words("English", "中文"),
    "language_label": Words("Switch to English", "切换到中文"),
    "larger_type": Words("长辈版", "Larger type"),
    "normal_type": Words("标准版", "Normal type"),
    "demo_mark": Words("演示环境：人员与金额均为虚构", "Demonstration: all people and sums are made up"),
    "code": Words("原因代码", "Reason code"),
    "answerer": Words("谁来答复", "Who answers"),
    "reference": Words("编号", "Reference"),
    "next_step": Words("下一步", "What to do"),
    "back": Words("返回", "Back"),
    "cancel": Words("取消", "Cancel"),
    "yuan": Words("元", "yuan"),
    "busy": Words("系统繁忙，本次什么也没有发生", "Busy: nothing has happened"),
    "busy_next": Words("请稍等几秒再试", "Wait a few seconds and try again"),
    "form_not_ours": Words("页面已过期，本次什么也没有发生", "This page is out of date; nothing has happened"),
    "form_not_ours_next": Words("请返回重新打开页面再试", "Go back, open the page again and retry"),
    "bad_input": Words("填写的内容不对：{what}", "Something filled in is not right: {what}"),
    "bad_input_next": Words("请改正后再提交", "Correct it and submit again"),
    "poisoned": Words("这一笔无法处理，什么也没有发生", "This one could not be processed; nothing has happened"),
    "poisoned_next": Words(
        "请核对填写内容；仍不行请联系技术支持", "Check what was filled in; if it persists, call support"
    ),
    "unknown": Words("结果尚不确定", "The outcome is not yet known"),
    "unknown_next": Words("请勿重复操作，稍后查询结果", "Do not repeat it; look the outcome up shortly"),
    "face_sign_picture": Words("您的画面", "Your own picture"),
    "face_sign_ahead": Words("请看正前方", "Look straight ahead"),
    "face_sign_turn_left": Words("← 慢慢向左转头", "← Turn your head to your left"),
    "face_sign_turn_right": Words("慢慢向右转头 →", "Turn your head to your right →"),
    "face_sign_look_up": Words("↑ 慢慢抬头", "↑ Look up"),
    "face_sign_tilt_left": Words("↙ 头歪向左肩", "↙ Lean your head to your left shoulder"),
    "face_sign_tilt_right": Words("头歪向右肩 ↘", "Lean your head to your right shoulder ↘"),
    "face_sign_nearer": Words("脸靠近一点", "Come a little nearer"),
    "face_sign_checking": Words("正在核对，请稍候…", "Checking, a moment …"),
    "face_sign_none": Words(
        "打不开摄像头。请在浏览器里允许使用摄像头，或改用其他方式，待遇相同。",
        "The camera can't be opened. Allow it in the browser, or use another way: your benefits are the same.",
    ),
    "not_found": Words("没有这个页面", "There is no such page"),
}


def say(words: Mapping[str, Words], language: str, key: str, **facts: object) -> str:
    """One text in a language, its ``{holes}`` filled. Raises KeyError on an unknown key."""
    said = words[key]
    text = said.zh if language != "en" else (facts.get("count") == 1 and said.one) or said.en
    return text.format(**facts) if facts else text
