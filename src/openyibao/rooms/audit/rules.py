"""How events become leaves and links. Pure. 中文: 审计哈希规则。"""

from __future__ import annotations

from datetime import date, datetime

from openyibao.kit.clock import unix_microseconds
from openyibao.kit.crypto import sm3
from openyibao.rooms.audit.records import AuditEvent

FIRST_HASH = bytes(32)


def leaf_of(event: AuditEvent, *, event_id: int, at_micro: int) -> bytes:
    """The octets of one event, in a fixed order; what is not in them can be changed unseen."""
    head = f"{event_id}|{event.kind}|{event.cell}|{event.subject_id}|{event.actor}|{at_micro}|"
    return head.encode() + event.content


def hash_link(
    *, chain: int, seq: int, event_count: int, first_event_id: int, root: bytes, previous: bytes, at: datetime
) -> bytes:
    """The hash of a link: covers its place, its count, its root, its time and the link before."""
    head = f"{chain}|{seq}|{event_count}|{first_event_id}|{unix_microseconds(at)}|"
    return sm3(head.encode() + root + previous)


def head_leaf(chain: int, seq: int, link_hash: bytes) -> bytes:
    """The octets of one chain's head in a day's tree."""
    return f"{chain}|{seq}|".encode() + link_hash


def hash_root(*, sealed_on: date, sealed_at: datetime, chains: int, root: bytes, previous: bytes) -> bytes:
    """The hash of a day's root: covers its day, its time, how many chains there were, their heads and the root before."""
    return sm3(f"{sealed_on.isoformat()}|{unix_microseconds(sealed_at)}|{chains}|".encode() + root + previous)


def root_subject(sealed_on: date) -> int:
    """The audit's subject of a day's root: the day as yyyymmdd."""
    return sealed_on.year * 10_000 + sealed_on.month * 100 + sealed_on.day


def named_subject(*names: object) -> int:
    """The subject of a row whose key is no number of its own: a digest of its key's parts, 63 bits."""
    return int.from_bytes(sm3("|".join(map(str, names)).encode())[:8], "big") >> 1
