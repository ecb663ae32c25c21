"""The list of an area's settings as people read it: names, defaults, units, sources. 中文: 统筹区参数一览。"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_type_hints

import msgspec

from openyibao.rooms.areas.settings import AreaSettings


def list_area_settings() -> Iterator[tuple[str, Any, Mapping[str, str]]]:
    """(name, default, its unit, zh, en and source), in the order of the list."""
    hints = get_type_hints(AreaSettings, include_extras=True)
    for field in msgspec.structs.fields(AreaSettings):
        notes = next(meta for meta in get_args(hints[field.name])[1:] if isinstance(meta, msgspec.Meta) and meta.extra)
        yield field.name, field.default, notes.extra or {}


def area_settings_page() -> str:
    """The guide's page, made from the list."""
    rows = [
        f"| `{name}` | {_shown(default)} | {notes['unit']} | {notes['en']}<br>{notes['zh']} | {notes['source']} |"
        for name, default, notes in list_area_settings()
    ]
    return "\n".join([_HEAD, *rows, ""])


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    return " ".join(map(str, default)) if isinstance(default, tuple) else str(default)


_HEAD = """# Settings of a pooling area (统筹区参数)

Made from `rooms/areas/settings.py` by `tools/print_area_settings.py`; a test holds it. What an area doesn't set has the
default. `openyibao` refuses a name that is not here. A source in brackets says how sure it is: [x] read in a public page,
K from knowledge, to be confirmed by the area.

| setting | default | unit | meaning | source |
|---|---|---|---|---|"""
