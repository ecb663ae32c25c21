"""A bad document is told where it is wrong, on which line, and what was expected; it is never half read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_samples import BEIJING, EIGHTH_LAYER, INVENTED_TEXT

from openyibao.rooms.people import InsuranceType
from openyibao.rooms.policies import Confidence, DocumentFault, Policy, document_schema, read_document

_POOLED = "benefits[0].layers[1]"
_BAD = [
    ("policy: invented-employee", "policy: X Y", "policy", "expected a name in lower case letters, found 'X Y'"),
    ("area: 990100", "area: 9901", "area", "expected a six-digit area code, found '9901'"),
    ("valid_until: 2026-06-30", "valid_until: 2025-06-30", "valid_until", "expected a day not before valid_from"),
    (
        "valid_until: 2026-06-30",
        "valid_until: 2026-06-31",
        "valid_until",
        "expected a date such as 2025-01-01, found '2026-06-31'",
    ),
    (
        "policy_year: 07-01",
        "policy_year: 02-29",
        "policy_year",
        "expected a month and day such as 01-01, found '02-29'",
    ),
    (
        "confidence: illustrative",
        "confidence: sure",
        "confidence",
        "expected one of verified, illustrative, found 'sure'",
    ),
    ("rounding: segment", "rounding: line", "rounding", "expected one of segment, bill, found 'line'"),
    ("rounding: segment", "roundin: segment", "roundin", "unknown key, expected one of policy, title, area"),
    ("rounding: segment\n", "", "", "expected the key rounding"),
    ("area: 990100", "area: 990100\narea: 990100", "area", "this key is given twice"),
    (
        "[employee, retired]",
        "[employee, pensioner]",
        "categories[1]",
        "expected one of employee, retired, resident_adult",
    ),
    ("[employee, retired]", "[]", "categories", "expected a list with at least one entry"),
    ("title: {zh: 虚构统筹区, en: an invented area}", "title: text", "title", "expected a mapping of zh, en"),
    (
        "pays: [own_share, first_share, over_limit]",
        "pays: [cash]",
        "account.pays[0]",
        "expected one of own_share, first_share",
    ),
    (
        "amounts: [50]",
        "amounts: [50.005]",
        "benefits[0].deductible.rows[0].amounts[0]",
        "expected yuan with at most two decimals, found '50.005'",
    ),
    (
        "amounts: [50]",
        "amounts: [-50]",
        "benefits[0].deductible.rows[0].amounts[0]",
        "expected yuan with at most two decimals, found '-50'",
    ),
    (
        "ratio: 75%",
        "ratio: 175%",
        f"{_POOLED}.ratios[0].segments[2].ratio",
        "expected a ratio from 0% to 100%, found '175%'",
    ),
    (
        "ratio: 75%",
        "ratio: 0.75",
        f"{_POOLED}.ratios[0].segments[2].ratio",
        "expected a ratio from 0% to 100%, found '0.75'",
    ),
    (
        "{ratio: 75%}",
        "{up_to: 999, ratio: 75%}",
        f"{_POOLED}.ratios[0].segments[2]",
        "expected up_to in all segments but the last",
    ),
    (
        "up_to: 777.77",
        "up_to: 400.05",
        f"{_POOLED}.ratios[0].segments[1].up_to",
        "nobody reaches this segment: it ends where it begins",
    ),
    (
        "up_to: 400.05",
        "up_to: 50",
        f"{_POOLED}.ratios[0].segments[0].up_to",
        "nobody reaches this segment: it ends where it begins",
    ),
    (
        "{amounts: [200]}",
        "{when: {level: [community]}, amounts: [200]}",
        "benefits[0].deductible.rows[1]",
        "nobody reaches this row: earlier rows take them all",
    ),
    (
        "{amounts: [200]}",
        "{when: {category: [retired]}, amounts: [200]}",
        "benefits[0].deductible.rows",
        "expected a row for outpatient, primary, employee",
    ),
    (
        "own_share: 60%}]\n        accumulator",
        "own_share: 60.01%}]\n        accumulator",
        f"{_POOLED}.adjustments",
        "expected whole basis points after it",
    ),
    (
        "fund: pooled_fund\n        pays: share",
        "fund: pooled_fund\n        pays: share\n        when: {level: [ministry], kind: [special]}",
        f"{_POOLED}.when",
        "nobody of this benefit is meant",
    ),
    (
        "        accumulator: pooled_fen",
        "        accumulator: pool",
        f"{_POOLED}.accumulator",
        "expected the name of an accumulator of this document, ending in _fen",
    ),
    (
        "        accumulator: large_fen",
        "        accumulator: pooled_fen",
        "benefits[0].layers[2].accumulator",
        "this accumulator already counts something else",
    ),
    (
        "of: [pooled_fen], ",
        "of: [aid_fen], ",
        f"{_POOLED}.ceiling",
        "expected `of` to name this layer's own accumulator",
    ),
    (
        "after_ceiling_of: pooled",
        "after_ceiling_of: employer",
        "benefits[0].layers[2].after_ceiling_of",
        "expected an earlier layer with a ceiling",
    ),
    ("id: veteran", "id: pooled", "benefits[0].layers[4].id", "this id is taken by an earlier layer"),
    (
        "pays: share\n        base: own_share",
        "pays: up_to\n        base: own_share",
        "benefits[0].layers[6].base",
        "a layer on the own share can only pay share or points",
    ),
    (
        "pays: points",
        "pays: points\n        counted_by: aid_fen",
        "benefits[0].layers[4].counted_by",
        "only a layer on the own share is counted so",
    ),
    (
        "cite: {source: made, article: 第二条}",
        "cite: {source: hearsay}",
        f"{_POOLED}.cite.source",
        "expected one of the sources made",
    ),
    (
        "accumulates: {in_policy: spending_fen, ",
        "accumulates: {",
        "benefits[0].counts",
        "expected accumulates.in_policy, to count a year by",
    ),
    (
        "kinds: [outpatient, inpatient]",
        "kinds: [outpatient, outpatients]",
        "benefits[0].kinds[1]",
        "expected one of outpatient, emergency",
    ),
]


def faults_of(text: str) -> tuple[DocumentFault, ...]:
    found = read_document(text)
    assert isinstance(found, tuple), "the document was taken"
    return found


@pytest.mark.parametrize(("old", "new", "path", "expected"), _BAD)
def test_a_bad_document_is_told_its_path_and_what_was_expected(old: str, new: str, path: str, expected: str):
    assert INVENTED_TEXT.count(old) >= 1
    text = INVENTED_TEXT.replace(old, new, 1)
    found = {fault.path: fault for fault in faults_of(text)}
    assert path in found, found
    assert found[path].en.startswith(expected)
    assert found[path].zh


def test_a_fault_names_the_line_of_the_text():
    lines = INVENTED_TEXT.splitlines()
    number = next(n for n, text in enumerate(lines, 1) if "66.6%" in text)
    fault = faults_of(INVENTED_TEXT.replace("66.6%", "166.6%"))
    assert [each.line for each in fault] == [number]


def test_all_faults_of_the_shape_are_told_at_once_in_the_order_of_the_lines():
    text = INVENTED_TEXT.replace("area: 990100", "area: x").replace("75%", "75").replace("07-01\n", "13-01\n")
    assert [fault.path for fault in faults_of(text)] == [
        "area",
        "valid_from",
        "policy_year",
        f"{_POOLED}.ratios[0].segments[2].ratio",
    ]


def test_shares_above_the_whole_together_are_found():
    bad = INVENTED_TEXT.replace("        when: {group: [civil_servant]}\n", "").replace("ratio: 7.77%", "ratio: 30%")
    assert [(fault.path, fault.en) for fault in faults_of(bad)] == [
        ("benefits[0].layers", "the shares for outpatient, community, employee are above 100% together")
    ]


def test_one_kind_in_two_benefits_is_found():
    second = INVENTED_TEXT[INVENTED_TEXT.index("  - id: all") :].replace("id: all", "id: again")
    found = {fault.path: fault.en for fault in faults_of(INVENTED_TEXT + second)}
    assert found["benefits[1].kinds"] == "inpatient, outpatient stands in an earlier benefit too"


@pytest.mark.parametrize(
    ("text", "line"),
    [("", 1), ("a: [1\nb: 2", 2), ("\0", 1), ("- 1", 1), ("a: &x [*x]", 1), ("[" * 3000, 3000)],
)
def test_what_is_no_document_at_all_is_a_fault_and_no_exception(text: str, line: int):
    assert all(1 <= fault.line <= max(line, 1) for fault in faults_of(text))


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(INVENTED_TEXT.splitlines()) - 1), st.sampled_from(("", "x", "  - {}", "when: 5", "[[", "? y"))
)
def test_no_damage_to_one_line_raises(number: int, instead: str):
    lines = INVENTED_TEXT.splitlines()
    lines[number] = instead
    assert isinstance(read_document("\n".join(lines)), (Policy, tuple))


def test_beijing_states_its_sources_and_how_sure_each_parameter_is():
    assert (BEIJING.area, BEIJING.insurance, BEIJING.valid_until) == (110100, InsuranceType.employee, None)
    assert BEIJING.confidence is Confidence.verified
    assert "京医保发〔2022〕28号" in BEIJING.documents
    outpatient = BEIJING.benefit_named("outpatient")
    above = outpatient.layers[0].ratios[1].segments[1]
    assert above.cite is not None
    assert above.cite.confidence is Confidence.illustrative


def test_the_guide_teaches_what_is_read():
    guide = (Path(__file__).parents[3] / "docs/guides/policy-officer.md").read_text(encoding="utf-8")
    example, parts = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    assert isinstance(read_document(example), Policy)
    sent_to = "  - {id: class_b, title: {zh: 乙类, en: class B}}\n"
    both = example.replace("account: {pays: [own_share, first_share]}\n", "") + sent_to + parts
    found = read_document(both)
    assert isinstance(found, Policy), found


def test_each_key_of_the_format_stands_in_the_guide():
    guide = (Path(__file__).parents[3] / "docs/guides/policy-officer.md").read_text(encoding="utf-8")
    keys = {key for each in document_schema()["$defs"].values() for key in each["properties"]}
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", guide)) == []


def test_an_eighth_layer_is_a_good_document():
    assert isinstance(read_document(INVENTED_TEXT + EIGHTH_LAYER), Policy)


def test_aliases_that_unfold_without_end_are_a_fault():
    bomb = "x: &a0 [{amounts: [1]}]\n" + "".join(
        f"x{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 60)}]\n" for n in range(1, 4)
    )
    rows = ", ".join(["&r {amounts: [1, 1, 1, 1]}"] + ["*r"] * 300)
    layers = f"deductible: {{per: visit, cite: {{source: s}}, rows: [{rows}]}}"
    text = f"benefits: [&b {{id: a, {layers}}}, {', '.join(['*b'] * 300)}]\n"
    for each in (bomb, text):
        assert faults_of(each)
    assert faults_of(text)[0].en == "the document unfolds to too many parts"
