"""The field tables of the interface, from ``fields.json`` (its source is named in it): which nodes and fields there are. 中文: 字段表。"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec


class Field(msgspec.Struct, frozen=True, array_like=True):
    """One field: its code, its type as printed, whether it must be there."""

    code: str
    type: str
    required: int

    @property
    def numeric(self) -> bool:
        """Whether it is sent as a number."""
        return self.type.startswith(("N", "I", "BigDecimal"))


class Node(msgspec.Struct, frozen=True):
    """One node with its fields."""

    node: str
    fields: tuple[Field, ...]


class FieldTable(msgspec.Struct, frozen=True):
    """One transaction's table."""

    name: str
    input: tuple[Node, ...]
    output: tuple[Node, ...]
    files: tuple[Node, ...] = ()


class _Tables(msgspec.Struct, frozen=True):
    source: str
    transactions: dict[Annotated[str, msgspec.Meta(max_length=6)], FieldTable]


@cache
def _tables() -> _Tables:
    return msgspec.json.decode((Path(__file__).parent / "fields.json").read_bytes(), type=_Tables)


@cache
def code_lists() -> dict[str, dict[str, str]]:
    """The code lists: list → value → name."""
    read: dict[str, Any] = msgspec.json.decode((Path(__file__).parent / "codes.json").read_bytes())
    lists: dict[str, dict[str, str]] = read["lists"]
    return lists


def field_tables() -> dict[str, FieldTable]:
    """All transactions of the interface with their tables."""
    return _tables().transactions


def missing_fields(infno: str, sent: dict[str, Any]) -> list[str]:
    """``node.field`` for what a request lacks of what the table calls mandatory, and nodes and keys it does not know."""
    table = field_tables().get(infno)
    if table is None:
        return []
    found = []
    known = {node.node: node for node in table.input}
    for name, node in known.items():
        rows = sent.get(name)
        for row in (rows if isinstance(rows, list) else [rows])[:1]:
            if not isinstance(row, dict):
                if name in sent or len(known) == 1:
                    found.append(f"missing {name}")
                continue
            found += [f"missing {name}.{one.code}" for one in node.fields if one.required and one.code not in row]
            codes = {one.code for one in node.fields}
            found += [f"unknown {name}.{key}"[:80] for key in row if key not in codes and key not in known]
    return found[:40] + [f"unknown {name}"[:80] for name in sent if name not in known][:10]
