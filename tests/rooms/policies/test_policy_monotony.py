"""More bill, more deductible or a lower ratio never leave less to the person; splitting a bill in two seldom pays.

Where a policy itself makes splitting pay (a ceiling per visit, a segment with a lower ratio above it), the delivered
document is named in a list here.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_samples import EVERY, EVERY_ONCE, INVENTED_TEXT, line, person, read, settle, visit

from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.people import PersonCategory
from openyibao.rooms.policies import PersonFacts, Policy, VisitFacts, read_document

_DOCUMENTS = sorted((Path(__file__).parents[3] / "policies").rglob("*.yaml"))
_KINDS = ("emergency", "pharmacy", "chronic", "day_surgery", "maternity_outpatient", "maternity_inpatient")
_AMOUNTS = st.integers(0, 2_000) | st.integers(0, 1_500_000)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from((EVERY, EVERY_ONCE)),
    st.sampled_from(_KINDS),
    st.sampled_from(("", "K80", "M03900")),
    st.lists(st.tuples(_AMOUNTS, st.sampled_from("aabbc")), max_size=4),
    st.integers(1, 500),
    st.sampled_from("aabbc"),
)
def test_a_longer_bill_never_leaves_less_to_the_person_in_any_kind(
    policy: Policy, kind: str, disease: str, rows: list[tuple[int, str]], more_fen: int, payment_class: str
):
    where = msgspec.structs.replace(visit(kind), disease_code=disease, filed=(disease,))
    lines = [line(n, amount, each, first_share_bp=1_000) for n, (amount, each) in enumerate(rows, 1)]
    longer = [*lines, line(9, more_fen, payment_class, first_share_bp=1_000)]
    less, more = (settle(policy, person(), where, bill, {}) for bill in (lines, longer))
    assert less.person_total_fen <= more.person_total_fen
    assert less.institution_borne_fen <= more.institution_borne_fen


def _with(ratio: str, deductible: str) -> Policy:
    text = INVENTED_TEXT.replace("{up_to: 400.05, ratio: 55%}", f"{{up_to: 400.05, ratio: {ratio}}}")
    return read(text.replace("{amounts: [200]}", f"{{amounts: [{deductible}]}}"))


_BY_RATIO = [_with(ratio, "200") for ratio in ("50%", "55%", "60%", "66.6%")]
_BY_DEDUCTIBLE = [_with("55%", deductible) for deductible in ("60", "120.55", "200", "300")]
_MOVED_FEN = 6
"""A ratio or deductible moves the points where segments begin and ceilings are met: each part may round a fen otherwise."""
_PLAIN = (
    INVENTED_TEXT[: INVENTED_TEXT.index("      - id: civil")]
    + """\
      - id: pooled
        title: {zh: 统筹基金, en: pooled fund}
        fund: pooled_fund
        pays: share
        cite: {source: made}
        ratios: [{segments: [{ratio: RATIO}]}]
