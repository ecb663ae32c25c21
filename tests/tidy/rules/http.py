"""HTTP is the fronts' affair: rooms, wire and kit answer outcomes, and a front gives them their status."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rules.source import PACKAGE, Fault, SourceTree

_HTTP_PLACES = (PACKAGE + "fronts/", PACKAGE + "sandbox/")
_STATUS = re.compile(r"status_code|HTTP_[1-5]\d\d(_\w+)?|HTTPStatus|HTTPException|http_status")


def find_status_codes_outside_fronts(tree: SourceTree) -> list[Fault]:
    """Names of HTTP statuses anywhere but in a front (or a stand-in of the sandbox, which is a front of its own)."""
    return [
        Fault(path, line, f"{name}: HTTP statuses belong to the fronts")
        for path, module in tree.python()
        if not path.startswith(_HTTP_PLACES)
        for line, name in _names(module)
        if _STATUS.fullmatch(name)
    ]


def _names(module: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.value.lineno, node.arg
        elif isinstance(node, ast.ImportFrom | ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
