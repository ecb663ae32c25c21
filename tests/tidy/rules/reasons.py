"""Reasons of refusal: written once, in both languages, under a stable code, and given somewhere."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from rules.source import Fault, SourceTree

_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SENTENCES = ("zh", "en", "next_zh", "next_en")


class WrittenReason(NamedTuple):
    """One ``NAME = reason("code", …)`` in the code."""

    path: str
    line: int
    constant: str | None
    code: str | None
    sentences: dict[str, str | None]


def find_badly_written_reasons(tree: SourceTree) -> list[Fault]:
    """Codes that are not snake_case or not written out, sentences that are missing or in the wrong language."""
    return [Fault(each.path, each.line, says) for each in _reasons(tree) for says in _complaints(each)]


def find_reason_codes_taken_twice(tree: SourceTree) -> list[Fault]:
    """One code, one meaning."""
    places: dict[str, list[WrittenReason]] = defaultdict(list)
    for each in _reasons(tree):
        places[each.code or ""].append(each)
    return [
        Fault(again.path, again.line, f"the reason code {code} is taken by {first.path}:{first.line}")
        for code, (first, *later) in places.items()
        for again in later
    ]


def find_unused_reasons(tree: SourceTree) -> list[Fault]:
    """Reasons that no code gives: only written, exported or imported."""
    used: set[str] = set()
    for _, module in tree.python():
        for node in ast.walk(module):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                used.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                used.add(node.attr)
    return [
        Fault(each.path, each.line, f"no code gives the reason {each.code}: give it or remove it")
        for each in _reasons(tree)
        if each.constant and each.constant not in used
    ]


def _complaints(each: WrittenReason) -> Iterator[str]:
    if each.constant is None:
        yield "a reason needs a constant of its own: NAME = reason(…)"
    if each.code is None or not _SNAKE.fullmatch(each.code):
        yield f"the code {each.code!r} is not a snake_case literal"
    for language, sentence in each.sentences.items():
        if not (sentence or "").strip():
            yield f"{each.code}: {language} is missing"
        elif bool(_CHINESE.search(sentence or "")) != language.endswith("zh"):
            yield f"{each.code}: {language} is in the other language"


def _reasons(tree: SourceTree) -> Iterator[WrittenReason]:
    for path, module in tree.python():
        constants = {id(value): name for name, value in _assignments(module)}
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and _called(node.func) == "reason":
                texts = {each.arg: _text(each.value) for each in node.keywords}
                code = _text(node.args[0]) if node.args else texts.get("code")
                sentences = {name: texts.get(name) for name in _SENTENCES}
                yield WrittenReason(path, node.lineno, constants.get(id(node)), code, sentences)


def _assignments(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
