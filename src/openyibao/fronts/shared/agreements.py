"""The texts a person agrees to before activating, by version, in both languages. 中文: 激活同意书。

A text that somebody agreed to is never changed: another text is another version. A test holds their digests. With each
activation version, language and digest are kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.kit.crypto import sm3
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.activations import Agreement

AGREEMENT_UNKNOWN = reason(
    "agreement_unknown",
    zh="没有这个版本的同意书",
    en="There is no such version of the agreement",
    next_zh="请向参保人出示现行版本 {version} 并重新征得同意",
    next_en="Show the person the version in force, {version}, and ask again",
)

CURRENT_VERSION = "2026-12"
Paragraphs = tuple[str, ...]
AGREEMENTS: Mapping[str, Mapping[str, Paragraphs]] = {
    "2026-11": {
        "zh": (
            "我们使用您的姓名、证件号码和手机号，只为核对您是参保人本人，并向您发送验证码。",
            "证件号码和手机号加密保存；页面与单据上只显示遮盖后的姓名和号码。",
            "您每次出示医保码、在哪里出示，会留有记录，供结算和您本人查询。",
            "不使用人脸也可以激活；不同意的，可到经办窗口用证件办理，待遇不受影响。",
            "您可以随时在“我的绑定”里解除，本机的医保码立即失效。",
        ),
        "en": (
            "Your name, document number and phone are used only to check that you are the insured person and to send a code.",
            "Document number and phone are kept encrypted; pages and slips show names and numbers masked.",
            "Each showing of the code and its place is kept, for settling and for you to look up.",
            "No face picture is needed. If you do not agree, use your document at a counter: your benefits stay the same.",
            "You may unbind at any time under “My bindings”; the code on that device ends at once.",
        ),
    },
    "2026-12": {
        "zh": (
            "我们使用您的姓名和证件号码，只为核对您是参保人本人；登记有手机号的，激活结果会通知到该号码。",
            "刷脸只用于确认是您本人、是真人。人脸图像不保存，只留核验结论。",
            "不愿刷脸的，可到医保经办窗口凭证件办理，待遇完全相同。",
            "证件号码加密保存；页面与单据上只显示遮盖后的姓名和号码。",
            "您每次出示医保码、在哪里出示，会留有记录，供结算和您本人查询。",
            "您可以随时在“我的绑定”里解除，本机的医保码立即失效。",
        ),
        "en": (
            "Your name and document number are used only to check that you are the insured person; the registered phone is told.",
            "Your face is used only to see that it is you, and alive. No picture is kept, only the result.",
            "If you would rather not show your face, a counter does it with your document; your benefits are the same.",
            "The document number is kept encrypted; pages and slips show names and numbers masked.",
            "Each showing of the code and its place is kept, for settling and for you to look up.",
            "You may unbind at any time under “My bindings”; the code on that device ends at once.",
        ),
    },
}


def agreement_text(version: str, language: str) -> Paragraphs:
    """The paragraphs of a version. Raises KeyError where there is none."""
    return AGREEMENTS[version][language]


def find_agreement(version: str, language: str) -> Agreement | Refused:
    """What is kept of a text that was shown; ``agreement_unknown`` for a version that was never written."""
    if version not in AGREEMENTS or language not in AGREEMENTS[version]:
        return Refused(AGREEMENT_UNKNOWN, {"version": CURRENT_VERSION})
    text = "\n".join(agreement_text(version, language))
    return Agreement(version=version, language=language, text_digest=sm3(text.encode()))
