"""The reasons activations and passwords are refused for, each with what to do next. 中文: 激活与口令的拒绝原因。"""

from __future__ import annotations

from openyibao.kit.outcome import reason

ACTIVATION_UNKNOWN = reason(
    "activation_unknown",
    zh="没有正在进行的激活",
    en="No activation is under way",
    next_zh="请重新开始激活; 已激活的直接打开医保码",
    next_en="Begin again; if you have activated already, open your code",
)
ACTIVATION_NOT_YOURS = reason(
    "activation_not_yours",
    zh="这次激活不是在本机开始的",
    en="This activation was not begun here",
    next_zh="请在本机重新开始, 或回到原来的手机、窗口继续; 有疑问请致电 12393",
    next_en="Begin again here, or go on where it was begun; ask the hotline 12393 if in doubt",
)
ACTIVATION_EXPIRED = reason(
    "activation_expired",
    zh="本次激活已超过 15 分钟",
    en="This activation has run out: it lasts 15 minutes",
    next_zh="请重新开始激活, 已填内容不会保留",
    next_en="Begin again; nothing you entered was kept",
)
ACTIVATION_STEP_EARLY = reason(
    "activation_step_early",
    zh="还不能做这一步, 请先完成: {next_step_zh}",
    en="Too early for this step; first comes: {next_step_en}",
    next_zh="请按页面顺序办理",
    next_en="Follow the pages in their order",
)
ACTIVATION_STEP_DONE = reason(
    "activation_step_done",
    zh="这一步已经完成",
    en="This step is done already",
    next_zh="请继续下一步: {next_step_zh}",
    next_en="Go on with: {next_step_en}",
)
ACTIVATION_STEP_FOREIGN = reason(
    "activation_step_foreign",
    zh="本渠道的激活没有这一步, 或不能用这种方式办理",
    en="An activation in this channel has no such step, or not in this way",
    next_zh="请按页面提示的方式办理, 或改到医保经办窗口",
    next_en="Use the way the page shows, or go to an insurance counter",
)
ACTIVATION_PROOF_OF_ANOTHER = reason(
    "activation_proof_of_another",
    zh="核验结果不属于本次激活",
    en="That proof belongs to another activation",
    next_zh="请重新核验; 反复出现请联系 12393",
    next_en="Do the check again; if it comes back, call 12393",
)
ACTIVATION_SAME_OFFICER = reason(
    "activation_same_officer",
    zh="经办人不能复核自己办理的激活",
    en="An officer can't approve their own check",
    next_zh="请另一位复核人员登录后复核",
    next_en="Let another approver sign in and look",
)
ACTIVATION_OVER = reason(
    "activation_over",
    zh="错误次数过多, 本次激活已结束",
    en="Too many wrong tries: this activation is over",
    next_zh="请核对后重新开始, 或到医保经办窗口办理",
    next_en="Check what you have and begin again, or go to a counter",
)
PERSON_NOT_MATCHED = reason(
    "person_not_matched",
    zh="姓名与证件号码未能核对一致",
    en="Name and number do not match our records",
    next_zh="请按证件逐字核对; 仍不行请联系参保地经办机构或致电 12393",
    next_en="Check both against your document, or ask your insurance agency (12393)",
)
ACTIVATION_TRIES_EXHAUSTED = reason(
    "activation_tries_exhausted",
    zh="核对失败次数过多, 请于 {minutes} 分钟后再试",
    en="Too many tries that did not match; try again in {minutes} minutes",
    next_zh="也可以到医保经办窗口, 或请就诊医院协助办理",
    next_en="Or go to an insurance counter, or ask the hospital to help",
)
ACTIVATION_TOO_OFTEN = reason(
    "activation_too_often",
    zh="一小时内获取验证码次数过多",
    en="Too many codes were asked for within an hour",
    next_zh="请一小时后再试, 或改用刷脸、窗口办理",
    next_en="Try again in an hour, or use your face or a counter",
)
ACTIVATION_CODE_WRONG = reason(
    "activation_code_wrong",
    zh="验证码不正确, 还可再试 {attempts_left} 次",
    en="The code is wrong; {attempts_left} tries are left",
    next_zh="请核对短信中的验证码; 次数用完后请重新获取",
    next_en="Check the code in the message; when no tries are left, ask for a new one",
)
FACE_NOT_ALIVE = reason(
    "face_not_alive",
    zh="没有检测到真人动作",
    en="No living face was seen",
    next_zh="请面向光线, 摘下口罩, 按提示动作再试; 也可到窗口凭证件办理",
    next_en="Face the light, take off a mask and do as asked; or use your document at a counter",
)
FACE_NOT_SAME = reason(
    "face_not_same",
    zh="人脸与证件登记的不一致",
    en="The face is not that of the registered person",
    next_zh="请本人操作; 仍不行请到医保经办窗口凭证件办理",
    next_en="The person themself must do it; or go to a counter with the document",
)
WAY_LOCKED = reason(
    "way_locked",
    zh="这种验证方式因多次错误已锁定, {until} 后可再用",
    en="This way is locked after too many failures, until {until}",
    next_zh="可改用其他方式: 刷脸、短信或到医保经办窗口; 不是本人操作请致电 12393",
    next_en="Use another way: face, text message or a counter; if it wasn't you, call 12393",
)
AREA_NOT_ENROLLED = reason(
    "area_not_enrolled",
    zh="您没有在所选统筹区参保",
    en="You are not insured in the area chosen",
    next_zh="请从列表中选择参保地; 信息有误请联系参保地经办机构",
    next_en="Choose one of those listed; if the list is wrong, ask your insurance agency",
)
PASSWORD_FORM = reason(
    "password_form",
    zh="口令须为 6 位数字",
    en="The password is six digits",
    next_zh="请输入 6 位数字",
    next_en="Enter six digits",
)
PASSWORD_SIMPLE = reason(
    "password_simple",
    zh="口令过于简单: 连续、重复或常见的数字",
    en="Too simple: digits in a row, repeated or common",
    next_zh="请换一组不易猜到的数字, 不要与银行卡密码相同",
    next_en="Choose digits hard to guess, and not your bank card's PIN",
)
PASSWORD_BIRTH = reason(
    "password_birth",
    zh="口令不能是您的出生日期",
    en="The password may not be your date of birth",
    next_zh="请换一组与个人信息无关的数字",
    next_en="Choose digits that have nothing to do with you",
)
PASSWORD_DOCUMENT = reason(
    "password_document",
    zh="口令不能是证件号码中的一段",
    en="The password may not be a part of your document number",
    next_zh="请换一组与个人信息无关的数字",
    next_en="Choose digits that have nothing to do with you",
)
PASSWORD_PHONE = reason(
    "password_phone",
    zh="口令不能是手机号中的一段",
    en="The password may not be a part of your phone number",
    next_zh="请换一组与个人信息无关的数字",
    next_en="Choose digits that have nothing to do with you",
)
PASSWORD_WRONG = reason(
    "password_wrong",
    zh="口令不正确, 还可再试 {attempts_left} 次",
    en="The password is wrong; {attempts_left} tries are left",
    next_zh="请核对后再试; 忘记口令可刷脸或到窗口重设",
    next_en="Try again; a forgotten one is set anew by face or at a counter",
)
PASSWORD_NOT_SET = reason(
    "password_not_set",
    zh="还没有设置口令",
    en="No password has been set",
    next_zh="请先在“安全”里刷脸设置口令, 或到医保经办窗口设置",
    next_en="Set one first, by face or at an insurance counter",
)
