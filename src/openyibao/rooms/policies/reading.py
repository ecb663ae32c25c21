"""Readers of a YAML text: each turns a node into a value, or notes the fault with its path, its line and what was expected.

They are put together like words: ``many(choice(...))``. Each also says, as JSON Schema, what it takes, so that the
schema that is published can't differ from what is read. Nothing here knows of policies. 中文: 文档读取。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


class DocumentFault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a policy document: where (path, line from 1) and what was expected there."""

    path: str
    line: int
    zh: str
    en: str


PARTS_MAX = 100_000
"""Parts of a document, with aliases unfolded: far above any policy, far below what would fill the memory."""


class TooManyPartsError(ValueError):
    """A text unfolds to more parts than any document has."""


class Faults:
    """Gathers faults, and remembers on which line each path stands."""

    def __init__(self) -> None:
        self.found: list[DocumentFault] = []
        self.lines: dict[str, int] = {"": 1}

    def see(self, path: str, node: Node) -> None:
        """Remember the line of a path. Raises TooManyPartsError for a text whose aliases unfold without end."""
        self.lines[path] = node.start_mark.line + 1
        if len(self.lines) > PARTS_MAX:
            raise TooManyPartsError

    def at(self, path: str, zh: str, en: str) -> None:
        """Note a fault; a path that isn't in the text is shown at the line of what holds it."""
        where = path
        while where not in self.lines:
            where = where[: max(where.rfind("."), where.rfind("["), 0)]
        self.found.append(DocumentFault(path=path, line=self.lines[where], zh=zh, en=en))


Schema = dict[str, Any]
Definitions = dict[str, Schema]


class Reader(NamedTuple):
    """Reads a node; a faulty one is noted and read as None, which nobody looks at: a faulty document is no policy."""

    read: Callable[[Faults, Node, str], Any]
    schema: Callable[[Definitions], Schema]
    """What is taken, as JSON Schema; named parts are put into the definitions and referred to."""

    def __call__(self, faults: Faults, node: Node, path: str) -> Any:
        """Read."""
        return self.read(faults, node, path)


def parsed(parse: Callable[[str], Any], zh: str, en: str, schema: Schema) -> Reader:
    """A scalar that a function takes; it raises ValueError or KeyError for what it doesn't."""

    def read(faults: Faults, node: Node, path: str) -> Any:
        faults.see(path, node)
        text = node.value if isinstance(node, ScalarNode) else ""
        try:
            return parse(text)
        except (ValueError, KeyError):
            faults.at(path, f"应为{zh}，现为 {text[:40]!r}", f"expected {en}, found {text[:40]!r}")

    return Reader(read, lambda _: schema)


def choice(words: Iterable[str]) -> Reader:
    """One of some words."""
    known = {str(word): word for word in words}
    listed = ", ".join(known)
    return parsed(known.__getitem__, f" {listed} 之一", f"one of {listed}", {"enum": list(known)})


def named_choice(values: Mapping[str, Any]) -> Reader:
    """One of some words, each standing for a value."""
    listed = ", ".join(values)
    return parsed(values.__getitem__, f" {listed} 之一", f"one of {listed}", {"enum": list(values)})


def matching(
    pattern: str, zh: str, en: str, convert: Callable[[str], Any] = str, *, kinds: Sequence[str] = ("string",)
) -> Reader:
    """A scalar whose whole text matches; ``kinds`` are what a YAML reader may take it for."""

    def parse(text: str) -> Any:
        if not re.fullmatch(pattern, text):
            raise ValueError
        return convert(text)

    return parsed(parse, zh, en, {"type": list(kinds), "pattern": f"^({pattern})$".replace("\0", r"\u0000")})


def many(read: Reader) -> Reader:
    """A list of at least one entry."""

    def read_all(faults: Faults, node: Node, path: str) -> Any:
        faults.see(path, node)
        if isinstance(node, SequenceNode) and node.value:
            return tuple(read(faults, child, f"{path}[{number}]") for number, child in enumerate(node.value))
        return faults.at(path, "应为非空列表", "expected a list with at least one entry")

    return Reader(read_all, lambda defs: {"type": "array", "minItems": 1, "items": read.schema(defs)})


def pairs(faults: Faults, node: Node, path: str, known: Sequence[str] | None) -> dict[str, tuple[str, Node]] | None:
    """The entries of a mapping as key → (path, node); faults for anything else, double and unknown keys."""
    faults.see(path, node)
    if not isinstance(node, MappingNode):
        faults.at(path, "应为键值对", f"expected a mapping of {', '.join(known or ('names',))}")
        return None
    found: dict[str, tuple[str, Node]] = {}
    for key_node, child in node.value:
        key = str(key_node.value)[:60]
        here = f"{path}.{key}" if path else key
        faults.see(here, key_node)
        if key in found:
            faults.at(here, "键重复", "this key is given twice")
        elif known is not None and key not in known:
            faults.at(here, f"未知的键，可用: {', '.join(known)}", f"unknown key, expected one of {', '.join(known)}")
        else:
            found[key] = (here, child)
    return found


def named(read: Reader, known: Sequence[str] | None = None) -> Reader:
    """A mapping of names, from a list or free, to one sort of value."""

    def read_all(faults: Faults, node: Node, path: str) -> Any:
        found = pairs(faults, node, path, known) or {}
        return {key: read(faults, child, here) for key, (here, child) in found.items()}

    def schema(defs: Definitions) -> Schema:
        names = {} if known is None else {"propertyNames": {"enum": list(known)}}
        return {"type": "object", "additionalProperties": read.schema(defs)} | names

    return Reader(read_all, schema)


def struct(kind: type[msgspec.Struct], /, **keys: Reader | tuple[str, Reader]) -> Reader:
    """A mapping read as a record. A key that isn't the field's name gives the field beside its reader."""
    fields = {key: (key, it) if isinstance(it, Reader) else it for key, it in keys.items()}
    required = {field.name for field in msgspec.structs.fields(kind) if field.required}
    needed = [key for key, (name, _) in fields.items() if name in required]

    def read_it(faults: Faults, node: Node, path: str) -> Any:
        found = pairs(faults, node, path, tuple(fields))
        if found is None:
            return None
        missing = [key for key in needed if key not in found]
        for key in missing:
            faults.at(path, f"缺少 {key}", f"expected the key {key}")
        made = {fields[key][0]: fields[key][1](faults, child, here) for key, (here, child) in found.items()}
        return None if missing else kind(**made)

    def schema(defs: Definitions) -> Schema:
        name = kind.__name__
        if name not in defs:
            defs[name] = {}
            says = (kind.__doc__ or "").split("\n", 1)[0]
            properties = {key: reader.schema(defs) for key, (_, reader) in fields.items()}
            defs[name] |= {"description": says, "type": "object", "additionalProperties": False}
            defs[name] |= {"required": needed, "properties": properties}
        return {"$ref": f"#/$defs/{name}"}

    return Reader(read_it, schema)


def either(scalar: Reader, other: Reader) -> Reader:
    """A scalar, or else what is written at length."""

    def read(faults: Faults, node: Node, path: str) -> Any:
        return (scalar if isinstance(node, ScalarNode) else other)(faults, node, path)

    return Reader(read, lambda defs: {"anyOf": [scalar.schema(defs), other.schema(defs)]})
