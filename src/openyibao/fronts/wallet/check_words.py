"""The words of proving to be oneself for one act: lifting a freeze, a forgotten password, an elder's consent. 中文: 本人核验页面文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

CHECK_WORDS: Mapping[str, Words] = {
    "check_title_lift_freeze": Words("刷脸解冻", "Lift the freeze by your face"),
    "check_title_reset_password": Words("重设医保码口令", "Set the password anew"),
    "check_title_consent_mandate": Words("请老人本人核验", "Your relative proves it is them"),
    "check_face_text": Words(
        "请本人面对镜头，光线充足，按提示动作。图像不保存。",
        "Face the camera in good light and do what is asked. No picture is kept.",
    ),
    "check_elder_text": Words(
        "请把手机交给 {name} 本人，阅读后面对镜头。同意后，您可在这部手机上代为出示医保码。",
        "Hand the phone to {name}. They read this and face the camera. Then this phone may show their code.",
    ),
    "check_elder_agree": Words(
        "我本人已阅读并同意，授权家人代为出示", "I have read this, agree, and let my relative show my code"
    ),
    "check_elder_missing": Words("需要老人本人勾选同意", "Your relative has to tick that they agree"),
    "check_elder_missing_next": Words(
        "请念给老人听，同意后勾选；不同意的不要勾选", "Read it to them; tick only if they agree"
    ),
    "check_other": Words(
        "不方便刷脸？带本人证件到任一经办窗口办理。", "Rather not? Any counter does it with the document."
    ),
    "check_code_text": Words(
        "验证码已发到登记的手机 {phone}，15 分钟内有效。",
        "A code went to the registered phone {phone}; it lasts 15 minutes.",
    ),
    "check_code": Words("短信验证码（6 位）", "Code in the message (six digits)"),
    "check_code_go": Words("下一步", "Next"),
    "check_code_again": Words("重新发送验证码", "Send another code"),
    "check_code_sent": Words("验证码已重新发送", "Another code was sent"),
    "check_code_sent_next": Words("请查看短信；只有最新的有效", "Look at your messages; only the newest counts"),
    "check_new_text": Words(
        "不能用生日、证件号、手机号中的数字或 123456；请勿与银行卡密码相同。",
        "No birthday, document or phone digits, no 123456; not your bank card's PIN.",
    ),
    "check_new": Words("新口令（6 位数字）", "New password (six digits)"),
    "check_again": Words("再输一次", "Once more"),
    "check_end_others": Words(
        "同时解除其他所有手机和渠道（担心被盗时勾选）", "Also unbind all other phones and channels (if you fear theft)"
    ),
    "check_reset_do": Words("重设口令", "Set the password"),
    "check_differs": Words("两次输入的口令不一致", "The two passwords differ"),
    "check_differs_next": Words("请重新输入两次", "Enter it twice again"),
    "check_reset_done": Words(
        "口令已重设，已解除 {count} 台其他设备", "The password is set; {count} other devices were unbound"
    ),
    "check_reset_done_next": Words(
        "登记手机会收到通知，其他设备上也会提示；请记住新口令",
        "Your phone and other devices are told. Remember the new one",
    ),
    "check_reset_alone": Words("口令已重设", "The password is set"),
    "check_reset_alone_next": Words(
        "登记手机会收到通知，其他设备上也会提示；请记住新口令",
        "Your phone and other devices are told. Remember the new one",
    ),
    "check_lifted": Words("医保码已解冻", "The freeze was lifted"),
    "check_lifted_next": Words("现在可以正常使用；解冻已记入用码记录", "The code works again; it is in your use log"),
    "check_gone": Words("没有正在进行的核验", "No check is under way"),
    "check_gone_next": Words("请从“我的数据与安全”重新开始", "Begin again under “My data and safety”"),
    "reset_notice": Words(
        "医保码口令已于 {at} 重设。不是您本人？请立即冻结。",
        "The password was set anew on {at}. If it wasn't you, freeze the code now.",
    ),
    "lift_by_password": Words("用口令解冻", "Lift it by the password"),
    "lift_by_face": Words("刷脸解冻", "Lift it by your face"),
    "lift_forgotten": Words("忘记口令？", "Forgotten the password?"),
    "password_needed": Words("医保码口令（6 位）", "Password of the code (six digits)"),
    "password_needed_text": Words(
        "为防他人拿您的手机操作，请输入口令；5 分钟内不用再输。",
        "So that nobody else acts on your phone, enter it. It holds for five minutes.",
    ),
}
