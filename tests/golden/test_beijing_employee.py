"""Beijing's employees: published settlements and hand-computed cases, to the fen, with the area's own document."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import Case, differences, read_cases, run

from openyibao.rooms.policies import Policy, label_amounts, read_document

_ROOT = Path(__file__).parents[2]
_CASES = {case.id: case for case in read_cases(Path(__file__).with_name("beijing-employee.json"))}


@pytest.fixture(scope="module")
def beijing() -> Policy:
    policy = read_document((_ROOT / "policies/beijing/employee-2025.yaml").read_text(encoding="utf-8"))
    assert isinstance(policy, Policy), policy
    return policy


@pytest.mark.parametrize("case", _CASES.values(), ids=_CASES)
def test_a_worked_case_comes_out_to_the_fen(beijing: Policy, case: Case):
    assert (case.policy.area, case.policy.insurance) == (beijing.area, beijing.insurance)
    assert case.policy.on >= beijing.valid_from
    assert list(differences(beijing, case)) == []


def test_the_gold_cases_of_beijing_employees_are_all_here():
    assert {"BJ-IP-RET-02", "BJ-OP-ACT-03", "BJ-ER-ACT-04", "BJ-OP-ACT-05"} <= set(_CASES)


@pytest.mark.parametrize(
    ("case_id", "printed"),
    [
        ("BJ-OP-ACT-03", {"自付一": 48594, "自付二": 10435, "自费": 0}),
        ("BJ-ER-ACT-04", {"自付一": 2520, "自付二": 0, "自费": 0}),
        ("BJ-OP-ACT-05", {"自付一": 179650, "自付二": 0, "自费": 0}),
    ],
)
def test_the_slip_prints_what_the_published_slip_prints(beijing: Policy, case_id: str, printed: dict[str, int]):
    done = run(beijing, _CASES[case_id])
    assert {label.title.zh: amount for label, amount in label_amounts(beijing, done)} == printed


def test_a_case_that_is_wrong_is_told_with_both_amounts(beijing: Policy):
    case = _CASES["BJ-OP-1"]
    wrong = Case(case.id, case.source, case.policy, case.person, case.visit, case.bill, {"fund_total": "840.01"})
    assert list(differences(beijing, wrong)) == ["BJ-OP-1: fund_total is 840.00, expected 840.01"]
