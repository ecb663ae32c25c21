"""Stories as data: what a client does in order, with what it keeps and what must be true. One YAML file each. 中文: 剧本。

Facts are named ``$fact``. A step gives what matters; required fields it doesn't give are filled from the facts by their names.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import msgspec


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message. ``why`` says, for a refusal, what is wrong with it; ``expect: any`` tidies up and is not judged."""

    infno: str
    label: str = ""
    given: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    keep: dict[str, str] = {}
    truths: tuple[str, ...] = ()
    expect: Literal["success", "refused", "any"] = "success"
    why: str = "it must not go through"
    repeat: bool = False
    refusal: bool = False
    msgid: str = ""
    msgid_as: str = ""
    choose_insurance: bool = False


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Steps for ``people`` persons, each with facts of their own. ``at``: hospital or pharmacy; ``needs``: facts of the person.

    ``code``: a code is scanned first, so that the account may pay; else the visit is opened by ID card and paid without it.
    """

    name: str
    zh: str
    steps: tuple[Step, ...]
    at: Literal["hospital", "pharmacy"] = "hospital"
    people: int = 2
    needs: tuple[str, ...] = ()
    full: bool = False
    code: bool = False
    lines: int = 2


ORDER = (
    *("identify", "outpatient", "outpatient_variants", "outpatient_full", "registration", "lost_answers", "inpatient"),
    *("filings", "directories", "stock", "checks", "pharmacy", "pharmacy_lost", "faces"),
)
"""The order in which they are played."""


@lru_cache(maxsize=1)
def all_stories() -> tuple[Story, ...]:
    """All stories in their order."""
    folder = files("openyibao.conform") / "plays"
    return tuple(msgspec.yaml.decode((folder / f"{name}.yaml").read_bytes(), type=Story) for name in ORDER)
