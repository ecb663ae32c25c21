"""Every dependency in pyproject.toml has its reason and its licence in ADR 2, and no row outlives its dependency."""

from __future__ import annotations

import re
import tomllib

from rules.source import Fault, SourceTree

PAGE = "docs/adr/0002-dependencies.md"
_ROW = re.compile(r"^\|\s*`([\w-]+)`\s*\|(.*)$", re.MULTILINE)
_PACKAGE = re.compile(r"[\w-]+")


def find_dependencies_without_a_reason(tree: SourceTree) -> list[Fault]:
    """Packages without a row, rows without a package, rows with an empty reason or licence."""
    project = tomllib.loads(tree.texts.get("pyproject.toml", ""))
    groups = project.get("dependency-groups", {}).values()
    extras = project.get("project", {}).get("optional-dependencies", {}).values()
    wanted = [
        *project.get("project", {}).get("dependencies", []),
        *(each for group in [*groups, *extras] for each in group),
    ]
    names = {match.group().lower() for each in wanted if (match := _PACKAGE.match(each))}
    rows = {name: cells.split("|") for name, cells in _ROW.findall(tree.texts.get(PAGE, ""))}
    bare = sorted(name for name, cells in rows.items() if not all(cell.strip() for cell in cells[:2]))
    return [
        *(Fault("pyproject.toml", 1, f"{name} has no row in {PAGE}") for name in sorted(names - rows.keys())),
        *(Fault(PAGE, 1, f"{name} is no dependency any more") for name in sorted(rows.keys() - names)),
        *(Fault(PAGE, 1, f"{name} lacks its reason or its licence") for name in bare),
    ]
