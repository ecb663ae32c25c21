"""What real clients do to a message and a server must bear (envelope.md, transactions.md): each a change of a message. 中文: 客户端的随意写法。"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

from openyibao.conform.messages import plain


class Spoken(msgspec.Struct, frozen=True):
    """A message as it will go out: the body, and the type the client claims for it (empty: none)."""

    body: dict[str, Any]
    content_type: str = "application/json"


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {name: _each(part, change) for name, part in value.items()}
    if isinstance(value, list):
        return [_each(part, change) for part in value]
    return change(value)


def _in_input(spoken: Spoken, change: Callable[[Any], Any]) -> Spoken:
    return msgspec.structs.replace(spoken, body={**spoken.body, "input": change(spoken.body["input"])})


def numbers_as_strings(spoken: Spoken) -> Spoken:
    """Every number quoted."""
    return _in_input(
        spoken, lambda part: _each(part, lambda one: one if isinstance(one, str | bool | None) else str(one))
    )


def null_words(spoken: Spoken) -> Spoken:
    """Empty fields as the word null, in the envelope and the input."""
    return msgspec.structs.replace(spoken, body=_each(spoken.body, lambda one: "null" if one in {"", None} else one))


def json_nulls(spoken: Spoken) -> Spoken:
    """Empty fields as JSON null."""
    return msgspec.structs.replace(spoken, body=_each(spoken.body, lambda one: None if one == "" else one))


def single_for_array(spoken: Spoken) -> Spoken:
    """Where a node has one row, the row itself instead of an array."""

    def unwrapped(part: Any) -> Any:
        return {name: rows[0] if isinstance(rows, list) and len(rows) == 1 else rows for name, rows in part.items()}

    return _in_input(spoken, unwrapped)


def array_for_single(spoken: Spoken) -> Spoken:
    """Each node that is one row as an array of one."""

    def wrapped(part: Any) -> Any:
        return {name: [rows] if isinstance(rows, dict) else rows for name, rows in part.items()}

    return _in_input(spoken, wrapped)


def capital_input(spoken: Spoken) -> Spoken:
    """``Input`` instead of ``input``."""
    body = dict(spoken.body)
    body["Input"] = body.pop("input")
    return msgspec.structs.replace(spoken, body=body)


def input_as_text(spoken: Spoken) -> Spoken:
    """The input as a JSON string instead of an object."""
    return _in_input(spoken, lambda part: json.dumps(plain(part), ensure_ascii=False))


def unknown_keys(spoken: Spoken) -> Spoken:
    """Keys that nobody knows, on top and in the nodes."""

    def more(part: Any) -> Any:
        return {
            name: {**rows, "conform_unknown": "1"} if isinstance(rows, dict) else rows for name, rows in part.items()
        }

    changed = _in_input(spoken, more)
    extras = {"serv_code": "A6B3720544049E1397", "serv_sign": "HH00001", "recer_admdvs": "", "enc_type": ""}
    return msgspec.structs.replace(changed, body=changed.body | extras)


def text_plain(spoken: Spoken) -> Spoken:
    """text/plain, as the annex of the edition has it."""
    return msgspec.structs.replace(spoken, content_type="text/plain; charset=utf-8")


def form_type(spoken: Spoken) -> Spoken:
    """A JSON body that claims to be a form."""
    return msgspec.structs.replace(spoken, content_type="application/x-www-form-urlencoded")


def no_type(spoken: Spoken) -> Spoken:
    """No content type at all."""
    return msgspec.structs.replace(spoken, content_type="")


def long_msgid(spoken: Spoken) -> Spoken:
    """Five more characters than the field has (the printed example of the edition has such suffixes)."""
    return msgspec.structs.replace(spoken, body={**spoken.body, "msgid": spoken.body["msgid"] + "00361"})


def minimal(spoken: Spoken) -> Spoken:
    """The message as it is: required fields alone."""
    return spoken


SLOPPINESS: dict[str, Callable[[Spoken], Spoken]] = {
    change.__name__: change
    for change in (
        minimal,
        numbers_as_strings,
        null_words,
        json_nulls,
        single_for_array,
        array_for_single,
        capital_input,
        input_as_text,
        unknown_keys,
        text_plain,
        form_type,
        no_type,
        long_msgid,
    )
}
"""All ways, by their names. ``full`` (optional fields sent empty) belongs to the builder and is tried beside them."""
