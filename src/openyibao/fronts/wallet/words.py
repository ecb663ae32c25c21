"""The words of the wallet in both languages. 中文: 医保码页面文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words
from openyibao.fronts.wallet.account_words import ACCOUNT_WORDS
from openyibao.fronts.wallet.activation_words import ACTIVATION_WORDS
from openyibao.fronts.wallet.binding_words import BINDING_WORDS
from openyibao.fronts.wallet.card_words import CARD_WORDS
from openyibao.fronts.wallet.family_words import FAMILY_WORDS

WALLET_WORDS: Mapping[str, Words] = {
    **ACCOUNT_WORDS,
    **ACTIVATION_WORDS,
    **BINDING_WORDS,
    **CARD_WORDS,
    **FAMILY_WORDS,
    "code_title": Words("我的医保码", "My insurance code"),
    "picture": Words("医保码二维码", "Insurance code as a QR picture"),
    "changes_in": Words("换码倒计时（秒）", "Seconds until the code changes"),
    "refresh": Words("立即刷新", "Refresh now"),
    "waking": Words("正在生成…", "Making the code…"),
    "online": Words("已联网，时间已校准", "Online; the clock is set"),
    "offline": Words("未联网，仍可正常出示", "Offline; the code still works"),
    "keys_ended": Words("离线有效期已过，请联网后点“立即刷新”", "The offline days are over: go online and refresh"),
    "clock_jumped": Words(
        "手机时间变动过，为免出错已停止出码：请连网一次，再点“立即刷新”",
        "The phone's clock was changed, so no code is shown: connect once, then refresh",
    ),
    "unreachable": Words("连不上服务器，请检查网络后点“立即刷新”", "No connection: check the network and refresh"),
    "needs_script": Words("请启用 JavaScript 后再打开本页。", "Please enable JavaScript for this page."),
    "code_advice": Words(
        "每 30 秒自动更换，截图无效。请勿把数字念给或发给别人。",
        "It changes every 30 seconds; pictures of it do not work. Never read the digits to a stranger.",
    ),
    "insured_at": Words("参保地：{area}", "Insured in {area}"),
    "area_unknown": Words("参保地未登记", "Insured area not on record"),
    "security_link": Words("医保码口令", "Password of the code"),
    "enrolments_title": Words("我的参保", "Where I am insured"),
    "filings_title": Words("我的备案", "My filings"),
    "rights_title": Words("我的数据与安全", "My data and safety"),
    "code_frozen": Words(
        "您已冻结医保码，现在不能使用。怎样解冻？", "You froze the code: it can't be used now. How to lift it?"
    ),
    "log_title": Words("用码记录", "Use log"),
    "back_to_code": Words("返回医保码", "Back to the code"),
    "trouble_title": Words("用不了怎么办", "When it does not work"),
    "trouble_1": Words("窗口说“已过期”", "The counter says “expired”"),
    "trouble_1_text": Words(
        "点“立即刷新”再扫；屏幕调亮，离扫码口一掌远。", "Press “Refresh now” and scan again; brighten the screen."
    ),
    "trouble_2": Words("没有网络", "No network"),
    "trouble_2_text": Words(
        "联网用过之后，7 天内没有网络也能出示。断网时改动过手机时间的，须连网一次才会再出码。",
        "After one online visit it works offline for 7 days. If the phone's clock is changed meanwhile, connect once.",
    ),
    "trouble_3": Words("提示时间超前", "“From the future”"),
    "trouble_3_text": Words(
        "手机时间不准：打开“自动设置时间”，联网后刷新。",
        "The phone's clock is wrong: set it to automatic, then refresh.",
    ),
    "trouble_4": Words("手机丢了", "The phone is lost"),
    "trouble_5": Words("没有智能手机、老人和孩子", "No smartphone, elders, children"),
    "trouble_5_text": Words(
        "身份证、社保卡照样可以就医结算；窗口工作人员可以帮助办理。",
        "Identity card and social-security card work as before; staff at the counter will help.",
    ),
}
