"""A refusal is an outcome, not an exception.

A refused scan or settlement is stored with its reason and answered; an exception means that nothing happened and all
was rolled back. Every reason is written down once, beside the room that gives it, with a sentence a clerk understands
and what to do next, in Chinese and English. 中文: 结果与拒绝原因。
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import msgspec

FactValue = str | int | None


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why something was refused: a stable code and its sentences. ``{name}`` in a sentence is filled from the facts."""

    code: str
    zh: str
    en: str
    next_zh: str
    next_en: str
    home: str = ""
    """The module that wrote it down; who answers for its refusals follows from it."""


class Refused(msgspec.Struct, frozen=True):
    """An outcome: not done, for this reason, with the facts the sentences name."""

    reason: Reason
    facts: Mapping[str, FactValue] = {}

    @property
    def code(self) -> str:
        """The stable reason code."""
        return self.reason.code

    def sentence(self, language: str) -> str:
        """What happened, for a person: ``zh`` or ``en``."""
        return (self.reason.en if language == "en" else self.reason.zh).format_map(_Facts(self.facts))

    def next_step(self, language: str) -> str:
        """What to do now, for a person: ``zh`` or ``en``."""
        return (self.reason.next_en if language == "en" else self.reason.next_zh).format_map(_Facts(self.facts))


class _Facts(dict[str, FactValue]):
    """A missing fact leaves a visible gap instead of an error while answering an error."""

    def __missing__(self, key: str) -> str:
        return "—"


REASONS: dict[str, Reason] = {}
"""Every reason of the process by its code, filled as the rooms are imported."""


def reason(code: str, *, zh: str, en: str, next_zh: str, next_en: str) -> Reason:
    """Write a reason down. Raises ValueError when the code is taken: a code means one thing for ever."""
    if code in REASONS:
        raise ValueError(f"the reason code {code} is taken")
    home = sys._getframe(1).f_globals["__name__"]  # noqa: SLF001 the caller says where it stands by standing there
    made = Reason(code=code, zh=zh, en=en, next_zh=next_zh, next_en=next_en, home=home)
    REASONS[code] = made
    return made
