"""Published settlements, published problems and hand-computed cases come out to the fen, with the areas' own documents."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from golden import ROOT, cases_by_file, document_texts, documents
from openyibao.rooms.policies import (
    Case,
    CaseUnusableError,
    Policy,
    Split,
    document_schema,
    find_overlaps,
    label_amounts,
    read_cases,
    read_document,
    run_case,
)

_FILES = cases_by_file()
_CASES = {case.id: case for cases in _FILES.values() for case in cases}


_GOLD = (
    *("BJ-IP-RET-02", "BJ-OP-ACT-03", "BJ-ER-ACT-04", "BJ-OP-ACT-05", "BJ-OP-RES-08", "BJ-OCR-RES-A"),
    *("NI-HB-OP-01", "NI-HB-OP-REV", "NI-HB-ITEM"),
    *("MB-131", "MB-133", "MB-112", "MB-48", "MB-88", "MB-20", "MB-9", "MB-README"),
)
"""Published settlements and problems whose amounts agree with themselves."""


@pytest.fixture(scope="module")
def policies() -> list[Policy]:
    return documents()


@pytest.mark.parametrize("case", _CASES.values(), ids=_CASES)
def test_a_worked_case_comes_out_to_the_fen(policies: list[Policy], case: Case):
    assert run_case(case, policies).differences == ()


def test_all_gold_cases_are_here_under_their_names():
    assert len(_GOLD) == 17
    assert set(_GOLD) <= set(_CASES)


def test_no_case_id_is_used_in_two_files():
    assert Counter(case.id for cases in _FILES.values() for case in cases).most_common(1)[0][1] == 1


@pytest.mark.parametrize("name", document_texts())
def test_a_delivered_document_has_no_fault(name: str):
    assert isinstance(read_document(document_texts()[name]), Policy)


def test_no_two_documents_speak_for_the_same_day(policies: list[Policy]):
    assert find_overlaps(policies) == ()


def test_each_area_has_at_least_six_cases_with_its_own_document(policies: list[Policy]):
    counted = Counter(case.policy.area for case in _CASES.values())
    assert {policy.area: counted[policy.area] for policy in policies if counted[policy.area] < 6} == {}


def test_each_case_shows_its_arithmetic_or_its_origin():
    assert [case.id for case in _CASES.values() if len(case.source) < 15] == []


def test_the_published_schema_is_the_one_documents_are_read_by():
    published = msgspec.json.decode((ROOT / "docs/policy.schema.json").read_bytes())
    assert published == document_schema(), "run: openyibao policy schema > docs/policy.schema.json"


@pytest.mark.parametrize(
    ("case_id", "printed"),
    [
        ("BJ-OP-ACT-03", {"自付一": 48594, "自付二": 10435, "自费": 0}),
        ("BJ-ER-ACT-04", {"自付一": 2520, "自付二": 0, "自费": 0}),
        ("BJ-OP-ACT-05", {"自付一": 179650, "自付二": 0, "自费": 0}),
    ],
)
def test_the_slip_prints_what_the_published_slip_prints(policies: list[Policy], case_id: str, printed: dict[str, int]):
    case = _CASES[case_id]
    done = run_case(case, policies).outcome
    assert isinstance(done, Split)
    policy = next(p for p in policies if (p.area, p.insurance) == (case.policy.area, case.policy.insurance))
    assert {label.title.zh: amount for label, amount in label_amounts(policy, done)} == printed


def test_a_case_that_is_wrong_is_told_with_both_amounts(policies: list[Policy]):
    wrong = msgspec.structs.replace(_CASES["BJ-OP-1"], expect={"fund_total": "840.01"})
    assert run_case(wrong, policies).differences == ("fund_total is 840.00, expected 840.01 (-0.01)",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"person"', '"persons"', "unknown field `persons`"),
        ('"BJ-X"', "5", "Expected `str`"),
        ('"outpatient"', '"outpatients"', "Invalid enum value"),
    ],
)
def test_a_case_file_that_is_wrong_is_told_where(old: str, new: str, said: str):
    text = (
        '[{"id": "BJ-X", "source": "s", "policy": {"area": "110100", "insurance": "employee", "on": "2025-06-03"}, '
        '"person": {"category": "employee"}, "visit": {"kind": "outpatient", "level": "tertiary"}, '
        '"bill": {"fee_total": "1.00", "in_policy": "1.00"}, "expect": {"fund_total": "0.00"}}]'
    )
    assert len(read_cases(text)) == 1
    with pytest.raises(CaseUnusableError, match=said):
        read_cases(text.replace(old, new))


def test_negative_sums_are_the_reversal_of_a_settlement(policies: list[Policy]):
    case = _CASES["BJ-HAND-IP-SECOND"]
    names = ("fee_total", "excluded", "over_limit", "first_share", "in_policy")
    bill = {name: f"-{getattr(case.bill, name)}" for name in names if getattr(case.bill, name) != "0.00"}
    back = msgspec.structs.replace(
        case,
        bill=msgspec.structs.replace(case.bill, **bill),
        expect={name: f"-{amount}" for name, amount in case.expect.items()},
    )
    assert run_case(back, policies).differences == ()
