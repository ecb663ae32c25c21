"""Words that say nothing may not stand alone as a name (docs/glossary.md lists them)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rules.source import PACKAGE, Fault, SourceTree

BANNED = frozenset(
    {
        *("data", "info", "item", "obj", "manager", "handler", "processor", "util", "helper", "common", "misc", "tmp"),
        *("record", "user", "account", "token", "order", "claim", "card"),
    }
)
_PLURALS_BANNED = frozenset({"utils", "helpers"})


def find_banned_names(tree: SourceTree) -> list[Fault]:
    """Modules, packages, classes, functions, parameters and fields whose whole name is a banned word."""
    faults = []
    for path, module in tree.python():
        faults += [Fault(path, 1, _says("module", each)) for each in _path_words(path) if _banned(each)]
        faults += [Fault(path, line, _says(kind, name)) for kind, name, line in _names(module) if _banned(name)]
    return faults


def _path_words(path: str) -> list[str]:
    inside = path.removeprefix(PACKAGE).removesuffix(".py").split("/")
    return [inside[-1]] if inside[-1] != "__init__" else inside[-2:-1]


def _banned(name: str) -> bool:
    word = name.strip("_").lower()
    return word in BANNED or word in _PLURALS_BANNED


def _says(kind: str, name: str) -> str:
    return f"{kind} {name}: this word alone says nothing; take the glossary's word or say whose, which or what for"


def _names(module: ast.Module) -> Iterator[tuple[str, str, int]]:
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            yield "class", node.name, node.lineno
            yield from _fields(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield "function", node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield "parameter", node.arg, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value):
            yield "field", node.attr, node.lineno


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str, int]]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield "field", statement.target.id, statement.lineno
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield "field", target.id, statement.lineno


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"
