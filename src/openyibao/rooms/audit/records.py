"""Records of the audit. 中文: 审计记录。"""

from __future__ import annotations

from datetime import date, datetime

import msgspec


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What a room tells: ``content`` is the SM3 of what was written about the subject, so that it can be held against it."""

    kind: str
    cell: int
    subject_id: int
    actor: str
    content: bytes


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it stands in a link's tree of leaves."""

    chain: int
    event_id: int
    seq: int
    leaf_no: int
    kind: str
    cell: int
    subject_id: int
    actor: str
    happened_at: datetime
    content: bytes


class ExpectedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What the audit must have been told of a row as it stands: recomputed by the row's room, held against what was told.

    ``where`` names the row. ``stands`` is False where the row contradicts itself, or rows it hangs together with. Where
    the row was changed since it was made, ``changed`` is the kind of the events that told of it (``also_changed`` another such
    kind) and ``changes`` how many there must be of both; ``content``, which counts them, is then that of the last.
    """

    kind: str
    subject_id: int
    content: bytes
    where: str
    stands: bool = True
    changed: str = ""
    also_changed: str = ""
    changes: int = 0


class AuditLink(msgspec.Struct, frozen=True, kw_only=True):
    """One batch's link: the Merkle root of its events, tied to the link before and signed."""

    chain: int
    seq: int
    event_count: int
    first_event_id: int
    root: bytes
    previous_hash: bytes
    link_hash: bytes
    signature: bytes
    key_id: int
    linked_at: datetime


class EventProof(msgspec.Struct, frozen=True, kw_only=True):
    """An event with what shows that it stood in a signed link: its leaf among ``leaf_count``, the path, the link (收据路径)."""

    event: StoredEvent
    leaf_no: int
    leaf_count: int
    path: tuple[bytes, ...]
    link: AuditLink


class DayRoot(msgspec.Struct, frozen=True, kw_only=True):
    """The heads of all chains as they stood on a day, tied to the root before, signed and published (每日审计根).

    ``heads``: (chain, seq, link hash), by chain. ``root`` is the Merkle root of ``rules.head_leaf`` of each.
    """

    sealed_on: date
    heads: tuple[tuple[int, int, bytes], ...]
    root: bytes
    previous_hash: bytes
    root_hash: bytes
    signature: bytes
    key_id: int
    sealed_at: datetime


class AuditFault(msgspec.Struct, frozen=True, kw_only=True):
    """What does not hold, where; ``kind`` is stable."""

    kind: str
    where: str
    zh: str
    en: str
