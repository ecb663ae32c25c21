"""Policies, persons and bills for the tests of this room; the invented area uses every construct of the document."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from openyibao.rooms.catalogue import PaymentClass
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.institutions import InstitutionLevel
from openyibao.rooms.people import InsuranceType, PersonCategory
from openyibao.rooms.policies import (
    AccountUse,
    BillLine,
    PersonFacts,
    Policy,
    Remote,
    Split,
    VisitFacts,
    read_document,
    split,
)

BEIJING_TEXT = (Path(__file__).parents[3] / "policies/beijing/employee-2025.yaml").read_text(encoding="utf-8")

INVENTED_TEXT = """\
policy: invented-employee
title: {zh: 虚构统筹区, en: an invented area}
area: 990100
insurance: employee
valid_from: 2025-07-01
valid_until: 2026-06-30
confidence: illustrative
categories: [employee, retired]
policy_year: 07-01
rounding: segment
sources: {made: {title: 虚构文件, where: nowhere, as_of: 2026-11}}
accumulators:
  spending_fen: {zh: 累计, en: spending}
  deductible_fen: {zh: 起付累计, en: deductible}
  pooled_fen: {zh: 统筹, en: pooled}
  large_fen: {zh: 大额, en: large sum}
  burden_fen: {zh: 负担, en: burden}
  aid_fen: {zh: 救助, en: aid}
account: {pays: [own_share, first_share, over_limit]}
benefits:
  - id: all
    title: {zh: 全部, en: all}
    kinds: [outpatient, inpatient]
    counts: year
    accumulates: {in_policy: spending_fen, deductible: deductible_fen}
    deductible:
      per: year
      cite: {source: made, article: 第一条}
      rows: [{when: {level: [community]}, amounts: [50]}, {amounts: [200]}]
    layers:
      - id: civil
        title: {zh: 公务员补助, en: civil-servant subsidy}
        fund: civil_servant
        pays: share
        when: {group: [civil_servant]}
        cite: {source: made}
        ratios: [{segments: [{ratio: 7.77%}]}]
        thresholds: [{amounts: [120.55]}]
      - id: pooled
        title: {zh: 统筹基金, en: pooled fund}
        fund: pooled_fund
        pays: share
        cite: {source: made, article: 第二条}
        ratios: [{segments: [{up_to: 400.05, ratio: 55%}, {up_to: 777.77, ratio: 66.6%}, {ratio: 75%}]}]
        adjustments: [{when: {category: [retired]}, own_share: 60%}]
        accumulator: pooled_fen
        ceiling: {per: year, of: [pooled_fen], rows: [{amounts: [300]}], cite: {source: made}}
      - id: large
        title: {zh: 大额互助, en: large sum}
        fund: large_sum
        pays: share
        after_ceiling_of: pooled
        cite: {source: made}
        ratios: [{segments: [{ratio: 80%}]}]
        accumulator: large_fen
        ceiling: {per: year, of: [pooled_fen, large_fen], rows: [{amounts: [700]}], cite: {source: made}}
      - id: employer
        title: {zh: 企业补充, en: employer's supplement}
        fund: employer_supplement
        pays: up_to
        when: {group: [employer_supplement]}
        cite: {source: made}
        thresholds: [{amounts: [100]}]
        ratios: [{segments: [{ratio: 88.88%}]}]
        ceiling: {per: visit, rows: [{amounts: [60]}], cite: {source: made}}
      - id: veteran
        title: {zh: 退役补助, en: veterans' subsidy}
        fund: disabled_veterans
        pays: points
        when: {group: [veteran]}
        cite: {source: made}
        ratios: [{segments: [{ratio: 13.3%}]}]
      - id: serious
        title: {zh: 大病, en: serious illness}
        fund: serious_illness
        pays: share
        base: own_and_first_share
        counted_by: burden_fen
        cite: {source: made}
        thresholds: [{amounts: [100]}]
        ratios: [{segments: [{up_to: 200, ratio: 60%}, {ratio: 70%}]}]
      - id: aid
        title: {zh: 医疗救助, en: medical aid}
        fund: medical_aid
        pays: share
        base: own_share
        when: {group: [low_income]}
        cite: {source: made}
        ratios: [{segments: [{ratio: 33.33%}]}]
        accumulator: aid_fen
        ceiling: {per: year, of: [aid_fen], rows: [{amounts: [80]}], cite: {source: made}}
"""

EIGHTH_LAYER = """\
      - id: eighth
        title: {zh: 第八层, en: eighth layer}
        fund: other_funds
        pays: share
        base: own_share
        cite: {source: made}
        ratios: [{segments: [{ratio: 50%}]}]
"""


def read(text: str) -> Policy:
    policy = read_document(text)
    assert isinstance(policy, Policy), policy
    return policy


EVERY_TEXT = Path(__file__).with_name("every_construct.yaml").read_text(encoding="utf-8")
BEIJING, INVENTED, EVERY = read(BEIJING_TEXT), read(INVENTED_TEXT), read(EVERY_TEXT)
EVERY_ONCE = read(EVERY_TEXT.replace("rounding: segment", "rounding: bill"))


def line(number: int, amount_fen: int, payment_class: str = "a", **more: int | bool | str | None) -> BillLine:
    quantity_e4 = more.pop("quantity_e4", 10_000)
    item_code = more.pop("item_code", None) or f"X{number}"
    return BillLine(
        line_no=number,
        item_code=item_code,
        payment_class=PaymentClass(payment_class),
        amount_fen=amount_fen,
        quantity_e4=quantity_e4,
        **more,
    )


def person(category: str = "employee", groups: tuple[str, ...] = (), stopped: tuple[str, ...] = ()) -> PersonFacts:
    return PersonFacts(
        insurance_type=InsuranceType.employee,
        person_category=PersonCategory(category),
        groups=groups,
        funds_stopped=stopped,
    )


def visit(
    kind: str = "outpatient", level: str = "tertiary", admission_no: int = 1, remote: str | None = None
) -> VisitFacts:
    return VisitFacts(
        kind=EncounterKind(kind),
        level=InstitutionLevel(level),
        on=date(2025, 9, 1),
        admission_no=admission_no,
        remote=remote and Remote(remote),
    )


def settle(
    policy: Policy,
    who: PersonFacts,
    where: VisitFacts,
    lines: list[BillLine],
    so_far: dict[str, int],
    *,
    account_fen: int = 0,
    past_fen: int = 0,
    aid_fen: int = 0,
    use: AccountUse = AccountUse.own,
) -> Split:
    return split(
        policy,
        who,
        where,
        lines,
        so_far,
        account_balance_fen=account_fen,
        past_account_balance_fen=past_fen,
        aid_fen=aid_fen,
        account_use=use,
    )
