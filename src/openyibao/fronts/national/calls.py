"""What a transaction is, and one call of it. 中文: 交易与调用。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

import msgspec

from openyibao.fronts.shared import Platform
from openyibao.kit.outcome import Refused
from openyibao.rooms.exchange import WireClient
from openyibao.rooms.institutions import Institution
from openyibao.wire.national import names
from openyibao.wire.national.amounts import plain
from openyibao.wire.national.envelope import Envelope, clean


class Repeats(StrEnum):
    """What the same message number does a second time (重发规则)."""

    same_answer = "same_answer"
    """The act is done once; the answer is the first one's."""
    reads_again = "reads_again"
    """Nothing is written: the answer is of now."""


class WireCall(msgspec.Struct, frozen=True, kw_only=True):
    """One message that was read and authenticated."""

    platform: Platform
    envelope: Envelope
    institution: Institution
    client: WireClient
    digest: bytes

    @property
    def institution_id(self) -> int:
        """Who calls."""
        return self.institution.institution_id

    @property
    def sent(self) -> Any:
        """The input."""
        return self.envelope.input

    @property
    def act(self) -> dict[str, Any]:
        """What every keyed request of the rooms carries."""
        return {
            "institution_id": self.institution_id,
            "request_key": self.envelope.message_no,
            "digest": self.digest,
        }

    @property
    def desk_act(self) -> dict[str, Any]:
        """The same with who sits where."""
        return {
            **self.act,
            "operator_code": self.envelope.operator_code,
            "terminal_code": self.envelope.device,
        }


class FileAnswer(msgspec.Struct, frozen=True):
    """A file instead of a reply."""

    content: bytes
    name: str


Answer = dict[str, Any] | list[Any] | FileAnswer | Refused | None


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction that is served."""

    run: Callable[[WireCall], Awaitable[Answer]]
    repeats: Repeats
    annulled: bool = False
    """Whether 2601 undoes it."""


def text(row: dict[str, Any], name: str, most: int = 200) -> str:
    """A field as text, empty for what stands for nothing."""
    return clean(row.get(name), most)


def flag(row: dict[str, Any], name: str) -> bool:
    """Whether a field says 1."""
    return plain(row.get(name)) == "1"


def named_person(row: dict[str, Any]) -> tuple[int, int] | None:
    """The same; None where the message names nobody."""
    return person_of(row) if plain(row.get("psn_no")) else None


def person_of(row: dict[str, Any]) -> tuple[int, int]:
    """(bucket, person_id) of ``psn_no``."""
    return names.read_person(text(row, "psn_no", 30))
