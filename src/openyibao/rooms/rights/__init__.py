"""Rights over one's data: the use log a person reads, and everything that is held on them, in one piece.

Keeps: nothing; it reads what the rooms before keep. Promises: whatever was scanned, settled, refused, looked at or changed
for a person stands in the log with who, where and when; every table that holds something of a person is in what is held,
or is named with a reason (a test reads the catalogue); both are bounded. Units: UTC instants, fen.
Callers: the wallet, the agency's commands. 中文: 个人信息权利。
"""

from openyibao.rooms.rights.records import (
    Entry,
    EntryGroup,
    EntryKind,
    Held,
    HeldBy,
    HeldTable,
    LogPage,
    LogPlace,
    Subject,
)
from openyibao.rooms.rights.rules import EXEMPT_TABLES, HELD_TABLES
from openyibao.rooms.rights.service import find_entry, held_of, read_log

__all__ = [
    "EXEMPT_TABLES",
    "HELD_TABLES",
    "Entry",
    "EntryGroup",
    "EntryKind",
    "Held",
    "HeldBy",
    "HeldTable",
    "LogPage",
    "LogPlace",
    "Subject",
    "find_entry",
    "held_of",
    "read_log",
]
