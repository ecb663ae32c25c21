"""Reasons of the rooms that some test provokes: named where an answer is held against them, not where they are only allowed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rules.reasons import _reasons
from rules.source import ROOMS, Fault, SourceTree, docstrings

TESTS = "tests/"
_TIDY = "tests/tidy/"
_ALLOWING = (ast.In, ast.NotIn, ast.NotEq, ast.LtE, ast.Lt, ast.IsNot)


def find_unprovoked_reasons(tree: SourceTree) -> list[Fault]:
    """Reason codes of the rooms that appear in no test but as one that may come too (``in``, ``<=``) or must not (``!=``)."""
    provoked = {
        code for path, module in tree.python(TESTS) if not path.startswith(_TIDY) for code in _held_against(module)
    }
    return [
        Fault(each.path, each.line, f"no test provokes the reason {each.code}: write one, while later reasons hold too")
        for each in _reasons(tree)
        if each.code and each.path.startswith(ROOMS) and each.code not in provoked
    ]


def _held_against(module: ast.Module) -> Iterator[str]:
    skipped: set[ast.AST] = set(docstrings(module))
    for node in ast.walk(module):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], _ALLOWING):
            skipped.update(ast.walk(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            yield node.value
