"""The bill, settled: eligibility, pre_settle, settle, reverse, refund_items, reprice, annul, find_outcome; and replay, a draft tried.

Keeps: settlements and reversals (insert-only), which of them stand, corrections (what was reversed and settled again in
one act), idempotency keys of the money verbs, refusals. Promises: the split sums to the bill; latest first, or repriced
with an approval; the same key gives the same answer; nothing of a closed day is undone. Units: fen. Callers: the fronts;
who learns of new facts (a late filing, a back-payment) calls ``reprice`` with them. 中文: 结算。
"""

from openyibao.rooms.settlement.aiding import carry_act
from openyibao.rooms.settlement.annulling import ANNULLED_VERBS, annul, find_outcome
from openyibao.rooms.settlement.changes import BillChange, list_bill_changes
from openyibao.rooms.settlement.correcting import NewFacts, list_corrections, read_corrected
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.dividing import part_lines, parts_of_settlement
from openyibao.rooms.settlement.eligibility import eligibility
from openyibao.rooms.settlement.filing_desk import filing_desk
from openyibao.rooms.settlement.late import LateBill, LateChange, find_late_bills, preview_late_filing
from openyibao.rooms.settlement.late_filing import decide_filings, file_filings
from openyibao.rooms.settlement.merging import merge_persons
from openyibao.rooms.settlement.parting import WaitingPart
from openyibao.rooms.settlement.person_records import (
    AccountMovement,
    Eligibility,
    EligibleAs,
    EnrolmentStanding,
    FundStanding,
    Merged,
    MergeRequest,
    MovementKind,
)
from openyibao.rooms.settlement.receipting import Receipt, receipt_of
from openyibao.rooms.settlement.reconciling import (
    BookLine,
    Difference,
    DifferenceKind,
    Totals,
    list_book,
    match_details,
    match_totals,
)
from openyibao.rooms.settlement.records import (
    AidFacts,
    AidGrant,
    AnnulRequest,
    Corrected,
    CorrectedSettlement,
    Correction,
    CorrectionKind,
    ExpectedSplit,
    ExplainedChange,
    ExplainedSettlement,
    FoundOutcome,
    OutcomeState,
    PreSettled,
    RefundLine,
    RefundRequest,
    RepriceRequest,
    ReverseRequest,
    Settled,
    Settlement,
    SettlementFacts,
    SettlementKind,
    SettleRequest,
    SlipLabel,
)
from openyibao.rooms.settlement.recovering import Recovered, free_overdue, hold_aid, list_acts, recover, release_grant
from openyibao.rooms.settlement.refunding import refund_items
from openyibao.rooms.settlement.replaying import Replayed, Shelves, replay
from openyibao.rooms.settlement.repricing import REPRICED_MAX, reprice
from openyibao.rooms.settlement.rules import judge_purpose
from openyibao.rooms.settlement.service import (
    list_waiting_parts,
    pre_settle,
    settle,
)
from openyibao.rooms.settlement.statement import list_movements
from openyibao.rooms.settlement.staying import reopen_encounters
from openyibao.rooms.settlement.store import (
    list_of_institution,
    list_of_person,
    list_settlements,
    read_reversals,
    read_settlements,
)
from openyibao.rooms.settlement.tracing import (
    TraceDue,
    judge_uploaded,
)
from openyibao.rooms.settlement.undoing import (
    explain_settlement,
    reverse,
)
from openyibao.rooms.settlement.verification import (
    verify,
)
from openyibao.rooms.settlement.witnessing import (
    Checked,
    VerifyFault,
)

__all__ = [
    "ANNULLED_VERBS",
    "REPRICED_MAX",
    "AccountMovement",
    "AidFacts",
    "AidGrant",
    "AnnulRequest",
    "BillChange",
    "BookLine",
    "Checked",
    "Corrected",
    "CorrectedSettlement",
    "Correction",
    "CorrectionKind",
    "Desk",
    "Difference",
    "DifferenceKind",
    "Eligibility",
    "EligibleAs",
    "EnrolmentStanding",
    "ExpectedSplit",
    "ExplainedChange",
    "ExplainedSettlement",
    "FoundOutcome",
    "FundStanding",
    "LateBill",
    "LateChange",
    "MergeRequest",
    "Merged",
    "MovementKind",
    "NewFacts",
    "OutcomeState",
    "PreSettled",
    "Receipt",
    "Recovered",
    "RefundLine",
    "RefundRequest",
    "Replayed",
    "RepriceRequest",
    "ReverseRequest",
    "SettleRequest",
    "Settled",
    "Settlement",
    "SettlementFacts",
    "SettlementKind",
    "Shelves",
    "SlipLabel",
    "Totals",
    "TraceDue",
    "VerifyFault",
    "WaitingPart",
    "annul",
    "carry_act",
    "decide_filings",
    "eligibility",
    "explain_settlement",
    "file_filings",
    "filing_desk",
    "find_late_bills",
    "find_outcome",
    "free_overdue",
    "hold_aid",
    "judge_purpose",
    "judge_uploaded",
    "list_acts",
    "list_bill_changes",
    "list_book",
    "list_corrections",
    "list_movements",
    "list_of_institution",
    "list_of_person",
    "list_settlements",
    "list_waiting_parts",
    "match_details",
    "match_totals",
    "merge_persons",
    "part_lines",
    "parts_of_settlement",
    "pre_settle",
    "preview_late_filing",
    "read_corrected",
    "read_reversals",
    "read_settlements",
    "receipt_of",
    "recover",
    "refund_items",
    "release_grant",
    "reopen_encounters",
    "replay",
    "reprice",
    "reverse",
    "settle",
    "verify",
]
