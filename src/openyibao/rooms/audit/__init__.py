"""What happened, told so that nobody can change it afterwards.

Keeps: audit events, one link per batch in one chain per writer slot, batch signatures. Promises: insert-only; an event
altered, removed or added breaks its link, a link breaks its chain. Units: UTC instants. Callers: every room through
``tx.audit``; the batcher flushes before commit. 中文: 审计。
"""

from openyibao.rooms.audit.records import AuditEvent, AuditFault, AuditLink, ExpectedEvent, StoredEvent
from openyibao.rooms.audit.rules import named_subject
from openyibao.rooms.audit.service import ChainCloser, receipt_tree, verify_chains
from openyibao.rooms.audit.store import count_links, list_told_since, read_heads

__all__ = [
    "AuditEvent",
    "AuditFault",
    "AuditLink",
    "ChainCloser",
    "ExpectedEvent",
    "StoredEvent",
    "count_links",
    "list_told_since",
    "named_subject",
    "read_heads",
    "receipt_tree",
    "verify_chains",
]
