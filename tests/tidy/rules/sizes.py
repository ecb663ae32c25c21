"""Files stay under 400 lines and functions under 60, so that a reader holds one at a time.

Exceptions name a place and the size it had when it was let through. They may only shrink: growing past the size is a
fault, having become smaller is one too (write the new size), and so is an entry that is no longer needed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from rules.source import Fault, SourceTree

FILE_LINES_MAX = 399
FUNCTION_LINES_MAX = 59
_HELD = (".py", ".js", ".css", ".sql", ".html", ".jinja", ".j2")


def find_long_files(tree: SourceTree, exceptions: Mapping[str, int] | None = None) -> list[Fault]:
    """Own source files of 400 lines or more."""
    sizes = {path: (1, len(text.splitlines())) for path, text in tree.ending(*_HELD)}
    return list(_over(sizes, FILE_LINES_MAX, exceptions or {}, "split the file by noun"))


def find_long_functions(tree: SourceTree, exceptions: Mapping[str, int] | None = None) -> list[Fault]:
    """Python functions of 60 lines or more, from ``def`` to their last line."""
    sizes: dict[str, tuple[int, int]] = {}
    for path, module in tree.python(under=""):
        for name, node in _functions(module, ""):
            sizes[f"{path}::{name}"] = (node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1)
    return list(_over(sizes, FUNCTION_LINES_MAX, exceptions or {}, "split the function"))


def _over(
    sizes: Mapping[str, tuple[int, int]], most: int, exceptions: Mapping[str, int], advice: str
) -> Iterator[Fault]:
    for place, (line, size) in sizes.items():
        path, let_through = place.partition("::")[0], exceptions.get(place)
        if size > (let_through or most):
            yield Fault(path, line, f"{place} has {size} lines, at most {let_through or most}: {advice}")
        elif let_through and size <= most:
            yield Fault(path, line, f"{place} needs its exception no longer: take it out of the list")
        elif let_through and size < let_through:
            yield Fault(path, line, f"{place} shrank to {size} lines: write that into the list")
    for place in exceptions.keys() - sizes.keys():
        yield Fault(place.partition("::")[0], 1, f"{place} is gone: take it out of the list of exceptions")


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + child.name, child
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)
