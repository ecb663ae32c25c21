"""Printed codes: what a paper in place of a phone is good for, where, how much a day, until when (N9).

Keeps: printed codes with their edges, what insurance paid when one was shown. Promises: a credential has one printed code at
a time, a new one ends the one before; a code holds at its named places alone, so often and for so much a day, with a proof at
the window, until its last day; ended like every binding, at once; rows are only added. The paper says nothing that its holder
must keep secret but the code itself, and that is bounded by all of these (docs/adr/0026).
Units: fen a Shanghai day, UTC instants. Callers: presentation, settlement, counters and wards, the wallet. 中文: 纸质码。
"""

from openyibao.rooms.papers.records import (
    PRINTED_CODE_ENDED,
    PRINTED_CODE_NOT_HERE,
    PRINTED_CODE_REVOKED,
    PRINTED_DAY_AMOUNT,
    PRINTED_DAY_USES,
    PRINTED_PROOF_NEEDED,
    PRINTED_PROOF_WRONG,
    PRINTED_TRIES,
    NewPrintedCode,
    PaperSettings,
    PaperUse,
    PaperUseKind,
    PrintedCode,
    WindowProof,
)
from openyibao.rooms.papers.rules import (
    derive_paper_key,
    judge_day_amount,
    judge_paper,
    last_day,
    paper_settings,
    refuse_alone,
    refuse_tries,
)
from openyibao.rooms.papers.service import end_codes, find_code, list_codes, note_uses, print_code, read_codes
from openyibao.rooms.papers.store import lock_bindings, sum_uses
from openyibao.rooms.papers.telling import expected_of_paper_uses, expected_of_printed_codes

__all__ = [
    "PRINTED_CODE_ENDED",
    "PRINTED_CODE_NOT_HERE",
    "PRINTED_CODE_REVOKED",
    "PRINTED_DAY_AMOUNT",
    "PRINTED_DAY_USES",
    "PRINTED_PROOF_NEEDED",
    "PRINTED_PROOF_WRONG",
    "PRINTED_TRIES",
    "NewPrintedCode",
    "PaperSettings",
    "PaperUse",
    "PaperUseKind",
    "PrintedCode",
    "WindowProof",
    "derive_paper_key",
    "end_codes",
    "expected_of_paper_uses",
    "expected_of_printed_codes",
    "find_code",
    "judge_day_amount",
    "judge_paper",
    "last_day",
    "list_codes",
    "lock_bindings",
    "note_uses",
    "paper_settings",
    "print_code",
    "read_codes",
    "refuse_alone",
    "refuse_tries",
    "sum_uses",
]
