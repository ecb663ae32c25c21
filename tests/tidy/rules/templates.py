"""No template lies dead: each is shown by the code, or used by a template that is."""

from __future__ import annotations

import re

from rules.source import PACKAGE, Fault, SourceTree, strings

_SUFFIXES = (".html", ".jinja", ".j2", ".txt", ".svg", ".xml")
_USED = re.compile(r"""\{%-?\s*(?:extends|include|import|from)\b([^%]*)%\}""")
_QUOTED = re.compile(r"""["']([^"']+)["']""")


def find_dead_templates(tree: SourceTree) -> list[Fault]:
    """Templates that no string of the code names (an f-string's hole stands for one path part) and no live one uses."""
    templates = {path: text for path, text in tree.ending(*_SUFFIXES, under=PACKAGE) if "/templates/" in path}
    wanted = [text for _, module in tree.python() for _, text in strings(module) if text.endswith(_SUFFIXES)]
    live: set[str] = set()
    while wanted:
        name = _pattern(wanted.pop())
        for path, text in templates.items():
            if path not in live and name.search(path):
                live.add(path)
                wanted += [quoted for use in _USED.findall(text) for quoted in _QUOTED.findall(use)]
    return [Fault(path, 1, "no page shows this template: remove it") for path in templates if path not in live]


def _pattern(name: str) -> re.Pattern[str]:
    holes = r"[^/]+".join(re.escape(piece) for piece in name.lstrip("/").split("{}"))
    return re.compile(rf"/{holes}$")
