"""The import contracts of pyproject.toml: held by the repository, and shown to bite on a copy with a planted import."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "openyibao"
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint_imports(root: Path) -> tuple[int, str]:
    """Check the contracts of a checkout in a process of its own; the exit code and what was printed."""
    # grimp finds the package by the import path: the copy must come before the installed one.
    environment = os.environ | {"PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache", "--no-logo"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def contracts() -> dict[str, dict[str, Any]]:
    """The contracts by their id."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {each["id"]: each for each in settings["tool"]["importlinter"]["contracts"]}


def packages(folder: str) -> set[str]:
    """The packages in a folder of openyibao."""
    return {path.parent.name for path in (PACKAGE / folder).glob("*/__init__.py")}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the sources and the contracts."""
    shutil.copytree(PACKAGE, tmp_path / "src" / "openyibao", ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(checkout: Path, *modules: tuple[str, str]) -> None:
    """Append a line to each module, made with its package where it is missing."""
    for name, line in modules:
        path = checkout / "src" / "openyibao" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in path.relative_to(checkout / "src").parents[:-1]:
            (checkout / "src" / folder / "__init__.py").touch()
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")


def test_the_repository_keeps_its_import_contracts() -> None:
    code, printed = lint_imports(ROOT)
    assert code == 0, printed


PLANTED = {
    "kit imports a room": ("floors", [("kit/money.py", "import openyibao.rooms.areas")]),
    "a room imports the wire": (
        "floors",
        [("rooms/people/rules.py", "import openyibao.wire"), ("wire/__init__.py", "")],
    ),
    "a room imports settings": (
        "floors",
        [("rooms/people/rules.py", "import openyibao.settings"), ("settings.py", "")],
    ),
    "a front imports main": ("floors+fronts", [("fronts/api/__init__.py", "import openyibao.main"), ("main.py", "")]),
    "an earlier room imports a later one": ("rooms", [("rooms/areas/service.py", "import openyibao.rooms.people")]),
    "a room that stands in no order": ("rooms", [("rooms/pantry/__init__.py", "")]),
    "rules import their store": (
        "inside",
        [("rooms/people/rules.py", "import openyibao.rooms.people.store"), ("rooms/people/store.py", "")],
    ),
    "records import their rules": (
        "inside",
        [("rooms/people/records.py", "import openyibao.rooms.people.rules"), ("rooms/people/rules.py", "")],
    ),
    "a front imports another": (
        "fronts",
        [("fronts/wallet/pages.py", "import openyibao.fronts.terminal"), ("fronts/terminal/__init__.py", "")],
    ),
    "the shared shelf imports a front": (
        "fronts",
        [("fronts/shared/pages.py", "import openyibao.fronts.api"), ("fronts/api/__init__.py", "")],
    ),
    "the conformance client knows a front": (
        "the wire alone+floors",
        [("conform/calls.py", "import openyibao.fronts.api"), ("fronts/api/__init__.py", "")],
    ),
    "a room speaks HTTP": ("know no http", [("rooms/people/rules.py", "import litestar")]),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_import_breaks_its_contract(checkout: Path, case: str) -> None:
    contract, modules = PLANTED[case]
    plant(checkout, *modules)
    code, printed = lint_imports(checkout)
    broken = [line.lower() for line in printed.splitlines() if line.endswith("BROKEN")]
    assert code == 1, printed
    expected = contract.split("+")
    assert len(broken) == len(expected), printed
    assert all(any(name in line for line in broken) for name in expected), printed


def test_a_copy_without_a_plant_keeps_the_contracts(checkout: Path) -> None:
    plant(checkout, ("fronts/wallet/__init__.py", "import openyibao.fronts.shared"), ("fronts/shared/__init__.py", ""))
    code, printed = lint_imports(checkout)
    assert code == 0, printed


def test_every_room_is_held_to_the_order_of_its_own_modules() -> None:
    assert {each.rpartition(".")[2] for each in contracts()["inside-a-room"]["containers"]} == packages("rooms")


def test_every_front_is_in_the_contract_of_the_fronts() -> None:
    layers = " | ".join(contracts()["fronts"]["layers"]).replace("(", "").replace(")", "")
    assert packages("fronts") <= {each.rpartition(".")[2] for each in layers.split(" | ")}