"""
)


@settings(max_examples=200, deadline=None)
@given(_AMOUNTS)
def test_with_one_layer_neither_ratio_nor_deductible_moves_a_fen_the_wrong_way(amount_fen: int):
    ratios = [read(_PLAIN.replace("RATIO", f"{ratio}%")) for ratio in (0, 33, 34, 66.6, 100)]
    deductibles = [
        read(_PLAIN.replace("RATIO", "66.6%").replace("[200]", f"[{d}]")) for d in (200, 200.01, 217.77, 300)
    ]
    paid = [settle(policy, person(), visit(), [line(1, amount_fen)], {}).person_total_fen for policy in ratios]
    assert paid == sorted(paid, reverse=True)
    paid = [settle(policy, person(), visit(), [line(1, amount_fen)], {}).person_total_fen for policy in deductibles]
    assert paid == sorted(paid)


_PERSONS = st.builds(
    person,
    st.sampled_from(("employee", "retired")),
    st.lists(st.sampled_from(("veteran", "low_income", "employer_supplement")), unique=True).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(_PERSONS, _AMOUNTS)
def test_a_higher_ratio_never_leaves_more_to_the_person(who: PersonFacts, amount_fen: int):
    paid = [settle(policy, who, visit(), [line(1, amount_fen)], {}).person_total_fen for policy in _BY_RATIO]
    assert all(higher <= lower + _MOVED_FEN for lower, higher in pairwise(paid))


@settings(max_examples=200, deadline=None)
@given(_PERSONS, _AMOUNTS)
def test_a_higher_deductible_never_leaves_less_to_the_person(who: PersonFacts, amount_fen: int):
    # A supplement that begins below the deductible pays there in place of funds whose ceilings then last longer: with
    # it a higher deductible may help, by the policy's own rules.
    who = msgspec.structs.replace(who, groups=tuple(group for group in who.groups if group != "employer_supplement"))
    paid = [settle(policy, who, visit(), [line(1, amount_fen)], {}).person_total_fen for policy in _BY_DEDUCTIBLE]
    assert all(lower <= higher + _MOVED_FEN for lower, higher in pairwise(paid))


# ── one bill or two on the same day ─────────────────────────────────────────────────────────────────────────────────

_ROUNDED_FEN = 12
"""Two bills round twice in each segment and layer: what a split may gain by rounding alone."""

_SMALL_FIRST = "a stay below the first deductible makes the next one a second admission, with half of it"
_LATER_STAYS_PAY_LESS = (
    *("changsha/employee-2025", "changsha/resident-2025", "guangdong/resident-2025", "shenzhen/employee-2025"),
    *("shenzhen/resident-2025", "xiangtan/employee-2025", "xiangtan/resident-2025", "yongzhou/employee-2025"),
    *("yongzhou/resident-2025", "zhuzhou/employee-2025", "zhuzhou/resident-2025"),
)
_DAY_AS_VISIT = "the limit is one a day; the format has none, so the document holds it per visit"
_SPLITTING_PAYS: dict[str, str] = {
    # document · kind: why the policy itself makes two visits cheaper than one
    **{f"{name} {kind}": _SMALL_FIRST for name in _LATER_STAYS_PAY_LESS for kind in ("inpatient", "day_surgery")},
    "guangdong/resident-2025 outpatient": _DAY_AS_VISIT,
    "guangdong/resident-2025 emergency": _DAY_AS_VISIT,
    "beijing/employee-2025 inpatient": _SMALL_FIRST,
    "beijing/resident-2025 inpatient": _SMALL_FIRST,
    "beijing/resident-2025 day_surgery": _SMALL_FIRST,
    "wuhan/employee-2024 inpatient": _SMALL_FIRST,
    "wuhan/employee-2024 day_surgery": _SMALL_FIRST,
    "yantai/employee-2025 inpatient": _SMALL_FIRST,
    "yantai/employee-2025 day_surgery": _SMALL_FIRST,
    "jinan/employee-2025 inpatient": _SMALL_FIRST,
    "jinan/employee-2025 day_surgery": _SMALL_FIRST,
    "jinan/resident-2025 inpatient": _SMALL_FIRST,
    "jinan/resident-2025 day_surgery": _SMALL_FIRST,
}


def _two_visits_fen(policy: Policy, who: PersonFacts, where: VisitFacts, first_fen: int, rest_fen: int) -> int:
    one = settle(policy, who, where, [line(1, first_fen)], {})
    second = msgspec.structs.replace(
        where, admission_no=where.admission_no + (where.kind in {"inpatient", "day_surgery"})
    )
    other = settle(policy, who, second, [line(1, rest_fen)], dict(one.accumulators_after))
    return one.person_total_fen + other.person_total_fen


def _gains(policy: Policy, kind: EncounterKind) -> list[str]:
    found = []
    for category in policy.categories:
        for level in ("community", "primary", "secondary", "tertiary", "ministry"):
            who = PersonFacts(insurance_type=policy.insurance, person_category=PersonCategory(category))
            where = visit(kind, level)
            for total_fen in (40_000, 300_000, 2_000_000, 9_000_000, 60_000_000):
                whole_fen = settle(policy, who, where, [line(1, total_fen)], {}).person_total_fen
                for first_fen in (total_fen // 2, total_fen // 10, 1_001):
                    two_fen = _two_visits_fen(policy, who, where, first_fen, total_fen - first_fen)
                    if two_fen < whole_fen - _ROUNDED_FEN:
                        found.append(f"{category}, {level}: {total_fen} in one {whole_fen}, in two {two_fen}")
    return found


@pytest.mark.parametrize("path", _DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_splitting_a_bill_pays_only_where_the_policy_is_listed_for_it(path: Path):
    policy = read_document(path.read_text(encoding="utf-8"))
    assert isinstance(policy, Policy)
    for kind in policy.encounter_kinds:
        gains = _gains(policy, kind)
        assert bool(gains) == (f"{path.parent.name}/{path.stem} {kind}" in _SPLITTING_PAYS), gains[:3]


@settings(max_examples=200, deadline=None)
@given(_PERSONS, st.integers(0, 400_000), st.integers(0, 400_000))
def test_splitting_a_bill_gains_nothing_but_rounding_where_the_year_is_counted(
    who: PersonFacts, first_fen: int, rest_fen: int
):
    policy, groups = _BY_RATIO[1], tuple(group for group in who.groups if group != "employer_supplement")
    who = msgspec.structs.replace(who, groups=groups)  # its ceiling is per visit: splitting pays by the policy
    # The deductible and the spending are counted over the year, aid and serious illness look at each burden anew.
    if "low_income" in groups:
        return
    whole_fen = settle(policy, who, visit(), [line(1, first_fen + rest_fen)], {}).person_total_fen
    assert abs(_two_visits_fen(policy, who, visit(), first_fen, rest_fen) - whole_fen) <= _ROUNDED_FEN
