"""Ids of the wire: what a client may keep in thirty characters, made of ours and read back. 中文: 编号互换。"""

from __future__ import annotations

_CELL, _BUCKET = 8, 4
_ID = 19
_ID_MAX = 2**63


def visit_name(cell: int, visit_id: int) -> str:
    """A visit or a settlement: its cell in eight digits, then its id."""
    return f"{cell:0{_CELL}d}{visit_id:0{_ID}d}"


settlement_name = visit_name
paper_name = visit_name


def person_name(bucket: int, person_id: int) -> str:
    """A person: their bucket in four digits, then their id."""
    return f"{bucket:0{_BUCKET}d}{person_id:0{_ID}d}"


def _read(text: str, head: int) -> tuple[int, int]:
    if len(text) != head + _ID or not (text.isascii() and text.isdigit()):
        return (0, 0)
    first, second = int(text[:head]), int(text[head:])
    return (first, second) if second < _ID_MAX and first < 2**31 else (0, 0)


def read_visit(text: str) -> tuple[int, int]:
    """(cell, id); (0, 0), which nothing has, for what is no such name."""
    return _read(text, _CELL)


def read_person(text: str) -> tuple[int, int]:
    """(bucket, person_id); (0, 0) for what is no such name."""
    return _read(text, _BUCKET)


def read_number(text: str) -> int:
    """A bare id; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _ID and int(text) < _ID_MAX else 0
