"""Looks: who looked at a person's data, from where and why, wherever nothing else is kept of it.

Keeps: looks, insert-only. A scan or a bill is its own trace and leaves none here. Promises: a look is kept before the answer
is given, with its reason; the person sees each one. Units: UTC instants.
Callers: the fronts, by ``fronts/shared/looking``. 中文: 查询留痕。
"""

from openyibao.rooms.looks.records import Look, LookerKind, LookKind, NewLook
from openyibao.rooms.looks.service import find_buckets, leave_out_repeats, note_looks
from openyibao.rooms.looks.telling import expected_of_looks

__all__ = [
    "Look",
    "LookKind",
    "LookerKind",
    "NewLook",
    "expected_of_looks",
    "find_buckets",
    "leave_out_repeats",
    "note_looks",
]
