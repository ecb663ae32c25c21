"""The words of a document's own terms in both languages, for tables and differences. 中文: 用语。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.kit.money import yuan_text
from openyibao.rooms.policies.conditions import FLAG_FACETS, SPAN_FACETS, Span, When, Words
from openyibao.rooms.policies.line_words import per_cent_text

_PAIRS: dict[str, tuple[str, str]] = {
    "outpatient": ("门诊", "outpatient"),
    "emergency": ("急诊", "emergency"),
    "inpatient": ("住院", "inpatient"),
    "day_surgery": ("日间手术", "day surgery"),
    "pharmacy": ("药店购药", "pharmacy"),
    "chronic": ("门诊慢性病", "chronic disease"),
    "special": ("门诊特殊病", "special disease"),
    "maternity_outpatient": ("产前检查", "antenatal care"),
    "maternity_inpatient": ("住院分娩", "childbirth"),
    "home_bed": ("家庭病床", "home bed"),
    "community": ("社区/基层", "community"),
    "primary": ("一级", "primary"),
    "secondary": ("二级", "secondary"),
    "tertiary": ("三级", "tertiary"),
    "ministry": ("省部属", "ministry"),
    "employee": ("在职", "employee"),
    "retired": ("退休", "retired"),
    "resident_adult": ("成年居民", "adult resident"),
    "resident_elder": ("老年居民", "elder resident"),
    "resident_student": ("学生", "student"),
    "resident_child": ("儿童", "child"),
    "newborn": ("新生儿", "newborn"),
    "resident": ("居民", "resident"),
    "veteran_cadre": ("离休", "veteran cadre"),
    "maternity": ("生育", "maternity"),
    "civil_servant": ("公务员", "civil servant"),
    "veteran": ("退役军人", "veteran"),
    "military_retired": ("军休干部", "retired military"),
    "revolutionary_injured": ("伤残军人", "injured in service"),
    "employer_supplement": ("单位补充", "employer's supplement"),
    "low_income": ("低保", "low income"),
    "destitute": ("特困", "destitute"),
    "full_scope": ("范围内全额", "paid in full"),
    "local": ("本地", "local"),
    "long_term": ("异地长期", "long-term elsewhere"),
    "transfer": ("异地转诊", "transferred elsewhere"),
    "temporary": ("异地临时", "temporarily elsewhere"),
    "unfiled": ("异地未备案", "elsewhere, not filed"),
    "own": ("本院处方", "own prescription"),
    "external": ("外配处方", "outside prescription"),
    "none": ("无处方", "no prescription"),
    "hospital": ("医院", "hospital"),
    "dual_channel": ("双通道药店", "dual-channel pharmacy"),
    "in_policy": ("政策范围内", "in-policy"),
    "own_share": ("个人自付", "own share"),
    "above_deductible": ("起付线以上自付", "own share above the deductible"),
    "first_share": ("先行自付", "first share"),
    "over_limit": ("超限价", "over-limit"),
    "excluded": ("自费", "excluded"),
    "deductible": ("起付线", "deductible"),
    "year": ("年度", "a year"),
    "visit": ("每次", "a visit"),
    "month": ("每月", "a month"),
    "disease": ("每病种", "a disease"),
    "share": ("按比例", "its share"),
    "points": ("叠加", "on top"),
    "up_to": ("补足到", "up to"),
    "verified": ("已核", "verified"),
    "illustrative": ("示例参数", "illustrative"),
    "current": ("当年账户", "current pot"),
    "past": ("历年账户", "past pot"),
    "before_deductible": ("起付前", "before the deductible"),
    "after_funds": ("基金之后", "after the funds"),
    "segment": ("逐段四舍五入到分", "half up to the fen, each segment"),
    "bill": ("整单四舍五入到分", "half up to the fen, once a bill"),
    "admission": ("入院日", "admission"),
    "discharge": ("出院日", "discharge"),
    "line": ("费用日", "the line's day"),
    "year_end": ("跨年分段", "split at the year's end"),
    "person": ("个人", "the person"),
    "institution": ("医疗机构", "the institution"),
    "covered": ("按类别支付", "by its class"),
    "pooled_fund": ("统筹基金", "pooled fund"),
    "large_sum": ("大额", "large sum"),
    "serious_illness": ("大病", "serious illness"),
    "disabled_veterans": ("伤残人员", "disabled veterans"),
    "medical_aid": ("医疗救助", "medical aid"),
    "other_funds": ("其他基金", "other funds"),
    "fee_total": ("医疗费总额", "fee total"),
    "fund_total": ("基金支付总额", "fund total"),
    "person_total": ("个人负担", "person total"),
    "institution_borne": ("医疗机构负担", "borne by the institution"),
    "personal_account": ("个人账户", "personal account"),
    "past_account": ("历年账户", "past pot"),
    "cash": ("个人现金", "cash"),
    "listed_disease": ("病种目录", "listed disease"),
    "filing": ("备案", "filing"),
    "designation": ("选点", "designation"),
    "prescription": ("处方", "prescription"),
}
_FACETS = {
    "age": ("{} 岁", "age {}"),
    "admission": ("第 {} 次住院", "stay {}"),
    "years_running": ("连续参保 {} 年", "{} years insured"),
    "filed": ("已备案", "filed"),
    "designated": ("本人选点", "own institution"),
}


def in_language(words: Words, language: str) -> str:
    """A name in one language."""
    return words.en if language == "en" else words.zh


def word(name: str, language: str, more: Mapping[str, Words] | None = None) -> str:
    """A term of the format in one language; names of the document's own come from ``more``, others stand as they are."""
    if more and name in more:
        return in_language(more[name], language)
    zh, en = _PAIRS.get(str(name), (str(name), str(name)))
    return en if language == "en" else zh


def span_text(span: Span, language: str) -> str:
    """``18–59``, ``60 起`` or ``60+``."""
    if span.below is None:
        return f"{span.from_}+" if language == "en" else f"{span.from_} 起"
    return f"{span.from_}–{span.below - 1}" if span.below - 1 > span.from_ else f"{span.from_}"


def when_text(when: When, language: str, more: Mapping[str, Words] | None = None) -> str:
    """Whom a row is for; empty for everybody."""
    index = 1 if language == "en" else 0
    said = []
    for facet in when.__struct_fields__:
        value = getattr(when, facet)
        if value in ((), None):
            continue
        if facet in SPAN_FACETS:
            said.append(_FACETS[facet][index].format(span_text(value, language)))
        elif facet in FLAG_FACETS:
            negation = ("", "")[index] if value else ("非", "not ")[index]
            said.append(negation + _FACETS[facet][index])
        else:
            said.append("/".join(word(name, language, more) for name in value))
    return (", " if language == "en" else "，").join(said)


def ratio_text(ratio_bp: int) -> str:
    """``85%``."""
    return per_cent_text(ratio_bp)


def sum_text(amount_fen: int) -> str:
    """Yuan, without the fen where there are none."""
    return yuan_text(amount_fen).removesuffix(".00")
