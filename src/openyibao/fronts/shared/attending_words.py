"""The words of the pages where an officer or a nurse activates for somebody, in both languages. 中文: 协助激活文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.carrying_words import CARRYING_WORDS
from openyibao.fronts.shared.words import Words

ATTENDING_WORDS: Mapping[str, Words] = {
    **CARRYING_WORDS,
    "attend_sign_in": Words("登录", "Sign in"),
    "attend_sign_in_text": Words(
        "用机构代码、工号、密码和动态口令登录。", "Sign in with institution, operator code, password and one-time code."
    ),
    "attend_sign_out": Words("退出", "Sign out"),
    "attend_institution": Words("机构代码", "Institution code"),
    "attend_operator": Words("工号", "Operator"),
    "attend_done_by": Words("经办人", "Done by"),
    "attend_password": Words("密码", "Password"),
    "attend_second_factor": Words("动态口令", "One-time code"),
    "attend_role_missing": Words("您没有办理这项业务的角色", "You have no role for this work"),
    "attend_role_missing_next": Words(
        "请联系本机构管理员授予角色；原因代码请一并提供", "Ask your manager to give it; tell them the reason code"
    ),
    "attend_new": Words("新的激活", "A new activation"),
    "attend_faces": Words("人脸", "Faces"),
    "attend_agreed": Words(
        "已向参保人出示并讲解同意书（{version}），本人同意",
        "The agreement ({version}) was shown and explained; they agree",
    ),
    "attend_agreed_missing": Words("须先征得参保人同意", "The person must agree first"),
    "attend_agreed_missing_next": Words("请出示同意书，本人同意后勾选", "Show the text; tick once they agree"),
    "attend_name": Words("姓名", "Name"),
    "attend_document_type": Words("证件类型", "Document"),
    "attend_document_number": Words("证件号码", "Document number"),
    "attend_ward": Words("病区", "Ward"),
    "attend_bed": Words("床号", "Bed"),
    "attend_next": Words("下一步", "Next"),
    "attend_proof": Words("核验本人", "See that it is the person"),
    "attend_face": Words("刷脸", "Face check"),
    "attend_face_text": Words("请参保人面对镜头。图像不保存。", "The person faces the camera. No picture is kept."),
    "attend_document": Words("不便刷脸：核对证件原件", "Without a face: the original document"),
    "attend_document_text": Words(
        "请看证件原件、照片与本人是否一致。另一位复核人员须在自己的登录下复核。",
        "Compare the original, its photo and the person. A second officer must approve on their own sign-in.",
    ),
    "attend_document_seen": Words("原件与本人一致，送复核", "They match: send for approval"),
    "attend_waiting": Words("等待复核", "Waiting for approval"),
    "attend_waiting_text": Words(
        "请复核人员在“复核”里办理，然后点“查看结果”。", "Let the approver decide under “Approvals”, then look again."
    ),
    "attend_look_again": Words("查看结果", "Look again"),
    "attend_confirm": Words("与参保人核对", "Check with the person"),
    "attend_area": Words("参保地", "Insured area"),
    "attend_confirmed": Words("核对无误", "All correct"),
    "attend_set_password": Words("请参保人自己输入口令", "The person chooses a password themself"),
    "attend_set_password_text": Words(
        "6 位数字；请转过身去。不能用生日、证件号、手机号中的数字；请勿与银行卡密码相同。",
        "Six digits; look away. No birthday, document or phone digits; not the bank PIN.",
    ),
    "attend_once": Words("口令", "Password"),
    "attend_twice": Words("再输一次", "Once more"),
    "attend_differs": Words("两次输入的口令不一致", "The two passwords differ"),
    "attend_differs_next": Words("请参保人重新输入两次", "Let them enter it twice again"),
    "attend_finish": Words("完成激活", "Finish"),
    "attend_done": Words("医保码激活回执", "Slip of the activation"),
    "attend_done_text": Words(
        "医保码已激活。就医购药可凭本人身份证、社保卡结算；有了手机可随时自行绑定。",
        "Activated. Use your identity or social-security card for care; bind a phone whenever you have one.",
    ),
    "attend_lost": Words(
        "非本人办理或要停用，请致电 12393 或到窗口，并报编号。",
        "If this wasn't you, or to stop it: call 12393 with the number.",
    ),
    "attend_number": Words("编号", "Number"),
    "attend_at": Words("办理时间", "Done at"),
    "attend_by": Words("经办 / 复核", "Officer / approver"),
    "attend_print_hint": Words("用浏览器的“打印”打印本页。", "Print this page from the browser's menu."),
    "attend_again": Words("下一位", "The next person"),
    "attend_drop": Words("放弃这次激活", "Drop this activation"),
    "attend_over": Words("这次激活已结束或超时", "This activation is over or has timed out"),
    "attend_over_next": Words("请重新开始，不会重复激活", "Begin again; nothing is activated twice"),
    "attend_not_matched": Words("姓名与证件号码未能核对一致", "Name and number do not match our records"),
    "attend_not_matched_next": Words("请按证件原件逐字核对", "Check both against the original"),
    "attend_approvals": Words("复核", "Approvals"),
    "attend_approvals_none": Words("没有等待复核的激活", "Nothing waits for approval"),
    "attend_approve": Words("复核通过", "Approve"),
    "attend_disapprove": Words("不通过", "Disapprove"),
    "attend_approved": Words("已复核通过", "Approved"),
    "attend_disapproved": Words("已复核为不通过", "Disapproved"),
    "attend_decided_next": Words("请经办人继续办理", "The officer can go on"),
    "counter_entitlement": Words("待遇查询", "Entitlement"),
    "counter_filings": Words("备案审核", "Filings"),
    "counter_packs": Words("追溯码查询", "Packs"),
    "counter_periods": Words("关账", "Periods"),
    "counter_signals": Words("异常提醒", "Signals"),
    "counter_title": Words("经办窗口", "Agency counter"),
    "office_title": Words("经办工作台", "Officers' desk"),
    "ward_title": Words("病区激活", "Activation on the ward"),
    "paper_identity_card": Words("居民身份证", "Resident identity card"),
    "paper_hong_kong_macao_permit": Words("港澳居民来往内地通行证", "Permit of Hong Kong and Macao residents"),
    "paper_taiwan_permit": Words("台湾居民来往大陆通行证", "Permit of Taiwan residents"),
    "paper_foreign_permanent_residence": Words("外国人永久居留身份证", "Foreign permanent resident ID"),
    "paper_passport": Words("护照", "Passport"),
    "paper_residence_permit": Words("港澳台居民居住证", "Residence permit"),
    "paper_birth_certificate": Words("出生医学证明", "Birth certificate"),
    "paper_household_register": Words("户口簿", "Household register"),
}
