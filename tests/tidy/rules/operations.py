"""Every setting and every command stands in docs/operations.md, and nothing stands there that is not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rules.source import PACKAGE, Fault, SourceTree

PAGE = "docs/operations.md"
PREFIX = "OPENYIBAO_"
_SETTINGS = (PACKAGE + "settings.py", PACKAGE + "kit/settings.py")
_CLI = (PACKAGE + "cli.py", PACKAGE + "cli/")
_COMMANDS = re.compile(rf"^{PACKAGE}\w+_commands\.py$")
_SETTING_ROW = re.compile(rf"^\|\s*`{PREFIX}(\w+)`", re.MULTILINE)
_COMMAND_ROW = re.compile(r"^\|\s*`openyibao ([^`]+)`", re.MULTILINE)


def find_undocumented_settings(tree: SourceTree) -> list[Fault]:
    """Fields of ``Settings`` without a row, and rows without a field (once there are settings)."""
    fields = {name: (path, line) for path, line, name in _setting_fields(tree)}
    rows = {name.lower() for name in _SETTING_ROW.findall(tree.texts.get(PAGE, ""))}
    faults = [
        Fault(path, line, f"the setting {PREFIX}{name.upper()} has no row in {PAGE}")
        for name, (path, line) in fields.items()
        if name not in rows
    ]
    gone = sorted(rows - fields.keys()) if fields else []
    return faults + [Fault(PAGE, 1, f"{PREFIX}{name.upper()} is no setting") for name in gone]


def find_undocumented_commands(tree: SourceTree) -> list[Fault]:
    """Commands without a row, and rows without a command (once there are commands)."""
    commands = {name: (path, line) for path, line, name in _commands(tree)}
    rows = [row.split() for row in _COMMAND_ROW.findall(tree.texts.get(PAGE, ""))]
    documented = {word for row in rows for word in row if not word.startswith(("-", "<", "["))}
    faults = [
        Fault(path, line, f"the command `openyibao {name}` has no row in {PAGE}")
        for name, (path, line) in commands.items()
        if name not in documented
    ]
    gone = [row for row in rows if commands and not commands.keys() & set(row)]
    return faults + [Fault(PAGE, 1, f"`openyibao {' '.join(row)}` is no command") for row in gone]


def _setting_fields(tree: SourceTree) -> Iterator[tuple[str, int, str]]:
    for path, module in tree.python():
        for node in ast.walk(module):
            if path in _SETTINGS and isinstance(node, ast.ClassDef) and node.name == "Settings":
                for each in node.body:
                    if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
                        yield path, each.lineno, each.target.id


def _commands(tree: SourceTree) -> Iterator[tuple[str, int, str]]:
    for path, module in tree.python():
        for node in ast.walk(module):
            if (path.startswith(_CLI) or _COMMANDS.match(path)) and isinstance(
                node, ast.FunctionDef | ast.AsyncFunctionDef
            ):
                for decorator in node.decorator_list:
                    called = decorator.func if isinstance(decorator, ast.Call) else decorator
                    if isinstance(called, ast.Attribute) and called.attr == "command":
                        yield path, node.lineno, _command_name(decorator, node.name)


def _command_name(decorator: ast.expr, function: str) -> str:
    if isinstance(decorator, ast.Call):
        named = [*decorator.args[:1], *(each.value for each in decorator.keywords if each.arg == "name")]
        for each in named:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                return each.value
    return function.replace("_", "-")
