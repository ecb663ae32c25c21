"""The format as data: transactions, nodes, fields, their types and code lists, read from the copied field tables. 中文: 接口字段表。

The tables are of one province's edition; a field whose node has no name of its own ("无节点", "?") stands directly in the output.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec

NAMELESS = frozenset({"无节点", "?", "", "(see notes)", "(root array, no node)"})
"""Names in the tables that mean: no node."""

OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "signinoutb": ("result",),
    "sign_time": ("signoutoutb", "result"),
    "data": ("mdtrtinfo", "result"),
    "result": ("data",),
    "medinsinfo": ("medinsInfo",),
}
"""Nodes of replies that regions call otherwise (transactions.md: 9001, 9002, 2201, 1201)."""

_TYPE = re.compile(r"(?P<kind>[^(]*)\(*(?P<length>\d+)?(?:,(?P<decimals>\d+))?\)*")
_KINDS = {
    **dict.fromkeys(("C", "字符", "字符串"), "text"),
    **dict.fromkeys(("N", "I", "数字", "数值", "BigDecimal", "整数类型"), "number"),
    "D": "date",
    "DT": "instant",
    **dict.fromkeys(("B", "布尔"), "flag"),
}


class Field(msgspec.Struct, frozen=True):
    """One field: its kind is text, number, date, instant, flag or any; ``length`` 0 says none."""

    code: str
    title: str
    kind: str
    length: int
    decimals: int | None
    coded: bool
    required: bool
    memo: str
    seen_in: str


class Node(msgspec.Struct, frozen=True):
    """A named part of input or output; ``name`` is empty where the fields stand directly in it."""

    name: str
    fields: tuple[Field, ...]

    @property
    def required(self) -> tuple[Field, ...]:
        """The fields that must be there."""
        return tuple(each for each in self.fields if each.required)


class Transaction(msgspec.Struct, frozen=True):
    """One transaction number with what goes in and what comes out."""

    infno: str
    title: str
    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]


@lru_cache(maxsize=1)
def transactions() -> dict[str, Transaction]:
    """All transactions of the tables, by number; variants that share a table stand under both numbers."""
    raw = json.loads(_data_text("spec_fields.json"))
    read = {infno: _transaction(infno, table) for infno, table in raw.items()}
    for variant, base in VARIANTS.items():
        if variant not in read:
            read[variant] = msgspec.structs.replace(read[base], infno=variant)
    return read


VARIANTS = {"2206A": "2206", "2207A": "2207", "1161": "1101", "1162": "1101"}
"""Numbers that clients use and the edition does not print, with the table they share (envelope.md V2 path table; samples)."""


def find_transaction(infno: str) -> Transaction:
    """The table of a number; an unknown number has an empty one."""
    return transactions().get(infno) or Transaction(infno=infno, title=infno, inputs=(), outputs=())


@lru_cache(maxsize=1)
def code_lists() -> dict[str, dict[str, str]]:
    """Code lists by their name: code → meaning. Lists printed twice under a name with a number are joined."""
    lists: dict[str, dict[str, str]] = {}
    for name, one in json.loads(_data_text("codelists.json")).items():
        lists.setdefault(name.partition("#")[0], {}).update(one["values"])
    for name, more in SEEN_CODES.items():
        lists.setdefault(name, {}).update(dict.fromkeys(more, ""))
    return lists


SEEN_CODES: dict[str, tuple[str, ...]] = {
    "stmt_rslt": ("0", "1", "2", "3", "000000", "000102", "000103"),
    "fund_pay_type": ("999996", "999997", "999998", "999999"),
    "acct_used_flag": ("0", "1", "2"),
    "med_type": (
        *("11", "12", "13", "14", "15", "16", "18", "21", "22", "23", "24", "25", "26", "27", "28", "29"),
        *("41", "51", "52", "61", "71", "81"),
    ),
    "naty": tuple(f"{number:02d}" for number in (*range(1, 57), 66, 97, 98, 99)),
    "gend": ("0", "1", "2", "9"),
}
"""Codes met in real messages that the edition does not print (codelists.md, marked †), and the peoples of GB/T 3304."""


@lru_cache(maxsize=1)
def samples() -> dict[str, dict[str, Any]]:
    """The recorded replies by file name without ``resp_``."""
    folder = files("openyibao") / "wire" / "national" / "data" / "samples"
    return {
        each.name.removeprefix("resp_").removesuffix(".json"): json.loads(each.read_text(encoding="utf-8"))
        for each in folder.iterdir()
        if each.name.startswith("resp_")
    }


def _data_text(name: str) -> str:
    return (files("openyibao") / "wire" / "national" / "data" / name).read_text(encoding="utf-8")


def _transaction(infno: str, table: dict[str, Any]) -> Transaction:
    return Transaction(
        infno=infno,
        title=table["name"],
        inputs=tuple(_node(each) for each in table["input"]),
        outputs=tuple(_node(each) for each in table["output"]),
    )


def _node(raw: dict[str, Any]) -> Node:
    name = raw["node"].partition("，")[0].partition("#")[0].strip()
    return Node(name="" if name in NAMELESS else name, fields=tuple(_field(each) for each in raw["fields"]))


def _field(raw: dict[str, Any]) -> Field:
    kind, length, decimals = read_type(raw["type"])
    memo = raw["memo"]
    if kind == "date" and "HH:mm:ss" in memo:
        kind = "instant"
    return Field(
        code=raw["code"],
        title=raw["name"],
        kind=kind,
        length=length,
        decimals=decimals,
        coded=raw["coded"],
        required=raw["required"],
        memo=memo,
        seen_in=raw["seen_in"],
    )


def read_type(text: str) -> tuple[str, int, int | None]:
    """``N(16,2)`` as ("number", 16, 2); a type the tables misprint is of any kind."""
    matched = _TYPE.fullmatch(text.strip().replace("，", ","))
    if matched is None:
        return "any", 0, None
    kind = _KINDS.get(matched["kind"].strip(), "any")
    length = int(matched["length"] or 0)
    return kind, length, int(matched["decimals"]) if matched["decimals"] else None
