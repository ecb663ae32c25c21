"""What a log may say of a fault: its kind and where it arose, never the values it carries.

Texts of drivers and parsers quote what failed, and what failed may be a person's name or number. Our own words name ids
only, so they stay. 中文: 错误描述(不含个人信息)。
"""

from __future__ import annotations

import traceback

FRAMES_MAX = 6
_OWN_WORDS = (RuntimeError, AssertionError, ConnectionError, TimeoutError)


def describe_fault(fault: BaseException) -> str:
    """Kind, the database's code and constraint where there are any, our own words, and the last frames."""
    parts = [type(fault).__name__]
    parts += [str(each) for name in ("sqlstate", "constraint_name") if (each := getattr(fault, name, None))]
    if type(fault) in _OWN_WORDS:
        parts.append(str(fault)[:200])
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES_MAX:]
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return " ".join(parts) + (f" at {' < '.join(reversed(places))}" if places else "")
