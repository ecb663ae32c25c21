"""One thing, one word: docs/glossary.md and the code hold each other to their words.

A table row is ``| 中文 | term | `names` | home |``. The home is the room (or ``kit``, ``fronts``) where the names live;
``later`` marks a word agreed on for what is not built yet. Names: ``Class``, ``Class.member``, ``verb()``, ``a_field``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from rules.source import PACKAGE, ROOMS, Fault, SourceTree

GLOSSARY = "docs/glossary.md"
LATER = "later"
_NAME = re.compile(r"`([A-Za-z_][\w.]*(?:\(\))?)`")


class Word(NamedTuple):
    """A name that the glossary gives to something, and where it says that it lives."""

    line: int
    name: str
    home: str


class _Names(NamedTuple):
    classes: dict[str, set[str]]
    verbs: set[str]
    any_name: set[str]


def find_words_not_in_code(tree: SourceTree) -> list[Fault]:
    """Names in the glossary whose home does not have them."""
    return [
        Fault(GLOSSARY, word.line, f"{word.name} is not found in {word.home}: rename it, or mark it `{LATER}`")
        for word in _words(tree)
        if word.home != LATER and not _knows(_names_below(tree, _folder(tree, word.home)), word.name)
    ]


def find_words_built_meanwhile(tree: SourceTree) -> list[Fault]:
    """Classes and verbs marked ``later`` that the code has by now."""
    names = _names_below(tree, PACKAGE)
    return [
        Fault(GLOSSARY, word.line, f"{word.name} is built: write its room in place of `{LATER}`")
        for word in _words(tree)
        if word.home == LATER and (word.name[0].isupper() or word.name.endswith("()")) and _knows(names, word.name)
    ]


def find_records_without_a_word(tree: SourceTree) -> list[Fault]:
    """Public classes of the rooms' records that the glossary does not know, in its table or among the rooms' own words."""
    known = {name.partition(".")[0] for name in _NAME.findall(tree.texts.get(GLOSSARY, ""))}
    return [
        Fault(path, node.lineno, f"class {node.name} is not in {GLOSSARY}: add its row, or list it under Own words")
        for path, module in tree.python(under=ROOMS)
        if path.endswith("/records.py")
        for node in module.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name not in known
    ]


def find_own_words_not_in_code(tree: SourceTree) -> list[Fault]:
    """Words listed under Own words for which no room has a class any more."""
    before, _, after = tree.texts.get(GLOSSARY, "").partition("## Own words\n")
    own, begins = after.partition("\n## ")[0], before.count("\n") + 1
    classes = _names_below(tree, ROOMS).classes
    return [
        Fault(GLOSSARY, begins + number, f"{name}: no room has such a record, take it out of Own words")
        for number, line in enumerate(own.splitlines(), start=1)
        for name in _NAME.findall(line)
        if name not in classes
    ]


def _words(tree: SourceTree) -> Iterator[Word]:
    for number, line in enumerate(tree.texts.get(GLOSSARY, "").splitlines(), start=1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4:
            for name in _NAME.findall(cells[2]):
                yield Word(number, name, cells[3])


def _folder(tree: SourceTree, home: str) -> str:
    return next((each for each in (f"{ROOMS}{home}/", f"{PACKAGE}{home}/") if tree.has(each)), f"{ROOMS}{home}/")


def _knows(names: _Names, name: str) -> bool:
    owner, dot, member = name.removesuffix("()").partition(".")
    if dot:
        return member in names.classes.get(owner, set())
    if name.endswith("()"):
        return owner in names.verbs
    return owner in names.classes if owner[0].isupper() else owner in names.any_name


def _names_below(tree: SourceTree, folder: str) -> _Names:
    found = _Names({}, set(), set())
    for _, module in tree.python(under=folder):
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                found.classes.setdefault(node.name, set()).update(_members(node))
                found.any_name.update(_members(node))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.verbs.add(node.name)
                found.any_name.add(node.name)
            elif isinstance(node, ast.arg):
                found.any_name.add(node.arg)
    return found


def _members(node: ast.ClassDef) -> set[str]:
    names: set[str] = set()
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            names.add(each.target.id)
        elif isinstance(each, ast.Assign):
            names.update(target.id for target in each.targets if isinstance(target, ast.Name))
        elif isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(each.name)
    return names
