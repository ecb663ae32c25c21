import pytest
from rules.dependencies import PAGE, find_dependencies_without_a_reason
from rules.source import SourceTree, planted

PROJECT = """
    [project]
    dependencies = ["asyncpg>=0.30", "zxing-cpp>=2.3"]
    [dependency-groups]
    dev = ["ruff>=0.14"]
"""
ROWS = "| `asyncpg` | PostgreSQL | Apache-2.0 |\n| `zxing-cpp` | QR codes | Apache-2.0 |\n| `ruff` | lint | MIT |\n"


def test_every_dependency_of_the_repository_has_its_reason(repository: SourceTree) -> None:
    assert find_dependencies_without_a_reason(repository) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("| `ruff` | lint | MIT |\n", ""),
        ("| `ruff` | lint | MIT |\n", "| `ruff` | lint | MIT |\n| `black` | format | MIT |\n"),
        ("QR codes", " "),
        ("| MIT |", "| |"),
    ],
)
def test_a_missing_row_a_stale_row_and_an_empty_cell_are_faults(before: str, after: str) -> None:
    assert find_dependencies_without_a_reason(planted("pyproject.toml", PROJECT, **{PAGE: ROWS})) == []
    tree = planted("pyproject.toml", PROJECT, **{PAGE: ROWS.replace(before, after)})
    assert len(find_dependencies_without_a_reason(tree)) == 1
