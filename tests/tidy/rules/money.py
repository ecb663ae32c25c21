"""No float comes near money: amounts are whole fen, ratios basis points, and division says how it rounds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rules.source import PACKAGE, ROOMS, Fault, SourceTree

_MONEY_PLACES = (
    PACKAGE + "kit/money",
    *(ROOMS + room + "/" for room in ("encounters", "policies", "accumulators", "ledger", "settlement", "payments")),
)
_MONEY_WORDS = re.compile(r"_fen\b|_micro\b|_bp\b|quantity_e4\b")


def find_floats_near_money(tree: SourceTree) -> list[Fault]:
    """Float literals, ``float`` and true division in modules that touch money.

    A path joined with ``/`` and a string literal is no division; a path joined with a variable is written ``joinpath``.
    """
    faults = []
    for path, module in tree.python():
        if path.startswith(_MONEY_PLACES) or _MONEY_WORDS.search(tree.texts[path]):
            faults += [Fault(path, line, f"{what} in a module that touches money") for line, what in _floats(module)]
    return faults


def _floats(module: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, f"the float {node.value}"
        elif isinstance(node, ast.Name) and node.id == "float":
            yield node.lineno, "float"
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not _joins_paths(node):
            yield node.lineno, "true division (kit.money divides and rounds; joinpath joins paths)"
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div):
            yield node.lineno, "true division"


def _joins_paths(node: ast.BinOp) -> bool:
    if isinstance(node.right, ast.JoinedStr) or (
        isinstance(node.right, ast.Constant) and isinstance(node.right.value, str)
    ):
        return True
    return isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Div) and _joins_paths(node.left)
