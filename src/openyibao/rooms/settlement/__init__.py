"""The bill, settled: eligibility, pre_settle, settle, reverse, annul, find_outcome; and replay, which tries a draft on what was settled.

Keeps: settlements and reversals (insert-only), which of them stand, idempotency keys of the money verbs, refusals.
Promises: the split sums to the bill; latest first; the same key gives the same answer. Units: fen.
Callers: the fronts. 中文: 结算。
"""

from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.eligibility import eligibility
from openyibao.rooms.settlement.merging import merge_persons
from openyibao.rooms.settlement.records import (
    AnnulRequest,
    Eligibility,
    EligibleAs,
    EnrolmentStanding,
    ExpectedSplit,
    ExplainedChange,
    ExplainedSettlement,
    FoundOutcome,
    FundStanding,
    Merged,
    MergeRequest,
    OutcomeState,
    PreSettled,
    ReverseRequest,
    Settled,
    Settlement,
    SettlementFacts,
    SettlementKind,
    SettleRequest,
    SlipLabel,
    VerifyFault,
)
from openyibao.rooms.settlement.replaying import Replayed, Shelves, replay
from openyibao.rooms.settlement.service import (
    pre_settle,
    settle,
)
from openyibao.rooms.settlement.store import (
    list_settlements,
)
from openyibao.rooms.settlement.undoing import (
    annul,
    explain_settlement,
    find_outcome,
    reverse,
)
from openyibao.rooms.settlement.verification import (
    verify,
)
from openyibao.rooms.settlement.witnessing import (
    Checked,
)

__all__ = [
    "AnnulRequest",
    "Checked",
    "Desk",
    "Eligibility",
    "EligibleAs",
    "EnrolmentStanding",
    "ExpectedSplit",
    "ExplainedChange",
    "ExplainedSettlement",
    "FoundOutcome",
    "FundStanding",
    "MergeRequest",
    "Merged",
    "OutcomeState",
    "PreSettled",
    "Replayed",
    "ReverseRequest",
    "SettleRequest",
    "Settled",
    "Settlement",
    "SettlementFacts",
    "SettlementKind",
    "Shelves",
    "SlipLabel",
    "VerifyFault",
    "annul",
    "eligibility",
    "explain_settlement",
    "find_outcome",
    "list_settlements",
    "merge_persons",
    "pre_settle",
    "replay",
    "reverse",
    "settle",
    "verify",
]
