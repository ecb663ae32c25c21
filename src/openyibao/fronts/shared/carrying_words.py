"""The words of the pages where an officer or a nurse binds cards and prints codes, in both languages. 中文: 卡与纸质码文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

CARRYING_WORDS: Mapping[str, Words] = {
    "carriers_title": Words("卡与纸质码", "Cards and paper"),
    "carriers_text": Words(
        "为没有手机的参保人绑定身份证、社保卡，或打印纸质码。",
        "For people without a phone: bind their ID or social-security card, or print a code.",
    ),
    "carriers_seen": Words("已看过证件原件，与本人一致", "I saw the original document, and it is this person"),
    "carriers_seen_missing": Words("须先核对证件原件与本人", "Compare the original document with the person first"),
    "carriers_seen_missing_next": Words("核对后勾选再继续", "Tick once you have compared them"),
    "carriers_find": Words("继续", "Go on"),
    "carriers_over": Words("没有正在办理的参保人，或已超过 15 分钟", "Nobody is in hand, or fifteen minutes are over"),
    "carriers_over_next": Words("请重新核对证件", "Compare the document again"),
    "carriers_now": Words("现有的卡与纸质码", "Cards and papers now"),
    "carriers_none": Words("还没有绑定的卡或纸质码", "No card or paper yet"),
    "carriers_since": Words("{at} 起", "since {at}"),
    "carriers_used": Words("最近使用 {at}", "last used {at}"),
    "carriers_unused": Words("尚未使用", "not used yet"),
    "carriers_end": Words("停用", "End it"),
    "carriers_end_ask": Words("停用后立即不能再用。", "It is dead at once."),
    "carriers_end_sure": Words("确认停用", "End it now"),
    "carriers_ended": Words("已停用", "It was ended"),
    "carriers_ended_next": Words("纸张请当面收回或撕毁", "Keep the paper, or tear it up before the person"),
    "carriers_again": Words("再打印一次", "Print again"),
    "carriers_done": Words("办完，下一位", "Done: the next person"),
    "carrier_card": Words("绑定证件", "Bind a card"),
    "carrier_card_text": Words(
        "绑定后可直接刷卡就医；动用个人账户时还须输入六位口令。",
        "It is read in place of a code; the personal account asks for the six-digit password as well.",
    ),
    "carrier_identity_card": Words("居民身份证（就是刚才核对的这张）", "The ID card (the one just compared)"),
    "carrier_social_security_card": Words("社会保障卡", "Social-security card"),
    "carrier_card_number": Words("社保卡卡号", "Number of the social-security card"),
    "carrier_bind": Words("绑定", "Bind"),
    "carrier_bound": Words("已绑定", "It is bound"),
    "carrier_bound_next": Words("本人可凭此卡就医；丢失请挂失", "They can use it for care; if lost, report it"),
    "carrier_paper": Words("打印纸质码", "Print a code"),
    "carrier_paper_text": Words(
        "新打印的纸质码使用后，旧的立即停用。", "Once a new one is printed, the earlier one is dead at once."
    ),
    "carrier_where": Words("在哪里可以用", "Where it holds"),
    "carrier_here": Words("仅本机构", "This institution alone"),
    "carrier_named": Words("以下机构", "These institutions"),
    "carrier_named_codes": Words("机构代码（空格隔开，最多 20 个）", "Institution codes, by spaces, at most 20"),
    "carrier_area": Words("参保地全部定点机构", "All institutions of the insured area"),
    "carrier_for": Words("用途", "For"),
    "carrier_everything": Words("看病和买药", "Care and drugs"),
    "carrier_hospital": Words("只看病", "Care alone"),
    "carrier_pharmacy": Words("只在药店买药", "Pharmacies alone"),
    "carrier_day_limit": Words(
        "每天医保最多支付（元，不超过 {most}）", "Most insurance pays a day (yuan, up to {most})"
    ),
    "carrier_uses": Words("每天最多使用（次，不超过 {most}）", "Most uses a day (up to {most})"),
    "carrier_days": Words("有效天数（不超过 {most}）", "Days it holds (up to {most})"),
    "carrier_print": Words("打印纸质码", "Print the code"),
    "carrier_second": Words("复核人员在此确认", "The approver agrees here"),
    "carrier_second_text": Words(
        "参保地要求两人办理：请复核人员输入自己的工号、密码和动态口令。",
        "The insured area asks for two: the approver enters code, password and one-time code.",
    ),
    "carrier_place_unknown": Words("没有这个机构：{what}", "There is no such institution: {what}"),
    "carrier_place_unknown_next": Words("请核对机构代码", "Check the institution code"),
    "carrier_no_area": Words("凭证没有参保地", "The credential leads to no insured area"),
    "carrier_no_area_next": Words("请选择具体机构", "Name institutions instead"),
    "paper_title": Words("医保纸质码", "Printed insurance code"),
    "paper_for": Words("持有人", "Holder"),
    "paper_where": Words("使用地点", "Holds at"),
    "paper_area": Words("{area}全部定点机构", "all institutions of {area}"),
    "paper_day": Words("每天", "A day"),
    "paper_day_text": Words(
        "最多 {uses} 次，医保支付不超过 {limit} 元", "{uses} uses, insurance pays at most {limit} yuan"
    ),
    "paper_until": Words("有效至", "Until"),
    "paper_bring": Words("使用时", "Bring"),
    "paper_bring_document": Words(
        "请带身份证原件，窗口核对本人", "the ID card: the window compares it with the person"
    ),
    "paper_bring_digits": Words("请报身份证末四位", "the last four digits of the ID card"),
    "paper_bring_password": Words("由本人输入六位口令", "the six-digit password, typed by the person"),
    "paper_number": Words("编号", "Number"),
    "paper_lost": Words(
        "丢失请立即致电 {hotline} 或到窗口停用，报编号即可。不要拍照发给他人。",
        "If lost, call {hotline} or go to a counter at once and name the number. Send nobody a picture of it.",
    ),
    "paper_size": Words("纸张", "Paper size"),
    "paper_a6": Words("小票 / A6", "Receipt / A6"),
    "paper_a4": Words("A4 大字", "A4, large"),
    "paper_print_hint": Words("用浏览器的“打印”打印本页。", "Print this page from the browser's menu."),
    "paper_back": Words("返回", "Back"),
}
