"""Records of looks. 中文: 查询留痕记录。"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

Who = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Why = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")]


class LookKind(StrEnum):
    """What was looked at (查询内容)."""

    eligibility = "eligibility"
    personal_account = "personal_account"
    filings = "filings"
    use_log = "use_log"
    everything_held = "everything_held"
    identity = "identity"
    dispute = "dispute"
    status = "status"
    signals = "signals"


class LookerKind(StrEnum):
    """Who looked (查询方)."""

    institution = "institution"
    agency = "agency"
    channel = "channel"
    person = "person"


class NewLook(msgspec.Struct, frozen=True, kw_only=True):
    """A look about to be taken. ``why`` is never empty; it may not name the person."""

    bucket: int
    person_id: int
    kind: LookKind
    looker_kind: LookerKind
    looker: Who
    why: Why
    institution_id: int | None = None


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A look that was taken (查询留痕)."""

    bucket: int
    look_id: int
    person_id: int
    kind: LookKind
    looker_kind: LookerKind
    looker: str
    institution_id: int | None
    why: str
    looked_at: datetime
