"""The words of the password's page, in both languages. 中文: 口令页面文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

SECURITY_WORDS: Mapping[str, Words] = {
    "security_title": Words("医保码口令", "The password of the code"),
    "security_text": Words(
        "6 位数字，用于冻结、授权家人等重要操作。请勿与银行卡密码相同。",
        "Six digits, for freezing, family mandates and the like. Not your bank card's PIN.",
    ),
    "security_old": Words("现在的口令", "The password now"),
    "security_new": Words("新口令", "A new one"),
    "security_again": Words("再输一次新口令", "The new one once more"),
    "security_change": Words("修改口令", "Change it"),
    "security_changed": Words("口令已修改", "The password was changed"),
    "security_changed_next": Words("请记住新口令，不要告诉任何人", "Remember it and tell nobody"),
    "security_differs": Words("两次输入的新口令不一致", "The two new passwords differ"),
    "security_differs_next": Words("请重新输入", "Enter them again"),
    "security_forgotten": Words("忘记口令？", "Forgotten?"),
    "security_forgotten_text": Words(
        "刷脸并输入登记手机收到的验证码，即可重设；也可带证件到任一经办窗口重设。",
        "Show your face and enter the code sent to your registered phone; or any counter does it with your document.",
    ),
    "security_forgotten_go": Words("刷脸并用短信重设", "Set it anew by face and message"),
}
