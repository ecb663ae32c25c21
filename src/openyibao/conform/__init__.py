"""A client of the national wire format that tries any server of it and prints the conformance table.

Keeps: nothing; it talks HTTP only and knows no room, no front and no table of ours. It was written from the research notes on the
format alone, by somebody who had not read our server, as an unseen vendor would.
Promises: every reply is judged by the same checks (answered, envelope, required fields, types, codes, amount identities to the fen,
echoed ids, truths between messages, shape of the recorded replies, two people, repeat, refusal); a check that was never shown to
bite is no check (tests/conform). Stories are data in ``plays``.
Units: amounts in fen inside, yuan on the wire; times are Shanghai's wall time.
Callers: the command ``openyibao conform``. 中文: 符合性测试客户端。
"""

from openyibao.conform.bindings import Keys, Profile
from openyibao.conform.cast import Cast, CastFault, CastItem, CastPerson, read_cast
from openyibao.conform.report import print_findings, print_table, write_json
from openyibao.conform.scoreboard import CHECKS, Finding, Mark, RowState, Scoreboard
from openyibao.conform.suite import Desk, Suite

__all__ = [
    "CHECKS",
    "Cast",
    "CastFault",
    "CastItem",
    "CastPerson",
    "Desk",
    "Finding",
    "Keys",
    "Mark",
    "Profile",
    "RowState",
    "Scoreboard",
    "Suite",
    "print_findings",
    "print_table",
    "read_cast",
    "write_json",
]
