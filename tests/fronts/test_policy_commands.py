"""What a policy officer types and reads: check, show, diff, try."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from openyibao.cli import app

ROOT = Path(__file__).parents[2]
WUHAN = ROOT / "policies/wuhan/resident-2024.yaml"
RUNNER = CliRunner(env={"COLUMNS": "200"})
CASE = {
    "id": "X-1",
    "source": "(10000 - 800) x 60 %",
    "policy": {"area": "420100", "insurance": "resident", "on": "2025-06-03"},
    "person": {"category": "resident_adult"},
    "visit": {"kind": "inpatient", "level": "tertiary"},
    "bill": {"fee_total": "10000.00", "in_policy": "10000.00"},
    "expect": {"pooled_fund": "5520.00"},
}


def ran(*arguments: str | Path) -> tuple[int, str]:
    result = RUNNER.invoke(app, ["policy", *map(str, arguments)])
    return result.exit_code, result.output


def test_the_delivered_documents_are_good():
    code, said = ran("check", ROOT / "policies", "--language", "en")
    assert code == 0
    assert said.endswith(" good, 0 bad\n")


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "应为 0% 到 100%，现为 '600%'"), ("en", "expected a ratio from 0%")]
)
def test_a_fault_is_told_with_file_line_and_what_was_expected(tmp_path: Path, language: str, words: str):
    bad = tmp_path / "bad.yaml"
    text = (
        WUHAN.read_text(encoding="utf-8")
        .replace("ratio: 60%}]\n", "ratio: 600%}]\n")
        .replace("{ratio: 60%}]}", "{ratio: 600%}]}")
    )
    bad.write_text(text, encoding="utf-8")
    number = next(n for n, line in enumerate(text.splitlines(), 1) if "600%" in line)
    code, said = ran("check", bad, "--language", language)
    assert code == 1
    assert f"bad.yaml:{number}: benefits[1].layers[0].ratios[2].segments[0].ratio: {words}" in said


def test_a_missing_file_and_two_documents_for_one_day_are_faults(tmp_path: Path):
    code, said = ran("check", tmp_path / "none.yaml", "--language", "en")
    assert (code, "cannot be read" in said) == (1, True)
    again = tmp_path / "again.yaml"
    again.write_text(WUHAN.read_text(encoding="utf-8"), encoding="utf-8")
    code, said = ran("check", WUHAN, again, "--language", "en")
    assert (code, "speak for the same days" in said) == (1, True)


def test_show_tells_what_holds_on_a_day():
    code, said = ran("show", "420100", "--on", "2025-06-03", "--insurance", "resident")
    assert code == 0
    for words in ("武汉市城乡居民", "起付线", "每次 800", "示例参数", "30000–100000", "65%"):
        assert words in said
    assert ran("show", "420100", "--on", "1999-06-03")[0] == 1


def test_diff_tells_in_words_what_changed(tmp_path: Path):
    other = tmp_path / "other.yaml"
    other.write_text(
        WUHAN.read_text(encoding="utf-8").replace("amounts: [12000]", "amounts: [13000]"), encoding="utf-8"
    )
    assert ran("diff", WUHAN, other) == (0, "住院 · 居民大病保险 本层起付: 12000 → 13000\n")
    assert ran("diff", WUHAN, WUHAN, "--language", "en") == (0, "both say the same\n")


def test_try_counts_what_passed_and_shows_the_difference(tmp_path: Path):
    cases = tmp_path / "cases.json"
    wrong = CASE | {"id": "X-2", "expect": {"pooled_fund": "5521.00"}}
    near = wrong | {"id": "X-3", "tolerance": "1.00"}
    cases.write_text(json.dumps([CASE, wrong, near]), encoding="utf-8")
    code, said = ran("try", cases)
    assert code == 1
    assert said.splitlines() == [
        "pass X-1",
        "FAIL X-2: pooled_fund is 5520.00, expected 5521.00 (-1.00)",
        "pass X-3",
        "2 passed, 1 failed",
    ]


def test_try_refuses_an_unknown_key_and_takes_documents_from_a_folder(tmp_path: Path):
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([CASE | {"visits": 1}]), encoding="utf-8")
    code, said = ran("try", cases)
    assert (code, "unknown field `visits`" in said) == (1, True)
    cases.write_text(json.dumps([CASE]), encoding="utf-8")
    code, said = ran("try", cases, "--policies", tmp_path)
    assert said.splitlines()[0] == "FAIL X-1: refused: no_policy, expected not refused"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bill": {"fee_total": "10000.00", "in_policy": "9999.00"}}, "the parts of the bill are not its fee_total"),
        ({"person": {"category": "retired"}}, "wuhan-resident is not for retired"),
        ({"so_far": {"large_sum": "1.00"}}, "so_far: wuhan-resident counts no large_sum for inpatient"),
        ({"expect": {"pool": "1.00"}}, "expect: no amount is called pool"),
        ({"policy": {"area": "420100"}}, "policy needs area, insurance and on, or document"),
        ({"policy": {"document": {"policy": "x"}}}, "expected the key title"),
        ({"bill": {"items": [{"class": "a", "amount": "9.00", "quantity": "2", "unit_price": "4.40"}]}}, "unit_price x quantity is 8.80"),
        ({"bill": {"items": [{"class": "a", "amount": "9.001"}]}}, "not an amount in yuan"),
    ],
)  # fmt: skip
def test_a_case_that_cannot_be_run_says_why(tmp_path: Path, change: dict[str, object], said: str):
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([CASE | change]), encoding="utf-8")
    code, output = ran("try", cases)
    assert code == 1
    assert f"FAIL X-1: cannot be run: {said}" in output or said in output


def test_the_schema_is_printed_for_editors():
    code, said = ran("schema")
    assert code == 0
    assert json.loads(said) == json.loads((ROOT / "docs/policy.schema.json").read_text(encoding="utf-8"))
