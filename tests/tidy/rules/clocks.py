"""Time, chance and the environment are passed in: only the kit reads the clock, draws random numbers, looks around."""

from __future__ import annotations

import ast

from rules.source import PACKAGE, Fault, SourceTree, dotted, imported_names

_KIT = PACKAGE + "kit/"
_ENVIRONMENT_READERS = (_KIT, PACKAGE + "settings.py")
_CHANCE_MODULES = frozenset({"random", "uuid", "secrets"})
_CLOCKS = frozenset(
    {
        *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "asctime")),
        *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
        "datetime.date.today",
    }
)
_CHANCE = frozenset({"os.urandom", "os.getrandom"})
_ENVIRONMENT = frozenset({"os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv"})


def find_clocks_outside_kit(tree: SourceTree) -> list[Fault]:
    """The clock or the random source asked outside the kit."""
    faults = []
    for path, module in tree.python():
        if path.startswith(_KIT):
            continue
        for line, name in _uses(module):
            if name in _CLOCKS:
                faults.append(Fault(path, line, f"{name}: ask the Clock that is passed in"))
            elif name in _CHANCE or name.partition(".")[0] in _CHANCE_MODULES:
                faults.append(Fault(path, line, f"{name}: draw from the IdSource or Randomness that is passed in"))
    return faults


def find_environment_outside_settings(tree: SourceTree) -> list[Fault]:
    """The environment read anywhere but in the kit and in settings.py."""
    return [
        Fault(path, line, f"{name}: only settings.py and the kit read the environment")
        for path, module in tree.python()
        if not path.startswith(_ENVIRONMENT_READERS)
        for line, name in _uses(module)
        if name in _ENVIRONMENT
    ]


def _uses(module: ast.Module) -> list[tuple[int, str]]:
    """Every imported module or name, and every dotted name in use, by its full name."""
    imports = imported_names(module)
    uses = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            uses += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            uses += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
        elif isinstance(node, ast.Attribute):
            name = dotted(node, imports)
            if name:
                uses.append((node.lineno, name))
    return uses
