"""The words of cards and printed codes at the terminal, in both languages. 中文: 终端读卡文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

CARD_WORDS: Mapping[str, Words] = {
    "paper_proof": Words("纸质码：同时核验本人", "A printed code: the proof beside it"),
    "paper_seen": Words("已核对证件原件，与本人一致", "I compared the original document with the person"),
    "paper_digits": Words("证件号码末四位", "Last four digits of the document"),
    "paper_password": Words("六位口令（请本人输入）", "Six-digit password (the person types it)"),
    "card_title": Words("没有医保码：刷身份证或社保卡", "No code: an ID or social-security card"),
    "card_text": Words(
        "读卡器读不出时可照卡面输入。不输口令也能结算，但不能用个人账户。",
        "Type what the card says if the reader fails. Without the password it settles, but not from the account.",
    ),
    "card_kind": Words("卡", "Card"),
    "card_identity_card": Words("居民身份证", "ID card"),
    "card_social_security_card": Words("社会保障卡", "Social-security card"),
    "card_name": Words("姓名", "Name"),
    "card_document_number": Words("身份证号码", "ID number"),
    "card_number": Words("社保卡卡号", "Card number"),
    "card_read": Words("读卡", "Read the card"),
}
