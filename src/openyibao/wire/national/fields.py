"""The field tables of the interface, from ``data/spec_fields.json`` (sources beside it): which nodes and fields there are. 中文: 字段表。"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import msgspec


class Field(msgspec.Struct, frozen=True):
    """One field: its code, its type as printed, whether it must be there."""

    code: str
    type: str
    required: bool

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
    file_columns: tuple[str, ...] = ()


class _CodeList(msgspec.Struct, frozen=True):
    values: dict[str, str]


_DATA = Path(__file__).parent / "data"


@cache
def field_tables() -> dict[str, FieldTable]:
    """All transactions of the interface with their tables."""
    return msgspec.json.decode((_DATA / "spec_fields.json").read_bytes(), type=dict[str, FieldTable])


@cache
def code_lists() -> dict[str, dict[str, str]]:
    """The code lists: list → value → name."""
    read = msgspec.json.decode((_DATA / "codelists.json").read_bytes(), type=dict[str, _CodeList])
    return {name: one.values for name, one in read.items()}


def typed_row(infno: str, node: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """A kept row as a reply has it: what the output's table counts as a number becomes one."""
    fields = next((one.fields for one in field_tables()[infno].output if one.node == node), ())
    numeric = {one.code for one in fields if one.numeric}
    return {name: _number(value) if name in numeric else value for name, value in said.items()}


def _number(value: Any) -> Any:
    try:
        return Decimal(value) if isinstance(value, str) and value else value
    except InvalidOperation:
        return value


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
