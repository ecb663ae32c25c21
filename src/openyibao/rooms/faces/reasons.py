"""The reasons a face is refused for, each with the equal way. 中文: 人脸拒绝原因。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.kit.outcome import Reason, reason
from openyibao.kit.seeing import Against

FACE_UNREADABLE = reason(
    "face_unreadable",
    zh="没有拍到完整的动作过程",
    en="The camera did not take the whole of it",
    next_zh="请保持页面打开, 跟着提示做完再试; 也可以出示医保码、身份证或社保卡, 待遇完全相同",
    next_en="Keep the page open and follow the signs to the end; or show the code or a card instead: your benefits are the same",
)
FACE_MISSING = reason(
    "face_missing",
    zh="画面里看不清人脸",
    en="No face can be seen well",
    next_zh="请面向光线, 摘下口罩和墨镜, 让脸在圆框里; 也可以出示医保码、身份证或社保卡, 待遇完全相同",
    next_en="Face the light without mask or dark glasses, your face in the ring; or show the code or a card instead: your benefits are the same",
)
FACE_SECOND = reason(
    "face_second",
    zh="画面里不止一个人",
    en="There is more than one face in view",
    next_zh="请只让本人在镜头前, 再试一次; 也可以出示医保码、身份证或社保卡, 待遇完全相同",
    next_en="Let only the person themself stand before the camera; or show the code or a card instead: your benefits are the same",
)
FACE_SCREEN = reason(
    "face_screen",
    zh="看起来像屏幕或打印的图像",
    en="This looks like a screen or a print",
    next_zh="请本人直接面对镜头; 也可以出示医保码、身份证或社保卡, 待遇完全相同",
    next_en="The person themself must look into the camera; or show the code or a card instead: your benefits are the same",
)
FACE_STILL = reason(
    "face_still",
    zh="没有看到任何动作",
    en="Nothing moved",
    next_zh="请看着提示, 跟着转头、抬头或靠近; 也可以出示医保码、身份证或社保卡, 待遇完全相同",
    next_en="Follow the signs: turn, look up, come nearer; or show the code or a card instead: your benefits are the same",
)
FACE_FLAT = reason(
    "face_flat",
    zh="看起来像平面的照片, 或没有转动头部",
    en="This looks like a flat picture, or the head was not turned",
    next_zh="请慢慢把头转向提示的方向; 也可以出示医保码、身份证或社保卡, 待遇完全相同",
    next_en="Turn your head slowly to the side that is shown; or show the code or a card instead: your benefits are the same",
)
FACE_OTHER_MOTION = reason(
    "face_other_motion",
    zh="动作与提示不符",
    en="The motions were not those asked for",
    next_zh="请等提示出现再做, 做完一个回正一次; 也可以出示医保码、身份证或社保卡, 待遇完全相同",
    next_en="Wait for each sign, and look ahead again in between; or show the code or a card instead: your benefits are the same",
)
FACE_CHANGED = reason(
    "face_changed",
    zh="中途换了人脸",
    en="The face changed on the way",
    next_zh="请同一个人从头做到尾; 也可以出示医保码、身份证或社保卡, 待遇完全相同",
    next_en="One person must do it from first to last; or show the code or a card instead: your benefits are the same",
)
FACE_AGAINST: Mapping[Against, Reason] = {
    Against.unreadable: FACE_UNREADABLE,
    Against.no_face: FACE_MISSING,
    Against.second_face: FACE_SECOND,
    Against.screen: FACE_SCREEN,
    Against.still: FACE_STILL,
    Against.flat: FACE_FLAT,
    Against.other_motion: FACE_OTHER_MOTION,
    Against.changed: FACE_CHANGED,
}
"""What a capture speaks against → why it is refused."""
FACE_CHALLENGE_UNKNOWN = reason(
    "face_challenge_unknown",
    zh="这组动作不是给本次办理的",
    en="These motions were not asked for here",
    next_zh="请重新打开刷脸页面, 按新的提示做",
    next_en="Open the page again and follow the new signs",
)
FACE_CHALLENGE_USED = reason(
    "face_challenge_used",
    zh="这组动作已经用过",
    en="These motions were answered already",
    next_zh="请重新打开刷脸页面, 按新的提示做",
    next_en="Open the page again and follow the new signs",
)
FACE_CHALLENGE_STALE = reason(
    "face_challenge_stale",
    zh="这组动作已过时, 或做得比提示还快",
    en="These motions are out of date, or came sooner than they can be done",
    next_zh="请重新打开刷脸页面, 两分钟内做完",
    next_en="Open the page again and do it within two minutes",
)
FACE_TEMPLATES_FULL = reason(
    "face_templates_full",
    zh="本平台登记的人脸已达 {most} 人, 须先向网信部门备案",
    en="This platform holds {most} faces: the authority must be told before it takes more",
    next_zh="请管理员完成备案后填写备案号; 参保人可用医保码、身份证或社保卡, 待遇完全相同",
    next_en="The operator files it and enters the number; the person uses code or card, with the same benefits",
)
FACE_NOT_REGISTERED = reason(
    "face_not_registered",
    zh="没有登记过人脸",
    en="No face is registered",
    next_zh="请出示医保码、身份证或社保卡; 想刷脸的, 带身份证到窗口登记一次",
    next_en="Show the code or a card; to pay by face, register once at a counter with your document",
)
FACE_NOT_KNOWN = reason(
    "face_not_known",
    zh="没有认出这位参保人",
    en="The face was not recognised",
    next_zh="请核对手机号末四位或证件号码; 也可以出示医保码、身份证或社保卡",
    next_en="Check the phone's last digits or the document number; or show the code or a card",
)
FACE_TOO_MANY = reason(
    "face_too_many",
    zh="符合条件的人超过 {most} 位, 无法比对",
    en="More than {most} people come into question",
    next_zh="请改用证件号码核对, 或出示医保码、身份证或社保卡",
    next_en="Give the document number instead, or show the code or a card",
)


def reason_against(why: str) -> Reason | None:
    """The reason of what a provider says speaks against a capture; None where it says nothing that is known."""
    return FACE_AGAINST.get(Against(why)) if why in Against.__members__ else None
