"""The words of the simulation's page, in both languages. 中文: 测算页面用语。"""

from __future__ import annotations

from openyibao.rooms.policies import word

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("政策测算", "Policy simulation"),
    "other_language": ("English", "中文"),
    "draft": ("草案", "Draft"),
    "days": ("结算日期", "Settled"),
    "to": ("至", "to"),
    "documents": ("文件", "Documents"),
    "settlements": ("结算笔数", "Settlements"),
    "changed": ("其中有变化", "of these changed"),
    "persons": ("参保人", "Persons"),
    "gaining": ("负担减轻", "Gain"),
    "losing": ("负担加重", "Lose"),
    "gained": ("减轻合计", "Gained"),
    "lost": ("加重合计", "Lost"),
    "net": ("个人负担净减", "Net gain"),
    "per_person": ("人均", "Each"),
    "fund_cost": ("基金支出变化", "Cost to the funds"),
    "person_cost": ("个人负担变化", "Borne by persons"),
    "before": ("原政策", "Before"),
    "after": ("草案", "Draft"),
    "difference": ("差额", "Difference"),
    "payer": ("支付方", "Payer"),
    "group": ("分组", "Group"),
    "fund_before": ("基金支出 (原)", "Funds before"),
    "fund_after": ("基金支出 (草案)", "Funds, draft"),
    "by_fund": ("谁来支付", "Who pays"),
    "person_category": ("按人员类别", "By person category"),
    "level": ("按机构级别", "By institution level"),
    "age_band": ("按年龄", "By age"),
    "kind": ("按医疗类别", "By kind of visit"),
    "largest": ("变化最大的结算", "The largest changes"),
    "largest_none": ("没有任何一笔结算的个人负担发生变化。", "No settlement changes what its person bears."),
    "steps": ("计算步骤", "Steps"),
    "no_steps": ("原政策文档已不在库中，无法说明。", "The policy it was settled under is not stored any more."),
    "refused": ("草案下不予支付：", "The draft gives no benefit: "),
    "yuan": ("单位：元", "Amounts in yuan"),
    "legend_gain": ("个人负担减轻", "persons bear less"),
    "legend_lose": ("个人负担加重", "persons bear more"),
    "how": ("怎样读", "How to read this"),
    "as_if": (
        "这些日期的结算按草案视同已生效重新计算，不论草案自身的有效期。",
        "The settlements of these days are computed as if the draft had been in force, whatever its own valid days are.",
    ),
    "from_first": (
        "自 {first_on} 起的结算按每人发生顺序一并重算，以草案自身形成起付线、封顶线累计和个人账户余额；{from_on} 之前的只用于累计，不计入结果。",
        "Settlements from {first_on} on are run person by person in their order, so that deductibles, ceilings and personal accounts stand as the draft would have left them; those before {from_on} only build these and are not counted.",
    ),
    "same_care": (
        "测算假定就医行为不变：同样的人、同样的就诊、同样的费用。",
        "Nobody is assumed to behave otherwise: the same people, visits and bills.",
    ),
    "masked": (
        "本页不含姓名、证件号码、机构和结算编号；小分组仍可能暴露个人情况，请勿公开。",
        "There is no name, document number, institution or settlement number here. Small groups may still tell of somebody: not for publication.",
    ),
    "left_reversed": ("笔已撤销，不计", "reversed, not counted"),
    "left_category": ("笔人员类别不在草案范围，不计", "of a category the draft is not for, not counted"),
    "left_kind": ("笔医疗类别不在草案范围，不计", "of a kind of visit the draft says nothing of, not counted"),
    "left_catalogue_missing": ("笔目录行缺失，不计", "with a catalogue row gone, not counted"),
    "refused_disease_not_listed": ("病种不在草案目录", "the disease is not on its list"),
    "refused_filing_needed": ("缺少备案", "a filing is lacking"),
    "refused_not_your_designated_institution": ("非选定机构", "not the person's own institution"),
    "refused_prescription_needed": ("缺少处方", "a prescription is lacking"),
    "refused_count": ("笔草案下不予支付的结算", "settlements for which the draft gives no benefit"),
    "nothing": (
        "没有符合条件的结算：这些日期内，该统筹区 {area}、该险种没有可测算的结算。",
        "Nothing matches: area {area} has no settlement of this insurance on these days that could be run again.",
    ),
    "insurance_employee": ("职工医保", "employees' insurance"),
    "insurance_resident": ("居民医保", "residents' insurance"),
    "insurance_veteran_cadre": ("离休人员", "veteran cadres"),
    "insurance_maternity": ("生育保险", "maternity insurance"),
    "unknown": ("不详", "unknown"),
    "civil_servant": ("公务员补助", "civil-servant subsidy"),
    "large_sum": ("大额互助", "large sum"),
    "serious_illness": ("大病保险", "serious illness"),
    "institution_borne": ("医疗机构负担", "the institution"),
    "fee_total": ("医疗费总额", "fee total"),
}


def said(name: str, language: str) -> str:
    """A word of the page, else of the policy language, in ``zh`` or ``en``."""
    pair = _WORDS.get(name)
    if pair is None:
        return word(name, language)
    return pair[1] if language == "en" else pair[0]
