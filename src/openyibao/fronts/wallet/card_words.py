"""The words of the page of cards in both languages. 中文: 证件与社保卡页面文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

CARD_WORDS: Mapping[str, Words] = {
    "cards_title": Words("身份证与社保卡", "ID and social-security card"),
    "cards_text": Words(
        "没带手机时，可在医院、药店凭身份证或社保卡识别身份。卡丢了请立即挂失，之后这张卡不能再用于就医结算。",
        "Without the phone, hospitals and pharmacies may read your ID or social-security card. Report a lost one at once: then it can't be used for care.",
    ),
    "card_identity_card": Words("身份证", "ID card"),
    "card_social_security_card": Words("社保卡", "Social-security card"),
    "card_usable": Words("可用", "usable"),
    "card_lost_now": Words("已挂失", "reported lost"),
    "card_not_entered": Words("未登记", "none on record"),
    "report_lost": Words("挂失", "Report lost"),
    "report_lost_ask": Words(
        "挂失后立即生效，只影响在这里就医结算；身份证、社保卡本身还须到发证机关挂失。",
        "It counts at once, for care and settling only; report it to the authority that issued it as well.",
    ),
    "report_lost_sure": Words("确定挂失", "Yes, it is lost"),
    "report_found": Words("已找回，解除挂失", "Found again: release it"),
}
