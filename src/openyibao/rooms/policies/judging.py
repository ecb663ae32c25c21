"""Whether a benefit is given at all: what it needs and the visit lacks is a refusal. 中文: 待遇适用条件的判定。"""

from __future__ import annotations

from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.filings import FILING_NEEDED, NOT_YOUR_INSTITUTION
from openyibao.rooms.policies.plan import plan_for
from openyibao.rooms.policies.records import PersonFacts, PrescriptionKind, VisitFacts
from openyibao.rooms.policies.terms import Need, Policy

DISEASE_NOT_LISTED = reason(
    "disease_not_listed",
    zh="病种 {disease} 不在该待遇的病种目录内",
    en="Disease {disease} is not on the list of this benefit",
    next_zh="请核对病种编码, 或按普通门诊结算",
    next_en="Check the disease code, or settle as an ordinary visit",
)
PRESCRIPTION_NEEDED = reason(
    "prescription_needed",
    zh="该待遇需要有效处方",
    en="This benefit needs a prescription",
    next_zh="请提供定点医疗机构的处方, 或使用个人账户购买",
    next_en="Bring a prescription, or pay from the personal account",
)


def judge_visit(
    policy: Policy, person: PersonFacts, visit: VisitFacts, *, area_needs: frozenset[Need] = frozenset()
) -> Refused | None:
    """What the visit's benefit needs and the visit lacks; ``area_needs`` are asked whatever the document says.

    Reasons in order: disease_not_listed · filing_needed · not_your_designated_institution · prescription_needed. Raises
    LookupError for an encounter kind outside ``policy.encounter_kinds``.
    """
    benefit = plan_for(policy, person, visit).benefit
    needs, disease = area_needs.union(benefit.needs), visit.disease_code or ""
    if not needs:
        return None
    # A document without a list takes any disease, whatever the area asks.
    if Need.listed_disease in needs and benefit.diseases and disease not in benefit.diseases:
        return Refused(DISEASE_NOT_LISTED, {"disease": disease or None})
    if Need.filing in needs and disease not in visit.filed:
        return Refused(FILING_NEEDED, {"disease": disease or None})
    if Need.designation in needs and not visit.designated:
        return Refused(NOT_YOUR_INSTITUTION)
    if Need.prescription in needs and visit.prescription in {None, PrescriptionKind.none}:
        return Refused(PRESCRIPTION_NEEDED)
    return None
