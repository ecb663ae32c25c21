"""The oldest browser that docs/guides/activating.md states can read our scripts: nothing newer than ES2020 in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import openyibao.fronts

STATIC = Path(openyibao.fronts.__file__).parent / "shared/static/wallet"
SCRIPTS = sorted(STATIC.glob("*.js"))
NEWER = {
    "logical assignment (ES2021)": r"(\|\||&&|\?\?)=",
    "numeric separators (ES2021)": r"\b\d+_\d",
    "replaceAll (ES2021)": r"\.replaceAll\(",
    "Promise.any (ES2021)": r"Promise\.any\(",
    "private or static fields (ES2022)": r"(^|[\s.;{])#[a-z]\w*\s*[=(;]|^\s*static\s+\w+\s*[={]",
    ".at() (ES2022)": r"\.at\(",
    "Object.hasOwn (ES2022)": r"Object\.hasOwn\(",
    "error causes (ES2022)": r"new Error\([^)]*cause",
    "await at the top (ES2022)": r"^(const|let|var)[^=]*=\s*await\s|^await\s",
    "findLast, toSorted, toReversed, with (ES2023)": r"\.(findLast|findLastIndex|toSorted|toReversed|toSpliced)\(",
    "structuredClone (2022)": r"structuredClone\(",
    "groupBy, withResolvers (ES2024)": r"\.(groupBy|withResolvers)\(",
}


def code_of(text: str) -> str:
    """The script without its comments and texts."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"//[^\n]*|\"[^\"\n]*\"|'[^'\n]*'", "", text)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_the_wallet_is_newer_than_es2020(script: Path) -> None:
    code = code_of(script.read_text(encoding="utf-8"))
    assert [name for name, pattern in NEWER.items() if re.search(pattern, code, flags=re.MULTILINE)] == []


@pytest.mark.parametrize(
    "line", ["a ??= 1", "const n = 1_000", "x.at(-1)", "s.replaceAll(a, b)", "await load()", "class A {\n  #b = 1\n}"]
)
def test_the_reading_bites(line: str) -> None:
    assert any(re.search(pattern, code_of(line), flags=re.MULTILINE) for pattern in NEWER.values())
