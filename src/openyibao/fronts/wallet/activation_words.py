"""The words of activating, in both languages. 中文: 激活页面文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

ACTIVATION_WORDS: Mapping[str, Words] = {
    "welcome": Words("激活医保码", "Activate your insurance code"),
    "welcome_text": Words(
        "激活后，看病买药出示手机上的医保码即可，不必带卡。需要不到两分钟，请备好身份证。",
        "Then show the code on your phone instead of a card. It takes under two minutes; have your ID at hand.",
    ),
    "step_of": Words("第 {step} 步，共 {steps} 步", "Step {step} of {steps}"),
    "consent_title": Words("个人信息使用同意书", "Consent to the use of personal data"),
    "consent_agree": Words("我已阅读并同意", "I have read this and agree"),
    "consent_missing": Words("需要您的同意才能继续", "Your consent is needed to go on"),
    "consent_missing_next": Words(
        "请阅读并勾选同意；不同意的可到经办窗口办理", "Read and tick it, or go to a counter instead"
    ),
    "go_on": Words("同意并继续", "Agree and go on"),
    "no_phone": Words("没有智能手机、不便刷脸怎么办？", "No smartphone, or no face check?"),
    "under_way": Words("您有一次未完成的激活", "You have begun already"),
    "under_way_next": Words("点“继续激活”接着办，已完成的步骤不用重做", "Press “Go on” to carry on where you were"),
    "resume": Words("继续激活", "Go on"),
    "identify_title": Words("您是谁", "Who you are"),
    "name": Words("姓名", "Name"),
    "document_type": Words("证件类型", "Document"),
    "document_number": Words("证件号码", "Document number"),
    "document_help": Words("按证件填写；身份证 18 位，末位可以是 X", "As printed; an ID number has 18 characters"),
    "document_kind_identity_card": Words("居民身份证", "Resident identity card"),
    "document_kind_hong_kong_macao_permit": Words("港澳居民来往内地通行证", "Permit of Hong Kong and Macao residents"),
    "document_kind_taiwan_permit": Words("台湾居民来往大陆通行证", "Permit of Taiwan residents"),
    "document_kind_foreign_permanent_residence": Words("外国人永久居留身份证", "Foreign permanent resident ID"),
    "document_kind_passport": Words("护照", "Passport"),
    "document_kind_residence_permit": Words("港澳台居民居住证", "Residence permit"),
    "document_kind_birth_certificate": Words("出生医学证明", "Birth certificate"),
    "document_kind_household_register": Words("户口簿", "Household register"),
    "next": Words("下一步", "Next"),
    "not_matched": Words("姓名与证件号码未能核对一致", "Name and number do not match our records"),
    "not_matched_next": Words(
        "请按证件逐字核对；仍不行请联系参保地经办机构（12393）",
        "Check both against your document, or ask your insurance agency (12393)",
    ),
    "session_over": Words("本次激活已结束或超时", "This activation is over or has timed out"),
    "session_over_next": Words("请从头再来一次，不会重复激活", "Please start again; nothing is activated twice"),
    "face_title": Words("确认是您本人", "See that it is you"),
    "face_text": Words(
        "请本人面对镜头，光线充足，按提示动作。图像不保存。",
        "Face the camera in good light and do what is asked. No picture is kept.",
    ),
    "face_do": Words("请依次：", "In this order:"),
    "face_blink": Words("眨眼", "blink"),
    "face_turn_left": Words("向左转头", "turn your head left"),
    "face_turn_right": Words("向右转头", "turn your head right"),
    "face_open_mouth": Words("张嘴", "open your mouth"),
    "face_nod": Words("点头", "nod"),
    "face_look_up": Words("抬头", "look up"),
    "face_tilt_left": Words("头歪向左肩", "lean your head to the left"),
    "face_tilt_right": Words("头歪向右肩", "lean your head to the right"),
    "face_nearer": Words("靠近一点", "come nearer"),
    "face_begin": Words("开始刷脸", "Begin the face check"),
    "face_stand_in": Words(
        "演示环境：由人脸沙箱替身应答，不打开摄像头，不核验任何人。",
        "Demonstration: a stand-in answers; no camera is opened and nobody is checked.",
    ),
    "face_other": Words("不方便刷脸？到经办窗口凭证件办理", "Rather not? A counter does it with your document"),
    "own_title": Words("核对您的信息", "Check your data"),
    "own_text": Words("信息无误请确认；有误请联系参保地经办机构 12393。", "If something is wrong, call 12393."),
    "own_area": Words("选择参保地", "Choose the insured area to use"),
    "own_area_one": Words("参保地", "Insured area"),
    "own_no_area": Words("未查到参保地，仍可激活", "No insured area was found; you can still activate"),
    "insured_as_employee": Words("职工医保", "employee"),
    "insured_as_resident": Words("居民医保", "resident"),
    "insured_as_other": Words("医保", "insured"),
    "own_right": Words("信息无误，下一步", "All correct, next"),
    "password_title": Words("设置 6 位医保码口令", "Choose a six-digit password"),
    "password_text": Words(
        "用于冻结、授权家人等重要操作。不能用生日、证件号、手机号中的数字或 123456；请勿与银行卡密码相同。",
        "For freezing, family mandates and the like. No birthday, document or phone digits, no 123456; not your bank PIN.",
    ),
    "password_first": Words("口令", "Password"),
    "password_again": Words("再输一次", "Once more"),
    "password_differs": Words("两次输入的口令不一致", "The two passwords differ"),
    "password_differs_next": Words("请重新输入两次", "Enter it twice again"),
    "password_done": Words("完成激活", "Finish"),
    "start_again": Words("重新开始", "Start again"),
}
