"""The fault dial: what goes wrong on request with the next messages of an institution, at a desk only. 中文: 故障拨盘。"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

DIALS_MAX = 200
SECONDS_MAX = 60


class Fault(StrEnum):
    """What goes wrong (故障)."""

    drop = "drop"
    """The act is done, the answer lost: the connection ends."""
    delay = "delay"
    """The answer comes after ``seconds``."""
    duplicate = "duplicate"
    """The message arrives twice; the second answer is told."""
    twice = "twice"
    """The answer's body comes twice in one."""
    error = "error"
    """Nothing is done; infcode -1 with ``words``."""
    clock = "clock"
    """The answer's times are wrong by ``seconds``."""


class Dialled(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One setting of the dial: for the next ``times`` messages of an institution, of one transaction or any."""

    institution_code: Annotated[str, msgspec.Meta(min_length=1, max_length=30)]
    fault: Fault
    infno: Annotated[str, msgspec.Meta(max_length=6)] = ""
    seconds: Annotated[int, msgspec.Meta(ge=-86_400, le=86_400)] = 5
    words: Annotated[str, msgspec.Meta(max_length=200)] = "系统异常[dialled]"
    times: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 1


class Dial:
    """The settings of one process; each is used up by the messages it meets."""

    def __init__(self) -> None:
        self._set: list[Dialled] = []

    def turn(self, one: Dialled) -> bool:
        """Add a setting; False where there are too many."""
        if len(self._set) >= DIALS_MAX:
            return False
        self._set.append(one)
        return True

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._set = []

    def listed(self) -> list[Dialled]:
        """What is set."""
        return list(self._set)

    def take(self, institution_code: str, infno: str) -> Dialled | None:
        """What shall go wrong with this message, used up by one."""
        for at, one in enumerate(self._set):
            if one.institution_code == institution_code and one.infno in ("", infno):
                if one.times > 1:
                    self._set[at] = msgspec.structs.replace(one, times=one.times - 1)
                else:
                    del self._set[at]
                return one
        return None
