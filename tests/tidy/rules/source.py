"""What every rule reads: a tree of texts, parsed once, and what every rule answers: faults with their place."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

PACKAGE = "src/openyibao/"
ROOMS = PACKAGE + "rooms/"
_READ = ("src", "tests", "docs", "policies", "scripts", "bench", "migrations", "sandbox", ".ci")
_SUFFIXES = {".py", ".sql", ".js", ".css", ".html", ".jinja", ".j2", ".md", ".toml", ".txt", ".svg", ".xml"}
_SKIPPED = {"__pycache__", "node_modules", "vendor", "vendored", "shots", ".venv"}


class Fault(NamedTuple):
    """A place that breaks a rule, and what to do about it."""

    path: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.says}"

    @property
    def kind(self) -> str:
        """The place and what is wrong there, without line and advice: what an exception names."""
        return f"{self.path}: {self.says.partition(':')[0]}"


def let_through(faults: list[Fault], exceptions: Collection[str]) -> list[Fault]:
    """The faults but for the exceptions, each ``path: what the fault says before its colon``.

    An exception that lets nothing through any more is a fault itself, so a list of them can only shrink.
    """
    left = [fault for fault in faults if fault.kind not in exceptions]
    needless = sorted(set(exceptions) - {fault.kind for fault in faults})
    return left + [Fault(each.partition(":")[0], 1, f"{each} needs its exception no longer") for each in needless]


class SourceTree:
    """Texts by their path from the repository's root."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(sorted(texts.items()))

    def python(self, under: str = PACKAGE) -> Iterator[tuple[str, ast.Module]]:
        """Each Python file below a folder, parsed."""
        for path, text in self.ending(".py", under=under):
            yield path, _parsed(text)

    def ending(self, *suffixes: str, under: str = "") -> Iterator[tuple[str, str]]:
        """Each text below a folder whose name ends so."""
        for path, text in self.texts.items():
            if path.startswith(under) and path.endswith(suffixes):
                yield path, text

    def has(self, path: str) -> bool:
        """Whether there is such a file, or such a package when the path ends in a slash."""
        return path in self.texts or (path.endswith("/") and any(each.startswith(path) for each in self.texts))


@lru_cache(maxsize=4096)
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def read_repository(root: Path) -> SourceTree:
    """The texts of a checkout: our own folders and the pages at its root, nothing vendored, nothing generated."""
    texts = {
        each.name: each.read_text(encoding="utf-8") for each in root.glob("*.*") if each.suffix in {".md", ".toml"}
    }
    for folder in _READ:
        for path in (root / folder).rglob("*"):
            inside = path.relative_to(root)
            if path.suffix in _SUFFIXES and not _SKIPPED.intersection(inside.parts) and path.is_file():
                texts[inside.as_posix()] = path.read_text(encoding="utf-8")
    return SourceTree(texts)


def planted(path: str, text: str, **more: str) -> SourceTree:
    """A tree with one planted file (``more``: further paths with their texts), for showing that a rule bites."""
    return SourceTree({path: dedent(text), **{each: dedent(content) for each, content in more.items()}})


def docstrings(module: ast.Module) -> set[ast.Constant]:
    """Every string that stands alone as a statement: docstrings, also those below a field."""
    return {
        node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def strings(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Every string that the program uses, with its line; the holes of an f-string are shown as ``{}``."""
    skipped: set[ast.AST] = set(docstrings(module))
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):
            skipped.update(node.values)
            pieces = (str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
            yield node.lineno, "".join(pieces)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            yield node.lineno, node.value


def imported_names(module: ast.Module) -> dict[str, str]:
    """Local name → full dotted name, for everything a module imports absolutely."""
    names: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def dotted(node: ast.AST, imports: Mapping[str, str]) -> str | None:
    """The full dotted name of ``a.b.c`` with its first part looked up among the imports; None for anything else."""
    if isinstance(node, ast.Name):
        return imports.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        before = dotted(node.value, imports)
        return f"{before}.{node.attr}" if before else None
    return None
