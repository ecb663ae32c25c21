"""A room, or a front, is entered through its door: its ``__init__``, never a module inside.

import-linter keeps the order of the rooms; that they are entered by the door alone is read here from the imports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rules.source import Fault, SourceTree

_HOUSES = ("rooms", "fronts")
_OPEN = {"fronts.shared"}
"""What every front shares is a shelf, not a room: its modules are taken one by one."""
_INNER = frozenset({"records", "rules", "store", "service", "document", "explanation"})


def find_imports_past_a_door(tree: SourceTree) -> list[Fault]:
    """Imports of a module inside a room or a front from outside of it."""
    faults = []
    for path, module in tree.python():
        here = path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        package = here if path.endswith("/__init__.py") else here.rpartition(".")[0]
        for line, target in _imports(module, package):
            door, inside = _behind_a_door(tree, target)
            if inside and not f"{here}.".startswith(f"{door}."):
                faults.append(Fault(path, line, f"{target}: enter by the door, {door}"))
    return faults


def _imports(module: ast.Module, package: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)


def _behind_a_door(tree: SourceTree, target: str) -> tuple[str, bool]:
    """The door of the room or front that a full name lies in, and whether the name is a module behind that door."""
    parts = target.split(".")
    if parts[0] != "openyibao" or len(parts) < 4 or parts[1] not in _HOUSES or ".".join(parts[1:3]) in _OPEN:
        return "", False
    inner = f"src/{'/'.join(parts[:4])}"
    return ".".join(parts[:3]), parts[3] in _INNER or tree.has(f"{inner}.py") or tree.has(f"{inner}/")
