"""What happened, told so that nobody can change it afterwards.

Keeps: audit events, one link per batch in one chain per writer slot, batch signatures, one root a day over all chains. Promises:
insert-only; an event altered, removed or added breaks its link, a link breaks its chain, a chain rewritten breaks every root
published since; an event can be proved alone, by its path to the signed link. Units: UTC instants. Callers: every room through
``tx.audit``; the batcher flushes before commit. 中文: 审计。
"""

from openyibao.rooms.audit.records import (
    AuditEvent,
    AuditFault,
    AuditLink,
    DayRoot,
    EventProof,
    ExpectedEvent,
    StoredEvent,
)
from openyibao.rooms.audit.roots import compare_root, expected_of_roots, seal_day, verify_roots
from openyibao.rooms.audit.rules import named_subject
from openyibao.rooms.audit.service import ChainCloser, prove, verify_chains
from openyibao.rooms.audit.store import count_links, last_root, list_roots, list_told_since, read_heads

__all__ = [
    "AuditEvent",
    "AuditFault",
    "AuditLink",
    "ChainCloser",
    "DayRoot",
    "EventProof",
    "ExpectedEvent",
    "StoredEvent",
    "compare_root",
    "count_links",
    "expected_of_roots",
    "last_root",
    "list_roots",
    "list_told_since",
    "named_subject",
    "prove",
    "read_heads",
    "seal_day",
    "verify_chains",
    "verify_roots",
]
