"""The words of where one is insured: the areas, the one in use, transfers. 中文: 参保关系页面文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

ENROLMENT_WORDS: Mapping[str, Words] = {
    "enrolments_text": Words(
        "您在各地的参保关系。看病按“正在使用”的参保地结算。",
        "Your insurance in each area. Bills are settled by the area in use.",
    ),
    "enrolments_none": Words("没有查到参保关系", "No insurance was found"),
    "type_employee": Words("职工医保", "employees' insurance"),
    "type_resident": Words("居民医保", "residents' insurance"),
    "type_veteran_cadre": Words("离休人员医疗", "veteran cadres' care"),
    "type_other": Words("其他医保", "other insurance"),
    "enrolled_from": Words("{begins} 起", "since {begins}"),
    "enrolled_span": Words("{begins} 至 {ends}", "{begins} to {ends}"),
    "enrolled_paid": Words("已缴费至 {on}", "paid until {on}"),
    "enrolled_in_use": Words("正在使用", "in use"),
    "enrolled_use": Words("改用这个参保地", "Use this area"),
    "enrolled_used": Words("已改用这个参保地", "This area is in use now"),
    "enrolled_used_next": Words("展示的医保码会在几秒内更新", "The code you show follows within seconds"),
    "transfer_title": Words("转移到别处", "Move it elsewhere"),
    "transfer_text": Words(
        "换了工作或住处，可申请把参保关系转到新的参保地。转入地受理、转出地办理后，自生效日起在新地享受待遇；缴费年限随转，个人账户余额由原参保地按当地规定处理。",
        "With a new job or home you may ask to have it moved. Once the new agency takes it up and the old one closes it, you are "
        "insured there from the day given. Years paid move along; the account's balance is dealt with by the old agency.",
    ),
    "transfer_which": Words("转移哪一个", "Which insurance"),
    "transfer_pool": Words("转到哪个统筹区", "To which area"),
    "transfer_next": Words("下一步", "Next"),
    "transfer_agency": Words("经办机构所在地", "Which agency there"),
    "transfer_ask": Words("提交申请", "Ask for it"),
    "transfer_asked": Words("申请已提交", "It was asked for"),
    "transfer_asked_next": Words(
        "请在本页查看进度；任何一步都不用跑窗口", "See here how far it is; no step needs a visit"
    ),
    "transfer_progress": Words("转移进度", "Transfers"),
    "transfer_from_to": Words("{source} → {target}", "{source} → {target}"),
    "transfer_step_asked": Words("{at} 申请", "Asked for {at}"),
    "transfer_step_taken_up": Words("{at} 转入地已受理", "Taken up there {at}"),
    "transfer_step_done": Words("{at} 转出地已办理，{on} 起在新地享受待遇", "Closed {at}; insured there from {on}"),
    "transfer_step_waits_receiving": Words(
        "等待转入地受理（热线 {hotline}）", "Waits for the new agency (hotline {hotline})"
    ),
    "transfer_step_waits_sending": Words(
        "等待转出地办理（热线 {hotline}）", "Waits for the old agency (hotline {hotline})"
    ),
    "transfer_stopped_person": Words("{at} 您已撤回", "You withdrew it {at}"),
    "transfer_stopped_receiving": Words("{at} 转入地未予办理：{why}", "Refused by the new agency {at}: {why}"),
    "transfer_stopped_sending": Words("{at} 转出地未予办理：{why}", "Refused by the old agency {at}: {why}"),
    "transfer_withdraw": Words("撤回申请", "Withdraw it"),
    "transfer_withdrawn": Words("申请已撤回", "It was withdrawn"),
    "transfer_withdrawn_next": Words(
        "参保关系没有变化；需要时可再申请", "Nothing has changed; ask again when you need it"
    ),
    "transfer_unread": Words("没有选全", "Something is not chosen"),
    "transfer_unread_next": Words("请选择要转移的参保关系和转入地", "Choose the insurance and where it is to go"),
}
