"""The words of the wallet in both languages. 中文: 医保码页面文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words
from openyibao.fronts.wallet.account_words import ACCOUNT_WORDS
from openyibao.fronts.wallet.card_words import CARD_WORDS
from openyibao.fronts.wallet.family_words import FAMILY_WORDS

CONSENT_VERSION = "2026-11"
"""Raised whenever a text named consent_* below changes; stored with each activation."""

WALLET_WORDS: Mapping[str, Words] = {
    **ACCOUNT_WORDS,
    **FAMILY_WORDS,
    **CARD_WORDS,
    "welcome": Words("激活医保码", "Activate your insurance code"),
    "welcome_text": Words(
        "激活后，看病买药出示手机上的医保码即可，不必带卡。需要约两分钟。",
        "Once activated, show the code on your phone at hospitals and pharmacies instead of a card. About two minutes.",
    ),
    "step_of": Words("第 {step} 步，共 {steps} 步", "Step {step} of {steps}"),
    "consent_title": Words("个人信息使用同意书", "Consent to the use of personal data"),
    "consent_1": Words(
        "我们使用您的姓名、证件号码和手机号，只为核对您是参保人本人，并向您发送验证码。",
        "Your name, document number and phone are used only to check that you are the insured person and to send a code.",
    ),
    "consent_2": Words(
        "证件号码和手机号加密保存；页面与单据上只显示遮盖后的姓名和号码。",
        "Document number and phone are kept encrypted; pages and slips show names and numbers masked.",
    ),
    "consent_3": Words(
        "您每次出示医保码、在哪里出示，会留有记录，供结算和您本人查询。",
        "Each showing of the code and its place is kept, for settling and for you to look up.",
    ),
    "consent_4": Words(
        "不使用人脸也可以激活；不同意的，可到经办窗口用证件办理，待遇不受影响。",
        "No face picture is needed. If you do not agree, use your document at a counter: your benefits stay the same.",
    ),
    "consent_5": Words(
        "您可以随时在“我的绑定”里解除，本机的医保码立即失效。",
        "You may unbind at any time under “My bindings”; the code on that device ends at once.",
    ),
    "consent_agree": Words("我已阅读并同意", "I have read this and agree"),
    "consent_missing": Words("需要您的同意才能继续", "Your consent is needed to go on"),
    "consent_missing_next": Words(
        "请阅读并勾选同意；不同意的可到经办窗口办理", "Read and tick it, or go to a counter instead"
    ),
    "go_on": Words("同意并继续", "Agree and go on"),
    "no_phone": Words("没有智能手机怎么办？", "No smartphone?"),
    "identify_title": Words("您是谁", "Who you are"),
    "name": Words("姓名", "Name"),
    "document_number": Words("身份证号码", "Identity number"),
    "document_help": Words("18 位，末位可以是 X", "18 characters; the last may be X"),
    "phone": Words("手机号", "Mobile number"),
    "phone_help": Words("11 位，验证码发到这个号码", "11 digits; the code is sent there"),
    "send_code": Words("获取短信验证码", "Send me a code"),
    "not_matched": Words("姓名与证件号码未能核对一致", "Name and number do not match our records"),
    "not_matched_next": Words(
        "请按身份证逐字核对；仍不行请联系参保地经办机构",
        "Check both against your ID card, or ask your insurance agency",
    ),
    "session_over": Words("这一步已超时", "This step has timed out"),
    "session_over_next": Words("请从头再来一次，不会重复激活", "Please start again; nothing is activated twice"),
    "sms_title": Words("输入验证码", "Enter the code"),
    "sms_sent": Words(
        "六位验证码已发往 {phone}，5 分钟内有效。", "A six-digit code was sent to {phone}; good for 5 minutes."
    ),
    "sms_code": Words("短信验证码", "Code from the message"),
    "sms_help": Words("6 位数字", "6 digits"),
    "sms_demo": Words(
        "演示环境：短信在沙箱短信网关的收件箱里看。", "Demonstration: read the message in the sandbox gateway's inbox."
    ),
    "activate": Words("激活", "Activate"),
    "start_again": Words("重新开始", "Start again"),
    "code_title": Words("我的医保码", "My insurance code"),
    "picture": Words("医保码二维码", "Insurance code as a QR picture"),
    "changes_in": Words("换码倒计时（秒）", "Seconds until the code changes"),
    "refresh": Words("立即刷新", "Refresh now"),
    "waking": Words("正在生成…", "Making the code…"),
    "online": Words("已联网，时间已校准", "Online; the clock is set"),
    "offline": Words("未联网，仍可正常出示", "Offline; the code still works"),
    "keys_ended": Words("离线有效期已过，请联网后点“立即刷新”", "The offline days are over: go online and refresh"),
    "unreachable": Words("连不上服务器，请检查网络后点“立即刷新”", "No connection: check the network and refresh"),
    "needs_script": Words("请启用 JavaScript 后再打开本页。", "Please enable JavaScript for this page."),
    "code_advice": Words(
        "每 30 秒自动更换，截图无效。请勿把数字念给或发给别人。",
        "It changes every 30 seconds; pictures of it do not work. Never read the digits to a stranger.",
    ),
    "insured_at": Words("参保地：{area}", "Insured in {area}"),
    "area_unknown": Words("参保地未登记", "Insured area not on record"),
    "filings_title": Words("我的备案", "My filings"),
    "bindings_title": Words("我的绑定", "My bindings"),
    "bindings_text": Words("医保码可在下列设备上出示。", "The code can be shown on these devices."),
    "this_device": Words("本机", "this device"),
    "bound_at": Words("{at} 绑定", "bound {at}"),
    "unbind": Words("解除绑定", "Unbind"),
    "unbind_ask": Words(
        "解除后这台设备的医保码立即失效，再用需要重新激活。", "Its code ends at once; to use it again, activate again."
    ),
    "unbind_sure": Words("确定解除", "Yes, unbind"),
    "unbound": Words("已解除绑定", "Unbound"),
    "unbound_text": Words("这台设备上的医保码已失效并清除。", "The code on this device has ended and was wiped."),
    "activate_again": Words("重新激活", "Activate again"),
    "back_to_code": Words("返回医保码", "Back to the code"),
    "trouble_title": Words("用不了怎么办", "When it does not work"),
    "trouble_1": Words("窗口说“已过期”", "The counter says “expired”"),
    "trouble_1_text": Words(
        "点“立即刷新”再扫；屏幕调亮，离扫码口一掌远。", "Press “Refresh now” and scan again; brighten the screen."
    ),
    "trouble_2": Words("没有网络", "No network"),
    "trouble_2_text": Words(
        "联网用过之后，7 天内没有网络也能出示；请把手机时间设为自动。",
        "After one online visit it works offline for 7 days; set the phone's clock to automatic.",
    ),
    "trouble_3": Words("提示时间超前", "“From the future”"),
    "trouble_3_text": Words(
        "手机时间不准：打开“自动设置时间”，联网后刷新。",
        "The phone's clock is wrong: set it to automatic, then refresh.",
    ),
    "trouble_4": Words("手机丢了", "The phone is lost"),
    "trouble_4_text": Words(
        "在另一台设备上激活后，从“我的绑定”解除旧设备；或到经办窗口办理。",
        "Activate on another device and unbind the old one, or have a counter do it.",
    ),
    "trouble_5": Words("没有智能手机、老人和孩子", "No smartphone, elders, children"),
    "trouble_5_text": Words(
        "身份证、社保卡照样可以就医结算；窗口工作人员可以帮助办理。",
        "Identity card and social-security card work as before; staff at the counter will help.",
    ),
}
